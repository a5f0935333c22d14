"""The outbound rules of managed networks: each rule with its reason, for every form of report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import with_config

from amlz.core.plan import LandingZonePlan
from amlz.core.specs import ManagedNetworkSpec, OutboundRuleSpec, ProjectEnvironmentSpec
from amlz.reports.records import IN_JSON

#: Modes of ARM in words.
_MODES = {
    "AllowOnlyApprovedOutbound": "only what is approved",
    "AllowInternetOutbound": "everything, the whole internet among it",
}

_WHO = {"azure": "by Azure itself", "stack": "built here"}


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class WaysOut:
    """Rules of one environment that have one reason: by whom, of which kind, to where, why."""

    by: str
    kind: str
    to: tuple[str, ...]
    why: str


def managed(plan: LandingZonePlan) -> Iterator[tuple[ProjectEnvironmentSpec, ManagedNetworkSpec]]:
    """Environments with a managed network, and that."""
    for environment in plan.environments:
        if environment.workspace.managed_network is not None:
            yield environment, environment.workspace.managed_network


def headline(network: ManagedNetworkSpec) -> str:
    """Returns the egress of a managed network, and its firewall: there is one once a host name is allowed."""
    hosts = any(rule.kind == "FQDN" for rule in network.rules)
    firewall = f"a firewall of tier {network.firewall}" if hosts else "no firewall: no rule names a host"
    return f"lets out {_MODES[network.isolation_mode]}" + (f"; {firewall}" if network.firewall else "")


def grouped(network: ManagedNetworkSpec) -> tuple[WaysOut, ...]:
    """The rules, those of one reason together, in the order of the first of each."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for rule in network.rules:
        found.setdefault((_by(rule), rule.kind, rule.why), []).append(_to(rule))
    return tuple(WaysOut(by, kind, tuple(to), why) for (by, kind, why), to in found.items())


def by_whom(network: ManagedNetworkSpec) -> dict[str, list[WaysOut]]:
    """The same by who makes them, in words."""
    found: dict[str, list[WaysOut]] = {}
    for row in grouped(network):
        found.setdefault(_WHO[row.by], []).append(row)
    return found


def records(plan: LandingZonePlan) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "project": environment.project,
            "environment": environment.environment,
            "workspace": environment.workspace.id,
            "isolationMode": network.isolation_mode,
            "firewall": network.firewall or None,
            "outboundRules": [_record(rule) for rule in network.rules],
        }
        for environment, network in managed(plan)
    ]


def _record(rule: OutboundRuleSpec) -> dict[str, Any]:
    return {
        "by": _by(rule),
        "id": rule.id or None,
        "kind": rule.kind,
        "to": rule.to,
        "group": rule.group or None,
        "why": rule.why,
        "source": rule.source,
    }


def _by(rule: OutboundRuleSpec) -> str:
    return "azure" if rule.by_azure else "stack"


def _to(rule: OutboundRuleSpec) -> str:
    """Returns the destination: a resource by its name, with its group ID."""
    group_id = f" ({rule.group})" if rule.group else ""
    return rule.to.rsplit("/", 1)[-1] + group_id
