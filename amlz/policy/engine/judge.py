"""The evaluator: a definition, a resource, and the answer of Azure Policy.

Points on which sources disagree (readings.py) are read both ways; where that changes the answer, it is `undecided`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine import aliases, facts
from amlz.policy.engine.aliases import Catalogue
from amlz.policy.engine.definition import EFFECTS, EXISTENCE, ChangeEffect, Definition, Existence
from amlz.policy.engine.effects import EffectOutcome, applied
from amlz.policy.engine.errors import EvaluationError, Invalid, Unsettled
from amlz.policy.engine.existence import Related, exists
from amlz.policy.engine.facts import TypeFacts
from amlz.policy.engine.readings import ROWS
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.trace import Trace, Truth, deciding, hidden
from amlz.policy.engine.values import MISSING, Unknown, get

APPLIES, DOES_NOT_APPLY, NOT_APPLICABLE = "applies", "does-not-apply", "not-applicable"
UNDECIDED, ERROR, INVALID = "undecided", "error", "invalid"


@dataclass(frozen=True)
class World:
    """Facts of the evaluator, in addition to the resource: aliases, types, and the scope that expressions can read."""

    catalogue: Catalogue = field(default_factory=aliases.embedded)
    types: TypeFacts = field(default_factory=facts.embedded)
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. `outcome` is one of the six words; `effect` as documented, None where it is not known;
    `changes` what append or modify do.
    """

    outcome: str
    effect: str | None = None
    says: str | None = None
    rows: tuple[str, ...] = ()
    unknown_aliases: tuple[str, ...] = ()
    trace: Trace | None = None
    changes: EffectOutcome | None = None
    related: str | None = None
    roles: tuple[str, ...] = ()

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """The conditions that decided, apart from those on the type."""
        if self.trace is None:
            return []
        return [leaf.record() for leaf in deciding(self.trace) if leaf.selects != "type"]

    @property
    def details(self) -> dict[str, Any]:
        """Returns further keys, by kind of answer."""
        by_key: dict[str, Any] = {}
        if self.says:
            by_key["message"] = self.says
        if self.rows:
            by_key["contested"] = [{"row": row, "point": ROWS[row].point} for row in self.rows]
        if self.unknown_aliases:
            by_key["unknownAliases"] = list(self.unknown_aliases)
        if self.changes is not None:
            by_key["changes"] = [altered.record() for altered in self.changes.altered]
            by_key |= {"notes": list(self.changes.notes)} if self.changes.notes else {}
            by_key |= {"refuses": list(self.changes.refuses)} if self.changes.refuses else {}
        if self.related:
            by_key["related"] = self.related
        if self.trace is not None and self.outcome not in (NOT_APPLICABLE, ERROR):
            errors = list(hidden(self.trace))
            by_key |= {"hiddenErrors": errors} if errors else {}
        return by_key


@dataclass(frozen=True, slots=True)
class PolicyQuestion:
    """One definition with its values, put to one resource.

    `related`: related resources; None: not known. `policy`: result of policy(). `effect`: replaces its own.
    """

    definition: Definition
    values: Mapping[str, Any]
    subject: Subject
    related: Related | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    effect: str | None = None


def effect_of(definition: Definition, values: Mapping[str, Any], subject: Subject) -> str:
    """The effect, as documented spells it. Raises Invalid where there is no such effect, EvaluationError.

    Unsettled, which is one, where it is known only at deployment.
    """
    written_effect = definition.effect(_plain(values, subject))
    if isinstance(written_effect, Unknown):
        raise Unsettled(f"the effect is known only at deployment: {written_effect.what}")
    known = EFFECTS.get(written_effect.lower()) if isinstance(written_effect, str) else None
    if known is None:
        raise Invalid(
            "policyRule.then.effect", repr(written_effect), f"there is no such effect; known are {_effects()}"
        )
    return known


