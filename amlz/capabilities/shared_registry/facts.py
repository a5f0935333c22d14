"""Facts of the shared registry: roles of environments that use it and do not push to it."""

from __future__ import annotations

from amlz.core.capability_facts import Facts, Grant

#: Its name in the table of grants.
TARGET = "sharedRegistry"

_IDENTITY = "https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication"
_NETWORK = "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network"
_ROLES = (
    "https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-directory-reference"
)
_APPROVER = "Azure AI Enterprise Network Connection Approver"

FACTS = Facts(
    grants=(
        Grant("buildIdentity", "AcrPull", TARGET, "image builds pull base images; another environment pushes", _ROLES),
        Grant("workspaceIdentity", _APPROVER, TARGET, "private endpoints of its managed network wait for approval", _NETWORK, "managedNetwork"),
        Grant("workspaceIdentity", "AcrPull", TARGET, "another environment pushes the images", _IDENTITY),
        Grant("computeIdentity", "AcrPull", TARGET, "nodes pull the images of jobs", _IDENTITY),
    ),
    shared_targets={TARGET: "Microsoft.ContainerRegistry/registries"},
)  # fmt: skip
