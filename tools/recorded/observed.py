"""Answers by request: one observation a request, in which values that follow from its names are replaced."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amlz.azure.ids import parse
from amlz.azure.recorded import scalars
from amlz.simulator.arm import bodies, children
from amlz.simulator.arm.addresses import BadPath, address, canonical_type
from amlz.simulator.casing import as_azure_writes
from tools.benchmarks.recordings import Exchange, is_no_json

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
#: Objects whose keys are names of the request.
_MAPS = ("userAssignedIdentities",)
_WRITES = ("PUT", "PATCH")
#: Requests of 2024 and later count for more: Azure's defaults change.
_NEW = 1704067200.0


@dataclass
class Seen:
    """One request and its body. `added`: by path, values that were not sent; `sent`: by path, pairs of values.

    `whole`: the request describes the whole resource, as a PUT does.
    """

    kind: str
    version: str
    exists: bool
    new: bool
    recording: str
    features: Mapping[str, Any]
    whole: bool
    added: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, list[tuple[Any, Any]]] = field(default_factory=lambda: defaultdict(list))
    places: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    given: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def outcomes(self, path: str) -> Iterator[str | None]:
        """The answers at a path: a value for each possible position, None where it is absent."""
        values = self.added.get(path, [])
        holder = _holder(path)
        possible = self.places[holder] if holder else 1
        yield from values
        for _ in range(possible - len(values) - self.given.get(path, 0)):
            yield None


def _holder(path: str) -> str:
    """The innermost list or map that a path is in, "" for none."""
    keys = path.split(".")
    for end in range(len(keys) - 1, 0, -1):
        if keys[end - 1].endswith("[]") or keys[end - 1] == "*":
            return ".".join(keys[:end])
    return ""


def observations(exchanges: list[Exchange]) -> Iterator[Seen]:
    """The observations of one recording: answers to PUT and PATCH, or the first GET after those without a body."""
    before: dict[str, dict[str, Any]] = {}
    waiting: dict[str, tuple[Exchange, bool]] = {}
    for one in exchanges:
        key = one.path.lower()
        if one.method == "DELETE":
            before.pop(key, None)
        if is_no_json(one):
            continue
        if not isinstance(one.response, dict) or not one.response or "error" in one.response or one.status >= 300:
            if one.method in _WRITES and one.status < 300 and isinstance(one.request, dict):
                waiting[key] = (one, key in before)
                before.setdefault(key, {})
            continue
        if one.method in _WRITES and isinstance(one.request, dict):
            yield from _observed(one, one.request, one.response, key in before, before.get(key))
            before[key] = one.response
            waiting.pop(key, None)
        elif one.method == "GET" and key in waiting:
            request, existed = waiting.pop(key)
            yield from _observed(request, request.request, one.response, existed, before.get(key))
            before[key] = one.response


def _observed(
    one: Exchange, request: Any, response: Any, exists: bool, before: Mapping[str, Any] | None
) -> Iterator[Seen]:
    try:
        kind = address(one.path).type
    except BadPath:
        return
    if one.method == "PATCH":
        whole = bodies.patched(before or {}, request)
        yield _seen(one, one.path, kind, bodies.sent(kind.lower(), request, None), response, exists, whole)
        return
    sent = bodies.sent(kind.lower(), request, before)
    for list_name, child in children.INLINE.get(kind.lower(), {}).items():
        yield from _listed(one, list_name, child, (sent, response), exists)
    yield _seen(one, one.path, kind, _childless(kind, sent), _childless(kind, response), exists)


def _childless(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body without the lists of children, which are observed on their own."""
    lists = children.INLINE.get(kind.lower(), {})
    properties = body.get("properties")
    if not lists or not isinstance(properties, dict):
        return dict(body)
    return {**body, "properties": {key: value for key, value in properties.items() if key not in lists}}


def _listed(exchange: Exchange, name: str, child: str, both: tuple[Any, Any], exists: bool) -> Iterator[Seen]:
    sent, back = ((body.get("properties") or {}).get(name) or [] for body in both)
    by_name = {str(item.get("name")).lower(): item for item in back if isinstance(item, dict)}
    for item in sent:
        result = by_name.get(str(item.get("name")).lower()) if isinstance(item, dict) else None
        if result is not None:
            path = f"{exchange.path}/{child.rpartition('/')[2]}/{item['name']}"
            yield _seen(exchange, path, child, bodies.sent(child.lower(), item, None), result, exists)


