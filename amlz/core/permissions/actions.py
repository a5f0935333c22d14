"""Actions of people and identities, and the permissions that Microsoft documents for each: a table.

Each need has the page that names it, with the date of the page. A need that no page names for the
action states its inference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from amlz.azure.permissions import Permission
from amlz.core.facts.custom_roles import BATCH_ACTIONS, BATCH_PAGE
from amlz.dataclass import dataclass

#: Targets of actions: the environment's own unless the name differs. `network` and `subnet` are those of its
#: compute targets, `lake` the containers of the data lake that it has datastores on, `approved` the targets of private
#: endpoints of its managed network, `servingIdentity` the identities of `serving`, `onlineEndpoint` the empty endpoints
#: that are created here, `batchEndpoints` the workspace where the stack file has callers of them, `modelRegistry` the
#: Azure ML registry on which roles are assigned here, `groups` the resource groups of hub and spokes.
Target = Literal[
    "workspace", "storage", "registry", "vault", "group", "subscription", "network", "subnet", "computeIdentity",
    "servingIdentity", "onlineEndpoint", "batchEndpoints", "storageEndpoints", "log", "keys", "lake", "approved",
    "kubernetes", "modelRegistry", "groups",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page of Microsoft, and the date that it carries."""

    url: str
    date: str


@dataclass(frozen=True, slots=True)
class Need:
    """Permissions on a target. `{type}` in a permission is the ARM type of the target.

    `where_any`: needed only where there is such a target. `inferred`: why, where no page names it for this action.
    """

    on: Target
    permissions: tuple[Permission, ...]
    page: Page
    where_any: bool = False
    inferred: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentedAction:
    """An action: its name on the command line, a sentence, and its needs.

    `several`: a target with several resources, answered one by one. `identities`: an action of identities, not of
    people. `landing_zone`: an action on what the landing zone has once. `resource_context`: it needs a central log that
    accepts permissions on the resource whose logs are read.
    """

    name: str
    does: str
    needs: tuple[Need, ...]
    several: Target | None = None
    identities: bool = False
    landing_zone: bool = False
    resource_context: bool = False


_LEARN = "https://learn.microsoft.com/azure/"
_ASSIGN = Page(_LEARN + "machine-learning/how-to-assign-roles", "2026-01-08")
_NETWORK = Page(_LEARN + "machine-learning/how-to-assign-roles#deploy-into-a-virtual-network-or-subnet", "2025-02-10")
_IDENTITY = Page(_LEARN + "machine-learning/how-to-identity-based-service-authentication", "2026-01-22")
_KEYLESS = Page(_LEARN + "machine-learning/how-to-disable-local-auth-storage", "2026-01-30")
_ENDPOINTS = Page(_LEARN + "machine-learning/concept-endpoints-online-auth", "2023-12-15")
_BATCH = Page(BATCH_PAGE, "2023-10-10")
_MODEL_REGISTRY = Page(_LEARN + "machine-learning/how-to-manage-registries", "2024-10-10")
_STUDIO = Page(_LEARN + "machine-learning/how-to-enable-studio-virtual-network", "2025-03-04")
_APPROVAL = Page(_LEARN + "role-based-access-control/built-in-roles/ai-machine-learning", "2024-12-12")
_LOGS = Page(_LEARN + "azure-monitor/logs/manage-access", "2025-10-30")
_CRYPTO = Page(_LEARN + "role-based-access-control/built-in-roles/security", "2024-04-25")
_REGISTRY = Page(_LEARN + "role-based-access-control/built-in-roles/containers", "2024-05-07")
_PRIVATE_LINK = Page(_LEARN + "private-link/rbac-permissions", "2026-03-30")

_ML = "Microsoft.MachineLearningServices/workspaces"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_FILES = "Microsoft.Storage/storageAccounts/fileServices"
_QUEUES = "Microsoft.Storage/storageAccounts/queueServices/queues/messages"
_TABLES = "Microsoft.Storage/storageAccounts/tableServices/tables/entities"
_VNET = "Microsoft.Network/virtualNetworks"
_IMAGES = "Microsoft.ContainerRegistry/registries"
_KEYS = "Microsoft.KeyVault/vaults/keys"


