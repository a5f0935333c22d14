"""Requirements for networks of spokes that exist, for programs."""

from __future__ import annotations

from typing import Any

from amlz.core.plan import LandingZonePlan
from amlz.core.specs import ExistingSubnetSpec, NsgRuleSpec


def records(plan: LandingZonePlan) -> list[dict[str, Any]]:
    """Returns a record for each network that exists: the content of a request to its owner."""
    other, hub = plan.organisation.existing_hub, plan.hub.network if plan.hub is not None else None
    peer = other.network if other is not None else hub.id if hub is not None else None
    return [
        {
            "spoke": spoke.name,
            "virtualNetwork": spoke.existing.id,
            "ranges": list(spoke.existing.ranges),
            "peeredWith": peer,
            "dnsServers": list(spoke.dns_servers),
            "demands": list(spoke.existing.demands),
            "subnets": [_subnet(subnet) for subnet in spoke.existing.subnets],
        }
        for spoke in plan.spokes
        if spoke.existing is not None
    ]


def _subnet(subnet: ExistingSubnetSpec) -> dict[str, Any]:
    return {
        "name": subnet.name,
        "range": subnet.cidr,
        "addresses": subnet.needed,
        "delegation": None,
        "privateEndpointNetworkPolicies": subnet.endpoint_network_policies,
        "routes": [{"prefix": prefix, "nextHop": hop} for prefix, hop in subnet.routes],
        "serviceEndpoints": list(subnet.services),
        "serviceEndpointPolicy": list(subnet.allowed),
        "rules": [_rule(rule) for rule in subnet.rules],
    }


def _rule(rule: NsgRuleSpec) -> dict[str, Any]:
    return {
        "name": rule.name,
        "priority": rule.priority,
        "direction": rule.direction,
        "access": rule.access,
        "protocol": rule.protocol,
        "sources": list(rule.sources),
        "destinations": list(rule.destinations),
        "ports": list(rule.ports),
        "why": rule.why,
    }
