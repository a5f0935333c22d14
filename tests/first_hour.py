"""From a fresh clone to a preview of a new stack: counts the commands, and the seconds of each.

    python -m tests.first_hour          # downloads the packages, as a new user does: some minutes
    python -m tests.first_hour --linked # with the packages of this Python: seconds

Nothing is written but in a temporary folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import ROOT

#: The commands that a new user types, the first one next to the clone, the others in it.
OPTIONS = (
    "--organisation", "Contoso", "--business-unit", "claims", "--tenant", "0f0e0d0c-1111-4222-8333-444455556666",
    "--subscription", "a1b2c3d4-1111-4222-8333-444455556666", "--location", "westeurope", "--network", "10.20.0.0/16",
    "--project", "triage", "--environments", "dev,prod",
)  # fmt: skip
COMMANDS = (
    ("git", "clone", "-q", str(ROOT), "amlz"),
    ("make", "-s", "setup"),
    (".venv/bin/amlz", "init", "own", *OPTIONS),
    (".venv/bin/amlz", "preview", "own"),
)


def tried(folder: Path, linked: bool) -> list[tuple[str, float, str]]:
    """Runs the commands in an empty folder: the first words of each, its seconds, and what it wrote.

    `linked`: the packages of this Python replace those that `make setup` installs. Raises CalledProcessError.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    if linked:
        environment["PYTHONPATH"] = str(folder / "amlz")
    rows = []
    for number, command in enumerate(COMMANDS):
        where = folder / "amlz" if number else folder
        began = time.perf_counter()
        ran = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=True)
        rows.append((" ".join(command[:2]), time.perf_counter() - began, ran.stdout))
        if linked and not number:
            _link(where / "amlz")
    return rows


def _link(clone: Path) -> None:
    """Makes a virtual environment that is ready: its command runs this Python."""
    command = clone / ".venv" / "bin" / "amlz"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m amlz "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (clone / ".venv" / ".ready").touch()


def main() -> None:
    """Prints a line for each command, and the sum."""
    with tempfile.TemporaryDirectory() as folder:
        rows = tried(Path(folder), "--linked" in sys.argv)
    for words, seconds, _ in rows:
        sys.stdout.write(f"{seconds:7.1f} s  {words}\n")
    sys.stdout.write(f"{sum(seconds for _, seconds, _ in rows):7.1f} s  {len(rows)} commands\n")


if __name__ == "__main__":
    main()
