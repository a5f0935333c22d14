"""Two monthly estimates compared, by environment."""

from __future__ import annotations

from dataclasses import dataclass

from amlz.core.billing import Meter
from amlz.core.cost import CostLine, Costs


@dataclass(frozen=True, slots=True)
class OwnerDifference:
    """The change of an environment. `low`, `high`: of the cost. `meters`: each with its quantities in words, before
    and after.
    """

    owner: str
    low: float
    high: float
    meters: tuple[tuple[Meter, str, str], ...]


@dataclass(frozen=True, slots=True)
class CostDifference:
    """The change of a month. `currency`: None without prices."""

    currency: str | None
    rows: tuple[OwnerDifference, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Returns a line an owner, then an indented one a meter."""
        lines = []
        for row in self.rows:
            change = f": {_signed(row.low, row.high)} {self.currency} a month" if self.currency else ""
            lines.append(f"{row.owner}{change}")
            lines += [f"  {meter.title}: {before} becomes {after}" for meter, before, after in row.meters]
        return tuple(lines)


def cost_difference(before: Costs | None, after: Costs) -> CostDifference:
    """Returns what changes from one estimate to another."""
    return CostDifference(after.prices.currency if after.prices else None, differences(before, after))


def _signed(low: float, high: float) -> str:
    return f"{low:+,.0f}" if f"{low:+,.0f}" == f"{high:+,.0f}" else f"{low:+,.0f} to {high:+,.0f}"


def differences(before: Costs | None, after: Costs) -> tuple[OwnerDifference, ...]:
    """Returns the owners of which a quantity differs."""
    owners = dict.fromkeys((*(before.estimate.owners if before else ()), *after.estimate.owners))
    rows = (_of(owner, before, after) for owner in owners)
    return tuple(row for row in rows if row.meters)


def _of(owner: str, before: Costs | None, after: Costs) -> OwnerDifference:
    old, new = _quantities(before, owner), _quantities(after, owner)
    keys = [key for key in dict.fromkeys((*old, *new)) if _amount(old.get(key)) != _amount(new.get(key))]
    low_before, high_before = before.of(owner) if before else (0.0, 0.0)
    low_after, high_after = after.of(owner)
    meters = tuple((_meter(old.get(key), new.get(key)), _amount(old.get(key)), _amount(new.get(key))) for key in keys)
    return OwnerDifference(owner, low_after - low_before, high_after - high_before, meters)


def _quantities(costs: Costs | None, owner: str) -> dict[tuple[str, str], list[CostLine]]:
    lines: dict[tuple[str, str], list[CostLine]] = {}
    for line in costs.estimate.by_owner.get(owner, ()) if costs else ():
        lines.setdefault((line.meter.key, line.region), []).append(line)
    return lines


def _meter(old: list[CostLine] | None, new: list[CostLine] | None) -> Meter:
    return (new or old or [])[0].meter


def _amount(lines: list[CostLine] | None) -> str:
    """Returns a quantity in words. Of one that use decides, the number of resources."""
    if not lines:
        return "nothing"
    low = sum(line.low for line in lines)
    if any(line.high is None for line in lines):
        count = sum(line.resources for line in lines)
        return f"the use of {count} resource{'s' if count > 1 else ''}"
    high = sum(line.high or 0 for line in lines)
    amount = f"{high:,.0f}" if f"{low:,.0f}" == f"{high:,.0f}" else f"{low:,.0f} to {high:,.0f}"
    return f"{amount} {lines[0].meter.unit}"
