"""Compares what two revisions of this repository preview for every example.

    python -m tools.compare_revisions OLD [NEW]

NEW: the working tree where it is left out. Each revision's own program previews its own examples. Compared are the
requests (`--format arm`, byte by byte), the URNs, the verdicts of Azure Policy by policy and resource, and the findings
by check and resource. Exit code: 0 where all are the same, 1 otherwise.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
#: The module of the command line, by a file that shows it.
PROGRAMS = (("amlz/__main__.py", "amlz"), ("cli.py", "cli"))
DAY = "2026-11-28"


def main() -> None:
    """Prints a line for each example, and what differs."""
    revisions = sys.argv[1:3]
    if not revisions:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        old = unpacked(revisions[0], Path(folder) / "old")
        new = unpacked(revisions[1], Path(folder) / "new") if len(revisions) > 1 else ROOT
        differs = [line for name in examples(old, new) for line in compared(name, old, new)]
    sys.exit(int(bool(differs)))


def unpacked(revision: str, folder: Path) -> Path:
    """Returns a folder with the files of a revision."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def examples(old: Path, new: Path) -> list[str]:
    """Returns the stack files that both have: those at the root and below examples/."""
    found = [{p.relative_to(top).as_posix() for p in _stack_files(top)} for top in (old, new)]
    for top, names in zip(("old", "new"), (found[0] - found[1], found[1] - found[0]), strict=True):
        for name in sorted(names):
            _say(f"{name}: only in the {top} revision")
    return sorted(found[0] & found[1])


def _stack_files(top: Path) -> Iterator[Path]:
    yield from top.glob("Pulumi.*.yaml")
    yield from (top / "examples").rglob("Pulumi.*.yaml")


def compared(name: str, old: Path, new: Path) -> list[str]:
    """Prints what differs for a stack file, and returns it."""
    arms, told = zip(*(_previewed(top, name) for top in (old, new)), strict=True)
    differs = [] if arms[0] == arms[1] else [f"requests differ ({len(arms[0])} and {len(arms[1])} characters)"]
    for what, records in (("URNs", _urns), ("verdicts", _verdicts), ("findings", _findings)):
        before, after = (Counter(records(each)) for each in told)
        differs += [f"{what}: - {' '.join(each)}" for each in sorted((before - after).elements())]
        differs += [f"{what}: + {' '.join(each)}" for each in sorted((after - before).elements())]
    counts = f"{len(told[1]['resources'])} resources, {len(told[1]['verdicts'])} verdicts, "
    _say(f"{name}: {counts}{len(told[1]['findings'])} findings: {'different' if differs else 'the same'}")
    for line in differs:
        _say(f"  {line}")
    return differs


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _previewed(top: Path, name: str) -> tuple[str, dict[str, Any]]:
    """Returns the requests as text, and the preview as JSON, by a revision's own program."""
    module = next(module for file, module in PROGRAMS if (top / file).exists())
    with tempfile.TemporaryDirectory(dir=top) as folder:
        arm = Path(folder) / "arm.json"
        asked = ["preview", name, "--format", "json", "--also", f"arm={arm}", "--fail-on", "none", "--today", DAY]
        ran = subprocess.run(
            [sys.executable, "-P", "-m", module, *asked],
            cwd=top,
            env={"PATH": os.defpath, "PYTHONPATH": str(top), "LC_ALL": "C.UTF-8", "HOME": str(top)},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise SystemExit(f"{name} in {top.name}: exit code {ran.returncode}\n{ran.stderr[-2000:]}")
        return arm.read_text(encoding="utf-8"), json.loads(ran.stdout)


def _urns(told: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    return ((each["urn"],) for each in told["resources"])


def _verdicts(told: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    return (
        tuple(str(each.get(key)) for key in ("verdict", "definition", "policy", "urn")) for each in told["verdicts"]
    )


def _findings(told: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    return (tuple(str(each.get(key)) for key in ("severity", "check", "urn")) for each in told["findings"])


if __name__ == "__main__":
    main()
