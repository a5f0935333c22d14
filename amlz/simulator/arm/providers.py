"""Resource providers of a subscription: read, and registered.

A registration ends before the next request: Azure takes minutes, in which it accepts requests for the provider.
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from amlz.azure import table
from amlz.simulator import registrations
from amlz.simulator.arm.messages import Answer, Request, error
from amlz.simulator.state_store import StateStore

_PROVIDERS = re.compile(r"/subscriptions/([^/]+)/providers(?:/([^/]+))?", re.I)
_REGISTER = re.compile(r"/subscriptions/([^/]+)/providers/([^/]+)/register", re.I)


def asks(request: Request) -> bool:
    """Returns whether a request is about resource providers."""
    return _match(request) is not None


def answer(store: StateStore, request: Request) -> Answer:
    """Returns the answer to a request about resource providers."""
    match = _match(request)
    assert match is not None, "asks(request)"
    subscription, name = match.groups()
    if name is None:
        return Answer(200, {}, {"value": [_shown(store, subscription, one) for one in sorted(_namespaces().values())]})
    namespace = _namespaces().get(name.lower())
    if namespace is None:
        return error(404, "InvalidResourceNamespace", f"The resource namespace '{name}' is invalid.")
    shown = _shown(store, subscription, namespace)
    if request.method == "POST" and shown["registrationState"] != "Registered":
        registrations.register(store, subscription, (namespace,))
        return Answer(200, {}, {**shown, "registrationState": "Registering"})
    return Answer(200, {}, shown)


def _match(request: Request) -> re.Match[str] | None:
    pattern = {"GET": _PROVIDERS, "POST": _REGISTER}.get(request.method)
    return pattern.fullmatch(request.path.rstrip("/")) if pattern else None


def _shown(store: StateStore, subscription: str, namespace: str) -> Mapping[str, Any]:
    """A resource provider, with the types and API versions that the simulator has tables of."""
    registered = registrations.is_registered(store, subscription, namespace)
    return {
        "id": f"/subscriptions/{subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationState": "Registered" if registered else "NotRegistered",
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": [
            {"resourceType": kind, "locations": [], "apiVersions": [version]}
            for kind, version in sorted(_types().get(namespace, {}).items())
        ],
    }


@cache
def _types() -> dict[str, dict[str, str]]:
    """Returns the types of each namespace, and the API version of each."""
    types: dict[str, dict[str, str]] = {}
    for token in table.tokens():
        entry = table.entry(token)
        namespace, _, kind = str(entry["arm"]).partition("/")
        if "{" not in kind:
            types.setdefault(namespace, {})[kind] = str(entry["api"])
    return types


@cache
def _namespaces() -> dict[str, str]:
    """Returns the known namespaces: also those of resource groups, and of what Azure ML creates with a key."""
    return {name.lower(): name for name in (*_types(), "Microsoft.Resources", "Microsoft.DocumentDB")}
