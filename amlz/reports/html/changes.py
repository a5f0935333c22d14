"""The difference for people to read: resources that change alike together, with what each change does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from amlz.azure.change_rule import Kind
from amlz.azure.changes import PropertyChange
from amlz.core.words import counted, noun_of
from amlz.diff.difference import Changed, Difference
from amlz.reports.difference_as import (
    does,
    gone_findings,
    headline,
    moved,
    needs_decision,
    new_findings,
    newly_accepted,
    not_covered,
    permission_lines,
    roles_given,
    value,
    wider,
)
from amlz.reports.folding_records import joined, verdict_lines
from amlz.reports.html.built import shown_names
from amlz.reports.html.findings import FindingPlaces, FindingRow, finding_rows
from amlz.reports.preview import UNKNOWN

#: Maximum of changes shown for resources that change alike, and of names of resources: the others are counted.
_PROPERTIES, _NAMES = 40, 200
_LEVELS = {
    Kind.REPLACES: "bad", Kind.REFUSED: "bad", Kind.FIXED: "bad", Kind.IN_USE: "look", Kind.IGNORED: "look",
    Kind.UNKNOWN: "unknown", Kind.UPDATES: "good",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """A property: old and new value, and what becomes of the change, "" where it is simply made."""

    path: str
    old: str
    new: str
    does: str
    level: str


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """Resources of one type that change alike. `more`: how many names, and properties, are left out."""

    what: str
    names: tuple[str, ...]
    more: int
    properties: tuple[PropertyRow, ...]
    more_properties: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Resources of one resource group that are created or deleted: `2 subnets` with their names."""

    group: str
    types: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that is different. Lists are in words; pairs are what came and what went.

    `decides`: what wants a decision, in words; it is why the colour is what it is.
    """

    headline: str
    decides: tuple[str, ...]
    level: str
    nothing: bool
    engine: bool
    counts: tuple[tuple[str, int], ...]
    guard: tuple[FindingRow, ...]
    lost: tuple[tuple[str, str, str], ...]
    replaced: tuple[ChangedRow, ...]
    updated: tuple[ChangedRow, ...]
    created: tuple[GroupRow, ...]
    deleted: tuple[GroupRow, ...]
    moved: tuple[tuple[str, str], ...]
    addresses: tuple[tuple[str, str, str], ...]
    pairs: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    cost: tuple[str, ...]
    not_covered: str


def changes(difference: Difference, places: FindingPlaces | None = None) -> Changes:
    """A difference as its section shows it. `places`: positions in the stack file, None where they are not shown."""
    replaced = [changed for changed in difference.changed if changed.replaced]
    updated = [changed for changed in difference.changed if not changed.replaced]
    return Changes(
        headline=headline(difference),
        decides=tuple(needs_decision(difference)),
        level=_level(difference, bool(replaced)),
        nothing=difference.nothing,
        engine=difference.engine,
        counts=(
            ("created", len(difference.created)),
            ("changed", len(updated)),
            ("replaced", len(replaced)),
            ("deleted", len(difference.deleted)),
            *((("moved", len(difference.moved)),) if difference.moved else ()),
            ("unchanged", difference.unchanged),
        ),
        guard=finding_rows(difference.guard, difference.names, places, "guard"),
        lost=tuple((_owner(r), f"{_kind(r)} {r['name']}", why) for r, why in difference.lost),
        replaced=tuple(_changed(replaced)),
        updated=tuple(_changed(updated)),
        created=tuple(_groups(difference.created)),
        deleted=tuple(_groups(difference.deleted)),
        moved=tuple((f"{_kind(now)} {now['name']}", moved(was, now)) for was, now in difference.moved),
        addresses=tuple((row.path, value(row.old), value(row.new)) for row in difference.addresses),
        pairs=tuple((title, came, went) for title, came, went in _pairs(difference) if came or went),
        cost=difference.cost.lines if difference.cost is not None else (),
        not_covered=not_covered(difference),
    )


def _level(difference: Difference, replaces: bool) -> str:
    """Returns the colour of the whole. It is good only where no new note and no new policy without a result is open."""
    if difference.fails("error"):
        return "bad"
    if replaces or any(needs_decision(difference)):
        return "look"
    unknown = any(verdict["verdict"] in UNKNOWN for verdict in difference.verdicts[0])
    return "unknown" if unknown or difference.findings[0] else "good"


def _pairs(difference: Difference) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    names = difference.names
    came, went = (tuple(roles_given(side, names)) for side in difference.roles)
    yield "Roles", came, went
    yield "Roles, wider than before", tuple(wider(item, names) for item in difference.widened), ()
    allowed, refused = difference.permissions
    came, went = tuple(permission_lines(allowed, names)), tuple(permission_lines(refused, names, "before by"))
    yield "Allowed actions", came, went
    yield "Egress", *difference.egress
    came, went = (tuple(joined(verdict_lines(side, names))) for side in difference.verdicts)
    yield "Azure Policy", came, went
    yield "Findings", tuple(joined(new_findings(difference))), tuple(joined(gone_findings(difference)))
    yield "Newly accepted", tuple(newly_accepted(difference)), ()


def _changed(all_changed: Iterable[Changed]) -> Iterator[ChangedRow]:
    alike: dict[tuple[str, tuple[PropertyRow, ...]], list[str]] = {}
    for changed in all_changed:
        ordered = sorted(changed.changes, key=lambda change: change.kind is Kind.UPDATES)
        key = changed.resource["armType"], tuple(map(_property, ordered))
        alike.setdefault(key, []).append(_named(changed))
    for (arm_type, properties), names in alike.items():
        shown, rest = properties[:_PROPERTIES], len(properties[_PROPERTIES:])
        yield ChangedRow(counted(len(names), arm_type), tuple(names[:_NAMES]), len(names[_NAMES:]), shown, rest)


def _property(change: PropertyChange) -> PropertyRow:
    row = change.row
    return PropertyRow(row.path, value(row.old), value(row.new), does(change), _LEVELS[change.kind])


def _named(changed: Changed) -> str:
    was, now = changed.before["name"], changed.resource["name"]
    owner = _owner(changed.before)
    return (f"{owner}: " if owner else "") + (was if was == now else f"{was}, becomes {now}")


def _groups(resources: Iterable[Any]) -> Iterator[GroupRow]:
    groups: dict[str, dict[str, list[str]]] = {}
    for r in resources:
        group = r["resourceGroup"] or "on the subscription itself"
        groups.setdefault(group, {}).setdefault(r["armType"], []).append(r["name"])
    for group, types in groups.items():
        rows = (
            (counted(len(names), arm_type), shown_names(arm_type, names)) for arm_type, names in sorted(types.items())
        )
        yield GroupRow(group, tuple(rows))


def _kind(resource: Any) -> str:
    arm_type: str = resource["armType"]
    return noun_of(arm_type).one


def _owner(resource: Any) -> str:
    return f"{resource['project']}, {resource['environment']}" if resource["project"] else ""
