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

from amlz.app.git_revision import Revision, unpacked
from amlz.app.pulumi_inputs import read_inputs
from amlz.azure.credentials import holds_credential, of_environment
from amlz.azure.secrets import Hider, named_secret
from amlz.checks.guard.change import LossAllowance
from amlz.checks.guard.inputs import changed_inputs
from amlz.core.problems import LandingZoneError
from amlz.diff.difference import Difference, difference
from amlz.diff.engine_steps import difference_by_engine, read
from amlz.paths import ROOT
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


def difference_to(name: str, file: StackFile, previewed: Callable[[], Preview], today: str = "") -> Difference:
    """Returns the differences between a revision's preview and the working tree's. Raises LandingZoneError, as
    `preview_of`.
    """
    with unpacked(name) as revision:
        return difference_from(revision, file, previewed, today)


def difference_from(revision: Revision, file: StackFile, previewed: Callable[[], Preview], today: str) -> Difference:
    """As `difference_to`, from a revision whose files are there. `today`: for both, ISO 8601, "" for not set."""
    with preview_of(revision, file.path, today) as previewed_there:
        new = json.loads(as_json.render(previewed()))
        old = previewed_there()
    found = difference(revision.name, old, new, LossAllowance.of(file.config, today))
    inputs = changed_inputs(
        read_inputs(revision.folder, revision.program, revision.place(file.path)),
        read_inputs(revision.top, ROOT, file.path),
    )
    return replace(found, unsure=_unsure(revision), guard=(*found.guard, *inputs))


def difference_between(name: str, old: Preview, new: Preview, today: str = "") -> Difference:
    """Returns the differences between previews of two stack files. `name`: of the old one, in the report.

    Both have the same stack, so that the same resource has the same URN. The new stack file decides which losses are
    allowed.
    """
    before, after = (json.loads(as_json.render(each)) for each in (old, new))
    return difference(name, before, after, LossAllowance.of(new.config, today))


def difference_by(steps: str, file: StackFile, previewed: Callable[[], Preview], today: str = "") -> Difference:
    """Returns what Pulumi's engine would do, by its own preview in a file, `-` for standard input.

    `today`: ISO 8601, "" for not passed. Raises LandingZoneError.
    """
    told = read(steps)
    ours = json.loads(as_json.render(previewed()))
    hider = Hider(of_environment(os.environ, texts_of(file.document.values)))
    return difference_by_engine(told, ours, LossAllowance.of(file.config, today), hider)


@contextmanager
def preview_of(revision: Revision, stack_file: Path, today: str) -> Iterator[Callable[[], dict[str, Any] | None]]:
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
        where = revision.program.relative_to(revision.folder)
        what = "It has no program" if where == Path() else f"The program is not in {where} there"
        raise _cannot(revision, there, f"  {what}.")
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


def without_secrets(told: dict[str, Any]) -> dict[str, Any]:
    """The preview of a revision, whose own program may have shown what this one does not."""
    structure = (str(each[key]) for each in told["resources"] for key in _KEYS)
    hider = Hider(of_environment(os.environ, structure))
    shown: dict[str, Any] = hider.value(told)
    resources = [{**each, "body": hider.body(each["armType"], each["body"])} for each in shown["resources"]]
    return {**shown, "resources": resources}


def module_of(program: Path) -> str | None:
    """Returns the module of a revision's command line, None where it has no program."""
    return next((module for file, module in _PROGRAMS if (program / file).exists()), None)


def _started(revision: Revision, module: str, stack_file: Path, today: str) -> subprocess.Popen[str]:
    """The preview by the program of a revision, which is code that nobody may have read yet.

    `-P` and `-s`: Python finds modules in that program and among the installed packages, nowhere else.
    """
    day = ["--today", today] if today else []
    asked = ["preview", str(stack_file), "--format", "json", "--fail-on", "none", *day]
    return subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", module, *asked],
        cwd=revision.program,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={
            **minimal_environment(os.environ, revision.home),
            "PYTHONPATH": str(revision.program),
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
        told = json.loads(out)
    except ValueError:
        told = None
    whole = isinstance(told, dict) and all(isinstance(told.get(key), list) for key in _LISTS)
    if not whole or told["schemaVersion"] != as_json.SCHEMA_VERSION or any(_KEYS - r.keys() for r in told["resources"]):
        why = "  The output of its program cannot be read by this version: previews had another shape then."
        raise _cannot(revision, stack_file, why)
    return dict(told)


def _why(code: int, err: str, revision: Revision) -> str:
    """Why a preview of another revision failed, in lines."""
    lines = [line for line in err.replace(f"{revision.folder}{os.sep}", "").splitlines() if line.strip()]
    if code < 0:
        return f"  Its preview was ended by signal {-code}, as it is where memory runs out."
    if code == 2:
        more = [f"… and {len(lines) - _MOST_LINES} lines more."] if len(lines) > _MOST_LINES else []
        return "\n".join(f"  {line}" for line in [*lines[:_MOST_LINES], *more])
    raised = next((line for line in reversed(lines) if _RAISED.fullmatch(line)), f"it ends with exit code {code}")
    other = f"\n  Its {LOCK} is another one, and it runs with the packages that are installed here."
    return f"  Its program fails: {raised}" + (other if _unsure(revision) else "")


def _unsure(revision: Revision) -> tuple[str, ...]:
    """Returns differences that a comparison cannot see, since one interpreter with its packages runs both programs."""
    ours, theirs = (folder / LOCK for folder in (ROOT, revision.program))
    same = ours.exists() == theirs.exists() and (not ours.exists() or ours.read_bytes() == theirs.read_bytes())
    told = f"what other packages change: {LOCK} differs, and both sides were previewed with those installed here"
    return () if same else (told,)


def _cannot(revision: Revision, stack_file: Path, why: str) -> LandingZoneError:
    name = stack_file.relative_to(revision.folder)
    return LandingZoneError(
        f"{name} at {revision.name}\n  It cannot be previewed there:\n{why}\n  Choose a revision at which it can."
    )
