"""Ids of the parts of a page that links lead to: the same for the same part in each report of a stack."""

from __future__ import annotations

import hashlib
from collections import Counter


class Anchors:
    """The ids of one page. A part whose id is taken gets a number."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def of(self, kind: str, *identity: str) -> str:
        """Returns the id of a part: its kind, and a digest of the texts that identify it."""
        digest = hashlib.sha256("\n".join(identity).encode()).hexdigest()[:10]
        name = f"{kind}-{digest}"
        self._counts[name] += 1
        return name if self._counts[name] == 1 else f"{name}-{self._counts[name]}"
