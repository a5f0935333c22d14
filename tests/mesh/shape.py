"""Shapes of documents: a subset of JSON schema as Python values. Every field that a shape does not have is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Protocol

from amlz.core.problems import Path
from amlz.dataclass import dataclass

#: A position in a document, and the reason why it is wrong.
Fault = tuple[Path, str]


class Shape(Protocol):
    """A rule for one value."""

    def faults(self, value: Any, path: Path, version: str, /) -> Iterator[Fault]:
        """Returns everything that is wrong in a value for a version of Kuma."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text: one of `values`, or one that `pattern` matches as a whole."""

    values: tuple[str, ...] = ()
    pattern: str | None = None

    def faults(self, value: Any, path: Path, _version: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield path, f"{value!r} is not a text"
        elif self.values and value not in self.values:
            yield path, f"{value!r} is not one of {', '.join(self.values)}"
        elif self.pattern and not re.fullmatch(self.pattern, value):
            yield path, f"{value!r} does not have the form {self.pattern}"


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number in a range."""

    least: int = 0
    most: int = 2**31 - 1

    def faults(self, value: Any, path: Path, _version: str) -> Iterator[Fault]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield path, f"{value!r} is not a whole number"
        elif not self.least <= value <= self.most:
            yield path, f"{value} is not between {self.least} and {self.most}"


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""

    def faults(self, value: Any, path: Path, _version: str) -> Iterator[Fault]:
        if not isinstance(value, bool):
            yield path, f"{value!r} is not true or false"


@dataclass(frozen=True, slots=True)
class Many:
    """A list, of `least` items or more."""

    item: Shape
    least: int = 1

    def faults(self, value: Any, path: Path, version: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield path, f"{value!r} is not a list"
            return
        if len(value) < self.least:
            yield path, f"it has {len(value)} items, fewer than {self.least}"
        for index, item in enumerate(value):
            yield from self.item.faults(item, (*path, index), version)


@dataclass(frozen=True, slots=True)
class AnyKeys:
    """A mapping with any keys, such as labels."""

    item: Shape = field(default_factory=Text)

    def faults(self, value: Any, path: Path, version: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield path, f"{value!r} is not a mapping"
            return
        for key, item in value.items():
            yield from Text().faults(key, (*path, str(key)), version)
            yield from self.item.faults(item, (*path, str(key)), version)


@dataclass(frozen=True, slots=True)
class AnyValue:
    """Any value: another program checks it."""

    def faults(self, _value: Any, _path: Path, _version: str) -> Iterator[Fault]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Form:
    """A mapping with known fields. `one_of`: exactly one of these is set. `only`: fields that one version alone has."""

    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    only: Mapping[str, str] = field(default_factory=dict)

    def faults(self, value: Any, path: Path, version: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield path, f"{value!r} is not a mapping"
            return
        for key, item in value.items():
            here = (*path, str(key))
            if key not in self.fields:
                yield here, "the kind has no such field"
            elif self.only.get(key, version) != version:
                yield here, f"the field does not exist in {version}"
            else:
                yield from self.fields[key].faults(item, here, version)
        for key in self.required:
            if key not in value:
                yield (*path, key), "it is required"
        if self.one_of and sum(key in value for key in self.one_of) != 1:
            yield path, f"exactly one of {', '.join(self.one_of)} is set"
