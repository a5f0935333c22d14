"""Report of a project that is added or removed: the stack file, and resources created, deleted and kept."""

from __future__ import annotations

import difflib
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amlz.azure.graph import Resource
from amlz.checks.finding import Finding
from amlz.checks.naming import Named, Names, in_words, names_of, owner
from amlz.core.addresses import AddressBlock, AddressSpace
from amlz.core.capability_facts import Holds
from amlz.core.facts.data import holding, kept
from amlz.core.problems import Path, dotted
from amlz.core.words import counted, plural
from amlz.reports import policy
from amlz.reports.folding import folded_findings
from amlz.reports.formats.as_json import SCHEMA_VERSION
from amlz.reports.json_text import dump
from amlz.reports.preview import Preview
from amlz.reports.records import finding_record

WIDTH = 80
_LOCK = "Microsoft.Authorization/locks"


@dataclass(frozen=True, slots=True)
class StackFileChange:
    """A stack file before and after. `path`: the added or removed part; `texts`: the file's text, before and after."""

    display_path: str
    path: Path
    texts: tuple[str, str]
    before: Preview
    after: Preview
    written: bool = False

    @property
    def came(self) -> tuple[Resource, ...]:
        """Resources that are new."""
        return tuple(r for r in self.after.graph if self.before.graph.by_urn(r.urn) is None)

    @property
    def gone(self) -> tuple[Resource, ...]:
        """Resources that are no more."""
        return tuple(r for r in self.before.graph if self.after.graph.by_urn(r.urn) is None)

    @property
    def changed(self) -> tuple[Resource, ...]:
        """Returns resources that are updated in place."""
        return tuple(r for r, old in self._both() if r.body != old.body and r.id.lower() == old.id.lower())

    @property
    def moved(self) -> tuple[str, ...]:
        """Ids and owners of kept ranges that have moved: there should be none."""
        blocks = {block.owner: block for block in _blocks(self.after)}
        ids = tuple(old.id for r, old in self._both() if r.id.lower() != old.id.lower())
        ranges = (block for block in _blocks(self.before) if blocks.get(block.owner, block) != block)
        return (*ids, *(str(block.owner) for block in ranges))

    @property
    def stays(self) -> int:
        """Returns the number of resources in both."""
        return sum(1 for _ in self._both())

    @property
    def blocks(self) -> tuple[AddressBlock, ...]:
        """Ranges that are added or removed."""
        before, after = set(_blocks(self.before)), set(_blocks(self.after))
        return tuple(b for b in (*_blocks(self.after), *_blocks(self.before)) if (b in before) is not (b in after))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings that are new."""
        old = {(f.check, f.urn, f.message) for f in self.before.shown.findings}
        return tuple(f for f in self.after.shown.findings if (f.check, f.urn, f.message) not in old)

    def _both(self) -> Iterator[tuple[Resource, Resource]]:
        for resource in self.after.graph:
            old = self.before.graph.by_urn(resource.urn)
            if old is not None:
                yield resource, old


def _blocks(preview: Preview) -> tuple[AddressBlock, ...]:
    return preview.plan.addresses.blocks


def added_text(change: StackFileChange) -> str:
    """Returns the report of an added project, for people."""
    done = "added" if change.written else "would be added; nothing was written"
    parts = [
        f"{change.after.stack}: project {change.path[1]} {done}.",
        _lines(change),
        _addresses(change),
        _listed("Would be created at the next `pulumi up`", change.came),
        _others(change),
        _findings(change),
        _next_of_added(change),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def added_json(change: StackFileChange) -> str:
    """Returns the report of an added project, for programs."""
    return dump(_record(change) | {"resources": [_resource(r) for r in change.came]})


def removed_text(change: StackFileChange) -> str:
    """Returns the report of a removed project, for people: first the deletions."""
    done = "removed from the stack file" if change.written else "would be removed; nothing was written"
    parts = [
        f"{change.after.stack}: {_description(change)} {done}.",
        _listed("Would be deleted at the next `pulumi up`", change.gone),
        _holding(change),
        _obstacles(change),
        _others(change),
        _lines(change),
        _next_of_removed(change),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def removed_json(change: StackFileChange) -> str:
    """Returns the report of a removed project, for programs."""
    with_data = [
        {"urn": r.urn, "name": r.name, "armType": r.arm_type, "data": row.data, "kept": _kept(r, row)}
        for r, row in _with_data(change)
    ]
    lost: dict[str, Any] = {
        "resources": [_resource(r) for r in change.gone],
        "holdsData": with_data,
        "locks": [{"name": r.name, "on": r.id.split("/providers/Microsoft.Authorization/")[0]} for r in _locks(change)],
        "protected": [r.urn for r in change.gone if r.protect],
    }
    return dump(_record(change) | lost)


def _record(change: StackFileChange) -> dict[str, Any]:
    return {
        "schemaVersion": SCHEMA_VERSION,
        "stack": change.after.stack,
        "file": change.display_path,
        "path": dotted(change.path),
        "written": change.written,
        "difference": list(_difference(change)),
        "addresses": [{"owner": str(b.owner), "network": b.network, "range": b.cidr} for b in change.blocks],
        "stays": change.stays,
        "moved": list(change.moved),
        "changes": [_resource(r) for r in change.changed],
        "findings": [_finding(f) for f in change.findings],
        "refused": [
            {"policy": headline, "names": [item.full for item in refused]}
            for headline, refused in _refused(change, names_of(change.after.graph))
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    """Returns the part of a finding's record that a change has."""
    keys = ("id", "severity", "resource", "name", "project", "environment", "message")
    full_record = finding_record(finding)
    return {key: full_record[key] for key in keys}


