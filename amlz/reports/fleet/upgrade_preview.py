"""The effect of an upgrade on each landing zone, as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from amlz.core.words import plural
from amlz.diff.difference import Difference
from amlz.diff.upgrade_class import UpgradeClass, class_of
from amlz.reports import difference_as
from amlz.reports.fleet.page import FleetPage, FleetTable

#: A stack, its difference, or why there is none.
Effect = tuple[str, Difference | None, str]
_CANNOT = "cannot tell"


def page(merge: Mapping[str, Any], effects: Sequence[Effect], other_packages: bool) -> FleetPage:
    """Returns the report. It fails where something stops the upgrade, and where an effect is not known.

    `merge`: `amlz.app.merge.MemoryMerge` as a mapping.
    """
    stops = tuple(row for effect in effects for row in _stops(effect))
    unknown = sum(difference is None for _, difference, _ in effects)
    conflicts = tuple((path, owner) for path, owner in merge["conflicts"])
    tables = (
        FleetTable(
            "Landing zones",
            ("stack", "effect", "created", "changed", "replaced", "deleted", "moved"),
            tuple(_row(effect) for effect in effects),
            "Not previewed, since a conflict must be resolved first." if conflicts else "There is no stack.",
        ),
        FleetTable("Stops the upgrade", ("stack", "why", "to do"), stops, "Nothing."),
        FleetTable(
            "Needs a decision",
            ("stack", "why", "to do"),
            tuple(row for effect in effects for row in _decisions(effect)),
            "Nothing.",
        ),
        FleetTable(
            "Replaced or deleted",
            ("stack", "change", "resource"),
            tuple(row for effect in effects for row in _gone(effect)),
            "Nothing.",
        ),
        FleetTable(
            "Closed outbound traffic",
            ("stack", "rule"),
            tuple((stack, rule) for stack, known, _ in effects if known for rule in known.egress[1]),
            "None.",
        ),
        FleetTable("Conflicts", ("file", "owner"), conflicts, "None."),
        FleetTable(
            "Files of the unit that stay as they are", ("file",), tuple((path,) for path in merge["kept"]), "None."
        ),
    )
    fails = bool(stops or unknown or conflicts or other_packages)
    return FleetPage(
        f"Upgrade to {merge['tag']}",
        "bad" if stops or conflicts else "look" if fails else "good",
        _verdict(effects, stops, conflicts),
        tables,
        tuple(_notes(conflicts, other_packages)),
        _record(merge, effects, other_packages),
        fails,
    )


def exit_code(effects: Sequence[Effect], other_packages: bool, fails: bool) -> int:
    """Returns 2 where an effect is not known, 1 where something stops the upgrade, else 0."""
    return 2 if other_packages or any(difference is None for _, difference, _ in effects) else int(fails)


def _verdict(effects: Sequence[Effect], stops: Sequence[object], conflicts: Sequence[object]) -> str:
    if conflicts:
        return f"{plural(len(conflicts), 'conflict')} to resolve before it can be previewed."
    counts = {name: sum(_class(effect) == name for effect in effects) for name in (_CANNOT, *UpgradeClass)}
    classes = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{plural(len(effects), 'landing zone')}: {classes or 'none'}; {plural(len(stops), 'reason')} to stop."


def _notes(conflicts: Sequence[tuple[str, str]], other_packages: bool) -> Iterator[str]:
    if any(owner == "upstream" for _, owner in conflicts):
        yield (
            "The fork has edited these files of upstream. Move the edit to a key of the stack file or to custom/, or "
            "take upstream's version, and commit."
        )
    if any(owner == "shared" for _, owner in conflicts):
        yield "Merge on a branch to resolve conflicts of files that both own."
    if other_packages:
        yield (
            "requirements.lock differs, and both sides ran with the packages that are installed here: no effect above "
            "is certain."
        )


def _class(effect: Effect) -> str:
    return _CANNOT if effect[1] is None else class_of(effect[1]).value


def _row(effect: Effect) -> tuple[str, ...]:
    stack, difference, _ = effect
    if difference is None:
        return (stack, _CANNOT, "", "", "", "", "")
    replaced = sum(changed.replaced for changed in difference.changed)
    numbers = (
        len(difference.created),
        len(difference.changed) - replaced,
        replaced,
        len(difference.deleted),
        len(difference.moved),
    )
    return (stack, _class(effect), *map(str, numbers))


def _stops(effect: Effect) -> Iterator[tuple[str, str, str]]:
    stack, difference, why = effect
    if difference is None:
        yield stack, " ".join(why.split()), "Commit the fix in the fork, and preview again."
        return
    for finding in difference.guard:
        if finding.severity.value == "error":
            yield stack, finding.message, finding.remedy
    for record in difference.findings[0]:
        if record["severity"] == "error":
            yield stack, record["message"], record["remedy"]
    for record in difference.verdicts[0]:
        if record["blocks"]:
            yield stack, f"Azure Policy would refuse {record['id']}: {record['message']}", ""


def _decisions(effect: Effect) -> Iterator[tuple[str, str, str]]:
    """Warnings of the guard: they stop nothing, and some need a step before the deployment."""
    stack, difference, _ = effect
    for finding in difference.guard if difference else ():
        if finding.severity.value == "warning":
            yield stack, finding.message, finding.remedy


def _gone(effect: Effect) -> Iterator[tuple[str, str, str]]:
    stack, difference, _ = effect
    if difference is not None:
        replaced = [changed.before for changed in difference.changed if changed.replaced]
        for change, records in (("replaced", replaced), ("deleted", difference.deleted)):
            yield from ((stack, change, record["id"] or record["urn"]) for record in records)


def _record(merge: Mapping[str, Any], effects: Sequence[Effect], other_packages: bool) -> dict[str, Any]:
    return {
        "from": merge["head"],
        "to": merge["tag"],
        "mergeBase": merge["base"],
        "otherPackages": other_packages,
        "conflicts": [{"file": path, "owner": owner} for path, owner in merge["conflicts"]],
        "kept": list(merge["kept"]),
        "stacks": [
            {
                "stack": effect[0],
                "effect": _class(effect),
                "stops": [{"why": why, "toDo": remedy} for _, why, remedy in _stops(effect)],
                "difference": json.loads(difference_as.as_json(effect[1])) if effect[1] else None,
            }
            for effect in effects
        ],
    }
