"""Files of a business unit below `custom/`: importing them, and the sentences about those that cannot be used."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from amlz.core.problems import LandingZoneError
from amlz.dataclass import dataclass
from amlz.folders import module, shown

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class CustomFile:
    """A file. `kind`: what it declares, as sentences have it; `name`: of its module."""

    kind: str
    name: str
    path: Path

    def loaded(self) -> ModuleType:
        """Imports it. Raises LandingZoneError for a fault, with its line."""
        return self.called(lambda: module(self.name))

    def called(self, function: Callable[[], Answer]) -> Answer:
        """Calls a function of it. Raises LandingZoneError for any exception, with its line in the file."""
        try:
            return function()
        except Exception as error:
            line = self._line(error)
            line_words = f"Line {line}: " if line else ""
            raise self.broken(f"{line_words}{type(error).__name__}: {error}", "Fix it, or remove the file.") from error

    def broken(self, reason: str, remedy: str) -> LandingZoneError:
        """Returns the error of a file that cannot be used."""
        return LandingZoneError(f"{shown(self.path)}\n  The {self.kind} cannot be used: {reason}\n  {remedy}")

    def _line(self, error: Exception) -> int | None:
        if isinstance(error, SyntaxError):
            return error.lineno
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(self.path)]
        return lines[-1] if lines else None
