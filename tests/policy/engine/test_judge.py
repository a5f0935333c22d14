"""Parts of a verdict in addition to its word: reasons, causes of undecided, the tree of conditions, changes."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.policy.engine.judge import Verdict, undecided_by
from amlz.policy.engine.lines import answer
from tests.policy.engine.common import ALIASES, TYPE, resource, verdict_of

_OF_TYPE = {"field": "type", "equals": TYPE}


def _is(name: str, value: Any) -> dict[str, Any]:
    return {"field": f"{TYPE}/{name}", "equals": value}


def _trace_rows(verdict: Verdict) -> list[tuple[str, Any, Any]]:
    return [(reason["condition"], reason["actual"], reason["truth"]) for reason in verdict.reasons]


@pytest.mark.parametrize(
    ("condition", "properties", "reasons"),
    [
        ({"allOf": [_OF_TYPE, _is("p", "x")]}, {"p": "X"}, [('T.P/x/p equals "x"', "X", True)]),
        (
            {"allOf": [_is("p", "x"), _is("q", "y")]},
            {"p": "x", "q": "y"},
            [('T.P/x/p equals "x"', "x", True), ('T.P/x/q equals "y"', "y", True)],
        ),
        ({"allOf": [_is("p", "x"), _is("q", "y")]}, {"p": "x"}, [('T.P/x/q equals "y"', None, False)]),
        ({"anyOf": [_is("p", "x"), _is("q", "y")]}, {"q": "y"}, [('T.P/x/q equals "y"', "y", True)]),
        (
            {"anyOf": [_is("p", "x"), _is("q", "y")]},
            {},
            [('T.P/x/p equals "x"', None, False), ('T.P/x/q equals "y"', None, False)],
        ),
        ({"not": _is("p", "x")}, {}, [('T.P/x/p equals "x"', None, False)]),
        ({"field": f"{TYPE}/a[*]", "equals": 1}, {"a": [1, 2]}, [("T.P/x/a[*] equals 1", [1, 2], False)]),
        ({"count": {"field": f"{TYPE}/a[*]"}, "less": 3}, {"a": [1]}, [("count of T.P/x/a[*] less 3", 1, True)]),
        (
            {"allOf": [_is("p", "x"), _is("q", "y")]},
            {"p": {"$unknown": "later"}, "q": "y"},
            [('T.P/x/p equals "x"', {"$unknown": "later"}, None)],
        ),
        ({"value": "[int('x')]", "equals": 1}, {}, []),
    ],
)
def test_reasons_are_the_conditions_that_decided(condition: Any, properties: Any, reasons: list[Any]) -> None:
    """Those on the type are left out; the values that they found are shown."""
    assert _trace_rows(verdict_of(condition, resource(properties))) == reasons


@pytest.mark.parametrize(
    ("condition", "properties", "sentences"),
    [
        (
            _is("p", "x"),
            {"p": {"$unknown": "the id of a subnet"}},
            ['T.P/x/p equals "x": the id of a subnet'],
        ),
        (_is("nobody", "x"), {}, ["alias T.P/x/nobody is not known here", 'T.P/x/nobody equals "x": alias '
          "T.P/x/nobody is not in the catalogue"]),
        (
            {"field": f"{TYPE}/p", "like": "a?"},
            {"p": "ab"},
            ["sources disagree on `?` in the pattern of `like`: a plain character (R); or matches one character"],
        ),
    ],
)  # fmt: skip
def test_an_undecided_answer_says_why(condition: Any, properties: Any, sentences: list[str]) -> None:
    """In sentences."""
    assert list(undecided_by(verdict_of(condition, resource(properties)))) == sentences


def test_the_tree_shows_every_condition_with_what_it_found() -> None:
    """Also those that were not needed, which are marked, and errors."""
    condition = {
        "allOf": [
            _is("p", "x"),
            {"not": {"anyOf": [_is("q", 1)]}},
            {"count": {"field": f"{TYPE}/a[*]"}, "greater": 1},
            {"value": "[int('x')]", "equals": 1},
        ]
    }

    verdict = verdict_of(condition, resource({"p": "x", "a": [{"$unknown": "later"}]}))

    assert verdict.trace is not None
    assert list(verdict.trace.lines()) == [
        "false     allOf",
        "  true      T.P/x/p equals \"x\": it is 'x'",
        "  true      not",
        "    false     anyOf",
        "      false     T.P/x/q equals 1: it is absent",
        "  false     count of T.P/x/a[*] greater 1: it is 1",
        "  error     value \"[int('x')]\" equals 1: int() cannot read 'x' as an integer",
    ]
    assert verdict.details == {
        "hiddenErrors": ["value \"[int('x')]\" equals 1: int() cannot read 'x' as an integer"],
    }


@pytest.mark.parametrize("later", [_is("q", "x"), _is("q", "y")])
def test_the_tree_agrees_with_the_answer_where_an_error_may_or_may_not_be_met(later: dict[str, Any]) -> None:
    """Undecided, then an error, then any other: undecided."""
    condition = {"allOf": [_is("p", "x"), {"value": "[int('x')]", "equals": 1}, later]}

    verdict = verdict_of(condition, resource({"p": {"$unknown": "later"}, "q": "x"}))

    assert verdict.trace is not None
    assert (verdict.outcome, verdict.trace.truth, verdict.trace.error) == ("undecided", None, None)


def test_a_verdict_carries_roles_and_the_related_type() -> None:
    """Of deployIfNotExists and modify: what the assignment's identity needs."""
    details = {
        "type": "T.P/y",
        "roleDefinitionIds": ["/r/1"],
        "deployment": {"properties": {"template": {"x": "[nope(]"}}},
    }
    rule = {"if": _OF_TYPE, "then": {"effect": "deployIfNotExists", "details": details}}

    verdict = answer({"rule": rule, "resource": resource({}), "related": [], "aliases": ALIASES})

    assert (verdict.outcome, verdict.roles, verdict.related) == ("applies", ("/r/1",), "t.p/y")
