"""What can go wrong, told apart by who has to act.

PolicyError
├── Invalid           the definition, initiative or assignment is wrong: Azure would not accept it
├── EvaluationError   the definition is accepted, but judging this resource fails, which Azure takes as a deny
│   ├── Disputed      sources disagree on whether this fails: see readings.py
│   └── Unsettled     what has to be known for an answer is known only at deployment
└── BadInput          what was handed to the judge is not what it reads
"""

from __future__ import annotations

from typing import Any

#: Marks a Disputed whose first reading is an error.
FAILS: Any = object()


class PolicyError(Exception):
    """Base of all errors of the judge. Its text is a sentence for people."""


class Invalid(PolicyError):
    """A definition is wrong: `where` is a path in it, `what` stands there, `why` it cannot be, `fix` what to do."""

    def __init__(self, where: str, what: str, why: str, fix: str = "") -> None:
        self.where, self.what, self.why, self.fix = where, what, why, fix
        super().__init__(f"{where}: {what}: {why}." + (f" {fix}." if fix else ""))


class EvaluationError(PolicyError):
    """Judging a resource failed. Azure treats that as a deny, whatever the effect."""


class Disputed(EvaluationError):
    """A point of `readings.ROWS` was reached: one reading gives `first` (FAILS: an error), the other gives `other`."""

    def __init__(self, row: str, says: str, other: Any, first: Any = FAILS) -> None:
        self.row, self.first, self.other = row, first, other
        super().__init__(says)


class Unsettled(EvaluationError):
    """The answer depends on a value that only the deployment will know. The text says which."""


class BadInput(PolicyError):
    """A line, a case file or an assignment cannot be read. The text says where, what and why."""
