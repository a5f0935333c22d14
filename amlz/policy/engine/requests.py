"""All answers of assignments to the requests of a plan, in Azure's order.

Append and modify come first, and what they change is what deny then looks at:
https://learn.microsoft.com/azure/governance/policy/concepts/effect-basics
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from operator import itemgetter
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.assignment import Assignment, Exemption, Policy
from amlz.policy.engine.definition import EXISTENCE
from amlz.policy.engine.effects import EffectOutcome
from amlz.policy.engine.errors import EvaluationError, Invalid, Unsettled
from amlz.policy.engine.existence import Related
from amlz.policy.engine.judge import (
    APPLIES,
    DOES_NOT_APPLY,
    ERROR,
    NOT_APPLICABLE,
    UNDECIDED,
    PolicyQuestion,
    Verdict,
    World,
    effect_of,
    judge,
)
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import same

#: Verdict of each effect whose rule holds.
WORDS = {
    "auditIfNotExists": "audit-if-not-exists",
    "deployIfNotExists": "deploy-if-not-exists",
    "denyAction": "deny-action",
}
#: Words of answers that stop a request.
REFUSED = frozenset({"deny", "error"})


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """Answer of one policy of one assignment to one request.

    `word` is the effect that takes hold, or compliant, exempt, undecided, error, invalid or not-judged.
    """

    word: str
    subject: Subject
    assignment: Assignment
    policy: Policy | None
    verdict: Verdict
    why: str | None = None
    exemption: str | None = None
    forecast: bool = False

    @property
    def blocks(self) -> bool:
        """Returns whether Azure would refuse the request."""
        return self.word in REFUSED and self.assignment.enforced


@dataclass(frozen=True)
class EvaluationScope:
    """Surroundings in which assignments are evaluated.

    `above`: management groups by subscription id (lower case). `now`: ISO 8601; None for not set, and then no exemption
    counts as expired. `contexts`: values that expressions can read, by resource group id (lower case). `forecast`:
    resources after the deployment, by id (lower case), and `forecasts` the names (lower case) of definitions that read
    properties that no request carries: they are evaluated on those.
    """

    world: World
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    now: str | None = None
    contexts: Mapping[str, World] = field(default_factory=dict)
    forecast: Mapping[str, Subject] = field(default_factory=dict)
    forecasts: frozenset[str] = frozenset()
    beside: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    assignment: Assignment
    policy: Policy


class _Index:
    """Policies by the resource type that they can hold for and the scope of their assignment.

    So each resource meets only its own, and the cost does not grow with resources times assignments.
    """

    def __init__(self, assignments: Iterable[Assignment]) -> None:
        """Indexes by type and scope ("" for any type), each with its position: first those of a type, in the given
        order.
        """
        self._entries: dict[str, dict[str, list[tuple[int, _Entry]]]] = {}
        for place, assignment in enumerate(assignments):
            scope = assignment.scope.lower().rstrip("/")
            for policy in assignment.policies:
                types = policy.definition.types
                for indexed_type in ("",) if types is None else types:
                    at = self._entries.setdefault(indexed_type, {}).setdefault(scope, [])
                    at.append((place, _Entry(assignment, policy)))

    def of(self, subject: Subject, above: tuple[str, ...]) -> Iterator[_Entry]:
        """Those whose scope holds the resource or a management group above it; all where the resource has no id."""
        scopes = _and_above((subject.id, *above)) if subject.id else None
        for kind in (subject.type, ""):
            by_scope = self._entries.get(kind, {})
            entries = [entry for scope in scopes or by_scope for entry in by_scope.get(scope, ())]
            yield from (entry for _, entry in sorted(entries, key=itemgetter(0)))


def _and_above(places: Iterable[str]) -> set[str]:
    """Ids and all in which they lie, in lower case."""
    values = set()
    for place in places:
        low = place.lower().rstrip("/")
        values |= {low, *(low[:at] for at, letter in enumerate(low) if letter == "/")}
    return values


def answers(
    subjects: Iterable[Subject], assignments: Iterable[Assignment], evaluation: EvaluationScope
) -> Iterator[PolicyAnswer]:
    """Every answer that is not `not-applicable`, resource by resource, in the order of the assignments."""
    subjects = list(subjects)
    index = _Index(assignments)
    related = Related((*subjects, *evaluation.beside))
    for subject in subjects:
        yield from _of_one(subject, index, evaluation, related)


def _of_one(subject: Subject, index: _Index, evaluation: EvaluationScope, related: Related) -> Iterator[PolicyAnswer]:
    above = evaluation.above.get(_subscription(subject), ())
    looking: list[tuple[_Entry, str]] = []
    for entry in index.of(subject, above):
        looks = entry.assignment.looks_at(subject, above)
        if looks is None:
            why = "whether the assignment selects it is known only at deployment"
            yield PolicyAnswer(UNDECIDED, subject, entry.assignment, entry.policy, Verdict(UNDECIDED), why)
        elif looks and entry.assignment.unsure(entry.policy, subject):
            why = "whether an override holds is known only at deployment"
            yield PolicyAnswer(UNDECIDED, subject, entry.assignment, entry.policy, Verdict(UNDECIDED), why)
        elif looks:
            try:
                overridden = entry.assignment.effect(entry.policy, subject)
                effect = overridden or effect_of(entry.policy.definition, entry.policy.values, subject)
            except (EvaluationError, Invalid) as problem:
                word = UNDECIDED if isinstance(problem, Unsettled) else "invalid"
                yield PolicyAnswer(word, subject, entry.assignment, entry.policy, Verdict(word), str(problem))
                continue
            looking.append((entry, effect))
    altered: dict[str, _Made] = {}
    changed = subject
    for entry, effect in looking:
        if effect in ("append", "modify"):
            values, changed = _alter(changed, entry, effect, evaluation, altered)
            yield from values
    for entry, effect in looking:
        if effect not in ("append", "modify", "disabled"):
            yield from _judged_request(changed, entry, effect, evaluation, related)


@dataclass(frozen=True, slots=True)
class _Made:
    """The value that an earlier policy gave a property, and whether that policy's conflictEffect is deny."""

    after: Any
    denies: bool


