"""Lines of JSON: one read from standard input, one answer written, in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator

from amlz.cli.progress import steps
from amlz.core.problems import LandingZoneError

#: Answers between two counts on a terminal.
_COUNTED = 100


def answer_lines(
    answers: Callable[[Iterable[bytes]], Iterator[str]], problem: type[Exception] = LandingZoneError
) -> None:
    """Answers standard input, line by line, until it ends or the reader of standard output has closed it.

    A terminal that does not show the answers shows their number.

    Raises `problem` where standard input is closed, LandingZoneError where standard output cannot be written.
    """
    from amlz.reports.files import write_out
    from amlz.reports.json_text import escaped

    if sys.stdin is None:
        raise problem("Standard input is closed. Send one JSON object a line.")
    beside = None if sys.stdout is None or sys.stdout.isatty() else sys.stderr
    with steps(beside) as show:
        for number, answer in enumerate(answers(sys.stdin.buffer), 1):
            if not write_out(f"{escaped(answer)}\n"):
                break
            if number % _COUNTED == 0:
                show(f"{number:,} lines answered")
