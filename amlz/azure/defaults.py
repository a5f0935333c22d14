"""Defaults of Azure: the value of a property that a request may set and does not, from recorded conversations.

A default is sure if at least three recordings show it and almost all of them agree. Others, values that Azure derives,
and properties for which recordings contradict each other are unknown here: neither absent nor a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from amlz.azure.graph import is_unknown, unknown
from amlz.azure.recorded import Row, holds, of_type, scalars
from amlz.dataclass import dataclass

#: A default is sure from this many sightings on, and from this share of the cases in which it was possible.
SEEN, SHARE = 3, 0.95
#: Beginnings of paths that are free text of the caller's, and identities: no defaults of the service.
_OTHER = ("tags", "identity", "metadata.", "properties.metadata", "properties.properties.")


@dataclass(frozen=True, slots=True)
class Default:
    """The value that Azure gives an absent property, at its keys; `sure`: False where it is not known."""

    keys: tuple[str, ...]
    value: Any
    sure: bool
    source: str


def defaults(arm_type: str, version: str, body: dict[str, Any]) -> tuple[Default, ...]:
    """Returns the defaults of the properties that a body does not have. `version`: of the API, "" for not known."""
    result: dict[tuple[str, ...], Default] = {}
    rows = _rows(arm_type)
    plain = scalars(body) if rows else ()
    sent = {path: value.lower() if isinstance(value, str) else value for path, value in plain}
    for row in rows:
        keys = tuple(row["path"].split("."))
        if keys not in result and _absent(body, keys):
            default = _default(row, keys, sent, version)
            if default is not None:
                result[keys] = default
    return tuple(result.values())


def filled(arm_type: str, version: str, body: dict[str, Any], *, sure_only: bool = False) -> dict[str, Any]:
    """Returns a body with the defaults of Azure; what is not known is `unknown`, or absent with `sure_only`."""
    wanted = [default for default in defaults(arm_type, version, body) if default.sure or not sure_only]
    if not wanted:
        return body
    whole = deepcopy(body)
    for default in wanted:
        holder = whole
        for key in default.keys[:-1]:
            holder = holder.setdefault(key, {})
        last = default.keys[-1]
        if holder.get(last) is None:
            reason = f"a default of Azure that is not known for sure, of {'.'.join(default.keys)}"
            holder[last] = deepcopy(default.value) if default.sure else unknown(reason)
    return whole


def without_written(
    arm_type: str, version: str, old: dict[str, Any], new: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns two bodies without the defaults that one of them states and the other leaves to Azure.

    Only sure defaults count: where one is not known, the bodies still differ.
    """
    if not _rows(arm_type) or old == new:
        return old, new
    shorter_new = _without(new, old, arm_type, version)
    shorter_old = _without(old, new, arm_type, version)
    return shorter_old, shorter_new


def _without(states: dict[str, Any], leaves: dict[str, Any], arm_type: str, version: str) -> dict[str, Any]:
    """Returns the body that states values, without those that are the defaults of the body that leaves them out."""
    result = states
    for default in defaults(arm_type, version, leaves):
        if default.sure and _at(states, default.keys) == default.value and not _absent(states, default.keys):
            result = deepcopy(states) if result is states else result
            _drop(result, leaves, default.keys)
    return result


def _drop(body: dict[str, Any], other: dict[str, Any], keys: tuple[str, ...]) -> None:
    """Takes a value out of a body, and the objects around it that are empty then and that the other does not have."""
    holders = [body]
    for key in keys[:-1]:
        holders.append(holders[-1][key])
    for at in range(len(keys) - 1, -1, -1):
        holders[at].pop(keys[at], None)
        if holders[at] or at == 0 or not _absent(other, keys[:at]):
            return


def _rows(arm_type: str) -> tuple[Row, ...]:
    return tuple(row for row in of_type(arm_type.lower()).get("added", ()) if row.get("settable") and _is_plain(row))


def _is_plain(row: Row) -> bool:
    path = row["path"]
    return "[]" not in path and "*" not in path and not path.startswith(_OTHER)


def _default(row: Row, keys: tuple[str, ...], sent: dict[str, Any], version: str) -> Default | None:
    conditions = [one for one in row.get("when", ()) if one[0] != "exists"]
    open_version = not version and any(path == "apiVersion" for path, _, _ in conditions)
    open_value = any(_is_open(sent, path) for path, _, _ in conditions)
    is_open = open_version or open_value
    if not is_open and not holds({"when": conditions}, sent, version, exists=False):
        return None
    # one value at the creation and another later: neither is the default
    always = len(conditions) == len(row.get("when", ()))
    sure = always and not is_open and "value" in row and _is_sure(row)
    return Default(keys, row.get("value"), sure, row.get("source", ""))


def _is_open(sent: dict[str, Any], path: str) -> bool:
    """Returns whether a value is known only at deployment, or is in an object that is."""
    parts = path.split(".")
    return any(f"{'.'.join(parts[:end])}.$unknown" in sent for end in range(1, len(parts) + 1))


def _is_sure(row: Row) -> bool:
    seen, _, possible = str(row.get("seen", "0")).partition("/")
    enough = int(seen) >= SEEN and int(seen) >= SHARE * int(possible or seen)
    return enough and "{" not in "".join(_texts(row["value"]))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _absent(body: Any, keys: tuple[str, ...]) -> bool:
    """Returns whether a body leaves a property out. A value that is not known leaves nothing out."""
    for key in keys:
        if is_unknown(body) or not isinstance(body, dict):
            return body is None
        body = body.get(key)
    return body is None


def _at(body: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        body = body.get(key) if isinstance(body, dict) else None
    return body
