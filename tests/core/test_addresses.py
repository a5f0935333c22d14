"""Addresses: fixed positions, their capacity, and the messages when they do not fit."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.core.addresses import needs, smallest_prefix
from amlz.core.config import EnvironmentConfig
from amlz.core.owners import HUB_OWNER, EnvironmentKey
from amlz.core.ranges import ClaimedRanges, Free, free_ranges, next_free
from tests.core.stacks import addresses, at, cluster, facts, messages_of, stack

FITS = "Choose a range outside of it."
ONCE = "Every range must be used once; change one of the two."
#: Demand of an environment without settings: one cluster of 4 nodes, one builder, all endpoints.
NEEDS_25 = "It needs a /25 or larger (6 for training, 12 for endpoints, with 20 % growth)."

LAYOUTS = {
    "10.1.0.0/24": ("10.1.0.0/25", "10.1.0.128/26", "10.1.0.192/26"),
    "10.1.7.128/25": ("10.1.7.128/26", "10.1.7.192/27", "10.1.7.224/27"),
    "10.1.16.0/20": ("10.1.16.0/21", "10.1.24.0/22", "10.1.28.0/22"),
}


@pytest.mark.parametrize("cidr", LAYOUTS)
def test_an_environment_is_half_training_and_a_quarter_endpoints(cidr: str) -> None:
    """The range alone decides. The last quarter is kept for scoring, and built only with a key of the stack file."""
    layout = list(zip(("training", "endpoints", "scoring"), LAYOUTS[cidr], strict=True))

    for options, count in (({}, 2), ({"scoringSubnet": True}, 3), ({"scoringNodes": 1}, 3)):
        block = addresses(stack({"churn/dev": at(cidr, **options)})).block(EnvironmentKey("churn", "dev"))
        assert [(s.role, s.cidr) for s in block.subnets] == layout[:count]


def test_what_an_environment_asks_for_does_not_move_its_subnets() -> None:
    """Nodes, growth, batch and the registry change what is needed, never where it is."""
    options = {"clusters": {"cpu": cluster(60)}, "growth": 50, "batch": False, "scoringNodes": 20}
    small = addresses(stack({"churn/dev": at("10.1.0.0/24", scoringSubnet=True)})).block(EnvironmentKey("churn", "dev"))

    large = addresses(stack({"churn/dev": at("10.1.0.0/24", **options)})).block(EnvironmentKey("churn", "dev"))

    assert [(s.role, s.cidr) for s in large.subnets] == [(s.role, s.cidr) for s in small.subnets]
    assert [s.needed for s in small.subnets] == [6, 12, 0]
    assert [s.needed for s in large.subnets] == [92, 12, 30]


def test_subnets_of_the_hub_have_fixed_places_whatever_is_turned_on() -> None:
    """Written from Azure's sizes: firewall and Bastion /26, gateway /27."""
    places = {
        "firewall": "10.0.0.0/26",
        "bastion": "10.0.0.64/26",
        "gateway": "10.0.0.128/27",
        "endpoints": "10.0.0.160/27",
    }
    result = {}
    for bastion, gateway, shared in itertools.product((False, True), repeat=3):
        environment = at("10.1.0.0/24", **({"registry": "shared"} if shared else {}))
        hub = {"addressSpace": "10.0.0.0/22", "bastion": bastion, "gatewaySubnet": gateway}
        options = stack({"churn/dev": environment}, hub=hub, **({"sharedRegistry": {}} if shared else {}))
        block = addresses(options).block(HUB_OWNER)
        result[bastion, gateway, shared] = {s.role: s.cidr for s in block.subnets}

    assert result == {
        (b, g, s): {
            role: cidr
            for role, cidr in places.items()
            if {"firewall": True, "bastion": b, "gateway": g, "endpoints": s}[role]
        }
        for b, g, s in result
    }


