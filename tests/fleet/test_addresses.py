"""Overlaps within an address space."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amlz.fleet.addresses import overlaps, uses
from amlz.reports.fleet import addresses as addresses_report
from tests.fleet.fleets import network_id, read, report

APAC = "space: apac"


def pairs(folder: Path, files: dict[str, Any], **more: Any) -> list[tuple[str, str, bool]]:
    """Returns the overlaps: the inner range with its stack, the outer one, and whether it is certain."""
    result = overlaps(uses(read(folder, files, **more)))
    return [
        (
            f"{one.inner.stacks[0].key} {one.inner.range.cidr}",
            f"{one.outer.stacks[0].key} {one.outer.range.cidr}",
            one.certain,
        )
        for one in result
    ]


def existing(stack: str, cidr: str, network: str, blocks: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """Returns a report of a stack in an existing network, whose ID is known from a subnet; "" for not known."""
    result = report(stack)
    rows = [{"owner": owner, "range": block, "subnets": []} for owner, block in blocks]
    result["addresses"] = [{"network": "main", "ranges": [cidr], "free": [], "exists": True, "blocks": rows}]
    if network:
        subnet = {"addressPrefix": cidr}
        kind = "Microsoft.Network/virtualNetworks/subnets"
        identity = f"{network_id(network)}/subnets/{stack}"
        result["resources"] = [
            {**result["resources"][0], "id": identity, "armType": kind, "body": {"properties": subnet}}
        ]
    return result


def test_a_range_inside_another_units_range_is_an_overlap(tmp_path: Path) -> None:
    """Within one space; the inner range is named with the range around it."""
    files = {
        "a/dev.json": report("a", ("10.0.0.0/16",)) | {"stack": "dev"},
        "b/dev.json": report("dev", ("10.0.4.0/24",)),
    }

    assert pairs(tmp_path, files) == [("b/dev 10.0.4.0/24", "a/dev 10.0.0.0/16", True)]


def test_ranges_of_two_spaces_may_overlap(tmp_path: Path) -> None:
    """Networks of two spaces are not routed to each other."""
    files = {"a/dev.json": report("dev", ("10.0.0.0/16",)), "b/dev.json": report("dev", ("10.0.0.0/16",))}

    assert pairs(tmp_path, files, units={"b": APAC}) == []


def test_one_existing_network_may_be_named_by_two_stacks(tmp_path: Path) -> None:
    """But blocks of two stacks in it must not share addresses."""
    blocks = (("fraud/dev", "10.0.1.0/24"),)
    files = {
        "a/dev.json": existing("dev", "10.0.0.0/16", "shared", blocks),
        "b/dev.json": existing("dev", "10.0.0.0/16", "shared", (("churn/dev", "10.0.1.128/25"),)),
        "c/dev.json": existing("dev", "10.0.0.0/16", "shared", (("churn/dev", "10.0.2.0/25"),)),
    }

    assert pairs(tmp_path, files) == [("b/dev 10.0.1.128/25", "a/dev 10.0.1.0/24", True)]


def test_two_existing_networks_are_not_decided_where_an_id_is_not_known(tmp_path: Path) -> None:
    """It fails all the same: not known is not fine."""
    files = {"a/dev.json": existing("dev", "10.0.0.0/16", ""), "b/dev.json": existing("dev", "10.0.0.0/16", "shared")}

    assert pairs(tmp_path, files) == [("b/dev 10.0.0.0/16", "a/dev 10.0.0.0/16", False)]
    page = addresses_report.page(read(tmp_path, files))
    assert (page.level, page.fails, page.verdict) == ("look", True, "0 overlaps in 2 address spaces, 1 not decided.")


RANGES = st.builds(
    lambda prefix, number: str(IPv4Network((0x0A000000 + (number << (32 - prefix)) % 2**16, prefix), strict=False)),
    st.integers(16, 28),
    st.integers(0, 4095),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(RANGES, min_size=1, max_size=8))
def test_a_range_is_reported_exactly_where_one_of_another_stack_is_around_it(tmp_path: Path, cidrs: list[str]) -> None:
    """As comparing each with each does; of equal ranges all but the first are inside of another."""
    files = {f"u{number}/dev.json": report("dev", (cidr,)) for number, cidr in enumerate(cidrs)}
    for number, item in enumerate(files.values()):
        item["resources"][0]["id"] = network_id(f"n{number}")

    values = {inner for inner, _, _ in pairs(tmp_path / str(len(list(tmp_path.iterdir()))), files)}

    networks = [IPv4Network(cidr) for cidr in cidrs]
    expected = {
        f"u{a}/dev {cidrs[a]}"
        for a, one in enumerate(networks)
        for b, other in enumerate(networks)
        if a != b and one.subnet_of(other) and (one != other or b < a)
    }
    assert values == expected
