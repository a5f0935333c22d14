"""Deployments that deployIfNotExists policies would add to the plan, for resources of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.policy.ways_out import place_of
from amlz.policy.engine.definition import Existence
from amlz.policy.engine.errors import PolicyError
from amlz.policy.engine.existence import Related
from amlz.policy.engine.judge import DOES_NOT_APPLY, PolicyQuestion, judge
from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.engine.template import deployed
from amlz.policy.engine.values import get, lowered
from amlz.policy.verdicts import subject_of

DEPLOYS = "deploy-if-not-exists"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One policy that would deploy something for one resource. `parts`: the resources of the type it looks for."""

    answer: PolicyAnswer
    resource: Resource
    parts: tuple[dict[str, Any], ...]

    @property
    def title(self) -> str:
        """The policy's title."""
        return self.answer.policy.definition.title if self.answer.policy else self.answer.assignment.name

    @property
    def owner(self) -> str:
        """Returns the option that is left to the owner of the assignment."""
        assignment = self.answer.assignment
        return (
            f"Have the owner of {assignment.name}, at {place_of(assignment.scope)}, exempt {self.resource.name} or "
            "change the policy, and run `amlz policy import` again"
        )


def looks_for(answer: PolicyAnswer, arm_type: str) -> bool:
    """Returns whether a policy looks for related resources of a type."""
    details = answer.policy.definition.details if answer.policy else None
    return isinstance(details, Existence) and details.type == arm_type.lower()


def deployments(graph: ResourceGraph, answers: Iterable[PolicyAnswer], arm_type: str) -> Iterator[Deployment]:
    """Deployments of resources of a type. A policy that is not enforced deploys nothing."""
    kind = arm_type.lower().rpartition("/")[2]
    for answer in answers:
        resource = graph.by_id(answer.subject.id)
        enforced = answer.word == DEPLOYS and answer.assignment.enforced
        if enforced and resource is not None and answer.policy is not None and looks_for(answer, arm_type):
            question = PolicyQuestion(answer.policy.definition, answer.policy.values, answer.subject)
            parts = tuple(one for one in deployed(question) if str(one.get("type")).lower().endswith(f"/{kind}"))
            yield Deployment(answer, resource, parts)


def satisfied(answer: PolicyAnswer, related: Sequence[Resource]) -> bool:
    """Returns whether a policy would find the required resource among these, and so deploy nothing."""
    if answer.policy is None:
        return False
    policy = answer.policy
    others = Related(map(subject_of, related))
    question = PolicyQuestion(policy.definition, policy.values, answer.subject, others, effect=answer.verdict.effect)
    try:
        return judge(question).outcome == DOES_NOT_APPLY
    except PolicyError:
        return False


def with_properties(resource: Resource, properties: dict[str, Any]) -> Resource:
    """A resource with other properties."""
    return replace(resource, body={**resource.body, "properties": properties})


def text_at(part: dict[str, Any], *path: str) -> str:
    """A text in a deployed resource; "" where it is absent or not known."""
    inner: Any = part
    for key in path:
        inner = get(inner, key) if isinstance(inner, dict) else None
    return inner if isinstance(inner, str) else ""


def last_name(part: dict[str, Any]) -> str:
    """The last segment of a deployed resource's name; "" where it is not known."""
    name = lowered(part.get("name"))
    return name.rpartition("/")[2] if isinstance(name, str) else ""
