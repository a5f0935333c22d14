"""limits/exceeded: more resources of a type at one scope than Azure allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.azure.ids import parse
from amlz.checks.finding import ANY, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, all_subnets, items, network_of, scope_of, value
from amlz.core.capability_facts import CountedLimit, Limit
from amlz.core.discovery import capability_facts
from amlz.core.facts import limits
from amlz.core.problems import listed

OF_COMPONENT = "In the component, remove {what} until at most {enough} are left (nine tenths of the limit)."

CHECK = Check(
    id="limits/exceeded",
    severity=Severity.ERROR,
    says="{place} would have {count} {what} of this landing zone alone; Azure takes {most} in one {per}.",
    remedy="Remove entries from {keys} until at most {enough} {what} are left (nine tenths of the limit).",
    why="Azure refuses everything beyond its limits, in the middle of a deployment. A warning is more than nine "
    "tenths of a limit. Resources that exist already, and those of other stacks, are not counted.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    otherwise=(OF_COMPONENT,),
)

Place = Callable[[Resource], str]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Resources of a type, counted by their scope ("" for those that do not count)."""

    limit: Limit
    arm_type: str
    place: Place


def _inside(segment: str) -> Place:
    return lambda resource: above(resource.id, segment)


def _region(resource: Resource) -> str:
    return f"{resource.subscription} in {resource.location}"


def _subscription(resource: Resource) -> str:
    return parse(resource.id).subscription if resource.id.startswith("/subscriptions/") else ""


def _computes(resource: Resource) -> str:
    kind = str(value(resource, "properties.computeType")).lower()
    return _region(resource) if kind in ("amlcompute", "computeinstance") else ""


def _at_group(resource: Resource) -> str:
    return scope_of(resource) if resource.id.lower().startswith("/providers/microsoft.management/") else ""


def _of_capability(row: CountedLimit) -> Place:
    """Returns the scope in which resources of a capability's row are counted."""
    scopes = {"parent": _inside(row.arm_type.rsplit("/", 1)[-1]), "region": _region, "subscription": _subscription}
    place, only = scopes[row.within], row.only
    if only is None:
        return place
    return lambda resource: place(resource) if str(value(resource, only.path)).lower() == only.value.lower() else ""


