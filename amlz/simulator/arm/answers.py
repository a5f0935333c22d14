"""Answers to writes that Azure accepts: status, headers that lead to the operation, body."""

from __future__ import annotations

from typing import Any

from amlz.azure.ids import parse
from amlz.azure.recorded import of_type
from amlz.simulator.arm import bodies
from amlz.simulator.arm.azure import Azure
from amlz.simulator.arm.messages import Answer, Request
from amlz.simulator.arm.operations import LongOperation
from amlz.simulator.arm.timing import Timing, timing
from amlz.simulator.state_store import StoredResource

HOST = "https://management.azure.com"
#: The header that marks an answer to a type of which nothing is known: the resource is stored as it was sent.
STORED_ONLY = {"x-simulated": "stored-only"}


def accepted(azure: Azure, request: Request, resource: StoredResource, verb: str) -> Answer:
    """The answer to a PUT or PATCH that was carried out, and its operation where it takes a while.

    `verb`: create, update, patch, or restore.
    """
    taken = timing(resource.type.lower(), verb)
    headers = marks(resource)
    if taken.seconds:
        begun = azure.operations.begin(resource.id, verb, taken.state, taken.seconds)
        headers |= leading(resource, begun, taken, request.version)
    value = azure.store.get(resource.id)
    if value is None or not taken.body:
        return Answer(taken.status, headers, None)
    return Answer(taken.status, headers, bodies.shown(azure.store, azure.operations, value))


def marks(resource: StoredResource) -> dict[str, str]:
    """Returns the header that marks a type without known rules, for such a type."""
    known = resource.token or of_type(resource.type.lower())
    return {} if known else dict(STORED_ONLY)


def leading(resource: StoredResource, operation: LongOperation, timing: Timing, version: str) -> dict[str, str]:
    """The headers that lead a client to an operation."""
    resource_id = parse(resource.id)
    namespace = resource_id.type.partition("/")[0]
    location = str((resource.body or {}).get("location") or "global")
    scope = f"{HOST}/subscriptions/{resource_id.subscription}"
    at = scope if namespace == "Microsoft.Resources" else f"{scope}/providers/{namespace}/locations/{location}"
    words: dict[str, Any] = {"Azure-AsyncOperation": "operations", "Location": "operationresults"}
    headers = {name: f"{at}/{words[name]}/{operation.key}?api-version={version}" for name in timing.headers}
    if timing.retry:
        headers["Retry-After"] = str(timing.retry)
    return headers
