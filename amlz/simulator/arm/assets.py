"""Assets of a workspace: a version of one creates the container that it is in.

azure-ai-ml 1.35 writes only versions (`ModelOperations.create_or_update` and others), and reads containers afterwards.
"""

from __future__ import annotations

from typing import Any

from amlz.azure.ids import parse
from amlz.simulator.arm.addresses import Address
from amlz.simulator.arm.azure import Azure
from amlz.simulator.state_store import SUCCEEDED, StoredResource

_WORKSPACE = "microsoft.machinelearningservices/workspaces"
_KINDS = ("codes", "components", "data", "environments", "models")
_VERSIONS = tuple(f"{_WORKSPACE}/{kind}/versions" for kind in _KINDS)


def is_versions(kind: str) -> bool:
    """Returns whether a type is that of versions of an asset. Their list is empty without the container.

    `CodeOperations.create_or_update` of azure-ai-ml 1.35 reads it before the first version, and fails with a 404.
    """
    return kind.lower() in _VERSIONS


def create_container(azure: Azure, address: Address) -> None:
    """Creates the container of a version of an asset, where the workspace exists and the container does not."""
    if not is_versions(address.type):
        return
    container = address.id.rsplit("/", 2)[0]
    if azure.store.get(container) is not None or azure.store.get(container.rsplit("/", 2)[0]) is None:
        return
    parsed = parse(container)
    body = {"properties": {"isArchived": False}}
    with azure.store.change():
        azure.store.put(StoredResource(container, "", "", parsed.type, parsed.name, body, {}, SUCCEEDED, body), ())


def with_defaults(address: Address, body: dict[str, Any]) -> dict[str, Any]:
    """Returns the body of a request with what azure-ai-ml expects in the answer: a model has flavors, even if none.

    `Model._from_rest_object` of azure-ai-ml 1.35 reads them without a question.
    """
    properties = body.get("properties")
    if address.type.lower() != f"{_WORKSPACE}/models/versions" or not isinstance(properties, dict):
        return body
    return {**body, "properties": {"flavors": {}, **properties}}
