"""Checkov on the exported template of shipped stack files: every finding has a row of docs/reference/scanners.md."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT, in_format, previewed
from tools.docgen.scanners import CHECKOV

SCANNERS = ROOT / ".tools" / "scanners"
#: Stack files that differ in what they build; the others build parts of the same.
STACKS = ("dev", "prod", "everything", "us-government", "hub")


@cache
def failed(stack: str, folder: Path) -> frozenset[str]:
    """Returns the checks that fail for a stack."""
    path = folder / f"{stack}.json"
    path.write_text(in_format("arm-template", previewed(stack)))
    command = [str(SCANNERS / "bin" / "checkov"), "-f", str(path), "--framework", "arm", "--output", "json"]
    ran = subprocess.run(
        [*command, "--compact", "--quiet", "--skip-download"], capture_output=True, text=True, check=False, timeout=400
    )
    report = json.loads(ran.stdout)["results"]["failed_checks"]
    return frozenset(each["check_id"] for each in report)


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.mark.skipif(not (SCANNERS / ".ready").exists(), reason="Checkov is not installed: run `make scanners`")
def test_every_finding_of_checkov_has_a_row_and_every_row_a_finding(folder: Path) -> None:
    """A new finding needs a fix, an option, or an explanation."""
    found = {check for stack in STACKS for check in failed(stack, folder)}

    assert found == {row.check for row in CHECKOV}


def test_an_option_that_turns_a_finding_off_exists() -> None:
    """Each last part of a key in the column is a key of the configuration."""
    page = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    named = {words.split(":")[0] for row in CHECKOV for words in re.findall(r"`([A-Za-z.]+(?:: \w+)?)`", row.off)}
    missing = [name for name in named if f"`{name.rpartition('.')[2]}`" not in page]

    assert missing == []
