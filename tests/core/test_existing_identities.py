"""Identities of an environment that exist: not built, and with the roles of created ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from amlz.azure.permissions import Status
from amlz.checks.identity import missing_role, nobody_has_access
from amlz.core.permissions.answers import Permissions
from amlz.core.specs import ConnectionSpec, records
from amlz.core.workload import contract_of
from amlz.stackfile.load import load
from tests.conftest import ROOT, graph_once
from tests.core.stacks import LANDING_ZONE, PEOPLE, at, messages_of, planned, stack

OTHER = "e1e1e1e1-1111-4222-8333-444455556666"
GROUP = f"/subscriptions/{OTHER}/resourceGroups/rg-identities"
CASE = ROOT / "tests" / "cases" / "previews" / "existing-identities.yaml"
ADMINISTRATOR = "Role Based Access Control Administrator"


def identity(number: int, name: str | None = None, group: str = GROUP) -> dict[str, str]:
    """An identity that exists, as the stack file has it."""
    return {
        "id": f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name or f'id-{number}'}",
        "principalId": f"22222222-aaaa-4bbb-8ccc-00000000001{number}",
        "clientId": f"33333333-aaaa-4bbb-8ccc-00000000001{number}",
    }


WORKSPACE, COMPUTE, BUILD = identity(1), identity(2), identity(3)


def with_identities(**settings: Any) -> dict[str, Any]:
    """A stack of an environment whose three identities exist."""
    existing = {"identities": {"workspace": WORKSPACE, "compute": COMPUTE, "build": BUILD}}
    return stack({"churn/dev": at("10.1.0.0/24", existing=existing, **settings)}, access=PEOPLE)


def test_workspace_and_clusters_act_as_them_with_the_same_roles() -> None:
    """Each role of a created identity, on the same scope, for the given principal."""
    created = planned(stack({"churn/dev": at("10.1.0.0/24")}, access=PEOPLE)).environments[0]
    plan = planned(with_identities())

    (spec,) = plan.environments
    assert [one.id for one in spec.identities] == [WORKSPACE["id"], COMPUTE["id"], BUILD["id"]]
    assert (spec.workspace.identity, spec.computes.identity) == (WORKSPACE["id"], COMPUTE["id"])
    assert [cluster.identity for cluster in spec.computes.clusters] == [BUILD["id"], None]  # None: that of all
    before = {(role.scope, role.role, role.who) for role in (*created.storage.roles, *created.key_vault.roles)}
    after = {(role.scope, role.role, role.who) for role in (*spec.storage.roles, *spec.key_vault.roles)}
    assert after == before
    given = {role.who: role.principal.holder for role in spec.storage.roles if role.who.endswith("Identity")}
    assert given == {"workspaceIdentity": WORKSPACE["principalId"], "computeIdentity": COMPUTE["principalId"]}
    assert {WORKSPACE["id"], COMPUTE["id"], BUILD["id"]} <= set(plan.outside)


def test_an_identity_that_was_created_again_gets_new_role_assignments() -> None:
    """Azure keeps a role assignment under a name, with its first principal."""
    names = [
        {role.name for role in planned(settings).environments[0].key_vault.roles}
        for settings in (
            stack({"churn/dev": at("10.1.0.0/24", existing={"identities": {"workspace": one}})})
            for one in (WORKSPACE, {**WORKSPACE, "principalId": "22222222-aaaa-4bbb-8ccc-000000000019"})
        )
    ]

    assert names[0] & names[1] == set()


def test_owners_and_the_deployer_know_what_to_do() -> None:
    """A role on the identity of compute targets is given only where people create these."""
    plan, people = planned(with_identities()), planned(with_identities(peopleCreateComputes=True))

    assert [owner for owner, _ in plan.parts] == ["identity id-1", "identity id-2", "identity id-3"]
    assert plan.parts[1][1] == (
        "it exists before the deployment, with principal ID 22222222-aaaa-4bbb-8ccc-000000000012 and client ID "
        "33333333-aaaa-4bbb-8ccc-000000000012, and is not deleted while churn dev uses it: its compute targets act as "
        "it",
        "the deployer has Managed Identity Operator on it "
        "(`Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action`)",
        "with isolation scope Regional, it is in westeurope",
        "no other resource has it, and it has no federated credential: any holder has the roles that are given here",
    )
    assert people.parts[1][1] == (
        *plan.parts[1][1],
        "the deployer can assign roles on it: people get Managed Identity Operator, to create compute targets with it",
    )
    operator = ("Managed Identity Operator", "on existing identities: workspaces and compute targets get them")
    assert [(row.role, row.why) for row in plan.deployer if row.subscription == OTHER] == [operator]
    assert [(row.role, row.why) for row in people.deployer if row.subscription == OTHER] == [
        operator,
        (ADMINISTRATOR, "on existing identities of compute targets: people get a role on them"),
    ]
    assert (plan.subscriptions.count(OTHER), people.subscriptions.count(OTHER)) == (0, 1)


def test_client_ids_are_known_before_the_deployment() -> None:
    """In a connection, and in the contract of the environment."""
    search = {"category": "CognitiveSearch", "target": "https://search.contoso.com", "auth": "managedIdentity"}
    plan = planned(with_identities(connections={"documents": search}))

    (connection,) = records(plan.environments[0].capabilities, ConnectionSpec)
    assert (connection.identity, connection.client_id) == (COMPUTE["id"], COMPUTE["clientId"])
    contract = contract_of(plan, "churn", "dev")
    assert {role: one.client_id for role, one in contract.identities.items()} == {
        "workspace": WORKSPACE["clientId"],
        "compute": COMPUTE["clientId"],
        "build": BUILD["clientId"],
    }
    assert contract.unknown == []


def test_an_identity_in_the_resource_group_of_any_environment_is_refused() -> None:
    """This stack deletes the resource group, and an identity that it created there before."""
    group = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-retail-fraud-dev-westeurope"
    existing = {"identities": {"compute": identity(2, group=group)}}
    environments = {"churn/dev": at("10.1.0.0/24", existing=existing), "fraud/dev": at("10.1.1.0/24")}

    (message,) = messages_of(stack(environments))
    assert "rg-retail-fraud-dev-westeurope, which projects.fraud.environments.dev creates and deletes" in message


def test_checks_and_permissions_know_the_roles_of_the_given_principals() -> None:
    """An identity of which a role is taken away lacks it; the roles of identities are no access of people."""
    graph = graph_once(load(str(CASE)))
    principal = "22222222-aaaa-4bbb-8ccc-000000000011"
    roles = "Microsoft.Authorization/roleAssignments"

    built = {resource.name for resource in graph.of_type("Microsoft.ManagedIdentity/userAssignedIdentities")}
    assert built == {"id-retail-churn-prod-compute", "id-retail-churn-prod-build"}
    assert list(missing_role.find(graph)) == []
    kept = (one for one in graph if one.arm_type != roles or one.properties["principalId"] != principal)
    without = replace(graph, resources=tuple(kept))
    assert {finding.name for finding in missing_role.find(without)} == {"mlw-retail-churn-dev-ccgx6"}
    people = replace(graph, resources=tuple(one for one in graph if "11111111-" not in str(one.body)))
    assert len(list(nobody_has_access.find(people))) == 2
    answers = {
        (answer.persona.kind, answer.action.name): answer.status
        for answer in Permissions(graph).answers()
        if answer.persona.environment == "dev"
    }
    assert answers["mlEngineers", "create-compute-as-identity"] is Status.ALLOWED
    assert answers["workspaceIdentity", "store-secrets"] is Status.ALLOWED