_OF_CAPABILITIES = tuple(row for facts in capability_facts() for row in facts.limits)
_AUTHORIZATION, _NETWORK = "Microsoft.Authorization", "Microsoft.Network"
COUNTED = (
    _Counted(limits.PEERINGS, f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings", _inside("virtualNetworkPeerings")),
    _Counted(limits.NETWORKS, f"{_NETWORK}/virtualNetworks", _region),
    _Counted(limits.GROUPS_OF_RULES, f"{_NETWORK}/networkSecurityGroups", _region),
    _Counted(limits.ROUTE_TABLES, f"{_NETWORK}/routeTables", _region),
    _Counted(limits.ZONES, f"{_NETWORK}/privateDnsZones", _subscription),
    _Counted(limits.ZONE_LINKS, f"{_NETWORK}/privateDnsZones/virtualNetworkLinks", _inside("virtualNetworkLinks")),
    _Counted(limits.ROLE_ASSIGNMENTS, f"{_AUTHORIZATION}/roleAssignments", _subscription),
    _Counted(limits.ROLE_ASSIGNMENTS_OF_GROUPS, f"{_AUTHORIZATION}/roleAssignments", _at_group),
    _Counted(limits.RESOURCE_GROUPS, "Microsoft.Resources/resourceGroups", _subscription),
    _Counted(limits.POLICY_DEFINITIONS, f"{_AUTHORIZATION}/policyDefinitions", scope_of),
    _Counted(limits.POLICY_INITIATIVES, f"{_AUTHORIZATION}/policySetDefinitions", scope_of),
    _Counted(limits.POLICY_ASSIGNMENTS, f"{_AUTHORIZATION}/policyAssignments", scope_of),
    _Counted(limits.POLICY_EXEMPTIONS, f"{_AUTHORIZATION}/policyExemptions", scope_of),
    _Counted(limits.LOCKS, f"{_AUTHORIZATION}/locks", scope_of),
    _Counted(limits.DIAGNOSTIC_SETTINGS, "Microsoft.Insights/diagnosticSettings", scope_of),
    _Counted(limits.COMPUTES, "Microsoft.MachineLearningServices/workspaces/computes", _computes),
    *(_Counted(row.limit, row.arm_type, _of_capability(row)) for row in _OF_CAPABILITIES),
)
#: By type: the list in the body whose items count.
LISTS = (
    (limits.RULES, f"{_NETWORK}/networkSecurityGroups", "properties.securityRules"),
    (limits.ROUTES, f"{_NETWORK}/routeTables", "properties.routes"),
    (limits.NAME_SERVERS, f"{_NETWORK}/virtualNetworks", "properties.dhcpOptions.dnsServers"),
)

#: Keys of the stack file that the number of a thing follows from. Of the others it follows from the components.
KEYS: dict[Limit, tuple[str, ...]] = {
    limits.PEERINGS: ("spokes",),
    limits.NETWORKS: ("spokes",),
    limits.ROUTE_TABLES: ("spokes",),
    limits.SUBNETS: ("projects",),
    limits.PRIVATE_ENDPOINTS: ("projects",),
    limits.ENDPOINTS_OF_PEERS: ("projects",),
    limits.GROUPS_OF_RULES: ("projects",),
    limits.RESOURCE_GROUPS: ("projects",),
    limits.COMPUTES: ("projects.<name>.environments.<name>.clusters", "projects.<name>.environments.<name>.instances"),
    limits.ROLE_ASSIGNMENTS: ("projects", "access"),
    limits.POLICY_ASSIGNMENTS: ("policies.assignments",),
    limits.POLICY_EXEMPTIONS: ("policies.exemptions",),
    **{row.limit: row.keys for row in _OF_CAPABILITIES},
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns scopes above their limit, or close to it, each once: at the first resource that is too many."""
    for row in COUNTED:
        places: dict[str, list[Resource]] = {}
        for resource in graph.of_type(row.arm_type):
            places.setdefault(row.place(resource).lower(), []).append(resource)
        for place, resources in places.items():
            if place:
                yield from _judged(row.limit, place, resources)
    for limit, arm_type, path in LISTS:
        for resource in graph.of_type(arm_type):
            listed = value(resource, path)
            if is_unknown(listed):
                yield CHECK.undecided(resource, path, listed)
            else:
                yield from _judged(limit, resource.id, [resource] * len(items(listed)))
    yield from _in_networks(graph)
    for network, subnets in _subnets(graph).items():
        yield from _judged(limits.SUBNETS, network, subnets)


def _subnets(graph: ResourceGraph) -> dict[str, list[Resource]]:
    resources: dict[str, list[Resource]] = {}
    for subnet in all_subnets(graph):
        resources.setdefault(network_of(subnet.id).lower(), []).append(subnet.resource)
    return resources


def _in_networks(graph: ResourceGraph) -> Iterator[Finding]:
    """Private endpoints by network, and by networks that are peered with each other, the hub of a landing zone's."""
    networks: dict[str, list[Resource]] = {}
    for endpoint in graph.of_type(f"{_NETWORK}/privateEndpoints"):
        subnet = value(endpoint, "properties.subnet.id")
        if isinstance(subnet, str):
            networks.setdefault(network_of(subnet).lower(), []).append(endpoint)
    for network, resources in networks.items():
        yield from _judged(limits.PRIVATE_ENDPOINTS, network, resources)
    peers: dict[str, set[str]] = {}
    for peering in graph.of_type(f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings"):
        here = above(peering.id, "virtualNetworkPeerings").lower()
        peers.setdefault(here, {here}).add(str(value(peering, "properties.remoteVirtualNetwork.id")).lower())
    for network, group in peers.items():
        together = [endpoint for item in sorted(group) for endpoint in networks.get(item, ())]
        yield from _judged(limits.ENDPOINTS_OF_PEERS, network, together)


def _judged(limit: Limit, place: str, resources: list[Resource]) -> Iterator[Finding]:
    if len(resources) * 10 <= limit.count * 9:
        return
    over = len(resources) > limit.count
    remedy = "" if limit in KEYS else OF_COMPONENT
    at = FindingLocation("", limit.count, len(resources), None if over else Severity.WARNING, remedy)
    resource = resources[limit.count] if over else resources[-1]
    name = place.rsplit("/", 1)[-1]
    words = {"place": name, "count": f"{len(resources):,}", "most": f"{limit.count:,}"}
    keys = (f"`{key.format(project=resource.project or ANY)}`" for key in KEYS.get(limit, ()))
    words |= {"enough": f"{limit.count * 9 // 10:,}", "keys": listed(keys, "or")}
    yield CHECK.finding(resource, at, what=limit.what, per=limit.per, **words)
