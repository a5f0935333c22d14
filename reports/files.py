"""Writing a report to a file: whole, or not at all."""

from __future__ import annotations

import os
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


def _cannot(path: Path, error: OSError) -> LandingZoneError:
    reason = (error.strerror or str(error)).lower()
    return LandingZoneError(f"{path}\n  It cannot be written: {reason}.\n  Choose another place with --output.")
