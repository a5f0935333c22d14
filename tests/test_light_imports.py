"""Commands that evaluate nothing load neither Pulumi, nor the policy evaluator, nor reports that they do not print."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

#: Runs `amlz` and prints its modules on standard error; its own output stays on standard output.
RUN = """
import atexit, sys
atexit.register(lambda: sys.stderr.write("\\n".join(sorted(sys.modules))))
import cli
cli.main()
"""
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
    "offline",
    "components",
    "checks",
)
#: What planning reads of policies: what they declare, never their rules.
DECLARATIONS = ["declared", "engine", "engine.errors", "engine.grammar", "engine.limits", "engine.parameters"]
DECLARATIONS += ["engine.values", "library"]

COMMANDS = {
    f"check {STACK}": ["addresses", "check", "files", "json_text", "lines", "words"],
    f"check {STACK} --format json": ["addresses", "check", "files", "json_text", "lines", "words"],
    f"addresses {STACK}": ["addresses", "files", "json_text", "lines"],
    f"addresses {STACK} --format json": ["addresses", "files", "json_text", "lines"],
    "schema": ["files", "json_text"],
    "--help": [],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_evaluates_nothing_loads_only_what_it_prints(command: str) -> None:
    """Neither heavy packages nor modules of other reports."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )

    modules = ran.stderr.splitlines()
    below = {
        package: [name.partition(".")[2] for name in modules if name.startswith(f"{package}.")]
        for package in ("policies", "reports")
    }
    policies = DECLARATIONS if STACK in command else ["engine", "engine.errors"]
    assert [name for name in modules if name.partition(".")[0] in HEAVY] == []
    assert below == {"policies": policies, "reports": COMMANDS[command]}
