"""Custom roles that the plan assigns. An owner creates their definitions once: a deployer that may write role
definitions could give itself every right.

`amlz roles STACK --deployer` prints the commands. IDs are decided, so the plan refers to them before they exist.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import cache

from amlz.dataclass import dataclass

_NAMES = uuid.UUID("d1a0f6a4-8c1e-5b0e-9a57-2f1c1e0a7b63")
_ROLES = "https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles"
#: Its section on roles, which pages on networks include.
_NETWORK = "https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet#prerequisites"


@dataclass(frozen=True, slots=True)
class CustomRole:
    """A row: a role that Azure does not have, its actions, and the page that names them (with its date)."""

    description: str
    actions: tuple[str, ...]
    source: str


#: Permissions that a caller of batch endpoints needs, below `Microsoft.MachineLearningServices/workspaces`.
_BATCH = (
    "read",
    "data/versions/write",
    "datasets/registered/read",
    "datasets/registered/write",
    "datasets/unregistered/read",
    "datasets/unregistered/write",
    "datastores/read",
    "datastores/write",
    "datastores/listsecrets/action",
    "listStorageAccountKeys/action",
    "batchEndpoints/read",
    "batchEndpoints/write",
    "batchEndpoints/deployments/read",
    "batchEndpoints/deployments/write",
    "batchEndpoints/deployments/jobs/write",
    "batchEndpoints/jobs/write",
    "computes/read",
    "computes/listKeys/action",
    "metadata/secrets/read",
    "metadata/snapshots/read",
    "metadata/artifacts/read",
    "metadata/artifacts/write",
    "experiments/read",
    "experiments/runs/submit/action",
    "experiments/runs/read",
    "experiments/runs/write",
    "metrics/resource/write",
    "modules/read",
    "models/read",
    "endpoints/pipelines/read",
    "endpoints/pipelines/write",
    "environments/read",
    "environments/write",
    "environments/build/action",
    "environments/readSecrets/action",
)
#: All of them in one role: the page lists them as needed.
BATCH_CALLER = "Azure ML Batch Caller"
BATCH_ACTIONS = tuple(f"Microsoft.MachineLearningServices/workspaces/{action}" for action in _BATCH)
BATCH_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-batch-endpoint"
FEATURE_CONSUMER = "Azure ML Feature Set Consumer"
FEATURE_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-setup-access-control-feature-store"

CUSTOM_ROLES: Mapping[str, CustomRole] = {
    BATCH_CALLER: CustomRole(
        "Invokes batch endpoints: its jobs run as the caller. Microsoft lists each action as needed.",
        BATCH_ACTIONS,
        f"{BATCH_PAGE}#configure-rbac-for-batch-endpoints-invoke (2023-10)",
    ),
    "Azure ML Endpoint Autoscaler": CustomRole(
        "Scales and watches deployments of online endpoints: autoscale settings, metrics and alerts.",
        (
            "Microsoft.AlertsManagement/alerts/read",
            "Microsoft.Insights/autoscaleSettings/delete",
            "Microsoft.Insights/autoscaleSettings/read",
            "Microsoft.Insights/autoscaleSettings/write",
            "Microsoft.Insights/metrics/read",
        ),
        "https://learn.microsoft.com/azure/machine-learning/how-to-autoscale-endpoints (2024-08; it names the one that "
        "writes); https://learn.microsoft.com/azure/role-based-access-control/permissions/monitor",
    ),
    "Azure ML Endpoint Scorer": CustomRole(
        "Calls an online endpoint with a token of Entra ID, and reads no keys of it.",
        ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action",),
        "https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-online-endpoint (2026-03)",
    ),
    FEATURE_CONSUMER: CustomRole(
        "Finds and reads feature sets of a feature store, and changes none.",
        (
            "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action",
            "Microsoft.MachineLearningServices/workspaces/featuresets/read",
            "Microsoft.MachineLearningServices/workspaces/featurestoreentities/read",
            "Microsoft.MachineLearningServices/workspaces/featurestores/read",
            "Microsoft.MachineLearningServices/workspaces/jobs/read",
        ),
        f"{FEATURE_PAGE}#permissions-required-for-the-feature-set-consumer-role (2024-09)",
    ),
    "Azure ML Metadata Creator": CustomRole(
        "A workspace with a customer-managed key creates the resources of its metadata.",
        (
            "Microsoft.DocumentDB/databaseAccounts/write",
            "Microsoft.Search/searchServices/write",
            "Microsoft.Storage/storageAccounts/write",
        ),
        f"{_ROLES}#create-a-workspace-using-a-customer-managed-key (2025-09)",
    ),
    "Azure ML Network User": CustomRole(
        "Puts compute targets into a virtual network: its part on the network.",
        ("Microsoft.Network/virtualNetworks/*/read", "Microsoft.Network/virtualNetworks/join/action"),
        f"{_NETWORK} (2025-09)",
    ),
    "Azure ML Subnet User": CustomRole(
        "Puts compute targets into a subnet: its part on the subnet.",
        ("Microsoft.Network/virtualNetworks/subnets/join/action",),
        f"{_NETWORK} (2025-09)",
    ),
    "Azure ML Studio Deployer": CustomRole(
        "Creates online endpoints in the studio, which deploys a template.",
        (
            "Microsoft.Resources/deployments/operations/read",
            "Microsoft.Resources/deployments/operationStatuses/read",
            "Microsoft.Resources/deployments/read",
            "Microsoft.Resources/deployments/write",
        ),
        f"{_ROLES}#common-scenarios (2025-09; it names the last one)",
    ),
}


def custom_role_id(name: str, subscription: str) -> str:
    """Returns the GUID of a custom role in a subscription."""
    return str(uuid.uuid5(_NAMES, f"{name}|{subscription}".lower()))


def custom_role_title(name: str, subscription: str) -> str:
    """Returns the name that Azure keeps a custom role under: names are unique in a tenant."""
    return f"{name} ({subscription})"


@cache
def _names(subscription: str) -> Mapping[str, str]:
    return {custom_role_id(name, subscription): name for name in CUSTOM_ROLES}


def custom_role_name(definition_id: str) -> str | None:
    """Returns the table's name of a role definition (its id); None for another one."""
    parts = definition_id.lower().split("/")
    return _names(parts[2]).get(parts[-1]) if parts[1:2] == ["subscriptions"] else None
