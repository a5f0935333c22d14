"""Small networks, drawn at random: a hub with a firewall, two spokes, endpoints, and rules that cut subnets."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from amlz.azure.graph import Resource, ResourceGraph

GROUP = "/subscriptions/s/resourceGroups/g/providers/"
NET = f"{GROUP}Microsoft.Network/"
#: Name and range of each subnet, by network. Each has three addresses for machines.
SUBNETS = {
    "hub": {"AzureFirewallSubnet": "10.0.0.0/29", "jump": "10.0.0.8/29", "GatewaySubnet": "10.0.0.16/29"},
    "one": {"work": "10.0.1.0/29", "more": "10.0.1.8/29", "ends": "10.0.1.16/29"},
    "two": {"work": "10.0.2.0/29", "ends": "10.0.2.8/29"},
}
RANGES = {"hub": "10.0.0.0/27", "one": "10.0.1.0/27", "two": "10.0.2.0/28"}
ENDPOINTS = {"pep-one": ("one", "ends", "10.0.1.20"), "pep-two": ("two", "ends", "10.0.2.12")}
ON_PREMISES = "10.9.0.0/29"
FIREWALL = "10.0.0.4"
PORTS = (22, 53, 443)
PREFIXES = (
    "*", "VirtualNetwork", "10.0.0.0/27", "10.0.1.0/29", "10.0.1.4/30", "10.0.1.16/29", "10.0.1.20", "10.0.2.0/29",
    "10.0.2.6/31", "10.0.2.8/29", "10.9.0.0/29", "10.9.0.4/30", "10.0.0.0/16",
)  # fmt: skip
ROUTED = (
    "0.0.0.0/0",
    "10.0.0.0/16",
    "10.0.0.0/27",
    "10.0.1.0/27",
    "10.0.1.20/32",
    "10.0.2.0/28",
    "10.0.2.8/29",
    ON_PREMISES,
)


def resource(path: str, properties: dict[str, Any], **body: Any) -> Resource:
    """Returns a resource of Microsoft.Network. `path`: its names, each below its type."""
    parts = path.split("/")
    resource_id = f"{NET}{path}"
    arm_type = "Microsoft.Network/" + "/".join(parts[::2])
    return Resource(
        urn=f"urn:{path}", token="", arm_type=arm_type, api_version="", id=resource_id, name=parts[-1], location="here",
        subscription="s", resource_group="g", body={"properties": properties, **body},
    )  # fmt: skip


def at(path: str) -> dict[str, str]:
    """Returns a reference to a resource."""
    return {"id": f"{NET}{path}"}


@st.composite
def rules(draw: Any) -> list[dict[str, Any]]:
    """Rules of a security group, some with lists of prefixes and ports."""
    values = []
    for index in range(draw(st.integers(0, 4))):
        properties: dict[str, Any] = {
            "priority": draw(st.integers(100, 110)) * 10 + index,
            "direction": draw(st.sampled_from(("Inbound", "Outbound"))),
            "access": draw(st.sampled_from(("Allow", "Deny"))),
            "protocol": draw(st.sampled_from(("*", "Tcp", "Udp"))),
            "sourcePortRange": "*",
        }
        for side in ("source", "destination"):
            prefixes = draw(st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=2, unique=True))
            single = len(prefixes) == 1
            properties[f"{side}AddressPrefix{'' if single else 'es'}"] = prefixes[0] if single else prefixes
        ports = draw(st.sampled_from((["*"], ["443"], ["22", "443"], ["20-60"])))
        properties["destinationPortRanges"] = ports
        values.append({"name": f"rule-{index}", "properties": properties})
    return values


@st.composite
def routes(draw: Any) -> list[dict[str, Any]]:
    """Routes of a table, each prefix once."""
    values = []
    for index, prefix in enumerate(draw(st.lists(st.sampled_from(ROUTED), max_size=3, unique=True))):
        hop = draw(st.sampled_from(("VirtualAppliance", "VirtualAppliance", "None", "VnetLocal")))
        properties = {"addressPrefix": prefix, "nextHopType": hop}
        if hop == "VirtualAppliance":
            properties["nextHopIpAddress"] = FIREWALL
        values.append({"name": f"route-{index}", "properties": properties})
    return values


@st.composite
def firewall_rules(draw: Any) -> list[dict[str, Any]]:
    """Rule collections of network rules."""
    values = []
    for index in range(draw(st.integers(0, 3))):
        rule = {
            "ruleType": "NetworkRule",
            "name": f"fw-{index}",
            "ipProtocols": [draw(st.sampled_from(("Any", "TCP", "UDP")))],
            "sourceAddresses": [draw(st.sampled_from([p for p in PREFIXES if p != "VirtualNetwork"]))],
            "destinationAddresses": [draw(st.sampled_from([p for p in PREFIXES if p != "VirtualNetwork"]))],
            "destinationPorts": [draw(st.sampled_from(("*", "443", "22", "20-60")))],
        }
        action = {"type": draw(st.sampled_from(("Allow", "Allow", "Deny")))}
        values.append(
            {"name": f"c-{index}", "priority": draw(st.integers(100, 104)), "action": action, "rules": [rule]}
        )
    return values


@st.composite
def worlds(draw: Any) -> ResourceGraph:
    """A landscape as request bodies."""
    resources: list[Resource] = []
    flag = st.sampled_from((True, True, True, False))
    for network, subnets in SUBNETS.items():
        resources.append(
            resource(f"virtualNetworks/{network}", {"addressSpace": {"addressPrefixes": [RANGES[network]]}})
        )
        for name, prefix in subnets.items():
            properties: dict[str, Any] = {
                "addressPrefix": prefix,
                "defaultOutboundAccess": False,
                "privateEndpointNetworkPolicies": draw(
                    st.sampled_from(("Disabled", "Enabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"))
                ),
            }
            plain = name not in ("AzureFirewallSubnet", "GatewaySubnet")
            if plain and draw(flag):
                resources.append(
                    resource(f"networkSecurityGroups/nsg-{network}-{name}", {"securityRules": draw(rules())})
                )
                properties["networkSecurityGroup"] = at(f"networkSecurityGroups/nsg-{network}-{name}")
            if name != "AzureFirewallSubnet" and draw(flag):
                table = {"routes": draw(routes()), "disableBgpRoutePropagation": draw(st.booleans())}
                resources.append(resource(f"routeTables/rt-{network}-{name}", table))
                properties["routeTable"] = at(f"routeTables/rt-{network}-{name}")
            resources.append(resource(f"virtualNetworks/{network}/subnets/{name}", properties))
    gateway = draw(st.booleans())
    for here, there in (("hub", "one"), ("one", "hub"), ("hub", "two"), ("two", "hub")):
        if not draw(st.sampled_from((True,) * 9 + (False,))):
            continue
        properties = {
            "remoteVirtualNetwork": at(f"virtualNetworks/{there}"),
            "allowVirtualNetworkAccess": draw(st.sampled_from((True,) * 5 + (False,))),
            "allowForwardedTraffic": draw(flag),
            "allowGatewayTransit": here == "hub" and draw(flag),
            "useRemoteGateways": here != "hub" and gateway and draw(flag),
        }
        resources.append(resource(f"virtualNetworks/{here}/virtualNetworkPeerings/to-{there}", properties))
    kept = draw(st.sampled_from((None, None, ["255.255.255.255/32"], ["10.0.1.0/29", "10.0.2.8"])))
    resources += _hub(draw(firewall_rules()), kept, gateway)
    for name, (network, subnet, address) in ENDPOINTS.items():
        resources += _endpoint(name, network, subnet, address if draw(flag) else None)
    for network in SUBNETS:
        if draw(flag):
            link = {"virtualNetwork": at(f"virtualNetworks/{network}")}
            resources.append(resource(f"privateDnsZones/zone/virtualNetworkLinks/{network}", link))
    return ResourceGraph(tuple(resources))


def _hub(collections: list[dict[str, Any]], kept: list[str] | None, gateway: bool) -> list[Resource]:
    """Returns the firewall of the hub, and its gateway. `kept`: destinations whose packets keep their source."""
    wall = {
        "firewallPolicy": at("firewallPolicies/policy"),
        "ipConfigurations": [{"properties": {"subnet": at("virtualNetworks/hub/subnets/AzureFirewallSubnet")}}],
    }
    group = {"priority": 200, "ruleCollections": collections}
    resources = [
        resource("firewallPolicies/policy", {"snat": {"privateRanges": kept}} if kept else {}),
        resource("firewallPolicies/policy/ruleCollectionGroups/group", group),
        resource("azureFirewalls/wall", wall),
        resource("privateDnsZones/zone", {}),
    ]
    if gateway:
        room = {"properties": {"subnet": at("virtualNetworks/hub/subnets/GatewaySubnet")}}
        resources.append(resource("virtualNetworkGateways/gw", {"ipConfigurations": [room]}))
    return resources


def _endpoint(name: str, network: str, subnet: str, address: str | None) -> list[Resource]:
    target = f"{GROUP}Microsoft.Storage/storageAccounts/st{name}"
    properties: dict[str, Any] = {
        "subnet": at(f"virtualNetworks/{network}/subnets/{subnet}"),
        "privateLinkServiceConnections": [{"properties": {"privateLinkServiceId": target, "groupIds": ["blob"]}}],
    }
    if address:
        properties["ipConfigurations"] = [{"properties": {"privateIPAddress": address}}]
    zones = {"privateDnsZoneConfigs": [{"properties": {"privateDnsZoneId": f"{NET}privateDnsZones/zone"}}]}
    return [
        Resource(
            urn=f"urn:st{name}", token="", arm_type="Microsoft.Storage/storageAccounts", api_version="", id=target,
            name=f"st{name}", location="here", subscription="s", resource_group="g",
            body={"properties": {"publicNetworkAccess": "Disabled"}},
        ),
        resource(f"privateEndpoints/{name}", properties),
        resource(f"privateEndpoints/{name}/privateDnsZoneGroups/default", zones),
    ]  # fmt: skip
