"""Azure ML's managed network: what it lets out by itself, what must be added, and what it never does.

All from https://learn.microsoft.com/azure/machine-learning/how-to-managed-network (2024-08-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from amlz.core.facts.clouds import CLOUDS, host_of
from amlz.dataclass import dataclass

PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network"

#: `isolationMode` of ARM, by `outbound` in the stack file.
MODES: Mapping[str, str] = {"approvedOnly": "AllowOnlyApprovedOutbound", "internet": "AllowInternetOutbound"}

Part = Literal["workspace", "vault", "storage", "registry"]


@dataclass(frozen=True, slots=True)
class RequiredEndpoint:
    """A private endpoint that Azure makes by itself, to a part of the workspace."""

    part: Part
    why: str
    source: str = PAGE


@dataclass(frozen=True, slots=True)
class RequiredTag:
    """A service tag that Azure lets out by itself. `tag` may hold {region}."""

    tag: str
    why: str
    source: str = PAGE


#: With only approved egress: in any case. With internet egress: to those without public access. The page does not name
#: the group IDs of a storage account; queue and table are not among them (AddedEndpoint).
REQUIRED_ENDPOINTS = (
    RequiredEndpoint("workspace", "compute targets and the service talk to each other"),
    RequiredEndpoint("vault", "credentials pass through Key Vault"),
    RequiredEndpoint("storage", "data and files of jobs"),
    RequiredEndpoint("registry", "nodes pull the images of jobs, builds push them"),
)

#: With only approved egress.
REQUIRED_TAGS = (
    RequiredTag("AzureActiveDirectory", "signing in"),
    RequiredTag("AzureMachineLearning", "the service itself, completion in notebooks, managing compute instances"),
    RequiredTag("BatchNodeManagement.{region}", "managing cluster nodes"),
    RequiredTag("AzureResourceManager", "creating and deleting compute targets"),
    RequiredTag("MicrosoftContainerRegistry", "Microsoft's base images"),
    RequiredTag("AzureFrontDoor.FirstParty", "the same images, by Front Door"),
    RequiredTag("AzureMonitor", "logs and metrics"),
    RequiredTag("VirtualNetwork", "private endpoints of the managed network"),
)


@dataclass(frozen=True, slots=True)
class AddedEndpoint:
    """A private endpoint that must be added, to a group ID of the default storage account. `only`: the choice for
    it.
    """

    group: str
    why: str
    only: Literal["batch"]
    source: str = PAGE


ADDED_ENDPOINTS = (
    AddedEndpoint("queue", "batch endpoints and parallel runs use queues", "batch"),
    AddedEndpoint("table", "batch endpoints and parallel runs use tables", "batch"),
)

#: Ends of the names of storage accounts, of every cloud: only private endpoints reach those, where only approved
#: destinations are let out. The page lists one host of them by name all the same, for Visual Studio Code.
STORAGE_HOSTS = tuple(
    f".{group}.{host_of('storage', cloud)}" for cloud in CLOUDS for group in ("blob", "dfs", "file", "queue", "table")
)
LISTED_STORAGE_HOSTS = frozenset({"vscode.blob.core.windows.net"})
