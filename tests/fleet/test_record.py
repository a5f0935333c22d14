"""`amlz fleet record`."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.cli.in_process import amlz_here
from tests.fleet.fleets import COMMIT, read, report


def written(folder: Path, *words: str) -> Any:
    """Returns the record of dev after `amlz fleet record` with some words."""
    ran = amlz_here("fleet", "record", "dev", "--commit", COMMIT, *words, folder=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads((folder / "dev.record.json").read_text(encoding="utf-8"))


def test_a_deployment_stays_until_the_next_one(tmp_path: Path) -> None:
    """A preview changes day and program; a deployment forgets the search for drift before it."""
    program = {"version": version("aml-landing-zone"), "commit": COMMIT}
    first = {**program, "day": "2027-03-01", "result": "succeeded"}

    assert written(tmp_path, "--today", "2027-03-01", "--deployed", "succeeded") == {
        "schemaVersion": 1,
        "stack": "dev",
        "day": "2027-03-01",
        "program": program,
        "deployment": first,
        "drift": None,
        "objectives": [],
    }
    assert written(tmp_path, "--today", "2027-03-02", "--drift", "3")["drift"] == {"day": "2027-03-02", "resources": 3}
    preview = written(tmp_path, "--today", "2027-03-04")
    assert (preview["day"], preview["deployment"], preview["drift"]["resources"]) == ("2027-03-04", first, 3)
    assert written(tmp_path, "--today", "2027-03-05", "--deployed", "failed")["drift"] is None


def test_a_fleet_reads_the_record(tmp_path: Path) -> None:
    """The file is the one that a fleet looks for next to the report."""
    folder = tmp_path / "reports" / "retail"
    folder.mkdir(parents=True)
    written(folder, "--today", "2027-03-01", "--deployed", "succeeded")

    (stack,) = read(tmp_path, {"retail/dev.json": report("dev")}).stacks

    assert stack.record
    assert stack.record.deployment
    assert stack.record.deployment.result == "succeeded"
