"""Finds choices that exclude those of one option: `python -m tests.pairwise.excluded OPTION`, after adding it.

Checks the stack file of first choices with each choice of the option and each other choice, as `amlz check` does, in
ten seconds or so. Prints the pairs to add to files.py, with the sentences that refuse them, and the pairs to remove.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from amlz.core.problems import LandingZoneError
from amlz.stackfile.checked import checked
from amlz.stackfile.stack_file import KEY
from tests.conftest import ROOT
from tests.pairwise.files import CONFLICTS, Choice, Chosen, default, in_conflict
from tests.pairwise.options import OPTIONS, OUTPUTS, stack_file


def refusal(chosen: Chosen, folder: Path) -> str:
    """Returns the sentences by which a stack file is refused, in a line; empty if it is valid."""
    path = folder / "Pulumi.pairs.yaml"
    path.write_text(yaml.safe_dump({"config": {KEY: stack_file(chosen)}}), encoding="utf-8")
    try:
        checked(str(path))
    except LandingZoneError as error:
        return " ".join(str(error).replace(str(path), path.name).split())
    return ""


def changes_of(choice: Choice, folder: Path) -> Iterator[str]:
    """Yields what to change in files.py for one choice: each pair with the sentences that refuse it."""
    option, value = choice
    if why := refusal(default(**{option: value}), folder):
        yield f"{value} is refused with the first choices of all other options: {why}"
        return
    for other, choices in OPTIONS.items():
        for pair in (frozenset({choice, (other, second)}) for second in choices if other != option):
            chosen = default(**dict(pair))
            why = refusal(chosen, folder)
            if why and not in_conflict(chosen):
                yield f"add {sorted(pair)}: {why}"
            elif not why and pair in CONFLICTS:
                yield f"remove {sorted(pair)}: it is not refused"


def main(option: str) -> None:
    """Prints what to change in files.py for one option."""
    if option not in OPTIONS:
        raise SystemExit(f"{option} is no option. Options: {', '.join(OPTIONS)}")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "examples" / "hub-stack" / OUTPUTS, folder)
        for value in OPTIONS[option]:
            for change in changes_of((option, value), Path(folder)):
                sys.stdout.write(f"{change}\n")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
