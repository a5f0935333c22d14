"""policy/after-creation: a resource that a policy accepts at the request, and that does not comply with it afterwards.

Azure gives a property that the request leaves out its default. A policy that reads the request does not see it, and the
compliance scan does: https://learn.microsoft.com/azure/governance/policy/how-to/get-compliance-data
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from amlz.azure.defaults import Default, defaults, filled
from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.policy.demand import demands, shown
from amlz.policy.engine.definition import EXISTENCE
from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.engine.values import lowered

CHECK = Check(
    id="policy/after-creation",
    severity=Severity.WARNING,
    says='{name} does not comply with "{policy}" of {assignment} once it exists: Azure sets {path}, which the request '
    "leaves out, to {value}.",
    remedy="(1) In the component that makes {name}, set {path} to {expected}. (2) Exempt {name} from {assignment}.",
    why="Azure gives a property that a request leaves out its default. A policy evaluates the request without it, and "
    "later the resource with it: the resource is created, and the compliance scan reports it. Defaults are those that "
    "recorded conversations with Azure agree on; where they do not agree, the answer is undecided.",
    source="https://learn.microsoft.com/azure/governance/policy/how-to/get-compliance-data",
)

#: Words of answers that a compliance scan reports.
_REPORTED = frozenset({"audit", "deny"})
#: Types that policies need for an evaluation: their own resources, and resource groups for expressions.
_BESIDE = ("microsoft.authorization/policy", "microsoft.resources/")
#: Keys of an evaluated body that are no part of the request's.
_HEAD = ("type", "apiVersion", "name", "id")


def forecast(graph: ResourceGraph, answers: Iterable[PolicyAnswer]) -> ResourceGraph:
    """Returns the resources as Azure stores them: as policies change the requests, with the defaults of Azure.

    Only those that get a default, and what their evaluation needs. `answers`: to the requests.
    """
    changed = {answer.subject.id.lower(): answer for answer in answers if _changes(answer)}
    stored = []
    for resource in graph:
        if resource.arm_type.lower().startswith(_BESIDE):
            continue
        answer = changed.get(resource.id.lower())
        body = resource.body
        if answer is not None and answer.verdict.changes is not None:
            body = {key: value for key, value in lowered(answer.verdict.changes.body).items() if key not in _HEAD}
        whole = filled(resource.arm_type, resource.api_version, body)
        if whole is not body:
            stored.append(replace(resource, body=whole))
    beside = tuple(resource for resource in graph if resource.arm_type.lower().startswith(_BESIDE))
    return replace(graph, resources=(*beside, *stored) if stored else ())


def find(graph: ResourceGraph, answers: Iterable[PolicyAnswer], after: Iterable[PolicyAnswer]) -> Iterator[Finding]:
    """Returns what the request complies with and the resource does not. `after`: the answers on the forecast."""
    before = {_key(answer) for answer in answers if answer.word not in ("compliant", "disabled")}
    for answer in after:
        resource = graph.by_id(answer.subject.id)
        if resource is None or answer.policy is None or answer.verdict.effect in EXISTENCE or _key(answer) in before:
            continue
        if answer.word in _REPORTED:
            yield from _reported(resource, answer)
        elif answer.word == "undecided":
            yield from _undecided(resource, answer)


def _reported(resource: Resource, answer: PolicyAnswer) -> Iterator[Finding]:
    made = {".".join(default.keys).lower(): default for default in _defaults(resource)}
    for demand in demands(answer):
        default = made.get(demand.path.lower())
        if default is not None and default.sure and answer.policy is not None:
            place = FindingLocation(demand.path, demand.says, default.value)
            yield CHECK.finding(
                resource, place, policy=answer.policy.definition.title or answer.policy.definition.name,
                assignment=answer.assignment.name, path=demand.path, value=shown(default.value), expected=demand.says,
            )  # fmt: skip
            return


def _undecided(resource: Resource, answer: PolicyAnswer) -> Iterator[Finding]:
    """Returns a note where what decides is a default that is not known."""
    unsure = {".".join(default.keys).lower() for default in _defaults(resource) if not default.sure}
    for demand in demands(answer):
        if demand.path.lower() in unsure and is_unknown(demand.actual) and answer.policy is not None:
            title = answer.policy.definition.title or answer.policy.definition.name
            yield CHECK.undecided(resource, demand.path, f'a default of Azure; "{title}" reads it')
            return


def _defaults(resource: Resource) -> tuple[Default, ...]:
    return defaults(resource.arm_type, resource.api_version, resource.body)


def _changes(answer: PolicyAnswer) -> bool:
    changes = answer.verdict.changes
    return bool(changes and changes.altered and answer.assignment.enforced and answer.word in ("append", "modify"))


def _key(answer: PolicyAnswer) -> tuple[str, str, str]:
    policy = answer.policy
    name = f"{policy.definition_id}/{policy.reference or ''}" if policy else ""
    return answer.subject.id.lower(), answer.assignment.id.lower(), name.lower()
