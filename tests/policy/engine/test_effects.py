"""Changes of a request by append and modify. Cases are tables."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.policy.engine.judge import Verdict
from amlz.policy.engine.lines import answer
from amlz.policy.engine.values import lowered
from tests.policy.engine.common import ALIASES, TYPE, definition_file, resource

TABLES = definition_file("effects.json")


def _verdict(effect: str, details: Any, body: dict[str, Any]) -> Verdict:
    wrapped = {"operations": details, "roleDefinitionIds": []} if effect == "modify" else details
    wrapped = details if isinstance(details, dict) else wrapped
    rule = {"if": {"field": "name", "equals": "thing"}, "then": {"effect": effect, "details": wrapped}}
    given = {"rule": rule, "resource": resource(**body), "aliases": ALIASES, "parameters": {"conflict": "Audit"}}
    return answer(given)


@pytest.mark.parametrize(
    ("says", "effect", "details", "body", "after", "refuses", "notes"),
    TABLES["rows"],
    ids=[r[0] for r in TABLES["rows"]],
)
def test_a_change_is_made_refused_or_left_out(
    says: str,
    effect: str,
    details: Any,
    body: dict[str, Any],
    after: dict[str, Any],
    refuses: list[str],
    notes: list[str],
) -> None:
    """The whole body after it, in every row; the body given is not touched."""
    assert says
    before = resource(**body)

    verdict = _verdict(effect, details, body)

    assert verdict.outcome == "applies"
    assert verdict.changes is not None
    assert lowered(verdict.changes.body) == resource(**after)
    assert (list(verdict.changes.refuses), list(verdict.changes.notes)) == (refuses, notes)
    assert bool(verdict.changes.altered) == (resource(**after) != before)
    assert resource(**body) == before


def test_a_refusal_on_which_sources_disagree_is_undecided() -> None:
    """A number and a text that differ as JSON text only: one reading refuses, the other changes nothing."""
    verdict = _verdict("append", [{"field": f"{TYPE}/p", "value": 5.0}], {"properties": {"p": "5"}})

    assert (verdict.outcome, verdict.rows) == ("undecided", ("equals-number",))


@pytest.mark.parametrize(
    ("says", "effect", "details", "body", "why"), TABLES["undecided"], ids=[r[0] for r in TABLES["undecided"]]
)
def test_a_change_that_depends_on_what_is_not_known_is_undecided(
    says: str, effect: str, details: Any, body: dict[str, Any], why: str
) -> None:
    """The reason names the values."""
    assert says

    verdict = _verdict(effect, details, body)

    assert (verdict.outcome, verdict.says) == ("undecided", why)
