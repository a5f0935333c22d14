"""The reason for a policy's verdict on a resource: the tree of its conditions."""

from __future__ import annotations

import textwrap
from dataclasses import replace

from amlz.azure.graph import Resource
from amlz.policy.engine.aliases import embedded
from amlz.policy.engine.assignment import Policy
from amlz.policy.engine.definition import Definition
from amlz.policy.engine.errors import BadInput
from amlz.policy.engine.hiding import hidden_verdict
from amlz.policy.engine.initiative import Initiative
from amlz.policy.engine.judge import PolicyQuestion, Verdict, World, judge, undecided_by
from amlz.policy.engine.parameters import bound
from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.library import library
from amlz.policy.verdicts import subject_of
from amlz.reports.hiding import hider_of
from amlz.reports.json_text import dump
from amlz.reports.preview import Preview


def as_text(preview: Preview, resource: str, policy: str) -> str:
    """The verdict, the parameters that matter, the tree. Raises BadInput for a resource or policy that there is not."""
    evaluated = _resource(preview, resource)
    lines: list[str] = []
    for assignment, wanted, verdict in _verdicts(preview, evaluated, policy):
        lines += [*textwrap.wrap(f"{assignment}: {wanted.definition.title}", 80), f"  resource  {evaluated.name}"]
        lines += [f"  outcome   {verdict.outcome}" + (f", effect {verdict.effect}" if verdict.effect else "")]
        lines += [f"  {text}" for text in undecided_by(verdict)] if verdict.outcome == "undecided" else []
        lines += [f"  {verdict.says}"] if verdict.says and verdict.outcome != "undecided" else []
        tree = verdict.trace.lines("  ") if verdict.trace else ["  not evaluated"]
        lines += ["", *(_wrapped(line) for line in tree), ""]
    return "\n".join(lines).rstrip() + "\n"


def _wrapped(line: str) -> str:
    """Returns a line of the tree in 80 columns: continued lines are indented to its words."""
    indent = len(line) - len(line.lstrip()) + 10
    return textwrap.fill(line, 80, subsequent_indent=" " * indent, break_on_hyphens=False)


def as_json(preview: Preview, resource: str, policy: str) -> str:
    """The same for programs."""
    evaluated = _resource(preview, resource)
    return dump(
        [
            {
                "assignment": assignment,
                "policy": item.definition_id,
                "resource": evaluated.urn,
                "outcome": verdict.outcome,
                "effect": verdict.effect or "",
                "details": verdict.details,
                "tree": verdict.trace.record() if verdict.trace else None,
            }
            for assignment, item, verdict in _verdicts(preview, evaluated, policy)
        ]
    )


def _resource(preview: Preview, wanted: str) -> Resource:
    low = wanted.lower()
    hits = [r for r in preview.graph if low in (r.name.lower(), r.id.lower(), r.urn.lower())]
    if not hits:
        near = [r.name for r in preview.graph if low in r.name.lower()][:8]
        hint = (
            f" Names like it: {', '.join(dict.fromkeys(near))}."
            if near
            else " `amlz preview` with --format json lists all."
        )
        raise BadInput(f"There is no resource {wanted!r} in {preview.stack}.{hint}")
    if len(hits) > 1:
        ids = "\n  ".join(r.id for r in hits)
        raise BadInput(f"{len(hits)} resources are called {wanted!r}. Give an id:\n  {ids}")
    return hits[0]


def _verdicts(preview: Preview, resource: Resource, name: str) -> list[tuple[str, Policy, Verdict]]:
    """As `_judged_by`, as it is written."""
    hider = hider_of(preview.graph, preview.file.document.values)
    verdicts = _judged_by(preview, resource, name)
    return [
        (assignment, policy, hidden_verdict(verdict, hider, resource.marked))
        for assignment, policy, verdict in verdicts
    ]


def _judged_by(preview: Preview, resource: Resource, name: str) -> list[tuple[str, Policy, Verdict]]:
    """Each assignment of a policy that looks at a resource; the policy with its defaults where none does."""
    subject = subject_of(resource)
    wanted = name.lower().rpartition("/")[2]
    answers: list[PolicyAnswer] = []
    for answer in preview.verdicts.answers:
        policy = answer.policy
        if policy is None or answer.subject.id.lower() != subject.id.lower():
            continue
        if wanted in (policy.definition.name.lower(), (policy.reference or "").lower()):
            answers.append(answer)
    if answers:
        return [(a.assignment.name, a.policy, _judged(a.policy, a)) for a in answers if a.policy is not None]
    entry = library().entry(name)
    if entry is not None and isinstance(entry.compiled, Initiative):
        return _members(preview, resource, entry.compiled, name)
    if entry is None or not isinstance(entry.compiled, Definition):
        raise BadInput(f"There is no definition or initiative {name!r}. `amlz policy list` names those that there are.")
    policy = Policy(entry.compiled, entry.name, bound(entry.compiled.parameters, {}))
    return [
        (
            "not assigned here, with its defaults",
            policy,
            judge(PolicyQuestion(policy.definition, policy.values, subject), World(), explain=True),
        )
    ]


def _members(
    preview: Preview, resource: Resource, initiative: Initiative, name: str
) -> list[tuple[str, Policy, Verdict]]:
    """Each policy of an initiative that evaluates a resource. Raises BadInput where none does."""
    references = {member.reference.lower() for member in initiative.members}
    verdicts = [
        (answer.assignment.name, answer.policy, _judged(answer.policy, answer))
        for answer in preview.verdicts.answers
        if answer.policy is not None
        and answer.subject.id.lower() == resource.id.lower()
        and (answer.policy.reference or "").lower() in references
    ]
    if not verdicts:
        raise BadInput(
            f"No assigned policy of initiative {name!r} evaluates {resource.name}.\n"
            "  Name one of its policies to see it with its defaults: `amlz policy show` lists them."
        )
    return verdicts


def _judged(policy: Policy, answer: PolicyAnswer) -> Verdict:
    """The answer's verdict, with the tree."""
    if answer.verdict.trace is not None:
        return answer.verdict
    question = PolicyQuestion(policy.definition, policy.values, answer.subject)
    trace = judge(question, World(embedded()), explain=True).trace
    return replace(answer.verdict, trace=trace)
