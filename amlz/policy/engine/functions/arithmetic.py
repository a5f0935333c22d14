"""Functions of numbers: 64-bit integers, except min and max."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amlz.policy.engine.errors import Disputed, EvaluationError
from amlz.policy.engine.functions.table import Function, int_of, is_text, text_of, wants
from amlz.policy.engine.values import NUMBER, is_number

_LEAST, _MOST = -(2**63), 2**63 - 1


def _in_range(name: str, value: int) -> int:
    if not _LEAST <= value <= _MOST:
        raise EvaluationError(f"{name}() overflows 64 bits")
    return value


def _arithmetic(name: str, compute: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def evaluate(left: Any, right: Any) -> Any:
        for value in (left, right):
            if not isinstance(value, float):
                int_of(name, value)
        if right == 0 and name in ("div", "mod"):
            raise EvaluationError(f"{name}() divides by zero")
        for value in (left, right):
            if isinstance(value, float):
                raise Disputed("strict-functions", f"{name}() takes integers, not {value}", compute(left, right))
        return _in_range(name, compute(left, right))

    return evaluate


def _div(left: Any, right: Any) -> Any:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _mod(left: Any, right: Any) -> Any:
    return left - right * _div(left, right)


def _int(value: Any) -> int:
    if isinstance(value, float):
        raise Disputed("strict-functions", f"int() takes an integer or text, not {value}", int(value))
    if not is_text(value):
        return int_of("int", value)
    source = text_of("int", value)
    stripped = source.strip()
    digits = stripped[1:] if stripped[:1] in ("+", "-") else stripped
    if digits.isascii() and digits.isdigit():
        return _in_range("int", int(stripped))
    says = f"int() cannot read {source!r} as an integer"
    if NUMBER.match(stripped):
        raise Disputed("strict-functions", says, int(float(stripped)))
    raise EvaluationError(says)


def _float(value: Any) -> float:
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if is_number(value):
        return float(value)
    if isinstance(value, str) and NUMBER.match(value.strip().removeprefix("+")):
        return float(value)
    raise EvaluationError(f"float() cannot read {value!r} as a number")


def _extreme(name: str, choose: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def evaluate(*values: Any) -> Any:
        members = list(values[0]) if len(values) == 1 and isinstance(values[0], list) else list(values)
        if not members or not all(map(is_number, members)):
            raise wants(name, "numbers or one array of numbers", *values)
        result = choose(members)
        return float(result) if any(isinstance(member, float) for member in members) else result

    return evaluate


def _range(start: Any, count: Any) -> list[int]:
    first, number = int_of("range", start), int_of("range", count)
    if not 0 <= number <= 10_000 or first + number - 1 > 2**31 - 1:
        raise EvaluationError(f"range() takes a count from 0 to 10000 and numbers of 31 bits, not {start}, {count}")
    return list(range(first, first + number))


FUNCTIONS = (
    Function("add", _arithmetic("add", lambda left, right: left + right), 2, 2),
    Function("sub", _arithmetic("sub", lambda left, right: left - right), 2, 2),
    Function("mul", _arithmetic("mul", lambda left, right: left * right), 2, 2),
    Function("div", _arithmetic("div", _div), 2, 2),
    Function("mod", _arithmetic("mod", _mod), 2, 2),
    Function("int", _int, 1, 1),
    Function("float", _float, 1, 1),
    Function("min", _extreme("min", min), 1, None),
    Function("max", _extreme("max", max), 1, None),
    Function("range", _range, 2, 2),
)
