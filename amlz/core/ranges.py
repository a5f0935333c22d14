"""Sets of IPv4 ranges, searched without comparing each with each."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, summarize_address_range
from typing import TypeVar

from amlz.core.problems import Path

Use = TypeVar("Use")


def with_ranges_around(
    uses: Iterable[Use], cidr_of: Callable[[Use], IPv4Network]
) -> Iterator[tuple[Use, Iterator[Use]]]:
    """Returns each use of a range with the uses of the ranges that contain it, the nearest first; these are read before
    the next use.

    `uses`: by first address, of one address the larger range first. Of two CIDR ranges that overlap, one is in the
    other, so the work grows with the number of ranges, not of pairs. Equal ranges contain each other: the later one
    has the earlier one around it.
    """
    around: list[Use] = []
    for use in uses:
        while around and not cidr_of(use).subnet_of(cidr_of(around[-1])):
            around.pop()
        yield use, reversed(around)
        around.append(use)


class ClaimedRanges:
    """Ranges in use, in the order in which they were claimed, and the path of each claim."""

    def __init__(self) -> None:
        self._claims: list[tuple[IPv4Network, Path]] = []
        #: The first claim of exactly this range, and the first of a range inside it: by prefix length and first bits.
        self._exactly: dict[tuple[int, int], int] = {}
        self._inside: dict[tuple[int, int], int] = {}

    def __iter__(self) -> Iterator[tuple[IPv4Network, Path]]:
        return iter(self._claims)

    def add(self, network: IPv4Network, path: Path) -> None:
        """Claims a range."""
        number = len(self._claims)
        self._claims.append((network, path))
        around = list(_around(network))
        self._exactly.setdefault(around[-1], number)
        for block in around:
            self._inside.setdefault(block, number)

    def first_overlap(self, network: IPv4Network) -> tuple[IPv4Network, Path] | None:
        """The first claim that shares addresses with a range. Two ranges do if one lies inside the other."""
        around = list(_around(network))
        numbers = [self._exactly[block] for block in around if block in self._exactly]
        numbers += [self._inside[around[-1]]] if around[-1] in self._inside else []
        return self._claims[min(numbers)] if numbers else None


def _around(network: IPv4Network) -> Iterator[tuple[int, int]]:
    """Every range that holds a range, the range itself last: prefix length and first bits."""
    address = int(network.network_address)
    return ((prefix, address >> (32 - prefix)) for prefix in range(network.prefixlen + 1))


def free_ranges(ranges: Iterable[str], used: Iterable[str]) -> tuple[str, ...]:
    """Returns the rest of each range, as few and as large as can be, in order."""
    taken: list[tuple[int, int]] = []  # first and last address, in order, none touching another
    for first, last in sorted(_ends(IPv4Network(cidr)) for cidr in used):
        if taken and first <= taken[-1][1] + 1:
            taken[-1] = (taken[-1][0], max(last, taken[-1][1]))
        else:
            taken.append((first, last))
    lasts = [last for _, last in taken]
    left: list[IPv4Network] = []
    for cidr in ranges:
        start, end = _ends(IPv4Network(cidr))
        for first, last in taken[bisect_right(lasts, start - 1) :]:
            if first > end:
                break
            left += _blocks(start, first - 1)
            start = last + 1
        left += _blocks(start, end)
    return tuple(str(block) for block in sorted(left))


def _ends(network: IPv4Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)


def _blocks(first: int, last: int) -> Iterable[IPv4Network]:
    return summarize_address_range(IPv4Address(first), IPv4Address(last)) if first <= last else ()


def next_free(free: Iterable[str], prefix: int) -> str | None:
    """The first range of this size that is free."""
    return Free(free).take(prefix)


class Free:
    """Free ranges, of which parts are taken one after the other."""

    def __init__(self, free: Iterable[str]) -> None:
        self._starts: dict[int, list[int]] = {}
        for cidr in free:
            network = IPv4Network(cidr)
            self._add(network.prefixlen, int(network.network_address))

    def take(self, prefix: int) -> str | None:
        """Takes the first range of this size; None where there is none."""
        large = [(starts[0], size) for size, starts in self._starts.items() if size <= prefix and starts]
        if not large:
            return None
        start, size = min(large)
        heapq.heappop(self._starts[size])
        for rest in range(size + 1, prefix + 1):
            self._add(rest, start + 2 ** (32 - rest))
        return f"{IPv4Address(start)}/{prefix}"

    def _add(self, prefix: int, start: int) -> None:
        heapq.heappush(self._starts.setdefault(prefix, []), start)
