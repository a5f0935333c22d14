"""Policies of an invented tenant, and findings of a small landing zone below it."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from amlz.azure.graph import ResourceGraph
from amlz.checks.catalogue import run
from amlz.checks.finding import Finding
from amlz.checks.policy import connections as policy_connections
from amlz.checks.policy import managed_group as policy_managed_group
from amlz.policy.library import library
from amlz.policy.verdicts import Imported, PolicySources, verdicts
from amlz.stackfile.load import load
from tests.conftest import graph_once

CORP = "/providers/Microsoft.Management/managementGroups/corp"
NETWORK = "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups"
LOGS = (
    "/subscriptions/f1f1f1f1-1111-4222-8333-444455556666/resourceGroups/rg-log/providers/Microsoft.OperationalInsights"
)

BASE: dict[str, Any] = {
    "schemaVersion": 1,
    "organisation": "Fabrikam",
    "businessUnit": "risk",
    "tenantId": "0f0e0d0c-1111-4222-8333-444455556666",
    "location": "westeurope",
    "subscriptions": {"landingZone": "a1b2c3d4-1111-4222-8333-444455556666"},
    "hub": {
        "existing": {
            "virtualNetwork": f"{NETWORK}/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-hub",
            "firewallAddress": "10.0.0.4",
            "logAnalytics": f"{LOGS}/workspaces/log-central",
            "addressSpace": ["10.0.0.0/22"],
        }
    },
    "spokes": {"main": {"addressSpace": ["10.20.16.0/20"]}},
    "access": {"platformTeam": ["11111111-aaaa-4bbb-8ccc-000000000001"]},
    "projects": {"score": {"environments": {"dev": {"network": "10.20.16.0/25"}}}},
    "policies": {"above": ["corp"]},
}


def policy(name: str, rule: Any, mode: str = "Indexed", parameters: Any = None, **assignment: Any) -> Imported:
    """A definition and its assignment at the management group above, as the Azure CLI prints them."""
    definition_id = f"{CORP}/providers/Microsoft.Authorization/policyDefinitions/{name}"
    definition = {
        "id": definition_id,
        "name": name,
        "displayName": f"Policy {name}",
        "mode": mode,
        "policyType": "Custom",
        "parameters": {key: {"type": "String", "defaultValue": value} for key, value in (parameters or {}).items()},
        "policyRule": rule,
    }
    assigned = {
        "id": f"{CORP}/providers/Microsoft.Authorization/policyAssignments/{name}",
        "name": name,
        "scope": CORP,
        "policyDefinitionId": definition_id,
        **assignment,
    }
    return Imported(definitions=(definition,), assignments=(assigned,))


def tenant(*policies: Imported, exempt: tuple[str, ...] = ()) -> Imported:
    """Several policies together. `exempt`: names of assignments from which the landing zone is exempt."""
    exemptions = tuple(
        {
            "id": f"/subscriptions/{BASE['subscriptions']['landingZone']}/providers/Microsoft.Authorization"
            f"/policyExemptions/{name}",
            "name": name,
            "policyAssignmentId": f"{CORP}/providers/Microsoft.Authorization/policyAssignments/{name}",
            "exemptionCategory": "Waiver",
        }
        for name in exempt
    )
    return Imported(
        definitions=tuple(definition for one in policies for definition in one.definitions),
        assignments=tuple(assignment for one in policies for assignment in one.assignments),
        exemptions=exemptions,
    )


def landing_zone(**changes: Any) -> ResourceGraph:
    """The plan of the base stack file with other values at the top level."""
    return _graph(json.dumps({**BASE, **changes}))


@functools.cache
def _graph(config: str) -> ResourceGraph:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.case.yaml"
        path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": json.loads(config)}}))
        file = load(str(path), Path(folder))
        return graph_once(file)


def findings_of(graph: ResourceGraph, of: Imported, *checks: str) -> list[Finding]:
    """Findings of these checks, as a preview would have them."""
    sources = PolicySources(library(), of, ("corp",))
    connections = policy_connections.of_connections(verdicts(policy_connections.forecast(graph), sources).answers)
    managed = policy_managed_group.of_managed_groups(verdicts(policy_managed_group.forecast(graph), sources).answers)
    answers = (*verdicts(graph, sources).answers, *connections, *managed)
    return [finding for finding in run(graph, answers) if finding.check in checks]
