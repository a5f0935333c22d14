"""Blocks of an address space that are reserved for units: the next free one, and ranges outside of them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

from amlz.core.problems import LandingZoneError
from amlz.fleet.addresses import RangeUse, uses
from amlz.fleet.folder import FleetReports


def free_block(reports: FleetReports, space: str, length: int) -> IPv4Network:
    """Returns a block that shares no address with a reserved one, nor with a range in use: the first one in the
    smallest gap that has room. `length`: of the prefix.

    Raises LandingZoneError where there is none, or where ranges in use are not known.
    """
    config, display_path = reports.fleet.config, reports.fleet.display_path
    if space not in config.pools:
        raise LandingZoneError(
            f"{display_path}\n  The address space {space!r} has no pool to reserve from.\n"
            "  Add its ranges below `pools`."
        )
    unknown = [one for one in reports.unusable if not one.record and config.units[one.unit].space == space]
    if unknown:
        lines = "\n".join(f"  {one.file}: {one.why}" for one in unknown)
        raise LandingZoneError(
            f"{display_path}\n  Ranges in use are not known, so a reserved block could share addresses with them.\n"
            f"{lines}\n"
            "  Publish these reports first."
        )
    taken = [IPv4Network(block.range) for block in config.blocks if block.space == space]
    taken += [use.range.cidr for use in uses(reports) if use.space == space]
    gaps = [gap for pool in config.pools[space] for gap in _gaps(IPv4Network(pool), taken) if gap.prefixlen <= length]
    if not gaps:
        raise LandingZoneError(
            f"{display_path}\n  No block /{length} is free in the pool of {space!r}.\n"
            "  Reserve a smaller one, or add a range below `pools`."
        )
    best = min(gaps, key=lambda gap: (-gap.prefixlen, int(gap.network_address)))
    return IPv4Network((int(best.network_address), length))


def outside_of_blocks(reports: FleetReports) -> tuple[RangeUse, ...]:
    """Returns each range of a network that a stack builds outside of the blocks of its unit, in spaces with blocks."""
    blocks: dict[tuple[str, str], list[IPv4Network]] = {}
    for block in reports.fleet.config.blocks:
        blocks.setdefault((block.space, block.unit), []).append(IPv4Network(block.range))
    spaces = {space for space, _ in blocks}
    return tuple(
        RangeUse(stack.space, one, (stack,))
        for stack in reports.stacks
        for one in stack.summary.ranges
        if stack.space in spaces and not one.exists and not one.owner
        if not any(one.cidr.subnet_of(block) for block in blocks.get((stack.space, stack.unit), ()))
    )


def _gaps(pool: IPv4Network, taken: list[IPv4Network]) -> Iterator[IPv4Network]:
    """Returns the free parts of a pool, each a range in CIDR form."""
    start, end = int(pool.network_address), int(pool.broadcast_address)
    for one in sorted(taken, key=lambda network: (int(network.network_address), network.prefixlen)):
        first, last = int(one.network_address), int(one.broadcast_address)
        if last < start or first > end:
            continue
        if first > start:
            yield from summarize_address_range(IPv4Address(start), IPv4Address(first - 1))
        start = last + 1
    if start <= end:
        yield from summarize_address_range(IPv4Address(start), IPv4Address(end))
