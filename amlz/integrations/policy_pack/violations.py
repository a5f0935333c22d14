"""Verdicts as violations of Pulumi policies: which policy of the pack, at which resource, in which words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amlz.azure.graph import ResourceGraph
from amlz.checks.naming import in_words, names_of
from amlz.policy.engine.requests import REFUSED, PolicyAnswer
from amlz.policy.verdicts import Verdicts
from amlz.reports.folding import folded_answers
from amlz.reports.hiding import hidden_verdicts, hider_of
from amlz.reports.policy import because, headline, unjudged


@dataclass(frozen=True, slots=True)
class PackPolicy:
    """A policy of the pack. `mandatory`: whether Pulumi stops by default."""

    name: str
    title: str
    description: str
    mandatory: bool


DENIED = PackPolicy(
    "azure-policy-denied",
    "Azure Policy refuses",
    "Azure would refuse the request.",
    mandatory=True,
)
AUDITED = PackPolicy(
    "azure-policy-audited",
    "Azure Policy objects",
    "Azure would take the request and note that it does not comply.",
    mandatory=False,
)
UNDECIDED = PackPolicy(
    "azure-policy-undecided",
    "Azure Policy is not decided",
    "Azure's answer is not known before the deployment, or the policy is not evaluated here.",
    mandatory=False,
)
POLICIES = (DENIED, AUDITED, UNDECIDED)

_OBJECTS = frozenset({"audit", "audit-if-not-exists"})
_OPEN = frozenset({"undecided", "invalid"})


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation by a resource; `urn` is "" where it concerns the stack as a whole."""

    policy: PackPolicy
    urn: str
    message: str


def violations(graph: ResourceGraph, verdicts: Verdicts) -> Iterator[Violation]:
    """Returns one for each answer that refuses, audits or is open. Policies without a result are reported once, for the
    stack.

    Compliant and exempt resources, and those that Azure modifies or deploys, are no violation.
    """
    verdicts = hidden_verdicts(verdicts, graph, hider_of(graph))
    urns = {resource.id.lower(): resource.urn for resource in graph if resource.id}
    for answer in verdicts.answers:
        policy = _policy(answer)
        if policy and answer.subject.id:  # without an id it is reported once, by stack.py, and not for each policy
            yield Violation(policy, urns.get(answer.subject.id.lower(), ""), _message(answer))
    for folded in folded_answers(verdicts.answers, names_of(graph)):
        if folded.first.word == "not-judged":
            at = in_words(folded_at.resource for folded_at in folded.at)
            yield Violation(UNDECIDED, "", f"{_message(folded.first)}\nAt {at}.")
    for sentence in unjudged(verdicts):
        yield Violation(UNDECIDED, "", f"not evaluated: {sentence}")


def _policy(answer: PolicyAnswer) -> PackPolicy | None:
    if answer.blocks:
        return DENIED
    if answer.word in REFUSED or answer.word in _OBJECTS:
        return AUDITED
    return UNDECIDED if answer.word in _OPEN else None


def _message(answer: PolicyAnswer) -> str:
    return "\n".join((" ".join(headline(answer).split()), *because(answer)))
