"""The ranges of addresses in a stack file, wherever the model has one."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from pydantic import BaseModel

from amlz.core.config.existing import Address
from amlz.core.config.shared import Network, camel
from amlz.core.problems import Path

#: Marks of a text of the model as a range, or as an address.
_RANGE, _ADDRESS = (typing.get_args(kind)[1] for kind in (Network, Address))


def kind_of(marks: typing.Sequence[Any]) -> typing.Literal["range", "address"] | None:
    """Returns the kind of a text of the model by its marks; None for any other text."""
    return "range" if _RANGE in marks else "address" if _ADDRESS in marks else None


def ranges_of(part: BaseModel, path: Path = ()) -> Iterator[tuple[Path, IPv4Network]]:
    """Every range and every address, with its path. Outputs of another stack are left out."""
    for name, field in type(part).model_fields.items():
        here = (*path, camel(name))
        if here != ("hub", "stack", "outputs", "serves"):
            yield from _in(field.annotation, field.metadata, getattr(part, name), here)


def _in(hint: Any, marks: typing.Sequence[Any], value: Any, path: Path) -> Iterator[tuple[Path, IPv4Network]]:
    hint, marks = _plain(hint, marks)
    inner = typing.get_args(hint)  # none in the parameters of a policy, which hold anything
    if isinstance(value, BaseModel):
        yield from ranges_of(value, path)
    elif isinstance(value, str) and value and kind_of(marks):
        yield path, IPv4Network(value)
    elif isinstance(value, dict) and inner:
        for key, item in value.items():
            yield from _in(inner[1], (), item, (*path, key))
    elif isinstance(value, tuple) and inner:
        for index, item in enumerate(value):
            yield from _in(inner[0], (), item, (*path, index))


def _plain(hint: Any, marks: typing.Sequence[Any]) -> tuple[Any, typing.Sequence[Any]]:
    """Returns a type without Annotated and None around it, and the metadata of Annotated."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Annotated:
        return _plain(arguments[0], (*marks, *arguments[1:]))
    if type(None) in arguments:
        return _plain(next(argument for argument in arguments if argument is not type(None)), marks)
    return hint, marks
