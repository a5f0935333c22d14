"""The order of stacks, and which ring may open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amlz.core.problems import LandingZoneError
from amlz.fleet.order import ordered
from amlz.fleet.rings import rings_of
from tests.cli.in_process import amlz_here
from tests.fleet.fleets import network_id, read, record, report, write_fleet

RINGS = "wanted: 0.2.0\nrings: [{name: first, bakeDays: 2}, {name: second}, {name: third}]"


def test_a_hub_comes_before_its_spokes_at_any_depth(tmp_path: Path) -> None:
    """A regional hub below a global one makes three waves; what production waits for counts as production."""
    files = {
        "a/spoke.json": report("spoke", hub="regional", production=True),
        "b/regional.json": report("regional", hub="global"),
        "c/global.json": report("global"),
        "d/alone.json": report("alone"),
    }

    pairs = [(one.stack.key, one.wave, list(one.after), one.production) for one in ordered(read(tmp_path, files))]

    assert pairs == [
        ("c/global", 1, [], True),
        ("d/alone", 1, [], False),
        ("b/regional", 2, ["c/global"], True),
        ("a/spoke", 3, ["b/regional"], True),
    ]


def test_stacks_that_wait_for_each_other_are_refused_with_reasons(tmp_path: Path) -> None:
    """Exit code 2, with the resource that each refers to."""
    fleet = write_fleet(tmp_path, {"a/x.json": report("x", hub="y"), "b/y.json": report("y", hub="x")})

    ran = amlz_here("fleet", "order", "--fleet", str(fleet))

    x, y = network_id("x").lower(), network_id("y").lower()
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines() == [
        "a/x and b/y",
        f"  a/x refers to {y} of b/y.",
        f"  b/y refers to {x} of a/x.",
        "  They wait for each other, so none can be deployed first. Move a resource to the stack that needs it.",
    ]


def leads_back(hubs: list[int], start: int) -> bool:
    """Returns whether the chain of hubs from a stack leads back to it; one that is its own hub has none."""
    at = start
    for _ in hubs:
        hub = hubs[at] % len(hubs)
        if hubs[at] < 0 or hub == at:
            return False
        at = hub
        if at == start:
            return True
    return False


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(-1, 7), min_size=1, max_size=8))
def test_no_stack_comes_before_its_hub(tmp_path: Path, hubs: list[int]) -> None:
    """Any references: a later wave than each that it waits for, or all is refused."""
    names = [f"s{number}" for number in range(len(hubs))]
    files = {
        f"u/{name}.json": report(name, hub=names[hub % len(hubs)] if hub >= 0 and hub % len(hubs) != number else "")
        for number, (name, hub) in enumerate(zip(names, hubs, strict=True))
    }
    reports = read(tmp_path / str(len(list(tmp_path.iterdir()))), files)
    cycle = any(leads_back(hubs, number) for number in range(len(hubs)))
    if cycle:
        with pytest.raises(LandingZoneError, match="They wait for each other"):
            ordered(reports)
        return
    stacks = ordered(reports)

    waves = {one.stack.key: one.wave for one in stacks}
    assert sorted(waves) == sorted(f"u/{name}" for name in names)
    assert [key for one in stacks for key in one.after if waves[key] >= one.wave] == []


def states(folder: Path, today: str, records: dict[str, Any]) -> list[tuple[str, bool, bool]]:
    """Returns name, open and done of rings with one unit each, by the records of their stacks."""
    files: dict[str, Any] = {f"{ring}/dev.json": report("dev") for ring in ("first", "second", "third")}
    files |= {f"{ring}/dev.record.json": one for ring, one in records.items() if one}
    units = {ring: f"space: emea, ring: {ring}" for ring in ("first", "second", "third")}
    return [(s.name, s.open, s.done) for s in rings_of(read(folder, files, today, rest=RINGS, units=units))]


DONE = record("dev", "0.2.0")


@pytest.mark.parametrize(
    ("first", "today", "opens"),
    [
        (DONE, "2027-03-03", True),
        (DONE, "2027-03-02", False),
        (DONE, "", False),
        (record("dev", "0.1.0"), "2027-03-09", False),
        (record("dev", "0.2.0", "failed"), "2027-03-09", False),
        (record("dev", "0.2.0", drift=1), "2027-03-09", False),
        (record("dev", "0.2.0", drift=None), "2027-03-09", False),
        (record("dev", "0.2.0", day="2028-01-01"), "2027-03-09", False),
        (None, "2027-03-09", False),
        ("{", "2027-03-09", False),
    ],
)
def test_a_ring_opens_when_the_ring_before_it_is_done(first: Any, today: str, opens: bool, tmp_path: Path) -> None:
    """Deployed in the wanted version, without drift since, baked; anything that is not known keeps it closed."""
    pairs = states(tmp_path, today, {"first": first})

    assert pairs == [("first", True, opens), ("second", opens, False), ("third", False, False)]


def test_a_unit_without_reports_keeps_the_next_rings_closed(tmp_path: Path) -> None:
    """Each ring of that unit, those of single stacks too."""
    files = {"a/dev.json": report("dev"), "a/dev.record.json": DONE}
    units = {"a": "space: emea, ring: first", "b": "space: emea, ring: third, stackRings: {prod: first}"}
    rings = rings_of(read(tmp_path, files, "2027-03-09", rest=RINGS, units=units))

    assert [(s.name, s.open, s.done) for s in rings][:2] == [("first", True, False), ("second", False, False)]
    assert rings[0].pending == ("b: The folder of its reports cannot be read: no such file or directory.",)


@pytest.mark.parametrize(("most", "opens"), [(0, False), (1, True)])
def test_failed_stacks_keep_a_ring_closed_beyond_max_failures(most: int, opens: bool, tmp_path: Path) -> None:
    """By default the first failed stack does."""
    files = {"a/x.json": report("x"), "a/x.record.json": record("x", "0.2.0", "failed")}
    files |= {"a/y.json": report("y"), "a/y.record.json": record("y", "0.2.0")}
    rest = f"wanted: 0.2.0\nrings: [{{name: first, maxFailures: {most}}}, {{name: second}}]"
    fleet = write_fleet(tmp_path, files, rest, {"a": "space: emea, ring: first"})

    ran = amlz_here("fleet", "rings", "--fleet", str(fleet), "--ring", "second", "--today", "2027-03-09")

    assert ran.returncode == int(not opens)


STATES = st.sampled_from(["done", "failed", "drifted", "older", "none"])
RECORDS = {
    "done": DONE,
    "failed": record("dev", "0.2.0", "failed"),
    "drifted": record("dev", "0.2.0", drift=3),
    "older": record("dev", "0.1.0"),
    "none": None,
}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.tuples(STATES, STATES, STATES))
def test_a_ring_never_opens_with_a_stack_before_it_that_is_not_done(
    tmp_path: Path, drawn: tuple[str, str, str]
) -> None:
    """It is open exactly when every stack of the rings before it is done."""
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    records = {ring: RECORDS[state] for ring, state in zip(("first", "second", "third"), drawn, strict=True)}

    pairs = states(folder, "2027-04-01", records)

    expected = [all(state == "done" for state in drawn[:number]) for number in range(3)]
    assert [opened for _, opened, _ in pairs] == expected
