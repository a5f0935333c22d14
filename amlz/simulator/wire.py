"""Pulumi's wire format, read in one pass: protobuf structs to plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: Placeholder of the SDK for a value that it does not know yet (sdk/python/lib/pulumi/runtime/rpc.py).
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


class Secret(str):
    """A value that Pulumi marks as a secret: its text is `[secret]`. `real`: the value itself."""

    real: Any

    def __new__(cls, real: Any) -> Secret:
        made = super().__new__(cls, "[secret]")
        made.real = real
        return made


def plain(struct: Any, path: str, secrets: list[str]) -> dict[str, Any]:
    """A struct's fields; unknown values stay the sentinel. Paths of secrets are noted, their values are wrapped."""
    result = {}
    for key in sorted(struct.fields):
        result[key] = _value(struct.fields[key], f"{path}.{key}" if path else key, secrets)
    return result


def _value(value: Any, path: str, secrets: list[str]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET:
            secrets.append(path)
            return Secret(_value(fields["value"], path, []) if "value" in fields else None)
        return plain(value.struct_value, path, secrets)
    if kind == "list_value":
        return [_value(item, f"{path}[{index}]", secrets) for index, item in enumerate(value.list_value.values)]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind in (None, "null_value") else getattr(value, kind)


def holds_unknown(value: Any) -> bool:
    """Returns whether the sentinel is anywhere in a value."""
    if isinstance(value, dict):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def revealed(value: Any) -> Any:
    """The value with secrets as Azure receives them; one that only the deployment knows stays wrapped."""
    if isinstance(value, Secret):
        return value if value.real is None or holds_unknown(value.real) else value.real
    if isinstance(value, dict):
        return {key: revealed(item) for key, item in value.items()}
    return [revealed(item) for item in value] if isinstance(value, list) else value


def wrapped(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Returns the paths of secrets in a value: keys and positions from its top."""
    if isinstance(value, Secret):
        yield path
    elif isinstance(value, dict):
        if any(isinstance(key, Secret) for key in value):
            yield path
            return
        for key, item in value.items():
            yield from wrapped(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from wrapped(item, (*path, at))


def replaced(value: Any, instead: Any) -> Any:
    """The value, with something else wherever the sentinel stood."""
    if isinstance(value, dict):
        return {key: replaced(item, instead) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, instead) for item in value]
    return instead if value == UNKNOWN else value
