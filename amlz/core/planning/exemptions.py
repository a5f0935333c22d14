"""Exemptions from policy assignments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from amlz.core.config.policies import ExemptionConfig, PoliciesConfig
from amlz.core.planning.builtins import GUARDRAIL
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import PolicyAssignmentSpec, PolicyExemptionSpec
from amlz.policy.library import Library


def plan_exemptions(
    config: PoliciesConfig, library: Library, scopes: Mapping[str, str], assignments: Sequence[PolicyAssignmentSpec]
) -> tuple[tuple[PolicyExemptionSpec, ...], tuple[Problem, ...]]:
    """Returns the exemptions and the problems of their settings.

    `scopes`: of every environment, by project and name. An assignment with errors is not reported again for its
    exemptions.
    """
    planned: list[PolicyExemptionSpec] = []
    problems: list[Problem] = []
    by_place = {(assignment.scope, assignment.name): assignment for assignment in assignments}
    by_name = {assignment.name: assignment for assignment in reversed(assignments)}
    guardrails = {f"{GUARDRAIL}{name}" for name in config.guardrails if library.entry(f"{GUARDRAIL}{name}")}
    names = {*config.assignments, *guardrails, *by_name}
    for name, exemption in config.exemptions.items():
        path: Path = ("policies", "exemptions", name)
        scope = scopes.get(f"{exemption.project}-{exemption.environment}")
        if scope is None:
            there = listed(scopes) or "none"
            text = f"There is no environment {exemption.environment!r} of {exemption.project!r}."
            problems.append(Problem((*path, "environment"), text, f"Environments here: {there}.", absent=True))
            continue
        chosen = exemption.assignment if exemption.assignment in names else f"{GUARDRAIL}{exemption.assignment}"
        if chosen not in names:
            text = f"There is no assignment {exemption.assignment!r}."
            known = listed(sorted(names)) or "none"
            problems.append(Problem((*path, "assignment"), text, f"Assignments here: {known}.", absent=True))
            continue
        assignment = by_place.get((scope, chosen)) or by_name.get(chosen)
        if assignment is None:
            continue
        problems += _references(library, exemption, assignment, path)
        planned.append(
            PolicyExemptionSpec(
                name=name,
                scope=scope,
                subscription=assignment.subscription,
                assignment_id=assignment.id,
                references=exemption.policies,
                category=exemption.category,
                reason=exemption.reason,
                ticket=exemption.ticket,
                expires_on=f"{exemption.expires_on}T00:00:00Z",
            )
        )
    return tuple(planned), tuple(problems)


def _references(
    library: Library, wanted: ExemptionConfig, assignment: PolicyAssignmentSpec, path: Path
) -> Iterator[Problem]:
    entry = library.entry(assignment.policy.id)
    known = {member.reference for member in entry.declared.members} if entry else set()
    for at, reference in enumerate(wanted.policies):
        if reference not in known:
            text = f"{assignment.title} has no policy {reference!r}."
            yield Problem((*path, "policies", at), text, f"It has {listed(sorted(known)) or 'no members'}.")
