"""Service level objectives of a stack: configured in its report, measured in its record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.dataclass import dataclass
from amlz.fleet.record import MeasuredObjective, StackRecord


@dataclass(frozen=True, slots=True)
class PlannedObjective:
    """An objective. `target`: percent of good events; `budget`: minutes of `days` in which everything may fail.

    `alerts`: burn-rate alerts that are built. `why_not`: why it is not measured, None where it is.
    """

    name: str
    indicator: str
    target: float
    days: int
    budget: float
    alerts: int
    why_not: str | None


@dataclass(frozen=True, slots=True)
class EnvironmentObjectives:
    """The objectives of an environment, PROJECT/ENVIRONMENT."""

    environment: str
    production: bool
    objectives: tuple[PlannedObjective, ...]


@dataclass(frozen=True, slots=True)
class ObjectiveState:
    """An objective of an environment, as far as it is known. `measured`: None where the record has no events of it."""

    environment: str
    planned: PlannedObjective
    measured: MeasuredObjective | None

    @property
    def left(self) -> float | None:
        """Returns the percent of the budget that is left, below 0 where more was spent; None where it is not known."""
        if self.measured is None or not self.measured.total:
            return None
        bad = (self.measured.total - self.measured.good) / self.measured.total
        return round(100 - 100 * bad / (1 - self.planned.target / 100), 4)


def objectives_of(records: list[Any]) -> tuple[EnvironmentObjectives, ...]:
    """Returns the objectives of a report. Raises KeyError, TypeError or ValueError where they are not as written."""
    return tuple(
        EnvironmentObjectives(
            _text(one["environment"]), bool(one["production"]), tuple(_planned(row) for row in one["objectives"])
        )
        for one in records
    )


def states(environments: tuple[EnvironmentObjectives, ...], record: StackRecord | None) -> Iterator[ObjectiveState]:
    """Returns each objective with its events."""
    measured = {(one.environment, one.name): one for one in record.objectives} if record else {}
    for one in environments:
        for planned in one.objectives:
            yield ObjectiveState(one.environment, planned, measured.get((one.environment, planned.name)))


def _planned(row: Any) -> PlannedObjective:
    return PlannedObjective(
        _text(row["name"]),
        _text(row["indicator"]),
        _between(row["target"], 0.000001, 99.999999),
        round(_between(row["days"], 1, 366)),
        _between(row["budgetMinutes"], 0, 366 * 24 * 60),
        round(_between(row["alerts"], 0, 1000)),
        None if row["whyNot"] is None else _text(row["whyNot"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _between(value: Any, least: float, most: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(value)
    return float(value)
