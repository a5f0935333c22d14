"""The preview of another git revision: its own program and stack file, in a folder that is removed again."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from arm.secrets import hidden, hidden_body, of_environment
from checks.guard import Allowed
from landingzone.load import StackFile
from landingzone.problems import LandingZoneError
from landingzone.stack_file import KEY
from reports import as_json
from reports.difference import Difference, difference
from reports.engine_steps import difference_by_engine, read
from reports.preview import Preview

ROOT = Path(__file__).parent


def difference_to(revision: str, file: StackFile, previewed: Callable[[], Preview]) -> Difference:
    """What the working tree would build otherwise than a revision. Raises LandingZoneError, as `preview_of`."""
    old, new = preview_of(revision, file.path, previewed)
    return difference(revision, old, json.loads(as_json.render(new)), Allowed.of(file.config))


def difference_by(steps: str, file: StackFile, previewed: Callable[[], Preview]) -> Difference:
    """What Pulumi's engine would do, by its own preview in a file, `-` for standard input. Raises LandingZoneError."""
    told = read(steps)
    ours = json.loads(as_json.render(previewed()))
    return difference_by_engine(told, ours, Allowed.of(file.config), of_environment(os.environ))


def gone_since(revision: str, folder: Path, here: Collection[str]) -> tuple[str, ...]:
    """Names of stacks whose files a folder had at a revision and has no longer. Raises LandingZoneError."""
    root = Path(_git("rev-parse", "--show-toplevel").strip())
    within = os.path.relpath(folder.resolve(), root)
    if within.startswith(".."):
        raise LandingZoneError(
            f"{folder}\n  It is not in the repository of the program ({root}), so no revision of it is known.\n"
            "  Preview it without --against, or put it there."
        )
    at = f"{_commit(revision)}:" + ("" if within == "." else within.replace(os.sep, "/"))
    try:
        names = _git("ls-tree", "--name-only", at).splitlines()
    except LandingZoneError:
        return ()  # the folder is new
    stacks = [name for name in names if name.startswith("Pulumi.") and name.endswith(".yaml")]
    there = [name for name in stacks if name.count(".") > 1 and name not in here]
    # One that is not a landing zone was never a stack of ours.
    base = at if at.endswith(":") else f"{at}/"
    ours = [name for name in there if f"{KEY}:" in _git("show", f"{base}{name}")]
    return tuple(name.removeprefix("Pulumi.").removesuffix(".yaml") for name in ours)


def preview_of(revision: str, stack_file: Path, meanwhile: Callable[[], Any]) -> tuple[dict[str, Any] | None, Any]:
    """The preview of a stack at a revision as JSON, and what `meanwhile` gives, which runs at the same time.

    None where the stack is not in that revision. Raises LandingZoneError for a revision that there is not, a stack file
    outside of the repository, or one that does not load there. Nothing is left behind.
    """
    root = Path(_git("rev-parse", "--show-toplevel").strip())
    try:
        inside = stack_file.resolve().relative_to(root)
    except ValueError:
        raise LandingZoneError(
            f"{stack_file}\n  It is not in the repository of the program ({root}), so no revision of it is known.\n"
            "  Preview it without --against, or put it there."
        ) from None
    commit = _commit(revision)
    with tempfile.TemporaryDirectory(prefix="amlz-") as folder:
        _unpack(commit, Path(folder))
        program = Path(folder) / ROOT.resolve().relative_to(root)
        if not (Path(folder) / inside).exists():
            return None, meanwhile()
        running = _started(program, Path(folder) / inside)
        try:
            other = meanwhile()
            out, err = running.communicate()
        finally:
            if running.poll() is None:
                running.kill()
                running.wait()
    if running.returncode not in (0, 1):
        said = "\n".join(f"  {line}" for line in err.strip().splitlines()[-12:])
        raise LandingZoneError(
            f"{inside} at {revision}\n  It cannot be previewed there:\n{said}\n  Choose a revision at which it can."
        )
    return without_secrets(json.loads(out)), other


def without_secrets(told: dict[str, Any]) -> dict[str, Any]:
    """The preview of a revision, whose own program may have shown what this one does not."""
    shown: dict[str, Any] = hidden(told, of_environment(os.environ))
    resources = ({**each, "body": hidden_body(each["armType"], each["body"])} for each in shown["resources"])
    return {**shown, "resources": list(resources)}


def _commit(revision: str) -> str:
    try:
        return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    except LandingZoneError:
        raise LandingZoneError(
            f"--against {revision}\n  There is no such revision here.\n"
            "  `git log --oneline` lists revisions; one of a remote may have to be fetched first."
        ) from None


def _unpack(commit: str, folder: Path) -> None:
    """The files of a commit. An archive, since a worktree would be registered and could be left behind."""
    archive = _git_bytes("archive", "--format=tar", commit)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


def _started(program: Path, stack_file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "preview", str(stack_file), "--format", "json", "--fail-on", "none"],
        cwd=program,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(program), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _git(*arguments: str) -> str:
    return _git_bytes(*arguments).decode("utf-8", errors="replace")


def _git_bytes(*arguments: str) -> bytes:
    try:
        ran = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        raise LandingZoneError("git\n  It is not on PATH, and --against needs it.\n  Install git.") from None
    if ran.returncode:
        told = ran.stderr.decode("utf-8", errors="replace").strip()
        raise LandingZoneError(f"git {arguments[0]}\n  {told or 'It failed.'}\n  --against needs a git repository.")
    return ran.stdout