def _resource(resource: Resource) -> dict[str, str]:
    return {
        "urn": resource.urn,
        "armType": resource.arm_type,
        "name": resource.name,
        "subscription": resource.subscription,
        "resourceGroup": resource.resource_group,
    }


def _addresses(change: StackFileChange) -> str:
    """The new ranges, and what is then left of the spokes that they are in."""
    rows = [f"  {block.owner:<32}{block.cidr:<20}spoke {block.network}" for block in change.blocks]
    spokes = {block.network for block in change.blocks}
    left = [
        f"{sum(map(_size, space.free)):,} of {sum(map(_size, space.ranges)):,} in {space.network}"
        for space in change.after.plan.addresses.spaces
        if isinstance(space, AddressSpace) and space.network in spokes
    ]
    return "\n".join(["Addresses", *rows, _wrapped("  then free: ", ", ".join(left))])


def _description(change: StackFileChange) -> str:
    name = f"project {change.path[1]}"
    return f"environment {change.path[3]} of {name}" if len(change.path) > 2 else name


def _difference(change: StackFileChange) -> Iterator[str]:
    before, after = (text.splitlines() for text in change.texts)
    for line in difflib.unified_diff(before, after, n=0, lineterm=""):
        if not line.startswith(("---", "+++")):
            yield line


def _lines(change: StackFileChange) -> str:
    return "\n".join([change.display_path, *(f"  {line}" for line in _difference(change))])


def _listed(title: str, resources: tuple[Resource, ...]) -> str:
    """Counts by resource group and type."""
    lines = [f"{title}: {plural(len(resources), 'resource')}"]
    for group in dict.fromkeys(r.resource_group for r in resources):
        mine = [r for r in resources if r.resource_group == group]
        counts = Counter(r.arm_type for r in mine if not r.arm_type.endswith("/resourceGroups"))
        lines.append(f"  {group or 'on the subscription itself':<62} {len(mine):>9}")
        lines.append(_wrapped("    ", ", ".join(counted(count, kind) for kind, count in sorted(counts.items()))))
    return "\n".join(lines)


def _others(change: StackFileChange) -> str:
    blocks = len(set(_blocks(change.before)) & set(_blocks(change.after)))
    text = f"{plural(change.stays, 'other resource')} and {plural(blocks, 'range')}: "
    text += f"{len(change.moved)} moved, see --format json" if change.moved else "none is moved or renamed"
    lines = [_wrapped("Kept: ", f"{text}.")]
    if change.changed:
        counts = Counter(r.arm_type for r in change.changed)
        lines.append(
            _wrapped("  updated in place: ", ", ".join(counted(n, kind) for kind, n in sorted(counts.items())))
        )
    return "\n".join(lines)


