"""Registrations of a program become the requests that Azure Resource Manager would receive."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

from amlz.azure.graph import Resource, ResourceGraph, unknown
from amlz.simulator.graph import resource_graph
from tests.simulator.programs import GROUP, HEAD, HUB, IDENTITY, SUBSCRIPTION, group_id, run, urn

VNET = "azure-native:network:VirtualNetwork"
RECORDS = "azure-native:privatedns:PrivateRecordSet"

PROGRAM = HEAD + (
    "class Box(pulumi.ComponentResource):\n"
    "    def __init__(self, name, opts=None):\n"
    "        super().__init__('lz:index:Box', name, None, opts)\n"
    "churn = Box('churn-dev', pulumi.ResourceOptions(providers=[hub]))\n"
    "inner = Box('inner', pulumi.ResourceOptions(parent=churn))\n"
    "rg = azure.resources.ResourceGroup('group', resource_group_name='rg-churn', location='westeurope',\n"
    "    opts=pulumi.ResourceOptions(parent=inner, protect=True))\n"
    "net = azure.network.VirtualNetwork('net', resource_group_name=rg.name, virtual_network_name='vnet-churn',\n"
    "    location='westeurope', address_space={'address_prefixes': ['10.0.0.0/24']}, tags={'at': rg.managed_by},\n"
    "    opts=pulumi.ResourceOptions(parent=rg))\n"
    "azure.privatedns.PrivateRecordSet('records', resource_group_name='rg-dns', private_zone_name='a.b',\n"
    "    record_type='A', relative_record_set_name=net.resource_guid, ttl=60, opts=opts)\n"
)

BOX = urn("lz:index:Box", "churn-dev")
INNER = urn("lz:index:Box$lz:index:Box", "inner")
BOXED_GROUP = urn(f"lz:index:Box$lz:index:Box${GROUP}", "group")
NET = urn(f"lz:index:Box$lz:index:Box${GROUP}${VNET}", "net")
RECORD_SET = urn(RECORDS, "records")

#: A request to the subscription of these programs.
request = functools.partial(Resource, subscription=SUBSCRIPTION, provider=HUB)

#: The request for the network.
NET_BODY = {
    "location": "westeurope",
    "properties": {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/24"]},
        "enableDdosProtection": False,
        "enableVmProtection": False,
        "subnets": [],
        "virtualNetworkPeerings": [],
    },
    "tags": {"at": unknown("tags, from group")},
}


def test_each_resource_is_a_request(tmp_path: Path) -> None:
    """Its owner is that of the component it lies in, and it waits for a parent that is no component."""
    graph = resource_graph(run(tmp_path, PROGRAM), owners={"churn-dev": ("churn", "dev"), "net": ("no", "component")})
    # The SDK's own, one for each API version and older name of the type: this program keeps them.
    graph = replace(graph, resources=tuple(replace(resource, aliases=()) for resource in graph))

    assert graph == ResourceGraph(
        resources=(
            request(
                urn=BOXED_GROUP,
                token=GROUP,
                arm_type="Microsoft.Resources/resourceGroups",
                api_version=graph.resources[0].api_version,
                id=group_id("rg-churn"),
                name="rg-churn",
                location="westeurope",
                resource_group="rg-churn",
                body={"location": "westeurope"},
                project="churn",
                environment="dev",
                parent=INNER,
                protect=True,
                source="__main__.py:7",
            ),
            request(
                urn=NET,
                token=VNET,
                arm_type="Microsoft.Network/virtualNetworks",
                api_version=graph.resources[1].api_version,
                id=f"{group_id('rg-churn')}/providers/Microsoft.Network/virtualNetworks/vnet-churn",
                name="vnet-churn",
                location="westeurope",
                resource_group="rg-churn",
                body=NET_BODY,
                project="churn",
                environment="dev",
                depends_on=(BOXED_GROUP,),
                parent=BOXED_GROUP,
                protect=True,  # a child has it of its parent
                source="__main__.py:9",
            ),
            request(
                urn=RECORD_SET,
                token=RECORDS,
                arm_type="Microsoft.Network/privateDnsZones/A",
                api_version=graph.resources[2].api_version,
                id="",
                name="records",
                location="",
                resource_group="rg-dns",
                body={"properties": {"ttl": 60}},
                depends_on=(NET,),
                source="__main__.py:12",
            ),
        ),
        parents={BOX: "", HUB: "", INNER: BOX, BOXED_GROUP: INNER, NET: BOXED_GROUP, RECORD_SET: ""},
        dependencies={BOX: (), INNER: ()},
    )


def test_what_is_not_decided_is_left_empty(tmp_path: Path) -> None:
    """Without an id, a resource has the names of its inputs; a location that only Azure knows is none."""
    program = HEAD + (
        f"uai = {IDENTITY}\n"
        "azure.network.VirtualNetwork('net', resource_group_name=uai.client_id, virtual_network_name='vnet-a',\n"
        "    location=uai.tenant_id, opts=opts)\n"
    )

    graph = resource_graph(run(tmp_path, program), cloud="usgovernment")

    net = graph.of_type("Microsoft.Network/virtualNetworks")[0]
    assert (net.id, net.name, net.resource_group, net.location) == ("", "vnet-a", "", "")
    assert net.body["location"] == unknown("location, from i")
    assert graph.cloud == "usgovernment"


def test_a_resource_waits_for_what_its_components_wait_for(tmp_path: Path) -> None:
    """Below a resource in a component too; but waiting for a component is not waiting for what its resources hold."""
    program = HEAD + (
        "class Box(pulumi.ComponentResource):\n"
        "    def __init__(self, name, opts):\n"
        "        super().__init__('lz:index:Box', name, None, opts)\n"
        "        below = pulumi.ResourceOptions(parent=self)\n"
        "        rg = azure.resources.ResourceGroup(f'{name}-a', resource_group_name=f'{name}-a', opts=below)\n"
        "        below = pulumi.ResourceOptions(parent=rg)\n"
        "        azure.resources.ResourceGroup(f'{name}-b', resource_group_name=f'{name}-b', opts=below)\n"
        "one = Box('one', pulumi.ResourceOptions(providers=[hub]))\n"
        "Box('two', pulumi.ResourceOptions(providers=[hub], depends_on=[one]))\n"
    )

    graph = resource_graph(run(tmp_path, program))

    built = {resource.name: resource for resource in graph}
    waits = {
        name: {other for other in built if graph.waits_for(resource, built[other])} for name, resource in built.items()
    }
    assert waits == {
        "one-a": set(),
        "one-b": {"one-a"},
        "two-a": {"one-a"},
        "two-b": {"one-a", "two-a"},
    }
