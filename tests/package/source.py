"""A copy of the repository as another user would fetch it, so that builds leave nothing in the checkout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT

#: Files that no installation reads.
_UNUSED = ("tests/", ".tools", "examples/")


def source(folder: Path) -> Path:
    """Returns a folder with the files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if not name.startswith(_UNUSED) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def stacks(folder: Path) -> Path:
    """Returns a folder that holds only stack files and custom/, committed to a git repository."""
    (folder / "custom" / "policies").mkdir(parents=True)
    for name in ("Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        shutil.copy(ROOT / "tests" / "stacks" / name, folder / name)
    (folder / "custom" / "policies" / "deny-spot.json").write_text(CUSTOM_POLICY, encoding="utf-8")
    commit(folder, "Add the stacks")
    return folder


def commit(folder: Path, subject: str) -> None:
    """Commits all files of a folder."""
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", "init", "-q", "-b", "main", "."], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-q", "-m", subject], cwd=folder, check=True)


CUSTOM_POLICY = """{
  "name": "deny-spot",
  "properties": {
    "displayName": "No low-priority clusters",
    "mode": "All",
    "parameters": {},
    "policyRule": {
      "if": {"field": "Microsoft.MachineLearningServices/workspaces/computes/vmPriority", "equals": "LowPriority"},
      "then": {"effect": "audit"}
    }
  }
}
"""
