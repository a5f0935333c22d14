"""The simulated Azure refuses requests that the caller's roles do not allow, and the predicted roles are exact."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.deployer import Action, CustomRoleGrant, DeployerRoles, deployer_roles
from amlz.azure.ids import parse
from amlz.azure.rights import Basis, needed
from amlz.simulator import access
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource
from tests import layers
from tests.conftest import previewed
from tests.simulator.stored_resources import requests

GROUP = "/subscriptions/s/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
SUBNET = f"{NETWORK}/subnets/e"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/w"
ENDPOINT_BODY: dict[str, Any] = {
    "properties": {
        "subnet": {"id": SUBNET},
        "privateLinkServiceConnections": [{"properties": {"privateLinkServiceId": VAULT, "groupIds": ["vault"]}}],
    }
}
VERBS = ("create", "read", "update", "delete")


def azure(folder: Path, *grants: CustomRoleGrant) -> StateStore:
    """A simulated Azure whose caller has these roles."""
    store = StateStore(folder / "azure.sqlite")
    access.allow(store, *grants)
    return store


@cache
def roles(stack: str) -> DeployerRoles:
    """The deployer's roles of a shipped stack."""
    return deployer_roles(previewed(stack).graph, stack, "deployer")


@cache
def sent(stack: str) -> tuple[StoredResource, ...]:
    """The requests of a shipped stack."""
    return requests(stack)


def first_refusal(store: StateStore, stack: str, verbs: tuple[str, ...] = VERBS) -> tuple[str, AzureRefused] | None:
    """The first request that is refused, with its verb."""
    for verb in verbs:
        for one in sent(stack):
            try:
                access.refuse(store, verb, one)
            except AzureRefused as error:
                return verb, error
    return None


#: Stacks whose roles are tried; the large ones are slow.
PLANS = layers.chosen(("minimal", "existing-hub", "two-subscriptions", "dev", "prod"), ("minimal", "existing-hub"))


@pytest.mark.parametrize("stack", PLANS)
def test_a_plan_deploys_changes_and_ends_with_the_deployers_roles(stack: str, tmp_path: Path) -> None:
    """Every request is allowed: creations, reads, updates and deletions."""
    assert first_refusal(azure(tmp_path, *roles(stack).grants), stack) is None


@pytest.mark.parametrize("stack", layers.chosen(("existing-hub", "minimal", "dev", "prod"), ("existing-hub",)))
def test_a_plan_fails_without_any_one_of_the_actions(stack: str, tmp_path: Path) -> None:
    """No action of any role is spare: `make test-slow` tries all, `make test` every fourth."""
    grants = roles(stack).grants
    spare = []
    for at, grant in enumerate(grants):
        for action in grant.actions[:: 1 if layers.MUCH else 4]:
            left = replace(grant, actions=tuple(item for item in grant.actions if item is not action))
            folder = tmp_path / grant.role_id / action.name.replace("/", "_")
            folder.mkdir(parents=True)
            refused = first_refusal(azure(folder, *grants[:at], left, *grants[at + 1 :]), stack)
            if refused is None or refused[1].status != 403 or action.name not in refused[1].message:
                spare.append((grant.scope, action.name))

    assert spare == []


@pytest.mark.parametrize("stack", layers.chosen(("existing-hub", "minimal", "dev", "prod"), ("existing-hub",)))
def test_a_plan_fails_without_any_one_of_the_roles_that_it_may_assign(stack: str, tmp_path: Path) -> None:
    """The condition on the assignment names no role that the plan does not assign."""
    grants = roles(stack).grants
    spare = []
    assignable = [(at, kind, role) for at, one in enumerate(grants) for kind, ids in one.assignable for role in ids]
    for at, kind, role in assignable:
        grant = grants[at]
        fewer = ((item, tuple(id_ for id_ in ids if (item, id_) != (kind, role))) for item, ids in grant.assignable)
        left = replace(grant, assignable=tuple(fewer))
        folder = tmp_path / str(at) / kind / role
        folder.mkdir(parents=True)
        if first_refusal(azure(folder, *grants[:at], left, *grants[at + 1 :]), stack, ("create",)) is None:
            spare.append((kind, role))

    assert spare == []


def test_a_reader_reads_everything_and_writes_nothing(tmp_path: Path) -> None:
    """Its roles hold reads only."""
    reader = deployer_roles(previewed("minimal").graph, "minimal", "reader")
    store = azure(tmp_path, *reader.grants)
    refused = first_refusal(store, "minimal", ("create",))

    assert {action.name.rpartition("/")[2] for grant in reader.grants for action in grant.actions} == {"read"}
    assert first_refusal(store, "minimal", ("read",)) is None
    assert refused is not None
    assert refused[1].code == "AuthorizationFailed"


def test_a_private_endpoint_needs_its_subnet_its_target_and_the_progress() -> None:
    """The whole list of one creation."""
    rights = needed("create", "Microsoft.Network/privateEndpoints", ENDPOINT, ENDPOINT_BODY)

    assert [(right.action, right.scope) for right in rights] == [
        ("Microsoft.Network/privateEndpoints/read", ENDPOINT),
        ("Microsoft.Network/privateEndpoints/write", ENDPOINT),
        ("Microsoft.Network/virtualNetworks/subnets/join/action", SUBNET),
        ("Microsoft.KeyVault/vaults/privateEndpointConnectionsApproval/action", VAULT),
        ("Microsoft.Network/locations/operationResults/read", "/subscriptions/s"),
        ("Microsoft.Network/locations/operations/read", "/subscriptions/s"),
    ]


