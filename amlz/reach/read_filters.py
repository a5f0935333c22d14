"""Reads security groups and firewalls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.bodies import dig, items, value
from amlz.azure.graph import Resource, ResourceGraph
from amlz.reach.facts import DEFAULT_RULES, NOT_TRANSLATED
from amlz.reach.model import ApplicationRule, FilterRule, FirewallNode, SecurityGroup
from amlz.reach.parties import Prefixes, Range, prefix_of, range_of

ANY_PORT: tuple[Range, ...] = ((0, 65_535),)


def security_group(graph: ResourceGraph, group: Resource) -> SecurityGroup:
    """Returns a security group: its rules, inline or separate, and the default ones."""
    apart = (
        {"name": rule.name, "properties": rule.properties}
        for rule in graph.of_type("Microsoft.Network/networkSecurityGroups/securityRules")
        if rule.id.lower().startswith(f"{group.id.lower()}/")
    )
    rules = [
        (rule, dig(rule, "properties") or {}) for rule in (*items(value(group, "properties.securityRules")), *apart)
    ]

    def of(direction: str) -> tuple[FilterRule, ...]:
        own = [_security_rule(r, p) for r, p in rules if str(p.get("direction")).lower() == direction]
        defaults = [
            FilterRule(d.name, d.priority, d.allow, (), (prefix_of(d.source),), (prefix_of(d.destination),), ANY_PORT)
            for d in DEFAULT_RULES
            if d.inbound == (direction == "inbound")
        ]
        return tuple(sorted((*own, *defaults), key=lambda rule: rule.priority))

    return SecurityGroup(group.name, of("inbound"), of("outbound"))


def _security_rule(rule: Any, properties: dict[str, Any]) -> FilterRule:
    protocol = str(properties.get("protocol", "*")).lower()
    source_ports = _ports(properties, "sourcePort")
    return FilterRule(
        name=str(dig(rule, "name")),
        priority=int(properties.get("priority") or 0),
        allow=str(properties.get("access")).lower() == "allow",
        protocols=() if protocol == "*" else (protocol,),
        sources=_ends(properties, "source"),
        destinations=_ends(properties, "destination"),
        ports=_ports(properties, "destinationPort"),
        fixed_source=source_ports != ANY_PORT,
    )


def _ends(properties: dict[str, Any], side: str) -> Prefixes:
    """Returns the prefixes of one side of a rule: its single prefix, its list, and its application security groups."""
    one = properties.get(f"{side}AddressPrefix")
    prefixes = [prefix_of(one)] if one not in (None, "") else []
    prefixes += [prefix_of(item) for item in items(properties.get(f"{side}AddressPrefixes"))]
    groups = items(properties.get(f"{side}ApplicationSecurityGroups"))
    return Prefixes((*prefixes, *(prefix_of(dig(group, "id")) for group in groups)))


def _ports(properties: dict[str, Any], side: str) -> tuple[Range, ...]:
    one = properties.get(f"{side}Range")
    return port_ranges([*([one] if one not in (None, "") else []), *items(properties.get(f"{side}Ranges"))])


def port_ranges(texts: list[Any]) -> tuple[Range, ...]:
    """Returns ranges of ports. Ports that are known only at deployment are none."""
    values = []
    for text in texts:
        if text == "*":
            return ANY_PORT
        first, _, last = str(text).partition("-")
        if first.strip().isdigit() and (not last or last.strip().isdigit()):
            values.append((int(first), int(last or first)))
    return ANY_PORT if (0, 65_535) in values else tuple(values)


def firewalls(graph: ResourceGraph) -> Iterator[FirewallNode]:
    """Returns the firewalls of a graph with the rules of their policies and of the policies above those."""
    for wall in graph.of_type("Microsoft.Network/azureFirewalls"):
        subnets = (dig(c, "properties.subnet.id") for c in items(value(wall, "properties.ipConfigurations")))
        subnet = next((item.lower() for item in subnets if isinstance(item, str)), "")
        policy = graph.by_id(value(wall, "properties.firewallPolicy.id"))
        network = subnet.split("/subnets/")[0]
        if policy is None:
            yield FirewallNode(wall.id, wall.name, network, subnet, "", rules_known=False)
            continue
        yield _with_policy(graph, policy, FirewallNode(wall.id, wall.name, network, subnet, policy.name))


def _with_policy(graph: ResourceGraph, policy: Resource, wall: FirewallNode) -> FirewallNode:
    base_id = value(policy, "properties.basePolicy.id")
    base = graph.by_id(base_id)
    network, application, dnat = [], [], []
    for level, resource in enumerate(resource for resource in (base, policy) if resource is not None):
        for order, collection in _collections(graph, resource):
            allow = str(dig(collection, "action.type")).lower() == "allow"
            for rule in items(dig(collection, "rules")):
                kind, key = str(dig(rule, "ruleType")), (level, *order)
                if kind == "NetworkRule":
                    network.append((key, _network_rule(graph, rule, allow)))
                elif kind == "ApplicationRule":
                    application.append((key, _application_rule(graph, rule, allow)))
                elif kind == "NatRule":
                    dnat.append(str(dig(rule, "name")))
    private = items(value(policy, "properties.snat.privateRanges"))
    proxy = value(policy, "properties.dnsSettings.enableProxy")
    servers = items(value(policy, "properties.dnsSettings.servers"))
    return FirewallNode(
        id=wall.id,
        name=wall.name,
        network=wall.network,
        subnet=wall.subnet,
        policy=policy.name,
        network_rules=tuple(rule for _, rule in sorted(network, key=lambda pair: pair[0])),
        application_rules=tuple(rule for _, rule in sorted(application, key=lambda pair: pair[0])),
        dnat_rules=tuple(dnat),
        keeps=tuple(result for text in _private_ranges(private) if (result := range_of(text))),
        proxy=proxy if isinstance(proxy, bool) else None if isinstance(proxy, dict) else False,
        servers=tuple(server if isinstance(server, str) else None for server in servers),
        rules_known=base_id is None or base is not None,
    )


def _private_ranges(configured: list[Any]) -> list[str]:
    texts = [str(item) for item in configured] or ["IANAPrivateRanges"]
    return [part for text in texts for part in (NOT_TRANSLATED if text.lower() == "ianaprivateranges" else (text,))]


def _collections(graph: ResourceGraph, policy: Resource) -> Iterator[tuple[tuple[int, int, int], Any]]:
    """Returns the rule collections of a policy, each with its position in the order of evaluation."""
    position = 0
    for group in graph.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups"):
        if not group.id.lower().startswith(f"{policy.id.lower()}/"):
            continue
        for collection in items(value(group, "properties.ruleCollections")):
            position += 1
            yield (
                (_number(value(group, "properties.priority")), _number(dig(collection, "priority")), position),
                collection,
            )


def _number(actual: Any) -> int:
    return actual if isinstance(actual, int) else 65_000


def _addresses(graph: ResourceGraph, rule: Any, side: str) -> Prefixes:
    """Returns the prefixes of one side of a firewall's rule. Third-party IP groups are unknown."""
    prefixes = [prefix_of(item) for item in items(dig(rule, f"{side}Addresses"))]
    for reference in items(dig(rule, f"{side}IpGroups")):
        group = graph.by_id(reference)
        members = items(value(group, "properties.ipAddresses")) if group else [None]
        prefixes += [prefix_of(member) for member in members]
    return Prefixes(prefixes)


def _network_rule(graph: ResourceGraph, rule: Any, allow: bool) -> FilterRule:
    protocols = tuple(str(item).lower() for item in items(dig(rule, "ipProtocols")))
    return FilterRule(
        name=str(dig(rule, "name")),
        priority=0,
        allow=allow,
        protocols=() if "any" in protocols else protocols,
        sources=_addresses(graph, rule, "source"),
        destinations=_addresses(graph, rule, "destination"),
        ports=port_ranges(items(dig(rule, "destinationPorts"))),
        hosts=tuple(str(item).lower() for item in items(dig(rule, "destinationFqdns"))),
    )


def _application_rule(graph: ResourceGraph, rule: Any, allow: bool) -> ApplicationRule:
    urls = [str(item).lower() for item in items(dig(rule, "targetUrls"))]
    hosts = [str(item).lower() for item in items(dig(rule, "targetFqdns"))]
    others = [str(item) for key in ("fqdnTags", "webCategories") for item in items(dig(rule, key))]
    partly = "only some of its URLs" if urls else f"hosts of {', '.join(others)}" if others else None
    return ApplicationRule(
        name=str(dig(rule, "name")),
        priority=0,
        allow=allow,
        sources=_addresses(graph, rule, "source"),
        hosts=tuple(dict.fromkeys((*hosts, *(url.split("/")[0] for url in urls), *(["*"] if others else [])))),
        ports=tuple(
            (str(dig(item, "protocolType")).lower(), _number(dig(item, "port")))
            for item in items(dig(rule, "protocols"))
        ),
        partly=partly,
    )
