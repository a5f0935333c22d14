"""A hub that one stack builds and others use: what the one gives, and whether it fits the others."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from amlz.core.config import LandingZoneConfig
from amlz.core.config.hub_stack import HubStackConfig
from amlz.core.facts.dns import zones_needed
from amlz.core.hub_outputs import AT, VERSION
from amlz.core.planning.capabilities import hub_links
from amlz.core.planning.context import Context
from amlz.core.planning.dns import dns_zones, endpoint_groups_of
from amlz.core.planning.gateway import gateway_is_used
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import HubStackSpec

_ELSEWHERE = "Choose a hub that fits, or correct the stack file of this landing zone."


def hub_outputs(context: Context) -> dict[str, Any]:
    """Returns the outputs of a hub that is built here for other stacks, except the firewall's address, which Azure
    decides.

    Read by amlz.core.config.hub_stack.HubOutputs of another stack.
    """
    config, second = context.config, hub_links(context).second_dns_server
    return {
        "schemaVersion": VERSION,
        "cloud": config.cloud,
        "tenantId": config.tenant_id,
        "location": config.location,
        "virtualNetwork": context.hub_network,
        "addressSpace": list(context.hub_ranges),
        "dnsServers": [],  # the firewall
        "secondDnsServer": second,
        "logAnalytics": context.log_analytics,
        "zones": {zone.name: zone.id for zone in dns_zones(context)},
        "gateway": gateway_is_used(context),
        "privateLinkScope": context.private_link_scope,
        "publicIngestion": context.telemetry.public_ingestion,
        "publicQueries": context.telemetry.public_queries,
        "serves": list(config.hub.serves),
        "egress": list(config.egress),
        "egressHosts": sorted({host for own in config.egress_hosts.values() for host in own.hosts}),
    }


def stack_spec(stack: HubStackConfig) -> HubStackSpec:
    """The other stack, and what it must still give when this one is built."""
    return HubStackSpec(stack.name, stack.outputs.model_dump(mode="json", by_alias=True))


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns outputs of another stack's hub that this landing zone cannot use, and needs that it does not meet."""
    if config.hub.stack is None:
        return
    outputs = config.hub.stack.outputs
    mine = {"cloud": config.cloud, "tenantId": config.tenant_id, "location": config.location}
    theirs = {"cloud": outputs.cloud, "tenantId": outputs.tenant_id, "location": outputs.location}
    words = {"cloud": "cloud", "tenantId": "Entra tenant", "location": "region"}
    for key, value in theirs.items():
        if value != mine[key]:
            yield Problem(
                (*AT, key),
                f"The hub is in {words[key]} {value}, this landing zone in {mine[key]}.",
                "Spokes must be in the cloud, tenant and region of their hub. " + _ELSEWHERE,
            )
    yield from _served(config)
    yield from _opened(config)
    yield from _zones(config)


def _served(config: LandingZoneConfig) -> Iterator[Problem]:
    """Ranges of spokes for which the other firewall has no rules."""
    assert config.hub.stack is not None
    served = config.hub.stack.outputs.serves
    for name, spoke in config.spokes.items():
        for index, cidr in enumerate(spoke.address_space):
            if not any(IPv4Network(cidr).subnet_of(IPv4Network(outer)) for outer in served):
                ranges = f"only for {listed(served)}" if served else "for nobody else"
                yield Problem(
                    ("spokes", name, "addressSpace", index),
                    f"The hub's firewall has rules {ranges}: it lets nothing out of {cidr}.",
                    "Add the range to `hub.serves` in the hub's own stack file, build it, and write its outputs again.",
                )


def _opened(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns destinations of compute targets here that the other firewall does not allow."""
    assert config.hub.stack is not None
    outputs = config.hub.stack.outputs
    wanted: list[tuple[Path, str, tuple[str, ...], str]] = [
        (("egress", index), scenario, outputs.egress, "egress") for index, scenario in enumerate(config.egress)
    ]
    for name, own in config.egress_hosts.items():
        hosts = outputs.egress_hosts
        wanted += [
            (("egressHosts", name, "hosts", at), host, hosts, "egressHosts") for at, host in enumerate(own.hosts)
        ]
    for path, destination, opened, key in wanted:
        if destination not in opened:
            yield Problem(
                path,
                f"The hub's firewall does not open {destination}.",
                f"Add it to `{key}` in the hub's own stack file, build it, and write its outputs again. Or remove it.",
            )


def _zones(config: LandingZoneConfig) -> Iterator[Problem]:
    """Zones that private endpoints here need and the hub does not have, once for all of them."""
    assert config.hub.stack is not None
    if config.dns.mode != "created":
        return
    needed = {zone for group in endpoint_groups_of(config) for zone in zones_needed(group, config.cloud)}
    missing = sorted(needed - set(config.hub.stack.outputs.zones))
    if missing:
        yield Problem(
            (*AT, "zones"),
            f"Private endpoints here need {listed(missing)}, and the hub does not have "
            f"{'it' if len(missing) == 1 else 'them'}.",
            "Have the hub's own stack file create zones (`dns.mode: created`), build it, and write its outputs "
            "again. Or set their owner here: `dns.mode: existing` or `policy`.",
        )
