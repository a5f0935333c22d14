"""The example of a business unit's own parts, copied to custom/ of a fork by the command of its page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.program_copy import copy_of_the_program


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """A fork with the parts, and a stack file that uses the capability."""
    copy_of_the_program(tmp_path)
    shutil.copytree(ROOT / "examples/business-unit", tmp_path / "custom", dirs_exist_ok=True)
    text = (ROOT / "examples/minimal/Pulumi.minimal.yaml").read_text(encoding="utf-8")
    head = "amlz:landingZone:\n"
    assert head in text
    (tmp_path / "Pulumi.dev.yaml").write_text(
        text.replace(head, f"{head}    archive: {{owner: data-office}}\n"), "utf-8"
    )
    return tmp_path


def amlz(fork: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the fork's program."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(fork), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-P", "-m", "amlz", *words]
    return subprocess.run(command, cwd=fork, env=environment, capture_output=True, text=True, check=False)


def test_each_part_of_the_example_has_its_effect(fork: Path) -> None:
    """A resource, a finding, names and a section in one preview; the cases of the policy hold."""
    ran = amlz(fork, "preview", "dev", "--format", "json", "--fail-on", "none")
    cases = amlz(fork, "policy", "test", "custom/policies/cases")

    assert (ran.returncode, ran.stderr) == (0, "")
    preview = json.loads(ran.stdout)
    ids = [resource["id"] or "" for resource in preview["resources"]]
    assert [one for one in ids if one.endswith("/resourceGroups/rg-retail-archive")] != []
    networks = {one.rpartition("/")[2] for one in ids if "/virtualNetworks/" in one and one.count("/") == 8}
    assert networks == {"retail-hub-vnet", "retail-spoke-main-vnet"}
    assert [one["name"] for one in preview["findings"] if one["id"] == "storage/no-archive"] != []
    assert [one["rows"] for one in preview["customSections"]] == [[["rg-retail-archive", "data-office"]]]
    assert (cases.returncode, cases.stdout) == (0, "2 cases, 0 failed\n")
