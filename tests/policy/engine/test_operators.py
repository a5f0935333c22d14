"""Operators against what is missing, null, and every kind of value. Cases are tables."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.engine.common import TYPE, definition_file, resource, short, verdict_of

TABLES = definition_file("operators.json")
WORDS = {True: "applies", False: "does-not-apply"}


def _word(truth: bool | str) -> str:
    return truth if isinstance(truth, str) else WORDS[truth]


@pytest.mark.parametrize(
    ("operator", "operand", "missing", "null", "value"),
    TABLES["absent"]["rows"],
    ids=[f"{row[0]} {row[1]!r}" for row in TABLES["absent"]["rows"]],
)
def test_what_is_absent_is_compared_as_the_table_says(
    operator: str, operand: Any, missing: bool | str, null: bool | str, value: bool | str
) -> None:
    """A missing field, a field that is null, and a `value` that is null."""
    condition = {"field": f"{TYPE}/p", operator: operand}

    values = [
        short(verdict_of(condition, resource({}))),
        short(verdict_of(condition, resource({"p": None}))),
        short(verdict_of({"value": "[null()]", operator: operand}, resource({}))),
    ]

    assert values == [_word(missing), _word(null), _word(value)]


@pytest.mark.parametrize(
    ("left", "operator", "operand", "truth"),
    TABLES["present"]["rows"],
    ids=[f"{row[0]!r} {row[1]} {row[2]!r}" for row in TABLES["present"]["rows"]],
)
def test_a_value_is_compared_as_the_table_says(left: Any, operator: str, operand: Any, truth: bool | str) -> None:
    """Alike as a field and as a `value`, in any casing of the keys."""
    of = resource({"p": left})

    values = [
        short(verdict_of({"field": f"{TYPE}/p", operator: operand}, of)),
        short(verdict_of({"FIELD": f"{TYPE}/P".upper(), operator.upper(): operand}, of)),
        short(verdict_of({"value": f"[field('{TYPE}/p')]", operator: operand}, of)),
    ]

    assert values == [_word(truth)] * 3
