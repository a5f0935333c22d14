"""docs/how-to/fleet.md and docs/reference/fleet.md: their commands run, and their keys are those of the model."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from amlz.core.config.shared import camel
from amlz.fleet.config import FleetConfig, RingConfig, UnitConfig
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tests.fleet.fleets import shipped


def test_the_commands_to_try_run(tmp_path: Path) -> None:
    """As written, with the reports of the shipped stacks in place of new previews."""
    page = (ROOT / "docs/how-to/fleet.md").read_text(encoding="utf-8")
    block = page.partition("## Try it")[2].partition("```shell\n")[2].partition("```")[0]
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    shutil.copytree(ROOT / "examples/fleet", tmp_path / "examples/fleet")
    codes = []
    for words in lines:
        if words[0] == "mkdir":
            for folder in words[2:]:
                (tmp_path / folder).mkdir(parents=True)
        elif words[1] == "preview":
            stack = Path(words[2]).name.removeprefix("Pulumi.").removesuffix(".yaml")
            (tmp_path / words[-1]).write_text(shipped(stack), encoding="utf-8")
        else:
            codes.append(amlz_here(*words[1:], folder=tmp_path).returncode)

    assert codes == [0, 0, 0, 0]
    assert (tmp_path / "fleet.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_keys_of_the_fleet_file_are_those_of_the_table() -> None:
    """Every key of the model once."""
    page = (ROOT / "docs/reference/fleet.md").read_text(encoding="utf-8")
    table = page.partition("## The fleet file")[2].partition("##")[0]
    keys = re.findall(r"^\| `([\w.]+)` \|", table, re.M)

    units = [f"units.NAME.{camel(name)}" for name in UnitConfig.model_fields]
    assert sorted(keys) == sorted([*units, *(camel(name) for name in FleetConfig.model_fields if name != "units")])
    row = next(line for line in table.splitlines() if line.startswith("| `rings` |"))
    assert [camel(name) for name in RingConfig.model_fields] == re.findall(r"`(\w+)`(?: \(\d\))?", row)[1:]
