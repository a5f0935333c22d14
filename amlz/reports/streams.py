"""Standard streams: one that cannot be read or written is reported in words, and is no defect of `amlz`."""

from __future__ import annotations

import os
import sys

from amlz.core.problems import LandingZoneError


def finish() -> None:
    """Writes what is left for standard output. Raises LandingZoneError where that cannot be."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        forget(1)
    except OSError as error:
        raise unwritable(error) from None


def say(text: str) -> None:
    """Writes to standard error, if possible: the exit code shows the result too."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except OSError:
        forget(2)


def given(how: str) -> str:
    """All of standard input. `how`: a command that sends it. Raises LandingZoneError where it cannot be read."""
    try:
        if sys.stdin is None:
            raise OSError(0, "It is closed")
        return sys.stdin.read()
    except UnicodeDecodeError:
        why = "It is not text in UTF-8"
    except OSError as error:
        why = f"It cannot be read: {str(error.strerror).lower()}" if error.errno else str(error.strerror)
    raise LandingZoneError(f"standard input\n  {why}.\n  Send it: {how}")


def forget(descriptor: int) -> None:
    """Leads a stream nowhere, so that what could not be written is not tried again when this process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def check_folder() -> None:
    """Raises LandingZoneError where the working directory was deleted."""
    try:
        os.getcwd()
    except OSError:
        raise LandingZoneError(
            "the working directory\n  It does not exist any more.\n  Change to a folder that exists, and try again."
        ) from None


def unwritable(error: OSError) -> LandingZoneError:
    """Returns the error for unwritable standard output; nothing more is written to it."""
    forget(1)
    reason = (error.strerror or str(error)).lower()
    return LandingZoneError(f"standard output\n  It cannot be written: {reason}.\n  Redirect it to another target.")
