"""Checks of `naming`: patterns, kinds and short forms. Names that they give are checked where these are planned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.names import NAME_RULES
from amlz.core.name_patterns import FROM_KEYS, PLACEHOLDER, PLACEHOLDERS
from amlz.core.problems import Path, Problem, listed

_PATH: Path = ("naming",)
#: Kinds that a pattern can name.
KINDS = tuple(sorted(set(NAME_RULES) - FROM_KEYS))
_OF_ABBREVIATION = {NAME_RULES[kind].prefix.strip("-"): kind for kind in KINDS}
#: Text between placeholders: the characters that most kinds allow.
_TEXT = re.compile(r"[A-Za-z0-9_.-]*")


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns mistakes in patterns, unknown kinds, and settings without effect."""
    naming = config.naming
    if naming is None:
        return
    if naming.pattern is not None:
        yield from _pattern((*_PATH, "pattern"), naming.pattern)
    for kind, pattern in naming.patterns.items():
        yield from _kind((*_PATH, "patterns", kind), kind)
        yield from _pattern((*_PATH, "patterns", kind), pattern)
    for kind in naming.types:
        yield from _kind((*_PATH, "types", kind), kind)
    if naming.pattern is None and not naming.patterns:
        for key in ("types", "abbreviations", "instance"):
            if key in naming.model_fields_set:
                yield Problem(
                    (*_PATH, key),
                    "It is for placeholders of patterns, and there is no pattern.",
                    "Remove it, or set `naming.pattern`.",
                )


def _kind(path: Path, kind: str) -> Iterator[Problem]:
    if kind in FROM_KEYS:
        what = f"Names of the kind {kind} are keys of the stack file, or made from one: they have no pattern."
        yield Problem(path, what, "Remove it.")
    elif kind not in NAME_RULES:
        yield Problem(
            path,
            f"There is no kind {kind!r}{_near(_OF_ABBREVIATION.get(kind.lower(), kind), KINDS)}",
            "Remove it, or use a kind of docs/reference/names.md.",
        )


def _pattern(path: Path, pattern: str) -> Iterator[Problem]:
    """Returns the first mistake of a pattern."""
    rest = PLACEHOLDER.sub("", pattern)
    if "{" in rest or "}" in rest:
        yield Problem(path, "A brace has no counterpart.", "Write placeholders as `{project}` or `{project:6}`.")
        return
    if not _TEXT.fullmatch(rest):
        bad = listed(sorted({repr(one) for one in rest if not _TEXT.fullmatch(one)}))
        yield Problem(
            path,
            f"It has {bad} between placeholders: names have letters, digits, hyphens, underscores and periods.",
            "Remove these characters from the pattern.",
        )
        return
    for match in PLACEHOLDER.finditer(pattern):
        problem = _placeholder(path, match)
        if problem is not None:
            yield problem
            return
    if not PLACEHOLDER.search(pattern):
        yield Problem(
            path,
            "It has no placeholder: all resources of a kind would have one name.",
            f'For example `{path[-1]}: "{{type}}-{{businessUnit}}-{{project}}-{{environment}}"`.',
        )


def _placeholder(path: Path, match: re.Match[str]) -> Problem | None:
    name, width = match[1], match[2]
    if name not in PLACEHOLDERS:
        text = f"There is no placeholder {name!r}{_near(name, PLACEHOLDERS)}"
        return Problem(path, text, f"Use those that exist: {listed(PLACEHOLDERS)}.")
    if width is None:
        return None
    if name == "suffix":
        return Problem(
            path, "All characters of the suffix are needed: a part of it is not unique.", "Write `{suffix}` there."
        )
    if not (width.isdecimal() and width.isascii() and 1 <= int(width) <= 64):
        return Problem(
            path,
            f"{match[0]} has no width from 1 to 64 behind the colon.",
            f"Write `{{{name}}}` there, or a number of characters such as `{{{name}:6}}`.",
        )
    return None


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), 1, 0.6)
    return f"; did you mean {near[0]}?" if near else "."
