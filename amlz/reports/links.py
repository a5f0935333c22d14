"""Links from a report to the files of the revision that it shows, on a code hosting service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below `base`, that of the folder in which the command runs: "" where it is not known, then all are "".

    GitHub, GitLab, Gitea and Forgejo show line 12 of a file at `BASE/FILE#L12`.
    """

    base: str = ""

    def line(self, file: PurePath, line: int) -> str:
        """Returns the address of a line of a file in the folder; "" for a file elsewhere, or without a line."""
        inside = not file.is_absolute() and ".." not in file.parts
        return f"{self._file(file.as_posix())}#L{line}" if self.base and inside and line > 0 else ""

    def check(self, check: str) -> str:
        """Returns the address of a check in docs/."""
        return f"{self._file('docs/reference/checks.md')}#{check.replace('/', '')}" if self.base else ""

    def _file(self, path: str) -> str:
        return f"{self.base.rstrip('/')}/{quote(path)}"


#: Links of a report whose revision has no address.
NO_LINKS = Links()