def test_a_compute_joins_its_subnet_and_network_and_is_assigned_its_identity() -> None:
    """As the page on securing training lists, and Managed Identity Operator."""
    identity = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
    body = {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {"properties": {"subnet": {"id": SUBNET}}},
    }

    rights = needed("update", "Microsoft.MachineLearningServices/workspaces/computes", f"{WORKSPACE}/computes/c", body)

    assert {(right.action, right.scope) for right in rights if right.linked} == {
        ("Microsoft.Network/virtualNetworks/subnets/join/action", SUBNET),
        ("Microsoft.Network/virtualNetworks/join/action", NETWORK),
        ("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", identity),
    }


def test_rights_on_extensions_are_asked_for_at_what_they_extend() -> None:
    """A lock on a vault is written with a role on the vault."""
    lock = f"{VAULT}/providers/Microsoft.Authorization/locks/keep"

    rights = needed("delete", "Microsoft.Authorization/locks", lock, {})

    assert [(right.action, right.scope) for right in rights] == [("Microsoft.Authorization/locks/delete", VAULT)]


def grant(*actions: str, scope: str = "/subscriptions/s") -> CustomRoleGrant:
    """A role at a scope."""
    return CustomRoleGrant(scope, "r", "id", tuple(Action(action, Basis.OPERATION, "") for action in actions))


def message(store: StateStore, verb: str, resource: StoredResource) -> tuple[int, str, str]:
    """The refusal of a request."""
    with pytest.raises(AzureRefused) as refused:
        access.refuse(store, verb, resource)
    return refused.value.status, refused.value.code, refused.value.message


CLIENT = f"The client '{access.CALLER}' with object id '{access.CALLER}'"


def test_a_missing_action_is_refused_in_the_words_of_arm(tmp_path: Path) -> None:
    """The text of a recorded answer."""
    vault = StoredResource(VAULT, "", "azure-native:keyvault:Vault", "Microsoft.KeyVault/vaults", "kv", {}, {})

    assert message(azure(tmp_path, grant("Microsoft.KeyVault/vaults/read")), "delete", vault) == (
        403,
        "AuthorizationFailed",
        f"{CLIENT} does not have authorization to perform action 'Microsoft.KeyVault/vaults/delete' over scope "
        f"'{VAULT}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    )


def test_a_missing_action_on_a_linked_resource_is_refused_with_both_scopes(tmp_path: Path) -> None:
    """Azure names the action that the caller has and the one that it lacks."""
    inputs = {"resourceGroupName": "rg", "privateEndpointName": "pe", "subnet": {"id": SUBNET}}
    endpoint = StoredResource(
        ENDPOINT, "", "azure-native:network:PrivateEndpoint", "Microsoft.Network/privateEndpoints", "pe", inputs, {}
    )
    allowed = grant("Microsoft.Network/privateEndpoints/read", "Microsoft.Network/privateEndpoints/write")

    assert message(azure(tmp_path, allowed), "create", endpoint) == (
        403,
        "LinkedAuthorizationFailed",
        f"{CLIENT} has permission to perform action 'Microsoft.Network/privateEndpoints/write' on scope '{ENDPOINT}'; "
        "however, it does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/"
        f"action' on the linked scope(s) '{SUBNET}' (respectively) or the linked scope(s) are invalid.",
    )


def test_a_role_at_another_group_does_not_reach(tmp_path: Path) -> None:
    """Roles are inherited downwards only."""
    vault = StoredResource(VAULT, "", "azure-native:keyvault:Vault", "Microsoft.KeyVault/vaults", "kv", {}, {})
    store = azure(tmp_path, grant("Microsoft.KeyVault/vaults/read", scope=f"{GROUP}2"))

    assert message(store, "read", vault)[1] == "AuthorizationFailed"


def test_without_a_grant_the_caller_may_do_everything(tmp_path: Path) -> None:
    """Most rehearsals are about other rules."""
    vault = StoredResource(VAULT, "", "azure-native:keyvault:Vault", "Microsoft.KeyVault/vaults", "kv", {}, {})

    access.refuse(StateStore(tmp_path / "azure.sqlite"), "delete", vault)


def test_rights_on_what_exists_already_are_granted_at_its_resource_group() -> None:
    """Not at the whole subscription of the hub's owner."""
    at = {
        (parse(grant.scope).resource_group, action.name)
        for grant in roles("existing-hub").grants
        for action in grant.actions
        if parse(grant.scope).resource_group
    }
    peering = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"

    assert at == {
        ("rg-connectivity", "Microsoft.Network/virtualNetworks/peer/action"),
        *(("rg-connectivity", f"{peering}/{verb}") for verb in ("read", "write", "delete")),
        ("rg-management", "Microsoft.OperationalInsights/workspaces/sharedKeys/action"),
        ("rg-private-dns", "Microsoft.Network/privateDnsZones/join/action"),
    }
