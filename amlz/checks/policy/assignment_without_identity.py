"""policy/assignment-without-identity: a policy that changes resources, without an identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import same, value
from amlz.core.problems import listed
from amlz.policy.engine.assignment import assignment as read
from amlz.policy.engine.errors import PolicyError
from amlz.policy.engine.judge import effect_of
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, definitions_of, subject_of

NO_LOCATION = "In the component, set `location` to the region of the landing zone."
NOT_NEEDED = "In the component, remove `identity` and the role assignments of it."

CHECK = Check(
    id="policy/assignment-without-identity",
    severity=Severity.ERROR,
    says="{name} {problem}.",
    remedy="In the component, set `identity.type` to `SystemAssigned` and `location` to the region of the "
    "landing zone, and add assignments of the roles that the policies name.",
    why="Policies of effect modify and deployIfNotExists act with the identity of their assignment. Azure "
    "refuses an assignment of such a policy without one. An identity that no policy of the assignment "
    "needs is a warning.",
    source="https://learn.microsoft.com/azure/governance/policy/how-to/remediate-resources",
    otherwise=(
        NO_LOCATION,
        NOT_NEEDED,
    ),
)

ACTING = ("modify", "deployIfNotExists")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Assignments whose effects and whose identity and location do not fit."""
    assignments = graph.of_type("Microsoft.Authorization/policyAssignments")
    if not assignments:
        return
    find_definition = definitions_of(graph, PolicySources(library()))
    for one in assignments:
        kind, location = value(one, "identity.type"), value(one, "location")
        has = kind is not None and not same(kind, "None")
        decided = {key: item for key, item in one.body.items() if not is_unknown(item)}
        try:
            assignment = read({"id": one.id, "name": one.name, **decided}, find_definition)
        except PolicyError:
            continue  # the evaluator reports its mistake
        acting, unsure = _acting(one, assignment)
        if acting and is_unknown(kind):
            yield CHECK.undecided(one, "identity", kind)
        elif acting and not has:
            yield CHECK.finding(
                one, FindingLocation("identity"), problem=f"has no identity, and {listed(acting)} would act as it"
            )
        elif has and not location:
            problem = "has an identity and no location, which Azure needs for it"
            yield CHECK.finding(one, FindingLocation("location", remedy=NO_LOCATION), problem=problem)
        elif has and not acting and not unsure and not assignment.unjudged:
            problem = "has an identity, and none of its policies acts"
            yield CHECK.finding(
                one, FindingLocation("identity", None, kind, Severity.WARNING, NOT_NEEDED), problem=problem
            )


def _acting(assignment: Resource, actual: Any) -> tuple[list[str], bool]:
    """Names of definitions that modify or deploy, and whether an effect could not be read."""
    acting, unsure = [], False
    subject = subject_of(assignment)
    for policy in actual.policies:
        try:
            effect = actual.effect(policy, subject) or effect_of(policy.definition, policy.values, subject)
        except PolicyError:
            unsure = True
            continue
        if any(same(effect, item) for item in ACTING):
            acting.append(policy.definition.name or policy.definition_id.rsplit("/", 1)[-1])
    return acting, unsure
