"""Datastores that every workspace has from the start, in its storage account.

Recorded once (test_blob_store of azure-ai-ml, 2022-09), for a workspace whose datastores hold the account's key. With
`systemDatastoresAuthMode: Identity` there is none, as
https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage states.
"""

from __future__ import annotations

from typing import Any

from amlz.azure.ids import parse
from amlz.simulator.arm import rows
from amlz.simulator.state_store import StateStore

KIND = "Microsoft.MachineLearningServices/workspaces/datastores"
#: By name: the type, the key of the container, and its value.
_DEFAULTS = {
    "workspaceartifactstore": ("AzureBlob", "containerName", "azureml"),
    "workspaceblobstore": ("AzureBlob", "containerName", "azureml-blobstore-{workspace}"),
    "workspacefilestore": ("AzureFile", "fileShareName", "azureml-filestore-{workspace}"),
    "workspaceworkingdirectory": ("AzureFile", "fileShareName", "code-{code}"),
}


def ids(workspace: str) -> tuple[str, ...]:
    """Returns the ids of the datastores that a workspace has from the start, in order."""
    return tuple(f"{workspace}/datastores/{name}" for name in _DEFAULTS)


def body_from_the_start(store: StateStore, resource_id: str) -> dict[str, Any] | None:
    """Returns the body of a datastore that its workspace has from the start; None for any other id."""
    parsed = parse(resource_id)
    row = _DEFAULTS.get(parsed.name.lower()) if parsed.type.lower() == KIND.lower() else None
    workspace = store.get(resource_id.rsplit("/", 2)[0]) if row else None
    settings = (workspace.body or {}).get("properties") if workspace else None
    if row is None or workspace is None or not isinstance(settings, dict) or not settings.get("storageAccount"):
        return None
    kind, key, name = row
    code = rows.made_up(f"{workspace.id.lower()} code")
    by_key = str(settings.get("systemDatastoresAuthMode", "accesskey")).lower() == "accesskey"
    properties: dict[str, Any] = {
        "isDefault": parsed.name.lower() == "workspaceblobstore",
        "credentials": {"credentialsType": "AccountKey" if by_key else "None"},
        "datastoreType": kind,
        "accountName": str(settings["storageAccount"]).rpartition("/")[2],
        key: name.format(workspace=settings.get("workspaceId", ""), code=code),
        "endpoint": "core.windows.net",
        "protocol": "https",
    }
    return {"properties": properties}
