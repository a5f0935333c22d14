"""Related resources that auditIfNotExists and deployIfNotExists find. Cases are a table."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.policy.engine.lines import answer
from tests.policy.engine.common import ALIASES, definition_file

TABLE = definition_file("existence.json")


def _verdict(effect: str, test: Any, details: Any, related: Any) -> str:
    rule = {"if": test, "then": {"effect": effect, "details": details}}
    return answer({"rule": rule, "resource": TABLE["origin"], "related": related, "aliases": ALIASES}).outcome


@pytest.mark.parametrize(("says", "details", "listed", "expected"), TABLE["rows"], ids=[r[0] for r in TABLE["rows"]])
@pytest.mark.parametrize("effect", ["auditIfNotExists", "DeployIfNotExists"])
def test_what_exists_beside_a_resource_satisfies_or_not(
    effect: str, says: str, details: Any, listed: list[Any] | None, expected: str
) -> None:
    """Both effects ask alike. A related resource is its id, type and properties."""
    assert says
    related = (
        None if listed is None else [{"id": i, "type": t, "name": _leaf(i), "properties": p} for i, t, p in listed]
    )

    text = _verdict(effect, {"field": "name", "equals": "thing"}, details, related)

    assert text == expected


@pytest.mark.parametrize(
    ("test", "related", "expected"),
    [
        ({"field": "T.P/x/p", "equals": "other"}, [], "not-applicable"),  # the whole `if` decides whether it applies
        ({"field": "T.P/x/p", "equals": "other"}, None, "not-applicable"),
        ({"field": "T.P/x/p", "equals": "mine"}, [], "applies"),
        ({"value": "[resourceGroup().name]", "equals": "g"}, [], "undecided"),
        ({"value": "[int('x')]", "equals": 1}, [], "error"),
    ],
)
def test_the_whole_condition_decides_whether_something_has_to_exist(test: Any, related: Any, expected: str) -> None:
    """Not only its parts on type, name and kind."""
    assert _verdict("auditIfNotExists", test, {"type": "T.P/y"}, related) == expected


def _leaf(resource_id: str) -> str:
    return resource_id.rpartition("/")[2]
