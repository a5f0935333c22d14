"""Allowed values at a path of the stack file: its keys, its range, and an example of it."""

from __future__ import annotations

import json
import re
import types
import typing
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from amlz.core.config.cost import METER_KEY, RELATIVE_PATH
from amlz.core.config.encryption import KEY_URI, VAULT_ID
from amlz.core.config.hub_stack import STACK_NAME
from amlz.core.config.shared import APPROVER, GUID, camel
from amlz.core.config.tls_inspection import CERTIFICATE_URI, IDENTITY_ID
from amlz.core.discovery import capabilities
from amlz.core.problems import Path

#: The pattern of a region.
REGION = r"^[a-z]([a-z0-9]*)$"
#: Meaning of each pattern of the model, in words, and an example.
PATTERNS: Mapping[str, tuple[str, str]] = {
    GUID: ("a GUID in lower case", "11111111-2222-4333-8444-555555555555"),
    REGION: ("a region in lower case without spaces", "westeurope"),
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": (
        "lower-case letters, digits and single hyphens, starting with a letter", "demand-1",
    ),
    r"^[a-z][a-z0-9]*$": ("lower-case letters and digits, starting with a letter", "dev"),
    r"^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$": (
        "lower-case letters, digits and single hyphens, each part starting with a letter", "gpu-spot",
    ),
    r"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$": (
        "3 to 33 letters, digits, hyphens and underscores, starting with a letter or digit", "search",
    ),
    r"^[a-z0-9]+(-[a-z0-9]+)*$": ("lower-case letters, digits and single hyphens", "curated"),
    r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$": ("lower-case letters, digits and hyphens, not at its ends", "churn-training"),
    r"^[a-z][a-z0-9]{1,9}$": ("2 to 10 lower-case letters or digits, starting with a letter", "retail"),
    STACK_NAME: ("the name of a stack with its organisation and project", "contoso/aml-landing-zone/hub"),
    r"^Standard_[A-Za-z0-9_-]+$": ("a virtual machine size", "Standard_D4s_v5"),
    r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]{2,}$": ("a host name in lower case", "models.contoso.com"),
    VAULT_ID: (
        "the id of a key vault",
        "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-keys/providers/Microsoft.KeyVault/vaults/kv-keys",
    ),
    KEY_URI: (
        "a key's identifier with its version",
        "https://kv-keys.vault.azure.net/keys/landing-zone/0123456789abcdef0123456789abcdef",
    ),
    RELATIVE_PATH: ("a path below the folder of the stack file", "prices/2027-01-31.json"),
    METER_KEY: ("the key of a meter, as amlz cost shows it", "log-ingested"),
    CERTIFICATE_URI: (
        "the secret identifier of a certificate in a key vault", "https://kv-tls.vault.azure.net/secrets/intermediate-ca"
    ),
    IDENTITY_ID: (
        "the ID of a user-assigned identity",
        "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-tls/providers/"
        "Microsoft.ManagedIdentity/userAssignedIdentities/id-tls",
    ),
    APPROVER: ("a person's GitHub login or sign-in address of Azure DevOps", "ada@contoso.com"),
    r"^[^/]*$": ("a name without a slash", "contoso-churn"),
    r"^[A-Za-z0-9]{1,16}$": ("1 to 16 letters or digits", "weu"),
    r"^[a-z0-9]{1,4}$": ("1 to 4 lower-case letters or digits", "01"),
    r"^[A-Za-z0-9_().-]{1,90}$": ("letters, digits and _ ( ) . -", "contoso-landing-zones"),
    r"^[^<>*%&:?+/\\]{1,128}$": ("a policy's name, without < > * % & : ? + / and \\", "guardrails-compute"),
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$": ("a day, as 2027-03-31", "2027-03-31"),
    **{pattern: words for capability in capabilities().values() for pattern, words in capability.patterns.items()},
}  # fmt: skip

#: Bounds of numbers, with the word before each.
_BOUNDS = {"gt": "above", "ge": "from", "lt": "below", "le": "up to"}
#: Examples that read better than those of the model.
_EXAMPLES: Mapping[str, Any] = {
    "organisation": "Contoso",
    "maxNodes": 4,
    "network": "10.20.16.0/25",
    "hub": {"addressSpace": "10.20.0.0/24"},
    "spokes": {"main": {"addressSpace": ["10.20.16.0/20"]}},
    "environments": {"dev": {"network": "10.20.16.0/25"}},
    "outputs": "hub.outputs.json",
}


@cache
def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a part of the model by their keys in the stack file."""
    return {camel(name): field for name, field in model.model_fields.items()}


def is_part(hint: Any) -> typing.TypeGuard[type[BaseModel]]:
    """Returns whether a type is a part of the model, with its own keys."""
    return isinstance(hint, type) and issubclass(hint, BaseModel)


def inner(hint: Any) -> Any:
    """A type without Annotated and None around it."""
    return unwrapped(hint)[0]


def unwrapped(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Returns a type without Annotated and None around it, and the metadata of every Annotated, the outer first."""
    metadata: tuple[Any, ...] = ()
    while (origin := typing.get_origin(hint)) in (typing.Annotated, typing.Union, types.UnionType):
        if origin is typing.Annotated:
            metadata += typing.get_args(hint)[1:]
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    return hint, metadata


def limits(metadata: Iterable[Any]) -> Iterator[Any]:
    """Returns metadata, with that of each Field instead of the Field."""
    for mark in metadata:
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)


