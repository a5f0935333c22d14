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
from tests import layers
from tests.conftest import from_yaml
from tests.core.test_stack_files import CASES
from tests.remedies.input_steps import NotMechanical, carried_out, chosen


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


#: Values for remedies that leave a choice.
CHOICES: dict[str, dict[str, list[dict[str, Any]]]] = from_yaml(Path(__file__).with_name("chosen.yaml"))


def ways(path: Path, given: Any, problem: Problem) -> list[Any]:
    """The landing zones after a remedy, one for each way to follow it. Raises NotMechanical."""
    for begin, choices in CHOICES.get(path.stem, {}).items():
        if problem.what.startswith(begin):
            return [chosen(given, problem, choice) for choice in choices]
    return [carried_out(given, problem)]


def left_after(path: Path, landing_zone: Any, folder: Path) -> tuple[Problem, ...]:
    """Problems after a remedy."""
    after = folder / f"{len(list(folder.iterdir()))}-{path.name}"
    after.write_text(yaml.safe_dump({"config": {KEY: landing_zone}}, sort_keys=False), "utf-8")
    return problems_of(after)


#: Remedies outside of the landing zone: another version of the program, other files, the text of the file.
ELSEWHERE = (
    "Update this program", "Spokes must be in the cloud", "Add the range to `hub.serves` in the hub's own stack file",
    "`pulumi stack output", "A landing zone needs none", "Remove it, change it",
)  # fmt: skip
PATHS = sorted(CASES.glob("*.yaml"))


@pytest.mark.parametrize("path", layers.sampled(PATHS, 6), ids=lambda path: path.stem)
def test_a_remedy_of_an_input_error_ends_it(path: Path, tmp_path: Path) -> None:
    """Each problem of each wrong stack file, and nothing else is wrong then: a file with one problem is valid.

    Where the file is no landing zone yet, its text is to be repaired.
    """
    before = [problem.what for problem in problems_of(path)]
    places = {problem.path for problem in problems_of(path)}

    given = landing_zone_of(path)
    for problem in problems_of(path) if given is not None else ():
        try:
            corrected = ways(path, given, problem)
        except NotMechanical:
            assert (problem.remedy or "").startswith(ELSEWHERE), problem.remedy
            continue
        for landing_zone in corrected:
            left = left_after(path, landing_zone, tmp_path)
            after = [item.what for item in left]
            assert after.count(problem.what) < before.count(problem.what), problem.remedy
            # A key that is there twice has a second value, which is read then.
            known = places if problem.what.startswith("The key is here") else places - {problem.path}
            new = [str(item) for item in left if item.what not in before and item.path not in known]
            assert new == [], problem.remedy


def test_every_choice_belongs_to_a_problem() -> None:
    """A case or a text that no longer exists leaves no entry behind."""
    whats = {path.stem: [problem.what for problem in problems_of(path)] for path in PATHS}

    left = [
        (case, begin) for case, choices in CHOICES.items() for begin in choices
        if not any(item.startswith(begin) for item in whats.get(case, ()))
    ]  # fmt: skip
    assert left == []


def test_nearly_all_remedies_of_input_errors_are_carried_out() -> None:
    """A rule that no longer fits its sentence leaves more to choose."""
    done = 0
    for path in PATHS:
        given = landing_zone_of(path)
        for problem in problems_of(path) if given is not None else ():
            with contextlib.suppress(NotMechanical):
                done += len(ways(path, given, problem))

    assert done >= 350
