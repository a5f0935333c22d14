"""A git revision of the program: its files, in a folder that is removed again.

The files are read from git's objects as they are. No worktree is registered, no index is written, and no hook and no
filter runs, so nothing of the repository is touched, and nothing is left in it whenever this ends.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from amlz.app.unsafe_names import refuse_impossible_link, refuse_leaving, refuse_unsafe
from amlz.core.problems import LandingZoneError
from amlz.paths import ROOT
from amlz.stackfile.stack_file import maybe_ours

PREFIX = "amlz-revision-"
#: Variables that git sets for hooks and aliases, which would make it read another repository than the program's.
_OF_ANOTHER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
#: How git marks links and other repositories (https://git-scm.com/docs/git-fast-import).
_LINK, _EXECUTABLE, _REPOSITORY = b"120000", b"100755", b"160000"
#: Seconds after which a folder belongs to nobody: a preview takes a minute, not a day.
_OLD = 24 * 60 * 60


class GitError(LandingZoneError):
    """A git command that failed. `output`: its error output, in English; "" where it wrote none."""

    def __init__(self, command: str, output: str) -> None:
        self.output = output
        super().__init__(f"git {command}\n  {output or 'It failed.'}\n  --against needs a git repository.")


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision whose files are in `folder`. `name`: as given on the command line; `top`: of the repository that it is
    of.

    `home`: an empty folder, the home of its program.
    """

    name: str
    commit: str
    top: Path
    folder: Path
    home: Path

    @property
    def program(self) -> Path:
        """Returns the folder of its program."""
        return self.folder / ROOT.resolve().relative_to(self.top)

    def place(self, path: Path) -> Path:
        """Returns its counterpart of a path here. Raises LandingZoneError for what is outside of the repository."""
        return self.folder / _inside(self.top, path)


@contextmanager
def unpacked(name: str, option: str = "--against") -> Iterator[Revision]:
    """The files of a revision. Raises LandingZoneError for one that there is not, or where there is no room.

    `option`: the option that names it, for errors.
    """
    top = _top()
    commit = _commit(name, option)
    try:
        parent = Path(tempfile.gettempdir())
        _forget_old(parent)
        temporary = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    except OSError as error:
        raise _no_room(name, "", error) from None
    try:
        revision = Revision(name, commit, top, temporary / "files", temporary / "home")
        try:
            revision.folder.mkdir()
            revision.home.mkdir()
            _unpack(commit, revision.folder)
        except OSError as error:
            raise _no_room(name, f"in {parent}", error) from None
        yield revision
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def gone_since(revision: Revision, folder: Path, present: Collection[str]) -> tuple[str, ...]:
    """Names of stacks whose files a folder had at a revision and has no longer. Raises LandingZoneError."""
    there = sorted(path for path in revision.place(folder).glob("Pulumi.*.yaml") if path.name not in present)
    # One that is not a landing zone was never a stack of ours.
    ours = [path.name for path in there if maybe_ours(path)]
    return tuple(name.removeprefix("Pulumi.").removesuffix(".yaml") for name in ours)


def _top() -> Path:
    try:
        return Path(_git("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").removesuffix("\n"))
    except GitError as error:
        if "not a git repository" not in error.output:  # git has one exit code, 128, for all of its errors
            raise
        raise LandingZoneError(
            f"{ROOT}\n  This folder is in no git repository, so no revision of it is known.\n"
            "  Preview it without --against, or clone it with git."
        ) from None


def _inside(top: Path, path: Path) -> Path:
    try:
        return (path.parent.resolve() / path.name).relative_to(top)  # a stack is named as its link is
    except ValueError:
        raise LandingZoneError(
            f"{path}\n  It is not in the repository of the program ({top}), so no revision of it is known.\n"
            "  Preview it without --against, or put it there."
        ) from None


