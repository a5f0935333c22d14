"""Expressions of Azure Pipelines, as far as the pipelines use them; anything else raises.

https://learn.microsoft.com/azure/devops/pipelines/process/expressions
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_]\w*|\d+|[(),.\[\]])")
Values = Mapping[str, Any]


def evaluate(expression: str, values: Values) -> Any:
    """The value of an expression; names that there are not are empty, as they are there."""
    tokens = TOKEN.findall(expression)
    assert "".join(tokens) == re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", expression.strip()), expression
    value = _term(tokens, values)
    assert not tokens, f"not read: {tokens} of {expression}"
    return value


def _term(tokens: list[str], values: Values) -> Any:
    token = tokens.pop(0)
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token.isdigit():
        return int(token)
    if tokens[:1] == ["("]:
        tokens.pop(0)
        given = []
        while tokens[0] != ")":
            given.append(_term(tokens, values))
            if tokens[0] == ",":
                tokens.pop(0)
        tokens.pop(0)
        return _call(token, given, values)
    value = values.get(token)
    while tokens[:1] in (["."], ["["]):
        opening = tokens.pop(0)
        key = tokens.pop(0).strip("'")
        assert opening == "." or tokens.pop(0) == "]"
        value = (value or {}).get(key)
    return value


def _call(name: str, given: list[Any], values: Values) -> Any:
    functions: dict[str, Callable[..., Any]] = {
        "and": lambda *all_of: all(all_of),
        "or": lambda *any_of: any(any_of),
        "not": lambda one: not one,
        "eq": lambda one, other: text(one) == text(other),
        "ne": lambda one, other: text(one) != text(other),
        "lt": lambda one, other: one < other,
        "in": lambda one, *others: text(one) in map(text, others),
        "replace": lambda where, old, new: where.replace(old, new),
        "lower": lambda value: text(value).lower(),
        "convertToJson": lambda value: json.dumps(value, indent=2),
        "canceled": lambda: False,
        "failed": lambda: "Failed" in values["results"],
        "succeeded": lambda: set(values["results"]) <= {"Succeeded"},
        "succeededOrFailed": lambda: True,
    }
    return functions[name](*given)


def text(value: Any) -> str:
    """A value as a text: a truth value begins with a capital."""
    return "" if value is None else str(value)


def filled(value: Any, values: Values) -> Any:
    """A template after expansion: `${{ }}`, conditions and loops."""
    if isinstance(value, list):
        return [one for item in _chosen(value, values) for one in item]
    if isinstance(value, dict):
        return _mapping(value, values)
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\$\{\{([^}]*)\}\}", value)
    if whole:
        return evaluate(whole[1], values)
    return re.sub(r"\$\{\{([^}]*)\}\}", lambda entry: text(evaluate(entry[1], values)), value)


def _chosen(items: list[Any], values: Values) -> Any:
    """Each item of a list after expansion: itself, the items of a true condition, or those of a loop."""
    for item in items:
        key = next(iter(item), "") if isinstance(item, dict) and len(item) == 1 else ""
        if match := re.fullmatch(r"\$\{\{ if (.*) \}\}", str(key)):
            yield filled(item[key], values) if evaluate(match[1], values) else []
        elif match := re.fullmatch(r"\$\{\{ each (\w+) in (.*) \}\}", str(key)):
            for one in evaluate(match[2], values):
                yield filled(item[key], {**values, match[1]: one})
        else:
            yield [filled(item, values)]


def _mapping(data: dict[str, Any], values: Values) -> dict[str, Any]:
    made: dict[str, Any] = {}
    held = False
    for key, value in data.items():
        if match := re.fullmatch(r"\$\{\{ if (.*) \}\}", str(key)):
            held = bool(evaluate(match[1], values))
            made |= filled(value, values) if held else {}
        elif key == "${{ else }}":
            made |= {} if held else filled(value, values)
        elif key == "${{ insert }}":
            made |= filled(value, values)
        else:
            made[filled(key, values)] = filled(value, values)
    return made
