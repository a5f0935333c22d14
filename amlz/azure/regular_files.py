"""Reads files that others wrote: regular ones, up to a size.

A device, a pipe or a folder instead of a file would block, fill the memory, or end in a defect.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

#: Most bytes of a file that people write, or that one stack hands to another.
LARGEST = 10_000_000
#: Never wait for a pipe, never become a terminal's process. Windows has neither flag, and needs the third one.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: Path, most: int = LARGEST) -> bytes:
    """Returns the content of a regular file; a link is followed.

    Raises OSError, whose `strerror` names what is there instead, or states that it has more than `most` bytes.
    """
    try:
        _refuse_special(path, path.stat().st_mode)  # before it is opened: opening a device may do something
    except ValueError:
        raise OSError(errno.EINVAL, "its name holds a null character", str(path)) from None
    handle = os.open(path, _FLAGS)
    with os.fdopen(handle, "rb", closefd=True) as file:
        _refuse_special(path, os.fstat(handle).st_mode)
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return content


def with_slashes(path: Path) -> Path:
    """Returns a path that was written on Windows as this system reads it, if a file is there; else the path itself."""
    other = Path(str(path).replace("\\", "/"))
    return other if other != path and not path.exists() and other.exists() else path


def _refuse_special(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a regular file", str(path))
