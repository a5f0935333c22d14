"""Compares the previews of two revisions of this repository for every example.

    python -m tools.compare_revisions OLD [NEW]

NEW: the working tree where it is left out. Each revision's own program previews its own examples. Compared are the
requests (`--format arm`, byte by byte), the URNs, the verdicts of Azure Policy by policy and resource, and the findings
by check and resource. Exit code: 0 where all are the same, 1 otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from amlz.app.compare import module_of
from amlz.app.git_revision import unpacked
from amlz.paths import ROOT

DAY = "2026-11-28"


def main() -> None:
    """Prints a line for each example, and each difference."""
    revisions = sys.argv[1:3]
    if not revisions:
        sys.exit(__doc__)
    with ExitStack() as stack:
        old, *others = (stack.enter_context(unpacked(name)).program for name in revisions)
        new = others[0] if others else ROOT
        differs = [line for name in examples(old, new) for line in compared(name, old, new)]
    sys.exit(int(bool(differs)))


def examples(old: Path, new: Path) -> list[str]:
    """Returns the stack files that both have: those at the root and below examples/."""
    values = [{p.relative_to(top).as_posix() for p in _stack_files(top)} for top in (old, new)]
    for top, names in zip(("old", "new"), (values[0] - values[1], values[1] - values[0]), strict=True):
        for name in sorted(names):
            _say(f"{name}: only in the {top} revision")
    return sorted(values[0] & values[1])


def _stack_files(top: Path) -> Iterator[Path]:
    yield from top.glob("Pulumi.*.yaml")
    yield from (top / "examples").rglob("Pulumi.*.yaml")


def compared(name: str, old: Path, new: Path) -> list[str]:
    """Prints each difference for a stack file, and returns them."""
    arms, result = zip(*(_previewed(top, name) for top in (old, new)), strict=True)
    differs = [] if arms[0] == arms[1] else [f"requests differ ({len(arms[0])} and {len(arms[1])} characters)"]
    for item, records in (("URNs", _urns), ("verdicts", _verdicts), ("findings", _findings)):
        before, after = (Counter(records(item)) for item in result)
        differs += [f"{item}: - {' '.join(element)}" for element in sorted((before - after).elements())]
        differs += [f"{item}: + {' '.join(element)}" for element in sorted((after - before).elements())]
    counts = f"{len(result[1]['resources'])} resources, {len(result[1]['verdicts'])} verdicts, "
    _say(f"{name}: {counts}{len(result[1]['findings'])} findings: {'different' if differs else 'the same'}")
    for line in differs:
        _say(f"  {line}")
    return differs


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _previewed(top: Path, name: str) -> tuple[str, dict[str, Any]]:
    """Returns the requests as text, and the preview as JSON, by a revision's own program."""
    module = module_of(top)
    if module is None:
        raise SystemExit(f"{top}: no program is there")
    with tempfile.TemporaryDirectory(dir=top) as folder:
        arm = Path(folder) / "arm.json"
        wanted = ["preview", name, "--format", "json", "--also", f"arm={arm}", "--fail-on", "none", "--today", DAY]
        ran = subprocess.run(
            [sys.executable, "-P", "-m", module, *wanted],
            cwd=top,
            env={"PATH": os.defpath, "PYTHONPATH": str(top), "LC_ALL": "C.UTF-8", "HOME": str(top)},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise SystemExit(f"{name} in {top.name}: exit code {ran.returncode}\n{ran.stderr[-2000:]}")
        return arm.read_text(encoding="utf-8"), json.loads(ran.stdout)


def _urns(urns: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    return ((item["urn"],) for item in urns["resources"])


def _verdicts(verdicts: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    return (
        tuple(str(item.get(key)) for key in ("verdict", "policy", "reference", "resource"))
        for item in verdicts["verdicts"]
    )


def _findings(findings: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    return (tuple(str(item.get(key)) for key in ("severity", "id", "resource")) for item in findings["findings"])


if __name__ == "__main__":
    main()