def _needs(on: Target, page: Page, *names: str, data: bool = False) -> Need:
    return Need(on, tuple(Permission(name, data) for name in names), page)


def _workspace(page: Page, *names: str) -> Need:
    return _needs("workspace", page, *(f"{_ML}/{name}" for name in names))


_RUN = _workspace(
    _ASSIGN,
    "*/read",
    "environments/write",
    "jobs/*",
    "metadata/artifacts/write",
    "environments/build/action",
    "environments/readSecrets/action",
)
_READ_BLOBS = _needs("storage", _IDENTITY, f"{_BLOBS}/read", data=True)
_WRITE_BLOBS = _needs("storage", _KEYLESS, f"{_BLOBS}/read", f"{_BLOBS}/write", f"{_BLOBS}/add/action", data=True)
_READ_FILES = _needs(
    "storage", _KEYLESS, f"{_FILES}/fileshares/files/read", f"{_FILES}/readFileBackupSemantics/action", data=True
)
_WRITE_FILES = _needs(
    "storage",
    _KEYLESS,
    f"{_FILES}/fileshares/files/read",
    f"{_FILES}/fileshares/files/write",
    f"{_FILES}/fileshares/files/delete",
    f"{_FILES}/writeFileBackupSemantics/action",
    data=True,
)
_CREATE = _workspace(_ASSIGN, "computes/write")
_JOIN = (
    Need("network", (Permission(f"{_VNET}/join/action"),), _NETWORK, where_any=True),
    Need("subnet", (Permission(f"{_VNET}/subnets/join/action"),), _NETWORK, where_any=True),
)
_USE_IDENTITY = Permission("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action")
_ASSIGN_IDENTITY = Need("computeIdentity", (_USE_IDENTITY,), _ASSIGN)
_FOR_ENDPOINTS = "the page names it for compute clusters and workspaces, not for endpoints"
_READ_MODELS = _needs("modelRegistry", _MODEL_REGISTRY, "Microsoft.MachineLearningServices/registries/assets/read")
_PUBLISH_MODELS = _needs("modelRegistry", _MODEL_REGISTRY, "Microsoft.MachineLearningServices/registries/assets/write")
_DEPLOY = _workspace(_ASSIGN, "onlineEndpoints/*")
_MODELS = _workspace(_ASSIGN, "models/*/read", "models/*/write")

