"""Protection that existing resources would lose by a change: properties, deleted and added resources."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from amlz.azure.protection import Protection
from amlz.azure.protections import ADDED, PROTECTIONS, REMOVED
from amlz.checks.guard.change import ExistingResource
from amlz.core.discovery import capability_facts

_FACTS = tuple(capability_facts())
_REMOVED = REMOVED | {kind: words for facts in _FACTS for kind, words in facts.removed.items()}
_ADDED = ADDED | {kind: words for facts in _FACTS for kind, words in facts.added.items()}
_ROWS = (*PROTECTIONS, *(row for facts in _FACTS for row in facts.protections))
_BY_TYPE = {row.arm_type.lower(): tuple(r for r in _ROWS if r.arm_type == row.arm_type) for row in _ROWS}


def of_type(arm_type: str) -> tuple[Protection, ...]:
    """Returns the protections of an ARM type, in any letter case."""
    return _BY_TYPE.get(arm_type.lower(), ())


def less_protected(
    pairs: Iterable[tuple[ExistingResource, ExistingResource]], existing: Container[str], *, shared: bool
) -> Iterator[str]:
    """Returns protection that resources lose, a sentence for each kind. `pairs`: before and after.

    `existing`: IDs before the change, in lower case. `shared`: environments share the resources.
    """
    losses: dict[str, set[str]] = {}
    for old, new in pairs:
        properties = _on_existing(new.properties, existing)
        for row in of_type(old.type):
            details = None if shared and row.own else row.lost(old.properties, properties)
            if details is not None:
                losses.setdefault(row.words, set()).add(_named(old, details))
    yield from _sentences(losses)


def removed(resources: Iterable[ExistingResource], now: Container[str]) -> Iterator[str]:
    """Returns protection that is deleted while what it protects stays. `now`: IDs that exist afterwards."""
    yield from _by_words(_REMOVED, (resource for resource in resources if _in_use(resource, now)))


def added(resources: Iterable[ExistingResource]) -> Iterator[str]:
    """Returns what is created and takes protection away."""
    yield from _by_words(_ADDED, resources)


def scopes_of(resource: ExistingResource) -> tuple[str, ...]:
    """Returns the IDs that an alert rule, or a suppression of alerts, is about, in lower case."""
    scopes = resource.properties.get("scopes")
    return tuple(str(scope).lower() for scope in scopes) if isinstance(scopes, list) else ()


def _on_existing(properties: Mapping[str, Any], existing: Container[str]) -> Mapping[str, Any]:
    """Returns properties without excluded scopes of a policy that the change creates: nothing there loses a policy."""
    scopes = properties.get("notScopes")
    if not isinstance(scopes, list):
        return properties
    return {**properties, "notScopes": [scope for scope in scopes if str(scope).lower() in existing]}


def _in_use(resource: ExistingResource, now: Container[str]) -> bool:
    scopes = scopes_of(resource)
    return not scopes or any(scope in now or "/resourcegroups/" not in scope for scope in scopes)


def _named(resource: ExistingResource, details: tuple[str, ...]) -> str:
    """Returns the name of a resource, with details: of what a diagnostic setting is on, and of a service's account."""
    path = resource.id
    if resource.type.lower() == "microsoft.insights/diagnosticsettings":
        path = path.rpartition("/providers/")[0]
    last = path.split("/")
    name = "/".join(last[-3::2]) if last[-1] == "default" and len(last) > 2 else last[-1]
    name = name or resource.name
    return f"{name} ({', '.join(details)})" if details else name


def _by_words(table: Mapping[str, str], resources: Iterable[ExistingResource]) -> Iterator[str]:
    by_type = {arm_type.lower(): words for arm_type, words in table.items()}
    names: dict[str, set[str]] = {}
    for resource in resources:
        if words := by_type.get(resource.type.lower()):
            names.setdefault(words, set()).add(_named(resource, ()))
    yield from _sentences(names)


def _sentences(names: Mapping[str, set[str]]) -> Iterator[str]:
    for words, those in names.items():
        yield f"{words}: {', '.join(sorted(those))}"
