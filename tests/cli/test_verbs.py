"""The list of verbs, and what their help shows: sections, an example of each, the options of every verb."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from amlz.cli.help import complete
from amlz.cli.main import app
from amlz.cli.verbs import EXAMPLES, SECTIONS
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT

#: Modules of `amlz/cli` that hold no verb.
SHARED = {"__init__", "colour", "formats", "help", "jsonl", "main", "options", "progress", "signals", "verbs"}
ALL = [verb for verbs in SECTIONS.values() for verb in verbs]


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Commands without commands below them, with their names on the command line."""
    below = getattr(command, "commands", {})
    if not below:
        yield name, command
    for child in below:
        yield from commands(below[child], f"{name} {child}".strip())


COMMANDS = dict(commands(complete(typer.main.get_command(app))))


def test_every_module_of_the_command_line_has_a_verb_or_a_group() -> None:
    """A module that is not in a section would never be used."""
    modules = {path.stem for path in (ROOT / "amlz" / "cli").glob("*.py")} - SHARED

    assert modules == {
        str(verb.info.name) if isinstance(verb, typer.Typer) else verb.__module__.rpartition(".")[2] for verb in ALL
    }


def test_the_help_lists_every_verb_once_below_its_section() -> None:
    """In the order of SECTIONS, with whole sentences in 80 columns."""
    printed = amlz_here("--help").stdout

    listed: dict[str, list[str]] = {}
    for line in printed.splitlines():
        if line.removesuffix(":") in SECTIONS:
            listed[line.removesuffix(":")] = []
        elif listed and line.startswith("  ") and not line.startswith("   "):
            listed[list(listed)[-1]].append(line.split()[0])
    assert listed == {
        "Start": ["init", "doctor"],
        "Write stack files": ["check", "project", "stacks", "addresses", "schema"],
        "See what would happen": ["preview", "diff", "explain", "policy", "can", "reach", "egress", "roles"],
        "Operate": ["ready", "cost", "quota", "slo", "runbook", "dashboards"],
        "Train and serve models": ["workload", "mesh"],
        "Run many landing zones": ["fleet", "upgrade"],
        "Practise and repair": ["rehearse", "simulate", "recover", "import-subnets"],
    }
    assert max(map(len, printed.splitlines())) <= 80
    assert "..." not in printed.replace("COMMAND [ARGS]...", "")


def test_every_verb_has_one_example() -> None:
    """Groups of verbs have none: their verbs do."""
    assert sorted(EXAMPLES) == sorted(COMMANDS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_a_command_line_of_its_verb(name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its arguments and options are known. Pipes around it are the shell's."""
    monkeypatch.chdir(tmp_path)
    (part,) = (part for part in EXAMPLES[name].split("|") if part.split()[0] == "amlz")
    words = shlex.split(part.partition(" < ")[0].partition(" > ")[0])[1:]

    assert words[: len(name.split())] == name.split()
    COMMANDS[name].make_context(name, words[len(name.split()) :])


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_verb_can_be_told_to_write_no_colours(name: str) -> None:
    """The option `--no-color` is part of the contract of every verb."""
    assert [option.opts for option in COMMANDS[name].params if option.name == "no_color"] == [["--no-color"]]


def test_the_help_of_a_verb_ends_with_its_example() -> None:
    """So that a reader can copy it."""
    assert amlz_here("check", "--help").stdout.rstrip().endswith("\n\n  Example: amlz check dev")


def test_an_example_of_the_help_runs() -> None:
    """The one of `amlz check`, in the folder of the sample stacks."""
    ran: subprocess.CompletedProcess[str] = amlz_here("check", "dev", "--no-color")

    assert (ran.returncode, ran.stderr) == (0, "")
