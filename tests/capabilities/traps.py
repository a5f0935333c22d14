"""Tables of traps: a trap, and the tests and sentences that are about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.conftest import ROOT


def missing(entries: Iterable[str]) -> list[str]:
    """Returns the entries that lead nowhere: each is FILE:WORDS, where line breaks count as spaces."""
    return [entry for entry in entries if not _is_there(*entry.split(":", 1))]


def _is_there(path: str, words: str) -> bool:
    return words in re.sub(r"\s+", " ", (ROOT / path).read_text(encoding="utf-8"))
