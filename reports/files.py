"""Writing a report to a file: whole, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from landingzone.problems import LandingZoneError


def write_whole(path: Path, text: str) -> None:
    """Writes beside the target and moves into place. Raises LandingZoneError where that cannot be."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _cannot(path, error) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except OSError as error:
        raise _cannot(path, error) from None
    finally:
        Path(temporary).unlink(missing_ok=True)


def write_back(path: Path, before: bytes, after: bytes, shown: str) -> None:
    """Writes a person's own file anew, whole, with its permissions. Raises LandingZoneError, and then it is as it was.

    `before` is what was read: a file that was changed since then, or that is for reading only, stays as it is.
    """
    target = path.resolve()  # a link stays one
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
        if not mode & 0o222 or not os.access(target, os.W_OK):
            raise LandingZoneError(
                f"{shown}\n  It stays as it was: it is for reading only.\n  Make it writable, or use --dry-run."
            )
        if target.read_bytes() != before:
            raise LandingZoneError(f"{shown}\n  It was changed by someone else in the meantime.\n  Try again.")
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(after)
            os.chmod(temporary, mode)
            os.replace(temporary, target)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LandingZoneError(
            f"{shown}\n  It stays as it was: it cannot be written: {reason}.\n  Make its folder writable."
        ) from None


def _cannot(path: Path, error: OSError) -> LandingZoneError:
    reason = (error.strerror or str(error)).lower()
    return LandingZoneError(f"{path}\n  It cannot be written: {reason}.\n  Choose another place with --output.")
