"""Composite formatting as .NET does it: `{index[,alignment][:specifier]}`.

https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from amlz.policy.engine.errors import EvaluationError
from amlz.policy.engine.values import is_number, text

_HOLE = re.compile(r"\{\{|\}\}|\{\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?(?::((?:[^{}]|\{\{|\}\})*))?\}|[{}]")


def formatted(pattern: str, values: Sequence[Any]) -> str:
    """The pattern with its holes filled. Raises EvaluationError for a bad pattern or a specifier not known here."""

    def fill(match: re.Match[str]) -> str:
        whole = match.group()
        if whole in ("{{", "}}"):
            return whole[0]
        if match.group(1) is None or int(match.group(1)) >= len(values):
            raise EvaluationError(f"format() cannot fill {whole!r} in {pattern!r} with {len(values)} arguments")
        shown = _shown(values[int(match.group(1))], match.group(3) or "")
        width = int(match.group(2) or 0)
        return shown.rjust(width) if width >= 0 else shown.ljust(-width)

    return _HOLE.sub(fill, pattern)


def _shown(value: Any, specifier: str) -> str:
    if isinstance(value, list | dict):
        return text(value).replace('"', "'")
    if not specifier or not is_number(value):
        return text(value)
    standard = re.fullmatch(r"([A-Za-z])(\d{0,2})", specifier)
    return _standard(value, standard.group(1), standard.group(2)) if standard else _custom(value, specifier)


def _standard(value: Any, letter: str, digits: str) -> str:
    places = int(digits) if digits else None
    match letter.upper():
        case "D" if isinstance(value, int):
            return ("-" if value < 0 else "") + str(abs(value)).zfill(places or 0)
        case "X" if isinstance(value, int):
            number = format(value & (2**64 - 1) if value < 0 else value, letter)
            return number.zfill(places or 0)
        case "F" | "N" | "P":
            scaled = Decimal(str(value)) * (100 if letter.upper() == "P" else 1)
            shown = _rounded(scaled, 2 if places is None else places)
            shown = f"{Decimal(shown):,f}" if letter.upper() in "NP" else shown
            return f"{shown} %" if letter.upper() == "P" else shown
        case "E":
            mantissa, exponent = f"{value:.{6 if places is None else places}{letter}}".replace("e", "E").split("E")
            return f"{mantissa}{letter}{exponent[0]}{exponent[1:].zfill(3)}"
        case "G" | "R":
            return text(value)
    raise EvaluationError(f"format(): the number format {letter + digits!r} does not fit {value}, or is not known here")


def _rounded(value: Decimal, places: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"


def _custom(value: Any, specifier: str) -> str:
    match = re.fullmatch(r"([^0#.,%;'\"\\]*)([0#]+)(?:\.([0#]+))?([^0#.,%;'\"\\]*)", specifier)
    if not match:
        raise EvaluationError(f"format(): the number format {specifier!r} is not known here")
    before, whole, fraction, after = match.group(1), match.group(2), match.group(3) or "", match.group(4)
    left, _, right = _rounded(abs(Decimal(str(value))), len(fraction)).partition(".")
    right = right.rstrip("0").ljust(fraction.count("0"), "0")
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    return ("-" if value < 0 else "") + before + left + (f".{right}" if right else "") + after
