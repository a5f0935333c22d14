"""Checkov on the exported template of shipped stack files: every finding has a row of docs/reference/scanners.md."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tools.docgen.scanners import CHECKOV

SCANNERS = ROOT / ".tools" / "scanners"
#: Warnings of parameters, values that only Azure knows, are expected; those of dependencies are not.
_UNREAD = re.compile(r"resource dependency (\S+) defined .* not found")


#: Every shipped stack file: a new example is among them. And a cluster without monitoring.
FILES = [
    *sorted((ROOT / "examples").rglob("Pulumi.*.yaml")),
    *sorted((ROOT / "tests" / "stacks").glob("Pulumi.*.yaml")),
    ROOT / "tests" / "cases" / "previews" / "aks.yaml",
]


def failed(stack: Path, folder: Path) -> frozenset[str]:
    """Returns the checks that fail for a stack. Checkov finds every dependency but those in what exists already."""
    path = folder / f"{stack.stem}.json"
    amlz_here("preview", str(stack), "--format", "arm-template", "--output", str(path), "--fail-on", "none")
    names = {resource["name"] for resource in json.loads(path.read_text())["resources"]}
    outside = {name.split("/")[0] for name in names} - names
    command = [str(SCANNERS / "bin" / "checkov"), "-f", str(path), "--framework", "arm", "--output", "json"]
    ran = subprocess.run(
        [*command, "--compact", "--quiet", "--skip-download"], capture_output=True, text=True, check=False, timeout=400
    )
    assert set(_UNREAD.findall(ran.stderr)) <= outside
    report = json.loads(ran.stdout)["results"]["failed_checks"]
    return frozenset(item["check_id"] for item in report)


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.mark.skipif(not (SCANNERS / ".ready").exists(), reason="Checkov is not installed: run `make scanners`")
def test_every_finding_of_checkov_has_a_row_and_every_row_a_finding(folder: Path) -> None:
    """A new finding needs a fix, an option, or an explanation."""
    values = {check for stack in FILES for check in failed(stack, folder)}

    assert len(FILES) > 14
    assert values == {row.check for row in CHECKOV}


def test_an_option_that_turns_a_finding_off_exists() -> None:
    """Each last part of a key in the column is a key of the configuration."""
    page = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    named = {words.split(":")[0] for row in CHECKOV for words in re.findall(r"`([A-Za-z.]+(?:: \w+)?)`", row.off or "")}
    missing = [name for name in named if f"`{name.rpartition('.')[2]}`" not in page]

    assert missing == []


def test_every_rule_of_psrule_that_fails_has_a_result() -> None:
    """Rules that a review of the bodies found: fixed, an option, or a reason."""
    page = (ROOT / "docs" / "reference" / "scanners.md").read_text(encoding="utf-8")
    rows = dict(
        re.findall(r"^\| (AZR-\d+|Azure\.ML\.ComputeVnet).*\| (fixed|option|reason)\b.*\|$", page, re.MULTILINE)
    )
    numbers = (4, 8, 9, 10, 123, 139, 143, 144, 195, 207, 209, 263, 264, 270, 289, 298, 310)

    assert {f"AZR-{number:06}" for number in numbers} | {"Azure.ML.ComputeVnet"} <= set(rows)
