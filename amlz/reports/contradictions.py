"""Points that are not verified, since sources contradict each other: what each states, and what is built."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.capability_facts import Contradiction
from amlz.core.config import LandingZoneConfig
from amlz.core.discovery import asked_for_all
from amlz.reports.custom_sections import CustomSection

TITLE = "Not verified: sources contradict each other"
_COLUMNS = ("point", "keys", "one source", "another source", "built here")


def contradictions(config: LandingZoneConfig) -> Iterator[CustomSection]:
    """Yields the table where the stack file has a key that needs such a point."""
    keys: dict[Contradiction, list[str]] = {}
    for path, row in asked_for_all(lambda planner: planner.contradictions, config):
        keys.setdefault(row, []).append(".".join(map(str, path)))
    if keys:
        rows = ((row.point, ", ".join(paths), row.one, row.other, row.built) for row, paths in keys.items())
        yield CustomSection(TITLE, _COLUMNS, tuple(rows))
