"""The state of a fork: its version, the newest one here, and upstream's files that the fork has edited.

Only git's objects are read: committed files, not those of the working tree. Nothing is written to the repository.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from amlz.core.codemods import CURRENT, places, version_of
from amlz.core.deprecations import DEPRECATED
from amlz.core.problems import LandingZoneError, dotted
from amlz.fleet.ownership import FileOwner, owner_of
from amlz.stackfile.stack_file import KEY, read

_TAG = re.compile(r"v?([0-9]+)\.([0-9]+)\.([0-9]+)")
#: Variables by which git would read another repository than the program's.
_OF_ANOTHER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
#: Part of upstream's files that a fork has unchanged, from which on a tag that was not merged is taken for squashed.
_SQUASHED = 0.9


@dataclass(frozen=True, slots=True)
class LocalEdit:
    """A file that the fork changed, added or deleted. `commit`: the last one that did, with its subject."""

    path: str
    owner: FileOwner
    kind: str
    commit: str


@dataclass(frozen=True, slots=True)
class ForkStatus:
    """A fork, compared with a revision of upstream. `tags`: newer ones than `merged`, the newest first.

    `merged`: the newest version tag that is part of the fork, "" for none; `base`: the commit from which edits count.
    `squashed`: the fork has the files of `against`, and its history has not.
    """

    version: str
    against: str
    merged: str
    tags: tuple[str, ...]
    base: str
    squashed: bool
    edits: tuple[LocalEdit, ...]
    deprecated: tuple[DeprecatedUse, ...] = ()


@dataclass(frozen=True, slots=True)
class DeprecatedUse:
    """A deprecated key in a stack file. `path`: from the landing zone; `sentence`: since when, until when."""

    file: str
    path: str
    sentence: str


def fork_status(root: Path, version: str, upstream: str | None = None) -> ForkStatus:
    """Returns the state of the fork at `root`. `upstream`: a revision, None for the newest version tag.

    Raises LandingZoneError where there is no such revision, or no history that both share.
    """
    git = ForkGit(root)
    tags = sorted((tag for tag in git.lines("tag", "--list") if _TAG.fullmatch(tag)), key=_number, reverse=True)
    if upstream is None and not tags:
        raise LandingZoneError(
            "git tag\n  No version of upstream is here, such as v0.2.0, so nothing can be compared.\n"
            "  Fetch it with `git fetch upstream --tags`; the first time, `git remote add upstream URL` comes before.\n"
            "  Where upstream has no version tags, pass its branch: --upstream upstream/main."
        )
    against = upstream if upstream is not None else tags[0]
    theirs = git.commit(against)
    base = git.base("HEAD", theirs)
    if base is None:
        raise LandingZoneError(
            f"{against}\n  It and HEAD share no history: the fork began as a copy, so no merge is possible.\n"
            "  Once, merge the version that was copied with\n"
            "  `git merge -s ours --allow-unrelated-histories TAG`; it changes no file."
        )
    inside = set(git.lines("tag", "--list", "--merged", "HEAD"))
    merged = next((tag for tag in tags if tag in inside), "")
    newer = tuple(tag for tag in tags if not merged or _number(tag) > _number(merged))
    squashed = base != theirs and _has_files_of(git, base, theirs)
    edits, deprecated = _edits(git, base, theirs), tuple(_deprecated(git))
    return ForkStatus(version, against, merged, newer, base, squashed, edits, deprecated)


def _deprecated(git: ForkGit) -> Iterator[DeprecatedUse]:
    """Returns deprecated keys of the stack files of HEAD. One that cannot be read is left to `amlz check`."""
    for name in git.text("ls-tree", "-z", "--name-only", "HEAD").split("\0"):
        if not re.fullmatch(r"Pulumi\.[^/]+\.yaml", name):
            continue
        raw = git.text("cat-file", "blob", f"HEAD:./{name}").encode("utf-8", "surrogateescape")
        try:
            values = read(git.root / name, name, raw).values
        except LandingZoneError:
            continue
        config = values.get("config") if isinstance(values, dict) else None
        landing_zone = config.get(KEY) if isinstance(config, dict) else None
        for row in DEPRECATED:
            for path in places(landing_zone, row.codemod.path):
                yield DeprecatedUse(name, dotted(path), str(row))
        version = version_of(landing_zone)
        if version is not None and version < CURRENT:
            yield DeprecatedUse(name, "schemaVersion", f"Version {version} is read; the current one is {CURRENT}.")


def _number(tag: str) -> tuple[int, ...]:
    match = _TAG.fullmatch(tag)
    return tuple(int(part) for part in match.groups()) if match else ()


def _edits(git: ForkGit, base: str, theirs: str) -> tuple[LocalEdit, ...]:
    """Files that differ from the base and from upstream's: one that upstream changed in the same way is no edit."""
    same = git.changed("HEAD", theirs)
    kinds = {"A": "added", "D": "deleted", "M": "changed", "T": "changed"}
    return tuple(
        LocalEdit(path, owner_of(path), kinds[letter], git.last_commit(base, path))
        for path, letter in sorted(git.changed(base, "HEAD").items())
        if path in same
    )


