"""Copies of the program, which a test may change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, STACKS

PARTS = ("amlz", "components", "custom", "policies")


def copy_of_the_program(folder: Path) -> None:
    """Copies everything that a preview needs, and what Python has compiled of it: it looks at times, which are kept."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    for file in (*ROOT.glob("*.py"), ROOT / ".gitignore"):
        shutil.copy(file, folder / file.name)


def preview_of_changed(
    folder: Path, component: str, change: tuple[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Returns the result of `amlz preview`, the stack first in `arguments`. `change`: a text of the component, which
    must be there, and its replacement.
    """
    copy_of_the_program(folder)
    path = folder / "components" / component
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change))
    return run_the_copy(folder, *arguments)


def run_the_copy(folder: Path, stack: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Returns the result of `amlz preview` by a copy of the program."""
    return subprocess.run(
        [sys.executable, "-m", "amlz", "preview", str(ROOT / STACKS[stack]), *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
    )
