"""Answers of Azure Policy to a plan: its own assignments, and those of a real tenant that were imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown, unknown
from amlz.dataclass import dataclass
from amlz.policy.engine import aliases
from amlz.policy.engine.assignment import Assignment, Exemption, Find, assignment, exemption, unreadable
from amlz.policy.engine.definition import Definition, definition
from amlz.policy.engine.errors import BadInput, Invalid
from amlz.policy.engine.initiative import Initiative, initiative
from amlz.policy.engine.judge import World
from amlz.policy.engine.requests import EvaluationScope, PolicyAnswer, answers
from amlz.policy.engine.subject import Subject, subject
from amlz.policy.engine.values import MISSING, get, whole_numbers
from amlz.policy.library import Library

_AUTHORIZATION = "Microsoft.Authorization/"
_SUBNET = "Microsoft.Network/virtualNetworks/subnets"
#: Policies know resource groups by another type than requests for them have:
#: https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-basics
_TYPES = {"microsoft.resources/resourcegroups": "Microsoft.Resources/subscriptions/resourceGroups"}


@dataclass(frozen=True)
class Imported:
    """Policies that were imported from a tenant, as `az policy … list` prints them."""

    definitions: tuple[Mapping[str, Any], ...] = ()
    assignments: tuple[Mapping[str, Any], ...] = ()
    exemptions: tuple[Mapping[str, Any], ...] = ()
    catalogue: aliases.Catalogue | None = None


@dataclass(frozen=True, slots=True)
class PolicySources:
    """Facts from outside the plan. `above`: names of management groups over its subscriptions; `today`: ISO 8601."""

    library: Library
    imported: Imported = Imported()
    above: tuple[str, ...] = ()
    today: str | None = None


@dataclass(frozen=True)
class Verdicts:
    """Every answer to every request, and every assignment and definition that was asked."""

    answers: tuple[PolicyAnswer, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    exemptions: tuple[Exemption, ...] = ()

    @property
    def denied(self) -> tuple[PolicyAnswer, ...]:
        """Returns requests that Azure would refuse."""
        return tuple(answer for answer in self.answers if answer.blocks)

    def count(self, word: str) -> int:
        """Answers of a word."""
        return sum(answer.word == word for answer in self.answers)


def verdicts(graph: ResourceGraph, policy_sources: PolicySources, read: Verdicts | None = None) -> Verdicts:
    """Evaluates every resource of a plan. Raises BadInput for an assignment that cannot be read.

    `read`: of a graph with the same policies, whose assignments are not read again.
    """
    assignments, exemptions = assigned(graph, policy_sources) if read is None else (read.assignments, read.exemptions)
    if not assignments:
        return Verdicts()
    catalogue = policy_sources.imported.catalogue or aliases.embedded()
    evaluation = _evaluation(graph, policy_sources, World(catalogue), exemptions)
    policy_answers = answers([subject_of(resource) for resource in _with_subnets(graph)], assignments, evaluation)
    return Verdicts(tuple(policy_answers), assignments, exemptions)


def _with_subnets(graph: ResourceGraph) -> Iterator[Resource]:
    """Returns every resource; a network with the subnets that are separate resources.

    The request that creates a network carries none of them, but Azure Policy sees them in it from then on: each
    compliance scan reads the network as Azure shows it, and azure-native copies them into each later request.
    """
    subnets: dict[str, list[dict[str, Any]]] = {}
    for subnet in graph.of_type(_SUBNET):
        network = subnet.id.rpartition("/subnets/")[0].lower()
        inline = {"id": subnet.id, "name": subnet.name, "properties": subnet.body.get("properties", {})}
        subnets.setdefault(network, []).append(inline)
    for resource in graph:
        value = subnets.get(resource.id.lower(), [])
        if not value or is_unknown(resource.body.get("properties")):
            yield resource
            continue
        listed = _listed(resource.properties.get("subnets"))
        names = {str(subnet.get("name")).lower() for subnet in listed}
        apart = [subnet for subnet in value if str(subnet["name"]).lower() not in names]
        properties = {**resource.properties, "subnets": [*listed, *apart]}
        yield replace(resource, body={**resource.body, "properties": properties})


def _listed(subnets: Any) -> list[dict[str, Any]]:
    return [subnet for subnet in subnets if isinstance(subnet, dict)] if isinstance(subnets, list) else []


def assigned(
    graph: ResourceGraph, policy_sources: PolicySources
) -> tuple[tuple[Assignment, ...], tuple[Exemption, ...]]:
    """Assignments and exemptions of a graph and of those imported. Raises BadInput for one that cannot be read."""
    find = _Finder(graph, policy_sources)
    exemptions, unread = _exemptions(graph, policy_sources)
    return (*_assignments(graph, policy_sources, find), *unread), exemptions


def subject_of(resource: Resource) -> Subject:
    """A resource as Azure Policy sees the request for it."""
    request = {
        **resource.body,
        "type": _TYPES.get(resource.arm_type.lower(), resource.arm_type),
        "apiVersion": resource.api_version,
        "name": resource.name or unknown("a name that Azure chooses"),
        "id": resource.id,
    }
    return subject(whole_numbers(request))


def definitions_of(graph: ResourceGraph, policy_sources: PolicySources) -> Find:
    """Finds definitions and initiatives by id: of the plan, imported, of this repository."""
    return _Finder(graph, policy_sources)


class _Finder:
    """Definitions and initiatives by id: of the plan, imported, of this repository."""

    def __init__(self, graph: ResourceGraph, policy_sources: PolicySources) -> None:
        self.library = policy_sources.library
        self.documents: dict[str, Mapping[str, Any]] = {}
        for one in graph.of_type(f"{_AUTHORIZATION}policyDefinitions", f"{_AUTHORIZATION}policySetDefinitions"):
            self.documents[one.id.lower()] = {"name": one.name, **one.body}
        for item in policy_sources.imported.definitions:
            self.documents[str(item.get("id", "")).lower()] = item
        self.compiled: dict[str, Definition | Initiative | None] = {}

    def __call__(self, policy_id: str) -> Definition | Initiative | None:
        key = policy_id.lower()
        if key not in self.compiled:
            document = self.documents.get(key)
            self.compiled[key] = self.library.find(policy_id) if document is None else _compiled(document)
        return self.compiled[key]


def _compiled(data: Mapping[str, Any]) -> Definition | Initiative:
    """A definition or an initiative of the plan or of a tenant. Raises Invalid, which names it."""
    inner = get(data, "properties")
    properties = inner if isinstance(inner, Mapping) else data
    try:
        return initiative(data) if get(properties, "policyDefinitions") is not MISSING else definition(data)
    except Invalid as problem:
        position = f"{data.get('name') or data.get('id')}: {problem.position}"
        raise Invalid(position, problem.what, problem.why, problem.fix) from None


def _assignments(graph: ResourceGraph, policy_sources: PolicySources, find: _Finder) -> Iterator[Assignment]:
    for one in graph.of_type(f"{_AUTHORIZATION}policyAssignments"):
        yield _read({"id": one.id, "name": one.name, **_decided(one.body)}, find)
    for document in policy_sources.imported.assignments:
        try:
            yield assignment(document, find)
        except Invalid as problem:  # Azure accepted it: it is reported as not evaluated, and stops no preview
            yield unreadable(document, str(problem))


def _read(data: Mapping[str, Any], find: _Finder) -> Assignment:
    try:
        return assignment(data, find)
    except Invalid as problem:
        raise BadInput(f"assignment {data.get('name') or data.get('id')}: {problem}") from None


def _exemptions(
    graph: ResourceGraph, policy_sources: PolicySources
) -> tuple[tuple[Exemption, ...], tuple[Assignment, ...]]:
    """Exemptions, and imported ones that cannot be read, which free nothing and are reported as not evaluated."""
    exemptions, unread = [], []
    for one in graph.of_type(f"{_AUTHORIZATION}policyExemptions"):
        try:
            exemptions.append(exemption({"id": one.id, "name": one.name, **_decided(one.body)}))
        except Invalid as problem:
            raise BadInput(f"exemption {one.name}: {problem}") from None
    for document in policy_sources.imported.exemptions:
        try:
            exemptions.append(exemption(document))
        except Invalid as problem:
            unread.append(replace(unreadable(document, str(problem)), name=f"exemption {document.get('name')}"))
    return tuple(exemptions), tuple(unread)


def _decided(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body without what only the deployment knows, such as the principal of an identity."""
    return {key: value for key, value in body.items() if not is_unknown(value)}


