"""egress/no-package-host: image builds that reach no package repository."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.azure.ids import within
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import dig, holds, is_managed, items, value
from amlz.core.facts.egress import PACKAGES, SCENARIOS

#: Hosts of package repositories, by the tables of scenarios.
_HOSTS = frozenset(host.lower() for name in PACKAGES for row in SCENARIOS[name] for host in row.hosts)
#: The rule collection group of `egressHosts`.
_OWN = "rcg-own-hosts"

CHECK = Check(
    id="egress/no-package-host",
    severity=Severity.NOTE,
    says="No rule lets image builds of {name} reach a package repository: an environment with a conda file or pip "
    "packages fails at its first build.",
    remedy="Set `egress` to `[pythonPackages]`. No action needed, if images are built elsewhere or from base images "
    "alone.",
    why="Image builds install packages from repositories, and egress is closed by default. Read are the hosts of "
    "`egress` and `egressHosts` at the firewall that is built here, and those of the managed network. A firewall of "
    "another hub is not known.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Workspaces that build images, and whose egress holds no package repository."""
    through_firewall = _firewall_opens(graph) if graph.of_type("Microsoft.Network/azureFirewalls") else None
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        if not value(workspace, "properties.imageBuildCompute"):
            continue
        if is_managed(workspace):
            any_host = holds(workspace, "properties.managedNetwork.isolationMode", "AllowInternetOutbound")
            opened: bool | None = any_host or _managed_opens(graph, workspace)
        else:
            opened = through_firewall
        if opened is False:
            yield CHECK.finding(workspace, FindingLocation("properties.imageBuildCompute", None, None))


def _firewall_opens(graph: ResourceGraph) -> bool:
    """Returns whether an application rule names a package host or a host of the stack file."""
    for group in graph.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups"):
        rules = [
            rule for item in items(value(group, "properties.ruleCollections")) for rule in items(dig(item, "rules"))
        ]
        hosts = {str(host).lower() for rule in rules for host in items(dig(rule, "targetFqdns"))}
        own = group.name == _OWN or group.urn.endswith(f"-{_OWN}")
        if hosts and (own or not _HOSTS.isdisjoint(hosts)):
            return True
    return False


def _managed_opens(graph: ResourceGraph, workspace: Resource) -> bool:
    rules = graph.of_type("Microsoft.MachineLearningServices/workspaces/outboundRules")
    return any(within(rule.id, workspace.id) and holds(rule, "properties.type", "FQDN") for rule in rules)
