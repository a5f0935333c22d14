"""The address plan: every network and subnet, and what is free."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.core.addresses import AddressPlan, AddressSpace
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
    return [
        {
            "network": space.network,
            "ranges": list(space.ranges),
            "free": list(space.free),
            "exists": not space.built,
            "blocks": [
                {
                    "owner": str(block.owner),
                    "range": block.cidr,
                    "subnets": [
                        {"role": s.role, "range": s.cidr, "holds": s.holds, "needed": s.needed} for s in block.subnets
                    ],
                }
                for block in space.blocks
            ],
        }
        for space in plan.spaces
    ]


def _space(space: AddressSpace, indent: str) -> Iterator[str]:
    yield wrapped(f"{indent}{space.network:<34}", ", ".join(space.ranges))
    for block in space.blocks:
        if block.owner != "hub":
            yield f"{indent}  {block.owner:<32}{block.cidr}"
        for subnet in block.subnets:
            wants = f"{subnet.needed} of {subnet.holds} wanted" if subnet.needed else f"{subnet.holds} addresses"
            yield f"{indent}    {subnet.role:<30}{subnet.cidr:<20}{wants}"
    if space.built:
        yield wrapped(f"{indent}  {'free':<32}", ", ".join(space.free) or "nothing")
    else:
        yield f"{indent}  exists already: what is in it is not known here"
