"""The order of all stacks, and its graph as JSON for other engines."""

from __future__ import annotations

from amlz.core.problems import listed
from amlz.core.words import plural
from amlz.fleet.folder import FleetReports
from amlz.fleet.order import ordered
from amlz.reports.fleet import unusable
from amlz.reports.fleet.page import FleetPage, FleetTable


def page(reports: FleetReports) -> FleetPage:
    """Returns the report. It fails where a report is not known: the stack may build what others wait for."""
    stacks = ordered(reports)
    waves = max((one.wave for one in stacks), default=0)
    rows = tuple(
        (str(one.wave), one.stack.key, "yes" if one.production else "no", listed(one.after) if one.after else "")
        for one in stacks
    )
    tables = (
        FleetTable("Order", ("wave", "stack", "production", "after"), rows, "There is no stack."),
        unusable.table(reports),
    )
    record: dict[str, object] = {
        "stacks": [
            {
                "stack": one.stack.key,
                "unit": one.stack.unit,
                "name": one.stack.name,
                "ring": one.stack.ring,
                "wave": one.wave,
                "production": one.production,
                "dependsOn": [{"stack": key, "id": identity} for key, identity in one.after.items()],
            }
            for one in stacks
        ],
        "notKnown": unusable.records(reports),
    }
    verdict = unusable.sentence(reports, f"{plural(len(stacks), 'stack')} in {plural(waves, 'wave')}")
    notes = ("A stack waits for each stack that builds a resource that it refers to.",)
    level = "look" if reports.unusable else "good"
    return FleetPage("Order of the fleet", level, verdict, tables, notes, record, bool(reports.unusable))
