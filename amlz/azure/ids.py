"""Resource ids: written, read and compared the way Azure Resource Manager does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from amlz.dataclass import dataclass


def subscription_id(subscription: str) -> str:
    """The id of a subscription, given its GUID."""
    return f"/subscriptions/{subscription}"


def resource_group_id(subscription: str, resource_group: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{resource_group}"


def resource_id(subscription: str, resource_group: str, arm_type: str, *names: str) -> str:
    """Returns the id of a resource in a resource group: one name for each segment of its type, parents first.

    `resource_id(s, g, "Microsoft.Network/virtualNetworks/subnets", "vnet", "subnet")`.
    Raises ValueError when the number of names does not fit the type.
    """
    return resource_group_id(subscription, resource_group) + _provider_path(arm_type, names)


def extension_id(scope: str, arm_type: str, *names: str) -> str:
    """The id of an extension resource (a role assignment, lock, diagnostic setting) at any scope."""
    return scope.rstrip("/") + _provider_path(arm_type, names)


def _provider_path(arm_type: str, names: tuple[str, ...]) -> str:
    namespace, *segments = arm_type.split("/")
    if len(segments) != len(names):
        raise ValueError(f"{arm_type} takes {len(segments)} names, got {len(names)}: {', '.join(names)}")
    return f"/providers/{namespace}" + "".join(
        f"/{segment}/{name}" for segment, name in zip(segments, names, strict=True)
    )


@dataclass(frozen=True, slots=True)
class ResourceId:
    """An id taken apart. `subscription` and `resource_group` are empty where the id has none.

    `scope` is the id of an extension resource's target, and None for other resources.
    """

    subscription: str
    resource_group: str
    type: str
    names: tuple[str, ...]
    scope: str | None = None

    @property
    def name(self) -> str:
        """The last name: what people call the resource."""
        return self.names[-1] if self.names else ""


@lru_cache(maxsize=16_384)
def parse(text: str) -> ResourceId:
    """Takes an id apart. Raises ValueError where the text is not a resource id. Results are cached."""
    parts = text.strip("/").split("/")
    if not text.startswith("/") or len(parts) % 2:
        raise ValueError(f"not a resource id: {text!r}")
    lowered = [part.lower() for part in parts]
    subscription = parts[1] if lowered[0] == "subscriptions" else ""
    group = parts[3] if subscription and len(parts) > 3 and lowered[2] == "resourcegroups" else ""
    if "providers" not in lowered[::2]:
        kind = "Microsoft.Resources/resourceGroups" if group else "Microsoft.Resources/subscriptions"
        return ResourceId(subscription, group, kind, (group or subscription,))
    last = len(lowered) - 2 - lowered[::2][::-1].index("providers") * 2
    namespace, tail = parts[last + 1], parts[last + 2 :]
    scope = "/" + "/".join(parts[:last]) if "providers" in lowered[:last:2] else None
    return ResourceId(subscription, group, "/".join([namespace, *tail[::2]]), tuple(tail[1::2]), scope)


def same_id(left: str, right: str) -> bool:
    """Azure compares ids without regard to case."""
    return left.rstrip("/").lower() == right.rstrip("/").lower()


def within(inner: str, outer: str) -> bool:
    """Returns whether an id is `outer` or is below it."""
    inner, outer = inner.rstrip("/").lower(), outer.rstrip("/").lower()
    return inner == outer or inner.startswith(outer + "/")


def ids_in(value: Any, start: str = "/subscriptions/") -> Iterator[str]:
    """Returns every resource id in a value; of objects also the keys, where ARM keeps identities.

    `start`: the beginning of the ids that count; `/` includes those below management groups.
    """
    if isinstance(value, str):
        if value.startswith(start) and "/providers/" in value.lower():
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from ids_in(key, start)
            yield from ids_in(item, start)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from ids_in(item, start)
