"""Writing a report: to a file whole, or not at all; or to standard output."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from amlz.core.problems import LandingZoneError
from amlz.core.terminal import in_one_line as in_one_line
from amlz.core.terminal import terminal as terminal

#: Names of standard output: the file behind it (a file that a shell opened) is not to be replaced.
STANDARD_OUTPUT = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
#: How the names of files begin that are not complete yet. Git ignores them (.gitignore).
TEMPORARY = ".amlz-new-"
#: Seconds after which such a file belongs to nobody: writing one takes seconds.
_OLD = 60 * 60
#: Seconds to wait for the reader of a pipe.
_READER = 5.0


def write_out(text: str, escape: Callable[[str], str] = terminal) -> bool:
    """Writes to standard output. Returns False where its reader has closed it, which is no error.

    `escape`: makes the text harmless to a terminal; it may add colours.

    Raises LandingZoneError where it cannot be written.
    """
    if sys.stdout is None:
        raise LandingZoneError("standard output\n  It is closed.\n  Name a file with --output.")
    try:
        sys.stdout.write(escape(text))
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return False
    except OSError as error:
        _forget_output()
        reason = (error.strerror or str(error)).lower()
        raise LandingZoneError(
            f"standard output\n  It cannot be written: {reason}.\n  Choose another file with --output."
        ) from None
    return True


def _forget_output() -> None:
    """Discards unwritten output, so that it is not tried again when this process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def write_whole(path: Path, text: str) -> None:
    """Writes a temporary file next to the target and moves it to the target's path. Raises LandingZoneError, and then
    what was there is as it was.

    A link stays one, and a file keeps its permissions. A link that leads out of the current folder is refused. A device
    or a pipe is written as it is.
    """
    try:
        target = _target(path)
        mode = _mode(path)
        if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            with os.fdopen(_opened(path, mode), "w", encoding="utf-8") as file:
                file.write(text)
            return
        if mode is not None and not mode & 0o222:
            raise PermissionError(0, "it is for reading only")
        _replace(target, text.encode("utf-8"), stat.S_IMODE(mode) if mode is not None else _new_mode())
    except BrokenPipeError:
        return  # the reader closed the pipe
    except (OSError, RuntimeError) as error:  # links that go round are a RuntimeError
        reason = ((error.strerror if isinstance(error, OSError) else "") or str(error)).lower()
        raise LandingZoneError(f"{path}\n  It cannot be written: {reason}.\n  Choose another file.") from None


def _opened(path: Path, mode: int) -> int:
    """Opens a device or a pipe. Raises OSError for a pipe that nothing opens for reading."""
    if not stat.S_ISFIFO(mode):
        return os.open(path, os.O_WRONLY | os.O_TRUNC)
    until = time.monotonic() + _READER
    while True:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > until:
                reason = "nothing reads from this pipe" if error.errno == errno.ENXIO else ""
                raise OSError(error.errno, reason or error.strerror) from None
            time.sleep(0.05)
        else:
            os.set_blocking(handle, True)
            return handle


def check_writable(path: Path) -> None:
    """Raises LandingZoneError where a file cannot be written: before the work whose report it takes.

    Creates an empty file in its folder and removes it: permissions alone do not show what a file system refuses.
    """
    try:
        target, mode = _target(path), _mode(path)
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(0, "it is a directory")
        if mode is not None and not mode & 0o222:
            raise PermissionError(0, "it is for reading only")
        if mode is None or stat.S_ISREG(mode):
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY)
            os.close(handle)
            os.unlink(temporary)
    except (OSError, RuntimeError) as error:  # links that go round are a RuntimeError
        reason = ((error.strerror if isinstance(error, OSError) else "") or str(error)).lower()
        raise LandingZoneError(f"{path}\n  It cannot be written: {reason}.\n  Choose another file.") from None


def _target(path: Path) -> Path:
    """Returns the file that a path leads to. Raises OSError for a link in the current folder that leads out of it.

    A pull request can bring such a link, and the file behind it would be overwritten.
    """
    target, here = path.resolve(), Path.cwd()
    if Path(os.path.abspath(path)).is_relative_to(here) and not target.is_relative_to(here):
        raise OSError(errno.ELOOP, "it is a link that leaves the current folder")
    return target


def _replace(target: Path, content: bytes, mode: int) -> None:
    """Replaces a file by a new one, on the disk before this returns. Raises OSError."""
    _forget_old(target.parent)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.chmod(temporary, mode)
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Makes the new name durable, where the system can: not on Windows, nor on some network drives."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _forget_old(folder: Path) -> None:
    """Removes files that killed runs left in a folder; what is younger may be in use."""
    for path in folder.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and time.time() - status.st_mtime > _OLD:
                path.unlink()


def _mode(path: Path) -> int | None:
    """Returns the type of a path, and its permissions; None where nothing is there."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _new_mode() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def write_back(path: Path, before: bytes, after: bytes, display_path: str) -> None:
    """Rewrites a person's own file, whole, with its permissions. Raises LandingZoneError, and then it is as it was.

    `before` is what was read: a file that was changed since then, or that is for reading only, stays as it is.
    """
    try:
        target = _target(path)
        mode = stat.S_IMODE(target.stat().st_mode)
        if not mode & 0o222 or not os.access(target, os.W_OK):
            raise LandingZoneError(
                f"{display_path}\n  It was not changed: it is read-only.\n  Make it writable, or use --dry-run."
            )
        if target.read_bytes() != before:
            raise LandingZoneError(f"{display_path}\n  It was changed by someone else in the meantime.\n  Try again.")
        _replace(target, after, mode)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        remedy = "Name the file itself" if error.errno == errno.ELOOP else "Make its folder writable"
        raise LandingZoneError(
            f"{display_path}\n  It was not changed: it cannot be written: {reason}.\n  {remedy}."
        ) from None
