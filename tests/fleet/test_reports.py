"""Reports of units: every one that cannot be used is a sentence, and never counts as fine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from amlz.reports.fleet import limits as limits_report
from amlz.reports.fleet import report as fleet_report
from amlz.reports.fleet.page import FleetPage, FleetTable, rendered
from tests.cli.in_process import amlz_here
from tests.fleet.fleets import COMMIT, SUBSCRIPTION, network_id, read, record, report, resource, shipped, write_fleet


def test_a_row_has_everything_that_is_recorded(tmp_path: Path) -> None:
    """Version, versions behind, ages, findings, deployment and drift."""
    result = report("prod", ("10.1.0.0/16",), production=True)
    result["findings"] = [{"severity": "warning"}, {"severity": "note"}, {"severity": "note"}]
    result["verdicts"] = [{"verdict": "undecided", "blocks": False}, {"verdict": "exempt", "blocks": False}]
    result["acceptedFindings"] = [{"id": "egress/everything", "acceptedUntil": "2027-06-30"}]
    files = {"retail/prod.json": result, "retail/prod.record.json": record("prod", "0.1.0", drift=2)}
    reports = read(tmp_path, files, "2027-03-11", rest="versions: [0.1.0, 0.2.0, 0.3.0]\nrings: [{name: all}]")

    rows: Any = fleet_report.page(reports).record["stacks"]

    assert rows[0] == {
        "stack": "retail/prod",
        "unit": "retail",
        "name": "prod",
        "ring": "all",
        "space": "emea",
        "file": "reports/retail/prod.json",
        "version": "0.1.0",
        "commit": COMMIT,
        "behind": 2,
        "reportOf": "2027-03-01",
        "old": False,
        "production": True,
        "findings": {"error": 0, "warning": 1, "note": 2},
        "denied": 0,
        "notEvaluated": 1,
        "exempt": 1,
        "accepted": [{"id": "egress/everything", "until": "2027-06-30"}],
        "resources": 1,
        "cost": None,
        "objectives": None,
        "hub": "",
        "deployment": {"version": "0.1.0", "commit": COMMIT, "day": "2027-03-01", "result": "succeeded"},
        "drift": {"day": "2027-03-01", "resources": 2},
    }


def cost(low: float, high: float | None, currency: str = "EUR") -> dict[str, Any]:
    """Returns a report with an estimate."""
    prices = {"source": "prices.json", "currency": currency, "date": None}
    return report("dev") | {"cost": {"prices": prices, "total": {"low": low, "high": high}}}


def test_estimates_are_summed_by_currency(tmp_path: Path) -> None:
    """Amounts without an upper end have a sum without one; stacks without prices are counted."""
    files = {
        "a/dev.json": cost(100.0, 200.5),
        "b/dev.json": cost(50, None),
        "c/dev.json": cost(70.0, 70.0, "USD"),
        "d/dev.json": report("dev") | {"cost": None},
        "e/dev.json": report("dev"),
    }

    page = fleet_report.page(read(tmp_path, files))

    (table,) = (table for table in page.tables if table.title == "Consumption of a month")
    assert table.rows == (
        ("EUR 150 and more", "2 landing zones"),
        ("USD 70", "1 landing zone"),
        ("not known", "2 landing zones"),
    )
    stacks: Any = page.record["stacks"]
    assert [one["cost"] for one in stacks] == [
        {"currency": "EUR", "low": 100.0, "high": 200.5},
        {"currency": "EUR", "low": 50.0, "high": None},
        {"currency": "USD", "low": 70.0, "high": 70.0},
        None,
        None,
    ]


BROKEN: dict[str, tuple[Any, str]] = {
    "cut off": ('{"schemaVersion": 1, "stack"', "It is not JSON: it is cut off or damaged."),
    "not UTF-8": ("\udcff{", "It is not JSON: it is cut off or damaged."),
    "nested too deeply": ("[" * 100_000, "It is not JSON: it is nested too deeply."),
    "a list": ("[]", "It is JSON, but no object."),
    "newer": (
        report("dev") | {"schemaVersion": 2},
        "Its schemaVersion is 2, and this program reads 1. A newer program wrote it.",
    ),
    "of another program": ({"stack": "dev"}, "It has no schemaVersion, so it is no report of amlz."),
    "a difference": (
        {"schemaVersion": 1, "stack": "dev", "against": "main"},
        "It is a difference or a report of several stacks. Publish that of `amlz preview STACK --format json`.",
    ),
    "without a key": (
        {key: value for key, value in report("dev").items() if key != "quota"},
        "It is not a whole report of `amlz preview --format json`: quota is missing.",
    ),
    "with another type": (
        report("dev") | {"resources": [3]},
        "It is not a whole report of `amlz preview --format json`.",
    ),
    "with a cost below zero": (cost(-1, 5), "It is not a whole report of `amlz preview --format json`."),
    "with a cost that is no number": (
        report("dev") | {"cost": {"prices": {"currency": "EUR"}, "total": {"low": "1", "high": None}}},
        "It is not a whole report of `amlz preview --format json`.",
    ),
    "of another stack": (report("prod"), "It is the report of the stack prod. Name it after its stack."),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_report_that_cannot_be_used_is_a_sentence_and_fails(case: str, tmp_path: Path) -> None:
    """With its stack and its file; the other stacks are shown."""
    content, why = BROKEN[case]
    fleet = write_fleet(tmp_path, {"retail/dev.json": "", "retail/prod.json": report("prod")})
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / "reports/retail/dev.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    ran = amlz_here("fleet", "report", "--fleet", str(fleet), "--format", "json")

    shown = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert [row["stack"] for row in shown["stacks"]] == ["retail/prod"]
    assert shown["notKnown"] == [
        {"unit": "retail", "stack": "dev", "file": "reports/retail/dev.json", "why": why},
    ]


def test_missing_reports_are_sentences(tmp_path: Path) -> None:
    """A stack of the list, a record without its report, a folder without reports, and no folder."""
    files = {"a/dev.json": report("dev"), "a/old.record.json": record("old", "0.1.0"), "b/readme.txt": "none"}
    reports = read(tmp_path, files, units={"a": "space: emea, stacks: [dev, prod]", "c": "space: emea"})

    assert [(one.key, one.why) for one in reports.unusable] == [
        ("a/old", "Its report is missing."),
        ("a/prod", "Its report is missing."),
        ("b", "It has published no report."),
        ("c", "The folder of its reports cannot be read: no such file or directory."),
    ]


def test_a_pipe_in_place_of_a_report_does_not_block(tmp_path: Path) -> None:
    """It is reported as what it is."""
    fleet = write_fleet(tmp_path, {"retail/prod.json": report("prod")})
    os.mkfifo(tmp_path / "reports" / "retail" / "dev.json")

    ran = amlz_here("fleet", "report", "--fleet", str(fleet))

    assert ran.returncode == 1
    assert "it is a device or a pipe, not a regular file" in ran.stdout


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "It is not JSON: it is cut off or damaged."),
        (record("prod", "0.1.0"), "It is the record of the stack prod."),
        (record("dev", "one"), "It is no record: program.version: string should match pattern"),
        (record("dev", "0.1.0") | {"schemaVersion": 7}, "Its schemaVersion is 7, and this program reads 1."),
    ],
)
def test_a_record_that_cannot_be_used_leaves_the_report(content: Any, why: str, tmp_path: Path) -> None:
    """The stack is shown without version and deployment, and the record is not known."""
    reports = read(tmp_path, {"retail/dev.json": report("dev"), "retail/dev.record.json": content})

    assert [(stack.key, stack.record) for stack in reports.stacks] == [("retail/dev", None)]
    ((file, reason),) = [(one.file, one.why) for one in reports.unusable]
    assert file == "reports/retail/dev.record.json"
    assert reason.startswith(why)


@pytest.mark.parametrize(
    ("today", "shown", "fails"),
    [
        ("", "2027-03-01", False),
        ("2027-03-15", "2027-03-01", False),
        ("2027-03-16", "2027-03-01, old", True),
        ("2027-02-28", "2027-03-01, after today", True),
    ],
)
def test_an_old_report_is_not_fine(today: str, shown: str, fails: bool, tmp_path: Path) -> None:
    """Older than 14 days, or of a day that has not come. Without today nothing is decided, and a note states it."""
    files = {"retail/dev.json": report("dev"), "retail/dev.record.json": record("dev", "0.1.0")}
    page = fleet_report.page(read(tmp_path, files, today))

    assert (page.tables[0].rows[0][4], page.fails) == (shown, fails)
    assert any("No day was passed" in note for note in page.notes) == (today == "")


def test_resources_that_two_stacks_build_are_shown_once_for_all_below(tmp_path: Path) -> None:
    """The resource at the top; a limit counts each of them once."""
    policy = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/deny"
    both = [resource(policy, "Microsoft.Authorization/policyDefinitions", {})]
    both += [resource(network_id("shared"), "Microsoft.Network/virtualNetworks", {})]
    both += [resource(f"{network_id('shared')}/subnets/a", "Microsoft.Network/virtualNetworks/subnets", {})]
    files = {f"{unit}/dev.json": report("dev") | {"resources": both} for unit in ("a", "b")}
    reports = read(tmp_path, files)

    page = fleet_report.page(reports)

    assert page.fails
    assert page.record["builtTwice"] == [
        {"id": policy.lower(), "stacks": ["a/dev", "b/dev"]},
        {"id": network_id("shared").lower(), "stacks": ["a/dev", "b/dev"]},
    ]
    limits: Any = limits_report.page(reports).record["limits"]
    assert [(row["what"], row["count"], row["stacks"]) for row in limits] == [
        ("policy definitions", 1, 2),
        ("networks", 1, 2),
    ]


@pytest.mark.parametrize(("form", "sign"), [("text", "The fleet\n"), ("markdown", "## "), ("html", "<!doctype html>")])
def test_names_of_units_reports_act_on_nothing(form: str, sign: str, tmp_path: Path) -> None:
    """A stack's name and a check's id come from others: no markup, no control character."""
    bad = "<b>|x\u202e\x1b[2J @all"
    result = report("dev") | {"acceptedFindings": [{"id": bad, "acceptedUntil": "2027-01-01"}]}
    fleet = write_fleet(tmp_path, {"retail/dev.json": result})

    shown = amlz_here("fleet", "report", "--fleet", str(fleet), "--format", form).stdout

    assert shown.startswith(sign)
    assert [mark for mark in ("\x1b", "\u202e") if mark in shown] == []
    assert form == "text" or "<b>" not in shown
    assert form != "markdown" or "@all" not in shown


def test_shipped_stacks_make_a_fleet(tmp_path: Path) -> None:
    """Real reports: a hub before the landing zone that uses it, and no overlap."""
    files = {"platform/hub.json": shipped("hub"), "claims/landing-zone.json": shipped("landing-zone")}
    fleet = write_fleet(tmp_path, {**files, "retail/minimal.json": shipped("minimal")})

    order = json.loads(amlz_here("fleet", "order", "--fleet", str(fleet), "--format", "json").stdout)
    addresses = amlz_here("fleet", "addresses", "--fleet", str(fleet), "--format", "json")

    waves = [(row["stack"], row["wave"], [d["stack"] for d in row["dependsOn"]]) for row in order["stacks"]]
    assert waves == [("platform/hub", 1, []), ("retail/minimal", 1, []), ("claims/landing-zone", 2, ["platform/hub"])]
    assert (addresses.returncode, json.loads(addresses.stdout)["overlaps"]) == (0, [])


def test_a_table_with_long_cells_is_shown_in_lines_of_80_columns() -> None:
    """The short cells of a row in a line, each long one below; other tables have columns."""
    table = FleetTable("T", ("a", "b", "c"), (("x", "long " * 20, "z"), ("k", "short", "w")), "None.")
    text = rendered(FleetPage("P", "good", "V.", (table,), (), {}, False), "text")

    assert text.splitlines() == [
        "P",
        "V.",
        "",
        "T",
        "  x  z",
        *[f"    {'long ' * n}".rstrip() for n in (15, 5)],
        "  k  short  w",
    ]