def _commit(name: str, option: str) -> str:
    try:
        result = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except LandingZoneError:
        remedy = "`git log --oneline` lists revisions; one of a remote may have to be fetched first."
        if _git("rev-parse", "--is-shallow-repository").strip() == b"true":
            remedy = (
                "This clone is shallow: it has only the newest revisions. Fetch the others with\n  `git fetch "
                "--unshallow`; in a pipeline set `fetch-depth: 0` (GitHub Actions) or\n  `fetchDepth: 0` (Azure "
                "Pipelines) where it checks out."
            )
        raise LandingZoneError(f"{option} {name}\n  There is no such revision here.\n  {remedy}") from None
    return result.decode().strip()


def _unpack(commit: str, folder: Path) -> None:
    """Writes the files of a commit. Other repositories in it (submodules) stay out: their files are not in it."""
    rows = [row.partition(b"\t") for row in _listed(commit).split(b"\0") if row]
    wanted = [(head.split(b" "), os.fsdecode(path)) for head, _, path in rows]
    files = [(mode, sha, path) for (mode, _, sha), path in wanted if mode != _REPOSITORY]
    refuse_unsafe(path for _, _, path in files)
    contents = _contents([sha for _, sha, _ in files])
    links = []
    for (mode, _, name), content in zip(files, contents, strict=True):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode == _LINK:
            links.append((path, name, os.fsdecode(content)))
            continue
        path.write_bytes(content)
        if mode == _EXECUTABLE:
            path.chmod(0o755)
    for path, name, target in links:  # last, so that nothing is written through one
        refuse_impossible_link(name, target)
        path.symlink_to(target)
    for path, name, target in links:  # when all of them exist, since a link may lead through another
        refuse_leaving(name, target, path, folder)


def _listed(commit: str) -> bytes:
    try:
        return _git("ls-tree", "-r", "-z", "--full-tree", commit)
    except GitError as error:
        text = (error.output or "It failed.").split("\n")[0].strip()
        raise LandingZoneError(
            f"git ls-tree {commit}\n  The files of the revision cannot be listed: {text}\n"
            "  Choose another revision; `git fsck` shows what is wrong with this one."
        ) from None


def _contents(shas: list[bytes]) -> Iterator[bytes]:
    """Returns the contents of objects, in the same order."""
    result = _git("cat-file", "--batch", stdin=b"".join(sha + b"\n" for sha in shas))
    at = 0
    for _ in shas:
        end = result.index(b"\n", at)
        head = result[at:end].split(b" ")
        if head[-1] == b"missing":
            value = f"Object {head[0].decode()} of the revision is not in this repository."
            raise LandingZoneError(f"git cat-file\n  {value}\n  Clone it again; `git fsck` shows more.")
        at = end + 1 + int(head[2]) + 1
        yield result[end + 1 : at - 1]


def _forget_old(parent: Path) -> None:
    """Removes folders that runs left behind which were killed: what cannot be removed stays."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            result = folder.lstat()
        except OSError:
            continue
        ours = stat.S_ISDIR(result.st_mode) and (not hasattr(os, "getuid") or result.st_uid == os.getuid())
        if ours and time.time() - result.st_mtime > _OLD:
            shutil.rmtree(folder, ignore_errors=True)


def _no_room(name: str, where: str, error: OSError) -> LandingZoneError:
    why = (error.strerror or str(error)).lower()
    if not where:
        where, why = "for a while", "no folder for temporary files can be written"
    return LandingZoneError(
        f"--against {name}\n  The files of the revision cannot be put down {where}: {why}.\n"
        "  Make room there, or name another folder in TMPDIR."
    )


def _git(*arguments: str, stdin: bytes = b"") -> bytes:
    """Returns the output of git, run in the program's folder. Raises LandingZoneError."""
    environment = {key: value for key, value in os.environ.items() if key not in _OF_ANOTHER} | {"LC_ALL": "C"}
    try:
        ran = subprocess.run(
            ["git", *arguments], cwd=ROOT, input=stdin, capture_output=True, check=False, env=environment
        )
    except FileNotFoundError:
        raise LandingZoneError("git\n  It is not on PATH, and --against needs it.\n  Install git.") from None
    if ran.returncode:
        raise GitError(arguments[0], ran.stderr.decode("utf-8", errors="replace").strip())
    return ran.stdout
