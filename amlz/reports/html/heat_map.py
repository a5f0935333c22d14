"""Policies by types of resources: their verdicts, how often, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from amlz.checks.naming import Names
from amlz.core.words import WORDS
from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.verdicts import Verdicts
from amlz.reports import policy
from amlz.reports.folding import FoldedAnswer, folded_answers
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
    """Verdict of one policy on the resources of one type. `word`: the worst; `count`: how often of `of`."""

    word: str
    level: str
    count: int
    of: int


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
        """How many resources it is given to."""
        return sum(len(each.resources) for each in self.at)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy. `cells` in the order of the columns, None where it looks at nothing of that type.

    `assignments`: names of its assignments; `effects`: in words, with a mark on those that are not enforced.
    """

    title: str
    assignments: tuple[str, ...]
    effects: tuple[str, ...]
    cells: tuple[Cell | None, ...]
    reasons: tuple[FoldedReason, ...]
    compliant: int
    level: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`types`: the columns, in words; `unjudged`: policies that are not known here, in sentences."""

    types: tuple[str, ...]
    rows: tuple[PolicyRow, ...]
    summary: str
    unjudged: tuple[str, ...]


def heat_map(verdicts: Verdicts, names: Names) -> HeatMap:
    """Returns every policy that evaluated a resource; those with findings first, the worst of them at the top."""
    by_policy: dict[str, list[PolicyAnswer]] = {}
    types: Counter[str] = Counter()
    for answer in verdicts.answers:
        policy_id = answer.policy.definition_id if answer.policy else answer.assignment.id
        by_policy.setdefault(policy_id.lower(), []).append(answer)
        types[answer.subject.type.lower()] += 1
    columns = sorted(types, key=lambda name: (-types[name], name))
    rows = sorted((_row(answers, columns, names) for answers in by_policy.values()), key=_worst)
    return HeatMap(
        types=tuple(_in_words(name) for name in columns),
        rows=tuple(rows),
        summary=policy.summary(verdicts),
        unjudged=tuple(policy.unjudged(verdicts)),
    )


def _worst(row: PolicyRow) -> tuple[int, int]:
    word = min(policy.ORDER.index(cell.word) for cell in row.cells if cell)
    return _RANKS.index(row.level), word


def _row(answers: list[PolicyAnswer], columns: Iterable[str], names: Names) -> PolicyRow:
    first = answers[0]
    by_type: dict[str, list[PolicyAnswer]] = {}
    for answer in answers:
        by_type.setdefault(answer.subject.type.lower(), []).append(answer)
    level = min((_LEVELS[answer.word] for answer in answers), key=_RANKS.index)
    return PolicyRow(
        title=first.policy.definition.title if first.policy else first.assignment.name,
        assignments=tuple(dict.fromkeys(answer.assignment.name for answer in answers)),
        effects=tuple(dict.fromkeys(_effect(answer) for answer in answers if answer.verdict.effect)),
        cells=tuple(_cell(by_type[name]) if name in by_type else None for name in columns),
        reasons=tuple(map(_reason, folded_answers(answers, names))),
        compliant=sum(answer.word == "compliant" for answer in answers),
        level=level,
    )


def _effect(answer: PolicyAnswer) -> str:
    return answer.verdict.effect if answer.assignment.enforced else f"{answer.verdict.effect}, not enforced"


def _cell(answers: list[PolicyAnswer]) -> Cell:
    words = Counter(answer.word for answer in answers)
    word = min(words, key=lambda word: (_RANKS.index(_LEVELS[word]), policy.ORDER.index(word)))
    return Cell(word, _LEVELS[word], words[word], len(answers))


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
    return WORDS.get(known, ("", arm_type.rpartition("/")[2]))[1]
