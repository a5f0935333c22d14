"""A refresh of the simulated provider finds what changed since the last write, Azure's own changes included."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.ids import parse
from amlz.simulator.derived import outputs_of, with_defaults
from amlz.simulator.peerings import CONNECTED, DISCONNECTED, INITIATED
from amlz.simulator.reading import as_inputs, refreshed
from amlz.simulator.state_store import StoredResource
from tests.simulator.stored_resources import standing

GROUP = "/subscriptions/s/resourceGroups/rg/providers"
ENDPOINT = f"{GROUP}/Microsoft.Network/privateEndpoints/pep"
ADDRESS = f"{GROUP}/Microsoft.Network/publicIPAddresses/pip"
PEERING = f"{GROUP}/Microsoft.Network/virtualNetworks/vnet/virtualNetworkPeerings/there"
WORKSPACE = f"{GROUP}/Microsoft.MachineLearningServices/workspaces/mlw"
STORE = "azure-native:storage:StorageAccount"
ACCOUNT = f"{GROUP}/Microsoft.Storage/storageAccounts/stone"


def resource(resource_id: str, **inputs: Any) -> StoredResource:
    """A resource by its id alone."""
    parsed = parse(resource_id)
    return StoredResource(resource_id, "", "", parsed.type, parsed.name, inputs, {"name": parsed.name})


def shown(folder: Path, resource_id: str, *exist: StoredResource) -> dict[str, Any]:
    """Properties of a resource in Azure beyond its own outputs, where these resources exist."""
    folder = folder / str(len(exist))
    folder.mkdir()
    store = standing(folder, *exist)
    stored_resource = store.get(resource_id)
    assert stored_resource is not None
    answer = outputs_of(store, stored_resource)
    store.close()
    return {key: value for key, value in answer.items() if key not in stored_resource.outputs}


@pytest.mark.parametrize(
    ("inputs", "old", "new", "expected"),
    [
        ({"kind": "a"}, {"kind": "a"}, {"kind": "a"}, {"kind": "a"}),
        ({"kind": "a"}, {"kind": "a"}, {"kind": "b"}, {"kind": "b"}),
        ({"kind": "a"}, {"kind": "b"}, {"kind": "b"}, {"kind": "a"}),
        ({"kind": "a"}, {"kind": "a"}, {}, {}),
        ({}, {}, {"accessTier": "Hot"}, {"accessTier": "Hot"}),
        ({}, {"accessTier": "Hot"}, {"accessTier": "Cool"}, {"accessTier": "Cool"}),
        ({}, {}, {"primaryLocation": "westeurope"}, {}),
        (
            {"encryption": {"keySource": "a"}},
            {"encryption": {"keySource": "a", "requireInfrastructureEncryption": False}},
            {"encryption": {"keySource": "b", "requireInfrastructureEncryption": False}},
            {"encryption": {"keySource": "b"}},
        ),
        (
            {"networkRuleSet": {"ipRules": [{"action": "Allow"}]}},
            {"networkRuleSet": {"ipRules": [{"action": "Allow", "iPAddressOrRange": "x"}]}},
            {"networkRuleSet": {"ipRules": [{"action": "Deny", "iPAddressOrRange": "x"}, {"action": "Allow"}]}},
            {"networkRuleSet": {"ipRules": [{"action": "Deny"}, {"action": "Allow"}]}},
        ),
        (
            {"identity": {"userAssignedIdentities": ["/a", "/b"]}},
            {"identity": {"userAssignedIdentities": {"/a": {}, "/b": {}}}},
            {"identity": {"userAssignedIdentities": {"/a": {}, "/b": {}}}},
            {"identity": {"userAssignedIdentities": ["/b", "/a"]}},
        ),
    ],
    ids=[
        "nothing changed", "changed", "other than the program says from the first", "gone", "new", "changed, not set",
        "only Azure writes it", "a part", "a list", "identities, in another order",
    ],
)  # fmt: skip
def test_inputs_take_over_what_changed_between_two_answers(
    inputs: dict[str, Any], old: dict[str, Any], new: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Not what Azure answered from the first: an ignored property, a default, what a policy changed."""
    assert refreshed(STORE, inputs, old, new) == expected


def test_outputs_become_inputs_without_what_only_azure_writes() -> None:
    """Identities become a list."""
    outputs = {"kind": "StorageV2", "primaryLocation": "x", "identity": {"userAssignedIdentities": {"/a": {}}}}

    assert as_inputs(STORE, outputs) == {"kind": "StorageV2", "identity": {"userAssignedIdentities": ["/a"]}}


