"""Egress of the networks: rules of the firewall, and the outbound rules of managed networks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import with_config

from amlz.core.specs import HubSpec
from amlz.reports import existing_hub, managed_networks
from amlz.reports.managed_networks import Managed
from amlz.reports.preview import Preview
from amlz.reports.records import IN_JSON


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule of the firewall: to where, how, from which ranges, and why."""

    group: str
    name: str
    to: tuple[str, ...]
    how: str
    sources: tuple[str, ...]
    why: str


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class Egress:
    """`built`: the firewall is built here; otherwise its owner must allow the rules. `name`: of one that is built."""

    built: bool
    name: str
    rules: tuple[RuleRecord, ...]
    managed: tuple[Managed, ...]


def egress(preview: Preview) -> Egress:
    """Returns the egress of a preview."""
    hub = preview.plan.hub
    rules = _built(hub) if hub else _of_existing(preview)
    name = hub.firewall.name if hub and hub.firewall else ""
    return Egress(hub is not None, name, tuple(rules), tuple(managed_networks.alike(preview.plan)))


def _built(hub: HubSpec) -> Iterator[RuleRecord]:
    for group in hub.firewall.groups if hub.firewall else ():
        for rule in group.network_rules:
            how = f"{'/'.join(rule.protocols)} {', '.join(rule.ports)}"
            yield RuleRecord(group.name, rule.name, rule.destinations, how, rule.sources, rule.why)
        for host in group.application_rules:
            how = f"{host.scheme.upper()} {host.port}"
            yield RuleRecord(group.name, host.name, host.to, how, host.sources, host.why)


def _of_existing(preview: Preview) -> Iterator[RuleRecord]:
    for rule in existing_hub.must_allow(preview.plan):
        yield RuleRecord("", rule.name, rule.to, rule.how, rule.sources, rule.why)
