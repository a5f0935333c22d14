"""The list of verbs: each is a function of a module of the command line, and none is missing from it."""

from __future__ import annotations

from amlz.cli.main import GROUPS, VERBS, app
from tests.conftest import ROOT

#: Modules of `amlz/cli` that hold no verb.
SHARED = {"__init__", "jsonl", "main", "options", "signals"}


def test_every_module_of_the_command_line_has_a_verb_or_a_group() -> None:
    """A module that is not in the list would never be used."""
    modules = {path.stem for path in (ROOT / "amlz" / "cli").glob("*.py")} - SHARED

    assert modules == {verb.__module__.rpartition(".")[2] for verb in VERBS} | {
        str(group.info.name) for group in GROUPS
    }


def test_every_verb_is_called_as_its_function() -> None:
    """With hyphens. A function alone in its module has the module's name."""
    called = [command.name for command in app.registered_commands]

    assert called == [verb.__name__.replace("_", "-") for verb in VERBS]