def test_what_only_azure_writes_is_left_out_at_every_depth() -> None:
    """A firewall's answer carries its private address in a list: as an input, the next refresh could not send it."""
    rule = {
        "name": "ip",
        "publicIPAddress": {"id": "/p"},
        "privateIPAddress": "10.0.0.4",
        "provisioningState": "Succeeded",
    }
    outputs = {"threatIntelMode": "Deny", "ipConfigurations": [rule]}

    inputs = as_inputs("azure-native:network:AzureFirewall", outputs)

    assert inputs == {
        "threatIntelMode": "Deny",
        "ipConfigurations": [{"name": "ip", "publicIPAddress": {"id": "/p"}}],
    }


def test_a_zone_group_takes_the_names_over(tmp_path: Path) -> None:
    """Before, they are listed to be registered."""
    endpoint, group = resource(ENDPOINT), resource(f"{ENDPOINT}/privateDnsZoneGroups/default")

    values = [shown(tmp_path, ENDPOINT, *exist)["customDnsConfigs"] for exist in ((endpoint,), (endpoint, group))]

    assert [len(names) for names in values] == [1, 0]


@pytest.mark.parametrize(
    ("state", "level"),
    [(INITIATED, "RemoteNotInSync"), (CONNECTED, "FullyInSync"), (DISCONNECTED, "RemoteNotInSync")],
)
def test_a_peering_shows_how_it_is_connected(tmp_path: Path, state: str, level: str) -> None:
    """The other side changes it."""
    result = shown(tmp_path, PEERING, replace(resource(PEERING), state=state))

    assert result == {"peeringState": state, "peeringSyncLevel": level}


def test_an_address_shows_its_nat_gateway(tmp_path: Path) -> None:
    """Once there is one."""
    address = resource(ADDRESS)
    gateway = resource(f"{GROUP}/Microsoft.Network/natGateways/ng", publicIpAddresses=[{"id": ADDRESS}])

    values = [shown(tmp_path, ADDRESS, *exist) for exist in ((address,), (address, gateway))]

    assert values == [{}, {"natGateway": {"id": gateway.id}}]


def test_a_workspace_shows_the_rules_of_its_managed_network(tmp_path: Path) -> None:
    """And whether it is active."""
    settings = {"isolationMode": "AllowOnlyApprovedOutbound"}
    destination = {"type": "FQDN", "destination": "pypi.org"}
    rule = resource(f"{WORKSPACE}/outboundRules/pypi", properties=destination)
    workspace = resource(WORKSPACE, managedNetwork=settings)

    values = [shown(tmp_path, WORKSPACE, *exist)["managedNetwork"] for exist in ((workspace,), (workspace, rule))]

    assert values == [
        {**settings, "outboundRules": {}, "status": {"status": "Inactive", "sparkReady": False}},
        {**settings, "outboundRules": {"pypi": destination}, "status": {"status": "Active", "sparkReady": False}},
    ]


def test_a_workspace_without_a_managed_network_shows_none(tmp_path: Path) -> None:
    """Nothing of it is added."""
    assert shown(tmp_path, WORKSPACE, resource(WORKSPACE, managedNetwork={"isolationMode": "Disabled"})) == {}


@pytest.mark.parametrize(
    ("token", "derived"),
    [
        ("network:PrivateEndpoint", {"customDnsConfigs": []}),
        ("network:VirtualNetworkPeering", {"peeringState": "x", "peeringSyncLevel": "x"}),
        ("network:PublicIPAddress", {"natGateway": {"id": "/x"}}),
        ("machinelearningservices:Workspace", {"managedNetwork": {"outboundRules": {}, "status": {"status": "x"}}}),
    ],
)
def test_the_derived_properties_are_inputs_of_azure_native(token: str, derived: dict[str, Any]) -> None:
    """Else a refresh would not find them."""
    assert as_inputs(f"azure-native:{token}", derived) == derived


def test_a_default_that_is_changed_by_hand_is_drift_and_an_untouched_one_is_none() -> None:
    """The program never set it. The first answer had Azure's value already, so only the change is new."""
    made = replace(resource(ACCOUNT, kind="StorageV2"), token=STORE)
    by_hand = replace(made, inputs={"kind": "StorageV2", "networkRuleSet": {"defaultAction": "Deny"}})
    before, after = with_defaults(made), with_defaults(by_hand)

    assert before["networkRuleSet"]["defaultAction"] == "Allow"
    assert refreshed(STORE, made.inputs, before, before) == made.inputs
    assert refreshed(STORE, made.inputs, before, after)["networkRuleSet"]["defaultAction"] == "Deny"


def test_a_default_that_is_not_sure_is_not_in_an_answer() -> None:
    """Recordings contradict each other on public blobs and on the bypass."""
    answer = with_defaults(replace(resource(ACCOUNT, kind="StorageV2"), token=STORE))

    assert answer["accessTier"] == "Hot"
    assert "allowBlobPublicAccess" not in answer
    assert "bypass" not in answer["networkRuleSet"]
