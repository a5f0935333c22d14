"""Runbooks of failures, the pages of docs/runbooks/, and names of incidents."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace

import pytest

from amlz.core.facts.failures import FAILURES
from amlz.rehearsal.faults import FaultOutcome, read
from amlz.rehearsal.steps import Step, StepRefusal
from amlz.simulator.faults import FAULTS, INCIDENTS
from tests.capabilities.test_operations import EXAMPLE
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tools.docgen import runbooks

#: Failure modes that the pages have: a list of the requirements.
DEMANDED = {
    "failed-training", "drift", "latency", "rollback", "ingestion-lag", "secret-rotation", "cost-spike", "dns-failure",
}  # fmt: skip


def test_there_is_a_page_for_each_alert_and_failure_and_no_other() -> None:
    """Each alert that a failure names has a page."""
    pages = set(runbooks.pages())

    assert set(FAILURES) == DEMANDED
    assert {f"{name}.md" for row in FAILURES.values() for name in row.alerts} <= pages
    assert {path.name for path in (ROOT / "docs" / "runbooks").iterdir()} == pages


def test_pages_hold_words_in_place_of_names() -> None:
    """No name and no id of the landing zone that they are made from."""
    for name, page in runbooks.pages().items():
        assert re.findall(r"unit-|c0c0c0c0|westeurope|{\w+}", page()) == [], name


def test_a_failure_has_commands_with_the_names_of_each_environment() -> None:
    """As JSON and as text."""
    rows = json.loads(amlz_here("runbook", str(EXAMPLE), "rollback", "--format", "json").stdout)
    text = amlz_here("runbook", str(EXAMPLE), "cost-spike").stdout

    assert [row["environment"] for row in rows] == ["churn/dev", "churn/prod"]
    assert "--workspace-name mlw-retail-churn-prod-alss6 --resource-group rg-retail-churn-prod" in rows[1]["look"][0]
    assert text.startswith("cost-spike  churn/dev\n  Cost rises.\n  Look\n    amlz cost ")


def test_commands_of_amlz_in_runbooks_run() -> None:
    """With the names of a stack."""
    rows = json.loads(amlz_here("runbook", str(EXAMPLE), "dns-failure", "--format", "json").stdout)
    lines = [line for line in rows[1]["look"] if line.startswith("amlz ")]

    assert len(lines) == 2
    assert [amlz_here(*shlex.split(line)[1:]).returncode for line in lines] == [0, 0]


def test_each_fault_has_the_name_of_an_incident() -> None:
    """The page of game days lists all of them."""
    page = (ROOT / "docs" / "how-to" / "game-days.md").read_text(encoding="utf-8")

    assert sorted(INCIDENTS.values()) == sorted(fault.kind for fault in FAULTS)
    for incident, kind in INCIDENTS.items():
        assert f"| `{incident}` | `{kind}` |" in page


@pytest.mark.parametrize(
    ("incident", "fault"),
    [("regional-outage", "unavailable"), ("quota-exhausted@12", "quota@12"), ("manual-change", "drifted")],
)
def test_an_incident_is_read_as_its_fault(incident: str, fault: str) -> None:
    """With the same positions."""
    assert read(incident) == read(fault)


def test_the_page_of_game_days_has_the_results_that_a_rehearsal_shows() -> None:
    """As its table has them."""
    page = " ".join((ROOT / "docs" / "how-to" / "game-days.md").read_text(encoding="utf-8").split())
    step = Step("up")
    outcome = FaultOutcome((read("unavailable"),), ("create x",), step, (), None, ())
    results = [replace(outcome, then=then).result for then in (None, step, Step("up", refused=(StepRefusal("", "x"),)))]

    assert results == ["asked again by itself", "converged", "refused again: a person has to act"]
    assert [result for result in results if f"`{result}`" not in page] == []


def test_steps_after_an_alert_name_the_stack() -> None:
    """As a command takes it: a file elsewhere by its path. The pages have STACK instead."""
    steps = [
        step for row in json.loads(amlz_here("runbook", str(EXAMPLE), "--format", "json").stdout) for step in row["act"]
    ]

    assert [step for step in steps if "STACK" in step] == []
    assert any(step.endswith("amlz runbook examples/operate/Pulumi.operate.yaml quota-used.") for step in steps)
