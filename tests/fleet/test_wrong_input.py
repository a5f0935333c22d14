"""Wrong input of every verb of `amlz fleet`: exit code 2, where and why it is wrong, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.in_process import amlz_here
from tests.fleet.fleets import COMMIT, record, report, write_fleet

VERBS = ("report", "addresses", "limits", "order", "rings")
WRONG_FILES = {
    "no file": ("", ["fleet.yaml", "There is no such file.", "docs/reference/fleet.md shows a whole one."]),
    "not YAML": ("a: [", ["fleet.yaml:"]),
    "a list": ("- a\n", ["fleet.yaml:1", "It is not a mapping: a fleet file begins with `schemaVersion: 1`."]),
    "an unknown space": (
        "schemaVersion: 1\nspaces: [emea]\nunits: {a: {reports: a, space: apac}}\n",
        ["fleet.yaml:3  units.a.space", "There is no address space 'apac'.", "Set one of emea."],
    ),
    "an unknown ring": (
        "schemaVersion: 1\nspaces: [emea]\nunits: {a: {reports: a, space: emea, ring: x}}\n",
        ["fleet.yaml:3  units.a.ring", "There is no ring 'x'.", "List it below `rings` first."],
    ),
    "a folder twice": (
        "schemaVersion: 1\nspaces: [emea]\nunits:\n  a: {reports: r, space: emea}\n  b: {reports: r, space: emea}\n",
        ["fleet.yaml:5  units.b.reports", "The reports of a are in the same folder", "Give each unit its own folder."],
    ),
    "a missing key": (
        "schemaVersion: 1\nspaces: [emea]\nunits: {a: {space: emea}}\n",
        [
            "fleet.yaml:3  units.a.reports",
            "It is missing: folder of the unit's reports",
            "Add `reports: reports/retail`.",
        ],
    ),
    "an unwanted version": (
        "schemaVersion: 1\nspaces: [emea]\nwanted: 0.3.0\nversions: [0.2.0]\nunits: {a: {reports: a, space: emea}}\n",
        ["fleet.yaml:3  wanted", "0.3.0 is not in `versions`.", "Add it there, or set one of 0.2.0."],
    ),
}


def test_a_missing_fleet_file_beside_stack_files_is_not_taken_for_a_stack(tmp_path: Path) -> None:
    """The remedy is about fleet files, also where the folder has stacks."""
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    ran = amlz_here("fleet", "report", "--fleet", str(tmp_path / "fleet.yaml"))

    assert ran.returncode == 2
    assert "docs/reference/fleet.md shows a whole one." in ran.stderr
    assert "Stacks there" not in ran.stderr


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("case", WRONG_FILES)
def test_a_wrong_fleet_file_is_exit_code_2(verb: str, case: str, tmp_path: Path) -> None:
    """With the line and the key."""
    content, says = WRONG_FILES[case]
    if content:
        (tmp_path / "fleet.yaml").write_text(content)

    ran = amlz_here("fleet", verb, "--output", "out.txt", folder=tmp_path)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert [part for part in says if part not in " ".join(ran.stderr.split("\n  "))] == []
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("rings --ring west", ["--ring west", "has no such ring.", "Name one of all."]),
        ("report --today tomorrow", ["'tomorrow' is no day; write it as 2027-03-31"]),
        ("limits --format xml", ["'xml' is not one of 'text', 'json', 'html', 'markdown'"]),
        ("order --output missing/x", ["missing"]),
        ("addresses --fleet reports", ["reports", "It cannot be read: is a directory."]),
        ("record ../dev --commit x --today 2027-03-31", ["It is no name of a stack.", "Pulumi.<name>.yaml"]),
        ("record dev --commit HEAD --today 2027-03-31", ["--commit HEAD", "git rev-parse HEAD"]),
        (f"record dev --commit {COMMIT} --today now", ["--today now", "Write it as 2027-03-31."]),
        (f"record dev --commit {COMMIT} --today 2027-03-31 --to no", ["There is no such folder.", "--to"]),
        (f"record dev --commit {COMMIT} --today 2027-03-31 --drift -1", ["--drift"]),
        (f"record dev --commit {COMMIT} --today 2027-02-01 --to reports/a", ["It is of 2027-03-01, after 2027-02-01."]),
        (f"record bad --commit {COMMIT} --today 2027-03-31 --to reports/a", ["Its deployment would be lost."]),
    ],
)
def test_wrong_arguments_are_exit_code_2(words: str, says: list[str], tmp_path: Path) -> None:
    """And no file changes."""
    files = {"a/dev.json": report("dev"), "a/dev.record.json": record("dev", "0.1.0"), "a/bad.record.json": "{"}
    write_fleet(tmp_path, files, "rings: [{name: all}]")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    ran = amlz_here("fleet", *words.split(), folder=tmp_path)

    assert ran.returncode == 2
    assert [part for part in says if part not in " ".join(ran.stderr.split())] == []
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_fleet_without_rings_is_refused_by_rings(tmp_path: Path) -> None:
    """With the key to set."""
    ran = amlz_here("fleet", "rings", "--fleet", str(write_fleet(tmp_path, {"a/dev.json": report("dev")})))

    assert ran.returncode == 2
    assert ran.stderr.splitlines()[1:] == ["  It has no `rings`.", "  List them, the first ring first."]
