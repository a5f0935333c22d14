"""Ranges on premises that contain networks of the stack: what admits people there admits none of these networks."""

from __future__ import annotations

from ipaddress import IPv4Network

from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.core.claims import on_premises
from amlz.stackfile.load import from_object
from tests.core.stacks import Stack, at, planned, stack

#: 10.0.0.0/14 without the hub (10.0.0.0/24) and the spoke (10.1.0.0/16).
REST = (
    *("10.0.1.0/24", "10.0.2.0/23", "10.0.4.0/22", "10.0.8.0/21", "10.0.16.0/20", "10.0.32.0/19", "10.0.64.0/18"),
    *("10.0.128.0/17", "10.2.0.0/15"),
)


def summary() -> Stack:
    """Two environments, and a summary route over all networks."""
    environments = {"churn/dev": at("10.1.0.0/24"), "churn/prod": at("10.1.1.0/24")}
    return stack(environments, onPremises=["10.0.0.0/14", "192.168.0.0/16"])


def test_endpoints_admit_the_rest_of_a_summary_route() -> None:
    """Not compute targets of the other environment, which are in the range as well."""
    (spoke,) = planned(summary()).spokes
    group = next(one for one in spoke.security_groups if one.role.endswith("churn-dev-endpoints"))
    people = [rule.sources for rule in group.rules if rule.name == "people"]

    assert people == [("10.0.0.0/24", *REST, "192.168.0.0/16")]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.integers(16, 20), st.integers(0, 15))
def test_the_rest_has_all_addresses_but_those_of_the_networks(prefix: int, size: int, index: int) -> None:
    """For any summary route and spoke: complete, without an address of hub or spoke, and without one twice."""
    route = IPv4Network("10.0.0.0/8").supernet(new_prefix=min(prefix, 8)) if prefix < 8 else IPv4Network("10.0.0.0/8")
    spoke = list(IPv4Network("10.16.0.0/12").subnets(new_prefix=size))[index]
    values = stack({}, onPremises=[str(route)], spokes={"main": {"addressSpace": [str(spoke)]}})
    rest = [IPv4Network(cidr) for cidr in on_premises(from_object(values))]
    networks = [IPv4Network("10.0.0.0/24"), spoke]

    assert sum(one.num_addresses for one in (*rest, *networks)) == route.num_addresses
    assert not any(one.overlaps(network) for one in rest for network in networks)
    assert all(one.subnet_of(route) for one in rest)
    assert not any(one.overlaps(other) for one in rest for other in rest if one != other)
