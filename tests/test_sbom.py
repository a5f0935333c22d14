"""The software bill of materials has every package of a lock file."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.sbom import packages

LOCK = """# made by a tool
click==8.1.8 ; python_version < '3.12' \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
    # via typer
pyyaml==6.0.3 \\
    --hash=sha256:{b}
"""


def test_each_package_is_read_with_its_digests() -> None:
    """Conditions and comments are no part of a version."""
    lock = LOCK.replace("{a}", "a" * 64).replace("{b}", "b" * 64)

    assert packages(lock) == [("click", "8.1.8", ("a" * 64, "b" * 64)), ("pyyaml", "6.0.3", ("b" * 64,))]


def test_no_package_of_the_lock_is_left_out() -> None:
    """And each has a digest."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    listed = packages(lock)

    assert [name for name, _, _ in listed] == re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    assert all(digests for _, _, digests in listed)


def test_the_bill_is_cyclonedx_and_the_same_for_the_same_lock(tmp_path: Path) -> None:
    """Made by the library, in the environment that has it."""
    python = ROOT / ".tools" / "scanners" / "bin" / "python"
    if not python.exists():
        pytest.skip("the scanners are not installed: make scanners")
    texts = []
    for name in ("one.json", "two.json"):
        subprocess.run([python, "tools/sbom.py", "requirements.lock", tmp_path / name], cwd=ROOT, check=True)
        texts.append((tmp_path / name).read_text(encoding="utf-8"))

    bill = json.loads(texts[0])

    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert texts[0] == texts[1]
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    purls = {f"pkg:pypi/{name.lower()}@{version}" for name, version, _ in packages(lock)}
    assert {component["purl"] for component in bill["components"]} == purls
    (root,) = [row for row in bill["dependencies"] if row["ref"] == "root"]
    assert set(root["dependsOn"]) == purls