def _alter(
    subject: Subject, entry: _Entry, effect: str, evaluation: EvaluationScope, altered: dict[str, _Made]
) -> tuple[list[PolicyAnswer], Subject]:
    """The answer of one append or modify, and the resource as it leaves it."""
    verdict = _judged(subject, entry, effect, evaluation, None)
    if verdict.outcome != APPLIES or verdict.changes is None:
        return list(_answers(subject, entry, verdict, evaluation)), subject
    freed = _freed(subject, entry, evaluation)
    if freed or not entry.assignment.enforced:
        return list(_answers(subject, entry, verdict, evaluation)), subject
    changes = verdict.changes
    clash = _clash(changes, altered)
    if clash is not None:
        word, why = clash
        return [PolicyAnswer(word, subject, entry.assignment, entry.policy, verdict, why)], subject
    for change in changes.altered:
        altered[change.path.lower()] = _Made(change.after, changes.conflict == "deny")
    if changes.refuses:
        return list(_answers(subject, entry, verdict, evaluation)), subject
    if not changes.altered:
        return [PolicyAnswer("compliant", subject, entry.assignment, entry.policy, verdict)], subject
    return list(_answers(subject, entry, verdict, evaluation)), replace(subject, body=changes.body)


def _clash(changes: EffectOutcome, altered: Mapping[str, _Made]) -> tuple[str, str] | None:
    """The word and why, where an earlier policy set a property differently and this one does not win; else None.

    The one whose conflictEffect is deny wins; two of them refuse; of none, sources do not state the result.
    """
    for change in changes.altered:
        made = altered.get(change.path.lower())
        adds = change.path.endswith("[*]") and change.does != "addOrReplace"
        if made is None or adds or same(made.after, change.after):
            continue
        if made.denies and changes.conflict == "deny":
            return "deny", f"{change.field} is set by two policies, and both have conflictEffect deny"
        if made.denies:
            return "audit", f"{change.field} is set by another policy, which has conflictEffect deny"
        if changes.conflict != "deny":
            return UNDECIDED, f"{change.field} is set by two policies"
    return None


