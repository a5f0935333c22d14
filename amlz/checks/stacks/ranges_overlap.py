"""stacks/ranges-overlap: networks of two stacks that route to each other and share addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from amlz.azure.ids import parse
from amlz.checks.finding import Check, Severity
from amlz.checks.stacks.facts import BetweenStacks, StackFacts, StackRange, finding_of
from amlz.core.ranges import with_ranges_around
from amlz.dataclass import dataclass

CHECK = Check(
    id="stacks/ranges-overlap",
    severity=Severity.ERROR,
    says="{range} in {one} overlaps {other_range} in {other}: {why}.",
    remedy="Set a range in one of the two stack files that the other one does not use.",
    otherwise=(
        "Set a range in one of the two stack files that the other one does not use. No action needed, if their hubs "
        "are connected to different networks on premises.",
    ),
    why="Networks that are peered with one hub reach each other through its firewall: of two with the same addresses, "
    "a packet reaches one only, and Azure refuses to peer one network with two that overlap. Compared are the "
    "networks of stacks with the same hub, and `onPremises` of each with the networks of the others. A summary route, "
    "which contains whole networks, is no overlap. Stacks whose hubs have a gateway and overlapping `onPremises` get a "
    "warning.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
)


@dataclass(frozen=True, slots=True)
class _Use:
    """A range in a stack. `site`: the hub that represents all networks that route to each other."""

    stack: StackFacts
    range: StackRange
    site: str


def compare(stacks: Sequence[StackFacts]) -> Iterator[BetweenStacks]:
    """Returns each range that overlaps one of another stack, with the nearest such range around it."""
    sites = _sites(stacks)
    uses: dict[str, list[_Use]] = {}
    for stack in stacks:
        for item in stack.ranges:
            uses.setdefault(sites[stack.hub], []).append(_Use(stack, item, sites[stack.hub]))
    for _, of_site in sorted(uses.items()):
        for use, around in with_ranges_around(sorted(of_site, key=_place), lambda use: use.range.cidr):
            conflict = next((why for outer in around if (why := _conflict(outer, use))), None)
            if conflict is not None:
                yield conflict


def _sites(stacks: Sequence[StackFacts]) -> Mapping[str, str]:
    """Returns, by hub, the hub that represents the hubs which networks on premises connect: those with a gateway and
    overlapping ranges of `onPremises`.
    """
    sites = {stack.hub: stack.hub for stack in stacks}

    def site(hub: str) -> str:
        while sites[hub] != hub:
            sites[hub] = hub = sites[sites[hub]]
        return hub

    connected = [
        _Use(stack, item, stack.hub) for stack in stacks if stack.gateway for item in stack.ranges if not item.network
    ]
    for use, around in with_ranges_around(sorted(connected, key=_place), lambda use: use.range.cidr):
        for outer in around:
            sites[site(use.site)] = site(outer.site)
            break
    return {hub: site(hub) for hub in sites}


def _place(use: _Use) -> tuple[object, ...]:
    cidr = use.range.cidr
    return (int(cidr.network_address), cidr.prefixlen, use.range.block, use.stack.file.stack, use.range.network or "")


def _conflict(outer: _Use, inner: _Use) -> BetweenStacks | None:
    """Returns the finding of two ranges, the second inside the first; None where both may be used."""
    one, other = inner.range, outer.range
    if inner.stack is outer.stack or not (one.network or other.network):
        return None
    if one.network == other.network:
        network = one.network or ""
        both_build = inner.stack.builds_network(network) and outer.stack.builds_network(network)
        if not (one.block and other.block) or both_build:  # the network itself is then built twice
            return None
        return _finding(outer, inner, f"both are in the network {_name(network)}")
    if one.block or other.block:
        return None  # found for their networks
    if not other.network and one.cidr != other.cidr:
        return None  # a summary route
    return _finding(outer, inner, None if inner.stack.hub != outer.stack.hub else _same_hub(outer, inner))


def _same_hub(outer: _Use, inner: _Use) -> str:
    hub = _name(inner.stack.hub)
    if outer.range.network and inner.range.network:
        return f"both networks are peered with the hub {hub}, so a packet to these addresses has two routes"
    behind = inner if inner.range.network is None else outer
    return f"for {behind.stack.file.stack} these addresses are on premises, behind the same hub {hub}"


def _finding(outer: _Use, inner: _Use, why: str | None) -> BetweenStacks:
    """Returns the finding. `why`: None for stacks that only networks on premises connect."""
    words = {
        "range": str(inner.range.cidr),
        "one": inner.stack.file.stack,
        "other_range": str(outer.range.cidr),
        "other": outer.stack.file.stack,
        "why": why or "both hubs have a gateway to the same ranges of `onPremises`, where both have a route",
    }
    keys = [(outer.stack, outer.range.path), (inner.stack, inner.range.path)]
    if why is None:
        return finding_of(CHECK, keys, words, Severity.WARNING, CHECK.otherwise[0])
    return finding_of(CHECK, keys, words)


def _name(network: str) -> str:
    return parse(network).name