def judge(question: PolicyQuestion, world: World | None = None, *, explain: bool = False) -> Verdict:
    """Returns the answer of Azure Policy. `explain`: with the tree of conditions, also where nothing is wrong."""
    known = world or World()
    definition, subject = question.definition, question.subject
    try:
        effect = question.effect or effect_of(definition, question.values, subject)
    except Invalid as problem:
        return Verdict(INVALID, says=str(problem))
    except Unsettled as problem:
        return Verdict(UNDECIDED, says=str(problem))
    except EvaluationError as problem:
        return Verdict(ERROR, says=str(problem))
    looked = _looked_at(definition, subject, known.types)
    if looked:
        return Verdict(NOT_APPLICABLE, effect, looked)
    contested = definition.mode.lower() == "indexed" and _indexed(subject, known.types) is None
    if definition.types is not None and subject.type not in definition.types:
        return Verdict(NOT_APPLICABLE, effect, "the rule looks at other types")
    answer = _read(question, known, effect)
    if contested and answer.outcome in (APPLIES, ERROR):
        answer = Verdict(UNDECIDED, effect, rows=("indexed-type",), related=answer.related)
    if explain or answer.outcome not in (DOES_NOT_APPLY, NOT_APPLICABLE):
        return _explained(answer, question, known)
    return answer


def _looked_at(definition: Definition, subject: Subject, types: TypeFacts) -> str | None:
    """Returns the reason why Azure does not evaluate a resource at all; None where it does."""
    if definition.data_plane:
        return f"mode {definition.mode} is evaluated by its resource provider, on the content of resources"
    if types.never_evaluated(subject.type):
        return "Azure Policy does not look at this type"
    if definition.mode.lower() == "indexed" and _indexed(subject, types) is False:
        return "mode Indexed looks only at types with tags and location"
    return None


