"""Records of one type in a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

Record = TypeVar("Record")


def records(found: Any, kind: type[Record]) -> Iterator[Record]:
    """Returns every record of a type in a dataclass and in all dataclasses and tuples below it, by order of fields."""
    if isinstance(found, kind):
        yield found
    elif isinstance(found, tuple):
        for each in found:
            yield from records(each, kind)
    elif is_dataclass(found) and not isinstance(found, type):
        for field in fields(found):
            yield from records(getattr(found, field.name), kind)
