"""The order of all stacks of a fleet: a stack that builds a resource before those that refer to it, at any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from amlz.core.problems import LandingZoneError, listed
from amlz.core.terminal import in_one_line
from amlz.dataclass import dataclass
from amlz.fleet.folder import FleetReports, FleetStack
from amlz.fleet.summary import parents

#: Names of a cycle that a message lists.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class OrderedStack:
    """A stack in its wave. `after`: keys of the stacks that must be deployed before it, each with one reason: an ID.

    `production`: whether it or a stack that waits for it holds production.
    """

    stack: FleetStack
    wave: int
    after: Mapping[str, str]
    production: bool


def ordered(reports: FleetReports) -> tuple[OrderedStack, ...]:
    """Returns the stacks by wave and name. Raises LandingZoneError where stacks wait for each other."""
    after = {stack.key: dict(sorted(_needed(stack, reports))) for stack in reports.stacks}
    waves = _waves(after)
    production = {stack.key for stack in reports.stacks if stack.summary.production}
    for key in sorted(waves, key=lambda key: -waves[key]):  # those that wait for others come first
        if key in production:
            production.update(after[key])
    stacks = [OrderedStack(s, waves[s.key], after[s.key], s.key in production) for s in reports.stacks]
    return tuple(sorted(stacks, key=lambda one: (one.wave, one.stack.key)))


def _needed(stack: FleetStack, reports: FleetReports) -> Iterator[tuple[str, str]]:
    """Keys of other stacks that build what a stack refers to, each with the first such ID."""
    seen: set[str] = set()
    for need in sorted(stack.summary.needs):
        identity = next((item for item in (need, *parents(need)) if item in reports.builders), "")
        for builder in reports.builders.get(identity, ()):
            if builder.key != stack.key and builder.key not in seen:
                seen.add(builder.key)
                yield builder.key, identity


def _waves(after: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Returns the wave of each stack: 1 for those that wait for none, else one more than the last they wait for."""
    waiting = {key: set(names) for key, names in after.items()}
    before: dict[str, list[str]] = {key: [] for key in after}
    for key, names in after.items():
        for name in names:
            before[name].append(key)
    waves: dict[str, int] = {}
    ready = [key for key, names in waiting.items() if not names]
    while ready:
        key = ready.pop()
        waves[key] = 1 + max((waves[name] for name in after[key]), default=0)
        for other in before[key]:
            waiting[other].discard(key)
            if not waiting[other]:
                ready.append(other)
    if len(waves) < len(after):
        raise _cycle({key: after[key] for key in sorted(after.keys() - waves.keys())})
    return waves


def _cycle(left: Mapping[str, Mapping[str, str]]) -> LandingZoneError:
    """Returns the error for stacks that wait for each other, with one reason for each."""
    path = [next(iter(left))]
    while path.count(path[-1]) == 1:
        path.append(next(name for name in left[path[-1]] if name in left))
    cycle = path[path.index(path[-1]) :]
    lines = [f"  {one} refers to {in_one_line(left[one][other])} of {other}." for one, other in pairwise(cycle)]
    more = f"\n  … and {len(lines) - _NAMED} more." if len(lines) > _NAMED else ""
    return LandingZoneError(
        f"{listed(cycle[:-1][:_NAMED])}\n"
        + "\n".join(lines[:_NAMED])
        + more
        + "\n  They wait for each other, so none can be deployed first. Move a resource to the stack that needs it."
    )
