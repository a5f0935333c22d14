"""The address plan: every network and subnet, and what is free."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.core.addresses import AddressPlan, AddressSpace, ExistingAddressSpace
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped


def as_text(plan: AddressPlan) -> str:
    """The address plan alone, for a terminal."""
    return "".join(f"{line}\n" for line in lines(plan, ""))


def as_json(plan: AddressPlan) -> str:
    """The address plan alone, for programs."""
    return dump(records(plan))


def lines(plan: AddressPlan, indent: str) -> Iterator[str]:
    """Every network with its blocks, its subnets and what is free."""
    for space in plan.spaces:
        yield from _space(space, indent)


def records(plan: AddressPlan) -> list[dict[str, Any]]:
    """The address plan as JSON."""
    return [_record(space) for space in plan.spaces]


def _record(space: AddressSpace | ExistingAddressSpace) -> dict[str, Any]:
    record: dict[str, Any] = {"network": space.network, "ranges": list(space.ranges)}
    if isinstance(space, ExistingAddressSpace):
        return record | {"free": [], "exists": True, "blocks": []}
    blocks = [
        {
            "owner": str(block.owner),
            "range": block.cidr,
            "subnets": [{"role": s.role, "range": s.cidr, "holds": s.holds, "needed": s.needed} for s in block.subnets],
        }
        for block in space.blocks
    ]
    return record | {"free": list(space.free), "exists": False, "blocks": blocks}


def _space(space: AddressSpace | ExistingAddressSpace, indent: str) -> Iterator[str]:
    yield wrapped(f"{indent}{space.network:<34}", ", ".join(space.ranges))
    if isinstance(space, ExistingAddressSpace):
        yield f"{indent}  exists already: what is in it is not known here"
        return
    for block in space.blocks:
        if block.owner != "hub":
            yield f"{indent}  {block.owner:<32}{block.cidr}"
        for subnet in block.subnets:
            wants = f"{subnet.needed} of {subnet.holds} wanted" if subnet.needed else f"{subnet.holds} addresses"
            yield f"{indent}    {subnet.role:<30}{subnet.cidr:<20}{wants}"
    yield wrapped(f"{indent}  {'free':<32}", ", ".join(space.free) or "nothing")