def _judged_request(
    subject: Subject, entry: _Entry, effect: str, evaluation: EvaluationScope, related: Related
) -> Iterator[PolicyAnswer]:
    definition = entry.policy.definition
    if definition.name.lower() in evaluation.forecasts and subject.id.lower() not in evaluation.forecast:
        if definition.types is None or subject.type in definition.types:
            why = "the policy reads a property that only Azure sets, and the plan does not show it"
            yield PolicyAnswer(
                "not-judged", subject, entry.assignment, entry.policy, Verdict(NOT_APPLICABLE, effect), why
            )
        return
    others = related if effect in EXISTENCE and definition.details is not None else None
    yield from _answers(subject, entry, _judged(subject, entry, effect, evaluation, others), evaluation)


def _judged(
    subject: Subject, entry: _Entry, effect: str, evaluation: EvaluationScope, related: Related | None
) -> Verdict:
    policy = entry.policy
    policy_ids: dict[str, Any] = {"assignmentId": entry.assignment.id, "definitionId": policy.definition_id}
    policy_ids["definitionReferenceId"] = policy.reference or ""
    judged_subject = subject
    if policy.definition.name.lower() in evaluation.forecasts:
        judged_subject = evaluation.forecast.get(subject.id.lower(), subject)
    question = PolicyQuestion(policy.definition, policy.values, judged_subject, related, policy_ids, effect)
    group = subject.id.lower().partition("/providers/")[0]
    return judge(question, evaluation.contexts.get(group, evaluation.world))


def _answers(subject: Subject, entry: _Entry, verdict: Verdict, evaluation: EvaluationScope) -> Iterator[PolicyAnswer]:
    if verdict.outcome == NOT_APPLICABLE:
        if entry.policy.definition.data_plane:
            yield PolicyAnswer("not-judged", subject, entry.assignment, entry.policy, verdict, verdict.says)
        return
    word = "compliant" if verdict.outcome == DOES_NOT_APPLY else verdict.outcome
    if verdict.outcome == APPLIES and verdict.effect is not None:
        word = WORDS.get(verdict.effect, verdict.effect)
        if verdict.changes is not None and verdict.changes.refuses:
            word = "deny"
    if verdict.unknown_aliases:
        word = "not-judged"
    freed = _freed(subject, entry, evaluation) if word != "compliant" else None
    if freed:
        word = "exempt"
    definition = entry.policy.definition
    forecast = verdict.effect in EXISTENCE or definition.name.lower() in evaluation.forecasts
    yield PolicyAnswer(word, subject, entry.assignment, entry.policy, verdict, _why(verdict), freed, forecast)


def _why(verdict: Verdict) -> str | None:
    if verdict.changes is not None and verdict.changes.refuses:
        return "; ".join(verdict.changes.refuses)
    if verdict.unknown_aliases:
        return f"alias {', '.join(verdict.unknown_aliases)} is not known here"
    return verdict.says if verdict.outcome in (ERROR, UNDECIDED, APPLIES) else None


def _freed(subject: Subject, entry: _Entry, evaluation: EvaluationScope) -> str | None:
    """The exemption that holds, by name; None for none."""
    for exemption in evaluation.exemptions:
        ended = evaluation.now is not None and exemption.expired(evaluation.now)
        if not ended and exemption.frees(entry.assignment, entry.policy, subject):
            return exemption.id.rpartition("/")[2] or exemption.category
    return None


def _subscription(subject: Subject) -> str:
    parts = subject.id.lower().split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""
