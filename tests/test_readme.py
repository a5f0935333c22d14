"""The README, and the table of commands, show what the commands do."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from amlz.cli.main import app
from tests.cli.test_command_line import amlz
from tests.cli.test_init_and_doctor import OPTIONS
from tests.conftest import ROOT, STACKS

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\| `amlz ([^`]+)` \|", PAGE, re.MULTILINE)
#: Those of a fork and of a fleet need repositories and reports of units, others a folder, a mesh or ids of Azure: their
#: own tests run them.
OTHERS = (
    "fleet ",
    "upgrade ",
    "mesh ",
    "workload init",
    "workload update",
    "workload monitor",
    "workload drift-events",
)
ALONE = [command for command in COMMANDS if not command.startswith(OTHERS)]


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_stack_file_shown_is_the_minimal_example() -> None:
    """As data: the example has a first line for editors."""
    example = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")

    assert [yaml.safe_load(block) for block in blocks("yaml")] == [yaml.safe_load(example)]


def test_the_output_shown_is_how_the_preview_begins() -> None:
    """Its first line is the command."""
    (shown,) = blocks("text")
    command, _, output = shown.partition("\n")

    ran = amlz(*shlex.split(command)[2:])

    assert ran.stdout[: len(output)] == output


@pytest.mark.parametrize("command", ALONE)
def test_every_command_of_the_table_runs(command: str, tmp_path: Path) -> None:
    """With the capitals filled in, a state as `pulumi stack export` gives it, and answers to the questions of init."""
    values = {"STACK": "dev", "OLD": "dev", "NEW": "dev", "FINDING": "keys/enabled", "REV": "HEAD"}
    values |= {"PERSONA": "ml-engineers", "ACTION": "create-compute", "PROJECT": "churn", "ENVIRONMENT": "dev"}
    if command.startswith(("runbook ", "slo ", "ready ")):  # dev has no alerts, no objectives and no production
        values["STACK"] = str(ROOT / "examples" / "operate" / "Pulumi.operate.yaml")
    if command.startswith("dashboards "):  # dev has no cluster
        values |= {"STACK": str(ROOT / "examples" / "kubernetes" / "Pulumi.kubernetes.yaml"), "DIR": str(tmp_path)}
    if command.startswith("rehearse "):  # of the smallest: a rehearsal takes minutes
        values["STACK"] = str(ROOT / STACKS["minimal"])
    filled = re.sub("[A-Z]{3,}", lambda word: values[word[0]], command)
    if "HEAD" in filled and not (ROOT / ".git").exists():
        pytest.skip("this checkout is no git repository, so there is no revision to compare with")

    new = command.startswith("init ")
    ran = amlz(
        *shlex.split(filled), *(OPTIONS if new else ()),
        folder=tmp_path if new else None, given='{"version": 3, "deployment": {}}',
    )  # fmt: skip

    assert (ran.returncode, ran.stdout != "", ran.stderr) == (0, True, "")


def test_the_table_has_every_command() -> None:
    """Every one is on the page of the command line."""
    values = {command.split(" ")[0] for command in COMMANDS}

    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert values == {*commands, *(group.typer_instance.info.name for group in app.registered_groups)}  # type: ignore[union-attr]
