"""Azure's evaluation of a condition on role assignments, for the part of the language that conditions here are in.

https://learn.microsoft.com/azure/role-based-access-control/conditions-format
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(
    r"\s*(?:(?P<action>ActionMatches\{'(?P<path>[^']+)'\})"
    r"|(?P<attribute>@\w+\[[\w./]+:\w+\])\s+(?P<operator>ForAnyOfAnyValues:(?:GuidEquals|StringEqualsIgnoreCase)|ForAnyOfAllValues:GuidNotEquals)"
    r"\s+\{(?P<values>[^}]*)\}"
    r"|(?P<word>AND|OR|!|\(|\)))"
)


def allows(condition: str, action: str, attributes: Mapping[str, str]) -> bool:
    """Evaluates a condition for an action. `attributes`: by `@Request[TYPE:NAME]`, as the condition writes them.

    Raises ValueError for text that is not of the language, or mixes AND and OR without parentheses.
    """
    tokens, at = [], 0
    while at < len(condition.rstrip()):
        match = _TOKEN.match(condition, at)
        if match is None:
            raise ValueError(f"not a condition from {condition[at : at + 40]!r}")
        tokens.append(match)
        at = match.end()
    value, rest = _expression(tokens, action, attributes)
    if rest:
        raise ValueError(f"more than a condition: {rest[0][0]!r}")
    return value


def _expression(tokens: list[re.Match[str]], action: str, attributes: Mapping[str, str]) -> tuple[bool, list]:  # type: ignore[type-arg]
    value, rest = _term(tokens, action, attributes)
    joined = None
    while rest and rest[0]["word"] in ("AND", "OR"):
        word = rest[0]["word"]
        if joined not in (None, word):
            raise ValueError("AND and OR need parentheses")
        joined = word
        other, rest = _term(rest[1:], action, attributes)
        value = value and other if word == "AND" else value or other
    return value, rest


def _term(tokens: list[re.Match[str]], action: str, attributes: Mapping[str, str]) -> tuple[bool, list]:  # type: ignore[type-arg]
    if not tokens:
        raise ValueError("it ends too early")
    first, rest = tokens[0], tokens[1:]
    if first["word"] == "!":
        value, rest = _term(rest, action, attributes)
        return not value, rest
    if first["word"] == "(":
        value, rest = _expression(rest, action, attributes)
        if not rest or rest[0]["word"] != ")":
            raise ValueError("a parenthesis is open")
        return value, rest[1:]
    if first["action"]:
        return action.lower() == first["path"].lower(), rest
    if first["attribute"]:
        values = {value.strip().strip("'").lower() for value in first["values"].split(",")}
        equal = attributes.get(first["attribute"], "").lower() in values
        return equal is not first["operator"].endswith("NotEquals"), rest
    raise ValueError(f"not a term: {first[0]!r}")
