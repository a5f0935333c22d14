"""policy/dns-not-covered and policy/second-zone-group: zone groups that policies of a tenant would write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.dns.endpoint_without_zone import endpoint_of, zones_by_endpoint
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.policy.deployments import (
    Deployment,
    deployments,
    last_name,
    looks_for,
    satisfied,
    text_at,
    with_properties,
)
from amlz.checks.reading import connections, items
from amlz.core.facts.dns import ZONES
from amlz.core.problems import listed
from amlz.policy.engine.requests import PolicyAnswer

ZONE_GROUPS = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"
_INTEGRATION = (
    "https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/"
    "private-link-and-dns-integration-at-scale"
)

NOT_COVERED = Check(
    id="policy/dns-not-covered",
    severity=Severity.ERROR,
    says="{name} connects to {group}, whose names need {needed}. {problem}.",
    remedy="Have one policy write all zones of the endpoint in one zone group, and import it again; or set dns.mode to "
    "created or existing. Each finding names the policies and the zones.",
    why="With dns.mode policy, policies of the tenant write the zone group of every private endpoint, and an endpoint "
    "takes one. A name without its zone resolves to the public address; of a workspace, notebooks and the studio fail "
    "without the second zone. A warning is an endpoint that no imported policy covers: another one may.",
    source=_INTEGRATION,
)

SECOND = Check(
    id="policy/second-zone-group",
    severity=Severity.WARNING,
    says='{assignment} would write a zone group for {name} in addition to {group}: "{policy}" does not find the zone '
    "group that it requires, and deploys {own}{zones}. An endpoint takes one zone group.",
    remedy="Use the zones of the policy (dns.mode existing), leave zone groups to policies (dns.mode policy), or have "
    "the endpoint exempt. Each finding names the options that end it.",
    why="Azure refuses the second zone group of a private endpoint. The policy's deployment fails each time, and the "
    "endpoint stays non-compliant; where the policy is first, the deployment of the landing zone fails.",
    source=_INTEGRATION,
)


def find(graph: ResourceGraph, answers: Iterable[PolicyAnswer]) -> Iterator[Finding]:
    """Endpoints whose zone group no policy writes right, or a policy writes a second time."""
    deploying = [answer for answer in answers if looks_for(answer, ZONE_GROUPS)]
    if not deploying:
        return
    written = _by_endpoint(deployments(graph, deploying, ZONE_GROUPS))
    if graph.dns == "policy":
        yield from _not_covered(graph, deploying, written)
    else:
        yield from _second(graph, written)


def decided(graph: ResourceGraph, answers: Iterable[PolicyAnswer]) -> frozenset[str]:
    """URNs of endpoints about which `find` decides, so that nothing about their zone group is left open."""
    deploying = [answer for answer in answers if looks_for(answer, ZONE_GROUPS)]
    if not deploying or graph.dns != "policy":
        return frozenset()
    written = _by_endpoint(deployments(graph, deploying, ZONE_GROUPS))
    resources = (e for e in graph.of_type("Microsoft.Network/privateEndpoints") if not _open(e, deploying, written))
    return frozenset(endpoint.urn for endpoint in resources)


def _by_endpoint(zone_groups: Iterable[Deployment]) -> dict[str, list[Deployment]]:
    by_endpoint: dict[str, list[Deployment]] = {}
    for deployment in zone_groups:
        by_endpoint.setdefault(deployment.resource.id.lower(), []).append(deployment)
    return by_endpoint


def _open(endpoint: Resource, policy_answers: list[PolicyAnswer], written: Mapping[str, list[Deployment]]) -> bool:
    """Returns whether a policy may write the zone group, and the decision, or the zones, are known only at
    deployment.
    """
    own = endpoint.id.lower()
    unsure = any(a.subject.id.lower() == own and a.word in ("undecided", "not-judged", "error") for a in policy_answers)
    return unsure or any(_zones(deployment) is None for deployment in written.get(own, ()))


def _needs(graph: ResourceGraph, endpoint: Resource) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The groups of an endpoint with the zones that they need, as far as both are known."""
    table = ZONES.get(graph.cloud, {})
    for _, group in connections(endpoint):
        if not is_unknown(group) and group in table:
            yield group, table[group]


def _not_covered(
    graph: ResourceGraph, policy_answers: list[PolicyAnswer], written: Mapping[str, list[Deployment]]
) -> Iterator[Finding]:
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        if _open(endpoint, policy_answers, written):
            continue  # dns/endpoint-without-zone reports it as undecided
        writers = written.get(endpoint.id.lower(), [])
        for group, needed in _needs(graph, endpoint):
            has = [_zones(writer) or frozenset() for writer in writers]
            if any(set(needed) <= zones for zones in has) and len(writers) == 1:
                continue
            severity = Severity.WARNING if not writers or any(set(needed) <= z for z in has) else Severity.ERROR
            place = FindingLocation("its zone group", list(needed), sorted(frozenset().union(*has)), severity)
            words = {"group": group, "needed": listed(needed), **_coverage(writers, needed)}
            yield replace(NOT_COVERED.finding(endpoint, place, **words), remedy=words["remedy"])