def _findings(change: StackFileChange) -> str:
    """Returns new findings and refusals. The same one at several resources is reported once."""
    findings, names = [], names_of(change.after.graph)
    for folded in folded_findings(change.findings, names):
        first, others = folded.first, in_words(other.resource for other in folded.others)
        also = f" The same at {others}." if others else ""
        findings.append(
            _wrapped(
                f"{first.severity.value:<8} {first.check}  {folded.resource.full}\n         ", first.message + also
            )
        )
    findings += [
        _wrapped(f"{_wrapped('', headline)}\n         ", f"{in_words(refused)}.")
        for headline, refused in _refused(change, names)
    ]
    return "\n\n".join(findings)


def _refused(change: StackFileChange, names: Names) -> Iterator[tuple[str, list[Named]]]:
    """Returns policies that would refuse new resources, with these resources."""
    new, nameds = {r.id.lower() for r in change.came}, dict[str, list[Named]]()
    for answer in change.after.verdicts.denied:
        if answer.subject.id.lower() in new:
            nameds.setdefault(policy.headline(answer), []).append(names.of_answer(answer))
    yield from nameds.items()


def _with_data(change: StackFileChange) -> Iterator[tuple[Resource, Holds]]:
    rows = ((resource, holding(resource.arm_type)) for resource in change.gone)
    return ((resource, row) for resource, row in rows if row)


def _holding(change: StackFileChange) -> str:
    """Returns the resources that hold data, by type: the names, the data, and the part that Azure keeps."""
    rows: dict[tuple[str, str, str], list[Resource]] = {}
    for resource, row in _with_data(change):
        rows.setdefault((resource.arm_type, row.data, _kept(resource, row)), []).append(resource)
    lines = ["Holds data"] if rows else []
    for (arm_type, contents, after), resources in rows.items():
        names = ", ".join(f"{r.name} ({owner(r.project, r.environment) or 'shared'})" for r in resources)
        lines.append(_wrapped("  ", f"{counted(len(resources), arm_type)}: {names}"))
        lines.append(
            _wrapped("    ", f"{contents[:1].upper()}{contents[1:]}." + (f" After deletion: {after}." if after else ""))
        )
    return "\n".join(lines)


def _kept(resource: Resource, row: Holds) -> str:
    return kept(row, resource.properties)


def _locks(change: StackFileChange) -> tuple[Resource, ...]:
    return tuple(r for r in change.gone if r.arm_type == _LOCK)


def _obstacles(change: StackFileChange) -> str:
    """Returns the obstacles to `pulumi up`, and their remedies."""
    locks, protected = _locks(change), [r for r in change.gone if r.protect]
    lines = []
    if protected:
        names = ", ".join(r.name for r in protected)
        lines.append(
            _wrapped(
                "  protected: ", f"{names}. `pulumi up` refuses to delete them until you end the protection of each:"
            )
        )
        lines += [f"    pulumi state unprotect --stack {change.after.stack} '{r.urn}'" for r in protected]
    if locks:
        text = f"{plural(len(locks), 'lock')} against deletion. `pulumi up` deletes them first, which needs "
        text += "*Landing Zone Lock Administrator*. Locks that others created must be deleted by them."
        lines.append(_wrapped("  locked: ", text))
    return "\n".join(["Obstacles", *lines]) if lines else ""


def _next_of_added(change: StackFileChange) -> str:
    text = "Next: set `access` (its people) and `description` (its purpose); then run `amlz preview`."
    if not change.written:
        text = "To write the lines, run the command without --dry-run."
    return _wrapped("", text)


def _next_of_removed(change: StackFileChange) -> str:
    if not change.written:
        return _wrapped("", "Back up the data that you need. Then pass --yes to remove the lines from the stack file.")
    text = "Nothing in Azure is deleted before `pulumi up`. A later project of the same name needs `generation: 2` "
    return _wrapped("", text + "while Azure keeps the names of the deleted resources.")


def _size(cidr: str) -> int:
    return int(2 ** (32 - int(cidr.split("/")[1])))


def _wrapped(first: str, text: str) -> str:
    """Text in 80 columns behind `first`; further lines are indented as far as it is, at most nine columns."""
    above, line_break, start = first.rpartition("\n")
    indent = len(start) if not start.strip() else len(start) - len(start.lstrip()) + 2
    wrapper = textwrap.TextWrapper(WIDTH, start, " " * indent, break_long_words=False, break_on_hyphens=False)
    return above + line_break + wrapper.fill(text)