def _seen(
    one: Exchange,
    path: str,
    kind: str,
    sent: Mapping[str, Any],
    back: Mapping[str, Any],
    exists: bool,
    patched: Mapping[str, Any] | None = None,
) -> Seen:
    """`patched`: of a PATCH, the resource with it."""
    features = {
        key: value.lower() if isinstance(value, str) else value
        for key, value in scalars(sent if patched is None else patched)
        if not key.startswith(("tags.", "identity.userAssignedIdentities.")) and not isinstance(value, float)
    }
    new = (one.time or 0) >= _NEW
    seen = Seen(kind.lower(), one.version, exists, new, one.recording, features, patched is None)
    words = _words(path, sent)
    _walk(seen, "", sent, back, words)
    own = {"id": as_azure_writes(path), "name": parse(path).name, "type": canonical_type(kind)}
    for key, value in own.items():
        text = json.dumps(_template(value, words))
        if seen.added.get(key) == [text] or key == "id":
            seen.added.pop(key, None)
    return seen


def _walk(seen: Seen, path: str, sent: Any, back: Any, words: list[tuple[str, str]]) -> None:
    """Compares two values at a path."""
    for key in dict.fromkeys([*(sent or {}), *(back or {})]):
        at = f"{path}.{key}" if path else str(key)
        ours = sent.get(key) if isinstance(sent, Mapping) else None
        theirs = _get(back, key)
        _compare(seen, at, ours, theirs, words)


def _get(value: Any, key: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    if key in value:
        return value[key]
    return next((item for name, item in value.items() if name.lower() == key.lower()), None)


def _compare(seen: Seen, at: str, ours: Any, theirs: Any, words: list[tuple[str, str]]) -> None:
    if ours is None:
        if theirs is not None:
            _note(seen, at, theirs, words)
        return
    seen.given[at] += 1
    if ours in ([], {}) and theirs is None:
        return  # an empty value that is left out is no sign for other values
    if at.rpartition(".")[2] in _MAPS and isinstance(ours, Mapping):
        seen.places[f"{at}.*"] += len(ours)
        for key, item in ours.items():
            _walk(seen, f"{at}.*", item or {}, _get(theirs, key) or {}, words)
    elif isinstance(ours, Mapping) and (isinstance(theirs, Mapping) or theirs is None):
        seen.sent[at].append(("{}", None if theirs is None else "{}"))
        if theirs is not None:
            _walk(seen, at, ours, theirs, words)
    elif isinstance(ours, list) and isinstance(theirs, list) and ours and isinstance(ours[0], Mapping):
        if len(ours) == len(theirs):
            seen.places[f"{at}[]"] += len(ours)
            for left, right in zip(ours, theirs, strict=True):
                if isinstance(left, Mapping) and isinstance(right, Mapping):
                    _walk(seen, f"{at}[]", left, right, [(str(left.get("name", "")), "{item}"), *words])
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for left, right in zip(ours, theirs, strict=True):
            seen.sent[f"{at}[]"].append((left, right))
    elif not (isinstance(ours, list | Mapping) and theirs is not None):
        seen.sent[at].append((ours if not isinstance(ours, list | Mapping) else "{}", theirs))


def _note(seen: Seen, at: str, value: Any, words: list[tuple[str, str]]) -> None:
    """A value that was not sent: of objects, every value in them on its own."""
    if isinstance(value, Mapping) and value and at.rpartition(".")[2] not in (*_MAPS, "tags"):
        for key, item in value.items():
            if item is not None:
                _note(seen, f"{at}.{key}", item, words)
    else:
        seen.added[at].append(json.dumps(_filled(at, value, words), sort_keys=True))


def _filled(at: str, value: Any, words: list[tuple[str, str]]) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(f"{at}.{key}", item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(at, item, words) for item in value]
    if at.endswith("provisioningState") and isinstance(value, str):
        return "{state}"
    if at.lower().endswith("tenantid") and isinstance(value, str):
        return "{tenant}"
    return _template(value, words) if isinstance(value, str) else value


def _words(path: str, sent: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Texts of a request and their placeholders, the longest first."""
    resource_id = parse(path)
    location = sent.get("location")
    words = [
        (as_azure_writes(path), "{id}"),
        (path, "{id}"),
        (path.rsplit("/", 2)[0] if len(resource_id.names) > 1 else "", "{parentId}"),
        (path[: path.lower().rindex("/providers/")] if "/providers/" in path.lower() else "", "{scope}"),
        (resource_id.names[-1] if resource_id.names else "", "{name}"),
        (resource_id.names[-2] if len(resource_id.names) > 1 else "", "{parent}"),
        (resource_id.resource_group, "{group}"),
        (f"/subscriptions/{resource_id.subscription}/", "/subscriptions/{subscription}/"),
        (location.lower().replace(" ", "") if isinstance(location, str) else "", "{location}"),
    ]
    return [(text, word) for text, word in words if len(text) > 2]


def _template(value: str, words: list[tuple[str, str]]) -> str:
    if "{" in value:
        return value
    for text, word in words:
        if len(text) > 2:
            value = re.sub(rf"(?<![A-Za-z0-9_]){re.escape(text)}(?![A-Za-z0-9_])", word, value)
    value = _HEX.sub("{hex}", value)
    value = _GUID.sub("{guid}", value)
    return _DATE.sub("{date}", value)
