"""Conditions on a resource: arrays, counts, fields, references, unknown values. Cases are tables by section."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.engine.common import definition_file, resource, short, verdict_of

FILES = ("conditions.json", "fields.json", "unknown.json", "contested.json")
ROWS = [
    pytest.param(*row[:4], row[4] if len(row) > 4 else {}, id=f"{section['section'].split(':')[0]} {row[0]}")
    for file in FILES
    for section in definition_file(file)
    for row in section["rows"]
]


@pytest.mark.parametrize(("says", "condition", "properties", "expected", "more"), ROWS)
def test_a_condition_comes_out_as_its_row_says(
    says: str, condition: Any, properties: dict[str, Any] | None, expected: str, more: dict[str, Any]
) -> None:
    """`more` is what else the question carries: `root` of the resource, parameters, context, related."""
    assert says
    rest = {key: value for key, value in more.items() if key != "root"}

    verdict = verdict_of(condition, resource(properties, **more.get("root", {})), **rest)

    assert short(verdict) == expected
