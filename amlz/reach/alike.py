"""Destinations that one decision denies to a source: one of them is asked about, the others are counted."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from amlz.reach.answers import LAST_PORT, Evaluator, ReachAnswer
from amlz.reach.ends import End, EndKind, destinations
from amlz.reach.model import FilterRule, SecurityGroup
from amlz.reach.packet import Reachability
from amlz.reach.parties import PRIVATE, Range

#: So many environments and subnets are listed by name. Where no more have the same answer, each is asked about.
LISTED = 3


@dataclass(frozen=True, slots=True)
class Alike:
    """Destinations with the answer of one of them. `environments`: whose endpoints they are; 0 for subnets."""

    answer: ReachAnswer
    number: int
    environments: int = 0


class DestinationIndex:
    """The destinations of a landscape together: the endpoints of an environment, and each subnet of machines.

    Each source asks about every other end: what several environments share, what is outside of the
    networks, and each end that has the name or the addresses of another one.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._ends = destinations(evaluator.land)
        self._environments: dict[str, list[int]] = {}
        self._subnets: dict[str, list[int]] = {}
        self._apart: list[int] = []
        self._rooms: dict[Range, set[str]] = {}
        self._named: dict[str, set[str]] = {}
        self._targets: dict[str, set[str]] = {}
        #: Ends by what decides about their name and their public side, with the environments that have such ends.
        self._kinds: dict[tuple[object, ...], tuple[End, set[str]]] = {}
        self._unresolved: dict[str, set[str]] = {}
        self._fill()
        self._order = sorted(self._rooms)
        self._endpoints = sum(map(len, self._environments.values()))
        self._security_groups = {end.subnet.group.name for end in self._ends if end.subnet and end.subnet.group}

    def of(self, source: End) -> tuple[list[End], list[Alike]]:
        """Returns the destinations to ask about one by one, and the others."""
        others = self._others(source)
        if others is None:
            return self._ends, []
        environments = [group for key in others if (group := self._environments.get(key))]
        subnets = [group for key in others if (group := self._subnets.get(key))]
        count = len(self._environments) - len(environments), len(self._subnets) - len(subnets)
        if min(count) <= LISTED:
            return self._ends, []
        answers = [self._answer(source, groups, others) for groups in (self._environments, self._subnets)]
        if None in answers:
            return self._ends, []
        endpoint, subnet = (answer for answer in answers if answer)
        asked = sorted([*self._apart, *(position for group in (*environments, *subnets) for position in group)])
        number = self._endpoints - sum(map(len, environments))
        return [self._ends[position] for position in asked], [
            Alike(endpoint, number, count[0]),
            Alike(subnet, count[1]),
        ]

    def _fill(self) -> None:
        names = Counter((end.kind, end.name) for end in self._ends)
        rooms = _without_overlap({room for end in self._ends if end.subnet for room in end.subnet.ranges})
        unfit = {key for end in self._ends if (key := _key(end)) and not _is_fit(end, names, rooms)}
        for position, end in enumerate(self._ends):
            key, endpoint = _key(end), end.endpoint
            if end.subnet is None or not key or key in unfit:
                self._apart.append(position)
                continue
            (self._environments if endpoint else self._subnets).setdefault(key, []).append(position)
            for room in end.subnet.ranges:
                self._rooms.setdefault(room, set()).add(key)
            self._named.setdefault(end.name, set()).add(key)
            if endpoint:
                self._named.setdefault(endpoint.target_name, set()).add(key)
                self._targets.setdefault(endpoint.target.lower(), set()).add(key)
                self._kinds.setdefault((endpoint.zones, endpoint.public_access), (end, set()))[1].add(key)

    def _others(self, source: End) -> set[str] | None:
        """Returns the groups that a source asks about one by one: those that one rule may not deny to it.

        None for a source without such a rule.
        """
        if source.managed is not None:
            targets = (*source.managed.parts, source.managed.storage, *(rule.target for rule in source.managed.rules))
            own = {source.owner or ""} | self._named.get(source.managed.name, set()) | self._with_public_side
            return own.union(*(self._targets.get(target, ()) for target in targets))
        if source.subnet is None or source.subnet.group is None or not source.subnet.group.rules_known:
            return None
        ranges = ranges_before_denial(source.subnet.group)
        if ranges is None:
            return None
        own = {source.owner or "", source.subnet.id} | self._named.get(source.subnet.group.name, set())
        rooms = (self._rooms[room] for named in ranges for room in _overlapping(self._order, named))
        return own.union(self._without_address(source), *rooms)

    @cached_property
    def _with_public_side(self) -> set[str]:
        """Returns the environments with an endpoint to a resource whose public side is not off."""
        return {key for end, keys in self._kinds.values() if not _is_private(end) for key in keys}

    def _without_address(self, source: End) -> set[str]:
        """Returns the environments with an endpoint whose name has no private address in the network of a source."""
        if source.subnet is None:
            return set()
        network = source.subnet.network
        if network not in self._unresolved:
            self._unresolved[network] = {
                key
                for end, keys in self._kinds.values()
                if self._evaluator.name_in(source.subnet, end).passes is False
                for key in keys
            }
        return self._unresolved[network]

    def _answer(self, source: End, groups: dict[str, list[int]], others: set[str]) -> ReachAnswer | None:
        """Returns the answer for the first of the groups that are alike; None where it is not that of all of them."""
        end = next(self._ends[group[0]] for key, group in groups.items() if key not in others)
        answers = self._evaluator.ask(source, end, "tcp")
        hop = answers[0].decisive
        if len(answers) > 1 or answers[0].verdict is not Reachability.BLOCKED or hop is None:
            return None
        own = source.managed or (source.subnet and source.subnet.group)
        common = (own and hop.at == own.name) or not (hop.at in self._named or hop.at in self._security_groups)
        return answers[0] if common else None


