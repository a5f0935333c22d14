"""Every error of a stack file's shape, those included that pydantic leaves out where others are.

pydantic does not compare the length of a list or mapping with invalid entries, and stops in one that is too long. It
does not look into a key that is unknown: the value of a misspelt key is validated as that of the key that was meant.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from amlz.core.config import LandingZoneConfig
from amlz.core.problems import Path
from amlz.dataclass import dataclass
from amlz.stackfile.allowed import fields_of, inner, is_part, limits, unwrapped
from amlz.stackfile.messages import in_camel_case, near_key
from amlz.stackfile.unsupported import unsupported

#: An error as pydantic gives it.
Error = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Misspelt:
    """Unknown keys that are close to a known one. `paths`: by their paths with the known key, those with the key of the
    file; `errors`: one for each. `guessed`: paths of known keys that differ in more than their case.
    """

    paths: dict[Path, Path]
    errors: list[Error]
    guessed: set[Path]

    def add(self, at: Path, key: str, near: str, value: object) -> None:
        """Adds a key of the part at a path, which has the known keys."""
        self.paths[(*at, near)] = (*at, key)
        if in_camel_case(key) != near:
            self.guessed.add((*at, near))
        self.errors.append({"type": "extra_forbidden", "loc": (*at, key), "input": value, "msg": ""})

    def written(self, path: Path) -> Path:
        """Returns a path with the keys of the file."""
        for length in range(len(path), 0, -1):
            path = (*self.paths.get(path[:length], path[:length]), *path[length:])
        return path


def every_error(value: object) -> list[tuple[Error, Path]]:
    """Returns the errors of a landing zone, each once, with their paths in the file."""
    misspelt = _Misspelt({}, [], set())
    value = _as_meant(value, LandingZoneConfig, (), misspelt)
    errors = [*_errors(TypeAdapter(LandingZoneConfig), value, ()), *_lengths(value, LandingZoneConfig, (), ())]
    # A list with only invalid entries is reported as too short as well: only its entries are reported.
    errors = [error for error in errors if error["type"] != "too_short" or not error["input"]]
    # Another key may be meant where the value itself is wrong: then its value is not compared with that of this one.
    errors = [error for error in errors if error["loc"] not in misspelt.guessed]
    once = {(error["loc"], error["type"]): error for error in (*errors, *misspelt.errors)}
    return [(error, misspelt.written(error["loc"])) for error in once.values()]


def _errors(adapter: TypeAdapter[Any], value: object, at: Path) -> Iterator[Error]:
    """The errors that pydantic reports of a value."""
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            yield {**item, "loc": (*at, *item["loc"])}


def _lengths(value: object, hint: Any, marks: Sequence[Any], at: Path) -> Iterator[Error]:
    """The errors of lengths in a value, and of the entries where a length is wrong. `marks`: metadata of the type."""
    hint, metadata = unwrapped(hint)
    marks = (*marks, *limits(metadata))
    if is_part(hint):
        fields = fields_of(hint)
        for key, item in value.items() if isinstance(value, dict) else ():
            if key in fields:
                yield from _lengths(item, fields[key].annotation, fields[key].metadata, (*at, key))
        return
    entries = _entries(value, hint)
    if entries is None:
        return
    of_entry = typing.get_args(hint)[-1 if isinstance(value, dict) else 0]
    wrong = list(_length(value, marks, at))
    if wrong:
        yield from wrong
        yield from _of_entries(entries, hint, of_entry, at)
    for key, item in entries:
        yield from _lengths(item, of_entry, (), (*at, key))


def _of_entries(entries: Sequence[tuple[Any, Any]], hint: Any, of_entry: Any, at: Path) -> Iterator[Error]:
    adapter, of_key = TypeAdapter(of_entry), TypeAdapter(typing.get_args(hint)[0])
    for key, item in entries:
        yield from _errors(adapter, item, (*at, key))
        if typing.get_origin(hint) is dict:
            yield from ({**error, "loc": (*at, key, "[key]")} for error in _errors(of_key, key, ()))


def _entries(value: object, hint: Any) -> Sequence[tuple[Any, Any]] | None:
    """The entries of a list or mapping with their keys; None where the type is another one."""
    origin = typing.get_origin(hint)
    if origin is tuple and isinstance(value, list):
        return list(enumerate(value))
    return list(value.items()) if origin is dict and isinstance(value, dict) else None


def _length(value: Any, marks: Sequence[Any], at: Path) -> Iterator[Error]:
    for mark in marks:
        least, most = getattr(mark, "min_length", None), getattr(mark, "max_length", None)
        if least is not None and len(value) < least:
            yield {"type": "too_short", "loc": at, "input": value, "msg": "", "ctx": {"min_length": least}}
        if most is not None and len(value) > most:
            yield {"type": "too_long", "loc": at, "input": value, "msg": "", "ctx": {"max_length": most}}


def _as_meant(value: object, hint: Any, at: Path, misspelt: _Misspelt) -> object:
    """Returns a value with known keys instead of those that are close to one, and adds these to `misspelt`."""
    hint = inner(hint)
    if is_part(hint):
        return _part_as_meant(value, hint, at, misspelt) if isinstance(value, dict) else value
    entries = _entries(value, hint)
    if entries is None:
        return value
    of_entry = typing.get_args(hint)[-1 if isinstance(value, dict) else 0]
    changed = {key: _as_meant(item, of_entry, (*at, key), misspelt) for key, item in entries}
    return changed if isinstance(value, dict) else list(changed.values())


def _part_as_meant(value: dict[str, Any], part: type[BaseModel], at: Path, misspelt: _Misspelt) -> dict[str, object]:
    fields = fields_of(part)
    changed: dict[str, object] = {}
    for key, item in value.items():
        known = key in fields or unsupported((*at, str(key))) is not None
        meant = key if known else near_key(str(key), list(fields))
        if meant not in fields or (meant != key and (meant in value or meant in changed)):
            changed[key] = item
            continue
        if meant != key:
            misspelt.add(at, key, meant, item)
        changed[meant] = _as_meant(item, fields[meant].annotation, (*at, meant), misspelt)
    return changed
