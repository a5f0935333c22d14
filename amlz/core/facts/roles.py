"""Roles, their principals, scopes and reasons: the table from which every role assignment is made.

Role ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.capability_facts import DeployerGrant, Grant, Target
from amlz.core.discovery import capability_facts
from amlz.core.facts.custom_roles import custom_role_id, custom_role_name

ROLES: Mapping[str, str] = {
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "AcrPush": "8311e382-0749-4cb8-b61a-304f252e45ec",
    "Azure AI Enterprise Network Connection Approver": "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
    "AzureML Compute Operator": "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815",
    "AzureML Data Scientist": "f6c7c914-8db3-469d-8ca1-694a8f32e121",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Key Vault Administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "Log Analytics Contributor": "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
    "Log Analytics Reader": "73c42c96-874c-492b-b04d-ab87d138a893",
    "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Private DNS Zone Contributor": "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Account Contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage File Data Privileged Reader": "b8eda974-7b85-4f76-af95-65846b26df6d",
    "Storage File Data Privileged Contributor": "69566ab7-960f-475b-8e7c-b3118f30c6bd",
    "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    **{name: role_id for facts in capability_facts() for name, role_id in facts.roles.items()},
}

#: Scopes of roles, within one project environment; `logAnalytics` is the central one, `keys` the vault of a
#: customer-managed key, `memberCluster` each cluster of one project in a workspace that several share; `network` and `trainingSubnet`: where compute targets are;
#: `computeIdentity`: the identity of compute targets. Capabilities have their own.
TARGETS: frozenset[Target] = frozenset({
    "hubGroup", "spokeGroup", "sharedGroup", "network", "trainingSubnet", "computeIdentity", "keys", "resourceGroup", "workspace", "storage", "vault", "registry", "insights", "blobEndpoint", "fileEndpoint",
    "logAnalytics", "memberCluster",
    *(target for facts in capability_facts() for target in (*facts.targets, *facts.shared_targets)),
})  # fmt: skip

_IDENTITY = "https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication"
_KEYS = "https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage"
_ROLES = "https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles"
_NETWORK = "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network"
_CAF = "https://learn.microsoft.com/azure/cloud-adoption-framework/scenarios/cloud-scale-analytics/best-practices/azure-machine-learning"
_TRAINING = "https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet"
_REGISTRY_ROLES = (
    "https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-directory-reference"
)

_REGISTRY_KEY = "https://learn.microsoft.com/azure/container-registry/tutorial-enable-customer-managed-keys"
#: Get, wrap and unwrap, and nothing else: the requirement of the pages on customer-managed keys.
_CRYPTO = "Key Vault Crypto Service Encryption User"

_APPROVER = "Azure AI Enterprise Network Connection Approver"

GRANTS: tuple[Grant, ...] = (
    # The workspace acts on what it consists of. Microsoft documents Contributor for a user-assigned identity.
    Grant("workspaceIdentity", "Contributor", "storage", "the workspace manages its containers and shares", _IDENTITY),
    Grant("workspaceIdentity", "Contributor", "vault", "the workspace manages its vault", _IDENTITY),
    Grant("workspaceIdentity", "Contributor", "registry", "the workspace builds and stores images", _IDENTITY),
    Grant("workspaceIdentity", "Contributor", "insights", "the workspace writes its telemetry", _IDENTITY),
    Grant("workspaceIdentity", "Contributor", "workspace", "the workspace manages its computes", _IDENTITY),
    Grant("workspaceIdentity", "Key Vault Administrator", "vault", "connections keep their secrets in the vault", _IDENTITY),
    Grant("workspaceIdentity", "Storage Blob Data Contributor", "storage", "data without account keys", _KEYS),
    Grant("workspaceIdentity", "Storage File Data Privileged Contributor", "storage", "file shares without account keys", _KEYS, "noSharedKeys"),
    Grant("workspaceIdentity", "Storage Queue Data Contributor", "storage", "parallel runs without account keys", _KEYS, "batch"),
    Grant("workspaceIdentity", "Storage Table Data Contributor", "storage", "parallel runs without account keys", _KEYS, "batch"),
    Grant("workspaceIdentity", "Reader", "blobEndpoint", "the studio shows data behind a private endpoint", _NETWORK),
    Grant("workspaceIdentity", "Reader", "fileEndpoint", "the studio shows files behind a private endpoint", _NETWORK),
    # A managed network makes private endpoints to these, and the workspace's identity approves them.
    Grant("workspaceIdentity", _APPROVER, "storage", "private endpoints of its managed network wait for approval", _NETWORK, "managedNetwork"),
    Grant("workspaceIdentity", _APPROVER, "vault", "private endpoints of its managed network wait for approval", _NETWORK, "managedNetwork"),
    Grant("workspaceIdentity", _APPROVER, "registry", "private endpoints of its managed network wait for approval", _NETWORK, "managedNetwork"),
    # The workspace's own endpoint is created and approved while the workspace is created: the role must exist before.
    Grant("workspaceIdentity", _APPROVER, "resourceGroup", "private endpoints of its managed network wait for approval", _NETWORK, "managedNetwork"),
    # Identity of jobs.
    Grant("computeIdentity", "AcrPull", "registry", "nodes pull the images of jobs", _IDENTITY),
    # Builds run code of packages: no role on data. That AcrPush includes AcrPull: _REGISTRY_ROLES (2026-11).
    Grant("buildIdentity", "AcrPush", "registry", "image builds pull base images and push what they build", _REGISTRY_ROLES),
    Grant("computeIdentity", "Storage Blob Data Contributor", "storage", "jobs read data and write results", _KEYS),
    Grant("computeIdentity", "Storage Queue Data Contributor", "storage", "parallel runs", _KEYS, "batch"),
    Grant("computeIdentity", "Storage Table Data Contributor", "storage", "parallel runs", _KEYS, "batch"),
    # Identity that reads a customer-managed key: of an environment, or of the data lake.
    Grant("encryptionIdentity", _CRYPTO, "keys", "workspace, storage account and registry are encrypted with the key", _REGISTRY_KEY, "ownKey"),
    # People, always as groups. In production they look; pipelines act.
    Grant("platformTeam", "Reader", "resourceGroup", "seeing what runs, changing it only by code", _CAF),
    Grant("platformTeam", "Reader", "hubGroup", "seeing firewall, rules and zones", _CAF),
    Grant("platformTeam", "Reader", "spokeGroup", "seeing networks, rules and routes", _CAF),
    Grant("platformTeam", "Reader", "sharedGroup", "seeing what environments share", _CAF),
    Grant("platformTeam", "Log Analytics Reader", "logAnalytics", "reading the logs of everything", _CAF),
    Grant("dataScientists", "AzureML Data Scientist", "workspace", "experiments", _ROLES, "nonProduction"),
    Grant("dataScientists", "Storage Blob Data Contributor", "storage", "data from the studio and notebooks", _KEYS, "nonProduction"),
    Grant("dataScientists", "Storage File Data Privileged Contributor", "storage", "notebooks and their files", _KEYS, "nonProduction"),
    Grant("dataScientists", "Azure ML Studio Deployer", "resourceGroup", "creating online endpoints in the studio", _ROLES, "studioDeployments"),
    Grant("dataScientists", "Reader", "workspace", "watching models in production", _CAF, "production"),
    Grant("mlEngineers", "AzureML Data Scientist", "workspace", "training and deploying", _ROLES, "nonProduction"),
    Grant("mlEngineers", "AzureML Compute Operator", "workspace", "starting, stopping and deleting compute targets", _ROLES, "nonProduction"),
    Grant("mlEngineers", "Azure ML Network User", "network", "creating compute targets", _TRAINING, "nonProductionComputes"),
    Grant("mlEngineers", "Azure ML Subnet User", "trainingSubnet", "creating compute targets", _TRAINING, "nonProductionComputes"),
    Grant("mlEngineers", "Managed Identity Operator", "computeIdentity", "creating compute targets with this identity", _ROLES, "nonProductionComputes"),
    Grant("mlEngineers", "Azure ML Studio Deployer", "resourceGroup", "creating online endpoints in the studio", _ROLES, "studioDeployments"),
    Grant("mlEngineers", "Storage Blob Data Contributor", "storage", "data from the studio and notebooks", _KEYS, "nonProduction"),
    Grant("mlEngineers", "Storage File Data Privileged Contributor", "storage", "notebooks and their files", _KEYS, "nonProduction"),
    Grant("mlEngineers", "Reader", "workspace", "watching models in production", _CAF, "production"),
    Grant("mlEngineers", "Storage Blob Data Reader", "storage", "looking into the data of a failed run", _CAF, "production"),
    Grant("mlEngineers", "Storage File Data Privileged Reader", "storage", "looking into the files of a failed run", _KEYS, "productionFiles"),
    # Of a project that shares a workspace: as above, but on its own compute targets only.
    Grant("memberEngineers", "AzureML Data Scientist", "workspace", "training and deploying", _ROLES, "nonProduction"),
    Grant("memberEngineers", "AzureML Compute Operator", "memberCluster", "running the computes of their project", _ROLES, "nonProduction"),
    Grant("memberEngineers", "Storage Blob Data Contributor", "storage", "data from the studio and notebooks", _KEYS, "nonProduction"),
    Grant("memberEngineers", "Storage File Data Privileged Contributor", "storage", "notebooks and their files", _KEYS, "nonProduction"),
    Grant("memberEngineers", "Reader", "workspace", "watching models in production", _CAF, "production"),
    Grant("memberEngineers", "Storage Blob Data Reader", "storage", "looking into the data of a failed run", _CAF, "production"),
    Grant("memberEngineers", "Storage File Data Privileged Reader", "storage", "looking into the files of a failed run", _KEYS, "productionFiles"),
    Grant("memberOperators", "Reader", "workspace", "finding the computes of their project", _ROLES),
    Grant("memberOperators", "AzureML Compute Operator", "memberCluster", "starting and stopping the computes of their project", _ROLES),
    Grant("computeOperators", "AzureML Compute Operator", "workspace", "starting, stopping and deleting compute targets", _ROLES),
    Grant("computeOperators", "Azure ML Network User", "network", "creating compute targets", _TRAINING, "computes"),
    Grant("computeOperators", "Azure ML Subnet User", "trainingSubnet", "creating compute targets", _TRAINING, "computes"),
    Grant("computeOperators", "Managed Identity Operator", "computeIdentity", "creating compute targets with this identity", _ROLES, "computes"),
    Grant("readers", "Reader", "resourceGroup", "looking", _CAF),
    Grant("pipelines", "AzureML Data Scientist", "workspace", "training and deploying, the only way into production", _CAF),
    Grant("pipelines", "Storage Blob Data Contributor", "storage", "uploading code and data", _KEYS),
    *(grant for facts in capability_facts() for grant in facts.grants),
)  # fmt: skip


#: Gives roles under a condition (amlz/core/delegation.py): never without.
RBAC_ADMINISTRATOR = "Role Based Access Control Administrator"
#: IDs and names of roles whose holders can assign every role.
#: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged
PRIVILEGED: Mapping[str, str] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    ROLES["User Access Administrator"]: "User Access Administrator",
    ROLES[RBAC_ADMINISTRATOR]: RBAC_ADMINISTRATOR,
}
#: A custom role, since of the built-in ones the page on locks names only Owner and User Access Administrator, which
#: give every role too. https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources (2026-11)
LOCK_ROLE = "Landing Zone Lock Administrator"
LOCK_ACTIONS: tuple[str, ...] = ("Microsoft.Authorization/locks/*",)

DEPLOYER: tuple[DeployerGrant, ...] = (
    DeployerGrant(
        "hub",
        "Contributor",
        "creating the hub, its zones and the central log, and the hub's side of peerings",
        "hubBuilt",
    ),
    DeployerGrant("hub", LOCK_ROLE, "locking the central log", "hubBuiltLocks"),
    # https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering#permissions
    DeployerGrant(
        "hub", "Network Contributor", "on the existing hub's virtual network: spokes are peered with it", "hubExists"
    ),
    # https://learn.microsoft.com/azure/virtual-wan/roles-permissions (2024-12)
    DeployerGrant("hub", "Network Contributor", "on the virtual hub: spokes are connected to it", "virtualHub"),
    # It holds privateLinkScopes/*: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor
    DeployerGrant(
        "hub",
        "Monitoring Contributor",
        "on the existing hub's private link scope: Application Insights are put into it",
        "scopeExists",
    ),
    # Required by the policies that deploy diagnostic settings, for their identity.
    DeployerGrant(
        "logs", "Log Analytics Contributor", "on the existing central log: diagnostics are sent to it", "logsExist"
    ),
    # It holds privateDnsZones/*: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/networking
    DeployerGrant(
        "zones",
        "Private DNS Zone Contributor",
        "on the resource group of the existing zones: endpoints write to them",
        "zonesExist",
    ),
    # Or a custom role with the join action: https://learn.microsoft.com/azure/ddos-protection/manage-permissions
    DeployerGrant("ddosPlan", "Network Contributor", "on the DDoS protection plan: networks join it", "ddosPlan"),
    DeployerGrant(
        "parts",
        RBAC_ADMINISTRATOR,
        "on existing vaults, registries and Application Insights: roles on them",
        "partRoles",
    ),
    # To approve the connection, Key Vault Contributor or a like role does: see the page above.
    DeployerGrant(
        "parts",
        "Contributor",
        "on existing vaults and registries: private endpoints are connected to them",
        "partEndpoints",
    ),
    # Its action is userAssignedIdentities/*/assign/action:
    # https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identities-faq
    DeployerGrant(
        "identities",
        "Managed Identity Operator",
        "on existing identities: workspaces and compute targets get them",
        "identityUses",
    ),
    DeployerGrant(
        "identities",
        RBAC_ADMINISTRATOR,
        "on existing identities of compute targets: people get a role on them",
        "identityRoles",
    ),
    DeployerGrant("hub", RBAC_ADMINISTRATOR, "giving the platform team the logs", "roles"),
    DeployerGrant("landingZone", "Contributor", "creating spokes and project environments"),
    DeployerGrant("locked", LOCK_ROLE, "locks on production data", "locks"),
    DeployerGrant("landingZone", RBAC_ADMINISTRATOR, "role assignments"),
    DeployerGrant(
        "landingZone",
        "Resource Policy Contributor",
        "definitions, assignments and exemptions of policies",
        "policies",
    ),
)
#: Roles that the deployer needs for capabilities: on a subscription that their planner names.
CAPABILITIES_DEPLOYER: tuple[DeployerGrant, ...] = tuple(
    grant for facts in capability_facts() for grant in facts.deployer
)


def role_definition_id(role: str, subscription: str) -> str:
    """Returns the GUID of a role by its name: a built-in one, or a custom one of this subscription."""
    return ROLES.get(role) or custom_role_id(role, subscription)


def role_name(definition_id: str) -> str | None:
    """Returns the name of a role definition (its id) of the tables; None for another one."""
    return _NAMES.get(definition_id.rpartition("/")[2].lower()) or custom_role_name(definition_id)


_NAMES = {role_id: name for name, role_id in ROLES.items()}
