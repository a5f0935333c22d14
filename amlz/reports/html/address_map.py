"""The address map: ranges of networks to scale, their content, and free ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from amlz.core.addresses import AddressBlock, AddressSpace, ExistingAddressSpace
from amlz.core.plan import LandingZonePlan

#: Lines in which a range is drawn at most; each is a power of two of addresses.
LINES = 16
#: The shortest line: a /24, as people read ranges.
_SHORTEST = 256


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a line. `start` and `width` in per cent of it. `use`: subnet, spare (of a block, no subnet) or free.

    `label`: "" on further lines of what needs more than one.
    """

    label: str
    says: str
    use: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class AddressLine:
    """So many addresses from `first` on."""

    first: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A range to scale. `line`: the size of a line, as a prefix such as /24."""

    cidr: str
    addresses: int
    line: str
    lines: tuple[AddressLine, ...]


@dataclass(frozen=True, slots=True)
class SubnetRow:
    """A subnet with its numbers. `of`: whose block it is in."""

    of: str
    role: str
    cidr: str
    needed: int
    holds: int


@dataclass(frozen=True, slots=True)
class NetworkMap:
    """A network: its ranges to scale, its subnets and its free ranges. Of one that exists only its ranges are known."""

    network: str
    built: bool
    ranges: tuple[Range, ...]
    subnets: tuple[SubnetRow, ...]
    free: tuple[tuple[str, int], ...]
    addresses: int

    @property
    def free_addresses(self) -> int:
        """Returns the addresses without any content."""
        return sum(count for _, count in self.free)

    @property
    def free_percent(self) -> int:
        """Of all, rounded down."""
        return 100 * self.free_addresses // self.addresses if self.addresses else 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Addresses from `first` to `last`, both whole numbers and in it."""

    first: int
    last: int
    label: str
    says: str
    use: str


def address_map(plan: LandingZonePlan) -> tuple[NetworkMap, ...]:
    """Every network, the hub first."""
    return tuple(_network(space) for space in plan.addresses.spaces)


def _network(space: AddressSpace | ExistingAddressSpace) -> NetworkMap:
    networks = [IPv4Network(cidr) for cidr in space.ranges]
    addresses = sum(network.num_addresses for network in networks)
    if isinstance(space, ExistingAddressSpace):
        return NetworkMap(space.network, False, (), (), (), addresses)
    pieces = sorted(_pieces(space), key=lambda piece: piece.first)
    return NetworkMap(
        network=space.network,
        built=True,
        ranges=tuple(_range(network, pieces) for network in networks),
        subnets=tuple(
            SubnetRow(str(block.owner), s.role, s.cidr, s.needed, s.holds)
            for block in space.blocks
            for s in block.subnets
        ),
        free=tuple((cidr, IPv4Network(cidr).num_addresses) for cidr in space.free),
        addresses=addresses,
    )


def _pieces(space: AddressSpace) -> Iterator[_Piece]:
    """Subnets, what is left of their blocks, and free ranges. They do not overlap."""
    for block in space.blocks:
        owner = "" if block.owner == "hub" else f"{block.owner} "
        for subnet in block.subnets:
            wants = f"{subnet.needed} of {subnet.holds} wanted" if subnet.needed else f"{subnet.holds} addresses"
            yield _piece(subnet.cidr, f"{owner}{subnet.role}", wants, "subnet")
        if block.owner != "hub":  # the rest of the hub's block is shown as free
            yield from (_piece(cidr, f"{block.owner} spare", "in no subnet", "spare") for cidr in _left(block))
    for cidr in space.free:
        yield _piece(cidr, f"{cidr} free", f"{IPv4Network(cidr).num_addresses:,} addresses", "free")


def _left(block: AddressBlock) -> list[str]:
    """Ranges of a block that are in none of its subnets."""
    left = [IPv4Network(block.cidr)]
    for subnet in block.subnets:
        taken = IPv4Network(subnet.cidr)
        left = [
            part
            for network in left
            for part in (network.address_exclude(taken) if taken.subnet_of(network) else (network,))
        ]
    return [str(network) for network in sorted(left)]


def _piece(cidr: str, label: str, says: str, use: str) -> _Piece:
    network = IPv4Network(cidr)
    place = label if cidr in label else f"{cidr}, {label}"
    return _Piece(int(network.network_address), int(network.broadcast_address), label, f"{place}: {says}", use)


def _range(network: IPv4Network, pieces: list[_Piece]) -> Range:
    size = min(network.num_addresses, max(_SHORTEST, network.num_addresses // LINES))
    base = int(network.network_address)
    count = network.num_addresses // size
    by_line: list[list[Segment]] = [[] for _ in range(count)]
    for piece in pieces:
        first, last = max(piece.first, base), min(piece.last, base + network.num_addresses - 1)
        for index in range((first - base) // size, (last - base) // size + 1) if first <= last else ():
            start = base + index * size
            low, high = max(first, start), min(last, start + size - 1)
            share = 100 / size
            label = piece.label if low == piece.first else ""
            by_line[index].append(
                Segment(label, piece.says, piece.use, (low - start) * share, (high - low + 1) * share)
            )
    lines = tuple(AddressLine(str(IPv4Address(base + i * size)), tuple(segments)) for i, segments in enumerate(by_line))
    return Range(str(network), network.num_addresses, f"/{33 - size.bit_length()}", lines)
