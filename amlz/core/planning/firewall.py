"""Keys that need the firewall of a hub that is built here."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.config.shared import camel
from amlz.core.discovery import asked_for_all
from amlz.core.hub_layout import hub_subnets
from amlz.core.problems import Path, Problem

TIER: Path = ("hub", "firewall", "tier")


def needs_of_firewall(config: LandingZoneConfig) -> Iterator[tuple[Path, str]]:
    """Returns the keys that need a firewall, by their paths, and what it does for them."""
    for project, name, environment in environments(config):
        if not environment.isolation.managed:
            yield (
                ("projects", project, "environments", name),
                "Its compute targets are in a subnet whose only egress is the hub's firewall.",
            )
    if config.hub.serves:
        yield ("hub", "serves"), "Spokes of other stacks send everything to the hub's firewall."
    gateway = any(role == "gateway" for role, _, _ in hub_subnets(config))
    if gateway and config.endpoint_network_policies == "all":
        yield ("endpointNetworkPolicies",), "The gateway would send connections to private endpoints to the firewall."
    yield from asked_for_all(lambda planner: planner.needs_firewall, config)


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns keys that need a firewall, in a stack that builds a hub without one, or no hub."""
    hub = config.hub
    if hub.elsewhere is not None or hub.builds_firewall:
        return
    without = {"policy_analytics", "threat_intelligence"} if hub.network else set()
    for field in sorted(without & hub.firewall.model_fields_set):
        yield Problem(
            ("hub", "firewall", camel(field)),
            "With `hub.firewall.tier: None` there is no firewall.",
            "Remove it, or set `hub.firewall.tier: Standard`.",
        )
    for path, why in needs_of_firewall(config):
        managed = path[0] == "projects" and len(path) == 4  # a key further in belongs to machines of the spoke
        if hub.network:
            instead = "set `isolation: managed`" if managed else "remove this key"
            yield Problem(
                path, f"{why} And `hub.firewall.tier` is `None`.", f"Set `hub.firewall.tier: Standard`, or {instead}."
            )
        elif path[0] != "hub":  # keys of the hub have a separate sentence
            yield Problem(
                path,
                f"{why} And `hub.network` is `false`.",
                f"{'Set `isolation: managed`' if managed else 'Remove it'}, or name a hub instead of `hub.network`: "
                "`hub.addressSpace` builds one, `hub.existing` is one with a firewall that exists.",
            )
