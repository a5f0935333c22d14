"""Functions of truth and comparison. `if` is not here: it evaluates only the branch it takes (expressions.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amlz.policy.engine.errors import Disputed
from amlz.policy.engine.functions.table import Function, Sees, is_text, text_of, wants
from amlz.policy.engine.values import Unknown, is_number, order, same


def _logic(name: str, deciding: bool) -> Callable[..., Any]:
    def evaluate(*values: Any) -> Any:
        for value in values:
            if not isinstance(value, bool | Unknown):
                raise wants(name, "booleans", value)
        if len(values) < 2:
            raise Disputed("strict-functions", f"{name}() takes at least two arguments", values[0])
        if deciding in [value for value in values if isinstance(value, bool)]:
            return deciding
        return next((value for value in values if isinstance(value, Unknown)), not deciding)

    return evaluate


def _not(value: Any) -> Any:
    if not isinstance(value, bool):
        raise wants("not", "a boolean", value)
    return not value


def _equals(left: Any, right: Any) -> bool:
    if is_number(left) and is_number(right):
        return bool(left == right)
    return same(left, right)


def _ordering(name: str, holds: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    def evaluate(left: Any, right: Any) -> Any:
        if is_text(left) and is_text(right):
            return holds(order(text_of(name, left), letters=True), order(text_of(name, right), letters=True))
        if is_number(left) and is_number(right):
            return holds(left, right)
        raise wants(name, "two texts or two numbers", left, right)

    return evaluate


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


FUNCTIONS = (
    Function("and", _logic("and", False), 1, None, Sees.ALL),
    Function("or", _logic("or", True), 1, None, Sees.ALL),
    Function("not", _not, 1, 1),
    Function("true", lambda: True, 0, 0),
    Function("false", lambda: False, 0, 0),
    Function("null", lambda: None, 0, 0),
    Function("equals", _equals, 2, 2),
    Function("less", _ordering("less", lambda left, right: bool(left < right)), 2, 2),
    Function("lessOrEquals", _ordering("lessOrEquals", lambda left, right: bool(left <= right)), 2, 2),
    Function("greater", _ordering("greater", lambda left, right: bool(left > right)), 2, 2),
    Function("greaterOrEquals", _ordering("greaterOrEquals", lambda left, right: bool(left >= right)), 2, 2),
    Function("coalesce", _coalesce, 1, None, Sees.ALL),
)
