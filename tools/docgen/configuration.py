"""docs/reference/configuration.md: every key of the stack file."""

from __future__ import annotations

import inspect
import json
import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from amlz.core.config import LandingZoneConfig
from amlz.core.config.shared import camel
from amlz.core.meanings import meanings
from amlz.stackfile.allowed import PATTERNS
from tools.docgen.templating import Row, rendered


def configuration_page() -> str:
    """Returns the whole page."""
    sections = [
        (".".join(path) if path else "amlz:landingZone", _sentence(model), _keys(model))
        for path, model in _sections((), LandingZoneConfig, set())
    ]
    return rendered("configuration.md.jinja", sections=sections)


def _keys(model: type[BaseModel]) -> Iterator[Row]:
    """Yields a row for each key of a part of the file."""
    for name, field in model.model_fields.items():
        meaning = " ".join(meanings(model).get(name, "").split())
        cells = (f"`{camel(name)}`", _takes(field), _default(field), meaning)
        yield tuple(cell.replace("|", "\\|") for cell in cells)


def _sections(
    path: tuple[str, ...], model: type[BaseModel], seen: set[type[BaseModel]]
) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    """Yields each part of the file once, at its first position."""
    if model in seen:
        return
    seen.add(model)
    yield path, model
    for name, field in model.model_fields.items():
        inner, named = _model_in(field.annotation)
        if inner is not None:
            yield from _sections((*path, camel(name), *(["<name>"] if named else [])), inner, seen)


def _model_in(hint: Any) -> tuple[type[BaseModel] | None, bool]:
    """Returns the part of the model in a type, and if the keys above it are names that the stack file chooses."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint, False
    for argument in typing.get_args(hint):
        result, named = _model_in(argument)
        if result is not None:
            return result, named or typing.get_origin(hint) is dict
    return None, False


def _sentence(model: type[BaseModel]) -> str:
    return " ".join((inspect.getdoc(model) or "").split())


def _takes(field: FieldInfo) -> str:
    words = _type_words(field.annotation)
    limits = [text for item in field.metadata for text in _limit(item)]
    return ", ".join([words, *limits])


def _limit(item: Any) -> Iterator[str]:
    for name, text in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
        if getattr(item, name, None) is not None:
            yield f"{text} {getattr(item, name)}"
    if getattr(item, "min_length", None):
        yield f"at least {item.min_length}"
    if getattr(item, "max_length", None):
        yield f"at most {item.max_length} long"
    if getattr(item, "pattern", None):
        yield PATTERNS[item.pattern][0]


def _type_words(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return ", ".join([_type_words(arguments[0]), *(text for item in arguments[1:] for text in _limit(item))])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type_words(argument) for argument in arguments if argument is not type(None))
    if origin is typing.Literal:
        return ", ".join(f"`{argument}`" for argument in arguments)
    if origin is dict:
        return f"a mapping: {_type_words(arguments[0])} to {_type_words(arguments[1])}"
    if origin is tuple:
        return f"a list of {_type_words(arguments[0])}"
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return "see below"
    if hint is Any:
        return "any value"
    return {str: "text", int: "a whole number", float: "a number", bool: "`true` or `false`"}[hint]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        return "all defaults"
    if isinstance(value, dict) and value:
        value = {key: item.model_dump(by_alias=True, exclude_defaults=True) for key, item in value.items()}
    if value is None or value in ((), {}, ""):
        return "none"
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"
