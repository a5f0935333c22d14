"""Finds the capabilities: the folders below amlz/capabilities/ and custom/capabilities/, by name."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from pydantic import BaseModel, Field, create_model

from amlz.core.capability import Capability, Facts, Key, Planner, Scope
from amlz.core.problems import LandingZoneError
from amlz.paths import ROOT

#: Folders of capabilities, below the root of the repository, as packages.
SHIPPED, CUSTOM = "amlz.capabilities", "custom.capabilities"


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one capability."""

    name: str
    package: str
    path: Path

    @property
    def custom(self) -> bool:
        """Returns true if a business unit owns it."""
        return self.package.startswith(CUSTOM)

    @property
    def shown(self) -> str:
        """Its path in messages."""
        return self.path.relative_to(ROOT).as_posix()


@cache
def folders() -> tuple[Folder, ...]:
    """Returns the folders of all capabilities: those that are shipped, then custom ones."""
    found = [*_below(SHIPPED), *_below(CUSTOM)]
    shipped = {folder.name for folder in found if not folder.custom}
    for folder in found:
        if folder.custom and folder.name in shipped:
            raise _broken(folder, f"A capability that is shipped is called {folder.name!r} too.", "Rename the folder.")
    return tuple(found)


def _below(package: str) -> Iterator[Folder]:
    above = ROOT.joinpath(*package.split("."))
    for path in sorted(above.iterdir()) if above.is_dir() else ():
        if (path / "__init__.py").is_file():
            yield Folder(path.name, f"{package}.{path.name}", path)


@cache
def capabilities() -> Mapping[str, Capability]:
    """Returns every capability by the name of its folder."""
    return {folder.name: _declared(folder, "", "CAPABILITY", Capability) for folder in folders()}


def capability_facts() -> Iterator[Facts]:
    """Returns the facts of every capability."""
    return (capability.facts for capability in capabilities().values())


@cache
def keys(scope: Scope) -> Mapping[str, tuple[Folder, Key]]:
    """Returns the keys that capabilities add to a part of the stack file, by name, each with its folder."""
    found: dict[str, tuple[Folder, Key]] = {}
    for folder in folders():
        declared = _declared(folder, "config", "KEYS", tuple) if (folder.path / "config.py").is_file() else ()
        for key in declared:
            if not isinstance(key, Key):
                raise _broken(folder, "KEYS of config.py has an entry that is not a Key.", "Declare each key as a Key.")
            if key.scope is not scope:
                continue
            if key.name in found:
                raise _broken(folder, f"Another capability has the key {key.name!r} too.", "Rename the key.")
            found[key.name] = folder, key
    return found


@cache
def planners() -> Mapping[str, Planner]:
    """Returns the planner of every capability that has one, by the name of its folder."""
    with_plan = [folder for folder in folders() if (folder.path / "plan.py").is_file()]
    return {folder.name: _declared(folder, "plan", "PLANNER", Planner) for folder in with_plan}


Answer = TypeVar("Answer")


def asked(question: Callable[[Planner], Answer]) -> Iterator[tuple[str, Answer]]:
    """Returns the answer of each planner, with the name of its capability."""
    for name, planner in planners().items():
        if _folder(name).custom:
            with blamed(name):
                answer = question(planner)
        else:
            answer = question(planner)
        yield name, answer


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
    module, _, name = place.partition(":")
    return getattr(_module(module), name)


Declared = TypeVar("Declared")


def _declared(folder: Folder, module: str, name: str, kind: type[Declared]) -> Declared:
    """Returns a declaration of a folder's module."""
    with blamed(folder.name):
        found = getattr(_module(f"{folder.package}.{module}" if module else folder.package), name, None)
    if not isinstance(found, kind):
        where = f"{module or '__init__'}.py"
        raise _broken(folder, f"{where} has no {name} that is a {kind.__name__}.", f"Declare {name} in {where}.")
    return found


def _module(name: str) -> ModuleType:
    if name.startswith("custom.") and "custom" not in sys.modules:
        package = ModuleType("custom")
        package.__path__ = [str(ROOT / "custom")]
        sys.modules["custom"] = package
    return importlib.import_module(name)


def _place(folder: Folder, error: Exception) -> str:
    """The file and line of an error, where it is in the folder: `plan.py:12: `."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}: "
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder.path
    ]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}: " if frames else ""


def _broken(folder: Folder, what: str, remedy: str = "Fix it, or remove the folder.") -> LandingZoneError:
    return LandingZoneError(f"{folder.shown}\n  The capability {folder.name} cannot be used: {what}\n  {remedy}")
