"""Components and their resources as a tree for a terminal: `+` created, `~` changed, `-` deleted, `±` replaced.

Below it: errors, warnings and denials, or the sections of a difference that need a decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from amlz.azure.differences import rows_of
from amlz.core.words import noun_of, plural
from amlz.diff.difference import Difference
from amlz.reports import difference_as
from amlz.reports.changed import change_line, value
from amlz.reports.formats import as_text
from amlz.reports.formats.registry import Report
from amlz.reports.lines import wrapped
from amlz.reports.preview import NOT_COVERED, Preview
from amlz.reports.styled import joined_text, paragraphs, printable_text, styled, whole_heading

CREATED, CHANGED, DELETED, REPLACED = "+", "~", "-", "±"
_WORDS = {CREATED: "create", CHANGED: "change", DELETED: "delete", REPLACED: "replace"}


class TreeEntry(NamedTuple):
    """A resource in the tree. `properties`: with `--detail`, its name and values, or their changes."""

    sign: str
    urn: str
    arm_type: str
    parent: str | None
    properties: tuple[str, ...]


def write(report: Report) -> str:
    """Returns the tree of a preview, or of a difference where there is one."""
    preview = report.preview().shown
    if report.against is None:
        total = plural(len(preview.graph.resources), "resource")
        head, end = f"{preview.stack}: {total}, as if nothing existed", "; ".join(NOT_COVERED)
        entries, urgent = tuple(_built(preview, report.detail)), as_text.decisions(preview)
    else:
        head, end = difference_as.headline(report.against), difference_as.not_covered(report.against)
        entries, urgent = tuple(_changed(report.against, report.detail)), difference_as.decisions(report.against)
    tree = joined_text("\n", _tree(entries, preview.graph.parents))
    parts = [
        joined_text("\n", [whole_heading(wrapped("", head)), *_legend(entries)]),
        tree,
        *urgent,
        wrapped("", f"Not covered: {end}."),
    ]
    return printable_text(paragraphs(parts))


def _legend(entries: Iterable[TreeEntry]) -> Iterator[str]:
    counts = Counter(entry.sign for entry in entries)
    parts = [styled(f"{sign} {counts[sign]} to {word}", sign) for sign, word in _WORDS.items() if counts[sign]]
    if parts:
        yield joined_text("  ", parts)


def _built(preview: Preview, detail: bool) -> Iterator[TreeEntry]:
    for resource in preview.graph:
        values = _values(resource.name, resource.body) if detail else ()
        yield TreeEntry(CREATED, resource.urn, resource.arm_type, resource.parent, values)


def _changed(difference: Difference, detail: bool) -> Iterator[TreeEntry]:
    for record in difference.deleted:
        yield _entry(DELETED, record, ())
    for changed in difference.changed:
        changes = tuple(map(change_line, changed.changes)) if detail else ()
        yield _entry(REPLACED if changed.replaced else CHANGED, changed.resource, changes)
    for record in difference.created:
        yield _entry(CREATED, record, _values(record["name"], record["body"]) if detail else ())


def _entry(sign: str, record: Mapping[str, Any], properties: tuple[str, ...]) -> TreeEntry:
    return TreeEntry(sign, record["urn"], record["armType"], record["parent"], properties)


def _values(name: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    return (f"name: {name}", *(f"{row.path}: {value(row.new)}" for row in rows_of({}, body)))


def _tree(entries: Iterable[TreeEntry], parents: Mapping[str, str]) -> Iterator[str]:
    """Returns the lines of components and, below each, its resources. `parents`: the parent of each component."""
    children: dict[str | None, dict[str, TreeEntry | None]] = {}
    for entry in entries:
        children.setdefault(entry.parent, {})[entry.urn] = entry
        component = entry.parent
        while component:
            above = parents.get(component)
            children.setdefault(above or None, {}).setdefault(component, None)
            component = above
    waiting = [(urn, member, 0) for urn, member in reversed(children.get(None, {}).items())]
    while waiting:
        urn, member, depth = waiting.pop()
        indent = "  " * depth
        if member is None:
            yield whole_heading(wrapped(f"{indent}  ", _component(urn)))
        else:
            title = noun_of(member.arm_type).one
            line = wrapped(f"{indent}{member.sign} ", f"{title} {member.urn.rpartition('::')[2]}")
            yield styled(line, member.sign)
            yield from (wrapped(f"{indent}    ", text) for text in member.properties)
        waiting += [(below, one, depth + 1) for below, one in reversed(children.get(urn, {}).items())]


def _component(urn: str) -> str:
    """Returns the class of a component and its name in the program."""
    types, _, name = urn.partition("::")[2].partition("::")[2].partition("::")
    return f"{types.rpartition('$')[2].rpartition(':')[2]} {name}"
