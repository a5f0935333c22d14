"""What pydantic finds, in words for whoever wrote the stack file."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from landingzone.config.shared import GUID, camel
from landingzone.problems import Path, Problem, listed
from landingzone.secrets import looks_secret

#: What a pattern of the model demands, in words, and an example.
PATTERNS: Mapping[str, tuple[str, str]] = {
    GUID: ("a GUID in lower case", "11111111-2222-4333-8444-555555555555"),
    r"^[a-z]+[a-z0-9]*$": ("a region in lower case without spaces", "westeurope"),
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": (
        "lower-case letters, digits and single hyphens, starting with a letter", "demand-1",
    ),
    r"^[a-z][a-z0-9]*$": ("lower-case letters and digits, starting with a letter", "dev"),
    r"^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$": (
        "lower-case letters, digits and single hyphens, each part starting with a letter", "gpu-spot",
    ),
    r"^[a-z][a-z0-9]{1,9}$": ("2 to 10 lower-case letters or digits, starting with a letter", "retail"),
    r"^Standard_[A-Za-z0-9_]+$": ("a virtual machine size", "Standard_D4s_v5"),
}  # fmt: skip

Words = Callable[[dict[str, Any], str], tuple[str, str]]


def problem(error: Mapping[str, Any], model: type[BaseModel]) -> Problem:
    """One problem of pydantic's, as a Problem without a line."""
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    context = error.get("ctx", {})
    kind = error["type"]
    if kind == "extra_forbidden":
        return Problem(path, *_unknown_key(path, model))
    if kind == "missing":
        return Problem(path, "It is missing.", f"Add `{path[-1]}:`; docs/configuration.md says what it means.")
    words = WORDS.get(kind)
    if words is None:
        return Problem(path, f"{error['msg']}.", "docs/configuration.md says what is allowed.")
    return Problem(path, *words(context, shown(error["input"])))


def shown(value: object) -> str:
    """A value as it may be repeated: shortened, and never one that may be a secret."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if looks_secret(value):
        return "what is there"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…{text[0]}"


def _pattern(context: dict[str, Any], value: str) -> tuple[str, str]:
    says, example = PATTERNS.get(context["pattern"], (f"text that fits {context['pattern']}", ""))
    return f"{value} is not {says}.", f"For example {example}." if example else ""


def _number(limit: str) -> Words:
    def words(context: dict[str, Any], value: str) -> tuple[str, str]:
        (bound,) = context.values()
        return f"{value} is {limit.format(bound)}.", "docs/configuration.md has the range."

    return words


def _wants(what: str, remedy: str = "") -> Words:
    return lambda _, value: (f"{value[0].upper()}{value[1:]} stands where {what} belongs.", remedy)


def _choice(context: dict[str, Any], value: str) -> tuple[str, str]:
    return f"{value} is not one of the choices.", f"Write {context['expected'].replace(chr(39), '')}."


def _network(context: dict[str, Any], _: str) -> tuple[str, str]:
    return f"{context['value']} is not an IPv4 range in CIDR form{context['hint']}", "Host bits must be zero."


def _tag(context: dict[str, Any], _: str) -> tuple[str, str]:
    return f"The tag name {context['name']} holds {context['bad']}, which Azure refuses.", "Use other characters."


def _longer(unit: str) -> Words:
    return lambda context, value: (
        f"{value} is too short: at least {context['min_length']} {unit}.", "Say more, or remove it.",
    )  # fmt: skip


def _shorter(unit: str) -> Words:
    return lambda context, value: (f"{value} is too long: at most {context['max_length']} {unit}.", "Shorten it.")


_QUOTE = "Put it in quotes if it is meant as text."
WORDS: Mapping[str, Words] = {
    "string_pattern_mismatch": _pattern,
    "string_too_short": _longer("characters"),
    "string_too_long": _shorter("characters"),
    "too_short": _longer("entries"),
    "too_long": _shorter("entries"),
    "string_type": _wants("text", _QUOTE),
    "int_type": _wants("a whole number"),
    "int_parsing": _wants("a whole number"),
    "int_from_float": _wants("a whole number"),
    "float_type": _wants("a number"),
    "float_parsing": _wants("a number"),
    "bool_type": _wants("true or false"),
    "bool_parsing": _wants("true or false"),
    "dict_type": _wants("a mapping", "Write one `key: value` a line below it, further in."),
    "model_type": _wants("a mapping", "Write one `key: value` a line below it, further in."),
    "model_attributes_type": _wants("a mapping", "Write one `key: value` a line below it, further in."),
    "tuple_type": _wants("a list", "Write [one, two], or one `- entry` a line below it."),
    "literal_error": _choice,
    "greater_than": _number("too small: more than {}"),
    "greater_than_equal": _number("too small: at least {}"),
    "less_than": _number("too large: less than {}"),
    "less_than_equal": _number("too large: at most {}"),
    "finite_number": _wants("a finite number"),
    "network": _network,
    "tag": _tag,
}


def _unknown_key(path: Path, model: type[BaseModel]) -> tuple[str, str]:
    known, key = keys_at(model, path[:-1]), str(path[-1])
    near = near_key(key, known)
    if near:
        return f"There is no {key!r} here; did you mean {near}?", f"Known here: {listed(known)}."
    elsewhere = _places(model, _camel(key))
    what = f"There is no {key!r} here" + (f"; it belongs below {listed(elsewhere, 'or')}." if elsewhere else ".")
    return what, f"Known here: {listed(known)}." if known else ""


def near_key(key: str, known: list[str]) -> str:
    """The known key that was probably meant, or nothing."""
    return next(iter(difflib.get_close_matches(_camel(key), known, 1, cutoff=0.7)), "")


def _places(model: type[BaseModel], key: str) -> list[str]:
    """The keys below which a key may stand, anywhere in the model."""
    found: dict[str, None] = {}
    stack: list[tuple[str, Any]] = [("", model)]
    while stack:
        place, hint = stack.pop(0)
        hint = _inner(hint)
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            fields = {camel(name): field.annotation for name, field in hint.model_fields.items()}
            if key in fields and place:
                found.setdefault(place)
            stack += fields.items()
        elif typing.get_origin(hint) is dict:
            stack.append((f"a name in {place}", typing.get_args(hint)[-1]))
    return list(found)


def _camel(text: str) -> str:
    return camel(text.replace("-", "_")) if "_" in text or "-" in text else text


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that a part of the stack file can have."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            fields = {camel(name): field for name, field in current.model_fields.items()}
            if part not in fields:
                return []
            current = _inner(fields[str(part)].annotation)
        else:
            current = _inner(typing.get_args(current)[-1]) if typing.get_args(current) else None
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [camel(name) for name in current.model_fields]
    return []


def _inner(hint: Any) -> Any:
    """A type without Annotated and None around it."""
    while typing.get_origin(hint) in (typing.Annotated, typing.Union, types.UnionType):
        hint = next(arg for arg in typing.get_args(hint) if arg is not type(None))
    return hint
