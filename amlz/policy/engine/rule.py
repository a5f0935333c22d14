"""Compiles the JSON of a condition to an evaluation. JSON that Azure would not accept is Invalid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from amlz.policy.engine import grammar, limits
from amlz.policy.engine.conditions import (
    Condition,
    Leaf,
    Not,
    Several,
    Sides,
    count_judge,
    count_of_field,
    count_of_value,
    field_judge,
    value_judge,
)
from amlz.policy.engine.errors import Invalid
from amlz.policy.engine.expressions import Compiler, Run
from amlz.policy.engine.fields import is_field
from amlz.policy.engine.operators import SPELLED
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.values import MISSING

_GROUPS = {"allof", "anyof", "not"}
_LEFT = ("field", "value", "count")
#: Fields that decide whether a definition applies to a resource at all.
_EARLY = frozenset({"type", "name", "kind"})


class _RightSide(NamedTuple):
    """An operator, and what is on its right: as written, and compiled."""

    operator: str
    operand: Any
    run: Run


@dataclass
class _Rule:
    compiler: Compiler
    limit: int
    counted: tuple[str, ...] = ()

    def condition(self, value: Any, position: str) -> Condition:
        if not isinstance(value, Mapping):
            raise Invalid(position, _shown(value), "a condition is an object")
        keys = _keys(value, position)
        groups = _GROUPS & keys.keys()
        if groups:
            return self._group(value, position, keys, groups)
        return self._leaf(value, position, keys)

    def _group(self, data: Mapping[str, Any], position: str, keys: dict[str, str], groups: set[str]) -> Condition:
        if len(keys) > 1:
            raise Invalid(position, ", ".join(keys.values()), "a condition with allOf, anyOf or not has no other key")
        word = groups.pop()
        spelled = keys[word]
        inner = data[spelled]
        if word == "not":
            return Not(self.condition(inner, f"{position}.{spelled}"))
        if not isinstance(inner, list):
            raise Invalid(f"{position}.{spelled}", _shown(inner), "it takes an array of conditions")
        parts = [self.condition(part, f"{position}.{spelled}[{at}]") for at, part in enumerate(inner)]
        return Several(tuple(parts), cut=word == "anyof")

    def _leaf(self, data: Mapping[str, Any], position: str, keys: dict[str, str]) -> Condition:
        self.compiler.conditions += 1
        if self.compiler.conditions > self.limit:
            raise Invalid(position, f"condition {self.compiler.conditions}", f"the limit is {self.limit} conditions")
        left = [word for word in _LEFT if word in keys]
        operators = [word for word in keys if word in SPELLED]
        others = [spelled for word, spelled in keys.items() if word not in _LEFT and word not in SPELLED]
        others = [spelled for spelled in others if not (spelled.lower() == "source" and data[spelled] == "action")]
        if others:
            known = ", ".join([*_LEFT, *SPELLED.values()])
            raise Invalid(position, ", ".join(others), f"no such operator or key; known are {known}")
        if len(left) != 1:
            raise Invalid(
                position, " and ".join(left) or "no left side", "a condition has one of field, value and count"
            )
        if len(operators) != 1:
            text = " and ".join(SPELLED[word] for word in operators) or "no operator"
            raise Invalid(position, text, "a condition has exactly one operator")
        operand = data[keys[operators[0]]]
        at = f"{position}.{keys[operators[0]]}"
        _check_operand(operators[0], operand, at)
        right: Run = _null if operand is None else self.compiler.value(operand, at)
        return self._sided(
            data[keys[left[0]]], left[0], _RightSide(operators[0], operand, right), f"{position}.{left[0]}"
        )

    def _sided(self, actual: Any, left: str, side: _RightSide, position: str) -> Condition:
        operator, operand, right = side
        if left == "count":
            return self._count(actual, Sides("count", operator, right, _shown(operand)), position)
        if left == "value":
            value = self.compiler.value(actual, position)
            sides = Sides(f"value {_shown(actual)}", operator, right, _shown(operand))
            return Leaf(value_judge(sides, value), sides.says)
        if not isinstance(actual, str):
            raise Invalid(position, _shown(actual), "a field is named by a text")
        expression = grammar.is_expression(actual)
        if not expression and not is_field(actual):
            raise Invalid(
                position, repr(actual), "there is no such field", "Name a property like type, a tag or an alias"
            )
        sides = Sides(actual, operator, right, _shown(operand))
        early = actual.lower() in _EARLY
        only = _types(operator, operand) if actual.lower() == "type" else None
        return Leaf(field_judge(sides, self.compiler.value(actual, position)), sides.says, early, only)

    def _count(self, value: Any, sides: Sides, position: str) -> Condition:
        if not isinstance(value, Mapping):
            raise Invalid(position, _shown(value), "count is an object with field or value")
        keys = _keys(value, position)
        unknown = [spelled for word, spelled in keys.items() if word not in ("field", "value", "name", "where")]
        if unknown:
            raise Invalid(position, ", ".join(unknown), "count knows field, value, name and where")
        if ("field" in keys) == ("value" in keys):
            raise Invalid(position, ", ".join(keys.values()) or "nothing", "count has either field or value")
        if "field" in keys:
            return self._field_count(value, keys, sides, position)
        return self._value_count(value, keys, sides, position)

    def _field_count(self, data: Mapping[str, Any], keys: dict[str, str], sides: Sides, position: str) -> Condition:
        field = data[keys["field"]]
        if "name" in keys:
            raise Invalid(f"{position}.name", _shown(data[keys["name"]]), "only a count of value has a name")
        if not isinstance(field, str) or "[*]" not in field:
            raise Invalid(f"{position}.field", _shown(field), "count.field names an array by an alias with [*]")
        outer = self.counted[-1] if self.counted else ""
        if outer and not (field.lower().startswith(outer) and "[*]" in field[len(outer) :]):
            raise Invalid(
                f"{position}.field", field, f"inside the count of {outer}, only arrays below it can be counted"
            )
        seen = self.compiler.field_counts
        seen[field.lower()] = seen.get(field.lower(), 0) + 1
        if seen[field.lower()] > limits.FIELD_COUNTS_OF_AN_ARRAY:
            most = limits.FIELD_COUNTS_OF_AN_ARRAY
            raise Invalid(f"{position}.field", field, f"an array can be counted {most} times at most")
        inside = self._where(data, keys, position, (*self.counted, field.lower()))
        name = _counted(f"count of {field}", data, keys)
        sides = Sides(name, sides.operator, sides.right, sides.shown, field.lower())
        judge = count_judge(sides, count_of_field(self.compiler.value(field, f"{position}.field"), inside))
        return Leaf(judge, sides.says, word="count")

    def _value_count(self, data: Mapping[str, Any], keys: dict[str, str], sides: Sides, position: str) -> Condition:
        self.compiler.value_counts += 1
        if self.compiler.value_counts > limits.VALUE_COUNTS:
            raise Invalid(position, f"value count {self.compiler.value_counts}", f"the limit is {limits.VALUE_COUNTS}")
        name = data[keys["name"]] if "name" in keys else "default"
        if not isinstance(name, str) or not name:
            raise Invalid(f"{position}.name", _shown(name), "the name of a count is a text")
        if self.compiler.depth_of_counts and "name" not in keys:
            raise Invalid(position, "no name", "a count of value inside another count needs a name")
        array = data[keys["value"]]
        if not isinstance(array, list) and not grammar.is_expression(array):
            raise Invalid(f"{position}.value", _shown(array), "count.value takes an array")
        inside = self._where(data, keys, position, self.counted)
        sides = Sides(_counted(f"count of {_shown(array)}", data, keys), sides.operator, sides.right, sides.shown)
        judge = count_judge(sides, count_of_value(self.compiler.value(array, f"{position}.value"), name, inside))
        return Leaf(judge, sides.says, word="count")

    def _where(
        self, data: Mapping[str, Any], keys: dict[str, str], position: str, counted: tuple[str, ...]
    ) -> Condition | None:
        if "where" not in keys:
            return None
        before, self.counted = self.counted, counted
        self.compiler.depth_of_counts += 1
        try:
            return self.condition(data[keys["where"]], f"{position}.where")
        finally:
            self.counted = before
            self.compiler.depth_of_counts -= 1


def condition(compiler: Compiler, value: Any, position: str, limit: int = limits.IF_CONDITIONS) -> Condition:
    """A condition, compiled. Raises Invalid."""
    try:
        return _Rule(compiler, limit).condition(value, position)
    except RecursionError:
        raise Invalid(position, "conditions within conditions", "they are nested too deep") from None


def _null(_: Runtime) -> Any:
    """A right side that the rule spells out as null: unlike an expression that comes to null, it can be equalled."""
    return MISSING


def _counted(text: str, value: Mapping[str, Any], keys: dict[str, str]) -> str:
    return f"{text} where {_shown(value[keys['where']])}" if "where" in keys else text


def _keys(data: Mapping[str, Any], position: str) -> dict[str, str]:
    """Keys by their lower-case form."""
    keys: dict[str, str] = {}
    for key in data:
        if str(key).lower() in keys:
            raise Invalid(position, str(key), "the key is there twice; case does not matter")
        keys[str(key).lower()] = str(key)
    return keys


def _check_operand(operator: str, operand: Any, position: str) -> None:
    if operator in ("in", "notin") and not isinstance(operand, list) and not grammar.is_expression(operand):
        raise Invalid(position, _shown(operand), f"{SPELLED[operator]} compares with an array")
    plain = not grammar.is_expression(operand)
    if operator == "exists" and plain and str(operand).lower() not in ("true", "false"):
        raise Invalid(position, _shown(operand), "exists takes true or false")


def _types(operator: str, operand: Any) -> frozenset[str] | None:
    """Returns the types that a condition on `type` leaves, where the rule lists them literally."""
    words = [operand] if operator == "equals" else operand if operator == "in" and isinstance(operand, list) else None
    if words is None or not all(isinstance(word, str) and not grammar.is_expression(word) for word in words):
        return None
    return frozenset(word.lower() for word in words)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else text[:117] + "..."
