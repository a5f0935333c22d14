"""Owners of the files of a fork, as data: the unit, upstream, or both."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class FileOwner(StrEnum):
    """The owner of a file of a fork: the side that changes it."""

    UNIT = "unit"
    SHARED = "shared"
    UPSTREAM = "upstream"


#: Patterns of paths from the root of the program, the first match decides. Everything else is upstream's.
OWNERS: Final[tuple[tuple[str, FileOwner], ...]] = (
    (r"custom/[^/]+/README\.md", FileOwner.UPSTREAM),
    (r"custom/.+", FileOwner.UNIT),
    (r"Pulumi\.[^/]+\.yaml", FileOwner.UNIT),
    (r"[^/]+\.outputs\.json", FileOwner.UNIT),
    (r"(\.github/|docs/)?CODEOWNERS", FileOwner.UNIT),
    (r"(requirements[^/]*|pulumi)\.lock", FileOwner.SHARED),
    (r"\.gitignore|README\.md", FileOwner.SHARED),
)
_PATTERNS = [(re.compile(pattern), owner) for pattern, owner in OWNERS]


def owner_of(path: str) -> FileOwner:
    """Returns the owner of a file. `path`: from the root of the program, with slashes."""
    return next((owner for pattern, owner in _PATTERNS if pattern.fullmatch(path)), FileOwner.UPSTREAM)
