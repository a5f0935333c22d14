"""Facts of Azure ML registries: their type, roles by stage, effects of changes, what is billed."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import ChangeRule, Kind, properties, tracked
from amlz.azure.protection import Protection, ranked
from amlz.azure.protections import PUBLIC
from amlz.core.billing import DAYS, Body, Omitted, Quantity, at, container_registry
from amlz.core.capability_facts import ArmType, DeployerGrant, Emits, Facts, Grant, Holds, NameRule, Noun, Switch

REGISTRY = "Microsoft.MachineLearningServices/registries"
#: The registry, as a target of roles.
TARGET = "modelRegistry"
#: The condition of the deployer's role on its subscription.
GIVES_ROLES = "modelRegistryRoles"

#: 2024-10-10: Reader uses assets; creating them takes more.
_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-registries"
#: 2025-04-07.
_SHARE = (
    "https://learn.microsoft.com/azure/machine-learning/how-to-share-models-pipelines-across-workspaces-with-registries"
)
#: 2025-04-04: AzureML Registry User creates assets.
_NETWORK = "https://learn.microsoft.com/azure/machine-learning/how-to-registry-network-isolation"
#: 2025-05-23: registries are among the services to which a managed network has private endpoints.
MANAGED = "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network"
_USER = "AzureML Registry User"
_APPROVER = "Azure AI Enterprise Network Connection Approver"
#: Group IDs of the private endpoints of a registry, of its container registry, and of its storage in each region.
GROUP, IMAGES, STORE = "amlregistry", "registry", "blob"

_TYPE = ArmType(
    REGISTRY,
    Noun("Azure ML registry", "Azure ML registries"),
    kind="modelRegistry",
    # The pattern of the published type, version 2025-12-01, has 3 to 33 characters, and _PAGE 2 to 32. Unique in the
    # tenant.
    names=NameRule(
        "mlr-", 3, 32, r"[A-Za-z0-9][A-Za-z0-9_-]*",
        "letters, digits, hyphens and underscores, starting with a letter or digit", "azure",
    ),
    # RegistryAssetReadEvent and RegistryAssetWriteEvent, each with its table. No page lists metrics.
    # https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-machinelearningservices-registries-logs
    emits=Emits(logs=True, metrics=False),
    holds=Holds(
        "models, environments and components of every environment that publishes there",
        "",
        "",
        "download each model (`az ml model download --registry-name NAME --name MODEL --version VERSION`) and create it in "
        "another registry: Azure has no backup of a registry",
        _SHARE,
    ),
    public=(Switch("properties.publicNetworkAccess", ("Disabled",)),),
    name_setting="modelRegistry.create.name",
)  # fmt: skip


def _bill(body: Body) -> Iterator[Quantity | Omitted]:
    """Returns what Azure creates for a registry: a container registry, billed in each region, and storage."""
    regions = at(body, "properties", "regionDetails")
    days = DAYS * (len(regions) if isinstance(regions, list) else 1)
    yield Quantity(
        container_registry("Premium"), days, days, "each day, in each region, of the one that Azure creates for it"
    )
    yield Omitted("storage accounts that Azure creates for an Azure ML registry: data and transactions, by use")


FACTS = Facts(
    types=(_TYPE,),
    roles={_USER: "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"},
    grants=(
        Grant("pipelines", _USER, TARGET, "models are published from here", _NETWORK, "nonProduction"),
        Grant("pipelines", "Reader", TARGET, "models are deployed, and cannot be published or replaced", _PAGE, "production"),
        Grant("workspaceIdentity", _APPROVER, TARGET, "private endpoints of its managed network wait for approval", MANAGED, "managedNetwork"),
        Grant("workspaceIdentity", "Reader", TARGET, "the workspace uses its models and environments", _PAGE),
        Grant("computeIdentity", "Reader", TARGET, "jobs use its models and environments", _PAGE),
        Grant("dataScientists", "Reader", TARGET, "looking for models", _PAGE),
        Grant("mlEngineers", "Reader", TARGET, "looking for models", _PAGE),
    ),
    shared_targets={TARGET: REGISTRY},
    # No page states the addresses of its endpoint: as many as that of a workspace.
    endpoint_addresses={GROUP: 3},
    changes={
        REGISTRY: (
            *tracked(),
            ChangeRule("properties.regionDetails", Kind.UPDATES, _PAGE, "regions can be added; no page states the effect of another change"),
            *properties(_NETWORK, "publicNetworkAccess"),
        ),
    },
    bills={REGISTRY: _bill},
    protections=(Protection(REGISTRY, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),),
    deployer=(
        DeployerGrant(
            TARGET, "Role Based Access Control Administrator", "on the existing Azure ML registry: roles by stage",
            GIVES_ROLES,
        ),
    ),
)  # fmt: skip
