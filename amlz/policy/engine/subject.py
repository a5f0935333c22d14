"""A resource for evaluation, prepared once for all policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.azure import ids
from amlz.dataclass import dataclass
from amlz.policy.engine.errors import BadInput
from amlz.policy.engine.values import MISSING, get, has_unknown, lifted


@dataclass(frozen=True, slots=True)
class Subject:
    """An ARM resource. `type` is in lower case, `body` the resource with unknown values marked, all of it."""

    type: str
    api_version: str
    id: str
    body: dict[str, Any]
    open: bool

    @property
    def name(self) -> str:
        """The name as given, which may be `parent/leaf`."""
        value = get(self.body, "name")
        return value if isinstance(value, str) else ""

    @property
    def full_name(self) -> str:
        """Parents and leaf: `parent/leaf`."""
        if "/" in self.name or not self.id:
            return self.name
        try:
            return "/".join(ids.parse(self.id).names)
        except ValueError:
            return self.name

    @property
    def resource_group(self) -> str:
        """The resource group of its id; "" where that is not known."""
        try:
            return ids.parse(self.id).resource_group if self.id else ""
        except ValueError:
            return ""


def subject(resource: Mapping[str, Any], position: str = "resource") -> Subject:
    """Prepares a resource. Raises BadInput where it has no type; `position`: of the resource in the input."""
    if not isinstance(resource, Mapping):
        raise BadInput(f"{position}: expected an object, found {resource!r}")
    body: dict[str, Any] = lifted(dict(resource))
    kind, version, own_id = (get(body, key) for key in ("type", "apiVersion", "id"))
    if not isinstance(kind, str) or not kind:
        result = "none" if kind is MISSING else repr(kind)
        raise BadInput(
            f"{position}.type: expected a resource type such as Microsoft.Storage/storageAccounts, found {result}"
        )
    return Subject(
        kind.lower(),
        version if isinstance(version, str) else "",
        own_id if isinstance(own_id, str) else "",
        body,
        has_unknown(body),
    )
