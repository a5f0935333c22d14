"""Refusals of the simulated Azure: each rule with a refused and an accepted request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from amlz.simulator import validation
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import LoggedOperation, PendingFault, SoftDeletedName, StateStore, StoredResource
from amlz.simulator.stateful_provider import delete

GROUP = "/subscriptions/s/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
ZONE = f"{NETWORK}/privateDnsZones/a.b"
LINK = f"{ZONE}/virtualNetworkLinks/hub"
VNET = f"{NETWORK}/virtualNetworks/vnet"
NSG = f"{NETWORK}/networkSecurityGroups/nsg"
ENDPOINT = f"{NETWORK}/privateEndpoints/pe"
LOCK = f"{VAULT}/providers/Microsoft.Authorization/locks/lock"
SETTING = f"{VAULT}/providers/Microsoft.Insights/diagnosticSettings/logs"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/ws"
COMPUTE = f"{WORKSPACE}/computes/cpu"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"

#: References of each.
INPUTS: dict[str, dict[str, Any]] = {
    VNET: {"subnets": [{"name": "default", "networkSecurityGroup": {"id": NSG}}]},
    LINK: {"virtualNetwork": {"id": VNET}},
    ENDPOINT: {
        "subnet": {"id": f"{VNET}/subnets/default"},
        "privateLinkServiceConnections": [{"privateLinkServiceId": WORKSPACE}],
    },
    COMPUTE: {"properties": {"computeType": "AmlCompute", "properties": {"enableNodePublicIp": False}}},
    VAULT: {"properties": {"enablePurgeProtection": True, "softDeleteRetentionInDays": 30}},
}
ALL = (GROUP, VAULT, ZONE, LINK, VNET, NSG, ENDPOINT, LOCK, SETTING, WORKSPACE, COMPUTE, ACCOUNT)


def resource(resource_id: str, inputs: dict[str, Any] | None = None) -> StoredResource:
    """A resource as a provider would put it."""
    parts = resource_id.split("/")
    last = len(parts) - 1 - parts[::-1].index("providers") if "providers" in parts else 0
    kind = "/".join([parts[last + 1], *parts[last + 2 :: 2]]) if last else "Microsoft.Resources/resourceGroups"
    return StoredResource(
        resource_id, f"urn::{parts[-1]}", "t", kind, parts[-1], inputs or INPUTS.get(resource_id, {}), {}
    )


def azure(folder: Path, *standing: str) -> StateStore:
    """An Azure in which these exist, of a program that makes them all."""
    store = StateStore(folder / "azure.sqlite")
    store.expect(ALL)
    with store.change():
        for item in standing:
            store.put(resource(item), validation.refers(resource(item)))
    return store


@pytest.mark.parametrize(
    ("standing", "wanted", "refused"),
    [
        ((), VAULT, (404, "ResourceGroupNotFound")),
        ((GROUP,), VAULT, None),
        ((GROUP,), LINK, (404, "ParentResourceNotFound")),
        ((GROUP, ZONE), LINK, (400, "InvalidResourceReference")),
        ((GROUP, ZONE, VNET), LINK, None),
        ((GROUP,), LOCK, (404, "ParentResourceNotFound")),
        ((GROUP, VNET), ENDPOINT, (400, "InvalidResourceReference")),
        ((GROUP, WORKSPACE), ENDPOINT, (400, "InvalidResourceReference")),
        ((GROUP, WORKSPACE, VNET), ENDPOINT, None),
        ((GROUP, WORKSPACE), COMPUTE, (400, "BadRequest")),
        ((GROUP, WORKSPACE, VNET, ENDPOINT), COMPUTE, None),
    ],
)
def test_what_is_made_needs_what_it_stands_on(
    tmp_path: Path, standing: tuple[str, ...], wanted: str, refused: tuple[int, str] | None
) -> None:
    """Resource group, parent, scope, references; a compute without public address the endpoint of its workspace."""
    assert answer(lambda: validation.put(azure(tmp_path, *standing), resource(wanted))) == refused


@pytest.mark.parametrize(
    ("standing", "gone", "refused"),
    [
        ((GROUP, VAULT), VAULT, None),
        ((GROUP, VAULT, LOCK), VAULT, (409, "ScopeLocked")),
        ((GROUP, VAULT, LOCK), GROUP, (409, "ScopeLocked")),
        ((GROUP, VAULT, LOCK), LOCK, None),
        ((GROUP, ZONE, VNET, LINK), ZONE, (409, "CannotDeleteResource")),
        ((GROUP, NSG, VNET), NSG, (400, "InUseNetworkSecurityGroupCannotBeDeleted")),
        ((GROUP, WORKSPACE, VNET, ENDPOINT), VNET, (400, "InUseSubnetCannotBeDeleted")),
        ((GROUP, WORKSPACE, VNET, ENDPOINT), WORKSPACE, None),
        ((GROUP, NSG, VNET), GROUP, None),
    ],
)
def test_what_is_deleted_is_neither_locked_nor_in_use(
    tmp_path: Path, standing: tuple[str, ...], gone: str, refused: tuple[int, str] | None
) -> None:
    """Its users are deleted first, unless they are deleted with it."""
    assert answer(lambda: validation.delete(azure(tmp_path, *standing), resource(gone))) == refused


def test_what_is_below_goes_too_but_for_diagnostic_settings(tmp_path: Path) -> None:
    """Those stay, unseen, and come back with the name; a vault keeps its name."""
    store = azure(tmp_path, GROUP, VAULT, SETTING, WORKSPACE, COMPUTE)

    with store.change():
        delete(store, resource(GROUP))

    assert [left.id for left in store.all()] == [SETTING]
    assert store.all_kept() == (
        SoftDeletedName("microsoft.keyvault/vaults", "kv", VAULT, 30, False),
        SoftDeletedName("microsoft.machinelearningservices/workspaces", "ws", WORKSPACE, 14, True),
    )


@pytest.mark.parametrize(
    ("inputs", "refused"),
    [({"properties": {}}, (409, "ConflictError")), ({"properties": {"createMode": "recover"}}, None)],
    ids=["anew", "by recovery"],
)
def test_a_deleted_vault_keeps_its_name(
    tmp_path: Path, inputs: dict[str, Any], refused: tuple[int, str] | None
) -> None:
    """And comes back only by recovery."""
    store = azure(tmp_path, GROUP, VAULT)
    with store.change():
        delete(store, resource(VAULT))

    assert answer(lambda: validation.put(store, resource(VAULT, inputs))) == refused


def test_names_are_unique_in_all_of_azure_where_they_are_addresses(tmp_path: Path) -> None:
    """A storage account of the name in another resource group is a conflict; a network is not."""
    store = azure(tmp_path, GROUP, ACCOUNT, VNET, NSG)

    other = [resource(item.replace("/rg/", "/other/"), {"tags": {}}) for item in (ACCOUNT, VNET)]

    assert [answer(putting(store, stored_resource)) for stored_resource in other] == [
        (409, "StorageAccountAlreadyTaken"),
        None,
    ]


def test_a_fault_meets_its_operation_and_stays_with_it(tmp_path: Path) -> None:
    """The first one of its number or type, as often as it was armed; operations are counted."""
    store = azure(tmp_path)
    store.arm(PendingFault("unavailable", 2, times=2))
    store.arm(PendingFault("quota", 1, "Microsoft.MachineLearningServices/workspaces/computes"))

    met = [store.begin("create", item, "t") for item in (GROUP, VAULT, ZONE, VAULT, VAULT, COMPUTE, COMPUTE)]

    assert met == ["", "unavailable", "", "unavailable", "", "quota", ""]
    assert store.journal()[1] == LoggedOperation(2, "create", VAULT, "t", "unavailable")
    assert [operation.number for operation in store.journal()] == [1, 2, 3, 4, 5, 6, 7]


def putting(store: StateStore, wanted: StoredResource) -> Any:
    """The question whether a resource may be made."""
    return lambda: validation.put(store, wanted)


def answer(ask: Any) -> tuple[int, str] | None:
    """Status and code of the refusal; None where there is none."""
    try:
        ask()
    except AzureRefused as error:
        return error.status, error.code
    return None
