"""stacks/different-settings: one hub, data lake or registry that stacks describe differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amlz.azure.ids import parse
from amlz.checks.finding import Check, Severity
from amlz.checks.stacks.facts import BetweenStacks, StackFacts, finding_of
from amlz.core.capability import SharedUse
from amlz.core.problems import Path, listed

CHECK = Check(
    id="stacks/different-settings",
    severity=Severity.WARNING,
    says="`{key}` of the {what} {name} is {values}.",
    remedy="Set one value in all of them. Of a hub that another stack builds, write the outputs again.",
    why="A resource that several stacks use has one address, one range, one owner. Where stack files differ, one of "
    "them is outdated: its routes, security rules and roles do not fit. A different range of private endpoints is "
    "reported for stacks of the same hub only.",
    source="https://learn.microsoft.com/azure/cloud-adoption-framework/ready/considerations/infrastructure-as-code",
)
#: The same of a container that the stack which builds the lake does not have.
MISSING = Check(
    id=CHECK.id,
    severity=Severity.ERROR,
    says="{user} uses the container {container} of the data lake {name}, and {builder}, which builds the lake, has "
    "none of this name.",
    remedy="Add it to `dataLake.containers` in the stack file that builds the lake, or remove it from the other one.",
    why=CHECK.why,
    source=CHECK.source,
)

Uses = list[tuple[StackFacts, SharedUse]]


def compare(stacks: Sequence[StackFacts]) -> Iterator[BetweenStacks]:
    """Returns each setting with several values, and containers that their lake does not have."""
    by_id: dict[str, Uses] = {}
    for stack in stacks:
        for use in stack.uses:
            by_id.setdefault(use.id.lower(), []).append((stack, use))
    for identity, uses in by_id.items():
        if len({stack.file.stack for stack, _ in uses}) > 1:
            yield from _settings(identity, uses)
            yield from _containers(identity, uses)


def _settings(identity: str, uses: Uses) -> Iterator[BetweenStacks]:
    """Returns the settings of one resource that differ."""
    values: dict[tuple[str, str], dict[str, list[tuple[StackFacts, Path]]]] = {}
    for stack, use in uses:
        for key, value in use.settings.items():
            within = stack.hub if key.endswith("endpointRange") else ""
            values.setdefault((key, within), {}).setdefault(value, []).append((stack, use.path))
    for (key, _), by_value in values.items():
        names = {stack.file.stack for pairs in by_value.values() for stack, _ in pairs}
        if len(by_value) > 1 and len(names) > 1:
            texts = [
                f"{value} in {listed(dict.fromkeys(stack.file.stack for stack, _ in pairs))}"
                for value, pairs in by_value.items()
            ]
            words = {"key": key, "what": uses[0][1].what, "name": parse(identity).name, "values": listed(texts)}
            yield finding_of(CHECK, (pair for pairs in by_value.values() for pair in pairs), words)


def _containers(identity: str, uses: Uses) -> Iterator[BetweenStacks]:
    """Returns containers that a stack uses and the one that builds the lake does not have."""
    builder = next(((stack, use) for stack, use in uses if use.offers is not None), None)
    if builder is None:
        return
    for stack, use in uses:
        for container in use.needs if use.offers is None else ():
            if container not in (builder[1].offers or ()):
                words = {
                    "user": stack.file.stack,
                    "container": container,
                    "name": parse(identity).name,
                    "builder": builder[0].file.stack,
                }
                yield finding_of(MISSING, [(builder[0], builder[1].path), (stack, use.path)], words)