def _has_files_of(git: ForkGit, base: str, theirs: str) -> bool:
    """Returns whether the fork has most files that upstream changed after the base as upstream has them."""
    changed = [path for path in git.changed(base, theirs) if owner_of(path) is FileOwner.UPSTREAM]
    differ = git.changed("HEAD", theirs)
    return bool(changed) and sum(path not in differ for path in changed) >= _SQUASHED * len(changed)


@dataclass(frozen=True, slots=True)
class ForkGit:
    """Git in the folder of a program, for reading. `environment`: further variables."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def lines(self, *arguments: str) -> list[str]:
        """Returns the lines of its output. Raises LandingZoneError where it fails."""
        return self.text(*arguments).splitlines()

    def commit(self, name: str) -> str:
        """Returns the commit of a revision. Raises LandingZoneError where there is none."""
        ran = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if ran.returncode:
            raise LandingZoneError(
                f"{name}\n  There is no such revision here.\n"
                "  Fetch it with `git fetch upstream --tags`; `git tag` lists those that are here."
            )
        return ran.stdout.decode().strip()

    def base(self, ours: str, theirs: str) -> str | None:
        """Returns the last commit that both share, None where there is none."""
        ran = self.run("merge-base", ours, theirs)
        return ran.stdout.decode().strip() if ran.returncode == 0 else None

    def changed(self, before: str, after: str) -> dict[str, str]:
        """Returns how each file of the program differs between two revisions: A, D, M or T."""
        text = self.text("diff-tree", "-r", "-z", "--no-renames", "--relative", "--name-status", before, after)
        parts = text.split("\0")
        return dict(zip(parts[1::2], parts[::2], strict=False))

    def last_commit(self, base: str, path: str) -> str:
        """Returns the last commit of the fork that changed a file, with its subject."""
        rows = self.lines("log", "-1", "--format=%h %s", f"{base}..HEAD", "--", f":(literal){path}")
        return rows[0] if rows else "a merge"

    def text(self, *arguments: str, stdin: bytes = b"") -> str:
        """Returns its output. Raises LandingZoneError where it fails."""
        ran = self.run(*arguments, stdin=stdin)
        if ran.returncode:
            why = ran.stderr.decode("utf-8", "replace").strip() or "It failed."
            remedy = "Run it in a clone of the repository, made with `git clone`."
            raise LandingZoneError(f"git {arguments[0]}\n  {why}\n  {remedy}")
        return ran.stdout.decode("utf-8", "surrogateescape")

    def run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Returns the result of git. Raises LandingZoneError where it is not installed."""
        environment = {key: value for key, value in os.environ.items() if key not in _OF_ANOTHER}
        environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", **self.environment}
        try:
            return subprocess.run(
                ["git", *arguments], cwd=self.root, input=stdin, capture_output=True, check=False, env=environment
            )
        except FileNotFoundError:
            raise LandingZoneError("git\n  It is not on PATH.\n  Install git.") from None
