"""Rows for every source and destination: as many questions as there are sources, and the answers of all pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from amlz.reach.alike import NearbyEnds
from amlz.reach.answers import Evaluator
from amlz.reach.ends import endpoint_end, machine_subnets, subnet_end
from amlz.reach.model import (
    EndpointNode,
    FilterRule,
    FirewallNode,
    Landscape,
    ManagedSource,
    NetworkNode,
    OutboundPath,
    SecurityGroup,
    SubnetNode,
    ZoneNode,
)
from amlz.reach.packet import Reachability
from amlz.reach.parties import Prefix, Prefixes, prefix_of, range_of
from amlz.reach.summary import everything, rows, summary
from tests.test_growth import MOST, growth

HUB, SPOKE = "hub", "spoke"
EVERY = ((0, 65_535),)
ZONES = {"vault": "zone-vault", "blob": "zone-blob"}


def prefixes(*texts: str) -> tuple[Prefix, ...]:
    """The prefixes of one side of a rule."""
    return Prefixes(map(prefix_of, texts))


def allow(to: str, port: int = 443) -> FilterRule:
    """A rule that lets out TCP to a range on one port."""
    return FilterRule(f"to-{to}", 100, True, ("tcp",), prefixes("*"), prefixes(to), ((port, port),))


DENY = FilterRule("deny", 4096, False, (), prefixes("*"), prefixes("*"), EVERY)
OPEN = FilterRule("open", 65000, True, (), prefixes("VirtualNetwork"), prefixes("VirtualNetwork"), EVERY)


def subnet(
    name: str, text: str, group: SecurityGroup | None, network: str = SPOKE, owner: str | None = None
) -> SubnetNode:
    """A subnet of one range."""
    room = range_of(text)
    assert room
    return SubnetNode(f"{network}/subnets/{name}", name, network, (room,), group, owner=owner)


def endpoint(project: int, kind: str) -> EndpointNode:
    """A private endpoint of an environment."""
    target = f"{kind}-{project}"
    return EndpointNode(
        f"pep-{target}", f"pep-{target}", f"spoke/subnets/ends-{project}", target, target, (kind,), (ZONES[kind],),
        owner=f"p{project}/dev", public_access="disabled",
    )  # fmt: skip


def land_of(size: int) -> Landscape:
    """A spoke with so many environments, each with machines and two endpoints, which one rule opens to them."""
    subnets: dict[str, SubnetNode] = {}
    endpoints: dict[str, EndpointNode] = {}
    for number in range(size):
        ends = f"10.1.{number}.64/26"
        group = SecurityGroup(f"nsg-{number}", (OPEN,), (allow(ends), allow("AzureMonitor"), DENY, OPEN))
        work = subnet(f"work-{number}", f"10.1.{number}.0/26", group, owner=f"p{number}/dev")
        closed = subnet(f"ends-{number}", ends, SecurityGroup(f"nsg-ends-{number}", (OPEN,), (DENY,)))
        subnets |= {work.id: work, closed.id: closed}
        endpoints |= {node.id: node for node in (endpoint(number, "vault"), endpoint(number, "blob"))}
    jump = subnet("jump", "10.0.0.0/26", SecurityGroup("nsg-jump", (OPEN,), (allow("10.1.2.64/26"), DENY)), HUB)
    shared = EndpointNode("pep-s", "pep-s", "hub/subnets/jump", "s", "s", ("vault",), (ZONES["vault"],))
    networks = [
        NetworkNode(HUB, HUB, (range_of("10.0.0.0/16") or (0, 0),), "here"),
        NetworkNode(SPOKE, SPOKE, ((167837696, 167903231),), "here"),
    ]
    return Landscape(
        networks={node.id: node for node in networks},
        subnets=subnets | {jump.id: replace(jump, id="hub/subnets/jump")},
        firewalls={},
        endpoints=endpoints | {shared.id: shared},
        zones={zone: ZoneNode(zone, zone, frozenset({HUB, SPOKE})) for zone in ZONES.values()},
        gateways={},
    )


def _subnet(number: int, **changed: object) -> Callable[[Landscape], Landscape]:
    def change(land: Landscape) -> Landscape:
        key = f"spoke/subnets/work-{number}"
        return replace(land, subnets={**land.subnets, key: replace(land.subnets[key], **changed)})  # type: ignore[arg-type]

    return change


def _rules(number: int, *rules: FilterRule) -> Callable[[Landscape], Landscape]:
    return _subnet(number, group=SecurityGroup(f"nsg-{number}", (OPEN,), rules))


def _endpoint(number: int, **changed: object) -> Callable[[Landscape], Landscape]:
    def change(land: Landscape) -> Landscape:
        key = f"pep-blob-{number}"
        return replace(land, endpoints={**land.endpoints, key: replace(land.endpoints[key], **changed)})  # type: ignore[arg-type]

    return change


def _unlinked(land: Landscape) -> Landscape:
    return replace(land, zones={**land.zones, "zone-blob": ZoneNode("zone-blob", "zone-blob", frozenset())})


def _asks_firewall(land: Landscape) -> Landscape:
    """Machines ask the proxy of a firewall, which their own rules do not let them reach."""
    room = subnet("AzureFirewallSubnet", "10.0.1.0/26", None, HUB)
    wall = FirewallNode("wall", "wall", HUB, room.id, "policy", proxy=True)
    spoke = replace(land.networks[SPOKE], dns=("wall",))
    return replace(
        land,
        firewalls={"wall": wall},
        subnets={**land.subnets, room.id: room},
        networks={**land.networks, SPOKE: spoke},
    )


def _managed(land: Landscape) -> Landscape:
    rule = OutboundPath("to-four", "PrivateEndpoint", "vault-4", "vault")
    sources = (
        ManagedSource("mlw-1", "p1/dev", True, "here", ("mlw-1", "vault-1"), "blob-1", ()),
        ManagedSource("blob-3", "p2/dev", False, "here", ("mlw-2", "vault-2"), "blob-2", (rule,)),
    )
    return replace(land, managed=sources)


ODD: dict[str, Callable[[Landscape], Landscape]] = {
    "as it is": lambda land: land,
    "another environment is open": _rules(0, allow("10.1.3.64/26"), DENY),
    "a part of another environment is open": _rules(0, allow("10.1.3.68/31"), DENY),
    "several environments are open": _rules(0, allow("10.1.4.0/22"), DENY),
    "machines of others are open on a port": _rules(0, allow("10.1.3.0/26", 22), DENY),
    "everything private is open": _rules(0, OPEN, DENY),
    "everything is open on one port": _rules(0, allow("*"), DENY),
    "a rule is for an application security group": _rules(0, allow("/asg"), DENY),
    "an endpoint is in that group": lambda land: _rules(0, allow("/asg"), DENY)(_endpoint(6, asgs=("/asg",))(land)),
    "a public side and managed networks": lambda land: _managed(_endpoint(6, public_access="enabled")(land)),
    "machines of others on the internet": _subnet(6, ranges=((134744064, 134744127),)),
    "the internet is open": lambda land: _rules(0, allow("Internet"), DENY)(
        _subnet(6, ranges=((134744064, 134744127),))(land)
    ),
    "a rule has an unknown range": _rules(0, replace(allow("x"), destinations=(prefix_of(None),)), DENY),
    "one protocol is denied": _rules(0, replace(DENY, protocols=("udp",)), OPEN),
    "some ports are denied": _rules(0, replace(DENY, ports=((0, 1000),)), OPEN),
    "without a rule": _rules(0),
    "without a group": _subnet(0, group=None),
    "an unknown group": _subnet(0, group=SecurityGroup("nsg-0", rules_known=False)),
    "a group with the name of an endpoint": _subnet(0, group=SecurityGroup("pep-vault-3", (OPEN,), (DENY,))),
    "a group with the name of a vault": _subnet(0, group=SecurityGroup("vault-3", (OPEN,), (DENY,))),
    "a group of two subnets": _subnet(0, group=SecurityGroup("nsg-1", (OPEN,), (DENY,))),
    "two subnets of a name": _subnet(0, name="work-1"),
    "an address on the internet": _subnet(0, ranges=((134744064, 134744127),)),
    "ranges that overlap": _subnet(0, ranges=((167837952, 167838207),)),
    "a subnet without an address": _subnet(0, ranges=()),
    "a public side": _endpoint(3, public_access="enabled"),
    "an endpoint of nobody": _endpoint(3, owner=None),
    "an endpoint with a separate address": _endpoint(3, address=167838530),
    "an endpoint of another group": _endpoint(3, asgs=("/asg",)),
    "two endpoints of a name": _endpoint(3, name="pep-blob-4"),
    "an endpoint in no subnet": _endpoint(3, subnet=""),
    "an endpoint without zones": _endpoint(3, zones=()),
    "zones without links": _unlinked,
    "a firewall resolves names": _asks_firewall,
    "managed networks": _managed,
}  # fmt: skip


@pytest.mark.parametrize(("odd", "size"), [*((odd, 9) for odd in ODD), ("as it is", 3), ("managed networks", 3)])
def test_rows_are_those_of_all_pairs(odd: str, size: int) -> None:
    """Any kind of rule, name and address, in few environments and in more than are listed."""
    land = ODD[odd](land_of(size))

    assert summary(Evaluator(land)) == rows(everything(Evaluator(land)))


@pytest.mark.parametrize("odd", ODD)
def test_ends_are_left_out_where_rules_deny_them(odd: str) -> None:
    """The check of connected environments asks about the others alone."""
    land = ODD[odd](land_of(7))
    evaluator, ends = Evaluator(land), [endpoint_end(land, node) for node in land.endpoints.values()]
    nearby = NearbyEnds(ends)
    for source in map(subnet_end, machine_subnets(land)):
        asked = nearby.of(source.subnet.group if source.subnet else None)
        left_out = [end for end in ends if end not in asked]
        answers = [answer for end in left_out for answer in evaluator.ask(source, end, "tcp")]

        assert source.name == "work-0" or not source.ranges or len(asked) < len(ends)
        assert not {answer.verdict for answer in answers} & {Reachability.REACHABLE, Reachability.PARTLY}


@pytest.mark.parametrize("odd", ["as it is", "managed networks"])
def test_rows_take_no_question_about_each_pair(odd: str) -> None:
    """Four times the environments are four times the work."""

    def work(size: int) -> Callable[[], object]:
        land = land_of(size)
        if odd == "managed networks":
            sources = (ManagedSource(f"mlw-{n}", f"p{n}/dev", True, "here", (f"mlw-{n}",), "", ()) for n in range(size))
            land = replace(land, managed=tuple(sources))
        return lambda: summary(Evaluator(land))

    assert growth(work, 12) < MOST
