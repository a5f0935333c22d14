"""Errors of a stack file, and their form.

LandingZoneError
└── StackFileError    one or more problems of one stack file
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from amlz.dataclass import dataclass

#: A position in the configuration: keys and list positions, from `amlz:landingZone` down.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what and why, and what to do about it.

    `remedy`: None where there is none to name. `file`: None where the file is not known. `line` is 1-based in `file`, 0
    where unknown. Neither text repeats a value that may be a secret. `absent`: another
    part of the file may hold what is missing. `warning`: it stops nothing by itself.
    """

    path: Path
    what: str
    remedy: str | None = None
    file: str | None = None
    line: int = 0
    absent: bool = False
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        head = "  ".join(part for part in (place, dotted(self.path)) if part)
        sentence = f"warning: {self.what}" if self.warning else self.what
        return "\n".join([head, *(f"  {text}" for text in (sentence, self.remedy) if text)])


class LandingZoneError(Exception):
    """Base class for user-facing errors."""


class StackFileError(LandingZoneError):
    """Everything that is wrong with a stack file, at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join((*(wrapped(str(problem)) for problem in self.problems), *_counts(self.problems))))


def _counts(problems: Iterable[Problem]) -> Iterator[str]:
    """Returns the number of mistakes in each file that has several."""
    of_file: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.file and problem.line:
            of_file.setdefault(problem.file, []).append(problem)
    for file, in_file in of_file.items():
        if len(in_file) > 1:
            warnings = sum(problem.warning for problem in in_file)
            counts = ((len(in_file) - warnings, "mistake"), (warnings, "warning"))
            parts = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts if count]
            yield f"{listed(parts)} in {file}."


def wrapped(text: str) -> str:
    """A text whose indented lines are wrapped to 80 columns."""
    return "\n".join(_wrapped(line) for line in text.split("\n"))


def _wrapped(line: str) -> str:
    """A line in 80 columns. Paths, words, and examples that fit on a separate line are not broken."""
    if not line.startswith("  "):
        return line
    whole = re.sub(r"`[^`]{1,70}`", lambda item: item[0].replace(" ", "\0"), line.strip())
    lines = textwrap.wrap(
        whole, 80, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines).replace("\0", " ")


def dotted(path: Path) -> str:
    """A path as people write it: `projects.churn.environments.dev.clusters.gpu`, `onPremises[1]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *head, tail = list(words) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail
