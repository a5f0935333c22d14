"""A network security group with all its rules."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.core.specs import NetworkSecurityGroupSpec, NsgRuleSpec
from components.diagnostics import diagnostics
from components.resource_registry import ResourceRegistry


def network_security_group(
    parent: pulumi.Resource, name: str, args: NetworkSecurityGroupSpec, resources: ResourceRegistry
) -> None:
    """Builds a network security group. Its rules are inline and sorted, so that one request carries them all."""
    group = network.NetworkSecurityGroup(
        f"{name}-{args.role}-nsg",
        network_security_group_name=args.name,
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        security_rules=[_rule(rule) for rule in sorted(args.rules, key=lambda r: (r.direction, r.priority))],
        tags=dict(args.tags),
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.id, group)
    diagnostics(parent, f"{name}-{args.role}-nsg", args.diagnostics, resources)


def _rule(rule: NsgRuleSpec) -> network.SecurityRuleArgs:
    """A rule. Azure takes one value in the singular property and several in the plural, never both."""
    source, sources = _one_or_many(rule.sources)
    destination, destinations = _one_or_many(rule.destinations)
    port, ports = _one_or_many(rule.ports)
    return network.SecurityRuleArgs(
        name=rule.name,
        description=rule.why,
        priority=rule.priority,
        direction=rule.direction,
        access=rule.access,
        protocol=rule.protocol,
        source_port_range="*",
        source_address_prefix=source,
        source_address_prefixes=sources,
        destination_address_prefix=destination,
        destination_address_prefixes=destinations,
        destination_port_range=port,
        destination_port_ranges=ports,
    )


def _one_or_many(values: tuple[str, ...]) -> tuple[str | None, list[str] | None]:
    return (values[0], None) if len(values) == 1 else (None, list(values))
