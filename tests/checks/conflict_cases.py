"""Cases of policy conflicts: an assignment of a tenant, put to a shipped stack, and everything that is found.

A file is named after the known conflict that it is of, or `other`, then what is special, then its verdict. In it:
`policy` is `published/…` (a file below ../shared/azure-policy), the name of one of this repository, or a definition's
properties; `parameters` of the assignment, `enforced`, and `own` where the stack itself assigns it, to this resource
group; `change` is what differs in the plan: resources by `type` (and `name`) with an `apiVersion` and values by path.
`finds` lists findings, those alike once: `at` names the resources, all else is that of the first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Finding
from amlz.checks.policy import conflict as policy_conflict
from amlz.checks.policy.connections import forecast, of_connections
from amlz.policy.library import library
from amlz.policy.verdicts import Imported, PolicySources, verdicts
from tests.conftest import previewed, shared

FOLDER = Path(__file__).parent / "conflicts"
_ASSIGNMENTS = "Microsoft.Authorization/policyAssignments"
_GROUP = "/providers/Microsoft.Management/managementGroups/corp"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One file, read."""

    known: str
    verdict: str
    record: Mapping[str, Any]


def files() -> list[Path]:
    """Every case, in the order of their names."""
    return sorted(FOLDER.glob("*.json"))


def read(path: Path) -> Conflict:
    """A case file; two hyphens separate the parts of its name."""
    known, *_, verdict = path.stem.split("--")
    return Conflict(known, verdict, json.loads(path.read_text(encoding="utf-8")))


def findings_of(data: Mapping[str, Any]) -> list[Finding]:
    """The findings, as in a preview."""
    graph, sources = _plan(data), PolicySources(library(), _tenant(data), ("corp",))
    made = of_connections(verdicts(forecast(graph), sources).answers)
    return list(policy_conflict.find(graph, (*verdicts(graph, sources).answers, *made)))


def summed(findings: list[Finding]) -> list[dict[str, Any]]:
    """Findings that differ in nothing but the resource, reported once."""
    alike: dict[str, tuple[Finding, list[str]]] = {}
    for finding in findings:
        key = json.dumps(
            [finding.severity.value, finding.path, finding.expected, finding.actual, finding.remedy], sort_keys=True
        )
        alike.setdefault(key, (finding, []))[1].append(finding.name)
    return [
        {
            "at": names,
            "severity": first.severity.value,
            "path": first.path,
            "expected": first.expected,
            "actual": first.actual,
            "says": first.message,
            "remedy": first.remedy,
            "source": first.source,
        }
        for first, names in alike.values()
    ]


def _plan(data: Mapping[str, Any]) -> ResourceGraph:
    """The plan of a shipped stack without its own assignments, changed as in the case."""
    graph = previewed(data.get("stack", "dev")).graph
    kept = [resource for resource in graph if resource.arm_type != _ASSIGNMENTS]
    for change in data.get("change", ()):
        assert any(_is_meant(resource, change) for resource in kept), f"nothing to change: {change}"
        kept = [_changed(resource, change) if _is_meant(resource, change) else resource for resource in kept]
    if "own" in data:
        kept.append(_assigned(data, data["own"]))
    return replace(graph, resources=tuple(kept))


def _is_meant(resource: Resource, change: Mapping[str, Any]) -> bool:
    return resource.arm_type == change["type"] and resource.name == str(change.get("name", resource.name))


def _changed(resource: Resource, change: Mapping[str, Any]) -> Resource:
    body = deepcopy(resource.body)
    for path, value in change.get("set", {}).items():
        *above, last = path.split(".")
        place = body
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
        if value is None:
            del place[last]
    moved = resource.id.replace(resource.subscription, change.get("subscription", resource.subscription))
    return replace(resource, body=body, id=moved, api_version=change.get("apiVersion", resource.api_version))


def _assigned(data: Mapping[str, Any], group: str) -> Resource:
    """An assignment of the stack's own, at one of its resource groups."""
    resource = next(item for item in previewed(data.get("stack", "dev")).graph if item.name == group)
    name, body = data.get("assignment", "corp"), {"properties": _properties(data)}
    own_id = f"{resource.id}/providers/{_ASSIGNMENTS}/{name}"
    return replace(resource, urn=own_id, arm_type=_ASSIGNMENTS, id=own_id, name=name, body=body)


def _tenant(data: Mapping[str, Any]) -> Imported:
    """The import: the definition, and its assignment at the management group above."""
    definitions = (_definition(data),) if _definition(data) else ()
    name = data.get("assignment", "corp")
    assignment = {"id": f"{_GROUP}/providers/{_ASSIGNMENTS}/{name}", "name": name, "properties": _properties(data)}
    return Imported(definitions, () if "own" in data else (assignment,))


def _properties(properties: Mapping[str, Any]) -> dict[str, Any]:
    policy = properties["policy"]
    name = policy if isinstance(policy, str) and not policy.startswith("published/") else _definition(properties)["id"]
    return {
        "policyDefinitionId": name,
        "parameters": {key: {"value": value} for key, value in properties.get("parameters", {}).items()},
        "enforcementMode": "Default" if properties.get("enforced", True) else "DoNotEnforce",
    }


def _definition(data: Mapping[str, Any]) -> dict[str, Any]:
    """The definition as imported; {} where it is one of this repository."""
    policy = data["policy"]
    if isinstance(policy, str):
        if not policy.startswith("published/"):
            return {}
        policy = json.loads((shared() / "azure-policy" / policy.removeprefix("published/")).read_text("utf-8"))
    name = policy.get("name", "own-rule")
    place = "/providers/Microsoft.Authorization/policyDefinitions/"
    return {"name": name, **policy, "id": f"{place}{name}"}