def is_collection(hint: Any) -> bool:
    """Returns whether a type is a part of the model, or a mapping or list of them."""
    return is_part(inner(hint)) or typing.get_origin(inner(hint)) in (dict, tuple)


def field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    """Returns the field at a path, or None where the path ends in a name or in a list."""
    part = part_at(model, path[:-1]) if path else None
    return fields_of(part).get(str(path[-1])) if part else None


def part_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The part of the model at a path, or None where there is none."""
    part = _at(model, path)
    return part if is_part(part) else None


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that a part of the stack file can have."""
    part = part_at(model, path)
    return list(fields_of(part)) if part else []


def _at(model: type[BaseModel], path: Path) -> Any:
    current: Any = model
    for key in path:
        if is_part(current):
            field = fields_of(current).get(str(key))
            current = inner(field.annotation) if field else None
        elif typing.get_origin(current) is dict:
            current = inner(typing.get_args(current)[1])
        elif typing.get_origin(current) is tuple:
            current = inner(typing.get_args(current)[0])
        else:
            return None
    return current


#: Outputs of another stack: nobody writes keys there.
_WRITTEN_BY_PULUMI = "outputs"


def places(model: type[BaseModel], key: str) -> list[str]:
    """Returns the keys that may contain a key, anywhere in the model."""
    return list(_places(model).get(key, ()))


@cache
def _places(model: type[BaseModel]) -> dict[str, dict[str, None]]:
    """The same of every key."""
    result: dict[str, dict[str, None]] = {}
    waiting: deque[tuple[str, Any]] = deque([("amlz:landingZone", model)])
    while waiting:
        place, hint = waiting.popleft()
        hint = inner(hint)
        if is_part(hint):
            for key in fields_of(hint):
                result.setdefault(key, {}).setdefault(place)
            waiting += [
                (name, field.annotation) for name, field in fields_of(hint).items() if name != _WRITTEN_BY_PULUMI
            ]
        elif typing.get_origin(hint) is dict:
            waiting.append((f"a name in {place}", typing.get_args(hint)[1]))
    return result


def span(field: FieldInfo) -> str | None:
    """The range of a number in words, `from 1 to 1000` or `above 0 and below 100`; None for a number without bounds."""
    limits = _metadata(field)
    bounds = {name: getattr(item, name) for item in limits for name in _BOUNDS if hasattr(item, name)}
    if {"ge", "le"} <= bounds.keys():
        return f"from {bounds['ge']} to {bounds['le']}"
    return " and ".join(f"{word} {bounds[name]:g}" for name, word in _BOUNDS.items() if name in bounds) or None


def fits(field: FieldInfo, value: object) -> bool:
    """Returns whether a value is a valid one of a field."""
    hint: Any = typing.Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    try:
        TypeAdapter(hint).validate_python(value)
    except ValidationError:
        return False
    return True


def example(key: str, field: FieldInfo) -> str:
    """A line that gives a key a value of the right form: `location: westeurope`."""
    return f"{key}: {_flow(_example(key, field.annotation, _metadata(field), field.examples))}"


def example_at(model: type[BaseModel], path: Path) -> str | None:
    """Returns a line of the right form for the value at a path; None where the model has no such path."""
    field, hint = field_at(model, path), _at(model, path)
    if field is not None:
        return example(str(path[-1]), field)
    return f"{path[-1]}: {_flow(_example('', hint, []))}" if path and is_part(hint) else None


def _metadata(field: FieldInfo) -> list[Any]:
    """Returns the limits of a field, also of an optional one: pydantic keeps them inside the type."""
    metadata = list(field.metadata)
    for argument in typing.get_args(field.annotation):
        metadata += limits(typing.get_args(argument)[1:] if typing.get_origin(argument) is typing.Annotated else ())
    return metadata


def _example(key: str, hint: Any, metadata: list[Any], examples: list[Any] | None = None) -> Any:
    if key in _EXAMPLES or examples:
        return _EXAMPLES[key] if key in _EXAMPLES else (examples or [""])[0]
    if typing.get_origin(hint) is typing.Annotated:
        base, *more = typing.get_args(hint)
        given = next((item.examples for item in more if isinstance(item, FieldInfo) and item.examples), None)
        return _example(key, base, more, given)
    hint = inner(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if is_part(hint):
        # An environment without its range gets the free one in an error: the key is optional in the model, and required
        # nevertheless.
        needed = {k: field for k, field in fields_of(hint).items() if field.is_required() or k == "network"}
        return {name: _example(name, f.annotation, _metadata(f), f.examples) for name, f in needed.items()}
    if origin is dict:
        return {_example("", arguments[0], []): _example("", arguments[1], [])}
    if origin is tuple:
        return [_example("", arguments[0], [])]
    if origin is typing.Literal:
        return arguments[0]
    if hint in (int, float):
        return next((item.ge for item in metadata if hasattr(item, "ge")), 1)
    patterns = (getattr(item, "pattern", None) for item in metadata)
    return next((PATTERNS[pattern][1] for pattern in patterns if pattern), "text")


#: Text that YAML reads as a number with decimals.
_NUMBER = re.compile(r"[0-9]+\.[0-9]+")


def _flow(value: Any) -> str:
    """A value as YAML on one line, with quotes only where it needs them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value if isinstance(value, str) and not _NUMBER.fullmatch(value) else json.dumps(value)
