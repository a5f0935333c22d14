"""Azure Policy in the simulated Azure: the effect of active assignments on a request, from the policy evaluator.

Append and modify change what is stored, deny refuses. In Azure a new assignment takes minutes to take hold
(https://learn.microsoft.com/azure/governance/policy/how-to/get-compliance-data#evaluation-triggers; 5 to 30 are seen):
here it does between two commands, so that no command meets an assignment that it made itself. Its compliance states of
existing resources are read from all of them, as Azure's scans do. Not evaluated are deletions (denyAction), and, at a
request, rules on other resources.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from amlz.azure.added import sent_body
from amlz.azure.defaults import filled
from amlz.azure.graph import Resource, ResourceGraph
from amlz.azure.ids import parse
from amlz.azure.inputs import from_body
from amlz.azure.shapes import arm_type
from amlz.policy.engine import aliases
from amlz.policy.engine.assignment import Assignment, assignment, exemption
from amlz.policy.engine.definition import EXISTENCE, definition
from amlz.policy.engine.errors import Invalid
from amlz.policy.engine.initiative import initiative
from amlz.policy.engine.judge import World
from amlz.policy.engine.requests import EvaluationScope, PolicyAnswer, answers
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import lowered
from amlz.policy.imported import imported
from amlz.policy.library import library
from amlz.policy.verdicts import Imported, PolicySources, assigned, subject_of, verdicts
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import POLICY, StateStore, StoredResource

_GROUPS = "/providers/Microsoft.Management/managementGroups/"
_CHANGES = ("append", "modify")
#: Reader of each kind of policy, to see whether it is valid.
_READ: dict[str, Callable[[dict[str, Any]], object]] = {
    f"{POLICY}definitions": definition,
    f"{POLICY}setdefinitions": initiative,
    f"{POLICY}assignments": lambda item: assignment(item, lambda _: None),
    f"{POLICY}exemptions": exemption,
}
#: Answers of a scan that mean non-compliance.
_WRONG = frozenset({"audit", "audit-if-not-exists", "deny", "error"})
#: Keys of an evaluated body that are no part of the request's.
_BESIDE = ("type", "apiVersion", "name", "id")


@dataclass(frozen=True, slots=True)
class Audited:
    """A policy that resources do not comply with, by their ids."""

    assignment: str
    policy: str
    ids: tuple[str, ...]

    @property
    def count(self) -> int:
        """Returns their number."""
        return len(self.ids)

    @property
    def first(self) -> str:
        """The first of them."""
        return self.ids[0]


@dataclass(frozen=True, slots=True)
class _Known:
    """Policies that were read, and their surroundings. `version`: of what Azure Policy knew then; `groups`: over each
    subscription.
    """

    version: int
    assignments: tuple[Assignment, ...] = ()
    scene: EvaluationScope = field(default_factory=lambda: EvaluationScope(World(aliases.Catalogue({}))))
    groups: tuple[str, ...] = ()


class PolicyService:
    """Evaluates requests to one simulated Azure. Assignments are read again only after a change."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._known: _Known | None = None

    def allowed(self, requested: StoredResource) -> StoredResource:
        """The resource as policies leave it. Raises AzureRefused: RequestDisallowedByPolicy, InvalidPolicy."""
        _check(requested)
        version = self._store.policies_version()
        if self._known is None or self._known.version != version:
            self._known = _read(self._store, version, self._store.holds())
        if not self._known.assignments:
            return requested
        values = list(_ask(self._store, self._known, [_subject(requested)]))
        values = [answer for answer in values if answer.verdict.effect not in EXISTENCE]
        denied = next((answer for answer in values if answer.blocks), None)
        if denied:
            raise _disallowed(denied, requested)
        body: dict[str, Any] = {}
        for answer in values:
            changes = answer.verdict.changes
            if answer.word in _CHANGES and answer.assignment.enforced and changes and changes.altered:
                body = changes.body
        return _with(requested, lowered(body)) if body else requested


def scanned(store: StateStore) -> tuple[Audited, ...]:
    """Returns non-compliant existing resources, by policy, with every assignment in effect."""
    graph = ResourceGraph(tuple(_as_stored(_resource(stored)) for stored in store.all()))
    result: dict[tuple[str, str], list[str]] = {}
    for answer in verdicts(graph, _sources(store)).answers:
        if answer.word in _WRONG and answer.policy:
            definition = answer.policy.definition
            key = (answer.assignment.name, definition.title or definition.name)
            result.setdefault(key, []).append(answer.subject.id)
    return tuple(Audited(*key, tuple(sorted(ids))) for key, ids in sorted(result.items()))


