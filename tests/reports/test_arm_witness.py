"""The bodies of every shipped stack against Microsoft's published types."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from amlz.reports.formats import as_arm
from tests.conftest import PREVIEWED, previewed, shared


def witness(bodies: str, folder: Path) -> tuple[int, str]:
    """The checker's exit code and its last line."""
    path = folder / "bodies.json"
    path.write_text(bodies)
    ran = subprocess.run(
        [sys.executable, shared() / "tools" / "check_arm.py", path], capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout.splitlines()[-1]


#: Their names of streams are in tests/capabilities/test_aks_monitoring.py.
WITH_STREAMS = ("kubernetes", "mesh-aks")
CHECKED = [stack for stack in PREVIEWED if stack not in WITH_STREAMS]


@pytest.mark.parametrize("stack", CHECKED)
def test_every_body_is_what_arm_publishes(stack: str, tmp_path: Path) -> None:
    """No problem and no unknown type, in any shipped stack."""
    bodies = as_arm.render(previewed(stack))

    code, last = witness(bodies, tmp_path)

    count = len(json.loads(bodies))
    assert (code, last.rsplit(", ", 1)[0]) == (0, f"{count} bodies, 0 problems, 0 of unknown type")


def test_a_misspelt_key_is_seen(tmp_path: Path) -> None:
    """The witness can fail: one key of one body misspelt is one problem."""
    bodies = json.loads(as_arm.render(previewed("minimal")))
    vault = next(body for body in bodies if body["type"] == "Microsoft.KeyVault/vaults")
    vault["body"]["properties"]["enablePurgeProtektion"] = vault["body"]["properties"].pop("enablePurgeProtection")

    code, last = witness(json.dumps(bodies), tmp_path)

    assert (code, last.rsplit(", ", 1)[0]) == (1, f"{len(bodies)} bodies, 1 problems, 0 of unknown type")
