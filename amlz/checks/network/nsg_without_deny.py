"""network/nsg-without-deny: a network security group that leaves what it does not name to Azure's own rules."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import DeclaredSubnet, all_subnets, dig, items, same, value
from amlz.core.problems import listed

CHECK = Check(
    id="network/nsg-without-deny",
    severity=Severity.WARNING,
    says="{name} has no rule that denies everything else {directions}.",
    remedy="In the component, add a rule for each direction that is missing: access `Deny`, any protocol, port "
    "and address, priority 4096.",
    why="Without a rule that denies everything else, Azure's default rules apply: they allow all traffic from "
    "the network and its peers, and all outbound traffic. A security group that only allows adds nothing to "
    "that.",
    source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
)

_ALL, _RESOLVERS = ("*", "0.0.0.0/0"), "Microsoft.Network/dnsResolvers"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Attached groups without such a rule in a direction."""
    subnets = tuple(all_subnets(graph))
    attached = {str(subnet.get("networkSecurityGroup.id")).lower() for subnet in subnets}
    of_machines = {str(subnet.get("networkSecurityGroup.id")).lower() for subnet in subnets if not _resolves(subnet)}
    for group in graph.of_type("Microsoft.Network/networkSecurityGroups"):
        if group.id.lower() not in attached:
            continue
        rules = items(value(group, "properties.securityRules"))
        unknown = next((rule for rule in rules if is_unknown(rule)), None)
        denied = {str(dig(rule, "properties.direction")).lower() for rule in rules if _denies_all(rule)}
        wanted = (("inbound", "coming in"), ("outbound", "going out"))[: 2 if group.id.lower() in of_machines else 1]
        lacking = [words for key, words in wanted if key not in denied]
        if lacking and unknown is not None:
            yield CHECK.undecided(group, "properties.securityRules", unknown)
        elif lacking:
            yield CHECK.finding(group, FindingLocation("properties.securityRules"), directions=listed(lacking))


def _resolves(subnet: DeclaredSubnet) -> bool:
    """Returns whether a subnet is of a DNS resolver alone: no page lists where that must go."""
    delegations = items(subnet.get("delegations"))
    return any(same(dig(delegation, "properties.serviceName"), _RESOLVERS) for delegation in delegations)


def _denies_all(rule: object) -> bool:
    parts = (("sourceAddressPrefix", _ALL), ("destinationAddressPrefix", _ALL), ("destinationPortRange", ("*",)))
    return (
        same(dig(rule, "properties.access"), "Deny")
        and dig(rule, "properties.protocol") == "*"
        and all(dig(rule, f"properties.{key}") in wanted for key, wanted in parts)
    )
