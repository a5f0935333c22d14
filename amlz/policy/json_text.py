"""Reads JSON that others wrote: every way in which it can be wrong is a sentence."""

from __future__ import annotations

import json
from typing import Any, NoReturn

#: Deepest nesting of a policy file. The deepest published definition has some 30 levels; what reads it is recursive.
LEVELS = 128
_TOO_DEEP = "it is nested more than {} levels deep"


class NotJson(ValueError):
    """A text that is not the JSON that is read here. Its text is the reason, without a full stop."""


def parsed(text: str | bytes, levels: int | None = LEVELS) -> Any:
    """Returns the value of a JSON text in UTF-8. Raises NotJson. `levels`: deepest nesting; None: what Python reads."""
    try:
        report = json.loads(text.decode("utf-8-sig") if isinstance(text, bytes) else text, parse_constant=_constant)
    except UnicodeDecodeError as problem:
        raise NotJson(f"byte {problem.start + 1} is not UTF-8") from None
    except RecursionError:
        raise NotJson(_TOO_DEEP.format(levels or 900)) from None
    except NotJson:
        raise
    except json.JSONDecodeError as problem:
        raise NotJson(str(problem)) from None
    except ValueError:  # the only other one of the parser: Python converts no longer numbers
        raise NotJson("a number has more than 4,300 digits") from None
    if levels is not None and _deeper(report, levels):
        raise NotJson(_TOO_DEEP.format(levels))
    return report


def whole(value: Any) -> Any:
    """Returns the value. Raises NotJson for half a character, which JSON can name and no file can hold."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as problem:
        raise NotJson(
            f"half a character, \\u{ord(problem.object[problem.start]):04x}, without its other half"
        ) from None
    return value


def _constant(word: str) -> NoReturn:
    raise NotJson(f"{word} is no JSON value")


def _deeper(value: Any, levels: int) -> bool:
    """Returns whether a value has more levels of arrays and objects than that."""
    level = [value]
    for _ in range(levels + 1):
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True
