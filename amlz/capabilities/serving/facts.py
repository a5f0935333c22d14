"""Facts of online and batch endpoints: their type, roles of identities and callers, names, limits and quota."""

from __future__ import annotations

from amlz.azure.change_rule import ChangeRule, Kind, properties, tracked
from amlz.azure.protection import Protection, ranked
from amlz.azure.protections import PUBLIC
from amlz.core.billing import free
from amlz.core.capability_facts import ArmType, Emits, Facts, Grant, NameRule, Noun, Switch
from amlz.core.facts.custom_roles import BATCH_CALLER, BATCH_PAGE

ENDPOINT = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
#: The identity of an endpoint, and an endpoint, as targets of roles.
TARGET, ENDPOINT_TARGET = "endpointIdentity", "onlineEndpoint"
#: The resource group, as what the role for autoscale settings is on: each is next to its workspace.
SCALE_TARGET = "autoscaleSettings"
#: The workspace, as what roles for batch endpoints are on.
BATCH_TARGET = "batchEndpoints"

#: 2026-01-27. The longest name, instances of a deployment, endpoints in a region and subscription.
QUOTAS = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas"
LONGEST_NAME, INSTANCES, ENDPOINTS = 32, 50, 100

#: 2024-02-29.
NETWORK = "https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint"
#: 2023-12-15.
_AUTH = "https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online-auth"
#: Of `clientId`: without it, the endpoint's identity writes to blob storage. The role is inferred.
_COLLECTION = "https://learn.microsoft.com/javascript/api/@azure/arm-machinelearning/collection"
#: 2024-03-18: the identity of an endpoint cannot be changed.
_IDENTITIES = (
    "https://learn.microsoft.com/azure/machine-learning/how-to-access-resources-from-endpoints-managed-identities"
)
#: Three categories, each with its table: AmlOnlineEndpointTrafficLog, …ConsoleLog and …EventLog.
_LOGS = "https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-machinelearningservices-workspaces-onlineendpoints-logs"
_UPDATE = "https://learn.microsoft.com/rest/api/azureml/online-endpoints/create-or-update"
_SECRETS = "https://learn.microsoft.com/azure/key-vault/general/rbac-guide"
#: 2024-08-07.
_AUTOSCALE = "https://learn.microsoft.com/azure/machine-learning/how-to-autoscale-endpoints"
#: 2026-01-08.
_ASSIGN = "https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles"

_TYPE = ArmType(
    ENDPOINT,
    Noun("online endpoint", "online endpoints"),
    kind="onlineEndpoint",
    # QUOTAS: unique in the region.
    names=NameRule(
        "", 3, LONGEST_NAME, r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*",
        "letters, digits and single hyphens, starting with a letter", "region",
    ),
    emits=Emits(logs=True, metrics=True),
    public=(Switch("properties.publicNetworkAccess", ("Disabled",), "Enabled"),),
)  # fmt: skip

FACTS = Facts(
    types=(_TYPE,),
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
        Grant("pipelines", "Azure ML Endpoint Autoscaler", SCALE_TARGET, "scaling and watching the deployments of endpoints", _AUTOSCALE),
        Grant("endpointCallers", "Azure ML Endpoint Scorer", "workspace", "calling online endpoints with their own token", _AUTH),
        Grant("callersOfEndpoint", "Azure ML Endpoint Scorer", ENDPOINT_TARGET, "calling this endpoint with their own token", _AUTH),
        # Pipelines invoke too, once for each deployment: AzureML Data Scientist leaves out computes/listKeys.
        Grant("batchEndpointCallers", BATCH_CALLER, BATCH_TARGET, "invoking batch endpoints", BATCH_PAGE),
        Grant("pipelines", BATCH_CALLER, BATCH_TARGET, "invoking a batch endpoint after its deployment", BATCH_PAGE),
        Grant("batchEndpointCallers", "Storage Blob Data Contributor", "storage", "batch jobs read and write data as their caller", BATCH_PAGE),
    ),
    targets={
        TARGET: "Microsoft.ManagedIdentity/userAssignedIdentities",
        ENDPOINT_TARGET: ENDPOINT,
        SCALE_TARGET: "Microsoft.Resources/resourceGroups",
        BATCH_TARGET: "Microsoft.MachineLearningServices/workspaces",
    },
    changes={
        ENDPOINT: (
            *tracked(),
            ChangeRule("identity", Kind.FIXED, _IDENTITIES, "an endpoint keeps the identity that it was created with; deleting it deletes its deployments"),
            *properties(NETWORK, "publicNetworkAccess"),
            *properties(_UPDATE, "traffic", "mirrorTraffic"),
        ),
    },
    bills={ENDPOINT: free},
    protections=(Protection(ENDPOINT, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),),
)  # fmt: skip
