"""The difference to another git revision, which its own program previews, or to what Pulumi's engine would do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from amlz.app.estimate import estimated
from amlz.app.git_revision import Revision, unpacked
from amlz.app.pulumi_inputs import read_inputs
from amlz.azure.credentials import holds_credential, of_environment
from amlz.azure.secrets import Hider, named_secret
from amlz.checks.guard.change import LossAllowance
from amlz.checks.guard.inputs import changed_inputs
from amlz.core.cost import Costs, priced
from amlz.core.problems import LandingZoneError
from amlz.diff.cost_difference import CostDifference, cost_difference
from amlz.diff.difference import Difference, difference
from amlz.diff.engine_steps import difference_by_engine, read
from amlz.paths import PACKAGE, PACKAGED, ROOT
from amlz.reports.formats import as_json
from amlz.reports.hiding import texts_of
from amlz.reports.preview import Preview
from amlz.stackfile.load import StackFile

LOCK = "requirements.lock"
#: The module of the command line, by a file that shows it; up to 0.1 it was at the root.
_PROGRAMS = (("amlz/__main__.py", "amlz"), ("cli.py", "cli"))
#: Parts of each resource that are compared, in addition to its body.
_KEYS = frozenset(
    ("urn", "armType", "apiVersion", "id", "name", "resourceGroup", "project", "environment", "provider", "protect")
)
_LISTS = ("addresses", "resources", "verdicts", "findings")
_RAISED = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Failed|Exit|Interrupt|Warning)\b.*")
_MOST_LINES = 24
#: Variables that a revision's program is started with: where programs, the system and temporary files are, and how
#: text and times are written. None of them is a credential.
_KEPT = frozenset(
    ("PATH", "PATHEXT", "SYSTEMROOT", "WINDIR", "COMSPEC", "TMPDIR", "TEMP", "TMP", "LANG", "LANGUAGE", "TZ")
)


class CannotPreview(LandingZoneError):
    """A stack cannot be previewed at a revision. `why`: without the choice of another revision, which is added."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}\n  Choose a revision at which it can.")
        self.why = why


def difference_to(name: str, file: StackFile, previewed: Callable[[], Preview], today: str | None = None) -> Difference:
    """Returns the differences between a revision's preview and the working tree's. Raises LandingZoneError, as
    `preview_of`.
    """
    with unpacked(name) as revision:
        return difference_from(revision, file, previewed, today)


def difference_from(
    revision: Revision, file: StackFile, previewed: Callable[[], Preview], today: str | None
) -> Difference:
    """As `difference_to`, from a revision whose files are there. `today`: for both, ISO 8601, None for not set."""
    with preview_of(revision, file.path, today) as previewed_there:
        ours = previewed()
        new = json.loads(as_json.render(ours))
        old = previewed_there()
    result = difference(revision.name, old, new, LossAllowance.of(file.config, today))
    inputs = changed_inputs(
        read_inputs(revision.folder, revision.program, revision.place(file.path)),
        read_inputs(revision.top, ROOT, file.path),
    )
    return replace(result, unsure=_unsure(revision), guard=(*result.guard, *inputs), cost=_cost(file, old, ours.costs))


def _cost(file: StackFile, old: Mapping[str, Any] | None, after: Costs | None) -> CostDifference | None:
    """Returns what changes in a month to `after`, at the prices and assumptions of today."""
    if after is None:
        return None
    before = priced(estimated(old["resources"], file.config, partial=True), after.prices) if old is not None else None
    return cost_difference(before, after)


def difference_between(name: str, old: Preview, new: Preview, today: str | None = None) -> Difference:
    """Returns the differences between previews of two stack files. `name`: of the old one, in the report.

    Both have the same stack, so that the same resource has the same URN. The new stack file decides which losses are
    allowed.
    """
    before, after = (json.loads(as_json.render(preview)) for preview in (old, new))
    result = difference(name, before, after, LossAllowance.of(new.config, today))
    return replace(result, cost=_cost(new.file, before, new.costs))


def difference_by(
    steps: str, file: StackFile, previewed: Callable[[], Preview], today: str | None = None
) -> Difference:
    """Returns what Pulumi's engine would do, by its own preview in a file, `-` for standard input.

    `today`: ISO 8601, None for not passed. Raises LandingZoneError.
    """
    result = read(steps)
    ours = json.loads(as_json.render(previewed()))
    hider = Hider(of_environment(os.environ, texts_of(file.document.values)))
    return difference_by_engine(result, ours, LossAllowance.of(file.config, today), hider)


