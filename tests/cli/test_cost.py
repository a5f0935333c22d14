"""`amlz cost` on the command line: its formats, the commands that it prints, and inputs that it refuses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from amlz.app.estimate import costs, records_of
from amlz.core.cost import Costs
from amlz.reports import cost as report
from amlz.stackfile.load import load
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS, in_format, previewed

#: Prices that are made up.
PRICES = {"date": "2027-01-31", "currency": "EUR", "prices": {"firewall-standard": 1, "private-endpoint": 0.01}}

#: Options, and what is wrong with them.
WRONG = {
    "--commands --against main": "the commands are for the present files.",
    "--commands --format json": "commands have no other format.",
    "--prices nowhere.json": "There is no such price file.",
    "--format html": "'html' is not one of 'text', 'json', 'markdown'.",
}


def minimal(folder: Path) -> Costs:
    """The estimate of examples/minimal at the prices above."""
    (folder / "own.json").write_text(json.dumps(PRICES), encoding="utf-8")
    file = load(STACKS["minimal"], ROOT)
    return costs(records_of(previewed("minimal").graph), file, folder / "own.json")


@pytest.mark.parametrize("options", WRONG)
def test_wrong_options_end_with_exit_code_2_and_the_reason(options: str) -> None:
    """No traceback."""
    ran = amlz_here("cost", STACKS["minimal"], *options.split())

    assert (ran.returncode, ran.stdout) == (2, "")
    assert WRONG[options] in " ".join(ran.stderr.split())


def test_text_has_a_sum_an_owner_and_what_is_left_out(tmp_path: Path) -> None:
    """730 hours at 1, and 4 endpoints of 730 hours at 0.01."""
    lines = report.as_text("minimal", minimal(tmp_path)).splitlines()

    assert lines[0].startswith("minimal: a month's consumption, at the prices in ")
    assert lines[0].endswith("own.json of 2027-01-31")
    assert "  Azure Firewall Standard                             730 hours              730" in lines
    assert [line for line in lines if line.startswith(("shared:", "churn", "all:"))] != []
    titles = [line for line in lines if line and not line.startswith(" ")][-4:]
    assert titles == ["By use: set `cost.assumed` for a quantity", "Without a price", "Not in the estimate", "Limits"]
    assert max(map(len, lines[1:])) <= 80


def test_programs_read_the_same_numbers(tmp_path: Path) -> None:
    """The sum of the environments is the total."""
    data = json.loads(report.as_json("minimal", minimal(tmp_path)))
    sums = [entry["cost"] for entry in data["environments"]]

    assert data["prices"]["currency"] == "EUR"
    assert data["total"] == {end: round(sum(entry[end] for entry in sums), 4) for end in ("low", "high")}


def test_markdown_has_a_table_an_owner(tmp_path: Path) -> None:
    """With the currency as the heading of its last column."""
    text = report.as_markdown("minimal", minimal(tmp_path))

    assert text.startswith("## minimal: a month's consumption, at the prices in ")
    assert "| meter | quantity | EUR |\n| --- | ---: | ---: |\n" in text
    assert "| Azure Firewall Standard | 730 hours | 730 |" in text


CURL = """#!/bin/sh
# Writes what it was called with, in the shape of an answer, to the file after --output.
printf '%s\\n' "$@" >> "$CALLS"
while [ "$1" != --output ]; do shift; done
printf '{"Items": []}' > "$2"
"""


def test_the_printed_commands_run_in_a_shell_and_fetch_one_file_a_service(tmp_path: Path) -> None:
    """Filters arrive as one argument each, and the files have the day in their names."""
    (tmp_path / "curl").write_text(CURL, encoding="utf-8")
    (tmp_path / "curl").chmod(0o755)
    shell = shutil.which("sh")
    assert shell is not None
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(tmp_path / "calls")}
    commands = report.commands(minimal(tmp_path))

    subprocess.run([shell, "-e", "-c", commands], cwd=tmp_path, env=environment, check=True)

    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    filters = [call for call in calls if call.startswith("$filter=")]
    assert filters[1] == (
        "$filter=serviceName eq 'Azure Firewall' and priceType eq 'Consumption' and (meterName eq 'Standard Data "
        "Processed' or meterName eq 'Standard Deployment') and (armRegionName eq 'westeurope')"
    )
    names = sorted(path.name[11:] for path in (tmp_path / "prices").iterdir())
    assert names == [
        "azure-dns.json", "azure-firewall.json", "container-registry.json", "log-analytics.json",
        "virtual-machines.json", "virtual-network.json",
    ]  # fmt: skip


def test_a_preview_shows_the_sums_where_the_stack_file_names_prices(tmp_path: Path) -> None:
    """In text, Markdown, HTML and JSON; without prices, none of them has the section."""
    plain = previewed("minimal")
    from dataclasses import replace

    priced = replace(plain, costs=minimal(tmp_path))

    for form, sign in (("text", "all: "), ("markdown", "| all | "), ("html", "Cost of a month")):
        assert sign in in_format(form, priced)
        assert sign not in in_format(form, plain)
    assert json.loads(in_format("json", priced))["cost"]["total"] is not None
    assert json.loads(in_format("json", plain))["cost"] is None


def test_the_stack_file_names_prices_and_assumptions(tmp_path: Path) -> None:
    """The path is relative to the stack file, and cannot leave its folder."""
    text = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    head = "  amlz:landingZone:\n"
    file = tmp_path / "Pulumi.minimal.yaml"
    (tmp_path / "own.json").write_text(json.dumps(PRICES), encoding="utf-8")
    file.write_text(text.replace(head, head + "    cost: {prices: own.json, assumed: {log-ingested: 100}}\n"), "utf-8")
    outside = tmp_path / "Pulumi.outside.yaml"
    outside.write_text(text.replace(head, head + "    cost: {prices: ../own.json}\n"), "utf-8")

    data = json.loads(amlz_here("cost", str(file), "--format", "json").stdout)
    shared = {row["meter"]: row for row in data["environments"][0]["meters"]}

    assert (shared["log-ingested"]["quantity"], shared["log-ingested"]["assumed"]) == ({"low": 100, "high": 100}, True)
    assert shared["firewall-standard"]["cost"] == {"low": 730, "high": 730}
    assert amlz_here("cost", str(outside)).returncode == 2


def test_an_assumption_for_no_meter_is_refused(tmp_path: Path) -> None:
    """With the meters that use decides."""
    text = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    head = "  amlz:landingZone:\n"
    file = tmp_path / "Pulumi.minimal.yaml"
    file.write_text(text.replace(head, head + "    cost: {assumed: {log-ingestd: 100}}\n"), "utf-8")

    ran = amlz_here("cost", str(file))

    assert ran.returncode == 2
    assert "cost.assumed.log-ingestd\n  The landing zone consumes no meter of this name." in ran.stderr
    assert "log-ingested" in ran.stderr
