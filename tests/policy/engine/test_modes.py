"""Which requests a definition looks at: modes, types that are never looked at, applicability. Cases are a table."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.policy.engine.lines import answer
from tests.policy.engine.common import ALIASES, definition_file, resource, short

ROWS = definition_file("modes.json")["rows"]


@pytest.mark.parametrize(
    ("says", "mode", "effect", "condition", "type_", "expected"), ROWS, ids=[row[0] for row in ROWS]
)
def test_a_definition_looks_at_what_its_mode_and_rule_say(
    says: str, mode: str | None, effect: str, condition: Any, type_: str, expected: str
) -> None:
    """Not applicable, applicable without a match, or a match."""
    assert says
    told_of = {"mode": mode, "policyRule": {"if": condition, "then": {"effect": effect}}}

    verdict = answer({"definition": told_of, "resource": resource({}, type=type_), "aliases": ALIASES})

    assert short(verdict) == expected


@pytest.mark.parametrize(
    ("location", "expected"), [({"location": "westeurope"}, "applies"), ({}, "undecided: indexed-type")]
)
def test_a_type_without_a_row_is_indexed_where_its_request_has_a_location(
    location: dict[str, str], expected: str
) -> None:
    """Resources with a location are tracked, and tracked resources have tags."""
    condition = {"field": "name", "equals": "thing"}
    told_of = {"mode": "Indexed", "policyRule": {"if": condition, "then": {"effect": "deny"}}}
    settings = {**resource({}, type="T.P/unheardOf"), **location}
    if not location:
        settings.pop("location", None)

    verdict = answer({"definition": told_of, "resource": settings, "aliases": ALIASES})

    assert short(verdict) == expected