def _coverage(writers: list[Deployment], needed: tuple[str, ...]) -> dict[str, str]:
    """The problem with what policies write, and the remedy."""
    again = "and run `amlz policy import` again"
    if not writers:
        return {
            "problem": "No imported policy writes a zone group for it, though policies write those of other endpoints",
            "remedy": "Import the policy that does, or have one assigned and import it. Or set dns.mode to created or "
            "existing: the program then writes the zone groups.",
        }
    names, zones = listed([writer.answer.assignment.name for writer in writers]), listed(needed)
    if len(writers) > 1:
        return {
            "problem": f"{names} would each write a zone group, and an endpoint takes one",
            "remedy": f"Have one policy write {zones} in one zone group, and the others none, {again}.",
        }
    missing = [zone for zone in needed if zone not in (_zones(writers[0]) or ())]
    return {
        "problem": f'{names} writes only {len(needed) - len(missing)} of {len(needed)} zones, by "{writers[0].title}": '
        f"{listed(missing)} is missing",
        "remedy": f"Have the policy write {zones} in one zone group, {again}. Or set dns.mode to created or existing, "
        f"have this endpoint exempt from the policy, {again}.",
    }


def _second(graph: ResourceGraph, written: Mapping[str, list[Deployment]]) -> Iterator[Finding]:
    groups = {endpoint_of(group): group for group in graph.of_type(ZONE_GROUPS)}
    holders = {_holder(zone) for item in written.values() for one in item for zone in _zone_ids(one)}
    for key, writers in written.items():
        if key not in groups:
            continue
        group = groups[key]
        for deployment in writers:
            zones = sorted(_zones(deployment) or ())
            words = {
                "assignment": deployment.answer.assignment.name,
                "policy": deployment.title,
                "group": group.name,
                "own": _own_name(deployment),
                "zones": f" with {listed(zones)}" if zones else "",
                "remedy": _options(graph, deployment, group, written, holders),
            }
            place = FindingLocation("its zone group", zones, sorted(_registered(graph, key)))
            yield replace(SECOND.finding(deployment.resource, place, **words), remedy=words["remedy"])


def _options(
    graph: ResourceGraph,
    deployment: Deployment,
    group: Resource,
    written: Mapping[str, list[Deployment]],
    holders: set[str],
) -> str:
    """The options, each only where it ends the finding."""
    options = []
    if len(holders) == 1 and "" not in holders and satisfied(deployment.answer, [_moved(group, *holders)]):
        options.append(f"Set dns.mode to existing, and dns.resourceGroup to that of the policy's zones: {min(holders)}")
    lacking = [
        endpoint.name
        for endpoint in graph.of_type("Microsoft.Network/privateEndpoints")
        for _, needed in _needs(graph, endpoint)
        if not any(set(needed) <= (_zones(one) or frozenset()) for one in written.get(endpoint.id.lower(), ()))
    ]
    if not lacking:
        options.append("Set dns.mode to policy, which leaves all zone groups to the policies")
    options.append(deployment.owner)
    text = " ".join(f"({number}) {option}." for number, option in enumerate(options, 1))
    if lacking:
        text += f" dns.mode policy is no option: no policy writes every zone of {listed(sorted(set(lacking)))}."
    return text


def _registered(graph: ResourceGraph, endpoint_id: str) -> set[str]:
    return zones_by_endpoint(graph).get(endpoint_id, set())


def _moved(group: Resource, holder: str) -> Resource:
    """A zone group with the zones of the same names in another resource group."""
    properties = deepcopy(group.properties)
    for config in items(properties.get("privateDnsZoneConfigs")):
        inner = config.get("properties", {})
        zone = str(inner.get("privateDnsZoneId")).rpartition("/")[2]
        inner["privateDnsZoneId"] = f"{holder}/providers/Microsoft.Network/privateDnsZones/{zone}"
    return with_properties(group, properties)


def _zone_ids(deployment: Deployment) -> list[str]:
    """Ids of the zones that a policy writes; "" for one that is not known."""
    zone_ids = []
    for part in deployment.parts:
        configs = (part.get("properties") or {}).get("privateDnsZoneConfigs") if isinstance(part, dict) else None
        listed_configs = configs if isinstance(configs, list) else [{}]
        zone_ids += [text_at(one, "properties", "privateDnsZoneId") for one in listed_configs]
    return zone_ids or [""]


def _zones(deployment: Deployment) -> frozenset[str] | None:
    """Names of the zones that a policy writes; None where one of them is not known."""
    ids = _zone_ids(deployment)
    return None if "" in ids else frozenset(zone.rpartition("/")[2].lower() for zone in ids)


def _holder(zone_id: str) -> str:
    """The resource group of a zone; "" where it is not known."""
    return zone_id[: zone_id.lower().find("/providers/")] if "/providers/" in zone_id.lower() else ""


def _own_name(deployment: Deployment) -> str:
    names = [name for part in deployment.parts if (name := last_name(part))]
    return listed(names) if names else "a zone group"
