"""A version of upstream merged into a fork in memory: new objects go into a temporary folder, the repository is not
touched.

Conflicts are decided by the owners of files. The unit keeps its files as they are, deleted ones included: a stack file
that git would leave in the tree is a stack that the unit does not have.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from amlz.app.upgrade import ForkGit
from amlz.core.problems import LandingZoneError
from amlz.fleet.ownership import FileOwner, owner_of

#: A later run removes folders with the beginning of a revision's that a killed run left.
PREFIX = "amlz-revision-merge-"
#: Its author: the commit exists in the temporary folder alone.
_WHO = {f"GIT_{who}_{part}": "amlz" for who in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
_DATES = {"GIT_AUTHOR_DATE": "2000-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2000-01-01T00:00:00Z"}
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")


@dataclass(frozen=True, slots=True)
class MemoryMerge:
    """A merge. `commit`: of the merged files; None where people must decide a conflict first.

    `kept`: files of the unit that stay as they are, against upstream; `conflicts`: files that both sides changed, with
    their owners. `variables`: with these, git reads the commit.
    """

    tag: str
    head: str
    base: str
    commit: str | None
    kept: tuple[str, ...]
    conflicts: tuple[tuple[str, FileOwner], ...]
    variables: Mapping[str, str]


@contextmanager
def merged(root: Path, tag: str, onto: str = "HEAD") -> Iterator[MemoryMerge]:
    """Yields the merge of a revision into another one. Raises LandingZoneError where there is nothing to merge, or no
    base.
    """
    git = ForkGit(root)
    theirs, head = git.commit(tag), git.commit(onto)
    base = git.base(head, theirs)
    if base is None:
        raise LandingZoneError(
            f"{tag}\n  It and {onto} share no history, so no merge is possible.\n"
            "  Run `amlz upgrade status`: it shows the command that joins both."
        )
    if base == theirs:
        raise LandingZoneError(f"{tag}\n  It is merged already.\n  No action needed.")
    if git.text("rev-parse", "--show-prefix").strip():
        raise LandingZoneError(
            f"{root}\n  The program is in a folder below the root of its repository, where a merge is not previewed.\n"
            "  Merge on a branch, and use `amlz preview --all --against HEAD^1`."
        )
    temporary = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        yield _merged(git, tag, _Commits(head, theirs, base), temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class _Commits(NamedTuple):
    """The commits of a merge: the fork's, that of the tag, and the newest that both have."""

    head: str
    theirs: str
    base: str


def _merged(git: ForkGit, tag: str, commits: _Commits, temporary: Path) -> MemoryMerge:
    head, theirs, base = commits
    objects = git.root / git.text("rev-parse", "--git-path", "objects").strip()
    (temporary / "objects").mkdir()
    variables = {
        "GIT_OBJECT_DIRECTORY": str(temporary / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects),
    }
    inside = ForkGit(git.root, {**variables, "GIT_INDEX_FILE": str(temporary / "index"), **_WHO, **_DATES})
    # A renamed folder takes no file of the unit along.
    ran = inside.run("-c", "merge.directoryRenames=false", "merge-tree", "--write-tree", "-z", head, theirs)
    if ran.returncode not in (0, 1) or not ran.stdout:
        why = ran.stderr.decode("utf-8", "replace").strip()
        raise LandingZoneError(f"git merge-tree\n  {why}\n  Git 2.38 or later is needed.")
    tree, conflicted = _answer(ran.stdout)
    inside.text(*_NO_HOOKS, "read-tree", tree)
    ours, there = _files(inside, head), _files(inside, tree)
    units = {path for path in (*ours, *there, *conflicted) if owner_of(path) is FileOwner.UNIT}
    kept = sorted(path for path in units if ours.get(path) != there.get(path) or path in conflicted)
    rows = [f"{ours.get(path, '0 ' + '0' * 40)}\t{path}\0" for path in kept]
    if rows:
        index_rows = "".join(rows).encode("utf-8", "surrogateescape")
        inside.text(*_NO_HOOKS, "update-index", "-z", "--index-info", stdin=index_rows)
    conflicts = tuple((path, owner_of(path)) for path in sorted(conflicted) if path not in units)
    commit = None
    if not conflicts:
        whole = inside.text(*_NO_HOOKS, "write-tree").strip()
        commit = inside.text("commit-tree", whole, "-p", head, "-p", theirs, "-m", f"Merge {tag}").strip()
    return MemoryMerge(tag, head, base, commit, tuple(kept), conflicts, variables)


def _answer(answer: bytes) -> tuple[str, set[str]]:
    """Returns the tree, and the paths with conflicts: the rows between the tree and an empty part."""
    tree, *rest = answer.decode("utf-8", "surrogateescape").split("\0")
    rows = rest[: rest.index("")] if "" in rest else []
    return tree.strip(), {row.partition("\t")[2] for row in rows}


def _files(git: ForkGit, tree: str) -> dict[str, str]:
    """Returns mode and object of each file by its path, as an index takes them."""
    rows = git.text("ls-tree", "-r", "-z", "--full-tree", tree).split("\0")
    parts = [row.partition("\t") for row in rows if row]
    return {path: " ".join((head.split(" ")[0], head.split(" ")[2])) for head, _, path in parts}