def _indexed(subject: Subject, types: TypeFacts) -> bool | None:
    """Returns whether mode Indexed evaluates a resource; None where sources disagree.

    A type without a row counts as indexed where the request has a location: resources with one are tracked resources,
    and those have tags (the contract of resource providers, Azure/azure-resource-manager-rpc).
    """
    if subject.type in types.indexed:
        return types.indexed[subject.type]
    return True if get(subject.body, "location") not in (MISSING, None) else None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One answer under one set of readings, and the contested rows that were met."""

    outcome: str
    says: str | None = None
    changes: EffectOutcome | None = None
    touched: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()

    @property
    def weight(self) -> tuple[str, Any]:
        """Returns the consequence of an answer: two readings differ where this does."""
        nothing = self.outcome in (DOES_NOT_APPLY, NOT_APPLICABLE)
        changes = (self.changes.altered, self.changes.refuses) if self.changes else None
        return ("nothing" if nothing else self.outcome, changes)


def _read(question: PolicyQuestion, world: World, effect: str) -> Verdict:
    first = _answer(question, world, effect, frozenset())
    met, tried = set(first.touched), {frozenset[str]()}
    matter: set[str] = set()
    while True:
        todo = [frozenset({row}) for row in sorted(met)] + ([frozenset(met)] if len(met) > 1 else [])
        todo = [other for other in todo if other not in tried]
        if not todo:
            break
        for other in todo:
            tried.add(other)
            second = _answer(question, world, effect, other)
            met |= second.touched
            if second.weight != first.weight and not (len(other) > 1 and matter & other):
                matter |= other
    details = question.definition.details
    related = details.type if isinstance(details, Existence) and effect in EXISTENCE else None
    if matter:
        return Verdict(UNDECIDED, effect, rows=tuple(sorted(matter)), related=related)
    return Verdict(
        first.outcome, effect, first.says, unknown_aliases=first.aliases, changes=first.changes, related=related,
        roles=question.definition.details.roles if question.definition.details else (),
    )  # fmt: skip


def _answer(question: PolicyQuestion, world: World, effect: str, other: frozenset[str]) -> _Attempt:
    rt = runtime(question, world, other)
    definition = question.definition
    outcome, changes = UNDECIDED, None
    says: str | None = None
    try:
        if effect not in EXISTENCE and definition.condition.applicable(rt) is False:
            return _Attempt(NOT_APPLICABLE, "the rule looks at other resources", touched=frozenset(rt.touched))
        truth = definition.condition.truth(rt)
        if truth is None and _foreign_only(rt, definition):
            outcome, says = NOT_APPLICABLE, f"{sorted(rt.foreign_aliases)[0]} is not a property of this type"
        elif effect in EXISTENCE and isinstance(definition.details, Existence):
            outcome, says = _existing(rt, definition.details, truth, question.related)
        else:
            outcome = {True: APPLIES, False: DOES_NOT_APPLY, None: UNDECIDED}[truth]
        if outcome == APPLIES and effect in ("append", "modify") and isinstance(definition.details, ChangeEffect):
            changes = applied(rt, definition.details)
            if changes.undecided:
                outcome, says = UNDECIDED, "; ".join(changes.undecided)
    except EvaluationError as problem:
        outcome, says = ERROR, str(problem)
    unknown = tuple(sorted(rt.unknown_aliases)) if outcome == UNDECIDED else ()
    return _Attempt(outcome, says, changes, frozenset(rt.touched), unknown)


def _existing(rt: Runtime, wanted: Existence, truth: Truth, related: Related | None) -> tuple[str, str]:
    if truth is False:
        return NOT_APPLICABLE, "the rule looks at other resources"
    one_exists = exists(rt, wanted, related)
    if one_exists is True:
        return DOES_NOT_APPLY, f"a {wanted.type} that satisfies it exists"
    if one_exists is None or truth is None:
        why = "related resources were not given" if related is None else "that is known only at deployment"
        return UNDECIDED, f"whether a {wanted.type} satisfies it: {why}"
    return APPLIES, f"no {wanted.type} satisfies it"


def _foreign_only(rt: Runtime, definition: Definition) -> bool:
    """Returns whether only aliases of other types keep the rule from being decided."""
    if not rt.foreign_aliases or rt.unknown_aliases:
        return False
    foreign = {name.lower() for name in rt.foreign_aliases}
    open_ = [leaf for leaf in deciding(definition.condition.trace(rt)) if leaf.truth is None]
    return bool(open_) and all(leaf.selects in foreign for leaf in open_)


def _explained(answer: Verdict, question: PolicyQuestion, world: World) -> Verdict:
    trace = question.definition.condition.trace(runtime(question, world, frozenset()))
    return Verdict(
        answer.outcome, answer.effect, answer.says, answer.rows, answer.unknown_aliases, trace, answer.changes,
        answer.related, answer.roles,
    )  # fmt: skip


def runtime(question: PolicyQuestion, world: World, other: frozenset[str]) -> Runtime:
    """Returns the state in which a question is evaluated."""
    context = {**world.context, **({"policy": question.policy} if question.policy else {})}
    return Runtime(question.subject, question.subject, world.catalogue, question.values, context, other)


def _plain(values: Mapping[str, Any], subject: Subject) -> Runtime:
    """The state in which an effect is worked out: parameters alone decide it."""
    return Runtime(subject, subject, Catalogue({}), values, {})


def _effects() -> str:
    return ", ".join(EFFECTS.values())


def undecided_by(verdict: Verdict) -> Iterable[str]:
    """Returns the reasons for an undecided answer, in sentences."""
    for row in verdict.rows:
        yield f"sources disagree on {ROWS[row].point}: {ROWS[row].first}; or {ROWS[row].other}"
    for alias in verdict.unknown_aliases:
        yield f"alias {alias} is not known here"
    if verdict.trace is not None and not verdict.rows:
        for leaf in deciding(verdict.trace):
            if isinstance(leaf.actual, Unknown):
                yield f"{leaf.says}: {leaf.actual.what}"
    if verdict.says:
        yield verdict.says
