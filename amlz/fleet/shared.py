"""Resources that two stacks of a fleet build: the second deployment would change or refuse what the first one made."""

from __future__ import annotations

from amlz.fleet.folder import FleetReports


def built_twice(reports: FleetReports) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Returns the ID of each resource that several stacks build, with their keys; resources below one are left out."""
    result = {
        identity: tuple(stack.key for stack in stacks)
        for identity, stacks in reports.builders.items()
        if len(stacks) > 1
    }
    kept: list[tuple[str, tuple[str, ...]]] = []
    last = ""
    for identity in sorted(result, key=lambda text: text.split("/")):
        if last and identity.startswith(f"{last}/") and result[identity] == result[last]:
            continue
        last = identity
        kept.append((identity, result[identity]))
    return tuple(kept)
