"""stacks/same-container: a container of a data lake that environments of two stacks write to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amlz.azure.ids import parse
from amlz.checks.finding import Check, Severity
from amlz.checks.stacks.facts import BetweenStacks, StackFacts, finding_of
from amlz.core.problems import Path, listed

CHECK = Check(
    id="stacks/same-container",
    severity=Severity.ERROR,
    says="Environments of {stacks} write to one container, {container} of the data lake {lake}, which each of them has "
    "for itself.",
    remedy="Set `dataLake.workspace` to `shared` in each of the stack files, or rename the project in one of them.",
    why="With `dataLake.workspace: perEnvironment` a container is named after its project and environment. Two stacks "
    "that use one lake, and have a project and an environment of the same name, mean the same container: each can "
    "read, change and delete the data of the other.",
    source="https://learn.microsoft.com/azure/storage/blobs/data-lake-storage-access-control-model",
)


def compare(stacks: Sequence[StackFacts]) -> Iterator[BetweenStacks]:
    """Returns each container that environments of several stacks have for themselves."""
    writers: dict[tuple[str, str], list[tuple[StackFacts, Path]]] = {}
    for stack in stacks:
        for use in stack.uses:
            for container, path in use.writes.items():
                writers.setdefault((use.id.lower(), container), []).append((stack, path))
    for (lake, container), pairs in writers.items():
        builds = sum(use.offers is not None for stack, _ in pairs for use in stack.uses if use.id.lower() == lake)
        if len(pairs) > 1 and builds < len(pairs):  # where all of them build the lake, that is built twice
            words = {
                "stacks": listed(stack.file.stack for stack, _ in pairs),
                "container": container,
                "lake": parse(lake).name,
            }
            yield finding_of(CHECK, pairs, words)
