"""Rows of recorded behaviour (amlz/azure/recorded.py), applied to a body."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlz.azure.ids import ResourceId
from amlz.azure.recorded import Row, holds

_MADE_UP = uuid.UUID("3d0b9d5e-0f6c-5c4e-9f0e-2f6a7f1f4b11")
#: The tenant of every simulated subscription: made up.
TENANT = str(uuid.uuid5(_MADE_UP, "tenant"))
_PLACEHOLDER = re.compile(r"\{(\w+(?:\.\w+)?)\}")


@dataclass(frozen=True, slots=True)
class RowContext:
    """Values of placeholders and conditions. `sent`: plain values of the request by path. `time`: the simulated one.

    `write`: the number of this write, of which entity tags are made.
    """

    id: str
    parsed: ResourceId
    location: str
    version: str
    exists: bool
    sent: Mapping[str, Any]
    time: datetime
    write: int = 0


def made_up(text: str) -> str:
    """Returns the GUID that is made up for a text: always the same one."""
    return str(uuid.uuid5(_MADE_UP, text))


def _applies(row: Row, context: RowContext) -> bool:
    return holds(row, context.sent, context.version, context.exists)


def add(body: dict[str, Any], rows: list[Row], context: RowContext) -> None:
    """Puts what Azure adds into a body, where the request has nothing."""
    for row in rows:
        if "value" in row and _applies(row, context):
            _add(body, row["path"].split("."), row["value"], context, ())


def _add(holder: Any, path: list[str], value: Any, context: RowContext, at: tuple[Any, ...]) -> None:
    key, *rest = path
    if not isinstance(holder, dict):
        return
    if key == "*":
        for name, item in list(holder.items()):
            if rest:
                _add(item, rest, value, context, (*at, name))
        return
    name = key.removesuffix("[]")
    if key.endswith("[]"):
        for index, item in enumerate(holder.get(name) or ()):
            if isinstance(item, dict):
                _add(item, rest, value, context, (*at, item.get("name", index)))
    elif rest:
        below = holder.get(name)
        if below is None and not any(part == "*" or part.endswith("[]") for part in rest):
            below = holder[name] = {}
        _add(below, rest, value, context, at)
    elif holder.get(name) is None:
        holder[name] = filled(value, context, (*at, name))


def filled(value: Any, context: RowContext, at: tuple[Any, ...]) -> Any:
    """A value of a row with its placeholders filled. `at`: names of the items that it is in, which `{item}` means."""
    if isinstance(value, dict):
        return {key: filled(item, context, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, context, (*at, index)) for index, item in enumerate(value)]
    if not isinstance(value, str) or "{" not in value:
        return value
    return _PLACEHOLDER.sub(lambda match: _placeholder(match.group(1), context, at), value)


def _placeholder(word: str, context: RowContext, at: tuple[Any, ...]) -> str:
    resource_id, names = context.parsed, context.parsed.names
    if word == "id":
        return context.id
    if word == "scope":
        return context.id[: context.id.lower().rindex("/providers/")]
    if word == "parentId":
        return context.id.rsplit("/", 2)[0]
    if word == "name":
        return resource_id.name
    if word == "parent":
        return names[-2] if len(names) > 1 else ""
    if word == "location":
        return context.location
    if word == "subscription":
        return resource_id.subscription
    if word == "group":
        return resource_id.resource_group
    if word == "tenant":
        return TENANT
    if word == "item":
        return str(at[-2]) if len(at) > 1 else ""
    if word == "date":
        return context.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    number = context.write if "etag" in at else ""
    made_up = uuid.uuid5(_MADE_UP, f"{context.id.lower()} {at} {number}")
    if word == "state":
        return "{state}"  # how far the last operation is: filled when the body is shown
    if word == "hex":
        return made_up.hex
    return str(made_up)


def restate(body: dict[str, Any], rows: list[Row], context: RowContext) -> None:
    """Gives values of a request the form in which Azure returns them."""
    for row in rows:
        if _applies(row, context):
            _restate(body, row["path"].split("."), row)


def _restate(holder: Any, path: list[str], row: Row) -> None:
    key, *rest = path
    name = key.removesuffix("[]")
    if not isinstance(holder, dict):
        return
    if key == "*":
        for item in holder.values():
            _restate(item, rest, row)
    elif name not in holder:
        return
    elif key.endswith("[]") and isinstance(holder[name], list):
        if rest:
            for item in holder[name]:
                _restate(item, rest, row)
        else:
            holder[name] = [_form(item, row) for item in holder[name]]
    elif rest:
        _restate(holder[name], rest, row)
    elif row["form"] == "absent":
        del holder[name]
    else:
        holder[name] = _form(holder[name], row)


def _form(value: Any, row: Row) -> Any:
    form = row["form"]
    if form == "value":
        return row["value"]
    if form == "letters" and isinstance(value, str):
        return row["letters"].get(value.lower(), value)
    if form == "segments" and isinstance(value, str):
        return "/".join(row["letters"].get(part.lower(), part) for part in value.split("/"))
    if form == "lower" and isinstance(value, str):
        return value.lower()
    if form == "location" and isinstance(value, str):
        return value.lower().replace(" ", "")
    if form == "number" and isinstance(value, str) and value.isdigit():
        return int(value)
    if form == "text" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value
