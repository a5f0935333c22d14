"""docs/reference/checks.md: every check, with its remedies."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.checks.catalogue import ALL, CAPITALS, plain, remedies_of
from amlz.checks.known_conflicts import KNOWN
from amlz.checks.policy import conflict
from amlz.checks.reading import text
from amlz.core.problems import listed
from tools.docgen.templating import Row, code, rendered

_WHEN = {
    None: "",
    "injected": ", while compute clusters are in a subnet",
    "managed": ", while its network is managed",
    "sent": ", though it is sent",
    "global": ", of what is in location global",
    "untaggable": ", of a type without tags",
}


def checks_page() -> str:
    """Returns the whole page."""
    return rendered(
        "checks.md.jinja",
        checks=ALL,
        capitals=listed(f"{word} is {means}" for word, means in CAPITALS.items()),
        plain=plain,
        remedies_of=remedies_of,
        with_conflicts=conflict.CHECK,
        conflicts=_conflicts(),
    )


def _conflicts() -> Iterator[Row]:
    """Yields the demands of policies that are known to be a conflict."""
    for row in KNOWN:
        types = code(item.lstrip("/") for item in row.types) or "anything"
        paths = code(dict.fromkeys(path.rstrip(".") for path in row.paths))
        takes = " or ".join("nothing" if take is None else f"`{text(take)}`" for take in row.takes) or "any value"
        key = f"`{plain(row.key.lstrip('.'))}`" if row.key else "none"
        yield types, paths, f"{takes}{_WHEN[row.when]}", plain(row.needs), key
