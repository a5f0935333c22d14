"""The merge of an upgrade as a commit on a new branch. Files, index and the current branch stay as they are.

Everything is made in the temporary folder of the merge. Its objects are copied to the repository before the branch
refers to them, in one step of git: after a kill between both, they are objects that nothing refers to.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from amlz.app.merge import MemoryMerge
from amlz.app.upgrade import ForkGit
from amlz.core.problems import LandingZoneError

_NOTHING = "0" * 40
#: Files that an error lists, at most.
_LISTED = 5


@dataclass(frozen=True, slots=True)
class UpgradeBranch:
    """A branch with the merge commit of an upgrade."""

    name: str
    commit: str


def check_mergeable(root: Path, branch: str) -> None:
    """Raises LandingZoneError for files that are not committed, a branch that cannot be new, or an unknown author."""
    git = ForkGit(root)
    git.commit("HEAD")
    _check_name(git, branch)
    _check_committed(git)
    for variable in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        if git.run("var", variable).returncode:
            raise LandingZoneError(
                "git commit-tree\n  Git does not know who makes the commit.\n"
                "  Set `git config user.name NAME` and `git config user.email ADDRESS`."
            )


def make_branch(root: Path, merge: MemoryMerge, branch: str) -> UpgradeBranch:
    """Returns the new branch with the merge commit. Raises LandingZoneError where the clone has changed meanwhile."""
    assert merge.commit is not None
    git, inside = ForkGit(root), ForkGit(root, merge.variables)
    parents = inside.text("rev-parse", f"{merge.commit}^1", f"{merge.commit}^2").split()
    if parents != [git.commit("HEAD"), git.commit(merge.tag)]:
        raise LandingZoneError(
            f"{merge.tag}\n  It or HEAD is another commit than at the start, so the merge is not of them.\n"
            "  Run the command again."
        )
    _check_committed(git)
    commit = _commit(inside, merge, parents)
    new = inside.text("rev-list", "--objects", "--no-object-names", commit, *(f"^{parent}" for parent in parents))
    packed = inside.run("pack-objects", "-q", "--stdout", stdin=new.encode())
    if packed.returncode:
        raise LandingZoneError(
            f"git pack-objects\n  {packed.stderr.decode('utf-8', 'replace').strip()}\n  `git fsck` shows more."
        )
    git.text("unpack-objects", "-q", stdin=packed.stdout)
    hooks = ("-c", f"core.hooksPath={os.devnull}")
    ran = git.run(*hooks, "update-ref", "-m", f"Merge {merge.tag}", f"refs/heads/{branch}", commit, _NOTHING)
    if ran.returncode:
        why = ran.stderr.decode("utf-8", "replace").strip()
        raise LandingZoneError(f"--branch {branch}\n  {why}\n  Run the command again, or choose another name.")
    return UpgradeBranch(branch, commit)


def _commit(inside: ForkGit, merge: MemoryMerge, parents: list[str]) -> str:
    """Returns the merge commit, by the user of git."""
    signed = ["-S"] if inside.run("config", "--type=bool", "commit.gpgSign").stdout.strip() == b"true" else []
    ends = [word for parent in parents for word in ("-p", parent)]
    ran = inside.run("commit-tree", *signed, f"{merge.commit}^{{tree}}", *ends, "-m", f"Merge {merge.tag}")
    if ran.returncode:
        why = " ".join(ran.stderr.decode("utf-8", "replace").split())
        remedy = (
            "Set up the key of `user.signingKey`, or `git config commit.gpgSign false`." if signed else "Try again."
        )
        raise LandingZoneError(f"git commit-tree\n  The merge cannot be committed: {why}\n  {remedy}")
    return ran.stdout.decode().strip()


def _check_name(git: ForkGit, branch: str) -> None:
    valid = git.run("check-ref-format", f"refs/heads/{branch}").returncode == 0
    if not valid or branch.startswith("-") or branch == "HEAD":
        raise LandingZoneError(
            f"--branch {branch}\n  It is no name of a branch.\n  Choose one such as `--branch upgrade-0.2.0`."
        )
    for other in git.lines("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"):
        if other == branch:
            raise LandingZoneError(
                f"--branch {branch}\n  This branch exists.\n"
                f"  Choose another name, or delete it with `git branch -D {branch}`."
            )
        if other.startswith(f"{branch}/") or branch.startswith(f"{other}/"):
            raise LandingZoneError(
                f"--branch {branch}\n  The branch {other} exists, and git cannot keep both.\n  Choose another name."
            )


def _check_committed(git: ForkGit) -> None:
    rows = git.text("status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal").split("\0")
    files = [row[3:] for row in rows if row]
    if files:
        more = f" and {len(files) - _LISTED} more" if len(files) > _LISTED else ""
        raise LandingZoneError(
            f"{git.root}\n  Files are not committed, and no merge would have them: {', '.join(files[:_LISTED])}{more}\n"
            "  Commit them, or put them away with `git stash --include-untracked`."
        )
