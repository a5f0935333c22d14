"""Requirements for an existing hub, since nothing of it is built here: the egress of its firewall, and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amlz.core.plan import LandingZonePlan
from amlz.core.specs import DataLakeSpec


@dataclass(frozen=True, slots=True)
class FirewallRequirement:
    """Traffic that the firewall must let through. `to`: service tags, or host names."""

    name: str
    protocols: tuple[str, ...]
    ports: tuple[str, ...]
    sources: tuple[str, ...]
    to: tuple[str, ...]
    why: str

    @property
    def how(self) -> str:
        """`TCP 443, 445`."""
        return f"{'/'.join(self.protocols)} {', '.join(self.ports)}"


def must_allow(plan: LandingZonePlan) -> Iterator[FirewallRequirement]:
    """Every rule, in the order of the groups in which a firewall that is built here has them."""
    hub = plan.organisation.existing_hub
    for group in hub.must_allow if hub else ():
        for rule in group.network_rules:
            yield FirewallRequirement(rule.name, rule.protocols, rule.ports, rule.sources, rule.destinations, rule.why)
        for host in group.application_rules:
            yield FirewallRequirement(
                host.name, (host.scheme.upper(),), (str(host.port),), host.sources, host.to, host.why
            )


def demands(plan: LandingZonePlan) -> tuple[str, ...]:
    """Returns the further requirements, a sentence each."""
    return plan.organisation.existing_hub.demands if plan.organisation.existing_hub else ()


def owners_must(plan: LandingZonePlan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Returns the tasks of owners of other existing resources: the owner, and a sentence each."""
    lake = plan.part(DataLakeSpec)
    return (*((("lake", lake.demands),) if lake and lake.demands else ()), *plan.parts)


def record(plan: LandingZonePlan) -> dict[str, Any] | None:
    """The same for programs; None where the hub is built here."""
    hub = plan.organisation.existing_hub
    if hub is None:
        return None
    return {
        "virtualNetwork": hub.network,
        "firewallAddress": hub.firewall_address,
        "logAnalytics": hub.log_analytics,
        "mustAllow": [
            {
                "name": rule.name,
                "protocols": list(rule.protocols),
                "ports": list(rule.ports),
                "sources": list(rule.sources),
                "destinations": list(rule.to),
                "why": rule.why,
            }
            for rule in must_allow(plan)
        ],
        "demands": list(hub.demands),
    }
