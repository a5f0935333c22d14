"""Choices that are less secure than the default: the same choice of several environments once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amlz.checks.finding import ANY
from amlz.core.config import LandingZoneConfig
from amlz.core.problems import Path, dotted
from amlz.core.relaxations import relaxations


@dataclass(frozen=True, slots=True)
class FoldedRelaxation:
    """A choice. `key`: of the stack file, with `<name>` for projects and environments where there are several.

    `environments`: these, as `churn/dev`; () where the key names all. `gives_up`: the protections that are lost.
    """

    key: str
    environments: tuple[str, ...]
    gives_up: tuple[str, ...]


def relaxed(config: LandingZoneConfig) -> Iterator[FoldedRelaxation]:
    """Returns every choice, in the order of the stack file."""
    by_choice: dict[tuple[str, str], list[Path]] = {}
    for relaxation in relaxations(config):
        by_choice.setdefault((dotted(_general(relaxation.path)), relaxation.gives_up), []).append(relaxation.path)
    by_key: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (general, gives_up), paths in by_choice.items():
        several = len(set(paths)) > 1
        environments = tuple(f"{path[1]}/{path[3]}" for path in paths) if several else ()
        key = general if several else dotted(paths[0])
        by_key.setdefault((key, environments), []).append(gives_up)
    return (FoldedRelaxation(key, environments, tuple(lost)) for (key, environments), lost in by_key.items())


def _general(path: Path) -> Path:
    """The path without the names of its project and environment."""
    if len(path) > 4 and path[0] == "projects" and path[2] == "environments":
        return ("projects", ANY, "environments", ANY, *path[4:])
    return path