NEEDS: list[tuple[dict[str, Any], tuple[int, int, int], int]] = [
    ({}, (6, 12, 0), 25),
    ({"growth": 0}, (5, 10, 0), 26),
    ({"growth": 0, "batch": False}, (5, 8, 0), 26),
    ({"growth": 0, "batch": False, "registry": "shared"}, (5, 6, 0), 26),
    ({"growth": 0, "clusters": {}}, (1, 10, 0), 26),
    ({"growth": 10}, (6, 11, 0), 26),
    ({"growth": 11}, (6, 12, 0), 25),
    ({"growth": 400}, (25, 50, 0), 24),
    ({"growth": 0, "clusters": {"cpu": cluster(58)}}, (59, 10, 0), 25),
    ({"growth": 0, "clusters": {"cpu": cluster(59)}}, (60, 10, 0), 24),
    ({"growth": 0, "clusters": {"cpu": cluster(100), "gpu": cluster(22)}}, (123, 10, 0), 24),
    ({"growth": 0, "clusters": {"cpu": cluster(100), "gpu": cluster(23)}}, (124, 10, 0), 23),
    ({"growth": 0, "imageBuild": {"maxNodes": 10}}, (14, 10, 0), 26),
    ({"growth": 0, "scoringNodes": 11}, (5, 10, 11), 26),
    ({"growth": 0, "scoringNodes": 12}, (5, 10, 12), 25),
    ({"scoringNodes": 5000}, (6, 12, 6000), 17),
]


@pytest.mark.parametrize(("options", "counts", "prefix"), NEEDS)
def test_growth_and_the_five_that_azure_keeps_decide_the_smallest_range(
    options: dict[str, Any], counts: tuple[int, int, int], prefix: int
) -> None:
    """Training, endpoints, scoring, each rounded up after growth; instances count as nodes."""
    environment = EnvironmentConfig.model_validate(options)

    needed = tuple(needs(environment).get(role, 0) for role in ("training", "endpoints", "scoring"))
    assert (needed, smallest_prefix(environment)) == (counts, prefix)


def test_an_instance_takes_an_address_of_the_training_subnet() -> None:
    """As a node does."""
    instance = {"size": "Standard_D4s_v5", "owner": "11111111-aaaa-4bbb-8ccc-000000000009"}
    environment = EnvironmentConfig.model_validate({"growth": 0, "instances": {"ada": instance, "grace": instance}})

    assert needs(environment) == {"training": 7, "endpoints": 10}


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    nodes=st.integers(1, 1000), scoring=st.integers(0, 5000), growth=st.integers(0, 400), batch=st.booleans()
)  # fmt: skip
def test_the_smallest_range_holds_and_half_of_it_does_not(nodes: int, scoring: int, growth: int, batch: bool) -> None:
    """Held against the subnets that are really cut from it."""
    options = {"clusters": {"cpu": cluster(nodes)}, "scoringNodes": scoring, "growth": growth, "batch": batch}
    environment = EnvironmentConfig.model_validate(options)
    prefix = smallest_prefix(environment)

    def fits(length: int) -> bool:
        half, quarter = 2 ** (32 - length - 1) - 5, 2 ** (32 - length - 2) - 5
        room = {"training": half, "endpoints": quarter, "scoring": quarter}
        return length <= 27 and all(needed <= room[role] for role, needed in needs(environment).items())

    assert (fits(prefix), fits(prefix + 1)) == (True, False)


