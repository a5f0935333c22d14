"""Keys that are known and not supported: none of them is a key of the model, and each has an answer."""

from __future__ import annotations

import pytest

from amlz.core.config import LandingZoneConfig
from amlz.stackfile.allowed import keys_at
from amlz.stackfile.set_elsewhere import SET_ELSEWHERE
from amlz.stackfile.unsupported import UNSUPPORTED, unsupported
from amlz.stackfile.unsupported_key import Unsupported

NAMES = {"projects": "churn", "environments": "prod", "spokes": "main", "egressHosts": "models"}


def above(row: Unsupported) -> tuple[str, ...]:
    """The path of the key above, with a name for each "*"."""
    return tuple(NAMES[row.below[index - 1]] if part == "*" else part for index, part in enumerate(row.below))


ROWS = (*UNSUPPORTED, *SET_ELSEWHERE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ".".join((*row.below, min(row.keys))))
def test_no_key_of_the_model_is_unsupported(row: Unsupported) -> None:
    """A key that is built later leaves the table."""
    known = {key.lower() for key in keys_at(LandingZoneConfig, above(row))}

    assert known & row.keys == set()
    assert known, "the key above exists"


def test_spellings_are_alike_and_names_are_any() -> None:
    """By underscores, hyphens and capitals; elsewhere the same word is an unknown key."""
    at = ("projects", "churn", "environments", "prod", "security")
    answers = {unsupported((*at, key)) for key in ("ipAllowlist", "ip_allowlist", "IP-Allowlist")}

    assert len(answers) == 1
    assert None not in answers
    assert unsupported(("hub", "ipAllowlist")) is None


def test_each_spelling_below_a_key_has_one_answer() -> None:
    """The first of two would hide the other."""
    below = [(row.below, key) for row in ROWS for key in row.keys]

    assert len(below) == len(set(below))
