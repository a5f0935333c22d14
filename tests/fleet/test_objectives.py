"""Service level objectives of a fleet: configured in reports, measured in records, and not known otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amlz.fleet.objectives import ObjectiveState, PlannedObjective
from amlz.fleet.record import MeasuredObjective
from amlz.reports.fleet import report as fleet_report
from amlz.reports.fleet.page import FleetPage
from tests.capabilities.test_operations import EXAMPLE
from tests.cli.in_process import amlz_here
from tests.fleet.fleets import read, record, report

AVAILABLE = {
    "name": "answers", "indicator": "availability", "target": 99.9, "days": 30, "limit": None, "endpoint": None,
    "budgetMinutes": 43.2, "alerts": 4, "whyNot": None,
}  # fmt: skip
FRESH = AVAILABLE | {"name": "fresh", "indicator": "data-freshness", "alerts": 0, "whyNot": "no table has it"}


def with_objectives(*objectives: Any) -> dict[str, Any]:
    """Returns a report of two environments, of which production has objectives."""
    environments = [
        {"environment": "churn/dev", "production": False, "objectives": []},
        {"environment": "churn/prod", "production": True, "objectives": list(objectives)},
    ]
    return report("prod") | {"objectives": environments}


def with_events(good: int, total: int, name: str = "answers") -> dict[str, Any]:
    """Returns a record with events of an objective."""
    events = {"environment": "churn/prod", "name": name, "day": "2027-03-01", "good": good, "total": total}
    return {**record("prod", "0.1.0"), "objectives": [events]}


def page(folder: Path, files: dict[str, Any], today: str = "2027-03-03") -> FleetPage:
    """Returns the report of a fleet."""
    return fleet_report.page(read(folder, files, today))


def rows(shown: FleetPage, title: str) -> tuple[tuple[str, ...], ...]:
    """Returns the rows of a table."""
    (table,) = (table for table in shown.tables if table.title == title)
    return table.rows


def test_environments_are_counted_by_whether_they_have_objectives(tmp_path: Path) -> None:
    """Production apart; a report of an earlier program is not known."""
    files = {"a/prod.json": with_objectives(AVAILABLE), "b/prod.json": with_objectives(), "c/prod.json": report("prod")}

    shown = page(tmp_path, files)

    assert rows(shown, "Environments with objectives") == (
        ("production", "1", "2 environments"),
        ("other", "0", "2 environments"),
        ("not known", "not known", "1 landing zone"),
    )
    assert shown.record["environments"] == {
        "production": {"environments": 2, "withObjectives": 1},
        "other": {"environments": 2, "withObjectives": 0},
    }
    stacks: Any = shown.record["stacks"]
    assert [one["objectives"] is None for one in stacks] == [False, False, True]


@pytest.mark.parametrize(
    ("events", "state", "left", "fails"),
    [
        (None, "not known", None, False),
        (with_events(99_950, 100_000), "50.0 % of the budget left, 2 days ago", 50, False),
        (with_events(99_900, 100_000), "spent: 100.0 % of the budget used, 2 days ago", 0, True),
        (with_events(99_760, 100_000), "spent: 240.0 % of the budget used, 2 days ago", -140, True),
        (with_events(0, 0), "no events, 2 days ago", None, False),
        (with_events(1, 1, "other"), "not known", None, False),
    ],
)
def test_the_state_of_a_budget_is_that_of_its_events(
    events: Any, state: str, left: float | None, fails: bool, tmp_path: Path
) -> None:
    """A spent one fails the report. Without events nothing is known, and an objective that was removed is named."""
    files = {"a/prod.json": with_objectives(AVAILABLE), **({"a/prod.record.json": events} if events else {})}

    shown = page(tmp_path, files)

    assert rows(shown, "Service level objectives") == (
        ("a/prod", "churn/dev", "none", "", "", "", ""),
        ("a/prod", "churn/prod", "answers (availability)", "99.9 %", "43.2 min in 30 days", "4", state),
    )
    assert (shown.fails, "1 spent error budget" in shown.verdict) == (fails, fails)
    stacks: Any = shown.record["stacks"]
    measured = stacks[0]["objectives"][1]["objectives"][0]["measured"]
    assert (measured and measured["budgetLeftPercent"]) == left
    gone = "its record has events of objectives that its report does not have: churn/prod/other."
    assert any(gone in note for note in shown.notes) == (bool(events) and events["objectives"][0]["name"] == "other")


def test_an_indicator_that_azure_does_not_measure_has_its_reason(tmp_path: Path) -> None:
    """In place of `not known`."""
    shown = page(tmp_path, {"a/prod.json": with_objectives(FRESH)})

    assert rows(shown, "Service level objectives")[1][-1] == "not measured: no table has it"


@given(st.floats(0.1, 99.99), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_budget_is_spent_when_the_objective_is_missed(target: float, good: int, bad: int) -> None:
    """The rest is above 0 exactly when the part of good events is above the target, but for rounding."""
    planned = PlannedObjective("a", "availability", target, 30, 1, 0, None)
    events = MeasuredObjective.model_validate(
        {"environment": "a/b", "name": "a", "day": "2027-03-01", "good": good, "total": good + bad}
    )
    left = ObjectiveState("a/b", planned, events).left

    assert (left is None) == (good + bad == 0)
    if left is not None:
        part = 100 * good / (good + bad)
        assert left <= 100
        assert (left > 0) == (part > target) or abs(part - target) < 1e-3


def test_a_report_has_the_objectives_of_its_stack(tmp_path: Path) -> None:
    """As `amlz slo` shows them: of the example, with the reason of the one that is not measured."""
    preview = amlz_here("preview", str(EXAMPLE), "--format", "json", "--fail-on", "none").stdout

    shown = page(tmp_path, {"a/operate.json": preview})

    states = [row[1:] for row in rows(shown, "Service level objectives") if row[2] != "none"]
    objectives = json.loads(amlz_here("slo", str(EXAMPLE), "--format", "json").stdout)["objectives"]
    assert [(row[0], row[1].partition(" ")[0], row[2]) for row in states] == [
        (one["environment"], one["name"], f"{one['target']:g} %") for one in objectives
    ]
    assert [row[-1].partition(":")[0] for row in states].count("not measured") == 1


def test_events_are_recorded_and_stay_until_the_next_ones(tmp_path: Path) -> None:
    """By the option of `amlz fleet record`, once for each objective."""
    words = ("fleet", "record", "prod", "--commit", "0" * 40)
    first = ("--measured", "churn/prod/answers=9/10", "--measured", "churn/prod/fast=1/2")
    for more in (("--today", "2027-03-01", *first), ("--today", "2027-03-02", "--measured", "churn/prod/fast=2/2")):
        ran = amlz_here(*words, *more, folder=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, "")

    written = json.loads((tmp_path / "prod.record.json").read_text(encoding="utf-8"))["objectives"]

    assert [(one["name"], one["day"], one["good"], one["total"]) for one in written] == [
        ("answers", "2027-03-01", 9, 10),
        ("fast", "2027-03-02", 2, 2),
    ]


def test_a_record_with_more_good_events_than_events_is_refused(tmp_path: Path) -> None:
    """The report stays, and the record is not known."""
    reports = read(tmp_path, {"a/prod.json": with_objectives(AVAILABLE), "a/prod.record.json": with_events(3, 2)})

    assert [one.why for one in reports.unusable] == [
        "It is no record: objectives.0: more events are good than there are."
    ]
