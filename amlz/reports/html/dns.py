"""Private DNS: which zones there are, who reads them, and for which private endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import with_config

from amlz.azure.ids import parse
from amlz.reports.html.topology import leads_to
from amlz.reports.preview import Preview
from amlz.reports.records import IN_JSON

#: Writer of the names of private endpoints, by the mode of the stack file.
_MODES = {
    "created": "Zones are built here, and names of private endpoints are written to them.",
    "existing": "Zones exist already; zone groups that are built here write to them.",
    "hub": "Zones are those of the stack that builds the hub; zone groups that are built here write to them.",
    "policy": "Azure Policy writes the names of private endpoints: no zone and no zone group is built here.",
}


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class Zone:
    """A zone. `built`: here; `links`: names of networks that read it, as far as links are built here.

    `groups`: what private endpoints with names in it are for; `endpoints`: what they lead to.
    """

    name: str
    built: bool
    within: str
    links: tuple[str, ...]
    groups: tuple[str, ...]
    endpoints: tuple[str, ...]


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class Dns:
    """`says`: the writer of names; `forwarded`: domains with their DNS servers."""

    says: str
    zones: tuple[Zone, ...]
    forwarded: tuple[tuple[str, tuple[str, ...]], ...]


def dns(preview: Preview) -> Dns:
    """The zones of a preview, in the order of their names."""
    rules = preview.graph.of_type("Microsoft.Network/dnsForwardingRulesets/forwardingRules")
    forwarded = tuple((str(rule.properties["domainName"]), _servers(rule.properties)) for rule in rules)
    zones = sorted(_zones(preview), key=lambda zone: zone.name)
    return Dns(_MODES[preview.plan.organisation.dns_mode], tuple(zones), forwarded)


def _zones(preview: Preview) -> Iterator[Zone]:
    graph = preview.graph
    names = {zone.id.lower(): zone.id for zone in graph.of_type("Microsoft.Network/privateDnsZones")}
    built = frozenset(names)
    links: dict[str, list[str]] = {}
    for link in graph.of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks"):
        zone = link.id[: link.id.lower().index("/virtualnetworklinks/")]
        names.setdefault(zone.lower(), zone)
        links.setdefault(zone.lower(), []).append(_network(link.properties))
    written: dict[str, list[tuple[str, str]]] = {}
    for group in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        endpoint = graph.by_id(group.id[: group.id.lower().index("/privatednszonegroups/")])
        for config in group.properties.get("privateDnsZoneConfigs") or ():
            zone = config.get("properties", {}).get("privateDnsZoneId")
            if isinstance(zone, str) and endpoint is not None:
                names.setdefault(zone.lower(), zone)
                leads = leads_to(endpoint)
                written.setdefault(zone.lower(), []).append((leads.partition(" of ")[0], leads))
    for key, zone in names.items():
        value = written.get(key, ())
        yield Zone(
            name=zone.rpartition("/")[2],
            built=key in built,
            within=parse(zone).resource_group,
            links=tuple(links.get(key, ())),
            groups=tuple(dict.fromkeys(group for group, _ in value)),
            endpoints=tuple(leads for _, leads in value),
        )


def _servers(properties: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(server["ipAddress"]) for server in properties["targetDnsServers"])


def _network(properties: dict[str, object]) -> str:
    network = properties.get("virtualNetwork")
    network_id = network.get("id") if isinstance(network, dict) else None
    return network_id.rpartition("/")[2] if isinstance(network_id, str) else "a network known at deployment"
