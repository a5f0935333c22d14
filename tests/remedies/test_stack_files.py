"""Remedies of findings that a stack file can show: the text's own steps, applied to the file, make the finding go."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.checks.finding import Finding, Severity
from amlz.stackfile.load import load
from tests import layers
from tests.conftest import ROOT, from_yaml, preview_of
from tests.remedies.reading import REMOVED, changed, named, steps

CASES: list[dict[str, Any]] = from_yaml(Path(__file__).with_name("stack-files.yaml"))
#: Each takes two previews.
TRIED = layers.sampled(CASES, 20)
_BASE = (ROOT / "examples/minimal/Pulumi.minimal.yaml").read_text("utf-8")
_KEY = "amlz:landingZone"


@functools.cache
def found_in(landing_zone: str, today: str, folder: Path) -> tuple[Finding, ...]:
    """The findings of a landing zone, written as JSON. Once for all cases that begin with the same."""
    path = folder / "Pulumi.remedies.yaml"
    path.write_text(json.dumps({"config": {_KEY: json.loads(landing_zone)}}), "utf-8")
    file = load(str(path))
    return preview_of(file, today).findings


def _places(findings: tuple[Finding, ...], check: str) -> dict[str, Finding]:
    """The findings of a check, by name and path."""
    return {f"{finding.name} {finding.path}": finding for finding in findings if finding.check == check}


def _errors(findings: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(finding.check, finding.message) for finding in findings if finding.severity is Severity.ERROR}


def applied(case: dict[str, Any]) -> dict[str, Any]:
    """The steps that a case carries out: those of its `apply`, else those of the text, with `value`."""
    result = case.get("apply")
    outcome = steps(case["remedy"]) | case.get("value", {}) if result is None else result
    return {key: REMOVED if value == "removed" else value for key, value in outcome.items()}


@pytest.mark.parametrize("case", TRIED, ids=lambda case: f"{case['finding']} {case['at']}")
def test_what_a_remedy_says_ends_the_finding(case: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    """The finding has this remedy; after its steps it is gone, and nothing is worse than before."""
    folder = tmp_path_factory.getbasetemp()
    before = changed(yaml.safe_load(_BASE)["config"][_KEY], case["with"])
    today = case.get("today", "")

    findings = found_in(json.dumps(before), today, folder)
    remedied = found_in(json.dumps(changed(before, applied(case))), case.get("today-after", today), folder)

    assert _places(findings, case["finding"])[case["at"]].remedy == case["remedy"]
    assert case["at"] not in _places(remedied, case["finding"])
    assert _errors(remedied) - _errors(findings) == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['finding']} {case['at']}")
def test_a_remedy_names_each_key_that_is_to_be_edited(case: dict[str, Any]) -> None:
    """In full, or as the end of it where an environment's name is absent; what is set to another value is named."""
    keys = {key.partition("[18]")[0] for key in applied(case)} - {*case.get("also", ())}
    values = {*(item.replace("<name>.", "") for item in named(case["remedy"])), *case["at"].split(" ")}

    assert [key for key in sorted(keys) if not any(key.endswith(item) or item.startswith(key) for item in values)] == []
