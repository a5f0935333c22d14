"""The migration of a stack file, as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.core.words import plural
from amlz.reports.fleet.page import FleetPage, FleetTable


def page(change: Mapping[str, Any]) -> FleetPage:
    """Returns the report of `amlz.app.upgrade_migrate.StackFileMigration`, as a mapping.

    It fails where a person must change a key.
    """
    done, left = change["migration"]["done"], change["migration"]["left"]
    written = "written" if change["written"] else "not written"
    verdict = f"{plural(len(done), 'key')} changed, {written}; {plural(len(left), 'key')} to change by hand."
    if not done and not left:
        verdict = "No deprecated key is in use."
    head = ("line", "key", "change")
    tables = (
        FleetTable("Changed", head, _rows(done), "None."),
        FleetTable("To change by hand", (*head[:2], "to do"), _rows(left), "None."),
    )
    record = {"file": change["file"], "written": change["written"], "changed": done, "left": left}
    return FleetPage(change["file"], "look" if left else "good", verdict, tables, (), record, bool(left))


def _rows(keys: list[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple((str(key["line"]), key["path"], key["what"]) for key in keys)
