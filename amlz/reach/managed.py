"""Managed networks of workspaces as sources: what their outbound rules and those of Azure let out.

All from https://learn.microsoft.com/azure/machine-learning/how-to-managed-network (2024-08-29).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from amlz.azure.bodies import dig, value
from amlz.azure.graph import Resource, ResourceGraph
from amlz.core.facts.managed_network import REQUIRED_TAGS
from amlz.core.facts.tag_hosts import TAG_HOSTS, matches
from amlz.reach.model import EndpointNode, ManagedSource, OutboundPath
from amlz.reach.packet import Hop, Packet, PacketEnd, outcome
from amlz.reach.parties import Party, microsoft, within
from amlz.reach.read_filters import port_ranges

#: Group IDs of the default storage account that have an endpoint which Azure creates. The page names no group IDs; it
#: lists queue and table as endpoints to add.
_STORAGE = ("blob", "file")
_ASSUMED = "the endpoints that Azure creates to the default storage account are for blob and file"
_WEB = (80, 443)


def managed_networks(graph: ResourceGraph) -> Iterator[ManagedSource]:
    """Returns the managed networks of a graph."""
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        mode = value(workspace, "properties.managedNetwork.isolationMode")
        if isinstance(mode, str) and mode.lower() != "disabled":
            keys = ("keyVault", "containerRegistry", "storageAccount")
            parts = [str(value(workspace, f"properties.{key}")).lower() for key in keys]
            yield ManagedSource(
                name=workspace.name,
                owner=workspace.owner,
                isolated=mode.lower() == "allowonlyapprovedoutbound",
                region=workspace.location,
                parts=(workspace.id.lower(), *parts[:2]),
                storage=parts[2],
                rules=tuple(_rules(graph, workspace)),
            )


def _rules(graph: ResourceGraph, workspace: Resource) -> Iterator[OutboundPath]:
    for rule in graph.of_type("Microsoft.MachineLearningServices/workspaces/outboundRules"):
        if not rule.id.lower().startswith(f"{workspace.id.lower()}/"):
            continue
        kind, destination = str(rule.properties.get("type")), rule.properties.get("destination")
        if kind == "PrivateEndpoint":
            target = str(dig(destination, "serviceResourceId")).lower()
            yield OutboundPath(rule.name, kind, target, str(dig(destination, "subresourceTarget")))
        elif kind == "ServiceTag":
            tag, protocol = (str(dig(destination, key)).lower() for key in ("serviceTag", "protocol"))
            ports = port_ranges(str(dig(destination, "portRanges")).replace(" ", "").split(","))
            yield OutboundPath(rule.name, kind, tag, protocol=protocol, ports=ports)
        else:
            yield OutboundPath(rule.name, kind, str(destination).lower())


def from_managed(source: ManagedSource, packet: Packet, endpoint: EndpointNode | None, cloud: str) -> PacketEnd:
    """Returns where a packet of a compute target in a managed network ends."""
    if endpoint is not None:
        hop = _to_resource(source, packet, endpoint)
        by_azure = hop.passes is True and not hop.rule and endpoint.target.lower() == source.storage
        return outcome([hop], [_ASSUMED] if by_azure else [])
    if packet.destination.kind == "address" and not packet.destination.public:
        return outcome([Hop(source.name, "", "managed network: has no peering, only private endpoints", False)])
    if not source.isolated:
        return outcome([Hop(source.name, "AllowInternetOutbound", "managed network: lets out everything")])
    return outcome([_approved(source, packet, cloud)])


def _to_resource(source: ManagedSource, packet: Packet, endpoint: EndpointNode) -> Hop:
    """Returns the decision about a resource: a managed network reaches it by a separate private endpoint."""
    target = endpoint.target.lower()
    if packet.protocol != "tcp":
        return Hop(source.name, "", "managed network: a private endpoint accepts TCP only", False)
    for rule in source.rules:
        if rule.kind == "PrivateEndpoint" and rule.target == target and rule.group in endpoint.groups:
            return Hop(source.name, rule.name, "managed network: private endpoint of an outbound rule")
    by_azure = target in source.parts or (target == source.storage and set(endpoint.groups) & set(_STORAGE))
    if by_azure:
        return Hop(source.name, "", "managed network: private endpoint that Azure creates")
    if endpoint.public_access == "disabled":
        says = "managed network: no outbound rule has a private endpoint to it, and its public access is off"
        return Hop(source.name, "", says, False)
    return Hop(source.name, "", "managed network: no private endpoint to it, and its public side is not modelled", None)


def _approved(source: ManagedSource, packet: Packet, cloud: str) -> Hop:
    """Returns the decision of a network that lets out approved destinations only."""
    destination = packet.destination
    denied = Hop(source.name, "", "managed network: lets out approved destinations only", False)
    if destination.kind == "internet":
        return denied
    own = [rule for rule in source.rules if rule.kind == "ServiceTag" and _in_tag(destination, rule.target, cloud)]
    for rule in own:
        if rule.protocol in (packet.protocol, "*", "any") and within(packet.port, rule.ports):
            return Hop(source.name, rule.name, f"managed network: lets out service tag {rule.target}")
    tags = (row.tag.format(region=source.region).lower() for row in REQUIRED_TAGS)
    tag = next((item for item in tags if _in_tag(destination, item, cloud)), None)
    if tag is not None:
        known = True if packet.protocol == "tcp" and packet.port == 443 else None
        says = f"managed network: lets out service tag {tag}" + ("" if known else ", on ports that no page lists")
        return Hop(source.name, "", says, known)
    if own and destination.kind == "tag":
        return denied
    if destination.kind == "host" and destination.name is not None and packet.protocol == "tcp" and packet.port in _WEB:
        for rule in source.rules:
            if rule.kind == "FQDN" and fnmatch.fnmatchcase(destination.name, rule.target):
                return Hop(source.name, rule.name, "managed network: its firewall lets out the host")
    of_microsoft = destination.kind == "host" and destination.name is not None and microsoft(destination.name)
    perhaps = destination.kind == "address" or of_microsoft
    says = "managed network: the addresses of a service tag that is let out are not known here"
    return Hop(source.name, "", says, None) if perhaps else denied


def _in_tag(destination: Party, tag: str, cloud: str) -> bool:
    """Returns whether a destination is a service tag, or a host of one without a region."""
    if destination.name is None:
        return False
    name = destination.name.lower()
    if destination.kind == "tag":
        return name == tag or name.startswith(f"{tag}.")
    result = next((hosts for key, hosts in TAG_HOSTS.items() if key.lower() == tag), {})
    patterns = next((item for key, item in result.items() if key == cloud), ())
    return any(matches(name, pattern) for pattern in patterns)