def _evaluation(
    graph: ResourceGraph, policy_sources: PolicySources, world: World, exemptions: tuple[Exemption, ...]
) -> EvaluationScope:
    subscriptions = {resource.subscription.lower() for resource in graph if resource.subscription}
    groups = tuple(f"/providers/Microsoft.Management/managementGroups/{name}" for name in policy_sources.above)
    contexts = {}
    for group in graph.of_type("Microsoft.Resources/resourceGroups"):
        group_context = {
            "id": group.id,
            "name": group.name,
            "location": group.location,
            "tags": group.body.get("tags") or {},
        }
        contexts[group.id.lower()] = replace(
            world, context={"resourceGroup": group_context, **_subscription(group.subscription)}
        )
    for resource in graph:  # of a resource group that exists, tags and location are not known
        above = resource.id.lower().partition("/providers/")[0]
        if above not in contexts and "/resourcegroups/" in above:
            contexts[above] = replace(world, context=_subscription(resource.subscription))
    connections = _connections(graph)
    return EvaluationScope(
        world=world,
        above=dict.fromkeys(subscriptions, groups),
        exemptions=exemptions,
        now=f"{policy_sources.today}T00:00:00" if policy_sources.today else None,
        contexts=contexts,
        forecast={key: _with_connections(graph, key, subjects) for key, subjects in connections.items()},
        forecasts=frozenset(
            e.name.lower() for e in policy_sources.library.entries if e.metadata.get("judged") == "read-only"
        ),
        beside=tuple(one for connection in connections.values() for one in connection),
    )


