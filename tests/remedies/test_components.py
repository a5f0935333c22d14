"""Remedies for component code: the text's own steps, applied to the body of a case, make the finding go."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.azure.graph import ResourceGraph
from amlz.checks.catalogue import CHECKS
from amlz.checks.finding import Finding
from amlz.core.facts.dns import ZONES
from tests.checks.common import CASES as CASE_FILES
from tests.checks.common import graph_of, read
from tests.remedies.reading import REMOVED, changed, steps

_ABOVE = "/subscriptions/s1/resourceGroups/rg-a/providers/Microsoft."
_TEXT = Path(__file__).with_name("components.yaml").read_text("utf-8")
CASES: list[dict[str, Any]] = yaml.safe_load(_TEXT.replace("~/", _ABOVE))
_FIND = {check.id: find for check, find in CHECKS}


def finding_of(case: dict[str, Any]) -> tuple[ResourceGraph, Finding]:
    """The graph of a case, and the finding that it is about."""
    check_case = read(CASE_FILES / f"{case['case']}.json")
    graph = check_case.graph
    findings = [
        finding for finding in _FIND[check_case.check](graph) if case.get("at", "") in f"{finding.name} {finding.path}"
    ]
    return graph, findings[0]


def remedied(case: dict[str, Any], graph: ResourceGraph, finding: Finding) -> ResourceGraph:
    """The graph after the steps of the remedy, and the steps that the case adds where the text has other words."""
    resources = json.loads((CASE_FILES / f"{case['case']}.json").read_text("utf-8"))["resources"]
    for key, value in (steps(finding.remedy) | case.get("value", {})).items():
        owner = _owner(finding.remedy, key) or finding.name
        edits = {f"body.{key}": value} | ({"location": value} if key == "location" and value is not REMOVED else {})
        resources = [changed(resource, edits) if _is(resource, owner) else resource for resource in resources]
    for step in case.get("change", ()):
        if "add" in step:
            resources.append(step["add"])
        resources = [resource for resource in resources if not _is(resource, step.get("drop"))]
        edits = step.get("set", {}) | dict.fromkeys(step.get("remove", ()), REMOVED)
        resources = [changed(resource, edits) if _is(resource, step.get("of")) else resource for resource in resources]
    made = graph_of(resources, case.get("cloud", graph.cloud))
    return replace(made, today=case.get("today", graph.today), dns=graph.dns, personas=graph.personas)


def _is(resource: dict[str, Any], name: str | None) -> bool:
    return name is not None and resource["id"].endswith(f"/{name}")


def _owner(remedy: str, key: str) -> str:
    """The resource that a remedy names behind a key, "" for none."""
    before, _, after = remedy.partition(f"`{key}` of ")
    return after.split(" ")[0] if before != remedy else ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['case']} {case.get('at', '')}".strip())
def test_what_a_remedy_says_ends_the_finding(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is about the component or the policy file; after it the finding is gone, and the check finds nothing more."""
    graph, finding = finding_of(case)
    before = [(item.name, item.path, item.message) for item in _FIND[finding.check](graph)]

    after_steps = remedied(case, graph, finding)
    for group, zones in case.get("zones", {}).items():
        monkeypatch.setitem(ZONES["public"], group, tuple(zones))
    after = [(item.name, item.path, item.message) for item in _FIND[finding.check](after_steps)]

    assert (finding.name, finding.path, finding.message) not in after
    assert set(after) <= set(before)
