"""network/open-inbound: a rule that lets the internet, or a service that needs it no longer, into a subnet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, dig, items, same, value

CHECK = Check(
    id="network/open-inbound",
    severity=Severity.ERROR,
    says="Rule {rule} of {name} lets {source} into {where} on {ports}.",
    remedy="In the component, remove rule {rule}. Compute targets without a public address need no inbound rule "
    "for sources outside of the network.",
    why="This rule opens a subnet to the internet, or to a service that does not need it. Ports 44224 and 29876 "
    "to 29877 are for compute targets with a public address. Templates open them, or everything, where no "
    "compute has one. The subnet of Azure Bastion needs 443 from the internet and is left out.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet",
)

#: Sources outside of private networks. https://learn.microsoft.com/azure/virtual-network/service-tags-overview
OUTSIDE = ("*", "internet", "0.0.0.0/0", "any", "azurecloud", "azuremachinelearning", "batchnodemanagement")
_OWN_LISTS = ("azurebastionsubnet", "gatewaysubnet")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns rules of attached security groups that allow traffic from outside."""
    attached: dict[str, list[str]] = {}
    for subnet in all_subnets(graph):
        group = subnet.get("networkSecurityGroup.id")
        if isinstance(group, str) and subnet.name.lower() not in _OWN_LISTS:
            attached.setdefault(group.lower(), []).append(subnet.name)
    for group in graph.of_type("Microsoft.Network/networkSecurityGroups"):
        for target in attached.get(group.id.lower(), [])[:1]:
            for index, rule in enumerate(items(value(group, "properties.securityRules"))):
                path = f"properties.securityRules[{index}]"
                yield from _judge(group, path, rule, target)


def _judge(group: Resource, path: str, rule: Any, target: str) -> Iterator[Finding]:
    if is_unknown(rule):
        yield CHECK.undecided(group, path, rule)
        return
    if not same(dig(rule, "properties.access"), "Allow") or not same(dig(rule, "properties.direction"), "Inbound"):
        return
    for source in _either(rule, "sourceAddressPrefix", "sourceAddressPrefixes"):
        if is_unknown(source):
            yield CHECK.undecided(group, f"{path}.properties.sourceAddressPrefix", source)
        elif str(source).lower().split(".")[0] in OUTSIDE or str(source).lower() in OUTSIDE:
            ports = ", ".join(str(port) for port in _either(rule, "destinationPortRange", "destinationPortRanges"))
            reached = "any port" if ports == "*" else f"port {ports}"
            words = {"rule": rule.get("name"), "where": target, "ports": reached}
            shown = "anybody" if source in ("*", "0.0.0.0/0") else source
            yield CHECK.finding(group, FindingLocation(path, None, source), source=shown, **words)


def _either(rule: Any, one: str, many: str) -> list[Any]:
    """Returns the values of a rule, from its single property or its list."""
    alone = dig(rule, f"properties.{one}")
    return [alone] if alone not in (None, "") else items(dig(rule, f"properties.{many}"))
