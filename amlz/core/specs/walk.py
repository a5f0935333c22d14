"""Records of one type in a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

Record = TypeVar("Record")


def records(value: Any, kind: type[Record]) -> Iterator[Record]:
    """Returns every record of a type in a dataclass and in all dataclasses and tuples below it, by order of fields."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from records(item, kind)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from records(getattr(value, field.name), kind)
