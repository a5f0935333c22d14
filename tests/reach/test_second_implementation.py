"""Answers against a second implementation, which sends every packet one by one over small drawn networks."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from amlz.azure.graph import ResourceGraph
from amlz.reach.answers import Evaluator
from amlz.reach.ends import find
from amlz.reach.packet import Reachability
from amlz.reach.read import landscape
from tests.layers import MUCH
from tests.reach.walker import PacketWorld, arrives
from tests.reach.worlds import ENDPOINTS, ON_PREMISES, PORTS, SUBNETS, worlds

SOURCES = ("jump", "10.0.1.0/29", "more", "10.0.2.0/29", "on-premises")
TARGETS = ("jump", "10.0.1.0/29", "more", "10.0.2.0/29", "on-premises", *ENDPOINTS)


def machines(text: str) -> list[IPv4Address]:
    """The addresses of a source or destination: of a subnet those that Azure gives out."""
    if text == "on-premises":
        return list(IPv4Network(ON_PREMISES))
    for subnets in SUBNETS.values():
        for name, prefix in subnets.items():
            if text == name:
                return list(IPv4Network(prefix))[4:-1]
    return list(IPv4Network(text))


def linked(graph: ResourceGraph, network: str) -> bool:
    """Returns whether the private zone is linked to a network."""
    return any(r.id.endswith(f"/virtualNetworkLinks/{network}") for r in graph)


def by_packets(graph: ResourceGraph, source: str, target: str, protocol: str, port: int) -> Reachability:
    """The verdict of the second implementation: every packet, under both readings of what Azure leaves open."""
    endpoint = ENDPOINTS.get(target)
    fixed = next((r for r in graph if r.name == target and "ipConfigurations" in r.body["properties"]), None)
    if endpoint:
        room = SUBNETS[endpoint[0]][endpoint[1]]
        goals = [IPv4Address(endpoint[2])] if fixed else list(IPv4Network(room))[4:-1]
    else:
        goals = machines(target)
    verdicts = []
    for origin in machines(source):
        for goal in goals:
            readings = set()
            for generous in (False, True):
                world = PacketWorld(graph, IPv4Network(ON_PREMISES), generous)
                start = None if source == "on-premises" else world.subnet_at(origin)
                resolves = not endpoint or start is None or linked(graph, world.network_of(start).name)
                readings.add(arrives(world, start, (origin, goal, protocol, port), endpoint, resolves))
            verdicts.append(readings.pop() if len(readings) == 1 else None)
    if len(set(verdicts)) == 1:
        return {True: Reachability.REACHABLE, False: Reachability.BLOCKED, None: Reachability.UNKNOWN}[verdicts[0]]
    if True not in verdicts or (endpoint and not fixed):
        return Reachability.UNKNOWN
    return Reachability.PARTLY


@settings(
    derandomize=not MUCH, max_examples=1500 if MUCH else 40, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(
    worlds(),
    st.sampled_from(SOURCES),
    st.sampled_from(TARGETS),
    st.sampled_from(("tcp", "udp")),
    st.sampled_from(PORTS),
)
def test_every_packet_agrees_with_the_answer(
    graph: ResourceGraph, source: str, target: str, protocol: str, port: int
) -> None:
    """For subnets, on-premises and endpoints: security groups, routes, peerings, firewall, gateway, zones, replies."""
    assume((source, target) != ("on-premises", "on-premises"))
    land = landscape(graph, [ON_PREMISES])
    (start,), (end,) = find(land, source, True), find(land, target, False)

    (answer,) = Evaluator(land).ask(start, end, "udp" if protocol == "udp" else "tcp", port)

    assert answer.verdict == by_packets(graph, source, target, protocol, port), answer.hops
