"""A stack file and its plan, or everything that is wrong with the file, in one run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from amlz.core.capability import Scope
from amlz.core.config import LandingZoneConfig
from amlz.core.config.shared import camel
from amlz.core.discovery import keys
from amlz.core.notices import notices
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.problems import Path as ConfigPath
from amlz.core.problems import Problem, StackFileError
from amlz.core.secrets import repeatable
from amlz.stackfile.allowed import is_collection, keys_at
from amlz.stackfile.load import PartialStackFile, StackFile, draft_of
from amlz.stackfile.repair import VARIANTS, Repaired, repaired, type_at, value_at

#: Parts that others refer to by name, and how deep the names are.
_REFERRED = {
    "spokes": 2,
    "projects": 4,
    "sharedRegistry": 1,
    "policies": 3,
    **{camel(name): key.referred for name, (_, key) in keys(Scope.LANDING_ZONE).items()},
}


def checked(stack: str, folder: Path | None = None, raw: bytes | None = None) -> tuple[StackFile, LandingZonePlan]:
    """Reads and plans a stack's file, or `raw` instead of its content. Raises StackFileError with all of its problems.

    Shape, ranges, names, references, regions and sizes are checked in one run: an invalid part hides no problem of
    another part.
    """
    draft = draft_of(stack, folder, raw)
    if draft.file is None:
        raise StackFileError(draft.at(beside(draft)))
    try:
        return draft.file, make_plan(draft.file.config)
    except StackFileError as error:
        doubts = (_warning(doubt) for doubt in notices(draft.file.config, None))
        raise StackFileError(draft.file.at((*error.problems, *doubts))) from None


def beside(draft: PartialStackFile) -> Iterator[Problem]:
    """The problems of the valid parts of a file that hold however its invalid parts are corrected."""
    if not draft.readable or not isinstance(draft.landing_zone, dict):
        return
    invalid = set(draft.invalid)
    common: dict[tuple[ConfigPath, str], list[Problem]] = {}
    for variant in range(VARIANTS):
        one = repaired(draft.landing_zone, draft.unusable, variant)
        if one is None:
            return
        invalid |= {one.path(path) for path in one.replaced}
        problems = _problems(one)
        if variant:
            common = {key: [*same, problems[key]] for key, same in common.items() if key in problems}
        else:
            common = {key: [problem] for key, problem in problems.items()}
        if not common:
            return
    opaque = any(_is_opaque(draft.landing_zone, path) for path in invalid)
    for same in common.values():
        problem = same[0]
        unsure = problem.absent and (opaque or any(_below(path, (problem.path,)) for path in invalid))
        if not unsure and not _below(problem.path, invalid):
            remedy = problem.remedy if all(other.remedy == problem.remedy for other in same) else None
            yield replace(problem, path=repeatable(problem.path), remedy=remedy)


def _problems(value: Repaired) -> dict[tuple[ConfigPath, str], Problem]:
    """Everything that is wrong with a variant, by path in the file and text."""
    problems = [_warning(doubt) for doubt in notices(value.config, None)]
    try:
        make_plan(value.config)
    except StackFileError as error:
        problems = [*error.problems, *problems]
    placed = (replace(problem, path=value.path(problem.path)) for problem in problems)
    return {(problem.path, problem.what): problem for problem in placed}


def _warning(doubt: Any) -> Problem:
    return Problem(doubt.path, doubt.what, doubt.remedy, warning=True)


def _below(path: ConfigPath, invalid: Collection[ConfigPath]) -> bool:
    return any(path[:length] in invalid for length in range(1, len(path) + 1))


def _is_opaque(value: Any, path: ConfigPath) -> bool:
    """Returns whether an invalid part may hold, once it is corrected, a name that other parts refer to."""
    if path[:2] == ("policies", "exemptions"):
        return False
    known = path[:1] and path[0] in keys_at(LandingZoneConfig, ())
    if known and len(path) > _REFERRED.get(str(path[0]), 0):
        return False
    entry = bool(path) and isinstance(path[-1], int)
    return entry or isinstance(value_at(value, path), dict | list) or is_collection(type_at(path))
