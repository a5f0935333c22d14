"""stacks/name-taken: two resources of different stacks with a name that only one can have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amlz.checks.finding import Check, Severity
from amlz.checks.stacks.built_twice import Builders, kind_in_words, several
from amlz.checks.stacks.facts import BetweenStacks, StackFacts, finding_of
from amlz.core.names import TakenName
from amlz.core.problems import Path, listed

CHECK = Check(
    id="stacks/name-taken",
    severity=Severity.ERROR,
    says="{stacks} each name a {kind} {name}, and it must be unique {where}: Azure refuses the second one.",
    remedy="Set another name in one of the stack files.",
    why="Names of storage accounts, vaults, registries and other resources with a public host name are unique in all "
    "of Azure, those of online endpoints in a region. A generated name ends in characters that differ between units, "
    "subscriptions and regions; a configured name does not.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
)


def compare(stacks: Sequence[StackFacts]) -> Iterator[BetweenStacks]:
    """Returns each such name. A resource that is itself built twice is left to `stacks/built-twice`."""
    takers: dict[TakenName, Builders] = {}
    for stack in stacks:
        for name, path in stack.names.items():
            if name.within is None or not name.within.startswith("/"):
                takers[name] = (*takers.get(name, ()), (stack, path))
    groups = {
        (stack.file.stack, _owner(path))
        for name, builders in several(stacks).items()
        if name.kind == "resourceGroup"
        for stack, path in builders
    }
    for name, pairs in takers.items():
        left = [pair for pair in pairs if (pair[0].file.stack, _owner(pair[1])) not in groups]
        if len(pairs) > 1 and left:
            words = {
                "stacks": listed(stack.file.stack for stack, _ in pairs),
                "kind": kind_in_words(name.kind),
                "name": name.name,
                "where": "in all of Azure" if name.within is None else f"in {name.within}",
            }
            yield finding_of(CHECK, pairs, words)


def _owner(path: Path) -> Path:
    """Returns the path of what has a resource group: an environment, a spoke, or a part of the landing zone."""
    return path[: {"projects": 4, "spokes": 2}.get(str(path[0]), 1)]
