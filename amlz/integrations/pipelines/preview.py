"""Steps of a pull request: the stacks that it affects, and the reports of each. Run by the code of the pull request."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from amlz.integrations.pipelines import matrix
from amlz.integrations.pipelines.runner import Runner
from amlz.reports.formats.registry import Format
from amlz.reports.markdown_text import escaped

#: Formats of `amlz preview` that a pipeline publishes.
FORMATS = (Format.markdown, Format.sarif, Format.junit, Format.html)
#: Files of a list: stacks that differ, a text on the others, and the reason of a missing list.
STACKS, OTHERS, FAILED = "stacks.json", "others.md", "failed.md"
#: Why the pull request must not be merged: production would end, or stacks conflict with each other.
ENDED = "ended.md"
#: Maximum of lines of `amlz` output that a comment shows.
_MOST = 60


def touched(revision: str, folder: Path, runner: Runner) -> int:
    """Writes the list of stacks that differ from a revision, and hands it on as a matrix. The exit code: 0.

    Without a list, an empty one is handed on, and a file holds the reason: the comment shows it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stacks = folder / STACKS
    wanted = ["stacks", "--against", revision, "--format", "json", "--output", str(stacks)]
    code, text = _amlz(*wanted, "--others", str(folder / OTHERS))
    if not stacks.exists():  # a stack that cannot be compared is listed, and its own job shows the reason
        stacks.write_text('{"include": []}', encoding="utf-8")
        (folder / FAILED).write_text(_part("The stacks cannot be compared", code, text), encoding="utf-8")
    elif code == 1:
        (folder / ENDED).write_text(_part("Stack files must not be merged like this", 2, text), encoding="utf-8")
    matrix.hand_on(stacks, runner)
    return 0


def reports(stack: str, revision: str, folder: Path, source: str = "") -> int:
    """Writes STACK.md and so on. The exit code: that of `amlz`. `source`: the address that the reports link to."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {form: folder / f"{stack}.{form.ending}" for form in FORMATS}
    first, *others = FORMATS
    wanted = ["preview", stack, "--against", revision, "--format", first, "--output", str(paths[first])]
    wanted += [part for form in others for part in ("--also", f"{form}={paths[form]}")]
    wanted += ["--source-url", source] if source else []
    code, text = _amlz(*wanted)
    if code not in (0, 1):
        paths[first].write_text(_part(f"{escaped(stack)}: it cannot be compared", code, text), encoding="utf-8")
    return code


def expected(listed: Path) -> list[str]:
    """Names of the stacks that a list has."""
    return [row["stack"] for row in json.loads((listed / STACKS).read_text(encoding="utf-8"))["include"]]


def missing(stack: str) -> str:
    """Returns the text of a comment for a stack whose job left no report."""
    return _part(f"{escaped(stack)}: its preview did not end", 3, "")


def _amlz(*arguments: str) -> tuple[int, str]:
    """Returns the exit code, and the output on standard error, which is in the log too."""
    command = [sys.executable, "-m", "amlz", *arguments, "--today", datetime.now(UTC).date().isoformat()]
    ran = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    sys.stderr.write(ran.stderr)
    return ran.returncode, ran.stderr


def _part(head: str, code: int, text: str) -> str:
    """For a comment: what is wrong with the input, in a block in which nothing is markup. A defect is for the log."""
    lines = text.splitlines() if code == 2 else []
    shown = "".join(f"    {line}\n" for line in lines[:_MOST]) or "The log of its job shows the reason.\n"
    return f"## ❌ {head}\n\n{shown}"
