"""Paths of requests, taken apart: a resource, a collection of resources, or an operation that is under way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from amlz.azure import table
from amlz.azure.ids import parse


class PathKind(Enum):
    """Kinds of paths."""

    RESOURCE = "resource"
    COLLECTION = "collection"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class Address:
    """A path. `id`: of the resource, or of what a collection is in. `type`: the ARM type, as Azure writes it.

    `operation`: the key, where it is of an operation; `waits`: whether the path is the one of the Location header.
    """

    kind: PathKind
    id: str
    type: str
    operation: str | None = None
    waits: bool = False


class BadPath(ValueError):
    """A path that is none of ARM's: the code and the message of ARM's answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


GROUP = "Microsoft.Resources/resourceGroups"
SUBSCRIPTION = "Microsoft.Resources/subscriptions"
_OPERATION = re.compile(
    r"/subscriptions/[^/]+(?:/providers/[^/]+/locations/[^/]+)?/(operations|operationresults)/([^/]+)", re.I
)
_NAME = re.compile(r"[^/<>%&?\\\x00-\x1f\x7f]+")


@lru_cache(maxsize=4096)
def address(path: str, last_is_action: bool = False) -> Address:
    """Takes a path apart. Raises BadPath. `last_is_action`: the last segment names the action of a POST."""
    text = path.rstrip("/")
    operation = _OPERATION.fullmatch(text)
    if operation and not last_is_action:
        return Address(PathKind.OPERATION, "", "", operation[2], operation[1].lower() == "operationresults")
    if last_is_action:
        text = text.rpartition("/")[0]
    parts = text.split("/")
    if parts[0] or len(parts) < 2 or not all(_NAME.fullmatch(part) for part in parts[1:]):
        raise BadPath(400, "InvalidRequestUri", f"The request URI '{path}' is no path of Azure Resource Manager.")
    lowered = [part.lower() for part in parts]
    if lowered[1] not in ("subscriptions", "providers"):
        raise BadPath(404, "InvalidResourceType", f"The resource type could not be found: '{path}'.")
    text = _canonical_scope(parts, lowered)
    if "providers" in lowered and len(parts) > lowered.index("providers") + 1:
        namespace = parts[len(lowered) - lowered[::-1].index("providers")] if lowered[-1] != "providers" else ""
        if "." not in namespace:
            raise BadPath(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    if len(parts) % 2 == 0:
        return _collection(text, parts, lowered)
    kind = parse(text).type
    if "/" not in kind:
        raise BadPath(404, "InvalidResourceType", f"The resource type could not be found: '{path}'.")
    return Address(PathKind.RESOURCE, text, canonical_type(kind))


def _collection(text: str, parts: list[str], lowered: list[str]) -> Address:
    above, last = text.rpartition("/")[0], parts[-1]
    if lowered[-1] == "resourcegroups" and len(parts) == 4:
        return Address(PathKind.COLLECTION, above, GROUP)
    if lowered[-1] == "resources" and lowered[-2] != "providers" and len(parts) in (4, 6):
        return Address(PathKind.COLLECTION, above, "")
    if lowered[-1] == "subscriptions" and len(parts) == 2:
        return Address(PathKind.COLLECTION, "", SUBSCRIPTION)
    if "providers" not in lowered:
        raise BadPath(404, "InvalidResourceType", f"The resource type could not be found: '{text}'.")
    if lowered[-3] == "providers":
        return Address(PathKind.COLLECTION, above.rpartition("/providers/")[0], canonical_type(f"{parts[-2]}/{last}"))
    return Address(PathKind.COLLECTION, above, canonical_type(f"{parse(above).type}/{last}"))


def _canonical_scope(parts: list[str], lowered: list[str]) -> str:
    """Returns the path with the letters of ARM in the segments that ARM itself reads."""
    for at, word in ((1, "subscriptions"), (3, "resourceGroups")):
        if len(parts) > at and lowered[at] == word.lower():
            parts[at] = word
    return "/".join("providers" if part == "providers" else own for part, own in zip(lowered, parts, strict=True))


def canonical_type(kind: str) -> str:
    """Returns an ARM type in Azure's letters, as far as the table knows it."""
    return _types().get(kind.lower(), (kind, ""))[0]


def token_of(kind: str, resource_id: str) -> str:
    """Returns the azure-native token of a type, whose table of shapes reads its bodies; "" where there is none."""
    value = _types().get(kind.lower())
    if value is None:
        above = kind.rpartition("/")[0]
        value = _types().get(f"{above}/{{recordtype}}".lower()) if above else None
    if value is None:
        return ""
    at_group = f"{value[1]}AtManagementGroup"
    if "/managementgroups/" in resource_id.lower() and at_group in _tokens():
        return at_group
    return value[1]


@lru_cache(maxsize=1)
def _tokens() -> frozenset[str]:
    return frozenset(table.tokens())


@lru_cache(maxsize=1)
def _types() -> dict[str, tuple[str, str]]:
    """Returns the type and the token by the type in lower case; of several tokens, the one with the shortest name."""
    types: dict[str, tuple[str, str]] = {}
    for token in sorted(_tokens(), key=lambda name: (-len(name), name)):
        kind = table.entry(token)["arm"]
        types[kind.lower()] = (kind, token)
    return types
