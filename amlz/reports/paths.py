"""Paths through the networks of a plan that drawings show: where spokes resolve names, and sign-in to Entra ID."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from amlz.core.facts.egress import SIGN_IN_TAG
from amlz.core.facts.tag_hosts import TAG_HOSTS
from amlz.core.plan import LandingZonePlan

#: Microsoft Entra ID in rules of a firewall: its service tag, and the hosts at which tokens are fetched in each cloud.
ENTRA_ID = frozenset({SIGN_IN_TAG, *chain.from_iterable(TAG_HOSTS[SIGN_IN_TAG].values())})


@dataclass(frozen=True, slots=True)
class NetworkPaths:
    """`dns`: the DNS servers of each spoke, () for the firewall if the hub has one; `sign_in`: it lets tokens be
    fetched.
    """

    dns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sign_in: bool = False


NO_PATHS = NetworkPaths()


def network_paths(plan: LandingZonePlan) -> NetworkPaths:
    """The paths of a plan."""
    sign_in = not ENTRA_ID.isdisjoint(_destinations(plan))
    return NetworkPaths({spoke.name: spoke.dns_servers for spoke in plan.spokes}, sign_in)


def _destinations(plan: LandingZonePlan) -> Iterator[str]:
    """Service tags, ranges and hosts to which the firewall lets traffic through, or must."""
    existing = plan.organisation.existing_hub
    firewall = plan.hub.firewall if plan.hub else None
    groups = firewall.groups if firewall else existing.must_allow if existing else ()
    for group in groups:
        for rule in group.network_rules:
            yield from rule.destinations
        for host_rule in group.application_rules:
            yield from host_rule.hosts
