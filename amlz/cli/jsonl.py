"""Lines of JSON: one read from standard input, one answer written, in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator

from amlz.core.problems import LandingZoneError


def answer_lines(
    answers: Callable[[Iterable[bytes]], Iterator[str]], problem: type[Exception] = LandingZoneError
) -> None:
    """Answers standard input, line by line, until it ends or the reader of standard output has closed it.

    Raises `problem` where standard input is closed, LandingZoneError where standard output cannot be written.
    """
    from amlz.reports.files import write_out
    from amlz.reports.json_text import escaped

    if sys.stdin is None:
        raise problem("Standard input is closed. Send one JSON object a line.")
    for answer in answers(sys.stdin.buffer):
        if not write_out(f"{escaped(answer)}\n"):
            break
