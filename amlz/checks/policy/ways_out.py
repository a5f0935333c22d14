"""Options in a policy conflict: change the stack file, change the assignment, or be exempt for a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.known_conflicts import KnownConflict
from amlz.checks.names.settings import name_setting
from amlz.checks.policy.demand import PolicyDemand
from amlz.checks.reading import value
from amlz.policy.engine.requests import PolicyAnswer

#: Prefix of the names of this repository's own initiative assignments.
GUARDRAIL = "guardrails-"
IMAGE_BUILD = "image-build"

#: Possible changes of an assignment, by the word of a demand that compares with a parameter.
_LETS = {
    "in": "let its parameter {parameter} list {actual}",
    "notin": "take {actual} off its parameter {parameter}",
    "equals": "set its parameter {parameter} to {actual}",
    "atmost": "raise its parameter {parameter} to {actual}",
    "atleast": "lower its parameter {parameter} to {actual}",
}


@dataclass(frozen=True, slots=True)
class PolicyRefusal:
    """Input of the options. `demand`: None where the policy could not be evaluated; `words`: for sentences."""

    answer: PolicyAnswer
    resource: Resource
    demand: PolicyDemand | None
    conflict: KnownConflict | None
    words: Mapping[str, str]


def ways_out(refusal: PolicyRefusal, graph: ResourceGraph) -> str:
    """Returns all options that apply, numbered, the best first."""
    own = graph.by_id(refusal.answer.assignment.id) is not None
    options = [_by_stack_file(refusal), _by_assignment(refusal, own), _by_exemption(refusal, own)]
    return " ".join(f"({number}) {option}." for number, option in enumerate(filter(None, options), 1))


def key_of(conflict: KnownConflict, resource: Resource) -> str | None:
    """The key in the stack file; None where no setting applies. Names of compute targets follow from their keys."""
    if conflict.id == "name":
        return name_setting(resource)
    if conflict.key is None or not conflict.key.startswith("."):
        return conflict.key
    project, environment = resource.project or "<project>", resource.environment or "<environment>"
    return f"projects.{project}.environments.{environment}{conflict.key}".format(compute=_compute(resource))


def _compute(resource: Resource) -> str:
    if str(value(resource, "properties.computeType")).lower() == "computeinstance":
        return f"instances.{resource.name.rpartition('-')[0] or resource.name}"  # its name ends with a suffix
    return "imageBuild" if resource.name == IMAGE_BUILD else f"clusters.{resource.name}"


def _by_stack_file(refusal: PolicyRefusal) -> str:
    conflict = refusal.conflict
    key = key_of(conflict, refusal.resource) if conflict else None
    if conflict is None or conflict.change is None or not key:
        return ""
    return "In the stack file, " + conflict.change.format(**refusal.words, key=key)


def _by_assignment(refusal: PolicyRefusal, own: bool) -> str:
    assignment, policy = refusal.answer.assignment, refusal.answer.policy
    member = f", for its policy {policy.reference}" if policy and policy.reference else ""
    if own and assignment.name.startswith(GUARDRAIL):
        short = assignment.name.removeprefix(GUARDRAIL)
        if refusal.conflict is not None and refusal.conflict.id == "vm-size":
            return f"Add {refusal.words['actual']} to policies.allowedSizes"
        audit = "set policies.productionEffect or policies.otherEffect to Audit, or "
        effects = "" if refusal.answer.word == "audit" else audit
        return f"Change the guardrail: {effects}leave {short} out of policies.guardrails"
    if own:
        return f"Change policies.assignments.{assignment.name}{member}: {_change(refusal)}"
    return (
        f"Have the owner of {assignment.name}, at {place_of(assignment.scope)}, change it{member}: {_change(refusal)}"
    )


def _change(refusal: PolicyRefusal) -> str:
    soften = _soften(refusal.answer)
    words = {**refusal.words, "soften": soften}
    if refusal.conflict is not None and refusal.conflict.assign:
        return refusal.conflict.assign.format(**words)
    demand = refusal.demand
    if demand is not None and demand.parameters and demand.actual is not None and demand.word in _LETS:
        return f"{_LETS[demand.word].format(**words)}, or {soften}"
    return soften


def _soften(answer: PolicyAnswer) -> str:
    if answer.word == "error":
        return "correct the definition, or do not enforce the assignment until it is"
    return "audit instead of deny" if answer.verdict.effect == "deny" else "turn it off"


def place_of(scope: str) -> str:
    """A scope in words."""
    parts = scope.strip("/").split("/")
    kinds = {"resourcegroups": "resource group", "managementgroups": "management group"}
    kind = parts[-2].lower() if len(parts) > 1 else ""
    return f"{kinds.get(kind, 'subscription' if kind == 'subscriptions' else 'resource')} {parts[-1]}"


def _by_exemption(refusal: PolicyRefusal, own: bool) -> str:
    assignment, policy, resource = refusal.answer.assignment, refusal.answer.policy, refusal.resource
    if not own:
        return (
            "Have its owner exempt what is here, with an end and a ticket, and take the exemption over with "
            "`amlz policy import`; policies.exemptions frees only from assignments of this stack"
        )
    if not resource.project or not resource.environment:  # exemptions of the stack file free project environments
        named = f"policies.assignments.{assignment.name}.notScopes"
        return "" if assignment.name.startswith(GUARDRAIL) else f"Leave it out: list its id under {named}"
    member = f", policies: [{policy.reference}]" if policy and policy.reference else ""
    return (
        f"Exempt {resource.environment} of {resource.project} for a time, under policies.exemptions: "
        f"assignment: {assignment.name}{member}, with a category, reason, ticket and expiresOn"
    )
