"""The state of one evaluation: the subject, its values, the reading, and the enclosing counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine import limits
from amlz.policy.engine.aliases import Catalogue
from amlz.policy.engine.errors import FAILS, Disputed, EvaluationError
from amlz.policy.engine.subject import Subject


@dataclass(frozen=True, slots=True)
class CountedMember:
    """Current member of a count: `name` is that of a value count or the alias of a field count."""

    name: str
    value: Any
    array: tuple[str, ...] = ()

    @property
    def of_field(self) -> bool:
        """Returns whether this is a field count."""
        return bool(self.array)


@dataclass(slots=True)
class Runtime:
    """One evaluation.

    `subject` is what conditions read and `origin` what the function field() reads; they differ in an
    existenceCondition. `other` are the contested rows read the other way; `touched` collects those that mattered,
    `unknown_aliases` and `foreign_aliases` what could not be looked up.
    """

    subject: Subject
    origin: Subject
    catalogue: Catalogue
    parameters: Mapping[str, Any]
    context: Mapping[str, Any]
    other: frozenset[str] = frozenset()
    touched: set[str] = field(default_factory=set)
    unknown_aliases: set[str] = field(default_factory=set)
    foreign_aliases: set[str] = field(default_factory=set)
    bound: dict[tuple[str, ...], Any] = field(default_factory=dict)
    steps: list[CountedMember] = field(default_factory=list)
    rounds: int = 1

    def prefers_other(self, row: str) -> bool:
        """Notes that a contested row matters here; whether it is read the other way."""
        self.touched.add(row)
        return row in self.other

    def settle(self, problem: Disputed) -> Any:
        """The value of a contested function call under the current reading. Raises where that is an error."""
        if self.prefers_other(problem.row):
            return problem.other
        if problem.first is FAILS:
            raise EvaluationError(str(problem))
        return problem.first

    @contextmanager
    def at(self, step: CountedMember, bindings: Mapping[tuple[str, ...], Any] | None = None) -> Iterator[None]:
        """Inside one member of a count."""
        saved = self.bound
        self.steps.append(step)
        if bindings:
            self.bound = {**saved, **bindings}
        try:
            yield
        finally:
            self.steps.pop()
            self.bound = saved

    @contextmanager
    def counting(self, members: int) -> Iterator[None]:
        """Inside a value count of so many members; nested ones multiply. Raises past the limit."""
        saved = self.rounds
        self.rounds *= max(members, 1)
        try:
            if self.rounds > limits.VALUE_COUNT_STEPS:
                raise EvaluationError(
                    f"value counts take {self.rounds} steps here; the limit is {limits.VALUE_COUNT_STEPS}"
                )
            yield
        finally:
            self.rounds = saved
