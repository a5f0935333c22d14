"""Finds the capabilities: the folders below amlz/capabilities/ and custom/capabilities/, by name."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import BaseModel, Field, create_model

from amlz.core.capability import Capability, Key, Planner, Scope
from amlz.core.capability_facts import Facts
from amlz.core.problems import LandingZoneError
from amlz.folders import Folder, folders, module


@cache
def capabilities() -> Mapping[str, Capability]:
    """Returns every capability by the name of its folder."""
    shipped = {folder.name for folder in folders() if not folder.custom}
    for folder in folders():
        if folder.custom and folder.name in shipped:
            raise _broken(folder, f"A capability that is shipped is called {folder.name!r} too.", "Rename the folder.")
    return {folder.name: _declared(folder, "", "CAPABILITY", Capability) for folder in folders()}


def capability_facts() -> Iterator[Facts]:
    """Returns the facts of every capability."""
    return (capability.facts for capability in capabilities().values())


@cache
def keys(scope: Scope) -> Mapping[str, tuple[Folder, Key]]:
    """Returns the keys that capabilities add to a part of the stack file, by name, each with its folder."""
    by_name: dict[str, tuple[Folder, Key]] = {}
    for folder in folders():
        declared = _declared(folder, "config", "KEYS", tuple) if (folder.path / "config.py").is_file() else ()
        for key in declared:
            if not isinstance(key, Key):
                raise _broken(folder, "KEYS of config.py has an entry that is not a Key.", "Declare each key as a Key.")
            if key.scope is not scope:
                continue
            if key.name in by_name:
                raise _broken(folder, f"Another capability has the key {key.name!r} too.", "Rename the key.")
            by_name[key.name] = folder, key
    return by_name


@cache
def planners() -> Mapping[str, Planner]:
    """Returns the planner of every capability that has one, by the name of its folder."""
    with_plan = [folder for folder in folders() if (folder.path / "plan.py").is_file()]
    return {folder.name: _declared(folder, "plan", "PLANNER", Planner) for folder in with_plan}


Given = ParamSpec("Given")
Answer = TypeVar("Answer")
#: A planner that decides nothing: functions of another planner that are its own need not be called.
_NOTHING = Planner()


def collected(
    function: Callable[[Planner], Callable[Given, Answer]], *given: Given.args, **named: Given.kwargs
) -> Iterator[tuple[str, Answer]]:
    """Calls one function of each planner that has it, and returns the answers with the names of the capabilities."""
    nothing = function(_NOTHING)
    for name, planner in planners().items():
        decide = function(planner)
        if decide is nothing:
            continue
        if _folder(name).custom:
            with blamed(name):
                answer = _whole(decide(*given, **named))
        else:
            answer = decide(*given, **named)
        yield name, answer


def _whole(answer: Answer) -> Answer:
    """Returns an answer after all of it was made: a fault is then its planner's."""
    return cast(Answer, tuple(answer)) if isinstance(answer, Generator) else answer


Item = TypeVar("Item")


def asked_for_all(
    function: Callable[[Planner], Callable[Given, Iterable[Item]]], *given: Given.args, **named: Given.kwargs
) -> Iterator[Item]:
    """The same of a function that returns several: each of them, by capability."""
    for _, answers in collected(function, *given, **named):
        yield from answers


@cache
def _folder(name: str) -> Folder:
    return next(folder for folder in folders() if folder.name == name)


@contextmanager
def blamed(name: str) -> Iterator[None]:
    """Reports a fault of a custom capability as a problem of its folder. Those that are shipped are defects of amlz."""
    folder = _folder(name)
    try:
        yield
    except LandingZoneError:
        raise
    except Exception as error:
        if not folder.custom:
            raise
        raise _broken(folder, f"{_place(folder, error)}{type(error).__name__}: {error}") from error


Model = TypeVar("Model", bound=BaseModel)


def extended(scope: Scope) -> Callable[[type[Model]], type[Model]]:
    """Adds the keys of capabilities to a part of the stack file's model."""

    def add(model: type[Model]) -> type[Model]:
        added: dict[str, Any] = {}
        for name, (folder, key) in keys(scope).items():
            if name in model.model_fields:
                raise _broken(folder, f"The stack file has a key {name!r} already.", "Rename the key.")
            added[name] = (key.type, Field(default=key.default, description=key.meaning))
        if not added:
            return model
        return create_model(model.__name__, __base__=model, __module__=model.__module__, __doc__=model.__doc__, **added)

    return add


def uses(part: BaseModel, scope: Scope) -> bool:
    """Returns true if a part of the stack file sets a key of a capability."""
    return any(getattr(part, name) != key.default for name, (_, key) in keys(scope).items())


def component(place: str) -> Any:
    """Imports a component. `place`: `module:class`."""
    module_name, _, name = place.partition(":")
    return getattr(module(module_name), name)


Declared = TypeVar("Declared")


def _declared(folder: Folder, part: str, name: str, kind: type[Declared]) -> Declared:
    """Returns a declaration of a folder's module."""
    with blamed(folder.name):
        value = getattr(module(f"{folder.package}.{part}" if part else folder.package), name, None)
    if not isinstance(value, kind):
        file = f"{part or '__init__'}.py"
        raise _broken(folder, f"{file} has no {name} that is a {kind.__name__}.", f"Declare {name} in {file}.")
    return value


def _place(folder: Folder, error: Exception) -> str:
    """The file and line of an error, where it is in the folder: `plan.py:12: `."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}: "
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder.path
    ]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}: " if frames else ""


def _broken(folder: Folder, value: str, remedy: str = "Fix it, or remove the folder.") -> LandingZoneError:
    return LandingZoneError(
        f"{folder.display_path}\n  The capability {folder.name} cannot be used: {value}\n  {remedy}"
    )