def ranges_before_denial(group: SecurityGroup) -> list[Range] | None:
    """Returns the private ranges that outbound rules name before the one that denies every packet.

    None for a security group without such a rule, or with a rule before it that may apply to any private address.
    """
    ranges: list[Range] = []
    for rule in group.outbound:
        if _denies_everything(rule):
            return ranges
        for prefix in rule.destinations:
            if prefix.range:
                ranges.append(prefix.range)
            elif prefix.name in ("*", "?", "virtualnetwork") or (prefix.name or "").startswith("/"):
                return None
    return None


class NearbyEnds:
    """Ends by the ranges of their subnets, to find those that a security group may let packets reach."""

    def __init__(self, ends: Sequence[End]) -> None:
        self._ends = ends
        rooms = _without_overlap({room for end in ends if end.subnet for room in end.subnet.ranges})
        self._apart: set[int] = set()
        self._rooms: dict[Range, set[int]] = {}
        for position, end in enumerate(ends):
            if end.subnet is None or not _has_place(end, rooms):
                self._apart.add(position)
                continue
            for room in end.subnet.ranges:
                self._rooms.setdefault(room, set()).add(position)
        self._order = sorted(self._rooms)

    def of(self, group: SecurityGroup | None) -> Sequence[End]:
        """Returns the ends that outbound rules may allow, in order: all of them where no rule denies every packet."""
        ranges = ranges_before_denial(group) if group is not None and group.rules_known else None
        if ranges is None:
            return self._ends
        rooms = (self._rooms[room] for named in ranges for room in _overlapping(self._order, named))
        return [self._ends[position] for position in sorted(self._apart.union(*rooms))]


def _overlapping(order: Sequence[Range], named: Range) -> Iterator[Range]:
    """Returns those of some ranges that have an address of a range. They are in order and do not overlap each other."""
    for number in range(max(0, bisect_left(order, named) - 1), len(order)):
        low, high = order[number]
        if low > named[1]:
            return
        if high >= named[0]:
            yield low, high


def _denies_everything(rule: FilterRule) -> bool:
    every = any(p.name == "*" for p in rule.sources) and any(p.name == "*" for p in rule.destinations)
    return not rule.allow and every and not rule.protocols and not rule.fixed_source and (0, LAST_PORT) in rule.ports


def _key(end: End) -> str:
    """Returns the key of an end: its environment, or its subnet; "" for none."""
    if end.endpoint is not None:
        return end.owner or ""
    return end.subnet.id if end.subnet is not None else ""


def _is_fit(end: End, names: Counter[tuple[EndKind, str]], rooms: set[Range]) -> bool:
    """Returns whether nothing else has the name or the addresses of an end, and its addresses are private."""
    return names[end.kind, end.name] == 1 and _has_place(end, rooms)


def _has_place(end: End, rooms: set[Range]) -> bool:
    """Returns whether an end has private addresses, in a subnet whose ranges are among some that do not overlap."""
    if end.subnet is None or not end.ranges:
        return False
    private = all(any(low <= first and last <= high for low, high in PRIVATE) for first, last in end.ranges)
    return private and rooms.issuperset(end.subnet.ranges)


def _is_private(end: End) -> bool:
    return end.endpoint is not None and end.endpoint.public_access == "disabled"


def _without_overlap(ranges: Iterable[Range]) -> set[Range]:
    """Returns the ranges that have no address with another one."""
    result: list[Range] = []
    last, shared = -1, set()
    for low, high in sorted(ranges):
        if low <= last and result:
            shared |= {result[-1], (low, high)}
        result.append((low, high))
        last = max(last, high)
    return set(result) - shared
