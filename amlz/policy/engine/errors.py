"""Errors of the evaluator, by the person who has to act.

PolicyError ├── Invalid the definition, initiative or assignment is wrong: Azure would not accept it ├── EvaluationError
the definition is accepted, but its evaluation fails for this resource, which Azure takes as a deny │ ├── Disputed
sources disagree on whether this fails: see readings.py │ └── Unsettled a value that decides is known only at deployment
└── BadInput the evaluator cannot read its input
"""

from __future__ import annotations

from typing import Any

#: Marks a Disputed whose first reading is an error.
FAILS: Any = object()


class PolicyError(Exception):
    """Base class of all errors of the evaluator. Its text is a sentence for people."""


class Invalid(PolicyError):
    """A definition is wrong. `position`: path in it; `what`: present value; `why`: reason; `fix`: remedy, or ""."""

    def __init__(self, position: str, text: str, why: str, fix: str = "") -> None:
        self.position, self.what, self.why, self.fix = position, text, why, fix
        super().__init__(f"{position}: {text}: {why}." + (f" {fix}." if fix else ""))


class EvaluationError(PolicyError):
    """The evaluation of a resource failed. Azure treats that as a deny, with any effect."""


class Disputed(EvaluationError):
    """A point of `readings.ROWS` was reached: one reading gives `first` (FAILS: an error), the other gives `other`."""

    def __init__(self, row: str, says: str, other: Any, first: Any = FAILS) -> None:
        self.row, self.first, self.other = row, first, other
        super().__init__(says)


class Unsettled(EvaluationError):
    """The answer depends on a value that only the deployment will know. The text names the value."""


class BadInput(PolicyError):
    """A line, a case file or an assignment cannot be read. The text names position, error and reason."""
