"""The rings of a fleet: which may open, and why others may not."""

from __future__ import annotations

from amlz.core.problems import LandingZoneError
from amlz.core.words import plural
from amlz.fleet.folder import FleetReports
from amlz.fleet.rings import RingState, rings_of
from amlz.reports.fleet.page import FleetPage, FleetTable


def page(reports: FleetReports, ring: str | None = None) -> FleetPage:
    """Returns the report. It fails where `ring` is named and may not open. Raises LandingZoneError for no such ring."""
    states = rings_of(reports)
    names = [state.name for state in states]
    if not states:
        raise LandingZoneError(
            f"{reports.fleet.display_path}\n  It has no `rings`.\n  List them, the first ring first."
        )
    if ring is not None and ring not in names:
        raise LandingZoneError(
            f"--ring {ring}\n  {reports.fleet.display_path} has no such ring.\n  Name one of {', '.join(names)}."
        )
    wanted = reports.fleet.config.wanted
    shown = [state for state in states if ring in (None, state.name)]
    open_ = [state.name for state in shown if state.open]
    good = f"Open: {', '.join(open_) or 'none'}. Wanted version: {wanted or 'not set'}"
    failed = bool(ring) and not open_
    level = "bad" if failed else "good" if all(state.open for state in shown) else "look"
    rows = tuple((s.name, _word(s), plural(s.stacks, "stack"), " ".join(s.closed)) for s in shown)
    waits = tuple((s.name, text) for s in shown for text in (*s.failed, *s.pending))
    tables = (
        FleetTable("Rings", ("ring", "state", "stacks", "why"), rows, "None."),
        FleetTable("Stacks that are not done", ("ring", "why"), waits, "Every stack of these rings is done."),
    )
    record: dict[str, object] = {
        "wanted": wanted,
        "rings": [
            {
                "name": s.name,
                "open": s.open,
                "done": s.done,
                "stacks": s.stacks,
                "failed": list(s.failed),
                "pending": list(s.pending),
                "closed": list(s.closed),
            }
            for s in shown
        ],
    }
    return FleetPage("Rings of the fleet", level, f"{good}.", tables, (), record, failed)


def _word(state: RingState) -> str:
    return "done" if state.done else "open" if state.open else "closed"
