"""The description that Azure keeps with a role assignment: holders, then reasons. Written and read here only."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HOLDERS = re.compile(r"([A-Za-z]+(?:, [A-Za-z]+)*): ")


def description_of(holders: Iterable[str], reasons: Iterable[str]) -> str:
    """Returns the description of an assignment: `computeIdentity, readers: reason; another`."""
    return f"{', '.join(holders)}: {'; '.join(reasons)}"


def holders_in(description: object) -> str | None:
    """Returns the holders as text, of a description that `description_of` wrote; None of any other value."""
    holders = _HOLDERS.match(description) if isinstance(description, str) else None
    return holders[1] if holders else None
