"""States of resources in the simulated Azure: peerings, unready resources, roles, limits, and cost in time."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.ids import parse
from amlz.simulator import firewalls, limits, peerings, validation
from amlz.simulator.drift import DRIFTS, drift, drift_of
from amlz.simulator.errors import AzureRefused
from amlz.simulator.limits import LIMITS, EnforcedLimit
from amlz.simulator.state_store import CREATING, StateStore, StoredResource
from amlz.simulator.stateful_provider import delete
from tests.simulator.stored_resources import requests, standing

GROUP = "/subscriptions/s/resourceGroups/rg"
HUB = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hub"
SPOKE = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/spoke"
PEERING = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"


@functools.cache
def minimal() -> tuple[StoredResource, ...]:
    """The smallest shipped stack."""
    return requests("minimal")


def resource(resource_id: str, **inputs: Any) -> StoredResource:
    """A resource by its id alone."""
    parsed = parse(resource_id)
    return StoredResource(resource_id, "", "", parsed.type, parsed.name, inputs, {})


def peer(own: str, remote: str) -> StoredResource:
    """One side of a peering."""
    return resource(f"{own}/virtualNetworkPeerings/there", remoteVirtualNetwork={"id": remote})


def make(store: StateStore, wanted: StoredResource) -> str:
    """Makes one side; its state, or the code of the refusal."""
    try:
        with store.change():
            wanted = peerings.connected(store, wanted)
            store.put(wanted, validation.refers(wanted))
    except AzureRefused as refused:
        return refused.code
    return wanted.state


def states(store: StateStore) -> dict[str, str]:
    """The state of each peering, by the name of its network."""
    resources = [stored_resource for stored_resource in store.all() if stored_resource.type == PEERING.lower()]
    return {stored_resource.id.split("/")[-3]: stored_resource.state for stored_resource in resources}


def test_a_peering_is_connected_once_both_sides_stand(tmp_path: Path) -> None:
    """Initiated before; when one is gone, the other one is disconnected, and has to be created again first."""
    store = standing(tmp_path, resource(HUB), resource(SPOKE))
    there, back = peer(HUB, SPOKE), peer(SPOKE, HUB)

    assert make(store, there) == "Initiated"
    assert make(store, back) == "Connected"
    assert states(store) == {"hub": "Connected", "spoke": "Connected"}
    with store.change():
        delete(store, back)
    assert states(store) == {"hub": "Disconnected"}
    assert make(store, back) == "RemotePeeringIsDisconnected"
    assert make(store, there) == "Initiated"
    assert make(store, back) == "Connected"


def test_what_is_not_ready_is_not_used_before_the_next_command(tmp_path: Path) -> None:
    """Neither as a parent nor in a reference; time passes between commands, once for all providers of one."""
    store = standing(tmp_path, resource(GROUP), resource(HUB), resource(SPOKE))
    store.expect((GROUP, HUB, SPOKE))
    with store.change():
        store.mark(HUB, CREATING)

    def state_of(wanted: StoredResource) -> str:
        try:
            validation.put(store, wanted)
        except AzureRefused as refused:
            return refused.code
        return ""

    wanted = (peer(HUB, SPOKE), peer(SPOKE, HUB))
    assert [state_of(stored_resource) for stored_resource in wanted] == ["ReferencedResourceNotProvisioned"] * 2
    store.settle("first")
    assert [state_of(stored_resource) for stored_resource in wanted] == ["ReferencedResourceNotProvisioned"] * 2
    store.settle("second")
    assert [state_of(stored_resource) for stored_resource in wanted] == ["", ""]


def test_a_workspace_needs_roles_on_its_parts_before_it_stands(tmp_path: Path) -> None:
    """Each part alone; what the stack makes in its order is taken."""
    workspace = next(
        stored_resource
        for stored_resource in minimal()
        if stored_resource.token == "azure-native:machinelearningservices:Workspace"
    )
    identity = next(
        stored_resource
        for stored_resource in minimal()
        if stored_resource.id == workspace.inputs["primaryUserAssignedIdentity"]
    )
    others = [
        stored_resource
        for stored_resource in minimal()
        if stored_resource.id != workspace.id and "roleAssignments" not in stored_resource.id
    ]
    store = standing(tmp_path, *others)
    store.expect(stored_resource.id for stored_resource in minimal())
    parts = ("storageAccount", "keyVault", "containerRegistry", "applicationInsights")
    refused = []

    for part in parts:
        with pytest.raises(AzureRefused) as raised:
            validation.put(store, workspace)
        refused.append(raised.value.message)
        scope = f"{workspace.inputs[part]}/providers/Microsoft.Authorization/roleAssignments/r"
        role = replace(resource(scope), inputs={"principalId": identity.outputs["principalId"]})
        with store.change():
            store.put(role, validation.refers(role))

    validation.put(store, workspace)
    assert refused == [
        f"The identity {identity.id} has no role on {workspace.inputs[part]}, which the workspace consists of."
        for part in parts
    ]


def test_a_request_carries_what_the_published_type_requires() -> None:
    """Every request of a shipped stack does; without its tenant, a vault's does not."""
    vault = next(
        stored_resource for stored_resource in minimal() if stored_resource.token == "azure-native:keyvault:Vault"
    )
    properties = {key: value for key, value in vault.inputs["properties"].items() if key != "tenantId"}

    for stored_resource in minimal():
        validation.complete(stored_resource)
    with pytest.raises(AzureRefused) as refused:
        validation.complete(replace(vault, inputs={**vault.inputs, "properties": properties}))

    assert (refused.value.status, refused.value.code) == (400, "InvalidRequestContent")
    assert "'properties/tenantId' is missing" in refused.value.message


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.type.rpartition("/")[2])
def test_there_is_room_for_so_many(tmp_path: Path, limit: EnforcedLimit) -> None:
    """Right below one scope, or in a subscription; not for one more, and for one more where one has gone."""
    store = StateStore(tmp_path / "azure.sqlite")
    made = [resource(_named(limit, f"n{number}")) for number in range(limit.count + 1)]
    with store.change():
        for stored_resource in made[:-1]:
            limits.fits(store, stored_resource)
            store.put(stored_resource, ())

    with pytest.raises(AzureRefused) as refused:
        limits.fits(store, made[-1])
    with store.change():
        store.remove(made[0].id)
    limits.fits(store, made[-1])

    assert (refused.value.status, refused.value.code) == (limit.status, limit.code)