#: Every action, people's first.
ACTIONS: tuple[DocumentedAction, ...] = (
    DocumentedAction("see-workspace", "see the workspace and what is in it", (_workspace(_ASSIGN, "read", "*/read"),)),
    DocumentedAction(
        "see-resources",
        "see the resources of the environment's resource group",
        (
            _needs(
                "group",
                _PRIVATE_LINK,
                "Microsoft.Resources/subscriptions/resourceGroups/read",
                "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
            ),
        ),
    ),
    DocumentedAction("submit-job", "submit a job, with version 2 of the API", (_RUN,)),
    DocumentedAction(
        "build-image",
        "start the build of an image",
        (_workspace(_ASSIGN, "environments/write", "environments/build/action"),),
    ),
    DocumentedAction(
        "start-stop-compute",
        "start and stop compute instances",
        (
            Need(
                "workspace",
                tuple(Permission(f"{_ML}/computes/{verb}/action") for verb in ("start", "stop", "restart")),
                _ASSIGN,
                inferred="the page names these in its example of a restricted data scientist",
            ),
        ),
    ),
    DocumentedAction("create-compute", "create a compute cluster or instance, without an identity", (_CREATE, *_JOIN)),
    DocumentedAction(
        "create-compute-as-identity",
        "create a compute cluster that works with the environment's compute identity",
        (_CREATE, *_JOIN, _ASSIGN_IDENTITY),
    ),
    DocumentedAction("read-data", "read the workspace's blobs as oneself", (_READ_BLOBS,)),
    DocumentedAction("write-data", "write the workspace's blobs as oneself: upload code and data", (_WRITE_BLOBS,)),
    DocumentedAction("read-files", "read the workspace's file shares: notebooks", (_READ_FILES,)),
    DocumentedAction("write-files", "write the workspace's file shares: notebooks", (_WRITE_FILES,)),
    DocumentedAction(
        "use-notebooks",
        "use storage from notebooks of the studio",
        (
            _workspace(
                _ASSIGN,
                "computes/read",
                "notebooks/samples/read",
                "notebooks/storage/*",
                "listStorageAccountKeys/action",
                "listNotebookAccessToken/read",
            ),
            _WRITE_FILES,
        ),
    ),
    DocumentedAction(
        "view-data-in-studio",
        "see data of the workspace's storage in the studio",
        (_needs("storage", _STUDIO, f"{_BLOBS}/read", data=True),),
    ),
    DocumentedAction(
        "read-lake",
        "read a container of the data lake",
        (_needs("lake", _IDENTITY, f"{_BLOBS}/read", data=True),),
        several="lake",
    ),
    DocumentedAction(
        "write-lake",
        "write to a container of the data lake",
        (_needs("lake", _KEYLESS, f"{_BLOBS}/read", f"{_BLOBS}/write", f"{_BLOBS}/add/action", data=True),),
        several="lake",
    ),
    DocumentedAction("register-model", "register a model from the output of a job", (_MODELS,)),
    DocumentedAction("register-local-model", "register a model from local files", (_MODELS, _WRITE_BLOBS)),
    DocumentedAction("deploy-endpoint", "deploy an online endpoint with CLI or SDK", (_DEPLOY,)),
    DocumentedAction(
        "deploy-in-studio",
        "deploy an online endpoint in the studio",
        (_DEPLOY, _needs("group", _ASSIGN, "Microsoft.Resources/deployments/write")),
    ),
    DocumentedAction(
        "deploy-as-identity",
        "deploy an online endpoint that works with the environment's compute identity",
        (_DEPLOY, replace(_ASSIGN_IDENTITY, inferred=_FOR_ENDPOINTS)),
    ),
    DocumentedAction(
        "deploy-as-serving-identity",
        "deploy an online endpoint that works with its own identity, of `serving`",
        (_DEPLOY, Need("servingIdentity", (_USE_IDENTITY,), _ASSIGN, inferred=_FOR_ENDPOINTS)),
        several="servingIdentity",
    ),
    DocumentedAction(
        "call-endpoint",
        "call a managed online endpoint with a token of Microsoft Entra",
        (_workspace(_ENDPOINTS, "onlineEndpoints/score/action"),),
    ),
    DocumentedAction(
        "call-created-endpoint",
        "call an online endpoint that the landing zone creates, with a token of Microsoft Entra",
        (_needs("onlineEndpoint", _ENDPOINTS, f"{_ML}/onlineEndpoints/score/action"),),
        several="onlineEndpoint",
    ),
    DocumentedAction(
        "call-batch-endpoint",
        "invoke a batch endpoint on data of the workspace's storage account: its job runs as the caller",
        (_needs("batchEndpoints", _BATCH, *BATCH_ACTIONS), _WRITE_BLOBS),
    ),
    DocumentedAction("use-registry-model", "read a model of the Azure ML registry, to deploy it", (_READ_MODELS,)),
    DocumentedAction("publish-model", "publish a model in the Azure ML registry for others", (_PUBLISH_MODELS,)),
    DocumentedAction(
        "read-endpoint-keys",
        "fetch the keys of online endpoints",
        (_workspace(_ASSIGN, "onlineEndpoints/token/action", "onlineEndpoints/listKeys/action"),),
    ),
    DocumentedAction(
        "read-logs",
        "read the logs of the workspace, in the context of the resource",
        (_needs("workspace", _LOGS, "Microsoft.Insights/logs/*/read"),),
        resource_context=True,
    ),
    DocumentedAction(
        "read-all-logs",
        "read every log of the central log",
        (
            _needs(
                "log",
                _LOGS,
                "Microsoft.OperationalInsights/workspaces/query/read",
                "Microsoft.OperationalInsights/workspaces/query/*/read",
            ),
        ),
        landing_zone=True,
    ),
    DocumentedAction(
        "see-network",
        "see networks, firewall and zones of a resource group of hub or spokes",
        (
            _needs(
                "groups",
                _PRIVATE_LINK,
                "Microsoft.Resources/subscriptions/resourceGroups/read",
                f"{_VNET}/read",
                "Microsoft.Network/networkSecurityGroups/read",
                "Microsoft.Network/privateDnsZones/read",
            ),
        ),
        several="groups",
        landing_zone=True,
    ),
    DocumentedAction(
        "pull-image",
        "pull an image from the registry",
        (_needs("registry", _REGISTRY, f"{_IMAGES}/pull/read"),),
        identities=True,
    ),
    DocumentedAction(
        "push-image",
        "push a built image to the registry",
        (_needs("registry", _REGISTRY, f"{_IMAGES}/pull/read", f"{_IMAGES}/push/write"),),
        identities=True,
    ),
    DocumentedAction(
        "run-parallel",
        "work on queues and tables, as parallel runs do",
        (
            _needs(
                "storage",
                _KEYLESS,
                *(f"{_QUEUES}/{verb}" for verb in ("read", "write", "delete", "process/action")),
                data=True,
            ),
            _needs("storage", _KEYLESS, *(f"{_TABLES}/{verb}" for verb in ("read", "write", "delete")), data=True),
        ),
        identities=True,
    ),
    DocumentedAction(
        "write-metrics", "write metrics to the workspace", (_workspace(_ENDPOINTS, "metrics/*/write"),), identities=True
    ),
    DocumentedAction(
        "store-secrets",
        "keep secrets of connections in the vault",
        (
            Need(
                "vault",
                tuple(
                    Permission(f"Microsoft.KeyVault/vaults/secrets/{verb}/action", True)
                    for verb in ("getSecret", "setSecret")
                ),
                _IDENTITY,
                inferred="the page names the role Key Vault Administrator",
            ),
        ),
        identities=True,
    ),
    DocumentedAction(
        "show-data-in-studio",
        "find the private endpoints of the storage account, for the studio",
        (
            Need(
                "storageEndpoints",
                (Permission("Microsoft.Network/privateEndpoints/read"),),
                _STUDIO,
                inferred="the page names the role Reader on the private endpoint",
            ),
        ),
        identities=True,
    ),
    DocumentedAction(
        "approve-endpoint",
        "approve a private endpoint of the managed network",
        (
            _needs(
                "approved",
                _APPROVAL,
                "{type}/privateEndpointConnections/read",
                "{type}/privateEndpointConnections/write",
            ),
        ),
        several="approved",
        identities=True,
    ),
    DocumentedAction(
        "use-customer-managed-key",
        "encrypt with the customer-managed key",
        (_needs("keys", _CRYPTO, f"{_KEYS}/read", f"{_KEYS}/wrap/action", f"{_KEYS}/unwrap/action", data=True),),
        identities=True,
    ),
    DocumentedAction(
        "create-encryption-resources",
        "create the stores of metadata of a workspace with a customer-managed key",
        (
            Need(
                "subscription",
                (
                    Permission("Microsoft.Storage/storageAccounts/write"),
                    Permission("Microsoft.Search/searchServices/write"),
                    Permission("Microsoft.DocumentDB/databaseAccounts/write"),
                ),
                _ASSIGN,
                inferred="the page names no scope: the stores are in a resource group that does not exist before",
            ),
            _needs("keys", _ASSIGN),
        ),
        identities=True,
    ),
    DocumentedAction(
        "use-kubernetes",
        "send work to an attached Kubernetes cluster",
        (
            _needs(
                "kubernetes", _ASSIGN, "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"
            ),
        ),
        several="kubernetes",
        identities=True,
    ),
)

#: Actions by name.
BY_NAME: Mapping[str, DocumentedAction] = {action.name: action for action in ACTIONS}
