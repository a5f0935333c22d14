"""Facts of the data lake: roles on its account and containers, and those of the deployer on one that exists."""

from __future__ import annotations

from amlz.core.capability_facts import DeployerGrant, Facts, Grant

#: The private endpoints of a data lake, by group ID: clients use either.
#: https://learn.microsoft.com/azure/storage/common/storage-private-endpoints
GROUPS = ("blob", "dfs")

#: Names in the table of grants: the account, and containers by an environment's access to each.
ACCOUNT, READ, WRITE = "lake", "lakeRead", "lakeWrite"
#: Conditions of the deployer's roles on a lake that exists: roles are given there, endpoints are built to it.
GIVES_ROLES, BUILDS_ENDPOINTS = "lakeRoles", "lakeEndpoints"

_IDENTITY = "https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication"
_KEYS = "https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage"
_NETWORK = "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network"
_CAF = "https://learn.microsoft.com/azure/cloud-adoption-framework/scenarios/cloud-scale-analytics/best-practices/azure-machine-learning"
_READER, _CONTRIBUTOR = "Storage Blob Data Reader", "Storage Blob Data Contributor"
_APPROVER = "Azure AI Enterprise Network Connection Approver"
_PREPARES = "preparing data from the studio and notebooks"
_ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"
_CONTAINER_TYPE = f"{_ACCOUNT_TYPE}/blobServices/containers"

FACTS = Facts(
    grants=(
        # Container by container. Jobs work as the cluster's identity, people as themselves.
        Grant("computeIdentity", _READER, READ, "jobs read the lake", _IDENTITY),
        Grant("computeIdentity", _CONTRIBUTOR, WRITE, "jobs write to the lake", _IDENTITY),
        Grant("dataScientists", _READER, READ, "looking into the lake from the studio and notebooks", _KEYS, "nonProduction"),
        Grant("dataScientists", _CONTRIBUTOR, WRITE, _PREPARES, _KEYS, "nonProduction"),
        Grant("mlEngineers", _READER, READ, "looking into the data of a run", _KEYS),
        Grant("mlEngineers", _CONTRIBUTOR, WRITE, _PREPARES, _KEYS, "nonProduction"),
        Grant("mlEngineers", _READER, WRITE, "looking into the data of a failed run", _CAF, "production"),
        Grant("workspaceIdentity", _APPROVER, ACCOUNT, "private endpoints of its managed network wait for approval", _NETWORK, "managedNetwork"),
    ),
    shared_targets={ACCOUNT: _ACCOUNT_TYPE, READ: _CONTAINER_TYPE, WRITE: _CONTAINER_TYPE},
    deployer=(
        DeployerGrant(
            "lake", "Role Based Access Control Administrator", "on the existing lake: roles on its containers",
            GIVES_ROLES,
        ),
        # It approves the connection: https://learn.microsoft.com/azure/private-link/rbac-permissions
        DeployerGrant(
            "lake", "Storage Account Contributor", "on the existing lake: private endpoints are connected to it",
            BUILDS_ENDPOINTS,
        ),
    ),
)  # fmt: skip
