"""Consumption of a landing zone in a month, by environment and meter, and its cost at given prices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from amlz.core.billing import Meter, Omitted, Quantity, text_at
from amlz.core.facts.meters import bills, managed_firewall
from amlz.core.prices import NoPrice, PriceList, Tier, cost
from amlz.dataclass import dataclass

#: Owner of resources that all environments share.
SHARED = "shared"
#: A resource as the JSON of a preview has it.
Record = Mapping[str, Any]
Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class CostLine:
    """Consumption of a meter in a region by the resources of one owner. `high`: None where only use decides."""

    owner: str
    meter: Meter
    region: str
    resources: int
    low: float
    high: float | None
    basis: str
    assumed: bool = False


@dataclass(frozen=True)
class Estimate:
    """Quantities of a month. `omitted`: what is billed and not in the lines, with the number of resources."""

    lines: tuple[CostLine, ...]
    omitted: tuple[tuple[str, int], ...]

    @cached_property
    def by_owner(self) -> Mapping[str, tuple[CostLine, ...]]:
        """Returns the lines of each owner, what is shared first."""
        return _grouped(self.lines, lambda line: line.owner)

    @property
    def owners(self) -> tuple[str, ...]:
        """Returns the owners in order, what is shared first."""
        return tuple(self.by_owner)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its cost. `why`: the reason for no price. `high`: None where there is no upper limit or no price."""

    line: CostLine
    price: tuple[Tier, ...]
    low: float | None
    high: float | None
    why: str | None


@dataclass(frozen=True)
class Costs:
    """An estimate at prices. `prices`: None for quantities alone."""

    estimate: Estimate
    prices: PriceList | None
    lines: tuple[PricedLine, ...]

    @cached_property
    def by_owner(self) -> Mapping[str, tuple[PricedLine, ...]]:
        """Returns the lines of each owner, what is shared first."""
        return _grouped(self.lines, lambda priced_line: priced_line.line.owner)

    def of(self, owner: str) -> tuple[float, float]:
        """Returns the least and the most cost of an owner, of what has a price and an upper limit."""
        mine = self.by_owner.get(owner, ())
        return sum(line.low or 0 for line in mine), sum(
            line.low or 0 if line.high is None else line.high for line in mine
        )

    @property
    def total(self) -> tuple[float, float]:
        """Returns the cost of all owners."""
        parts = [self.of(owner) for owner in self.estimate.owners]
        return sum(low for low, _ in parts), sum(high for _, high in parts)

    @property
    def unpriced(self) -> tuple[PricedLine, ...]:
        """Returns the lines without a price."""
        return tuple(line for line in self.lines if line.why is not None)

    @property
    def open(self) -> tuple[PricedLine, ...]:
        """Returns the lines whose quantity only use decides: they are in no sum beyond their least."""
        return tuple(line for line in self.lines if line.line.high is None)


def _grouped(lines: Iterable[Line], owner_of: Callable[[Line], str]) -> Mapping[str, tuple[Line, ...]]:
    lists: dict[str, list[Line]] = {}
    for line in lines:
        lists.setdefault(owner_of(line), []).append(line)
    return {owner: tuple(of_owner) for owner, of_owner in lists.items()}


def estimate(records: Iterable[Record], region: str, assumed: Mapping[str, float] | None = None) -> Estimate:
    """Returns what resources consume. `region`: of those without a location. `assumed`: quantities of a resource and
    month, by meter, where use decides.
    """
    lines: dict[tuple[str, str, str, str], CostLine] = {}
    omitted: dict[str, int] = {}
    for record, item in _items(list(records)):
        if isinstance(item, Omitted):
            omitted[item.text] = omitted.get(item.text, 0) + 1
            continue
        line = _line(record, item, region, assumed or {})
        key = (line.owner, line.meter.key, line.region, line.basis)
        lines[key] = _sum(lines[key], line) if key in lines else line
    order = sorted(
        lines.values(), key=lambda line: (line.owner != SHARED, line.owner, line.high is None, line.meter.key)
    )
    return Estimate(tuple(order), tuple(sorted(omitted.items())))


def priced(quantities: Estimate, prices: PriceList | None) -> Costs:
    """Returns the cost of quantities. Tiers apply to the sum of the landing zone, and are shared out by quantity."""
    if prices is None:
        return Costs(quantities, None, tuple(PricedLine(line, (), None, None, None) for line in quantities.lines))
    sums: dict[tuple[str, str], tuple[float, float]] = {}
    for line in quantities.lines:
        low, high = sums.get((line.meter.key, line.region), (0.0, 0.0))
        sums[line.meter.key, line.region] = low + line.low, high + (line.low if line.high is None else line.high)
    tiers = {(meter, region): prices.of(meter, region) for meter, region in meters(quantities)}
    lines = (
        _priced(line, tiers[line.meter, line.region], *sums[line.meter.key, line.region]) for line in quantities.lines
    )
    return Costs(quantities, prices, tuple(lines))


def meters(quantities: Estimate) -> tuple[tuple[Meter, str], ...]:
    """Returns each meter with each region that it is consumed in."""
    return tuple(dict.fromkeys((line.meter, line.region) for line in quantities.lines))


def _items(records: list[Record]) -> Iterator[tuple[Record, Quantity | Omitted]]:
    table = bills()
    by_id = {record["id"].lower(): record for record in records}
    by_name: set[str] = set()
    for record in records:
        bill = table.get(record["armType"].lower())
        if bill is None:
            yield record, Omitted(f"{record['armType']}: no meter of it is known here")
            continue
        for item in bill(record["body"]):
            yield record, item
        parent = re.sub(r"/outboundrules/[^/]+$", "", record["id"].lower())
        if text_at(record["body"], "properties", "type") == "FQDN" and parent in by_id and parent not in by_name:
            by_name.add(parent)
            yield by_id[parent], managed_firewall(by_id[parent]["body"])


def _line(record: Record, item: Quantity, region: str, assumed: Mapping[str, float]) -> CostLine:
    owner = f"{record['project']}/{record['environment']}" if record["project"] else SHARED
    low, high, basis, is_assumed = item.low, item.high, item.basis, False
    if item.meter.key in assumed and low != high:
        low = high = assumed[item.meter.key]
        basis, is_assumed = "assumed in the stack file", True
    location = text_at(record["body"], "location")
    there = location if location and location.lower() != "global" else region
    return CostLine(owner, item.meter, there, 1, low, high, basis, is_assumed)


def _sum(line: CostLine, other: CostLine) -> CostLine:
    high = None if line.high is None or other.high is None else line.high + other.high
    return replace(line, resources=line.resources + other.resources, low=line.low + other.low, high=high)


def _priced(line: CostLine, tiers: tuple[Tier, ...] | NoPrice, low_sum: float, high_sum: float) -> PricedLine:
    """Returns a line with its part of the cost of all. `low_sum`, `high_sum`: quantities of its meter and region."""
    if isinstance(tiers, NoPrice):
        return PricedLine(line, (), None, None, tiers.why)
    low = cost(tiers, low_sum) * line.low / low_sum if low_sum else 0.0
    if line.high is None:
        return PricedLine(line, tiers, low, None, None)
    high = cost(tiers, high_sum) * line.high / high_sum if high_sum else 0.0
    return PricedLine(line, tiers, low, high, None)
