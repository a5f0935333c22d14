"""The revision that a report shows: its names, and links to its files on a code hosting service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below `base`, that of the folder in which the command runs. All are "" where it is not known (None).

    `has_docs`: the folder has the pages of `amlz`, too.

    GitHub, GitLab, Gitea and Forgejo show line 12 of a file at `BASE/FILE#L12`.
    """

    base: str | None = None
    has_docs: bool = True

    def line(self, file: PurePath, line: int) -> str:
        """Returns the address of a line of a file in the folder; "" for a file elsewhere, or without a line."""
        inside = not file.is_absolute() and ".." not in file.parts
        return f"{self._file(file.as_posix())}#L{line}" if self.base and inside and line > 0 else ""

    def check(self, check: str) -> str:
        """Returns the address of a check in docs/."""
        page = self.page("docs/reference/checks.md")
        return f"{page}#{check.replace('/', '')}" if page else ""

    def page(self, path: str) -> str:
        """Returns the address of a file of `amlz`."""
        return self._file(path) if self.has_docs else ""

    def _file(self, path: str) -> str:
        return f"{self.base.rstrip('/')}/{quote(path)}" if self.base else ""


#: Links of a report whose revision has no address.
NO_LINKS = Links()


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of a report, as passed in: commit, branch, and the version of `amlz`. None: not passed."""

    commit: str | None = None
    branch: str | None = None
    version: str | None = None

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Returns what is known, with labels."""
        known = (("commit", self.commit), ("branch", self.branch), ("amlz", self.version))
        return tuple((label, text) for label, text in known if text)


#: Origin of a report of which nothing is known.
NO_ORIGIN = Origin()
