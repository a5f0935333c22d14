"""Decision trees over recorded cases: which value comes back under which condition.

Small and strict: a condition is one plain value of the request, the presence of one, the API version, or whether the
resource existed. A leaf becomes a row only where its cases agree.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

#: A leaf agrees at this share of its cases, and is split no further at the higher one.
_AGREES, _PURE = 0.8, 0.97
_DEPTH = 3
_FEW_VALUES = 12


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation. `outcome`: JSON text of a value, or a word; None for an absent one."""

    features: Mapping[str, Any]
    version: str
    exists: bool
    outcome: str | None
    new: bool
    recording: str

    @property
    def weight(self) -> float:
        """New properties count for more: Azure's defaults change."""
        return 1.5 if self.new else 1.0

    def with_outcome(self, outcome: str | None) -> Observation:
        """The case with another outcome."""
        return replace(self, outcome=outcome)


Condition = tuple[str, str, Any]
#: The condition that a recording is new, or old.
_TODAY, _ONCE = ["today", "is", True], ["today", "is", False]


def grown(cases: list[Observation], path: str) -> list[dict[str, Any]]:
    """The rows of a tree: value, conditions, how often it was seen, one recording. `path`: of the property.

    Where old and new recordings differ, the old ones give no row.
    """
    rows = [row for row in _rows(_Growing(path, cases)) if _holds_today(row, cases)]
    kept = [row for row in rows if _TODAY not in row.get("when", ()) and _ONCE not in row.get("when", ())]
    kept += [
        row | {"when": [one for one in row["when"] if one != _TODAY]} for row in rows if _TODAY in row.get("when", ())
    ]
    return [{key: value for key, value in row.items() if key != "when" or value} for row in kept]


def explains(row: Mapping[str, Any], case: Observation) -> bool:
    """Returns whether a row has the value of a case."""
    return _value(case.outcome or "null") == row["value"] and is_about(row, case)


def is_about(row: Mapping[str, Any], case: Observation) -> bool:
    """Returns whether the conditions of a row hold for a case."""
    return all(_true(case, tuple(condition)) for condition in row.get("when", ()))


def _holds_today(row: Mapping[str, Any], cases: list[Observation]) -> bool:
    """Returns whether a row still holds: new recordings that contradict each other leave only rows about themselves."""
    new = [case for case in cases if case.new and case.outcome is not None]
    about = [case for case in new if is_about(row, case)]
    return bool(about) or not new or _most(new)[1] >= _AGREES


@dataclass(frozen=True, slots=True)
class _Growing:
    """The cases of a branch, and the conditions that lead to it."""

    path: str
    cases: list[Observation]
    when: tuple[Condition, ...] = ()

    def branch(self, cases: list[Observation], condition: Condition) -> _Growing:
        """One side of a split."""
        return _Growing(self.path, cases, (*self.when, condition))


def _rows(branch: _Growing) -> Iterator[dict[str, Any]]:
    cases = branch.cases
    if not cases:
        return
    outcome, share = _most(cases)
    if share < _PURE and len(branch.when) < _DEPTH:
        split = _best(cases, branch.path)
        if split is not None:
            condition, yes, no = split
            yield from _rows(branch.branch(yes, condition))
            yield from _rows(branch.branch(no, _opposite(condition)))
            return
    if outcome is None or share < _AGREES:
        return
    agreeing = [case for case in cases if case.outcome == outcome]
    newest = max(agreeing, key=lambda case: (case.weight, case.version, case.recording))
    row: dict[str, Any] = {"value": _value(outcome)}
    if branch.when:
        row["when"] = [list(condition) for condition in branch.when]
    yield {**row, "seen": f"{len(agreeing)}/{len(cases)}", "source": newest.recording}


def _value(outcome: str) -> Any:
    try:
        return json.loads(outcome)
    except ValueError:
        return outcome


def _most(cases: list[Observation]) -> tuple[str | None, float]:
    counts: dict[str | None, float] = defaultdict(float)
    for case in cases:
        counts[case.outcome] += case.weight
    outcome = max(counts, key=lambda key: (counts[key], str(key)))
    return outcome, counts[outcome] / sum(counts.values())


def _errors(cases: list[Observation]) -> float:
    _, share = _most(cases) if cases else (None, 1.0)
    return (1 - share) * sum(case.weight for case in cases)


def _best(cases: list[Observation], path: str) -> tuple[Condition, list[Observation], list[Observation]] | None:
    """The condition that leaves the fewest wrong, of equal ones the nearest to `path`; None where none helps enough."""
    whole, result = _errors(cases), None
    least = whole - max(1.0, 0.03 * len(cases))
    for condition in sorted(_conditions(cases), key=lambda condition: _distance(condition[0], path)):
        yes = [case for case in cases if _true(case, condition)]
        if len(yes) < 2 or len(cases) - len(yes) < 2:
            continue
        no = [case for case in cases if not _true(case, condition)]
        wrong = _errors(yes) + _errors(no)
        if wrong < least - 1e-9:
            least, result = wrong, (condition, yes, no)
    return result


def _distance(condition: str, path: str) -> int:
    """Distance of a condition from a property: in its value, the API version and time, in its object, elsewhere.

    A value depends on what it is made of before it depends on another property, which may only have been set with it.
    """
    if f"{condition}.".startswith(f"{path}."):
        return 0
    if condition in ("apiVersion", "exists", "today"):
        return 1
    return 2 if condition.rpartition(".")[0] == path.rpartition(".")[0] else 3


def _conditions(cases: list[Observation]) -> Iterator[Condition]:
    for path in sorted({path for case in cases for path in case.features}):
        values = [case.features.get(path) for case in cases]
        if any(value is None for value in values) and any(value is not None for value in values):
            yield path, "set", True
        counts = Counter(value for value in values if _plain(value))
        if 1 < len(counts) <= _FEW_VALUES:
            yield from ((path, "is", [value]) for value, count in counts.items() if count > 1)
    versions = sorted({case.version for case in cases})
    yield from (("apiVersion", "from", version) for version in versions[1:])
    yield "exists", "is", True
    if len({case.new for case in cases}) > 1:
        yield "today", "is", True


def _plain(value: Any) -> bool:
    """Returns whether a value is a word of Azure's, and no name, address or id."""
    if isinstance(value, bool):
        return True
    if not isinstance(value, str) or not value or len(value) >= 40 or sum(sign.isdigit() for sign in value) > 4:
        return False
    return not any(sign in value for sign in "/:@")


def _true(case: Observation, condition: Condition) -> bool:
    path, word, value = condition
    if path == "apiVersion":
        return (case.version >= value) is (word == "from")
    if path == "exists":
        return case.exists is value
    if path == "today":
        return case.new is value
    result = case.features.get(path)
    if word == "set":
        return (result is not None) is value
    return (result in value) is (word == "is")


def _opposite(condition: Condition) -> Condition:
    path, word, value = condition
    if path == "apiVersion":
        return path, "before", value
    if path in ("exists", "today"):
        return path, word, not value
    if word == "set":
        return path, word, not value
    return path, "is not", value
