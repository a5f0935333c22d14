"""stacks/same-record: private endpoints of two stacks to one resource that write its name to one zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amlz.azure.ids import parse
from amlz.checks.finding import Check, Severity
from amlz.checks.stacks.facts import BetweenStacks, StackFacts, finding_of
from amlz.core.problems import Path, listed

CHECK = Check(
    id="stacks/same-record",
    severity=Severity.ERROR,
    says="{stacks} each build a private endpoint to {name} and write its addresses to the zone {zone}: those of one "
    "replace those of the other.",
    remedy="Set `endpointRange` of it in one of the stack files to the range of the other's endpoint. A destination "
    "has no such key: remove it from one of them, or set other private DNS zones (`dns`).",
    why="A private DNS zone has one record for the name of a resource. The zone group of the second endpoint takes it "
    "over, and deleting either endpoint deletes it for both. Zones that Azure Policy writes to are not compared.",
    source="https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
)


def compare(stacks: Sequence[StackFacts]) -> Iterator[BetweenStacks]:
    """Returns each resource with the zones that several stacks write it to."""
    writers: dict[tuple[str, str], list[tuple[StackFacts, Path]]] = {}
    for stack in stacks:
        for key, path in stack.records.items():
            writers.setdefault(key, []).append((stack, path))
    rows: dict[tuple[str, tuple[str, ...]], tuple[list[str], list[tuple[StackFacts, Path]]]] = {}
    for (target, zone), pairs in writers.items():
        if len(pairs) > 1:
            names = tuple(stack.file.stack for stack, _ in pairs)
            rows.setdefault((target, names), ([], pairs))[0].append(parse(zone).name)
    for (target, names), (zones, pairs) in rows.items():
        yield finding_of(CHECK, pairs, {"stacks": listed(names), "name": parse(target).name, "zone": listed(zones)})
