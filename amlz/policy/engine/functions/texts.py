"""Functions of text. Searching ignores case where Azure does: replace, startsWith, endsWith; not split."""

from __future__ import annotations

import json
import re
from typing import Any

from amlz.policy.engine.errors import Disputed, EvaluationError
from amlz.policy.engine.functions.formatting import formatted
from amlz.policy.engine.functions.table import Function, Sees, int_of, is_text, text_of, wants
from amlz.policy.engine.values import text


def _concat(*values: Any) -> Any:
    if not values:
        raise Disputed("strict-functions", "concat() takes at least one argument", "")
    if all(isinstance(value, list) for value in values):
        return [member for value in values for member in value]
    for value in values:
        if not (is_text(value) or isinstance(value, bool | int)):
            raise wants("concat", "arrays only, or texts, integers and booleans", value)
    return "".join(text(value) for value in values)


def _pad_left(value: Any, width: Any, character: Any = " ") -> str:
    if not is_text(value) and (isinstance(value, bool) or not isinstance(value, int)):
        raise wants("padLeft", "text or an integer", value)
    source, total = text(value), int_of("padLeft", width)
    pad = " " if character is None else text_of("padLeft", character)
    if len(pad) != 1:
        raise EvaluationError(f"padLeft() pads with one character, not {pad!r}")
    if not 1 <= total <= 16:
        says = f"padLeft() takes a width from 1 to 16, not {total}"
        raise Disputed("strict-functions", says, source) if total == 0 else EvaluationError(says)
    return source.rjust(total, pad)


def _replace(value: Any, old: Any, new: Any) -> str:
    source, wanted, by = (text_of("replace", part) for part in (value, old, new))
    if not wanted:
        raise EvaluationError("replace() cannot look for an empty text")
    return re.sub(re.escape(wanted), lambda _: by, source, flags=re.IGNORECASE)


def _split(value: Any, delimiter: Any) -> list[str]:
    if not is_text(value):
        raise wants("split", "text", value)
    if value is None:
        return []
    source = text_of("split", value)
    if isinstance(delimiter, list):
        marks = [text_of("split", mark) for mark in delimiter]
    elif delimiter is None:
        return [source]
    else:
        marks = [text_of("split", delimiter)]
    marks = list(filter(None, marks))  # where two fit at one position, the first of the list is used
    return re.split("|".join(map(re.escape, marks)), source) if marks else [source]


def _join(values: Any, delimiter: Any) -> str:
    if not isinstance(values, list):
        raise wants("join", "an array", values)
    between = text_of("join", delimiter)
    for value in values:
        if not isinstance(value, str):
            says = str(wants("join", "an array of texts", value))
            raise Disputed("strict-functions", says, between.join(map(text, values)))
    return between.join(values)


def _substring(value: Any, start: Any, length: Any = None) -> str:
    source, begin = text_of("substring", value), int_of("substring", start)
    count = len(source) - begin if length is None else int_of("substring", length)
    if begin < 0 or count < 0 or begin + count > len(source):
        raise EvaluationError(f"substring() from {begin}, {max(count, 0)} characters, is outside {source!r}")
    return source[begin : begin + count]


def _starts_with(value: Any, prefix: Any) -> bool:
    return text_of("startsWith", value).lower().startswith(text_of("startsWith", prefix).lower())


def _ends_with(value: Any, suffix: Any) -> bool:
    return text_of("endsWith", value).lower().endswith(text_of("endsWith", suffix).lower())


def _string(value: Any) -> str:
    if isinstance(value, bool):
        raise Disputed("strict-functions", "casing of string() of a boolean", text(value).lower(), first=text(value))
    if isinstance(value, float):
        raise wants("string", "text, an integer, a boolean, an array or an object", value)
    return (
        json.dumps(value, separators=(",", ":"), ensure_ascii=False) if isinstance(value, list | dict) else text(value)
    )


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in ("true", "false"):
        return word == "true"
    says = f"bool() cannot read {value!r}"
    raise Disputed("strict-functions", says, word == "1") if word in ("0", "1") else EvaluationError(says)


def _format(pattern: Any, *values: Any) -> str:
    if not isinstance(pattern, str):
        raise wants("format", "a format text first", pattern)
    return formatted(pattern, values)


FUNCTIONS = (
    Function("concat", _concat, 0, None, Sees.SHAPE),
    Function("format", _format, 1, None),
    Function("padLeft", _pad_left, 2, 3),
    Function("replace", _replace, 3, 3),
    Function("split", _split, 2, 2),
    Function("join", _join, 2, 2),
    Function("substring", _substring, 2, 3),
    Function("startsWith", _starts_with, 2, 2),
    Function("endsWith", _ends_with, 2, 2),
    Function("toLower", lambda value: text_of("toLower", value).lower(), 1, 1),
    Function("toUpper", lambda value: text_of("toUpper", value).upper(), 1, 1),
    Function("trim", lambda value: text_of("trim", value).strip(), 1, 1),
    Function("string", _string, 1, 1),
    Function("bool", _bool, 1, 1),
)
