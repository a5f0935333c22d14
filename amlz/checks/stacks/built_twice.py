"""stacks/built-twice: one resource that two stacks build."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from amlz.checks.finding import Check, Severity
from amlz.checks.stacks.facts import DEFINITIONS, BetweenStacks, StackFacts, finding_of
from amlz.core.names import TakenName
from amlz.core.problems import Path, listed
from amlz.core.words import plural

CHECK = Check(
    id="stacks/built-twice",
    severity=Severity.ERROR,
    says="{stacks} each build the {kind} {name}{inside}: the second deployment fails, or changes what the first one "
    "made.",
    remedy="Set another `businessUnit` in one of the stack files, or rename or remove there what has the same name.",
    otherwise=("Set `policies.createDefinitions` to `false` in all stack files but one.",),
    why="A resource belongs to one stack. Pulumi refuses to create most resources that exist, overwrites others, and "
    "`pulumi destroy` of one stack deletes them for both. Compared are the names that the stack files decide, in the "
    "resource groups and networks that hold them, and scopes of policy definitions. Of what is below a resource group "
    "that is built twice, only the number is reported.",
    source="https://www.pulumi.com/docs/iac/concepts/resources/names/",
)

Builders = tuple[tuple[StackFacts, Path], ...]


def compare(stacks: Sequence[StackFacts]) -> Iterator[BetweenStacks]:
    """Returns each resource that several stacks build; of those in a resource group that they all build, the count."""
    shared = several(stacks)
    held: dict[str, list[TakenName]] = {}
    for name in shared:
        if name.kind == "resourceGroup":
            held[f"{name.within}/resourcegroups/{name.name}"] = []
    tops = []
    for name in shared:
        group = group_of(name)
        if group in held and name.kind != "resourceGroup":
            held[group].append(name)
        else:
            tops.append(name)
    for name in tops:
        count = len(held.get(f"{name.within}/resourcegroups/{name.name}", ()))
        words = {
            "stacks": listed(stack.file.stack for stack, _ in shared[name]),
            "kind": kind_in_words(name.kind) + (" of" if name.kind == DEFINITIONS else ""),
            "name": name.name,
            "inside": f" and {plural(count, 'resource')} in it" if count else "",
        }
        yield finding_of(CHECK, shared[name], words, remedy=CHECK.otherwise[0] if name.kind == DEFINITIONS else None)


def several(stacks: Sequence[StackFacts]) -> dict[TakenName, Builders]:
    """Returns names below a resource group or a subscription that several stacks give, with the stacks."""
    builders: dict[TakenName, Builders] = {}
    for stack in stacks:
        for name, path in stack.names.items():
            if name.within is not None and name.within.startswith("/"):
                builders[name] = (*builders.get(name, ()), (stack, path))
    return {name: pairs for name, pairs in builders.items() if len(pairs) > 1}


def group_of(name: TakenName) -> str:
    """Returns the ID of the resource group that a name is in, in lower case."""
    parts = (name.within or "").split("/")
    return "/".join(parts[:5])


def kind_in_words(kind: str) -> str:
    """Returns `resource group` for resourceGroup."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
