"""`amlz roles`: the rights of deployers and readers as custom roles."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.delegation import assignment_condition
from amlz.azure.deployer import Action, CustomRoleGrant, DeployerRoles, deployer_roles
from amlz.azure.providers import Provider, providers_of
from amlz.azure.rights import Basis
from amlz.core.planning.deployer import custom_roles
from amlz.reports import roles as report
from tests.abac import allows
from tests.conftest import previewed

PRINCIPAL = "11111111-2222-4333-8444-555555555555"
SUBSCRIPTION = "/subscriptions/a0a0a0a0-1111-4222-8333-444455556666"
READ = Action("Microsoft.KeyVault/vaults/read", Basis.OPERATION, "https://example.com/operations")
JOIN = Action("Microsoft.Network/natGateways/join/action", Basis.INFERRED, "https://example.com/operations")
ASSIGNABLE = (("Group", ("role-a", "role-b")),)
ONE = DeployerRoles(
    "deployer",
    (
        CustomRoleGrant(SUBSCRIPTION, "Deployer's role", "r0", (READ, JOIN), ASSIGNABLE),
        CustomRoleGrant(f"{SUBSCRIPTION}/resourceGroups/rg-dns", "DNS", "r1", (READ,)),
        CustomRoleGrant("/providers/Microsoft.Management/managementGroups/root", "Policies", "r2", (READ,)),
    ),
    (Provider(SUBSCRIPTION.rpartition("/")[2], "Microsoft.KeyVault", "vaults", "https://example.com/providers"),),
    (("Microsoft.Insights/components", "permissions on the workspace"),),
)


def definition(grant: CustomRoleGrant) -> dict[str, Any]:
    """A role definition as the Azure CLI reads it."""
    return {
        "Name": grant.name,
        "IsCustom": True,
        "Description": "Exact rights of a landing zone plan, written by amlz roles.",
        "Actions": [action.name for action in grant.actions],
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [grant.scope],
    }


def test_the_condition_limits_roles_principals_and_excludes_the_holder() -> None:
    """For both operations, in Azure's language; each type of principal has separate roles."""
    text = assignment_condition({"User": ["b", "a"], "Group": ["c"]}, PRINCIPAL)

    def only(action: str, source: str) -> str:
        at = f"{source}[Microsoft.Authorization/roleAssignments:"
        return (
            f"((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{action}'}})) OR ((("
            f"{at}RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{c}} AND "
            f"{at}PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'Group'}}) OR ("
            f"{at}RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{a, b}} AND "
            f"{at}PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'User'}})) AND "
            f"{at}PrincipalId] ForAnyOfAllValues:GuidNotEquals {{{PRINCIPAL}}}))"
        )

    assert text == f"{only('write', '@Request')} AND {only('delete', '@Resource')}"


@pytest.mark.parametrize(
    ("role", "kind", "principal", "allowed"),
    [
        ("a", "User", "somebody", True),
        ("a", "Group", "somebody", False),
        ("d", "User", "somebody", False),
        ("a", "User", PRINCIPAL, False),
    ],
)
@pytest.mark.parametrize(("action", "source"), [("write", "@Request"), ("delete", "@Resource")])
def test_the_condition_evaluates_as_meant(
    action: str, source: str, role: str, kind: str, principal: str, allowed: bool
) -> None:
    """A role of the plan, to its type of principal, and never to the deployer itself."""
    at = f"{source}[Microsoft.Authorization/roleAssignments:"
    attributes = {f"{at}RoleDefinitionId]": role, f"{at}PrincipalType]": kind, f"{at}PrincipalId]": principal}
    limited = assignment_condition({"User": ["b", "a"], "Group": ["c"]}, PRINCIPAL)

    assert allows(limited, f"Microsoft.Authorization/roleAssignments/{action}", attributes) is allowed


def test_json_holds_each_role_with_the_source_of_its_actions() -> None:
    """The whole answer."""
    data = json.loads(report.as_json("dev", ONE))

    assert data["roles"][0] == {
        "scope": SUBSCRIPTION,
        "definition": definition(ONE.grants[0]),
        "actions": [
            {"action": READ.name, "basis": "operation", "source": READ.source},
            {"action": JOIN.name, "basis": "inferred", "source": JOIN.source},
        ],
        "assignableRoles": {"Group": ["role-a", "role-b"]},
        "condition": assignment_condition(dict(ASSIGNABLE), "PRINCIPAL_ID"),
        "conditionVersion": "2.0",
    }
    assert [role["condition"] for role in data["roles"][1:]] == [None, None]
    assert data["resourceProviders"] == [
        {
            "subscription": SUBSCRIPTION.rpartition("/")[2],
            "namespace": "Microsoft.KeyVault",
            "why": "vaults",
            "source": "https://example.com/providers",
            "command": f"az provider register --namespace Microsoft.KeyVault --subscription {SUBSCRIPTION[15:]}",
        }
    ]
    assert data["notKnown"] == [{"type": "Microsoft.Insights/components", "what": "permissions on the workspace"}]


def test_the_commands_create_and_assign_each_role(tmp_path: Path) -> None:
    """A shell runs them with a program that records its arguments, instead of `az`."""
    az = tmp_path / "az"
    az.write_text('#!/bin/sh\nfor each; do printf "%s\\0" "$each"; done >> "$CALLS"; printf "\\n\\0" >> "$CALLS"\n')
    az.chmod(0o755)
    calls = tmp_path / "calls"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(calls), "PRINCIPAL": PRINCIPAL}

    subprocess.run(["sh"], input=report.as_az("dev", ONE), env=environment, text=True, check=True)

    first, *ran = [call.split("\0")[:-1] for call in calls.read_text().split("\n\0")][:-1]
    who = ["--assignee-object-id", PRINCIPAL, "--assignee-principal-type", "ServicePrincipal"]
    limited = ["--condition-version", "2.0", "--condition", assignment_condition(dict(ASSIGNABLE), PRINCIPAL)]
    assert first == ["provider", "register", "--namespace", "Microsoft.KeyVault", "--subscription", SUBSCRIPTION[15:]]
    assert [json.loads(call[4]) for call in ran[::2]] == [definition(grant) for grant in ONE.grants]
    assert ran[1::2] == [
        ["role", "assignment", "create", *who, "--role", grant.name, "--scope", grant.scope, *more]
        for grant, more in zip(ONE.grants, (limited, [], []), strict=True)
    ]


