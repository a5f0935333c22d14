"""Policies, those with exceptions first: their verdicts by type of resource, how often, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from amlz.checks.naming import Names
from amlz.core.words import short_noun
from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.verdicts import Verdicts
from amlz.reports import policy
from amlz.reports.folding import FoldedAnswer, folded_answers
from amlz.reports.html.anchors import Anchors
from amlz.reports.html.findings import SameAt, same_at

#: How bad a word is, for its colour: refused, wants a look, changed by Azure, not known, accepted, fine.
_LEVELS = {
    "deny": "bad", "error": "bad", "invalid": "bad", "undecided": "look", "audit": "look",
    "audit-if-not-exists": "look", "deny-action": "look", "manual": "look", "modify": "change", "append": "change",
    "deploy-if-not-exists": "change", "not-judged": "unknown", "exempt": "unknown", "compliant": "good",
}  # fmt: skip
#: Levels, the worst first.
_RANKS = ("bad", "look", "change", "unknown", "good")


@dataclass(frozen=True, slots=True)
class Cell:
    """Verdict of one policy on the resources of one type, in words. `word`: the worst; `count`: how often of `of`;
    `rank`: how bad among those of a level, 0 for the worst.
    """

    type: str
    word: str
    level: str
    count: int
    of: int
    rank: int


@dataclass(frozen=True, slots=True)
class FoldedReason:
    """One answer to some resources, by project and environment with their own values of `columns`, and why."""

    word: str
    level: str
    at: tuple[SameAt, ...]
    columns: tuple[str, ...]
    because: tuple[str, ...]

    @property
    def count(self) -> int:
        """Returns the number of resources that get this answer."""
        return sum(len(item.resources) for item in self.at)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy. `anchor`: its id on the page; `cells`: by type of resource, the most frequent type first.

    `assignments`: names of its assignments; `effects`: in words, with a mark on those that are not enforced.
    `production`: whether an exception is in production.
    """

    anchor: str
    title: str
    assignments: tuple[str, ...]
    effects: tuple[str, ...]
    cells: tuple[Cell, ...]
    reasons: tuple[FoldedReason, ...]
    compliant: int
    level: str
    production: bool

    @property
    def exception(self) -> bool:
        """Returns whether an answer is anything but compliance."""
        return self.level != "good"


@dataclass(frozen=True, slots=True)
class PolicyList:
    """Every policy with an answer. `unjudged`: policies that are not known here, in sentences."""

    rows: tuple[PolicyRow, ...]
    summary: str
    unjudged: tuple[str, ...]


def policy_list(verdicts: Verdicts, names: Names, production: frozenset[str] = frozenset()) -> PolicyList:
    """Returns every policy that evaluated a resource; those with findings first, the worst of them at the top.

    `production`: environments that are production, as names of resources have them.
    """
    by_policy: dict[str, list[PolicyAnswer]] = {}
    types: Counter[str] = Counter()
    for answer in verdicts.answers:
        policy_id = answer.policy.definition_id if answer.policy else answer.assignment.id
        by_policy.setdefault(policy_id.lower(), []).append(answer)
        types[answer.subject.type.lower()] += 1
    columns = sorted(types, key=lambda name: (-types[name], name))
    anchors = Anchors()
    rows = [
        replace(_row(answers, columns, names, production), anchor=anchors.of("policy", policy_id))
        for policy_id, answers in by_policy.items()
    ]
    return PolicyList(
        rows=tuple(sorted(rows, key=_worst)),
        summary=policy.summary(verdicts),
        unjudged=tuple(policy.unjudged(verdicts)),
    )


def _worst(row: PolicyRow) -> tuple[int, int]:
    return _RANKS.index(row.level), min(cell.rank for cell in row.cells)


def _row(answers: list[PolicyAnswer], types: Iterable[str], names: Names, production: frozenset[str]) -> PolicyRow:
    first = answers[0]
    by_type: dict[str, list[PolicyAnswer]] = {}
    for answer in answers:
        by_type.setdefault(answer.subject.type.lower(), []).append(answer)
    level = min((_LEVELS[answer.word] for answer in answers), key=_RANKS.index)
    return PolicyRow(
        anchor="",
        title=first.policy.definition.title if first.policy else first.assignment.name,
        assignments=tuple(dict.fromkeys(answer.assignment.name for answer in answers)),
        effects=tuple(dict.fromkeys(_effect(of, answer) for answer in answers if (of := answer.verdict.effect))),
        cells=tuple(_cell(name, by_type[name]) for name in types if name in by_type),
        reasons=tuple(map(_reason, folded_answers(answers, names))),
        compliant=sum(answer.word == "compliant" for answer in answers),
        level=level,
        production=any(a.word != "compliant" and names.of_answer(a).owner in production for a in answers),
    )


def _effect(effect: str, answer: PolicyAnswer) -> str:
    return effect if answer.assignment.enforced else f"{effect}, not enforced"


def _cell(arm_type: str, answers: list[PolicyAnswer]) -> Cell:
    words = Counter(answer.word for answer in answers)
    word = min(words, key=lambda word: (_RANKS.index(_LEVELS[word]), policy.ORDER.index(word)))
    return Cell(
        _in_words(arm_type),
        policy.SHOWN.get(word, word),
        _LEVELS[word],
        words[word],
        len(answers),
        policy.ORDER.index(word),
    )


def _reason(folded: FoldedAnswer) -> FoldedReason:
    word = folded.first.word
    return FoldedReason(
        policy.word(folded.first),
        _LEVELS[word],
        same_at(folded.at),
        folded.columns,
        folded.because,
    )


def _in_words(arm_type: str) -> str:
    """Returns the usual plural name of a type. Policies know resource groups by another type than requests for them
    have.
    """
    known = arm_type.replace("microsoft.resources/subscriptions/", "microsoft.resources/")
    return short_noun(known).several
