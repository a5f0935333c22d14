"""Policies, the preview and the rehearsal see the body that azure-native sends, and a network with its subnets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.graph import ResourceGraph
from amlz.policy.imported import imported
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, verdicts
from amlz.simulator.policy import scanned
from tests.conftest import previewed
from tests.policy.test_imported import files, store
from tests.simulator.stored_resources import requests, standing
from tests.simulator.test_policy import outside

_NETWORK = "Microsoft.Network/virtualNetworks"
_VAULT = "Microsoft.KeyVault/vaults"
_ASSIGNMENT = "Microsoft.Authorization/policyAssignments"
_SUBNETS = f"{_NETWORK}/subnets[*]"
GROUP = "/providers/Microsoft.Management/managementGroups/contoso"

#: Rules, and the names of the resources of the minimal stack that they deny.
WITHOUT_SECURITY_GROUP = {
    "count": {
        "field": _SUBNETS,
        "where": {"field": f"{_SUBNETS}.networkSecurityGroup.id", "exists": "false"},
    },
    "greater": 0,
}
RULES: dict[str, tuple[str, Any, list[str]]] = {
    "subnets of the hub have no security group": (_NETWORK, WITHOUT_SECURITY_GROUP, ["vnet-retail-hub"]),
    "the spoke has two subnets": (
        _NETWORK,
        {"count": {"field": _SUBNETS}, "equals": 2},
        ["vnet-retail-spoke-main"],
    ),
    "a vault has a list of access policies": (
        _VAULT,
        {"field": f"{_VAULT}/accessPolicies", "exists": "true"},
        ["kv-retail-churn-de-p3v7y"],
    ),
    "an assignment has the region of the provider": (
        _ASSIGNMENT,
        {"field": "location", "equals": "westeurope"},
        [
            "guardrails-compute",
            *["guardrails-data-and-identity"] * 2,
            "guardrails-monitoring",
            *["guardrails-network"] * 3,
            *["guardrails-workspace"] * 2,
        ],
    ),
}


def rule(kind: str, condition: Any) -> dict[str, Any]:
    """A policy rule that denies a type under a condition."""
    return {"if": {"allOf": [{"field": "type", "equals": kind}, condition]}, "then": {"effect": "deny"}}


def denied_by_preview(folder: Path, graph: ResourceGraph, policy_rule: dict[str, Any]) -> list[str]:
    """Names of what a policy of the tenant denies in a plan."""
    scope = f"{GROUP}/providers/Microsoft.Authorization"
    definition = {"id": f"{scope}/policyDefinitions/d", "name": "d", "mode": "All", "policyRule": policy_rule}
    named = {"id": f"{scope}/policyAssignments/a", "name": "a", "scope": GROUP}
    store(folder / "in", files(folder, definition, {**named, "policyDefinitionId": definition["id"]}))
    result = verdicts(graph, PolicySources(library(), imported(folder / "in"), ("contoso",)))
    ours = (answer for answer in result.answers if answer.assignment.name == "a")
    return sorted(our.subject.name for our in ours if our.word == "deny")


@pytest.mark.parametrize("case", RULES)
def test_a_policy_sees_the_same_in_the_preview_and_in_the_rehearsal(tmp_path: Path, case: str) -> None:
    """Separate subnets inside their network; the empty lists and the region that azure-native sends."""
    kind, condition, names = RULES[case]
    policy_rule = rule(kind, condition)
    memory = standing(tmp_path, *requests("minimal"))
    outside(memory, {"policyRule": policy_rule})

    in_preview = denied_by_preview(tmp_path, previewed("minimal").graph, policy_rule)
    in_azure = [audited for audited in scanned(memory) if audited.assignment == "assigned"]
    memory.close()

    assert in_preview == names
    assert sorted(item.rpartition("/")[2] for audited in in_azure for item in audited.ids) == names


def test_a_subnet_that_the_network_lists_too_is_seen_once(tmp_path: Path) -> None:
    """A network of a program that lists one of its two subnets: the other one is added."""
    graph = previewed("minimal").graph
    first = next(
        resource for resource in graph.of_type(f"{_NETWORK}/subnets") if resource.name == "snet-churn-dev-training"
    )
    network = graph.by_id(first.id.rpartition("/subnets/")[0])
    assert network is not None
    listed = {"name": first.name.upper(), "properties": first.body["properties"]}
    changed = replace(network, body={**network.body, "properties": {**network.properties, "subnets": [listed]}})
    others = tuple(changed if resource is network else resource for resource in graph)
    two = rule(_NETWORK, {"count": {"field": _SUBNETS}, "equals": 2})

    assert denied_by_preview(tmp_path, ResourceGraph(others), two) == ["vnet-retail-spoke-main"]


def bodies(stack: str, arm_type: str) -> Iterator[dict[str, Any]]:
    """Bodies of a type in the plan of a stack."""
    return (resource.body for resource in previewed(stack).graph.of_type(arm_type))


@pytest.mark.parametrize("stack", ["minimal", "recommended", "everything"])
def test_bodies_of_the_plan_have_what_azure_native_adds(stack: str) -> None:
    """Every assignment, vault, network and gateway of three stacks."""
    networks = list(bodies(stack, _NETWORK))
    vaults = list(bodies(stack, _VAULT))
    assignments = list(bodies(stack, _ASSIGNMENT))

    assert networks
    assert vaults
    assert assignments
    assert all(isinstance(body["properties"]["virtualNetworkPeerings"], list) for body in networks)
    assert all(isinstance(body["properties"]["accessPolicies"], list) for body in vaults)
    assert all(body["location"] for body in assignments)
    assert all(
        body["properties"]["natRules"] == [] for body in bodies(stack, "Microsoft.Network/virtualNetworkGateways")
    )