def test_what_is_below_a_subscription_takes_no_room_on_it(tmp_path: Path) -> None:
    """Ten diagnostic settings of resources in it, and then five on the subscription itself, but no sixth."""
    store, kind = StateStore(tmp_path / "azure.sqlite"), "providers/Microsoft.Insights/diagnosticSettings"
    below = [f"{GROUP}/providers/Microsoft.Network/virtualNetworks/n{number}/{kind}/log" for number in range(10)]
    on_it = [f"/subscriptions/s/{kind}/log{number}" for number in range(6)]

    with store.change():
        for setting in map(resource, (*below, *on_it[:5])):
            limits.fits(store, setting)
            store.put(setting, ())

    with pytest.raises(AzureRefused, match="/subscriptions/s has 5 of"):
        limits.fits(store, resource(on_it[5]))


def _named(limit: EnforcedLimit, name: str) -> str:
    namespace, *kinds = limit.type.split("/")
    if limit.type.endswith("/resourcegroups"):
        return f"/subscriptions/s/resourceGroups/{name}"
    place = "/subscriptions/s" if namespace == "microsoft.authorization" else GROUP
    parents = "".join(f"/{kind}/parent" for kind in kinds[:-1])
    return f"{place}/providers/{namespace}{parents}/{kinds[-1]}/{name}"


