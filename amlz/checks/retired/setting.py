"""retired/setting: a setting that Azure no longer honours, or stops to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import SET, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import dig, items, same, text
from amlz.checks.retired.dates import when
from amlz.core.facts.retirements import SETTINGS

REMOVE = "In the component, remove `{path}`."

CHECK = Check(
    id="retired/setting",
    severity=Severity.ERROR,
    says="{name} uses {what} ({path}{actual}), which {when}.",
    remedy=SET,
    why="Azure refuses a retired setting, or accepts it without effect. A note is a day that is far off or "
    "not known to have passed, a warning one within 90 days (`--today`).",
    source="https://github.com/Azure/EOL",
    otherwise=(REMOVE,),
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Values that a row of the table has."""
    for row in SETTINGS:
        for resource in graph.of_type(row.arm_type):
            if row.only is not None and not same(dig(resource.body, row.only.path), row.only.value):
                continue
            for path, actual in _values(resource.body, row.path):
                if is_unknown(actual):
                    yield CHECK.undecided(resource, path, actual)
                elif actual is not None and (not row.values or any(same(actual, value) for value in row.values)):
                    severity, words = when(row.on, graph.today)
                    place = FindingLocation(path, row.instead or "", actual, severity, None if row.instead else REMOVE)
                    yield CHECK.finding(resource, place, what=row.what, path=path, actual=_shown(actual), when=words)


def _shown(actual: Any) -> str:
    return "" if isinstance(actual, dict | list) else f" is {text(actual)}"


def _values(body: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Values at a path, one for each item of a list that it goes through."""
    before, _, after = path.partition("[*].")
    if not after:
        yield path, dig(body, path)
        return
    for index, item in enumerate(items(dig(body, before))):
        yield f"{before}[{index}].{after}", dig(item, after)
