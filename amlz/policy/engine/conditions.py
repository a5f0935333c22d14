"""Conditions, compiled once and evaluated for any resource.

Truth has three values: None is a result that is known only at deployment. allOf and anyOf are evaluated from left to
right and stop once the answer is known, so an error behind that point is not met. An error behind an undecided part may
or may not be met: then the whole is undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from amlz.dataclass import dataclass
from amlz.policy.engine.errors import EvaluationError
from amlz.policy.engine.expressions import Run
from amlz.policy.engine.fields import Selection, members, path_of, select
from amlz.policy.engine.operators import SPELLED, Left, holds
from amlz.policy.engine.runtime import CountedMember, Runtime
from amlz.policy.engine.trace import Judged, Trace, Truth
from amlz.policy.engine.values import MISSING, Interval, Unknown, kind


class Condition(Protocol):
    """Anything that is true, false or undecided of a resource."""

    def truth(self, rt: Runtime) -> Truth:
        """The truth. Raises EvaluationError."""

    def trace(self, rt: Runtime) -> Trace:
        """Returns the truth with all conditions that led to it. Errors are in it, not raised."""

    def applicable(self, rt: Runtime) -> Truth:
        """Returns as `truth`, where only conditions on type, name and kind are evaluated and all others are open."""

    def types(self) -> frozenset[str] | None:
        """The resource types (lower case) for which this can be true at all; None: any."""


@dataclass(frozen=True, slots=True)
class Several:
    """allOf and anyOf. `cut`: the truth of a part that decides the whole."""

    parts: tuple[Condition, ...]
    cut: bool

    def truth(self, rt: Runtime) -> Truth:
        undecided = False
        for part in self.parts:
            try:
                result = part.truth(rt)
            except EvaluationError:
                if undecided:
                    return None
                raise
            if result is self.cut:
                return self.cut
            undecided = undecided or result is None
        return None if undecided else not self.cut

    def trace(self, rt: Runtime) -> Trace:
        traces: list[Trace] = []
        truth: Truth = not self.cut
        error: str | None = None
        ended = False
        for part in self.parts:
            trace = part.trace(rt)
            if ended or truth is self.cut:
                trace = _skipped(trace)
            elif trace.error:
                error, ended = None if truth is None else trace.error, True
                truth = None
            elif trace.truth is self.cut:
                truth = self.cut
            elif trace.truth is None:
                truth = None
            traces.append(trace)
        return Trace("anyOf" if self.cut else "allOf", truth, tuple(traces), error=error)

    def applicable(self, rt: Runtime) -> Truth:
        values = [part.applicable(rt) for part in self.parts] or [None]
        return self.cut if self.cut in values else None if None in values else not self.cut

    def types(self) -> frozenset[str] | None:
        values = [part.types() for part in self.parts]
        known = [types_of_part for types_of_part in values if types_of_part is not None]
        if self.cut:
            return frozenset().union(*known) if values and len(known) == len(values) else None
        return frozenset.intersection(*known) if known else None


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Condition

    def truth(self, rt: Runtime) -> Truth:
        result = self.part.truth(rt)
        return None if result is None else not result

    def trace(self, rt: Runtime) -> Trace:
        trace = self.part.trace(rt)
        return Trace("not", None if trace.truth is None else not trace.truth, (trace,), error=trace.error)

    def applicable(self, rt: Runtime) -> Truth:
        result = self.part.applicable(rt)
        return None if result is None else not result

    def types(self) -> frozenset[str] | None:
        return None


Judge = Callable[[Runtime], Judged]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A left side, an operator, a right side. `only`: the types that it demands; `early`: it decides applicability."""

    judge: Judge
    says: str
    early: bool = False
    only: frozenset[str] | None = None
    word: str = "condition"

    def truth(self, rt: Runtime) -> Truth:
        return self.judge(rt).truth

    def trace(self, rt: Runtime) -> Trace:
        try:
            judged = self.judge(rt)
        except EvaluationError as problem:
            return Trace(self.word, None, error=f"{self.says}: {problem}")
        return Trace(self.word, judged.truth, leaf=judged)

    def applicable(self, rt: Runtime) -> Truth:
        if not self.early:
            return None
        try:
            return self.judge(rt).truth
        except EvaluationError:
            return None

    def types(self) -> frozenset[str] | None:
        return self.only


