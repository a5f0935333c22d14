"""The stacks of a folder: which there are, what each waits for, and which of them differ from a git revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from amlz.core.config import LandingZoneConfig
from amlz.core.problems import LandingZoneError, StackFileError
from amlz.dataclass import dataclass
from amlz.stackfile.load import StackFile, load
from amlz.stackfile.stack_file import KEY, maybe_ours

#: The project of this program in Pulumi.yaml: a stack of another project is not of this folder.
PROJECT = "aml-landing-zone"


@dataclass(frozen=True, slots=True)
class StackOfFolder:
    """A stack file of a folder. `path` is from that folder, `depends_on` names stacks of the same folder.

    `production`: whether an environment of it holds production data, or one of another stack that its hub is for.
    `wave`: 1 for what waits for none of them, else one more than what it waits for. All of a wave can be built at once.
    """

    name: str
    path: str
    file: StackFile
    production: bool
    depends_on: tuple[str, ...]
    wave: int = 1


def stacks_of(folder: Path) -> tuple[StackOfFolder, ...]:
    """Every stack file with a landing zone, a stack that builds a hub before those that refer to it.

    Raises StackFileError with the problems of all files at once, LandingZoneError where there is none, or where stacks
    wait for each other.
    """
    folders, unusable = usable_stacks_of(folder)
    if unusable:
        raise StackFileError(problem for error in unusable.values() for problem in error.problems)
    return folders


def usable_stacks_of(folder: Path) -> tuple[tuple[StackOfFolder, ...], dict[str, StackFileError]]:
    """Returns the stacks whose files can be read, in the order of `stacks_of`, and by name what is wrong with others.

    Raises LandingZoneError where there is no stack file, or where stacks wait for each other.
    """
    files: list[StackFile] = []
    unusable: dict[str, StackFileError] = {}
    for path in sorted(folder.glob("Pulumi.*.yaml")):
        if not maybe_ours(path):
            continue  # another program's, or one that has nothing yet
        try:
            files.append(load(path.name, folder))
        except StackFileError as error:
            unusable[path.name.removeprefix("Pulumi.").removesuffix(".yaml")] = error
    if not files and not unusable:
        raise LandingZoneError(
            f"{folder}\n  No Pulumi.<stack>.yaml with `{KEY}` is there.\n"
            "  Go to the folder of the stack files, or write one: `amlz init dev`."
        )
    names = {file.stack for file in files}
    return tuple(_in_order([_stack(file, names) for file in files])), unusable


def _stack(file: StackFile, names: set[str]) -> StackOfFolder:
    config = file.config
    named = config.hub.stack.name.split("/") if config.hub.stack is not None else ["", "", ""]
    hub = named[2] if named[1] == PROJECT else ""
    return StackOfFolder(
        name=file.stack,
        path=file.path.name,
        file=file,
        production=bool(production_of(config)),
        depends_on=(hub,) if hub in names else (),
    )


def production_of(config: LandingZoneConfig) -> tuple[str, ...]:
    """Returns PROJECT/ENVIRONMENT of what a stack file calls production, and `hub` where other stacks use its hub."""
    hub = ("hub",) if config.hub.serves else ()  # they may hold production, and their log is locked there too
    return hub + tuple(
        f"{project_name}/{name}"
        for project_name, project in config.projects.items()
        for name, environment in project.environments.items()
        if environment.is_production(name)
    )


def _in_order(stacks: Sequence[StackOfFolder]) -> Iterator[StackOfFolder]:
    """By name, each after what it waits for. Raises LandingZoneError where that goes round."""
    left, done = list(stacks), dict[str, int]()
    while left:
        ready = next((stack for stack in left if done.keys() >= set(stack.depends_on)), None)
        if ready is None:
            names = ", ".join(stack.name for stack in left)
            raise LandingZoneError(
                f"{names}\n  Each takes its hub from another of them, so none can be built first.\n"
                "  Let one of them build the hub."
            )
        left.remove(ready)
        done[ready.name] = 1 + max((done[name] for name in ready.depends_on), default=0)
        yield replace(ready, wave=done[ready.name])
