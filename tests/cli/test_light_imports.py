"""Commands that evaluate nothing load neither Pulumi, nor the policy evaluator, nor reports that they do not print."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.conftest import ROOT

#: Runs `amlz` and prints its modules on standard error; its own output stays on standard output.
RUN = """
import atexit, sys
atexit.register(lambda: sys.stderr.write("\\n".join(sorted(sys.modules))))
from amlz.cli import main as cli
cli.main()
"""
#: Folders of amlz/ whose classes a check imports.
IMPORTED = ("azure", "capabilities", "core", "policy", "stackfile")
STACK = "examples/minimal/Pulumi.minimal.yaml"
#: Packages that take long to import, and that these commands never need.
HEAVY = (
    "pulumi",
    "pulumi_azure_native",
    "grpc",
    "google",
    "jinja2",
    "rich",
    "ruamel",
    "components",
    "amlz.app.preview",
    "amlz.checks.catalogue",
    "amlz.simulator",
)
#: The policy evaluator: compiled rules and everything that runs them. Planning reads what policies declare.
EVALUATOR = (
    *("aliases", "assignment", "conditions", "definition", "effects", "existence", "expressions", "fields"),
    *("functions", "initiative", "judge", "operators", "references", "requests", "rule", "runtime"),
)

#: Reports that every command loads: the names of formats, without a format.
NAMES = ("formats", "formats.registry")
COMMANDS = {
    f"check {STACK}": [
        "addresses",
        "check",
        "files",
        *NAMES,
        "json_text",
        "lines",
        "links",
        "relaxed",
        "streams",
        "styled",
    ],
    f"check {STACK} --format json": [
        "addresses",
        "check",
        "files",
        *NAMES,
        "json_text",
        "lines",
        "links",
        "relaxed",
        "streams",
        "styled",
    ],
    f"addresses {STACK}": ["addresses", "files", *NAMES, "json_text", "lines", "links", "streams", "styled"],
    f"addresses {STACK} --format json": [
        "addresses",
        "files",
        *NAMES,
        "json_text",
        "lines",
        "links",
        "streams",
        "styled",
    ],
    "schema": ["files", *NAMES, "json_text", "links", "streams", "styled"],
    "--help": [*NAMES, "links", "streams", "styled"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_evaluates_nothing_loads_only_what_it_prints(command: str) -> None:
    """Neither heavy packages nor modules of other reports."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )

    modules = ran.stderr.splitlines()
    unwanted = (*HEAVY, *(f"amlz.policy.engine.{name}" for name in EVALUATOR))
    reports = [name.removeprefix("amlz.reports.") for name in modules if name.startswith("amlz.reports.")]
    assert [name for name in modules if any(f"{name}.".startswith(f"{item}.") for item in unwanted)] == []
    assert reports == COMMANDS[command]


def test_the_modules_of_the_evaluator_exist() -> None:
    """So that a module that is renamed is not overlooked above."""
    assert [name for name in EVALUATOR if find_spec(f"amlz.policy.engine.{name}") is None] == []


def test_frozen_classes_compile_their_methods_when_they_are_used() -> None:
    """`dataclass` of the standard library compiles them at the import: a quarter of the time of a check."""
    files = [path for folder in IMPORTED for path in sorted((ROOT / "amlz" / folder).rglob("*.py"))]
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    frozen = [path for path, text in texts.items() if "\n@dataclass(frozen=True, slots=True)\n" in text]

    wrong = [path for path in frozen if "\nfrom amlz.dataclass import dataclass\n" not in texts[path]]
    assert [str(path.relative_to(ROOT)) for path in wrong] == []
    assert len(frozen) > 90