@contextmanager
def preview_of(
    revision: Revision, stack_file: Path, today: str | None
) -> Iterator[Callable[[], dict[str, Any] | None]]:
    """Yields a function that waits for the preview of a stack at a revision and returns it as JSON; it runs meanwhile,
    and ends with this.

    None where the stack is not in that revision. Raises LandingZoneError for a stack file outside of the repository,
    and where it cannot be previewed there.
    """
    there = revision.place(stack_file)
    if not there.exists():
        yield lambda: None
        return
    module = module_of(revision.program)
    if module is None:
        relative = revision.program.relative_to(revision.folder)
        result = "It has no program" if relative == Path() else f"The program is not in {relative} there"
        raise _cannot(revision, there, f"  {result}.")
    running = _started(revision, module, there, today)

    def preview() -> dict[str, Any]:
        out, err = running.communicate()
        if running.returncode:
            raise _cannot(revision, there, _why(running.returncode, err, revision))
        return without_secrets(_read(out, revision, there))

    try:
        yield preview
    finally:
        if running.poll() is None:
            running.kill()
        running.communicate()


def without_secrets(data: dict[str, Any]) -> dict[str, Any]:
    """The preview of a revision, whose own program may have shown what this one does not."""
    structure = (str(item[key]) for item in data["resources"] for key in _KEYS)
    hider = Hider(of_environment(os.environ, structure))
    shown: dict[str, Any] = hider.value(data)
    resources = [{**item, "body": hider.body(item["armType"], item["body"])} for item in shown["resources"]]
    return {**shown, "resources": resources}


def module_of(program: Path) -> str | None:
    """Returns the module of a revision's command line, None where it has no program.

    If `amlz` is installed as a package, the installed one previews the files of the revision.
    """
    if PACKAGED:
        return "amlz"
    return next((module for file, module in _PROGRAMS if (program / file).exists()), None)


def _started(revision: Revision, module: str, stack_file: Path, today: str | None) -> subprocess.Popen[str]:
    """The preview by the program of a revision, which is code that nobody may have read yet.

    `-P` and `-s`: Python finds modules in that program and among the installed packages, nowhere else.
    """
    day = ["--today", today] if today else []
    wanted = ["preview", str(stack_file), "--format", "json", "--fail-on", "none", *day]
    return subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", module, *wanted],
        cwd=revision.program,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={
            **minimal_environment(os.environ, revision.home),
            "PYTHONPATH": str(PACKAGE.parent if PACKAGED else revision.program),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )


def minimal_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment of a revision's program: what a program needs to start, and an empty home.

    No other variable is passed, under any name, since each of them may be a credential or lead to one.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name.upper() in _KEPT or name.upper().startswith("LC_")
        if not (named_secret(name) or holds_credential(name))
    }
    return {**kept, "HOME": str(home), "USERPROFILE": str(home)}


def _read(out: str, revision: Revision, stack_file: Path) -> dict[str, Any]:
    """The answer of another revision's program. Raises LandingZoneError where this one cannot compare it."""
    try:
        data = json.loads(out)
    except ValueError:
        data = None
    whole = isinstance(data, dict) and all(isinstance(data.get(key), list) for key in _LISTS)
    if not whole or data["schemaVersion"] != as_json.SCHEMA_VERSION or any(_KEYS - r.keys() for r in data["resources"]):
        why = "  The output of its program cannot be read by this version: previews had another shape then."
        raise _cannot(revision, stack_file, why)
    return dict(data)


def _why(code: int, err: str, revision: Revision) -> str:
    """Returns the reason why a preview of another revision failed, in lines."""
    shown = err.replace(f"{revision.folder}{os.sep}", "").splitlines()
    lines = _without_warnings([line for line in shown if line.strip()])
    if code < 0:
        return f"  Its preview was ended by signal {-code}, as it is where memory runs out."
    if code == 2:
        more = [f"… and {len(lines) - _MOST_LINES} lines more."] if len(lines) > _MOST_LINES else []
        return "\n".join(f"  {line}" for line in [*lines[:_MOST_LINES], *more])
    raised = next((line for line in reversed(lines) if _RAISED.fullmatch(line)), f"it ends with exit code {code}")
    other = f"\n  Its {LOCK} is another one, and it runs with the packages that are installed here."
    return f"  Its program fails: {raised}" + (other if _unsure(revision) else "")


def _without_warnings(lines: list[str]) -> list[str]:
    """Returns problems of a stack file without its warnings. Each begins in a line without indent."""
    blocks: list[list[str]] = []
    for line in lines:
        if blocks and line.startswith(" "):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    errors = [block for block in blocks if not (len(block) > 1 and block[1].startswith("  warning: "))]
    return [line for block in errors or blocks for line in block]


def _unsure(revision: Revision) -> tuple[str, ...]:
    """Returns differences that a comparison cannot see, since one interpreter with its packages runs both programs."""
    ours, theirs = (folder / LOCK for folder in (ROOT, revision.program))
    same = ours.exists() == theirs.exists() and (not ours.exists() or ours.read_bytes() == theirs.read_bytes())
    text = f"what other packages change: {LOCK} differs, and both sides were previewed with those installed here"
    return () if same else (text,)


def _cannot(revision: Revision, stack_file: Path, why: str) -> CannotPreview:
    name = stack_file.relative_to(revision.folder)
    return CannotPreview(f"{name} at {revision.name}\n  It cannot be previewed there:\n{why}")
