"""A packet, and what decides about it on its way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from amlz.reach.model import Protocol
from amlz.reach.parties import Party


class Reachability(StrEnum):
    """Answers: `partly` is for some of the addresses or ports, `unknown` where a deciding part is unknown."""

    REACHABLE = "reachable"
    PARTLY = "partly"
    BLOCKED = "blocked"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a connection. `port`: of the destination, 0 for ICMP."""

    source: Party
    destination: Party
    protocol: Protocol
    port: int


@dataclass(frozen=True, slots=True)
class Hop:
    """A decision about a packet. `passes`: None where it is unknown. `rule`: the deciding one, "" for none.

    `some`: it passes for a part of the destination.
    """

    at: str
    rule: str
    says: str
    passes: bool | None = True
    some: bool = False


@dataclass(frozen=True, slots=True)
class PacketEnd:
    """The end of one packet: the verdict and every decision on its way, in order."""

    verdict: Reachability
    hops: tuple[Hop, ...]
    assumes: tuple[str, ...] = ()

    @property
    def decisive(self) -> Hop | None:
        """Returns the hop that decides: the one that blocks, else the first that is unknown, else the last."""
        if self.verdict is Reachability.PARTLY:
            return next((hop for hop in self.hops if hop.some), None)
        wanted = {Reachability.BLOCKED: False, Reachability.UNKNOWN: None}.get(self.verdict, True)
        fitting = [hop for hop in self.hops if hop.passes is wanted]
        return (fitting[0] if wanted is not True else fitting[-1]) if fitting else None


def outcome(hops: Iterable[Hop], assumes: Iterable[str] = ()) -> PacketEnd:
    """Returns where a packet ends that meets these decisions."""
    met = tuple(hops)
    states = {hop.passes for hop in met}
    verdict = (
        Reachability.BLOCKED if False in states else Reachability.UNKNOWN if None in states else Reachability.REACHABLE
    )
    if verdict is Reachability.REACHABLE and any(hop.some for hop in met):
        verdict = Reachability.PARTLY
    return PacketEnd(verdict, met, tuple(dict.fromkeys(assumes)))
