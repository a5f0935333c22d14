"""Nodes of attached Kubernetes clusters: their networks, and their egress."""

from __future__ import annotations

from ipaddress import IPv4Network

from amlz.core.addresses import environments
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.kubernetes import HOSTS
from amlz.core.planning.context import Context
from amlz.core.specs import ApplicationRuleSpec, RuleGroupSpec

#: The rules for nodes: what the hub of another stack does not open for them.
KUBERNETES = "rcg-kubernetes"


def kubernetes_rules(context: Context) -> tuple[RuleGroupSpec, ...]:
    """Returns the firewall's rules for nodes whose egress it controls: none without a range of nodes."""
    rules = []
    for row in HOSTS.get(context.config.cloud, ()):
        sources = _nodes(context.config, row.only)
        if sources:
            hosts = tuple(host.format(region=context.config.location) for host in row.hosts)
            rules.append(ApplicationRuleSpec(row.name, sources, hosts, row.why, row.scheme))
    return (RuleGroupSpec(KUBERNETES, 410, application_rules=tuple(rules)),) if rules else ()


def nodes_of(environment: EnvironmentConfig) -> tuple[str, ...]:
    """Ranges of nodes from which an environment's private endpoints are used."""
    return tuple(dict.fromkeys(cidr for one in environment.kubernetes.values() for cidr in one.nodes))


def _nodes(config: LandingZoneConfig, only: str) -> tuple[str, ...]:
    """Ranges of the nodes that are used for something (a key of the stack file, "" for all), in order."""
    found = {
        cidr
        for _, _, environment in environments(config)
        for one in environment.kubernetes.values()
        if {"": True, "training": one.training, "systemLogs": one.system_logs}[only]
        for cidr in one.nodes
    }
    return tuple(sorted(found, key=IPv4Network))
