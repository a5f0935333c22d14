"""`like` and its kin: the same answers as a plain matcher, in time that does not explode."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.policy.engine.wildcards import fits
from tests.policy.engine.common import resource, verdict_of

TEXT = st.text(alphabet="abAB?*.", max_size=12)


def _slow(pattern: str, value: str, question: bool) -> bool:
    """The meaning, spelled as a regular expression."""
    marks = {"*": ".*", "?": "." if question else r"\?"}
    return bool(re.fullmatch("".join(marks.get(c, re.escape(c)) for c in pattern.lower()), value.lower(), re.DOTALL))


@settings(max_examples=200, deadline=None)
@given(pattern=TEXT, value=TEXT, question=st.booleans())
def test_a_pattern_fits_what_its_meaning_fits(pattern: str, value: str, question: bool) -> None:
    """Stars, question marks, capitals and dots in any order."""
    assert fits(pattern, value, question=question) is _slow(pattern, value, question)


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("akv-*", "AKV-one", True),
        ("akv-*", "akv", False),
        ("*", "", True),
        ("a*a", "a", False),
        ("a**a", "aa", True),
        ("*.b", "a.b", True),
        ("a\nb*", "a\nbc\n", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_a_pattern_is_held_against_the_whole_value(pattern: str, value: str, expected: bool) -> None:
    """Without regard to case; ends do not share characters."""
    assert fits(pattern, value) is expected


HOSTILE = [
    ("like", "*a" * 60 + "b", "a" * 60_000),
    ("notLike", "*a" * 60 + "b", "a" * 60_000),
    ("like", "*" + "a?" * 20_000 + "b", "a" * 60_000),
    ("like", "*?a" * 20_000 + "b", "a" * 60_000),
    ("like", "*" * 60_000 + "b", "a" * 60_000),
    ("match", "?" * 60_000, "a" * 59_999 + "1"),
    ("matchInsensitively", "#" * 60_000, "1" * 59_999 + "a"),
    ("contains", "a" * 30_000 + "b", "a" * 60_000),
    ("equals", "a" * 60_000, "A" * 59_999 + "b"),
    ("in", ["a" * 30_000 + str(n) for n in range(20)], "a" * 60_000),
    ("less", "a" * 60_000, "a" * 60_000),
]


@pytest.mark.parametrize(("operator", "pattern", "value"), HOSTILE, ids=[f"{r[0]}-{str(r[1])[:8]}" for r in HOSTILE])
def test_no_pattern_takes_long(operator: str, pattern: object, value: str) -> None:
    """A pattern that took minutes with a backtracking matcher takes at most a second or two on a busy machine."""
    start = time.process_time()

    verdict = verdict_of({"field": "tags['costCentre']", operator: pattern}, resource({}, tags={"costCentre": value}))

    assert time.process_time() - start < 5
    assert verdict.outcome == ("applies" if operator.startswith("not") else "does-not-apply")
