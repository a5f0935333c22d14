"""Writes triples.txt, after options or their exclusions changed: `python -m tests.pairwise.write`. Takes minutes."""

from __future__ import annotations

import covertable  # type: ignore[import-untyped]  # without types

from tests.pairwise.files import CONFLICTS, TRIPLES
from tests.pairwise.options import OPTIONS


def main() -> None:
    """Every three choices of different options that can be, in as few files as the library finds."""
    rules = [
        {
            "operator": "or",
            "conditions": [{"operator": "ne", "left": option, "value": choice} for option, choice in sorted(pair)],
        }
        for pair in CONFLICTS
    ]
    factors = {option: list(choices) for option, choices in OPTIONS.items()}
    rows = covertable.make(factors, strength=3, constraints=rules)
    lines = ["".join(str(choices.index(row[option])) for option, choices in factors.items()) for row in rows]
    TRIPLES.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
