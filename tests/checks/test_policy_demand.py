"""Demands of a policy, read from the conditions that decided."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.checks.policy.demand import PolicyDemand, demands, joined, places
from amlz.policy.engine.assignment import Assignment
from amlz.policy.engine.definition import definition
from amlz.policy.engine.judge import PolicyQuestion, judge
from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.engine.subject import subject

_TYPE = "Microsoft.Storage/storageAccounts"
TIER, AGE, KEYS = f"{_TYPE}/minimumTlsVersion", "tags.age", f"{_TYPE}/allowSharedKeyAccess"
RESOURCE = {
    "type": _TYPE,
    "name": "sta",
    "apiVersion": "2024-01-01",
    "location": "westeurope",
    "tags": {"age": 5},
    "properties": {"minimumTlsVersion": "TLS1_2"},
}


def decided(condition: dict[str, Any]) -> tuple[PolicyDemand, ...]:
    """The demands of a rule that denies a storage account."""
    made = definition({"if": condition, "then": {"effect": "deny"}})
    result = subject(RESOURCE)
    verdict = judge(PolicyQuestion(made, {}, result))
    assert verdict.outcome == "applies"
    return demands(PolicyAnswer("deny", result, Assignment("", "", "", ()), None, verdict))


def field(name: str, operator: str, value: Any) -> dict[str, Any]:
    """A condition."""
    return {"field": name, operator: value}


def opposite(name: str, operator: str, value: Any) -> dict[str, Any]:
    """A condition that must not hold."""
    return {"not": field(name, operator, value)}


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        (field(TIER, "equals", "TLS1_2"), "anything but TLS1_2"),
        (opposite(TIER, "equals", "TLS1_3"), "TLS1_3"),
        (field(TIER, "notEquals", "TLS1_3"), "TLS1_3"),
        (opposite(TIER, "notEquals", "TLS1_2"), "anything but TLS1_2"),
        (field(TIER, "in", ["TLS1_0", "TLS1_2"]), "none of TLS1_0, TLS1_2"),
        (opposite(TIER, "in", ["TLS1_3"]), "one of TLS1_3"),
        (field(TIER, "notIn", list("abcdefgh")), "one of a, b, c, d, e, f and 2 more"),
        (field(TIER, "notIn", []), "one of an empty list"),
        (field(TIER, "like", "TLS1_*"), "nothing like TLS1_*"),
        (opposite(TIER, "like", "TLS2_*"), "a value like TLS2_*"),
        (field(TIER, "notContains", "3"), "something that contains 3"),
        (field(TIER, "contains", "2"), "nothing that contains 2"),
        (field(AGE, "greater", 4), "at most 4"),
        (opposite(AGE, "greater", 7), "more than 7"),
        (field(AGE, "greaterOrEquals", 5), "less than 5"),
        (field(AGE, "less", 7), "at least 7"),
        (field(AGE, "lessOrEquals", 5), "more than 5"),
        (opposite(AGE, "lessOrEquals", 4), "at most 4"),
        (field(KEYS, "exists", "false"), "a value"),
        (field(TIER, "exists", True), "no value"),
        (opposite(KEYS, "exists", True), "a value"),
        (opposite(TIER, "exists", "false"), "no value"),
        (field(KEYS, "equals", ""), "a value"),
        ({"value": f"[empty(field('{KEYS}'))]", "equals": True}, "a value"),
        ({"value": f"[empty(field('{TIER}'))]", "equals": False}, "no value"),
    ],
    ids=str,
)
def test_a_demand_is_what_would_end_the_refusal(condition: dict[str, Any], says: str) -> None:
    """The opposite of a condition that held, or one itself that must not fail."""
    (only,) = decided(condition)

    assert only.says == says


def test_conditions_on_the_type_are_a_demand_only_where_nothing_else_decided() -> None:
    """A rule chooses by type what it looks at."""
    by_type = field("type", "equals", _TYPE)

    both = [demand.left for demand in decided({"allOf": [by_type, field(TIER, "exists", True)]})]
    alone = [demand.left for demand in decided(by_type)]

    assert (both, alone) == ([TIER], ["type"])


def test_demands_at_one_place_are_alternatives() -> None:
    """Any of them would end the refusal; an empty list is not shown next to another."""
    rules = [field("location", "notIn", ["uksouth"]), field("location", "notEquals", "global")]
    result = decided({"allOf": [*rules, field("location", "notIn", []), field(AGE, "greater", 1)]})

    assert [joined(place) for place in places(result)] == ["one of uksouth, or global", "at most 1"]


@pytest.mark.parametrize(
    ("condition", "takes"),
    [
        (field(TIER, "notEquals", "tls1_3"), [False, True, False]),
        (field(TIER, "equals", "TLS1_2"), [True, True, False]),
        (field(TIER, "notIn", ["TLS1_3"]), [False, True, False]),
        (field(TIER, "in", ["TLS1_2"]), [True, True, False]),
        (field(TIER, "contains", "2"), [True, True, False]),
        (field(TIER, "exists", True), [False, False, True]),
        (field(KEYS, "exists", False), [True, True, False]),
        (field(TIER, "like", "TLS*"), [True, True, False]),
    ],
    ids=str,
)
def test_a_demand_says_which_values_would_do(condition: dict[str, Any], takes: list[bool]) -> None:
    """TLS1_1, TLS1_3, and no value at all. Patterns are not looked into, and take any value."""
    (only,) = decided(condition)

    assert [only.takes(value) for value in ("TLS1_1", "TLS1_3", None)] == takes
