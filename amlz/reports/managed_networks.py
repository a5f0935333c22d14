"""The outbound rules of managed networks: each rule with its reason, for every form of report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import with_config

from amlz.azure.ids import parse
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import ManagedNetworkSpec, OutboundRuleSpec, ProjectEnvironmentSpec, records
from amlz.core.specs.feature_store import FeatureStoreSpec
from amlz.core.words import noun_of
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


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class Managed:
    """Environments whose managed networks have the same rules. `by_whom`: rules by who makes them, in words."""

    environments: tuple[str, ...]
    headline: str
    by_whom: tuple[tuple[str, tuple[WaysOut, ...]], ...]


class _NetworkOf(NamedTuple):
    """A managed network, with its environment and the id of its workspace. `title`: the environment in words, and its
    feature store, where the network is that of one.
    """

    environment: ProjectEnvironmentSpec
    workspace: str
    title: str
    network: ManagedNetworkSpec


def _managed(plan: LandingZonePlan) -> Iterator[_NetworkOf]:
    """Returns the managed networks of environments: of their workspaces, and of their feature stores."""
    for environment in plan.environments:
        title, workspace = f"{environment.project}, {environment.environment}", environment.workspace
        if workspace.managed_network is not None:
            yield _NetworkOf(environment, workspace.id, title, workspace.managed_network)
        for store in records(environment.capabilities, FeatureStoreSpec):
            yield _NetworkOf(environment, store.id, f"{title}: feature store", store.network)


def headline(network: ManagedNetworkSpec) -> str:
    """Returns the egress of a managed network, and its firewall: there is one once a host name is allowed."""
    hosts = any(rule.kind == "FQDN" for rule in network.rules)
    firewall = f"a firewall of tier {network.firewall}" if hosts else "no firewall: no rule names a host"
    return f"lets out {_MODES[network.isolation_mode]}" + (f"; {firewall}" if network.firewall else "")


def alike(plan: LandingZonePlan) -> Iterator[Managed]:
    """Environments whose managed networks have the same rules, apart from names of resources in them: once."""
    networks: dict[tuple[str, tuple[WaysOut, ...]], list[_NetworkOf]] = {}
    for one in _managed(plan):
        key = headline(one.network), _grouped(one.network, _group_of(one.environment))
        networks.setdefault(key, []).append(one)
    for (title, rows), members in networks.items():
        if len(members) == 1:
            rows = _grouped(members[0].network)
        yield Managed(tuple(member.title for member in members), title, _by_whom(rows))


def _group_of(environment: ProjectEnvironmentSpec) -> str:
    return environment.workspace.id.lower().partition("/providers/")[0]


def _grouped(network: ManagedNetworkSpec, own: str | None = None) -> tuple[WaysOut, ...]:
    """The rules, those of one reason together, in the order of the first of each.

    `own`: the resource group whose resources are named by their type, None to name them.
    """
    targets: dict[tuple[str, str, str], list[str]] = {}
    for rule in network.rules:
        targets.setdefault((_by(rule), rule.kind, rule.why), []).append(_to(rule, own))
    return tuple(WaysOut(by, kind, tuple(to), why) for (by, kind, why), to in targets.items())


def _by_whom(rows: tuple[WaysOut, ...]) -> tuple[tuple[str, tuple[WaysOut, ...]], ...]:
    """The same by who makes them, in words."""
    outs: dict[str, list[WaysOut]] = {}
    for row in rows:
        outs.setdefault(_WHO[row.by], []).append(row)
    return tuple((who, tuple(some)) for who, some in outs.items())


def as_records(plan: LandingZonePlan) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "project": one.environment.project,
            "environment": one.environment.environment,
            "workspace": one.workspace,
            "isolationMode": one.network.isolation_mode,
            "firewall": one.network.firewall or None,
            "outboundRules": [_record(rule) for rule in one.network.rules],
        }
        for one in _managed(plan)
    ]


def _record(rule: OutboundRuleSpec) -> dict[str, Any]:
    return {
        "by": _by(rule),
        "id": rule.id,
        "kind": rule.kind,
        "to": rule.to,
        "group": rule.group or None,
        "why": rule.why,
        "source": rule.source,
    }


def _by(rule: OutboundRuleSpec) -> str:
    return "azure" if rule.by_azure else "stack"


def _to(rule: OutboundRuleSpec, own: str | None) -> str:
    """Returns the destination: a resource by its name, or by its type where it is one of the environment's own."""
    group_id = f" ({rule.group})" if rule.group else ""
    if own and rule.to.lower().startswith(f"{own}/"):
        arm_type = parse(rule.to).type
        return f"the environment's {noun_of(arm_type).one}{group_id}"
    of = {None: "", "images": "container registry of "}.get(rule.part, "storage account of ")
    return of + rule.to.rsplit("/", 1)[-1] + group_id
