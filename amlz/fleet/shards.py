"""Shards: the stacks of a wave, dealt out to jobs of nearly equal work. A pure function of the stack files.

Each job derives the same shards, so each stack is in exactly one of them. Production and other stacks are in
separate shards: a job of a pipeline has one approval.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from amlz.core.problems import LandingZoneError
from amlz.dataclass import dataclass

#: Jobs of a matrix of GitHub Actions, at most: https://docs.github.com/actions/reference/limits (2026-11-28).
MOST_JOBS = 256
#: Jobs of a wave without `--of`: a job for so many stacks, and no more jobs than that.
_STACKS_OF_JOB, _JOBS_OF_WAVE = 10, 64


@dataclass(frozen=True, slots=True)
class WorkStack:
    """A stack as work. `cost`: its environments and one more, by which work is dealt out."""

    name: str
    path: str
    wave: int
    production: bool
    cost: int


@dataclass(frozen=True, slots=True)
class WorkShard:
    """Shard `number` of `of` of a wave."""

    wave: int
    number: int
    of: int
    production: bool
    stacks: tuple[WorkStack, ...]

    @property
    def name(self) -> str:
        """Returns `2/7`."""
        return f"{self.number}/{self.of}"


def shards(stacks: Iterable[WorkStack], wave: int, of: int | None = None) -> tuple[WorkShard, ...]:
    """Returns the shards of a wave, without empty ones. `of`: how many, None for a number by the stacks.

    Raises LandingZoneError where production and other stacks would share the only shard.
    """
    of_wave = sorted((stack for stack in stacks if stack.wave == wave), key=lambda stack: stack.name)
    kinds = [[stack for stack in of_wave if stack.production is production] for production in (True, False)]
    least = sum(bool(kind) for kind in kinds)
    if of is None:
        of = max(least, min(_JOBS_OF_WAVE, -(-len(of_wave) // _STACKS_OF_JOB)))
    if of < least:
        raise LandingZoneError(
            f"wave {wave}\n  It has production and other stacks. They are never in one job, since an approval is\n"
            "  for a job. Use at least 2 shards."
        )
    first = _share(kinds, of)
    dealt = [*_dealt(kinds[0], first), *_dealt(kinds[1], of - first)]
    return tuple(
        WorkShard(wave, number, of, part[0].production, tuple(part)) for number, part in enumerate(dealt, 1) if part
    )


def shard(stacks: Iterable[WorkStack], wave: int, number: int, of: int) -> tuple[WorkStack, ...]:
    """Returns the stacks of one shard, none for an empty one. Raises LandingZoneError as `shards`."""
    return next((one.stacks for one in shards(stacks, wave, of) if one.number == number), ())


def _share(kinds: Sequence[Sequence[WorkStack]], of: int) -> int:
    """Returns how many shards are for production: by its part of the work, and at least one for each kind."""
    if not kinds[0] or not kinds[1]:
        return of if kinds[0] else 0
    costs = [sum(stack.cost for stack in kind) for kind in kinds]
    return min(of - 1, max(1, round(of * costs[0] / sum(costs))))


def _dealt(stacks: Sequence[WorkStack], of: int) -> list[list[WorkStack]]:
    """Returns so many lists: the dearest stack first, each to the list with the least work so far."""
    parts: list[list[WorkStack]] = [[] for _ in range(of)]
    costs = [0] * of
    for stack in sorted(stacks, key=lambda stack: (-stack.cost, stack.name)):
        least = costs.index(min(costs))
        parts[least].append(stack)
        costs[least] += stack.cost
    return [sorted(part, key=lambda stack: stack.name) for part in parts]
