"""Facts of managed online endpoints: roles of their identities and callers, names, limits and quota."""

from __future__ import annotations

from amlz.core.capability_facts import Facts, Grant

#: The identity of an endpoint, as a target of roles.
TARGET = "endpointIdentity"

#: 2026-01-27. The longest name, instances of a deployment, endpoints in a region and subscription.
QUOTAS = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas"
LONGEST_NAME, INSTANCES, ENDPOINTS = 32, 50, 100

#: 2024-02-29.
NETWORK = "https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint"
#: 2023-12-15.
_AUTH = "https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online-auth"
#: Of `clientId`: without it, the endpoint's identity writes to blob storage. The role is inferred.
_COLLECTION = "https://learn.microsoft.com/javascript/api/@azure/arm-machinelearning/collection"
_SECRETS = "https://learn.microsoft.com/azure/key-vault/general/rbac-guide"
#: 2026-01-08.
_ASSIGN = "https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles"

FACTS = Facts(
    roles={
        "AzureML Metrics Writer (preview)": "635dd51f-9968-44d3-b7fb-6d9a6bd613ae",
        "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    },
    grants=(
        Grant("endpoints", "AcrPull", "registry", "deployments pull their image", _AUTH),
        Grant("endpoints", "AcrPull", "sharedRegistry", "deployments pull their image", _AUTH),
        Grant("endpoints", "Storage Blob Data Reader", "storage", "deployments read model and code", _AUTH),
        Grant("endpoints", "AzureML Metrics Writer (preview)", "workspace", "deployments write their metrics", _AUTH),
        Grant("collectingEndpoints", "Storage Blob Data Contributor", "storage", "deployments write collected data", _COLLECTION),
        Grant("endpointsWithSecrets", "Key Vault Secrets User", "vault", "deployments read secrets", _SECRETS),
        Grant("pipelines", "Managed Identity Operator", TARGET, "creating the endpoint with this identity", _ASSIGN),
        Grant("endpointCallers", "Azure ML Endpoint Scorer", "workspace", "calling online endpoints with their own token", _AUTH),
    ),
    targets={TARGET: "Microsoft.ManagedIdentity/userAssignedIdentities"},
)  # fmt: skip
