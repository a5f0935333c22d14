"""Blocks of an address space: the next free one, and ranges outside of them."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amlz.core.problems import LandingZoneError
from amlz.fleet.blocks import free_block
from amlz.reports.fleet import addresses as addresses_report
from tests.cli.in_process import amlz_here
from tests.fleet.fleets import read, report, write_fleet

POOL = "pools: {emea: [10.0.0.0/16]}"
BLOCKS = (
    f"{POOL}\nblocks: [{{range: 10.0.0.0/20, space: emea, unit: a}}, {{range: 10.0.16.0/20, space: emea, unit: b}}]"
)


def test_a_block_is_the_first_one_of_the_smallest_gap_that_has_room(tmp_path: Path) -> None:
    """Blocks and ranges in use are both taken, those of other spaces are not."""
    files = {
        "a/dev.json": report("dev", ("10.0.0.0/24",)),
        "b/dev.json": report("dev", ("10.0.36.0/22", "172.16.0.0/24")),
        "c/dev.json": report("dev", ("10.0.64.0/18",)),
    }
    reports = read(tmp_path, files, rest=BLOCKS, units={"c": "space: apac"})

    assert [str(free_block(reports, "emea", length)) for length in (24, 22, 21, 20, 19, 17)] == [
        "10.0.32.0/24",
        "10.0.32.0/22",
        "10.0.40.0/21",
        "10.0.48.0/20",
        "10.0.64.0/19",
        "10.0.128.0/17",
    ]


RANGES = st.lists(
    st.tuples(st.integers(0, 255), st.integers(24, 28)).map(
        lambda pair: IPv4Network((int(IPv4Network("10.0.0.0/16").network_address) + pair[0] * 256, pair[1]))
    ),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(taken=RANGES, length=st.integers(16, 29))
def test_a_block_shares_no_address_with_anything(taken: list[IPv4Network], length: int, tmp_path: Path) -> None:
    """It is in the pool; there is none exactly if no aligned block is free."""
    reports = read(tmp_path, {"a/dev.json": report("dev", tuple(map(str, taken)))}, rest=POOL)
    pool = IPv4Network("10.0.0.0/16")
    free = [one for one in pool.subnets(new_prefix=length) if not any(one.overlaps(other) for other in taken)]

    if free:
        assert free_block(reports, "emea", length) in free
    else:
        with pytest.raises(LandingZoneError, match=rf"No block /{length} is free in the pool of 'emea'"):
            free_block(reports, "emea", length)


def test_the_line_that_is_shown_reserves_the_block(tmp_path: Path) -> None:
    """Below `blocks` of the fleet file; the next block is another one."""
    write_fleet(tmp_path, {"a/dev.json": report("dev", ("10.0.0.0/24",))}, f"{POOL}\nblocks:\n@")
    fleet = tmp_path / "fleet.yaml"
    text = fleet.read_text(encoding="utf-8")
    lines = ""
    for expected in ("10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"):
        fleet.write_text(text.replace("@\n", lines) if lines else text.replace("blocks:\n@\n", ""), encoding="utf-8")
        ran = amlz_here("fleet", "reserve", "emea", "/24", "--unit", "a", folder=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout == f"  - {{range: {expected}, space: emea, unit: a}}\n"
        lines += ran.stdout


def test_a_network_outside_of_the_blocks_of_its_unit_fails_the_address_plan(tmp_path: Path) -> None:
    """Also in a block of another unit; an existing network is not compared, nor is a space without blocks."""
    existing: dict[str, Any] = report("old", ("10.9.0.0/24",))
    existing["addresses"][0]["exists"] = True
    files = {
        "a/dev.json": report("dev", ("10.0.0.0/24",)),
        "a/prod.json": report("prod", ("10.0.16.0/24",), production=True),
        "b/dev.json": report("dev", ("10.0.17.0/24", "10.0.32.0/24")),
        "b/old.json": existing,
        "c/dev.json": report("dev", ("10.0.40.0/24",)),
        "d/dev.json": report("dev", ("10.0.40.0/24",)),
    }
    page = addresses_report.page(read(tmp_path, files, rest=BLOCKS, units={"d": "space: apac"}))

    outside: Any = page.record["outsideOfBlocks"]
    assert [(one["stacks"][0]["stack"], one["range"]) for one in outside] == [
        ("a/prod", "10.0.16.0/24"),
        ("b/dev", "10.0.32.0/24"),
        ("c/dev", "10.0.40.0/24"),
    ]
    assert (page.fails, page.level) == (True, "bad")
    assert page.verdict == "0 overlaps in 2 address spaces, 3 ranges outside of the blocks of their unit."
    assert [table.title for table in page.tables] == [
        *("Overlaps", "Outside of the blocks of their unit", "Blocks", "Ranges", "Not known"),
    ]


@pytest.mark.parametrize(
    ("rest", "words", "message"),
    [
        (POOL, "emea 20 --unit a", "'20' is no length of a prefix from /1 to /29"),
        (POOL, "emea /30 --unit a", "'/30' is no length of a prefix"),
        (POOL, "emea /20 --unit x", "The address space 'emea' has no such unit. Name one of a."),
        (POOL, "west /20 --unit a", "The address space 'west' has no such unit. Name one of emea or apac."),
        (
            "",
            "emea /20 --unit a",
            "The address space 'emea' has no pool to reserve from. Add its ranges below `pools`.",
        ),
        (
            POOL,
            "emea /15 --unit a",
            "No block /15 is free in the pool of 'emea'. Reserve a smaller one, or add a range",
        ),
        ("pools: {west: [10.0.0.0/8]}", "emea /20 --unit a", "There is no address space 'west'."),
        ("pools: {emea: [10.0.0.1/8]}", "emea /20 --unit a", "Write 10.0.0.0/8."),
        (
            f"{POOL}\nblocks: [{{range: 10.1.0.0/20, space: emea, unit: a}}]",
            "emea /20 --unit a",
            "is in no range of the",
        ),
        (
            f"{POOL}\nblocks: [{{range: 10.0.0.0/20, space: emea, unit: x}}]",
            "emea /20 --unit a",
            "There is no unit 'x'.",
        ),
        (
            "pools: {apac: [10.0.0.0/8]}\nblocks: [{range: 10.0.0.0/20, space: apac, unit: a}]",
            "emea /20 --unit a",
            "The networks of a are in the address space 'emea'. Set `space: emea`.",
        ),
        (
            f"{BLOCKS}\n".replace("10.0.16.0/20, space: emea, unit: b", "10.0.8.0/21, space: emea, unit: a"),
            "emea /20 --unit a",
            "10.0.8.0/21 shares addresses with 10.0.0.0/20, reserved for a.",
        ),
    ],
)
def test_what_cannot_be_reserved_is_exit_code_2(rest: str, words: str, message: str, tmp_path: Path) -> None:
    """With the reason and what to do."""
    write_fleet(tmp_path, {"a/dev.json": report("dev", ("10.0.0.0/24",))}, rest)

    ran = amlz_here("fleet", "reserve", *words.split(), folder=tmp_path)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in " ".join(ran.stderr.split())


def test_nothing_is_reserved_while_a_range_in_use_is_not_known(tmp_path: Path) -> None:
    """The report that is missing is named. One of another address space keeps nothing back."""
    files = {"a/dev.json": "{", "b/dev.json": report("dev")}
    write_fleet(tmp_path, files, POOL)

    refused = amlz_here("fleet", "reserve", "emea", "/20", "--unit", "b", folder=tmp_path)
    write_fleet(tmp_path, files, POOL, units={"a": "space: apac"})
    shown = amlz_here("fleet", "reserve", "emea", "/20", "--unit", "b", folder=tmp_path)

    assert refused.returncode == 2
    assert (
        "reports/a/dev.json: It is not JSON: it is cut off or damaged.\n  Publish these reports first."
        in refused.stderr
    )
    assert (shown.returncode, shown.stderr) == (0, "")
