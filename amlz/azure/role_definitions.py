"""Definitions of built-in roles: the actions of each, from Microsoft's list, with its date.

A role that is not in this table is not known: an answer that depends on it is "cannot tell". Custom roles come from the
plan (`amlz/azure/permissions.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.dataclass import dataclass

_ROLES = "https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/"


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """A role: its actions and data actions, and those that are taken away from them. `source`: the page of a row, or
    the resource that defines it.
    """

    id: str
    name: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    source: str | None = None
    date: str | None = None
    custom: bool = False


_ML = "Microsoft.MachineLearningServices/workspaces"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices"
_FILES = "Microsoft.Storage/storageAccounts/fileServices"
_QUEUES = "Microsoft.Storage/storageAccounts/queueServices/queues"
_TABLES = "Microsoft.Storage/storageAccounts/tableServices/tables"
_VAULTS = "Microsoft.KeyVault/vaults"
_SEARCH = "Microsoft.Search/searchServices"
#: In many roles: reading assignments, deployments of templates, alert rules, support requests.
_COMMON = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
)

#: Targets of private endpoints whose connections the approver's role reads and writes. All but registries are read
#: themselves, with their private link resources.
APPROVED = (
    "Microsoft.Cache/redis",
    "Microsoft.Cache/redisEnterprise",
    "Microsoft.CognitiveServices/accounts",
    "Microsoft.DocumentDB/databaseAccounts",
    _VAULTS,
    _ML,
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Sql/servers",
)
_APPROVER_ACTIONS = (
    "Microsoft.ContainerRegistry/registries/privateEndpointConnections/read",
    "Microsoft.ContainerRegistry/registries/privateEndpointConnections/write",
    *(f"{kind}/privateEndpointConnections/{verb}" for kind in APPROVED for verb in ("read", "write")),
    *(f"{kind}/{part}read" for kind in APPROVED for part in ("", "privateLinkResources/")),
    *(
        f"{kind}/privateEndpointConnectionsApproval/action"
        for kind in ("Microsoft.ContainerRegistry/registries", *APPROVED)
        if kind not in ("Microsoft.CognitiveServices/accounts", "Microsoft.Storage/storageAccounts")
    ),
)

_ROWS: tuple[RoleDefinition, ...] = (
    RoleDefinition(
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Contributor",
        ("*",),
        (
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
            "Microsoft.Purview/consents/write",
            "Microsoft.Purview/consents/delete",
        ),
        source=_ROLES + "general#contributor",
        date="2024-04-25",
    ),
    RoleDefinition(
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "Owner",
        ("*",),
        source=_ROLES + "general#owner",
        date="2024-04-25",
    ),
    RoleDefinition(
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "Reader",
        ("*/read",),
        source=_ROLES + "general#reader",
        date="2024-04-25",
    ),
    RoleDefinition(
        "f6c7c914-8db3-469d-8ca1-694a8f32e121",
        "AzureML Data Scientist",
        (f"{_ML}/*/read", f"{_ML}/*/action", f"{_ML}/*/delete", f"{_ML}/*/write"),
        (
            f"{_ML}/delete",
            f"{_ML}/write",
            f"{_ML}/computes/*/write",
            f"{_ML}/computes/*/delete",
            f"{_ML}/computes/listKeys/action",
            f"{_ML}/listKeys/action",
            f"{_ML}/hubs/write",
            f"{_ML}/hubs/delete",
            f"{_ML}/featurestores/write",
            f"{_ML}/featurestores/delete",
        ),
        source=_ROLES + "ai-machine-learning#azureml-data-scientist",
        date="2024-12-12",
    ),
    RoleDefinition(
        "1823dd4f-9b8c-4ab6-ab4e-7397a3684615",
        "AzureML Registry User",
        ("Microsoft.MachineLearningServices/registries/read", "Microsoft.MachineLearningServices/registries/assets/*"),
        source=_ROLES + "ai-machine-learning#azureml-registry-user",
        date="2024-12-12",
    ),
    RoleDefinition(
        "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815",
        "AzureML Compute Operator",
        (f"{_ML}/computes/*", f"{_ML}/notebooks/vm/*"),
        source=_ROLES + "ai-machine-learning#azureml-compute-operator",
        date="2024-12-12",
    ),
    RoleDefinition(
        "635dd51f-9968-44d3-b7fb-6d9a6bd613ae",
        "AzureML Metrics Writer (preview)",
        (f"{_ML}/metrics/*/write",),
        source=_ROLES + "ai-machine-learning#azureml-metrics-writer-preview",
        date="2024-12-12",
    ),
    RoleDefinition(
        "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
        "Azure AI Enterprise Network Connection Approver",
        _APPROVER_ACTIONS,
        source=_ROLES + "ai-machine-learning#azure-ai-enterprise-network-connection-approver",
        date="2024-12-12",
    ),
    RoleDefinition(
        "3afb7f49-54cb-416e-8c09-6dc049efa503",
        "Azure AI Inference Deployment Operator",
        (
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Insights/AutoscaleSettings/write",
        ),
        source=_ROLES + "ai-machine-learning#azure-ai-inference-deployment-operator",
        date="2024-12-12",
    ),
    RoleDefinition(
        "8ebe5a00-799e-43f5-93ac-243d3dce84a7",
        "Search Index Data Contributor",
        (),
        data_actions=(f"{_SEARCH}/indexes/documents/*",),
        source=_ROLES + "ai-machine-learning#search-index-data-contributor",
        date="2024-04-25",
    ),
    RoleDefinition(
        "7ca78c08-252a-4471-8644-bb5ff32d4ba0",
        "Search Service Contributor",
        (*_COMMON, "Microsoft.ResourceHealth/availabilityStatuses/read", f"{_SEARCH}/*"),
        source=_ROLES + "ai-machine-learning#search-service-contributor",
        date="2024-04-25",
    ),
    RoleDefinition(
        "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "AcrPull",
        ("Microsoft.ContainerRegistry/registries/pull/read",),
        source=_ROLES + "containers#acrpull",
        date="2024-05-07",
    ),
    RoleDefinition(
        "8311e382-0749-4cb8-b61a-304f252e45ec",
        "AcrPush",
        ("Microsoft.ContainerRegistry/registries/pull/read", "Microsoft.ContainerRegistry/registries/push/write"),
        source=_ROLES + "containers#acrpush",
        date="2024-05-07",
    ),
    RoleDefinition(
        "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
        "Azure Kubernetes Service Cluster Admin Role",
        tuple(
            f"Microsoft.ContainerService/managedClusters/{action}"
            for action in (
                "listClusterAdminCredential/action",
                "accessProfiles/listCredential/action",
                "read",
                "runcommand/action",
            )
        ),
        source=_ROLES + "containers#azure-kubernetes-service-cluster-admin-role",
        date="2024-05-07",
    ),
    RoleDefinition(
        "f1a07417-d97a-45cb-824c-7a7467783830",
        "Managed Identity Operator",
        (
            *_COMMON,
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
        ),
        source=_ROLES + "identity#managed-identity-operator",
        date="2024-04-25",
    ),
    RoleDefinition(
        "b0d8363b-8ddd-447d-831f-62ca05bff136",
        "Monitoring Data Reader",
        (),
        data_actions=("Microsoft.Monitor/accounts/data/metrics/read",),
        source="https://learn.microsoft.com/azure/azure-monitor/containers/integrate-keda",
        date="2023-05-31",
    ),
    RoleDefinition(
        "22926164-76b3-42b3-bc55-97df8dab3e41",
        "Grafana Admin",
        (),
        data_actions=("Microsoft.Dashboard/grafana/ActAsGrafanaAdmin/action",),
        source=_ROLES + "monitor#grafana-admin",
        date="2024-04-25",
    ),
    RoleDefinition(
        "60921a7e-fef1-4a43-9b16-a26c52ad4769",
        "Grafana Viewer",
        (),
        data_actions=("Microsoft.Dashboard/grafana/ActAsGrafanaViewer/action",),
        source=_ROLES + "monitor#grafana-viewer",
        date="2024-04-25",
    ),
    RoleDefinition(
        "73c42c96-874c-492b-b04d-ab87d138a893",
        "Log Analytics Reader",
        (
            "*/read",
            "Microsoft.OperationalInsights/workspaces/analytics/query/action",
            "Microsoft.OperationalInsights/workspaces/search/action",
            "Microsoft.Support/*",
        ),
        ("Microsoft.OperationalInsights/workspaces/sharedKeys/read",),
        source=_ROLES + "monitor#log-analytics-reader",
        date="2024-04-25",
    ),
    RoleDefinition(
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",
        "Key Vault Administrator",
        (
            *_COMMON,
            "Microsoft.KeyVault/checkNameAvailability/read",
            "Microsoft.KeyVault/deletedVaults/read",
            "Microsoft.KeyVault/locations/*/read",
            f"{_VAULTS}/*/read",
            "Microsoft.KeyVault/operations/read",
        ),
        data_actions=(f"{_VAULTS}/*",),
        source=_ROLES + "security#key-vault-administrator",
        date="2024-04-25",
    ),
    RoleDefinition(
        "e147488a-f6f5-4113-8e2d-b22465e65bf6",
        "Key Vault Crypto Service Encryption User",
        tuple(f"Microsoft.EventGrid/eventSubscriptions/{verb}" for verb in ("write", "read", "delete")),
        data_actions=(f"{_VAULTS}/keys/read", f"{_VAULTS}/keys/wrap/action", f"{_VAULTS}/keys/unwrap/action"),
        source=_ROLES + "security#key-vault-crypto-service-encryption-user",
        date="2024-04-25",
    ),
    RoleDefinition(
        "4633458b-17de-408a-b874-0445c86b69e6",
        "Key Vault Secrets User",
        (),
        data_actions=tuple(f"{_VAULTS}/secrets/{verb}/action" for verb in ("getSecret", "readMetadata")),
        source=_ROLES + "security#key-vault-secrets-user",
        date="2024-04-25",
    ),
    RoleDefinition(
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "Storage Blob Data Contributor",
        (
            *(f"{_BLOBS}/containers/{verb}" for verb in ("delete", "read", "write")),
            f"{_BLOBS}/generateUserDelegationKey/action",
        ),
        data_actions=tuple(
            f"{_BLOBS}/containers/blobs/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")
        ),
        source=_ROLES + "storage#storage-blob-data-contributor",
        date="2024-04-25",
    ),
    RoleDefinition(
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "Storage Blob Data Reader",
        (f"{_BLOBS}/containers/read", f"{_BLOBS}/generateUserDelegationKey/action"),
        data_actions=(f"{_BLOBS}/containers/blobs/read",),
        source=_ROLES + "storage#storage-blob-data-reader",
        date="2024-04-25",
    ),
    RoleDefinition(
        "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
        "Storage Blob Delegator",
        (f"{_BLOBS}/generateUserDelegationKey/action",),
        source=_ROLES + "storage#storage-blob-delegator",
        date="2024-04-25",
    ),
    RoleDefinition(
        "69566ab7-960f-475b-8e7c-b3118f30c6bd",
        "Storage File Data Privileged Contributor",
        (),
        data_actions=(
            *(f"{_FILES}/fileshares/files/{verb}" for verb in ("read", "write", "delete", "modifypermissions/action")),
            f"{_FILES}/readFileBackupSemantics/action",
            f"{_FILES}/writeFileBackupSemantics/action",
        ),
        source=_ROLES + "storage#storage-file-data-privileged-contributor",
        date="2024-04-25",
    ),
    RoleDefinition(
        "b8eda974-7b85-4f76-af95-65846b26df6d",
        "Storage File Data Privileged Reader",
        (),
        data_actions=(f"{_FILES}/fileshares/files/read", f"{_FILES}/readFileBackupSemantics/action"),
        source=_ROLES + "storage#storage-file-data-privileged-reader",
        date="2024-04-25",
    ),
    RoleDefinition(
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "Storage Queue Data Contributor",
        tuple(f"{_QUEUES}/{verb}" for verb in ("delete", "read", "write")),
        data_actions=tuple(f"{_QUEUES}/messages/{verb}" for verb in ("delete", "read", "write", "process/action")),
        source=_ROLES + "storage#storage-queue-data-contributor",
        date="2024-04-25",
    ),
    RoleDefinition(
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "Storage Table Data Contributor",
        tuple(f"{_TABLES}/{verb}" for verb in ("read", "write", "delete")),
        data_actions=tuple(
            f"{_TABLES}/entities/{verb}" for verb in ("read", "write", "delete", "add/action", "update/action")
        ),
        source=_ROLES + "storage#storage-table-data-contributor",
        date="2024-04-25",
    ),
    RoleDefinition(
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        "Storage Account Contributor",
        (
            *_COMMON,
            "Microsoft.Insights/diagnosticSettings/*",
            "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
            "Microsoft.ResourceHealth/availabilityStatuses/read",
            "Microsoft.Storage/storageAccounts/*",
        ),
        source=_ROLES + "storage#storage-account-contributor",
        date="2024-04-25",
    ),
    RoleDefinition(
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "Role Based Access Control Administrator",
        (
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
        ),
        source=_ROLES + "general#role-based-access-control-administrator",
        date="2024-04-25",
    ),
    RoleDefinition(
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
        source=_ROLES + "general#user-access-administrator",
        date="2024-04-25",
    ),
)

#: Built-in roles by the GUID of their definitions.
BUILT_IN: Mapping[str, RoleDefinition] = {row.id: row for row in _ROWS}
