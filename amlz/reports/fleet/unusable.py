"""Reports that are missing or cannot be used, as every report of a fleet shows them: not known is never fine."""

from __future__ import annotations

from amlz.core.words import plural
from amlz.fleet.folder import FleetReports
from amlz.reports.fleet.page import FleetTable


def table(reports: FleetReports) -> FleetTable:
    """Returns the table of them."""
    rows = tuple((one.key, one.file, one.why) for one in reports.unusable)
    return FleetTable("Not known", ("stack", "file", "why"), rows, "Every report can be used.")


def records(reports: FleetReports) -> list[dict[str, object]]:
    """Returns the same for programs."""
    return [{"unit": one.unit, "stack": one.stack, "file": one.file, "why": one.why} for one in reports.unusable]


def sentence(reports: FleetReports, good: str) -> str:
    """Returns a sentence that names how many are not known, after one on the others."""
    if not reports.unusable:
        return f"{good}."
    return f"{good}; {plural(len(reports.unusable), 'report')} not known."