@pytest.mark.parametrize(("cidr", "why"), facts("forbidden-ranges")["ranges"].items())
def test_ranges_that_azure_or_docker_keep_are_refused(cidr: str, why: str) -> None:
    """Every range of the published list."""
    values = messages_of(stack(spokes={"main": {"addressSpace": ["10.1.0.0/16", cidr]}}))

    assert values == [f"spokes.main.addressSpace[1]\n  {cidr} touches {cidr}: {why}.\n  {FITS}"]


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a part of Docker's range": (
        stack({}, spokes={"main": {"addressSpace": ["172.17.128.0/20"]}}),
        [
            "spokes.main.addressSpace[0]\n  172.17.128.0/20 touches 172.17.0.0/16: the bridge network of Docker on "
            f"every compute.\n  {FITS}"
        ],
    ),
    "a range around Docker's, of the hub": (
        stack({}, hub={"addressSpace": "172.16.0.0/12"}),
        [
            "hub.addressSpace\n  172.16.0.0/12 touches 172.17.0.0/16: the bridge network of Docker on every compute.\n"
            f"  {FITS}"
        ],
    ),
    "a spoke in the hub": (
        stack({}, spokes={"main": {"addressSpace": ["10.0.0.128/25"]}}),
        [
            "spokes.main.addressSpace[0]\n  10.0.0.128/25 overlaps 10.0.0.0/24 of hub.addressSpace: 128 addresses are "
            f"in both.\n  {ONCE}"
        ],
    ),
    "two spokes": (
        stack({}, spokes={"one": {"addressSpace": ["10.1.0.0/16"]}, "two": {"addressSpace": ["10.1.128.0/17"]}}),
        [
            "spokes.two.addressSpace[0]\n  10.1.128.0/17 overlaps 10.1.0.0/16 of spokes.one.addressSpace[0]: 32,768 "
            f"addresses are in both.\n  {ONCE}"
        ],
    ),
    "two ranges of one spoke": (
        stack({}, spokes={"one": {"addressSpace": ["10.1.0.0/16", "10.1.0.0/20"]}}),
        [
            "spokes.one.addressSpace[1]\n  10.1.0.0/20 overlaps 10.1.0.0/16 of spokes.one.addressSpace[0]: 4,096 "
            f"addresses are in both.\n  {ONCE}"
        ],
    ),
    "a spoke in what is used on premises": (
        stack({}, onPremises=["192.168.0.0/16", "10.1.4.0/22"]),
        [
            "onPremises[1]\n  10.1.4.0/22 is in 10.1.0.0/16 of spokes.main.addressSpace[0]. The longest prefix that "
            "matches decides the route of a packet, so 1,024 addresses of that network would be behind the gateway.\n  "
            "Change one of the two. Allowed is a summary route, which contains more than the whole network."
        ],
    ),
    "the range of a hub on premises": (
        stack({}, onPremises=["10.0.0.0/24"]),
        [
            "onPremises[0]\n  10.0.0.0/24 is hub.addressSpace, too: a packet to it has two routes of the same length.\n"
            "  Change one of the two. Allowed is a summary route, which contains more than the whole network."
        ],
    ),
    "a range on premises in another": (
        stack({}, onPremises=["10.9.0.0/24", "10.8.0.0/14"]),
        ["onPremises[1]\n  10.9.0.0/24 is in 10.8.0.0/14, and `onPremises` has both.\n  Remove 10.9.0.0/24."],
    ),
    "a summary route of hub and spoke": (stack({}, onPremises=["10.0.0.0/8"]), []),
    "a hub that is too small": (
        stack({}, hub={"addressSpace": "10.0.0.0/25"}),
        [
            "hub.addressSpace\n  10.0.0.0/25 holds 128 addresses, the hub's layout takes 256 (firewall, Bastion, "
            "gateway, shared endpoints).\n  Use a /24 or larger."
        ],
    ),
    "two environments in one range": (
        stack({"churn/dev": at("10.1.0.0/24"), "fraud/dev": at("10.1.0.128/25")}),
        [
            "projects.fraud.environments.dev.network\n  10.1.0.128/25 overlaps 10.1.0.0/24 of "
            "projects.churn.environments.dev.network: 128 addresses are in both.\n"
            f"  {NEEDS_25} Free in spoke main: 10.1.1.0/25."
        ],
    ),
    "an environment outside of its spoke": (
        stack({"churn/dev": at("10.2.0.0/24")}),
        [
            "projects.churn.environments.dev.network\n  10.2.0.0/24 is not inside its spoke (10.1.0.0/16).\n"
            f"  {NEEDS_25} Free in spoke main: 10.1.0.0/25."
        ],
    ),
    "an environment without a range": (
        stack({"churn/dev": at("10.1.0.0/24"), "fraud/dev": at(None), "pricing/dev": at("10.1.2.0/24")}),
        [
            "projects.fraud.environments.dev.network\n  It has no range of addresses.\n"
            f"  {NEEDS_25} Free in spoke main: 10.1.1.0/25."
        ],
    ),
    "an environment smaller than three of Azure's smallest subnets": (
        stack({"churn/dev": at("10.1.0.0/28")}),
        [
            "projects.churn.environments.dev.network\n  10.1.0.0/28 holds 16 addresses; three subnets of Azure's "
            f"smallest size take 32.\n  {NEEDS_25} Free in spoke main: 10.1.0.128/25."
        ],
    ),
    "too many nodes, endpoints and scoring nodes": (
        stack({"churn/dev": at("10.1.0.0/27", growth=0, clusters={"gpu": cluster(12)}, scoringNodes=4)}),
        [
            "projects.churn.environments.dev.network\n  13 addresses for training do not fit: 10.1.0.0/28 has 11, "
            "Azure keeps 5 of 16. 10 addresses for endpoints do not fit: 10.1.0.16/29 has 3, Azure keeps 5 of 8. 4 "
            "addresses for scoring do not fit: 10.1.0.24/29 has 3, Azure keeps 5 of 8.\n  It needs a /26 or larger (13 "
            "for training, 10 for endpoints, 4 for scoring, with 0 % growth). Free in spoke main: 10.1.0.64/26."
        ],
    ),
    "a full spoke": (
        stack(
            {"churn/dev": at("10.1.0.0/24"), "fraud/dev": at(None)}, spokes={"main": {"addressSpace": ["10.1.0.0/24"]}}
        ),
        [
            "projects.fraud.environments.dev.network\n  It has no range of addresses.\n"
            f"  {NEEDS_25} Spoke main has none free: give it another range."
        ],
    ),
    "a spoke that is not there": (
        stack({"churn/dev": at("10.1.0.0/24", spoke="other")}),
        ["projects.churn.environments.dev.spoke\n  There is no spoke 'other'.\n  Spokes here: main."],
    ),
    "no word on which of two spokes": (
        stack(spokes={"one": {"addressSpace": ["10.1.0.0/16"]}, "two": {"addressSpace": ["10.2.0.0/16"]}}),
        [
            "projects.churn.environments.dev\n  It names no spoke, and there are 2.\n"
            "  Add spoke: one of one, two."
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_with_the_numbers(case: str) -> None:
    """Where, what and why, and what to do: the whole of it."""
    options, expected = REFUSED[case]

    assert messages_of(options) == expected


def test_every_problem_of_the_addresses_is_said_at_once() -> None:
    """Not the first alone."""
    options = stack({"churn/dev": at("10.9.0.0/24")}, hub={"addressSpace": "172.17.0.0/25"}, onPremises=["10.1.0.0/16"])

    assert [text.splitlines()[0] for text in messages_of(options)] == [
        "hub.addressSpace",
        "hub.addressSpace",
        "onPremises[0]",
        "projects.churn.environments.dev.network",
    ]


def test_an_environment_may_live_in_any_range_of_its_spoke() -> None:
    """A spoke that was full got another range."""
    spokes = {"main": {"addressSpace": ["10.1.0.0/24", "10.5.0.0/24"]}}
    plan = addresses(stack({"churn/dev": at("10.1.0.0/24"), "fraud/dev": at("10.5.0.128/25")}, spokes=spokes))

    assert [(str(b.owner), b.cidr) for b in plan.spokes[0].blocks] == [
        ("churn/dev", "10.1.0.0/24"),
        ("fraud/dev", "10.5.0.128/25"),
    ]
    assert plan.spokes[0].free == ("10.5.0.0/25",)


#: A /24 in which blocks of /27 to /29 are taken: small enough to try every address.
SPACE = IPv4Network("10.1.0.0/24")
BLOCKS = st.lists(
    st.integers(26, 29).flatmap(lambda prefix: st.sampled_from(list(SPACE.subnets(new_prefix=prefix)))), max_size=6
)


def _model(used: list[IPv4Network]) -> set[IPv4Address]:
    return {address for address in SPACE if not any(address in block for block in used)}


@settings(derandomize=True, max_examples=40, deadline=None)
@given(used=BLOCKS)
def test_what_is_free_is_every_address_that_is_not_used(used: list[IPv4Network]) -> None:
    """In order, none twice, and no two of them could be one."""
    free = [IPv4Network(cidr) for cidr in free_ranges([str(SPACE)], [str(block) for block in used])]

    listed = [address for block in free for address in block]
    mergeable = [
        (a, b) for a, b in itertools.pairwise(free) if a.prefixlen == b.prefixlen and a.supernet() == b.supernet()
    ]

    assert listed == sorted(_model(used))
    assert mergeable == []


@settings(derandomize=True, max_examples=40, deadline=None)
@given(used=BLOCKS, prefix=st.integers(24, 29))
def test_the_next_free_range_is_the_first_that_holds_none_of_the_used(used: list[IPv4Network], prefix: int) -> None:
    """Held against trying one after the other."""
    first = next(
        (str(block) for block in SPACE.subnets(new_prefix=prefix) if not any(block.overlaps(u) for u in used)), None
    )

    assert next_free(free_ranges([str(SPACE)], [str(block) for block in used]), prefix) == first


def test_a_suggested_range_never_spans_two_ranges_of_a_spoke() -> None:
    """Written down, it would be refused: an environment lives inside one of them."""
    spokes = {"main": {"addressSpace": ["10.1.0.0/25", "10.1.0.128/25"]}}
    options = stack({"churn/dev": at(None, growth=400)}, spokes=spokes)

    assert messages_of(options) == [
        "projects.churn.environments.dev.network\n  It has no range of addresses.\n  It needs a /24 or larger (25 for "
        "training, 50 for endpoints, with 400 % growth). Spoke main has none free: give it another range."
    ]


def test_two_environments_without_a_range_are_told_two_ranges() -> None:
    """Both sentences can be followed at once."""
    values = messages_of(stack({"churn/dev": at(None), "fraud/dev": at(None)}))

    assert [text.rsplit("Free in spoke main: ", 1)[1] for text in values] == ["10.1.0.0/25.", "10.1.0.128/25."]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(blocks=BLOCKS)
def test_the_first_overlap_is_what_comparing_with_each_gives(blocks: list[IPv4Network]) -> None:
    """Ranges inside, around and equal, in any order."""
    taken = ClaimedRanges()
    for number, block in enumerate(blocks):
        first = next(((other, (at,)) for at, other in enumerate(blocks[:number]) if other.overlaps(block)), None)

        assert taken.first_overlap(block) == first
        taken.add(block, (number,))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(used=BLOCKS, prefixes=st.lists(st.integers(24, 30), max_size=6))
def test_ranges_that_are_taken_one_after_the_other_are_each_the_first_free(
    used: list[IPv4Network], prefixes: list[int]
) -> None:
    """As if each were searched for among what the ones before left."""
    given = [str(block) for block in used]
    free = Free(free_ranges([str(SPACE)], given))

    for prefix in prefixes:
        wanted = next_free(free_ranges([str(SPACE)], given), prefix)
        assert free.take(prefix) == wanted
        given += [wanted] if wanted else []
