"""The state of a fork, as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.core.words import plural
from amlz.reports.fleet.page import FleetPage, FleetTable


def page(status: Mapping[str, Any]) -> FleetPage:
    """Returns the report of a fork's state, as `amlz.app.upgrade` has it as a mapping. It fails for edits of upstream.

    Edits of the unit's files are what a fork is for, and are not listed.
    """
    edits = [edit for edit in status["edits"] if edit["owner"] == "upstream"]
    shared = [edit for edit in status["edits"] if edit["owner"] == "shared"]
    newer = status["tags"]
    verdict = f"Version {status['version']}; {plural(len(newer), 'newer tag')}; "
    verdict += f"{plural(len(edits), 'edited file')} of upstream."
    tables = (
        FleetTable(
            "Versions",
            ("of", "version"),
            (
                ("program", status["version"]),
                ("merged", status["merged"] or "no version tag"),
                ("compared with", status["against"]),
                ("newer tags", ", ".join(newer) or "none"),
            ),
            "None.",
        ),
        _table("Edited files of upstream", edits, "The fork has edited no file of upstream."),
        _table("Edited files that both own", shared, "None."),
        FleetTable(
            "Deprecated keys in use",
            ("file", "key", "until when"),
            tuple((use["file"], use["path"], use["sentence"]) for use in status["deprecated"]),
            "None.",
        ),
    )
    notes = ["Committed files are compared, not those of the working tree."]
    if edits:
        notes.append(
            "Each edited file of upstream can conflict in an upgrade. Move the edit to a key of the stack file or to "
            "custom/, or contribute it."
        )
    if status["squashed"]:
        notes.append(
            f"{status['against']} was squashed: its files are here, and its history is not, so the same files conflict "
            f"again in the next upgrade. Record it once with `git merge -s ours {status['against']}`."
        )
    if status["deprecated"]:
        notes.append("`amlz upgrade migrate STACK` changes deprecated keys, or shows what to do about them.")
    level = "look" if edits or status["squashed"] else "good"
    return FleetPage("The fork", level, verdict, tables, tuple(notes), dict(status), bool(edits or status["squashed"]))


def _table(title: str, edits: list[Mapping[str, str]], empty: str) -> FleetTable:
    rows = tuple((edit["path"], edit["kind"], edit["commit"]) for edit in edits)
    return FleetTable(title, ("file", "edit", "last commit"), rows, empty)
