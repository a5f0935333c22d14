"""Writes triples.txt, after options or their exclusions changed: `python -m tests.pairwise.write`. Takes seconds.

The same options give the same rows.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

from tests.pairwise.files import CONFLICTS, TRIPLES, Choice, text_of
from tests.pairwise.options import OPTIONS

#: Rows that are tried for each one that is added: the one with the most new triples is kept.
TRIES = 12

#: Each choice of each option. Its position is its number, and its bit in masks of choices.
CHOICES: list[Choice] = [(option, choice) for option, choices in OPTIONS.items() for choice in choices]
NUMBER = {choice: number for number, choice in enumerate(CHOICES)}
OF_OPTION = {option: sum(1 << NUMBER[option, choice] for choice in choices) for option, choices in OPTIONS.items()}


def _numbers(mask: int) -> Iterator[int]:
    """Yields the choices of a mask, the lowest number first."""
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1


def _together() -> list[int]:
    """Returns for each choice the mask of those that can be in one stack file with it."""
    everything = (1 << len(CHOICES)) - 1
    masks = [everything & ~OF_OPTION[option] for option, _ in CHOICES]
    for one, other in map(tuple, CONFLICTS):
        masks[NUMBER[one]] &= ~(1 << NUMBER[other])
        masks[NUMBER[other]] &= ~(1 << NUMBER[one])
    return masks


class Rows:
    """Rows so far. `missing`: for each two choices the mask of third choices that no row has with them."""

    def __init__(self) -> None:
        """Starts without rows: every triple of choices that go together is missing."""
        self.rows: list[list[int]] = []
        self.together = _together()
        self.missing = [
            [one & other if one >> number & 1 else 0 for number, other in enumerate(self.together)]
            for one in self.together
        ]
        self.random = random.Random(1)

    def fill(self) -> None:
        """Adds rows until no triple is missing."""
        for one, masks in enumerate(self.missing):
            for other in range(one):
                while masks[other]:
                    self._add_row_with([one, other, next(_numbers(masks[other]))])

    def _add_row_with(self, seed: list[int]) -> None:
        rows = [row for _ in range(TRIES) if (row := self._completed(seed)) is not None]
        if not rows:
            words = ", ".join(f"{option}: {choice}" for option, choice in (CHOICES[number] for number in seed))
            raise SystemExit(f"No stack file can have {words}. Add the pairs that exclude each other to files.py.")
        best = max(rows, key=self._new_triples)
        mask = sum(1 << number for number in best)
        for one in best:
            for other in best:
                self.missing[one][other] &= ~mask
        self.rows.append(best)

    def _completed(self, seed: list[int]) -> list[int] | None:
        """Returns a row with these choices and one of each other option; None if an option has no choice left."""
        row = list(seed)
        mask, allowed = sum(1 << number for number in row), -1
        for number in row:
            allowed &= self.together[number]
        options = [choices for choices in OF_OPTION.values() if not choices & mask]
        self.random.shuffle(options)
        while options:
            options.sort(key=lambda choices: (choices & allowed).bit_count() > 1)  # a single one is decided first
            best = self._best(options.pop(0) & allowed, row, mask)
            if best is None:
                return None
            row.append(best)
            mask |= 1 << best
            allowed &= self.together[best]
        return row

    def _best(self, choices: int, row: list[int], mask: int) -> int | None:
        """Returns the choice with the most missing triples in the row; chance decides between equal ones."""

        def gain(choice: int) -> float:
            missing = self.missing[choice]
            return sum((missing[number] & mask).bit_count() for number in row) + self.random.random()

        return max(_numbers(choices), key=gain, default=None)

    def _new_triples(self, row: list[int]) -> int:
        """Returns the missing triples of a row, each counted six times."""
        mask = sum(1 << number for number in row)
        return sum((self.missing[one][other] & mask).bit_count() for one in row for other in row)


def main() -> None:
    """Writes the rows, and prints how many there are."""
    rows = Rows()
    rows.fill()
    TRIPLES.write_text(text_of([dict(CHOICES[number] for number in row) for row in rows.rows]), encoding="utf-8")
    sys.stdout.write(f"{len(rows.rows)} stack files, {TRIPLES}\n")


if __name__ == "__main__":
    main()
