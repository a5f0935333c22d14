"""The address plan of a fleet, and its overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.core.problems import listed
from amlz.core.words import plural
from amlz.fleet.addresses import RangeOverlap, RangeUse, overlaps, uses
from amlz.fleet.blocks import outside_of_blocks
from amlz.fleet.folder import FleetReports
from amlz.reports.fleet import unusable
from amlz.reports.fleet.page import FleetPage, FleetTable

#: Stacks of a range that a cell names.
_NAMED = 3


def page(reports: FleetReports) -> FleetPage:
    """Returns the report. It fails where ranges overlap, or may, and where a report is not known."""
    every = uses(reports)
    overlapping = overlaps(every)
    sure = sum(overlap.certain for overlap in overlapping)
    good = f"{plural(sure, 'overlap')} in {plural(len(reports.fleet.config.spaces), 'address space')}"
    outside = outside_of_blocks(reports)
    if outside:
        good += f", {plural(len(outside), 'range')} outside of the blocks of their unit"
    if sure < len(overlapping):
        good += f", {len(overlapping) - sure} not decided"
    level = "bad" if sure else "look" if overlapping or reports.unusable else "good"
    level = "bad" if outside else level
    tables = (
        FleetTable(
            "Overlaps",
            ("space", "range", "of", "is in", "of", "result"),
            tuple(_overlap_row(overlap) for overlap in overlapping),
            "No range shares addresses with one of another stack in its address space.",
        ),
        *_blocks(reports, outside),
        FleetTable("Ranges", ("space", "range", "network", "stacks"), tuple(map(_use_row, every)), "None."),
        unusable.table(reports),
    )
    notes = ("Ranges on premises are not compared: they belong to no stack.",)
    record: dict[str, object] = {
        "overlaps": [_overlap(overlap) for overlap in overlapping],
        "ranges": [_use(use) for use in every],
        "blocks": [
            {"range": block.range, "space": block.space, "unit": block.unit} for block in reports.fleet.config.blocks
        ],
        "outsideOfBlocks": [_use(use) for use in outside],
    }
    record |= {"notKnown": unusable.records(reports)}
    verdict = unusable.sentence(reports, good)
    return FleetPage("Addresses of the fleet", level, verdict, tables, notes, record, level != "good")


def _blocks(reports: FleetReports, outside: tuple[RangeUse, ...]) -> Iterator[FleetTable]:
    """Returns the tables of a fleet with blocks."""
    blocks = reports.fleet.config.blocks
    if blocks:
        rows = tuple(map(_use_row, outside))
        columns = ("space", "range", "network", "stack")
        yield FleetTable("Outside of the blocks of their unit", columns, rows, "No unit builds outside of its blocks.")
        reserved = tuple((block.space, block.range, block.unit) for block in blocks)
        yield FleetTable("Blocks", ("space", "range", "unit"), reserved, "None.")


def _overlap_row(overlap: RangeOverlap) -> tuple[str, ...]:
    verdict = "overlap" if overlap.certain else "cannot tell: both networks exist, and may be one"
    return (overlap.inner.space, *_side(overlap.inner), *_side(overlap.outer), verdict)


def _side(use: RangeUse) -> tuple[str, str]:
    return str(use.range.cidr), f"{_stacks(use)} {_network(use)} ({use.stacks[0].file})"


def _use_row(use: RangeUse) -> tuple[str, ...]:
    return use.space, str(use.range.cidr), _network(use), _stacks(use)


def _network(use: RangeUse) -> str:
    owner = f", {use.range.owner}" if use.range.owner else ""
    return f"{use.range.network}{owner}"


def _stacks(use: RangeUse) -> str:
    keys = [stack.key for stack in use.stacks]
    more = [f"{len(keys) - _NAMED} more"] if len(keys) > _NAMED else []
    return listed([*keys[:_NAMED], *more])


def _overlap(overlap: RangeOverlap) -> dict[str, Any]:
    return {"inner": _use(overlap.inner), "outer": _use(overlap.outer), "certain": overlap.certain}


def _use(use: RangeUse) -> dict[str, Any]:
    return {
        "space": use.space,
        "range": str(use.range.cidr),
        "network": use.range.network,
        "id": use.range.id,
        "owner": use.range.owner or "",
        "exists": use.range.exists,
        "stacks": [{"stack": stack.key, "file": stack.file} for stack in use.stacks],
    }
