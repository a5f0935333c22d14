"""Ranges that overlap within an address space: networks of one space are routed to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from amlz.core.ranges import with_ranges_around
from amlz.dataclass import dataclass
from amlz.fleet.folder import FleetReports, FleetStack
from amlz.fleet.summary import FleetRange


@dataclass(frozen=True, slots=True)
class RangeUse:
    """A range in use. `stacks`: stacks that name this range of this network; one for a network without an ID."""

    space: str
    range: FleetRange
    stacks: tuple[FleetStack, ...]


@dataclass(frozen=True, slots=True)
class RangeOverlap:
    """Two ranges that share addresses; `inner` is in `outer`. `certain`: False where they may be one network."""

    outer: RangeUse
    inner: RangeUse
    certain: bool


def uses(reports: FleetReports) -> tuple[RangeUse, ...]:
    """Returns every range of every network by space and address, and the blocks of environments after it."""
    result: dict[tuple[object, ...], RangeUse] = {}
    for stack in reports.stacks:
        for one in stack.summary.ranges:
            # Blocks of one network in two stacks are two uses: they must not share addresses.
            network = one.id if one.id and not one.owner else (stack.key, one.network, one.owner)
            key = (stack.space, one.cidr, network)
            known = result.get(key)
            stacks = (*known.stacks, stack) if known and stack not in known.stacks[-1:] else (stack,)
            result[key] = RangeUse(stack.space, known.range if known else one, stacks)
    return tuple(sorted(result.values(), key=_place))


def overlaps(every: Iterable[RangeUse]) -> tuple[RangeOverlap, ...]:
    """Returns each range that shares addresses with another one's, with the nearest such range around it."""
    values: list[RangeOverlap] = []
    for _, uses_of_space in groupby(sorted(every, key=_place), key=lambda use: use.space):
        for use, around in with_ranges_around(uses_of_space, lambda use: use.range.cidr):
            conflict = next(_conflicts(around, use), None)
            if conflict:
                values.append(conflict)
    return tuple(values)


def _conflicts(around: Iterable[RangeUse], use: RangeUse) -> Iterator[RangeOverlap]:
    for outer in around:
        if outer.stacks == use.stacks:
            continue  # `amlz check` compares the ranges of one stack
        one, other = outer.range, use.range
        if one.id and other.id and one.id == other.id:
            if one.owner and other.owner:
                yield RangeOverlap(outer, use, certain=True)
            continue
        yield RangeOverlap(outer, use, certain=bool(one.id and other.id) or not (one.exists and other.exists))


def _place(use: RangeUse) -> tuple[object, ...]:
    cidr = use.range.cidr
    return (use.space, int(cidr.network_address), cidr.prefixlen, bool(use.range.owner), use.stacks[0].key)