def _subscription(subscription: str) -> dict[str, Any]:
    """Returns the value of `subscription()` in a policy."""
    return {"subscription": {"subscriptionId": subscription, "id": f"/subscriptions/{subscription}"}}


def _connections(graph: ResourceGraph) -> dict[str, list[Subject]]:
    """The connections that private endpoints of the plan will make on their targets, by the target's id.

    A forecast: Azure makes them, and approves those of the same tenant whose deployer may approve.
    """
    subjects: dict[str, list[Subject]] = {}
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        for link in endpoint.properties.get("privateLinkServiceConnections") or ():
            target = link.get("properties", {}).get("privateLinkServiceId") if isinstance(link, dict) else None
            resource = graph.by_id(target) if isinstance(target, str) else None
            if resource is None:
                continue
            connection_body = {
                "type": f"{resource.arm_type}/privateEndpointConnections",
                "name": endpoint.name,
                "id": f"{resource.id}/privateEndpointConnections/{endpoint.name}",
                "apiVersion": resource.api_version,
                "properties": {
                    "privateEndpoint": {"id": endpoint.id},
                    "privateLinkServiceConnectionState": {"status": "Approved"},
                },
            }
            subjects.setdefault(resource.id.lower(), []).append(subject(connection_body))
    return subjects


def _with_connections(graph: ResourceGraph, resource_id: str, connections: list[Subject]) -> Subject:
    """Returns a resource after its private endpoints are connected."""
    resource = graph.by_id(resource_id)
    assert resource is not None
    plain = subject_of(resource)
    properties = dict(plain.body.get("properties") or {})
    properties["privateEndpointConnections"] = [
        {"id": one.id, "name": one.name, "properties": one.body["properties"]} for one in connections
    ]
    return replace(plain, body={**plain.body, "properties": properties})
