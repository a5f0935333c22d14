"""Additions of azure-native to a request: empty lists of possible child resources, and the provider's region."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from pulumi_azure_native import keyvault

from amlz.azure.added import LISTS, sent_body, with_location
from amlz.azure.graph import unknown
from amlz.azure.shapes import arm_type
from tests.simulator.programs import HEAD, run
from tools.tokens import TOKENS

ASSIGNMENT = "azure-native:authorization:PolicyAssignment"
#: How the SDK's documentation marks such a list, after its name.
MARK = re.compile(
    r":param pulumi\.Input\[.*\] (\w+): [^:]*(?:\n[^:]*)*?These are also available as standalone resources"
)


def camel(name: str) -> str:
    """The wire name of an argument."""
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def marked() -> dict[str, set[str]]:
    """By ARM type in lower case, the lists that the SDK marks, of each type whose shape is known."""
    result: dict[str, set[str]] = {}
    for token in TOKENS:
        args = getattr(importlib.import_module(f"pulumi_azure_native.{token.module}"), token.args)
        names = {camel(name) for name in MARK.findall(inspect.getsource(args))}
        if names:
            result[token.arm_type.lower()] = names
    vault = MARK.findall(inspect.getsource(keyvault.VaultPropertiesArgs))
    return {**result, "microsoft.keyvault/vaults": {camel(name) for name in vault}}


def test_the_lists_are_those_that_the_sdk_marks() -> None:
    """Of every type of the table of shapes."""
    assert {kind: {path.rpartition("/")[2] for path in paths} for kind, paths in LISTS.items()} == marked()


@pytest.mark.parametrize(
    ("token", "inputs", "body"),
    [
        ("network:RouteTable", {}, {"properties": {"routes": []}}),
        ("network:RouteTable", {"routes": [{"name": "a"}]}, {"properties": {"routes": [{"name": "a"}]}}),
        ("network:NetworkSecurityGroup", {"tags": {}}, {"tags": {}, "properties": {"securityRules": []}}),
        ("network:VirtualNetwork", {}, {"properties": {"subnets": [], "virtualNetworkPeerings": []}}),
        ("network:VirtualNetworkGateway", {}, {"properties": {"natRules": []}}),
        ("network:ServiceEndpointPolicy", {}, {"properties": {"serviceEndpointPolicyDefinitions": []}}),
        ("keyvault:Vault", {"properties": {"tenantId": "t"}}, {"properties": {"tenantId": "t", "accessPolicies": []}}),
        ("keyvault:Vault", {"properties": unknown("x")}, {"properties": unknown("x")}),
        ("storage:StorageAccount", {"kind": "StorageV2"}, {"kind": "StorageV2"}),
    ],
)
def test_a_list_that_is_not_set_is_sent_empty(token: str, inputs: dict[str, Any], body: dict[str, Any]) -> None:
    """One that is set stays; nothing is added to what only the deployment knows."""
    assert sent_body(f"azure-native:{token}", inputs) == body


@pytest.mark.parametrize(
    ("token", "inputs", "location", "expected"),
    [
        (ASSIGNMENT, {"scope": "/s"}, "westeurope", {"scope": "/s", "location": "westeurope"}),
        (ASSIGNMENT, {"location": "global"}, "westeurope", {"location": "global"}),
        (ASSIGNMENT, {"scope": "/s"}, "", {"scope": "/s"}),
        ("azure-native:authorization:RoleAssignment", {"scope": "/s"}, "westeurope", {"scope": "/s"}),
    ],
    ids=["none", "its own", "the provider has none", "a type without a region"],
)
def test_the_region_of_the_provider_is_that_of_what_has_none(
    token: str, inputs: dict[str, Any], location: str, expected: dict[str, Any]
) -> None:
    """Only where the type has a region."""
    assert with_location(token, inputs, location) == expected


def test_a_preview_has_the_region_of_its_provider(tmp_path: Path) -> None:
    """As the engine has it, whose provider adds it to the inputs."""
    program = HEAD.replace("azure.Provider('hub', ", "azure.Provider('hub', location='westeurope', ") + (
        "azure.authorization.PolicyAssignment('a', scope='/subscriptions/s', policy_assignment_name='a', opts=opts)\n"
    )

    registered = next(resource for resource in run(tmp_path, program).resources if resource.token == ASSIGNMENT)

    assert arm_type(ASSIGNMENT).arm_type == "Microsoft.Authorization/policyAssignments"
    assert registered.inputs["location"] == "westeurope"
