"""Remedies of input errors: carried out by their text, the error is gone."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.core.problems import Problem, StackFileError
from amlz.stackfile.checked import checked
from amlz.stackfile.stack_file import KEY
from tests.core.test_stack_files import CASES
from tests.remedies.input_steps import NotMechanical, carried_out


@functools.cache
def problems_of(path: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with a stack file."""
    with contextlib.chdir(path.parent):
        try:
            checked(str(path))
        except StackFileError as error:
            return error.problems
    return ()


@functools.cache
def landing_zone_of(path: Path) -> Any:
    """The content of a stack file; None where it is no YAML or no landing zone."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
        return document["config"][KEY] if isinstance(document["config"][KEY], dict) else None
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, RecursionError):
        return None


def left_after(path: Path, problem: Problem, folder: Path) -> tuple[Problem, ...]:
    """Problems after a remedy. Raises NotMechanical."""
    given = landing_zone_of(path)
    if given is None:
        raise NotMechanical
    after = folder / f"{len(list(folder.iterdir()))}-{path.name}"
    after.write_text(yaml.safe_dump({"config": {KEY: carried_out(given, problem)}}, sort_keys=False), "utf-8")
    return problems_of(after)


#: Remedies after which a person has to choose a value, or repairs the text of the file.
CHOSEN = (
    "Add `", "Add one under", "Add the range", "Add what is missing", "Change one of the two", "Write the output of",
    "Choose ", "Copy ", "Correct the name", "Every range must be used once; change one", "Forward only domains of your",
    "Give ", "Have the vault's owner",
    "Known here: ", "Name ", "Remove ai.", "Remove keyVaults.", "Remove scoringNodes,",
    "Rename one of the two", "Set `endpoints` alone", "Set it by `", "Spokes and their hub", "There are ",
    "This program reads 1", "Update this program", "Use other characters", "Write four numbers, for example",
    "Write injected or managed", "Set `partitions: ", "Set `replicas: ", "Write the firewall's private address",
    "`pulumi stack output",
)  # fmt: skip
#: Remedies of YAML with another meaning than it seems to have, and of keys that are not repeated.
REPAIRED = (
    "A landing zone needs none",
    "Put the text in quotes",
    "Remove it, change it",
    "Shorten it",
    "Use fewer aliases",
    "Write the text, or remove the key",
    "Write the values out",
)
#: Remedies that leave a value to choose: the example or the first of several values need not fit everything else.
OPEN = (
    *("For example ", "Known here: ", "Use a /", "Write a longer one", "Write ADLSGen2, ", "Write its first address"),
    # A required key needs another value.
    *("A landing zone needs none", "The landing zone takes no secret"),
)
PATHS = sorted(CASES.glob("*.yaml"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_remedy_of_an_input_error_ends_it_or_leaves_a_choice(path: Path, tmp_path: Path) -> None:
    """Each problem of each wrong stack file, and nothing else is wrong then: a file with one problem is valid.

    Where the file is no landing zone yet, its text is to be repaired.
    """
    before = [problem.what for problem in problems_of(path)]
    places = {problem.path for problem in problems_of(path)}

    for problem in problems_of(path):
        try:
            left = left_after(path, problem, tmp_path)
        except NotMechanical:
            assert landing_zone_of(path) is None or problem.remedy.startswith((*CHOSEN, *REPAIRED)), problem.remedy
        else:
            after = [each.what for each in left]
            assert after.count(problem.what) < before.count(problem.what), problem.remedy
            # A key that is there twice has a second value, which is read then.
            known = places if problem.what.startswith("The key is here") else places - {problem.path}
            new = [str(each) for each in left if each.what not in before and each.path not in known]
            assert new == [] or problem.remedy.startswith(OPEN), problem.remedy


def test_most_remedies_of_input_errors_are_carried_out() -> None:
    """A rule that no longer fits its sentence leaves more to choose."""
    done = 0
    for path in PATHS:
        given = landing_zone_of(path)
        for problem in problems_of(path) if given is not None else ():
            with contextlib.suppress(NotMechanical):
                done += carried_out(given, problem) is not None

    assert done >= 240
