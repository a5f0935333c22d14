"""JSON values as the policy language sees them: text forms, comparison, unknowns, size."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from amlz.azure.graph import UNKNOWN_KEY
from amlz.dataclass import dataclass
from amlz.policy.engine.errors import EvaluationError

#: A JSON number as text.
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\Z")

#: Limits while evaluating: https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule
MAX_TEXT, MAX_DEPTH, MAX_NODES = 131_072, 128, 32_768


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the deployment will know. `present`: it is certain that there is one."""

    what: str
    present: bool = False


class _Missing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


#: No such property: not the same as null inside expressions, the same in conditions.
MISSING: Final = _Missing()


#: `dict` first: the question whether an object is a Mapping takes long.
_OBJECTS = (dict, Mapping)


def lifted(value: Any) -> Any:
    """A copy of a JSON value in which each {"$unknown": ...} is an Unknown."""
    if isinstance(value, str):  # most values are texts
        return value
    if isinstance(value, dict):
        if len(value) == 1 and UNKNOWN_KEY in value:
            return Unknown(str(value[UNKNOWN_KEY]), present=True)
        return {key: lifted(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [lifted(member) for member in value]
    return value


def lowered(value: Any) -> Any:
    """The opposite of `lifted`: JSON again, for output. Missing is null, an interval its ends."""
    if isinstance(value, Unknown):
        return {UNKNOWN_KEY: value.what}
    if isinstance(value, Interval):
        return {"atLeast": value.low, "atMost": value.high}
    if value is MISSING:
        return None
    if isinstance(value, Mapping):
        return {key: lowered(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [lowered(member) for member in value]
    return value


def whole_numbers(value: Any) -> Any:
    """A copy in which floats without fraction are ints, since some engines hand over every number as a double."""
    if isinstance(value, str):  # most values are texts
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, _OBJECTS):
        return {key: whole_numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [whole_numbers(member) for member in value]
    return value


@dataclass(frozen=True, slots=True)
class Interval:
    """A count of which some members are not decided. `high` is None where there may be any number more."""

    low: int
    high: int | None


def has_unknown(value: Any) -> bool:
    """Returns whether an Unknown is anywhere in a value."""
    if isinstance(value, str):  # most values are texts
        return False
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return isinstance(value, Unknown)
    for member in value:  # noqa: SIM110 - any() with a generator takes twice as long
        if has_unknown(member):
            return True
    return False


def get(mapping: Mapping[str, Any], key: str) -> Any:
    """A property by name, without regard to case; MISSING where there is none."""
    result = mapping.get(key, MISSING)
    if result is not MISSING:
        return result
    wanted = key.lower()
    for name, value in mapping.items():
        if name.lower() == wanted:
            return value
    return MISSING


def is_number(value: Any) -> bool:
    """Returns whether a value is a JSON number; booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def text(value: Any) -> str:
    """The text form that conditions compare: True and False, numbers as JSON, arrays and objects as compact JSON."""
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int):
        return str(value)
    return json.dumps(lowered(value), separators=(",", ":"), ensure_ascii=False)


def kind(value: Any) -> str:
    """Returns the kind of a value, in a word for people."""
    if value is None or value is MISSING:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int):
        return "an integer"
    names = ((float, "a float"), (str, "a string"), (list, "an array"), (dict, "an object"), (Unknown, "unknown"))
    return next((name for item, name in names if isinstance(value, item)), type(value).__name__)


def same(left: Any, right: Any) -> bool:
    """JSON equality: letters and types count, so 1, 1.0, "1" and true all differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


_PUNCTUATION = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_RANK = {character: rank for rank, character in enumerate(_PUNCTUATION)}


def order(value: str, *, letters: bool = False) -> tuple[Any, ...]:
    """A key that sorts text as the invariant culture does: punctuation, digits, letters; then accents.

    `letters`: case counts too, small before capital, but only between texts that are otherwise the same.
    """
    primary: list[tuple[int, str]] = []
    accents: list[str] = []
    for character in unicodedata.normalize("NFD", value):
        if unicodedata.combining(character):
            accents.append(character)
            continue
        rank = _RANK.get(character)
        group = (rank, "") if rank is not None else (100 if character.isdigit() else 200, character.lower())
        primary.append(group)
    case = tuple(character.isupper() for character in value) if letters else ()
    return (primary, accents, case)


def check_size(value: Any, whose: str) -> Any:
    """The value itself. Raises EvaluationError where it exceeds what Azure lets a function take or return."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise EvaluationError(f"{whose}: a text of {len(value)} characters; the limit is {MAX_TEXT}")
    elif isinstance(value, list | dict):
        nodes, level = 0, [value]
        depth = 0
        while level:
            depth += 1
            nodes += len(level)
            if depth > MAX_DEPTH or nodes > MAX_NODES:
                raise EvaluationError(f"{whose}: more than {MAX_DEPTH} levels or {MAX_NODES} nodes")
            level = [
                child
                for node in level
                for child in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            ]
    return value
