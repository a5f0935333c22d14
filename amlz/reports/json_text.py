"""JSON as all reports write it."""

from __future__ import annotations

import json
import re

from amlz.core.terminal import UNSEEN


def dump(value: object) -> str:
    """Indented JSON: the same value gives the same bytes. A terminal or a pipeline that shows it acts on none of it."""
    return escaped(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def escaped(text: str) -> str:
    """The same JSON, with escapes for characters and words that act on a terminal or the log of a pipeline."""
    return _COMMAND.sub(r"\1\\u005b", text.translate(_ESCAPES))


_COMMAND = re.compile(r"(##(?:vso)?)\[", re.IGNORECASE)


_ESCAPES = {code: f"\\u{code:04x}" for code in UNSEEN if code >= 0x7F}
