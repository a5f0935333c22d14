"""Patterns of `like`, matched without backtracking: time grows with the lengths of pattern and value, no faster.

Azure documents one `*`; with more, each matches any text. Case does not matter, as in `equals`.
https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule#conditions
"""

from __future__ import annotations

STAR, QUESTION = "*", "?"


def fits(pattern: str, value: str, *, question: bool = False) -> bool:
    """Returns whether a pattern matches a whole value. `question`: `?` matches one character, not itself."""
    first, *others = pattern.lower().split(STAR)
    folded = value.lower()
    find = _find_with_marks if question and QUESTION in pattern else str.find
    if not others:
        return len(first) == len(folded) and find(folded, first, 0, len(folded)) == 0
    *between, last = others
    start, end = len(first), len(folded) - len(last)
    if start > end or find(folded, first, 0, start) != 0 or find(folded, last, end, len(folded)) != end:
        return False
    for part in between:  # the earliest match leaves most of the value to the parts that follow
        place = find(folded, part, start, end)
        if place < 0:
            return False
        start = place + len(part)
    return True


def _find_with_marks(value: str, part: str, start: int, end: int) -> int:
    """Returns as `str.find`, where `?` in the part matches one character. Looks at a window that doubles."""
    if QUESTION not in part:
        return value.find(part, start, end)
    room = 2 * len(part)
    while True:
        stop = min(end, start + room)
        place = _first(value[start:stop], part)
        if place >= 0 or stop == end:
            return start + place if place >= 0 else -1
        room *= 2


def _first(window: str, part: str) -> int:
    """Returns the first position of a part in a window; -1 where there is none. Bit i of an integer is position i."""
    places = len(window) - len(part) + 1
    if places < 1:
        return -1
    possible = (1 << places) - 1
    bits = {mark: int("".join("1" if item == mark else "0" for item in reversed(window)), 2) for mark in {*part}}
    for at, mark in enumerate(part):
        if mark != QUESTION:
            possible &= bits[mark] >> at
    return (possible & -possible).bit_length() - 1
