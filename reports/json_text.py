"""JSON as all reports write it."""

from __future__ import annotations

import json


def dump(value: object) -> str:
    """Indented JSON: the same value gives the same bytes."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
