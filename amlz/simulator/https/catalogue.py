"""Subscriptions and built-in roles: they exist in every tenant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from amlz.simulator.arm.messages import Answer, Request, error

_ROLE = "Microsoft.Authorization/roleDefinitions"
_ROLES = re.compile(r"(?:/.+)?/providers/microsoft\.authorization/roledefinitions(?:/([^/]+))?", re.I)
_PROVIDERS = re.compile(r"/subscriptions/[^/]+/providers(?:/[^/]+)?", re.I)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant: its id, the subscriptions that exist before any request, GUIDs of built-in roles by name."""

    id: str
    subscriptions: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)


def answer(
    request: Request, query: Mapping[str, str], tenant: str, subscriptions: Callable[[], tuple[str, ...]]
) -> Answer | None:
    """Returns the answer to a question about ARM itself; None for any other request.

    `query`: its parameters by name in lower case.
    """
    path = request.path.rstrip("/")
    if request.method != "GET":
        return None
    if path.lower() == "/subscriptions":
        return Answer(200, {}, {"value": [_subscription(subscription, tenant) for subscription in subscriptions()]})
    if path.lower() == "/tenants":
        return Answer(
            200, {}, {"value": [{"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "Simulated"}]}
        )
    alone = re.fullmatch(r"/subscriptions/([^/]+)", path, re.I)
    if alone:
        return Answer(200, {}, _subscription(alone[1], tenant))
    if re.fullmatch(r"/subscriptions/[^/]+/locations", path, re.I):
        return error(501, "NotSimulated", "The simulator does not know which regions a subscription has.")
    if _PROVIDERS.fullmatch(path) and "aliases" in query.get("$expand", "").lower():
        return error(501, "NotSimulated", "The simulator does not list aliases of Azure Policy.")
    return None


def with_roles(request: Request, answer: Answer, roles: Mapping[str, str]) -> Answer:
    """Returns an answer about role definitions with the built-in ones, whose permissions are left out."""
    match = _ROLES.fullmatch(request.path.rstrip("/")) if request.method == "GET" else None
    if match is None:
        return answer
    if match[1]:
        name = next((name for name, guid in roles.items() if guid == match[1].lower()), None)
        return Answer(200, {}, _role(name, roles[name])) if name and answer.status == 404 else answer
    if answer.status != 200:
        return answer
    return replace(answer, body={"value": [*answer.body["value"], *(_role(*row) for row in sorted(roles.items()))]})


def _role(name: str, guid: str) -> Mapping[str, Any]:
    properties = {"roleName": name, "type": "BuiltInRole", "assignableScopes": ["/"]}
    return {"id": f"/providers/{_ROLE}/{guid}", "name": guid, "type": _ROLE, "properties": properties}


def _subscription(name: str, tenant: str) -> Mapping[str, Any]:
    return {
        "id": f"/subscriptions/{name}",
        "subscriptionId": name,
        "tenantId": tenant,
        "displayName": f"Simulated {name[:8]}",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
    }
