"""Regular expressions: none takes longer than linear time, for any text."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import pytest

from amlz.azure.secrets import ALL, looks_secret
from tests import layers
from tests.conftest import ROOT

FOLDERS = ("amlz", "components")
#: Characters of the longest text, and seconds of processor time for one search of it. A linear one takes much less than
#: a millisecond, a quadratic one a tenth of a second.
LENGTH, LIMIT = 20_000, 0.1
_METHODS = {"compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer"}


def sources() -> dict[str, str]:
    """Returns the text of every Python file of the product, by its path."""
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in [*files, *sorted(ROOT.glob("*.py"))]}


SOURCES = sources()
#: The files that may have a pattern: quickly found, since every test is collected by each worker.
WITH_PATTERNS = [path for path, text in SOURCES.items() if re.search(r"\bre\.\w+\(|\bpattern=", text)]


class Pattern(NamedTuple):
    """A constant pattern. `kinds`: the methods that it is used by, see _kinds."""

    text: str
    flags: int
    kinds: str


def patterns(path: str) -> Iterator[tuple[int, Pattern]]:
    """Yields the line of every constant pattern of a file, and the pattern."""
    tree = ast.parse(SOURCES[path])
    names = {id(n.value): getattr(n.targets[0], "id", "") for n in ast.walk(tree) if isinstance(n, ast.Assign)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "pattern" and isinstance(node.value, ast.Constant):
            yield node.value.lineno, Pattern(str(node.value.value), 0, "s")  # pydantic searches
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS):
            continue
        given = node.args[0] if node.args else None
        if getattr(node.func.value, "id", "") == "re" and isinstance(given, ast.Constant):
            flags = re.findall(r"re\.([A-Z]+)", ast.unparse(node))
            name = names.get(id(node), "") if node.func.attr == "compile" else ""
            kinds = "".join(sorted(set(_kinds(_methods_of(name, path) if name else [node.func.attr]))))
            yield node.lineno, Pattern(str(given.value), sum(getattr(re, flag) for flag in flags), kinds)


def _methods_of(name: str, path: str) -> list[str]:
    """Returns the methods that a compiled pattern is used by: in its file where it is private, else anywhere."""
    texts = [SOURCES[path]] if name.startswith("_") else SOURCES.values()
    return [method for text in texts for method in re.findall(rf"\b{name}\.(\w+)\(", text)]


def _kinds(methods: Iterable[str]) -> Iterator[str]:
    """`f` for fullmatch, `m` for match, `s` for functions that try every position; also where the use is elsewhere."""
    known = [method for method in methods if method in _METHODS - {"compile"}]
    yield from ({"fullmatch": "f", "match": "m"}.get(method, "s") for method in known or ["search"])


def sample(tree: Iterable[Any]) -> str:
    """A short text that a parsed pattern matches, more or less."""
    return "".join(_sampled(op, value) for op, value in tree)


def _sampled(op: Any, value: Any) -> str:
    if op is sre.LITERAL:
        return chr(value)
    if op is sre.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if op is sre.ANY:
        return "a"
    if op is sre.IN:
        return _member(value)
    if op is sre.BRANCH:
        return sample(value[1][0])
    if op is sre.SUBPATTERN:
        return sample(value[3])
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        times: int = max(1, min(value[0], 40))
        return sample(value[2]) * times
    return ""


def _member(parts: Any) -> str:
    negated = parts[0][0] is sre.NEGATE
    compiled = [(op, value) for op, value in parts if op is not sre.NEGATE]
    texts = [chr(v) if op is sre.LITERAL else chr(v[0]) if op is sre.RANGE else _category(v) for op, v in compiled]
    if not negated:
        return texts[0]
    return next(letter for letter in "aA0-. /\n" if letter not in texts)


def _category(value: Any) -> str:
    return {sre.CATEGORY_DIGIT: "0", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a"}.get(value, "-")


def pumps(pattern: str, flags: int) -> Iterator[tuple[str, str]]:
    """Beginnings and repetitions of a text: every prefix of the pattern, and every part that repeats."""
    tree = list(_parser.parse(pattern, flags))
    for end in range(len(tree) + 1):
        before = sample(tree[:end])
        for start in range(end + 1):
            part = sample(tree[start:end])
            yield from ((sample(tree[:start]), join + part) for join in ("", "-", " ", ".", "\n", "'", "{") if part)
        yield from ((before, text) for text in ("a", "0", " ", "-", "/", "\n", ".", "=", "'"))
        for _, value in tree[end : end + 1]:
            for inner in _inner(value):
                yield before, sample(inner)


def _inner(value: Any) -> Iterator[Any]:
    """Parts of a part, at any depth."""
    if isinstance(value, _parser.SubPattern):
        yield value
    if isinstance(value, tuple | list | _parser.SubPattern):
        for part in value:
            yield from _inner(part)


def slowest(pattern: str, flags: int, kinds: str) -> tuple[int, str, str] | None:
    """A text on which a pattern takes too long: its length, how it begins, what repeats. Lengths grow: none hangs."""
    compiled = re.compile(pattern, flags)
    searches = [{"f": compiled.fullmatch, "m": compiled.match, "s": compiled.search}[kind] for kind in kinds]
    for before, part in dict.fromkeys(pumps(pattern, flags)):
        for length in (24, 200, 1_000, LENGTH):
            text = (before + part * (length // max(1, len(part))))[:length] + "\x00"
            if min(_seconds(searches, text) for _ in range(2)) > LIMIT:
                return length, before, part
    return None


def _seconds(searches: Iterable[Any], text: str) -> float:
    began = time.process_time()
    for search in searches:
        search(text)
    return time.process_time() - began


@pytest.mark.parametrize("path", WITH_PATTERNS)
def test_a_regular_expression_takes_linear_time(path: str) -> None:
    """On texts made of parts of the pattern, which never match as a whole."""
    result = {line: slowest(*pattern) for line, pattern in patterns(path)}

    assert {line: text for line, text in result.items() if text is not None} == {}


def test_patterns_are_found_with_their_flags_and_uses() -> None:
    """In enough files, or the test above reads nothing."""
    pairs = [pattern for path in WITH_PATTERNS for _, pattern in patterns(path)]

    assert len(pairs) >= 100
    assert {pattern.flags for pattern in pairs} >= {0, re.IGNORECASE}
    assert {pattern.kinds for pattern in pairs} >= {"f", "m", "s"}


QUADRATIC, EXPONENTIAL = r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.", r"^(.*a)*b$"


@pytest.mark.parametrize("pattern", layers.chosen([QUADRATIC, EXPONENTIAL, r"<\{%.*?%\}>"], (QUADRATIC,)))
def test_what_grows_faster_is_noticed(pattern: str) -> None:
    """A quadratic and an exponential one, of the kinds that were in the product."""
    assert slowest(pattern, 0, "s") is not None


SECRETS_LIKE = (
    "-eyJ", "eyJaaaaaaaa.", "sig=", "://a:", "v1:aaaaaaaa:", "AccountKey= ", "Password =", " Pwd= ;", "-----BEGIN ",
    "PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n-----END ", "gh", "ghp_", "github_pat_", "pul-", "==", "A",
    "1Q~", "SharedAccessSignature sr=", "InstrumentationKey=0",
)  # fmt: skip


@pytest.mark.parametrize("part", SECRETS_LIKE)
def test_a_long_text_is_searched_for_secrets_in_linear_time(part: str) -> None:
    """300,000 characters, for search and for replacement."""
    text = part * (300_000 // len(part))
    began = time.process_time()

    looks_secret(text)
    for _, shape, _ in ALL:
        shape.sub("", text)

    assert time.process_time() - began < 2
