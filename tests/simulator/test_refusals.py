"""What the pretend Azure refuses: each rule with what it refuses and what it lets pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from amlz.simulator import refusals
from amlz.simulator.errors import AzureRefused
from amlz.simulator.memory import Armed, Kept, Memory, Operation, Standing
from amlz.simulator.remembering import delete

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

#: What each refers to.
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


def resource(resource_id: str, inputs: dict[str, Any] | None = None) -> Standing:
    """A resource as a provider would put it."""
    parts = resource_id.split("/")
    last = len(parts) - 1 - parts[::-1].index("providers") if "providers" in parts else 0
    kind = "/".join([parts[last + 1], *parts[last + 2 :: 2]]) if last else "Microsoft.Resources/resourceGroups"
    return Standing(resource_id, f"urn::{parts[-1]}", "t", kind, parts[-1], inputs or INPUTS.get(resource_id, {}), {})


def azure(folder: Path, *standing: str) -> Memory:
    """An Azure in which these stand, of a program that makes them all."""
    memory = Memory(folder / "azure.sqlite")
    memory.expect(ALL)
    with memory.change():
        for each in standing:
            memory.put(resource(each), refusals.refers(resource(each)))
    return memory


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
    """Group, parent, scope, what it refers to; a compute without public address the endpoint of its workspace."""
    assert answer(lambda: refusals.put(azure(tmp_path, *standing), resource(wanted))) == refused


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
    """What uses it goes first, unless it goes with it."""
    assert answer(lambda: refusals.delete(azure(tmp_path, *standing), resource(gone))) == refused


def test_what_is_below_goes_too_but_for_diagnostic_settings(tmp_path: Path) -> None:
    """Those stay, unseen, and come back with the name; a vault keeps its name."""
    memory = azure(tmp_path, GROUP, VAULT, SETTING, WORKSPACE, COMPUTE)

    with memory.change():
        delete(memory, resource(GROUP))

    assert [left.id for left in memory.all()] == [SETTING]
    assert memory.all_kept() == (
        Kept("microsoft.keyvault/vaults", "kv", VAULT, 30, False),
        Kept("microsoft.machinelearningservices/workspaces", "ws", WORKSPACE, 14, True),
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
    memory = azure(tmp_path, GROUP, VAULT)
    with memory.change():
        delete(memory, resource(VAULT))

    assert answer(lambda: refusals.put(memory, resource(VAULT, inputs))) == refused


def test_names_are_unique_in_all_of_azure_where_they_are_addresses(tmp_path: Path) -> None:
    """A storage account of the name in another group is in the way; a network is not."""
    memory = azure(tmp_path, GROUP, ACCOUNT, VNET, NSG)

    other = [resource(each.replace("/rg/", "/other/"), {"tags": {}}) for each in (ACCOUNT, VNET)]

    assert [answer(putting(memory, each)) for each in other] == [(409, "StorageAccountAlreadyTaken"), None]


def test_a_fault_meets_its_operation_and_stays_with_it(tmp_path: Path) -> None:
    """The first one of its number or type, as often as it was armed; operations are counted."""
    memory = azure(tmp_path)
    memory.arm(Armed("unavailable", 2, times=2))
    memory.arm(Armed("quota", 1, "Microsoft.MachineLearningServices/workspaces/computes"))

    met = [memory.begin("create", each, "t") for each in (GROUP, VAULT, ZONE, VAULT, VAULT, COMPUTE, COMPUTE)]

    assert met == ["", "unavailable", "", "unavailable", "", "quota", ""]
    assert memory.journal()[1] == Operation(2, "create", VAULT, "t", "unavailable")
    assert [each.number for each in memory.journal()] == [1, 2, 3, 4, 5, 6, 7]


def putting(memory: Memory, wanted: Standing) -> Any:
    """The question whether a resource may be made."""
    return lambda: refusals.put(memory, wanted)


def answer(ask: Any) -> tuple[int, str] | None:
    """Status and code of the refusal; None where there is none."""
    try:
        ask()
    except AzureRefused as error:
        return error.status, error.code
    return None
