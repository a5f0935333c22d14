"""Names and links of a git revision that must not be written to a disk.

Git's own checkout refuses most of them, and a host that checks what is pushed. A plain `git fetch` takes them, and
git's objects are read here without a checkout (https://git-scm.com/docs/git-config, fetch.fsckObjects).
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from amlz.core.problems import LandingZoneError

#: Most bytes of a name between two slashes, of a path, and of the target of a link, as Linux takes them (limits.h);
#: a path has room for the folder that it is put into.
_NAME, _PATH, _TARGET = 255, 3_500, 4_000
#: Other spellings of `.git`: the short name of Windows (CVE-2014-9390).
_GIT = frozenset((".git", "git~1"))


def refuse_unsafe(paths: Iterable[str]) -> None:
    """Raises LandingZoneError for the first path that would be written elsewhere, or over another one."""
    spelled: dict[str, str] = {}
    files = set[str]()
    for path in paths:
        parts = path.split("/")
        why = next(filter(None, map(_wrong, parts)), "")
        if not why and len(os.fsencode(path)) > _PATH:
            why = f"its path has more than {_PATH:,} bytes"
        if why:
            raise _refused(path, f"it cannot be written safely: {why}")
        for end in range(1, len(parts) + 1):
            part = "/".join(parts[:end])
            other = spelled.setdefault(_key(part), part)
            if other != part:
                raise _refused(path, f"a disk that ignores case takes {_shown(part)} for {_shown(other)}")
        if path in files:
            raise _refused(path, "it is there twice")
        files.add(path)
    for path in spelled.values():
        folder = path.rpartition("/")[0]
        if folder in files:
            raise _refused(folder, "it is a file and a folder at once")


def refuse_impossible_link(path: str, target: str) -> None:
    """Raises LandingZoneError for a target that no link can have."""
    if not target or "\0" in target or len(os.fsencode(target)) > _TARGET:
        raise _refused(path, "it is a link without a usable target")


def refuse_leaving(path: str, target: str, link: Path, folder: Path) -> None:
    """Raises LandingZoneError for a link, which exists, that leads out of the folder, through other links as well."""
    if not Path(os.path.realpath(link)).is_relative_to(os.path.realpath(folder)):
        raise _refused(path, f"it is a link that leaves the revision, to {_shown(target)}")


def _wrong(name: str) -> str:
    """Returns why a name between two slashes is unsafe, "" where it is not."""
    plain = "".join(sign for sign in name if unicodedata.category(sign) != "Cf").rstrip(" .").lower()
    if not name:
        return "it has an empty name, or begins with a slash"
    if name in (".", "..") or not plain:
        return f"it has a part {_shown(name)}"
    if plain in _GIT:
        return f"it has a part {_shown(name)}, which git reads as its own folder"
    if any(unicodedata.category(sign) == "Cc" for sign in name):
        return "its name holds a control character"
    if "\\" in name:
        return "its name holds a backslash, which separates folders on Windows"
    return f"its name has more than {_NAME} bytes" if len(os.fsencode(name)) > _NAME else ""


def _key(path: str) -> str:
    """Returns a key that two paths share if they are one on a disk that ignores case or composes characters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _refused(path: str, why: str) -> LandingZoneError:
    return LandingZoneError(
        f"{_shown(path)} of the revision\n  It is not read: {why}.\n"
        "  Choose another revision, and find out who wrote this one: git itself does not check it out."
    )


def _shown(path: str) -> str:
    """A path in which every sign that does not print is escaped."""
    return path if path.isprintable() and path else ascii(path)
