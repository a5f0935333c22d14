"""Functions of the policy language: name, number of arguments, implementation."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.errors import EvaluationError
from amlz.policy.engine.values import MISSING, kind


class Sees(Enum):
    """Unknown values that a function accepts as arguments."""

    WHOLE = "whole"  # none, however deep: then its result is unknown too
    SHAPE = "shape"  # unknown members of arrays and objects, not unknown arguments
    ALL = "all"  # everything; it decides itself


@dataclass(frozen=True, slots=True)
class Function:
    """`most` is None where any number of arguments is taken."""

    name: str
    does: Callable[..., Any]
    least: int
    most: int | None
    sees: Sees = Sees.WHOLE


def is_text(value: Any) -> bool:
    """Returns whether a value is text to functions: a string, or null, which reads as the empty text."""
    return value is None or value is MISSING or isinstance(value, str)


def wants(name: str, expected: str, *actual: Any) -> EvaluationError:
    """The error of a function that got a value of the wrong kind."""
    return EvaluationError(f"{name}() takes {expected}, not {', '.join(kind(value) for value in actual)}")


def text_of(name: str, value: Any) -> str:
    """A text argument. Raises EvaluationError for anything else."""
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    raise wants(name, "text", value)


def int_of(name: str, value: Any) -> int:
    """An integer argument. Raises EvaluationError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise wants(name, "an integer", value)