def _check(requested: StoredResource) -> None:
    """Refuses a definition, initiative, assignment or exemption that the evaluator cannot read. The code is ours."""
    read = _READ.get(requested.type.lower())
    try:
        if read is not None:
            read({"id": requested.id, "name": requested.name, **_body(requested)})
    except Invalid as problem:
        raise AzureRefused(400, "InvalidPolicy", str(problem), requested.id) from None


def _sources(store: StateStore) -> PolicySources:
    """Returns the facts from outside the stack: this repository's policies, those imported, and those added from
    outside.
    """
    values = imported()
    others = Imported(
        definitions=(*store.outside("definition"), *values.definitions),
        assignments=(*store.outside("assignment"), *values.assignments),
        exemptions=values.exemptions,
        catalogue=values.catalogue,
    )
    return PolicySources(library(), others, store.outside("above"))


def _read(store: StateStore, version: int, holds: frozenset[str]) -> _Known:
    sources = _sources(store)
    in_effect = tuple(one for one in store.policies("assignments") if one.id.lower() in holds)
    if not in_effect and not sources.imported.assignments:
        return _Known(version)
    beside = store.policies("definitions", "setdefinitions", "exemptions")
    graph = ResourceGraph(tuple(map(_resource, (*in_effect, *beside))))
    assignments, exemptions = assigned(graph, sources)
    scene = EvaluationScope(
        world=World(sources.imported.catalogue or aliases.embedded()),
        exemptions=exemptions,
        forecasts=frozenset(e.name.lower() for e in sources.library.entries if e.metadata.get("judged") == "read-only"),
    )
    return _Known(version, assignments, scene, tuple(f"{_GROUPS}{name}" for name in sources.above))


def _ask(store: StateStore, known: _Known, subjects: list[Subject]) -> Iterable[PolicyAnswer]:
    groups = {subject.id.lower().partition("/providers/")[0] for subject in subjects}
    contexts = {}
    for place in sorted(groups):
        group = store.get(place)
        if group is not None:
            result = {"id": group.id, "name": parse(group.id).name, **_body(group)}
            subscription = group.id.split("/")[2]
            context = {
                "resourceGroup": {"tags": {}, **result},
                "subscription": {"subscriptionId": subscription, "id": f"/subscriptions/{subscription}"},
            }
            contexts[place] = replace(known.scene.world, context=context)
    above = {place.split("/")[2]: known.groups for place in groups if place.startswith("/subscriptions/")}
    return answers(subjects, known.assignments, replace(known.scene, contexts=contexts, above=above))


def _body(stored: StoredResource) -> dict[str, Any]:
    return sent_body(stored.token, stored.inputs)


def _resource(stored: StoredResource) -> Resource:
    kind, parsed = arm_type(stored.token, stored.inputs), parse(stored.id)
    return Resource(
        urn=stored.urn,
        token=stored.token,
        arm_type=kind.arm_type,
        api_version=kind.api_version,
        id=stored.id,
        name=parsed.name,
        location="",
        subscription=parsed.subscription,
        resource_group=parsed.resource_group,
        body=_body(stored),
    )


def _as_stored(resource: Resource) -> Resource:
    """Returns a resource with the defaults of Azure, which a scan reads and a request does not hold."""
    return replace(resource, body=filled(resource.arm_type, resource.api_version, resource.body))


def _subject(stored: StoredResource) -> Subject:
    return subject_of(_resource(stored))


def _with(requested: StoredResource, body: dict[str, Any]) -> StoredResource:
    """A resource with another body: its inputs, and its outputs as far as these are inputs."""
    result = {key: value for key, value in body.items() if key not in _BESIDE}
    inputs = from_body(requested.token, result, requested.inputs)
    gone = {*requested.inputs} - {*inputs}
    changed = {key: value for key, value in inputs.items() if value != requested.inputs.get(key)}
    outputs = {key: value for key, value in requested.outputs.items() if key not in gone}
    return replace(requested, inputs=inputs, outputs={**outputs, **changed})


def _disallowed(answer: PolicyAnswer, requested: StoredResource) -> AzureRefused:
    """https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy"""
    assert answer.policy is not None
    definition = answer.policy.definition
    named = {
        "policyAssignment": {"name": answer.assignment.name, "id": answer.assignment.id},
        "policyDefinition": {"name": definition.title or definition.name, "id": answer.policy.definition_id},
    }
    if answer.policy.reference:
        named["policyDefinitionReferenceId"] = {"name": answer.policy.reference}
    why = answer.assignment.message(answer.policy.reference)
    reasons = f" Reasons: '{why}'." if why else ""
    message = (
        f"Resource '{requested.id.rpartition('/')[2]}' was disallowed by policy.{reasons} "
        f"Policy identifiers: '[{json.dumps(named)}]'."
    )
    return AzureRefused(403, "RequestDisallowedByPolicy", message, requested.id)