def test_the_commands_stop_without_a_principal() -> None:
    """Nothing is created for nobody."""
    script = report.as_az("dev", ONE)
    ran = subprocess.run(["/bin/sh"], input=script, env={"PATH": ""}, capture_output=True, text=True, check=False)

    assert (ran.returncode != 0, "set it to the object ID" in ran.stderr) == (True, True)


def test_bicep_creates_what_a_file_for_subscriptions_can() -> None:
    """Text in Bicep's quotes; roles of management groups are named with what to do instead."""
    text = report.as_bicep("dev", ONE)

    assert text.count("'Microsoft.Authorization/roleDefinitions@2022-04-01'") == 2
    assert "roleName: 'Deployer\\'s role'" in text
    assert f"assignableScopes: ['{SUBSCRIPTION}/resourceGroups/rg-dns']" in text
    assert "// Not in this file: Policies. Create it with --format az." in text
    assert "GuidNotEquals {${principalId}}" in text
    assert [text.count(left) - text.count(right) for left, right in ("{}", "[]", "()")] == [0, 0, 0]


def test_a_name_with_a_line_break_adds_no_command() -> None:
    """A stack is named after its file."""
    assert "\nrm -rf" not in report.as_az("dev\nrm -rf /", ONE) + report.as_bicep("dev\nrm -rf /", ONE)


@cache
def deployer(stack: str) -> DeployerRoles:
    """The deployer's roles of a shipped stack."""
    return deployer_roles(previewed(stack).graph, stack, "deployer")


@pytest.mark.parametrize("stack", ["minimal", "existing-hub"])
def test_no_role_of_a_deployer_has_a_wildcard_or_may_assign_owner(stack: str) -> None:
    """Nor User Access Administrator, nor Role Based Access Control Administrator."""
    strong = {
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    }
    grants = deployer(stack).grants

    assert [action.name for grant in grants for action in grant.actions if "*" in action.name] == []
    assert strong.isdisjoint(role for grant in grants for _, ids in grant.assignable for role in ids)


def test_the_text_marks_what_is_inferred() -> None:
    """Unknown facts are a sentence at the end."""
    text = report.as_text("dev", ONE)

    assert f"  {JOIN.name}  (inferred)\n" in text
    assert f"  {READ.name}\n" in text
    assert "Not known for Microsoft.Insights/components" in text


HUB, ZONES = "b0b0b0b0-1111-4222-8333-444455556666", "c0c0c0c0-1111-4222-8333-444455556666"


def test_each_subscription_of_a_plan_has_its_providers() -> None:
    """The hub's has that of the shared registry, whose private endpoint is there; none that Azure registers itself."""
    rows = providers_of(previewed("prod").graph)

    result = {item: {row.namespace for row in rows if row.subscription == item} for item in (HUB, ZONES)}

    assert result == {
        HUB: {
            "Microsoft.ContainerRegistry",
            "Microsoft.Insights",
            "Microsoft.Network",
            "Microsoft.OperationalInsights",
        },
        ZONES: {
            "Microsoft.ContainerRegistry",
            "Microsoft.Insights",
            "Microsoft.KeyVault",
            "Microsoft.MachineLearningServices",
            "Microsoft.ManagedIdentity",
            "Microsoft.Network",
            "Microsoft.PolicyInsights",
            "Microsoft.Storage",
        },
    }


def test_a_customer_managed_key_needs_its_providers_and_a_custom_role() -> None:
    """The workspace creates a database and a search service in the subscription, with a role of three actions."""
    preview = previewed("us-government")
    added = {row.namespace for row in providers_of(preview.graph) if "customer-managed" in row.why}

    (role,) = custom_roles(preview.plan.roles())

    assert added == {"Microsoft.DocumentDB", "Microsoft.Search"}
    assert role.actions == (
        "Microsoft.DocumentDB/databaseAccounts/write",
        "Microsoft.Search/searchServices/write",
        "Microsoft.Storage/storageAccounts/write",
    )


def test_the_commands_create_the_custom_roles_of_the_plan_under_their_decided_ids(tmp_path: Path) -> None:
    """`az role definition create` would choose another GUID than the plan refers to."""
    definitions = custom_roles(previewed("us-government").plan.roles())
    script = report.as_az("us-government", replace(ONE, grants=(), providers=(), definitions=definitions))
    az, calls = tmp_path / "az", tmp_path / "calls"
    az.write_text('#!/bin/sh\nfor each; do printf "%s\\0" "$each"; done >> "$CALLS"\n')
    az.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(calls), "PRINCIPAL": PRINCIPAL}

    subprocess.run(["sh"], input=script, env=environment, text=True, check=True)

    words = calls.read_text().split("\0")
    assigned = next(
        role for role in previewed("us-government").plan.roles() if role.role == "Azure ML Metadata Creator"
    )
    assert words[:5] == ["rest", "--method", "put", "--url", f"{assigned.role_id}?api-version=2022-04-01"]
    assert json.loads(words[6])["properties"]["assignableScopes"] == [assigned.scope]
