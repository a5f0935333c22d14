"""The operators of conditions on one value: true, false, or None where it is not known before deployment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine import wildcards
from amlz.policy.engine.errors import EvaluationError
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.values import (
    MISSING,
    NUMBER,
    Interval,
    Unknown,
    get,
    has_unknown,
    is_number,
    kind,
    order,
    same,
    text,
)

Truth = bool | None


@dataclass(frozen=True, slots=True)
class Left:
    """The left side of a condition. `missing`: a field with no value; a `value` that is null is not missing."""

    value: Any
    missing: bool = False
    null: bool = False


Test = Callable[[Runtime, Left, Any], Truth]


def _equal(rt: Runtime, left: Any, right: Any) -> bool:
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return same(left, right)
    mine, theirs = text(left), text(right)
    if mine.lower() == theirs.lower():
        return True
    if is_number(left) or is_number(right):
        texts = not isinstance(left, bool) and not isinstance(right, bool)
        if texts and NUMBER.match(mine) and NUMBER.match(theirs) and float(mine) == float(theirs):
            return rt.prefers_other("equals-number")
    return False


def _equals(rt: Runtime, left: Left, right: Any) -> Truth:
    if left.missing:
        return bool(right == "")
    if has_unknown(left.value) or has_unknown(right):
        return None
    return _equal(rt, left.value, right)


def _in(rt: Runtime, left: Left, right: Any) -> Truth:
    if not isinstance(right, list):
        raise EvaluationError(f"`in` compares with an array, not {kind(right)}")
    if left.missing:
        if "" in right:
            return not rt.prefers_other("in-empty-text")
        return None if has_unknown(right) else False
    values = [_equals(rt, left, member) for member in right]
    return True if True in values else None if None in values else False


def _contains(rt: Runtime, left: Left, right: Any) -> Truth:
    if left.missing:
        return False
    value = left.value
    if isinstance(value, list):
        return _in(rt, Left(right), value)
    if isinstance(value, dict):
        return get(value, text(right)) is not MISSING
    return text(right).lower() in text(value).lower()


def _contains_key(rt: Runtime, left: Left, right: Any) -> Truth:
    del rt
    return isinstance(left.value, dict) and not left.missing and get(left.value, text(right)) is not MISSING


def _like(rt: Runtime, left: Left, right: Any) -> Truth:
    if left.missing:
        return False
    pattern, value = text(right), text(left.value)
    if left.null and pattern and wildcards.fits(pattern, ""):
        return not rt.prefers_other("like-null-value")
    fits = wildcards.fits(pattern, value)
    if "?" in pattern and wildcards.fits(pattern, value, question=True) != fits:
        return rt.prefers_other("like-question") != fits
    return fits


def _matcher(insensitive: bool) -> Test:
    def test(rt: Runtime, left: Left, right: Any) -> Truth:
        del rt
        pattern, value = text(right), text(left.value)
        if left.missing or len(pattern) != len(value):
            return False
        if insensitive:
            pattern, value = pattern.lower(), value.lower()
        return all(_fits(mark, character) for mark, character in zip(pattern, value, strict=False))

    return test


def _fits(mark: str, character: str) -> bool:
    if mark == "#":
        return character.isdecimal()
    if mark == "?":
        return character.isalpha()
    return mark in (".", character)


def _ordering(name: str, holds: Callable[[Any, Any], bool]) -> Test:
    def test(rt: Runtime, left: Left, right: Any) -> Truth:
        if left.missing or left.null:
            return False
        value = left.value
        if is_number(value) and is_number(right):
            return holds(value, right)
        if isinstance(value, str) and isinstance(right, str):
            return holds(order(value), order(right))
        numbers = [float(text(part)) for part in (value, right) if _numeric(part)]
        if len(numbers) == 2 and rt.prefers_other("ordering-coerced"):
            return holds(*numbers)
        raise EvaluationError(f"`{name}` cannot compare {kind(value)} with {kind(right)}")

    return test


def _numeric(value: Any) -> bool:
    return is_number(value) or (isinstance(value, str) and bool(NUMBER.match(value)))


def _exists(rt: Runtime, left: Left, right: Any) -> Truth:
    del rt
    if isinstance(right, Unknown):
        return None
    if not isinstance(right, bool):
        word = right.lower() if isinstance(right, str) else ""
        if word not in ("true", "false"):
            raise EvaluationError(f"`exists` takes true or false, not {right!r}")
        right = word == "true"
    if isinstance(left.value, Unknown):
        return right if left.value.present else None
    present = not left.missing and not left.null
    return bool(present == right)


#: Operators by lower-case name; their negations are made of them.
_POSITIVE: dict[str, Test] = {
    "equals": _equals,
    "in": _in,
    "contains": _contains,
    "containskey": _contains_key,
    "like": _like,
    "match": _matcher(insensitive=False),
    "matchinsensitively": _matcher(insensitive=True),
}
_ALONE: dict[str, Test] = {
    "less": _ordering("less", lambda left, right: bool(left < right)),
    "lessorequals": _ordering("lessOrEquals", lambda left, right: bool(left <= right)),
    "greater": _ordering("greater", lambda left, right: bool(left > right)),
    "greaterorequals": _ordering("greaterOrEquals", lambda left, right: bool(left >= right)),
    "exists": _exists,
}
#: Operators that read an array or object as its text.
_TEXTUAL = frozenset({_POSITIVE["like"], _POSITIVE["match"], _POSITIVE["matchinsensitively"]})
#: Operators on a count whose truth changes only next to the numbers that they are given.
_STEPWISE = frozenset({"equals", "notequals", "in", "notin", "less", "lessorequals", "greater", "greaterorequals"})
#: Every operator, by lower-case name, as the documentation spells it.
SPELLED = {
    name.lower(): name
    for name in [
        *("equals", "notEquals", "in", "notIn", "contains", "notContains", "containsKey", "notContainsKey"),
        *("like", "notLike", "match", "notMatch", "matchInsensitively", "notMatchInsensitively"),
        *("less", "lessOrEquals", "greater", "greaterOrEquals", "exists"),
    ]
}


def holds(rt: Runtime, operator: str, left: Left, right: Any) -> Truth:
    """Returns whether a condition holds. `operator` in lower case. Raises EvaluationError.

    A right side that is null fails; MISSING is a null that the rule itself spells out, which equals nothing.
    """
    if operator == "exists":
        return _exists(rt, left, right)
    if right is MISSING and operator in ("equals", "notequals") and _nothing(left):
        return None if isinstance(left.value, Unknown) else operator == "equals"
    if right is None or right is MISSING:
        raise EvaluationError(f"the right side of `{SPELLED[operator]}` is null")
    if isinstance(right, Unknown):
        return None
    if isinstance(left.value, Interval):
        return _counted(rt, operator, left.value, right)
    negated = operator not in _ALONE and operator not in _POSITIVE
    test = _ALONE.get(operator) or _POSITIVE[operator.removeprefix("not") if negated else operator]
    if isinstance(left.value, Unknown):
        return _undecided(operator, right)
    if test in _TEXTUAL and (has_unknown(left.value) or has_unknown(right)):
        return None
    result = test(rt, left, right)
    return result if result is None or not negated else not result


def _nothing(left: Left) -> bool:
    """Returns whether a left side is missing, null, or may be either."""
    return left.missing or left.null or isinstance(left.value, Unknown)


def _undecided(operator: str, right: Any) -> Truth:
    """Returns the truth for an unknown value: undecided, except that nothing is in an empty list."""
    if operator in ("in", "notin") and not isinstance(right, list):
        raise EvaluationError(f"`{SPELLED[operator]}` compares with an array, not {kind(right)}")
    return operator == "notin" if right == [] else None


def _counted(rt: Runtime, operator: str, count: Interval, right: Any) -> Truth:
    """Returns the truth for an undecided count: evaluated at its ends and around the operand, where truth can
    change.
    """
    near = [int(float(text(part))) for part in (right if isinstance(right, list) else [right]) if _numeric(part)]
    high = count.high if count.high is not None else max([count.low, *near]) + 2
    if operator not in _STEPWISE and high != count.low:
        return None
    points = {count.low, high, *(place + step for place in near for step in (-1, 0, 1))}
    values = {holds(rt, operator, Left(point), right) for point in points if count.low <= point <= high}
    return values.pop() if len(values) == 1 else None