def test_lists_of_one_request_have_limits_too() -> None:
    """The subnets of a network; the tags of anything."""
    wanted = [
        resource(HUB, subnets=[{}] * 3000),
        resource(HUB, subnets=[{}] * 3001),
        resource(GROUP, tags=dict.fromkeys(map(str, range(51)), "")),
    ]

    codes = []
    for stored_resource in wanted:
        try:
            limits.lists_fit(stored_resource)
            codes.append("")
        except AzureRefused as refused:
            codes.append(refused.code)
    assert codes == ["", "LimitExceeded", "TooManyTags"]


def test_drift_changes_one_thing_of_what_stands(tmp_path: Path) -> None:
    """One of each kind, and of other types a tag where they take any."""
    store = standing(tmp_path, *minimal())
    changed = {}
    for made in DRIFTS:
        stored_resource = next(item for item in store.all() if item.type == made.type)
        with store.change():
            drift(store, stored_resource, made)
        after = store.get(stored_resource.id)
        assert after is not None
        keys = {key for key in after.inputs if after.inputs[key] != stored_resource.inputs.get(key)}
        changed[made.type.rpartition("/")[2]] = keys
        assert keys == {key for key in after.outputs if after.outputs[key] != stored_resource.outputs.get(key)}

    assert changed == {
        "storageaccounts": {"publicNetworkAccess"},
        "vaults": {"properties"},
        "networksecuritygroups": {"securityRules"},
        "rulecollectiongroups": {"ruleCollections"},
        "resourcegroups": {"tags"},
    }
    by_token = {item.token: drift_of(item) for item in store.all()}
    assert by_token["azure-native:authorization:RoleAssignment"] is None
    assert getattr(by_token["azure-native:network:PrivateEndpoint"], "says", "") == "a tag added"


def test_one_resource_more_costs_the_same_among_ten_thousand(tmp_path: Path) -> None:
    """Counted in steps of the database, of which there are about as many for each as among the first hundreds."""
    store = StateStore(tmp_path / "azure.sqlite")
    steps = []
    store.count_steps(lambda: steps.append(1))
    costs = list(_costs(store, steps, 10_000))

    assert costs[-1] < 1.5 * costs[2]


def _costs(store: StateStore, steps: list[int], number: int) -> Iterator[float]:
    """Steps for each hundred resources: groups of twenty endpoints, each in a separate network."""
    for index in range(number):
        group = f"/subscriptions/s/resourceGroups/rg{index // 20}"
        net = f"{group}/providers/Microsoft.Network/virtualNetworks/net"
        wanted = resource(f"{group}/providers/Microsoft.Network/privateEndpoints/pe{index}", subnet={"id": net})
        store.begin("create", wanted.id, "t")
        with store.change():
            validation.put(store, wanted)
            wanted = peerings.connected(store, wanted)
            store.put(wanted, validation.refers(wanted))
        store.get(wanted.id)
        if index % 100 == 99:
            yield len(steps)
            steps.clear()


@pytest.mark.parametrize(
    ("subnet", "address"),
    [("AzureFirewallSubnet", "10.0.0.68"), ("azurefirewallsubnet", "10.0.0.68"), ("other", "192.0.2.4")],
)
def test_a_firewall_has_an_address_of_its_subnet(tmp_path: Path, subnet: str, address: str) -> None:
    """The first that Azure leaves free; of a network that does not have the subnet, the one for documentation."""
    ranges = [("first", "10.0.0.0/26"), ("AzureFirewallSubnet", "10.0.0.64/26")]
    subnets = [resource(f"{HUB}/subnets/{name}", addressPrefix=cidr) for name, cidr in ranges]
    rule = {"name": "ip", "subnet": {"id": f"{HUB}/subnets/{subnet}"}, "privateIPAddress": "192.0.2.4"}
    firewall = resource(f"{GROUP}/providers/Microsoft.Network/azureFirewalls/afw")
    firewall = replace(firewall, outputs={"name": "afw", "ipConfigurations": [rule]})

    stored_resource = firewalls.addressed(standing(tmp_path, resource(HUB), *subnets), firewall)

    assert stored_resource == replace(
        firewall, outputs={"name": "afw", "ipConfigurations": [{**rule, "privateIPAddress": address}]}
    )
