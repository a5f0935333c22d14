"""Documents of a mesh that a change adds, changes and removes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from amlz.mesh.comparison import DocumentChange
from amlz.reports.lines import wrapped


def as_text(changes: Sequence[DocumentChange], against: str, documents: int) -> str:
    """The list for a terminal. `documents`: number of those that are rendered now."""
    counts = {effect: sum(change.effect == effect for change in changes) for effect in ("added", "changed", "removed")}
    unchanged = documents - counts["added"] - counts["changed"]
    figures = ", ".join(f"{count} {effect}" for effect, count in {**counts, "unchanged": unchanged}.items())
    lines = [wrapped("", f"Documents against {against}: {figures}")]
    for file, of_file in groupby(changes, key=lambda change: change.file):
        lines += ["", file]
        for change in of_file:
            lines.append(f"  {change.effect:<8} {change.document}")
            lines += [
                wrapped(" " * 11, f"{row.path}: {_value(row.old)} becomes {_value(row.new)}", whole=False)
                for row in change.fields
            ]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return "absent" if value is None else json.dumps(value, ensure_ascii=False)
