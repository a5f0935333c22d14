"""Dataclasses as JSON, and the schema of that."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

from amlz.checks.finding import Finding

Schema = dict[str, Any]


def record(value: Any) -> Any:
    """A dataclass as a mapping, its names in the casing of JSON; tuples as lists. `key`, our own, is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {camel(f.name): record(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "key"}
    return [record(each) for each in value] if isinstance(value, tuple | list) else value


def camel(name: str) -> str:
    """`on_premises` is onPremises."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def schema_of(kind: Any) -> Schema:
    """The schema of what `record` makes of a type."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        names = [f.name for f in dataclasses.fields(kind) if f.name != "key"]
        return thing(**{camel(name): schema_of(hints[name]) for name in names})
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return maybe(schema_of(next(each for each in arguments if each is not types.NoneType)))
    if origin is tuple and arguments[-1] is Ellipsis:
        return some(schema_of(arguments[0]))
    if origin is tuple:
        items = [schema_of(each) for each in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    return {"type": {str: "string", bool: "boolean", int: "integer"}[kind]}


def finding_record(finding: Finding) -> dict[str, Any]:
    """Returns a finding as JSON has it."""
    return {
        "id": finding.check,
        "severity": finding.severity.value,
        "resource": finding.urn,
        "name": finding.name,
        "project": finding.project,
        "environment": finding.environment,
        "path": finding.path,
        "expected": finding.expected,
        "actual": finding.actual,
        "message": finding.message,
        "remedy": finding.remedy,
        "source": finding.source,
    }


def thing(**properties: Schema) -> Schema:
    """An object with these keys, all of them, and no other."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def some(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    """It, or null."""
    return {"anyOf": [schema, {"type": "null"}]}