def _skipped(trace: Trace) -> Trace:
    return Trace(trace.word, trace.truth, trace.children, trace.leaf, trace.error, skipped=True)


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides of a leaf: `name` is the field or the expression as written."""

    name: str
    operator: str  # lower case
    right: Run
    shown: str  # the right side as written
    counts: str | None = None  # the field that is counted, in lower case

    @property
    def says(self) -> str:
        """The condition in one line."""
        return f"{self.name} {SPELLED[self.operator]} {self.shown}"

    def judged(self, truth: Truth, expected: Any, actual: Any) -> Judged:
        """Returns the result of a leaf without a path in the body: its name is in place of one."""
        return Judged(truth, self.name, SPELLED[self.operator], self.shown, self.name, expected, actual, self.counts)


def field_judge(sides: Sides, name: Run) -> Judge:
    """Returns the evaluation of a field. A field of an array holds where every member does."""

    def judge(rt: Runtime) -> Judged:
        field = name(rt)
        right = sides.right(rt)
        if isinstance(field, Unknown):
            return sides.judged(None, right, field)
        if not isinstance(field, str):
            raise EvaluationError(f"a field is named by a text, not by {kind(field)}")
        lower = field.lower()
        selection = select(rt, rt.subject, field)
        if lower == "location":
            selection, right = Selection(tuple(map(_place, selection.values)), path=selection.path), _place(right)
        truth = (
            _members(rt, sides.operator, selection, right)
            if selection.many
            else _one(rt, sides.operator, selection, right)
        )
        actual = list(selection.values) if selection.many else selection.single
        if selection.many and selection.open:
            actual = Unknown("members of an array")
        return Judged(
            truth, sides.name, SPELLED[sides.operator], sides.shown, selection.path, right, actual, lower, of_field=True
        )

    return judge


def _one(rt: Runtime, operator: str, selection: Selection, right: Any) -> Truth:
    return holds(rt, operator, _left(selection.single), right)


def _left(value: Any) -> Left:
    return Left(value, missing=value is MISSING or value is None)


def _members(rt: Runtime, operator: str, selection: Selection, right: Any) -> Truth:
    """Every member must hold. A missing array is contested: one null, or none at all (readings.py)."""
    truths = [holds(rt, operator, _left(member), right) for member in selection.values]
    if selection.gaps and False not in truths:
        null = holds(rt, operator, _left(MISSING), right)
        if null is not True and not rt.prefers_other("array-missing"):
            truths.append(null)
    if False in truths:
        return False
    return None if selection.open or None in truths else True


def _place(value: Any) -> Any:
    """A region without spaces, or each of a list's."""
    if isinstance(value, str):
        return value.replace(" ", "")
    return [_place(member) for member in value] if isinstance(value, list) else value


def value_judge(sides: Sides, left: Run) -> Judge:
    """Returns the evaluation of an expression or a literal."""

    def judge(rt: Runtime) -> Judged:
        result = left(rt)
        right = sides.right(rt)
        null = result is None or result is MISSING
        truth = holds(rt, sides.operator, Left(None if null else result, null=null), right)
        return sides.judged(truth, right, result)

    return judge


def count_judge(sides: Sides, count: Callable[[Runtime], int | Interval]) -> Judge:
    """Returns the evaluation of a count of members."""

    def judge(rt: Runtime) -> Judged:
        right = sides.right(rt)
        result = count(rt)
        truth = holds(rt, sides.operator, Left(result), right)
        return sides.judged(truth, right, result)

    return judge


def count_of_field(name: Run, condition: Condition | None) -> Callable[[Runtime], int | Interval]:
    """Counts the members of an array field, each evaluated as if it were the only one."""

    def count(rt: Runtime) -> int | Interval:
        field = name(rt)
        if not isinstance(field, str):
            return Interval(0, None)
        path = path_of(rt, rt.subject, field)
        if isinstance(path, Unknown):
            return Interval(0, None)
        if path is None:
            return 0
        values, opened = members(rt, rt.subject, path)
        truths: list[Truth] = []
        for member in values:
            with rt.at(CountedMember(field, member.value, path.steps), member.bindings):
                truths.append(True if condition is None else condition.truth(rt))
        return _counted(truths, opened)

    return count


def count_of_value(array: Run, name: str, condition: Condition | None) -> Callable[[Runtime], int | Interval]:
    """Counts the members of an array that the rule itself holds or is given."""

    def count(rt: Runtime) -> int | Interval:
        members = array(rt)
        if isinstance(members, Unknown):
            return Interval(0, None)
        if not isinstance(members, list):
            raise EvaluationError(f"count.value takes an array, not {kind(members)}")
        truths: list[Truth] = []
        with rt.counting(len(members)):
            for member in members:
                with rt.at(CountedMember(name, member)):
                    truths.append(True if condition is None else condition.truth(rt))
        return _counted(truths, opened=False)

    return count


def _counted(truths: list[Truth], opened: bool) -> int | Interval:
    low, open_ = truths.count(True), truths.count(None)
    if opened:
        return Interval(low, None)
    return Interval(low, low + open_) if open_ else low
