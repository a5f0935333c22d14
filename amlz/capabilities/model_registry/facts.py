"""Facts of an existing Azure ML registry: roles on it by stage."""

from __future__ import annotations

from amlz.core.capability_facts import DeployerGrant, Facts, Grant

REGISTRY = "Microsoft.MachineLearningServices/registries"
#: The registry, as a target of roles.
TARGET = "modelRegistry"
#: The condition of the deployer's role on its subscription.
GIVES_ROLES = "modelRegistryRoles"

#: 2024-10-10: Reader uses assets; creating them takes more.
_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-registries"
#: 2025-04-04: AzureML Registry User creates assets.
_NETWORK = "https://learn.microsoft.com/azure/machine-learning/how-to-registry-network-isolation"
_USER = "AzureML Registry User"

FACTS = Facts(
    roles={_USER: "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"},
    grants=(
        Grant("pipelines", _USER, TARGET, "models are published from here", _NETWORK, "nonProduction"),
        Grant("pipelines", "Reader", TARGET, "models are deployed, and cannot be published or replaced", _PAGE, "production"),
        Grant("workspaceIdentity", "Reader", TARGET, "the workspace uses its models and environments", _PAGE),
        Grant("computeIdentity", "Reader", TARGET, "jobs use its models and environments", _PAGE),
        Grant("dataScientists", "Reader", TARGET, "looking for models", _PAGE),
        Grant("mlEngineers", "Reader", TARGET, "looking for models", _PAGE),
    ),
    shared_targets={TARGET: REGISTRY},
    deployer=(
        DeployerGrant(
            TARGET, "Role Based Access Control Administrator", "on the existing Azure ML registry: roles by stage",
            GIVES_ROLES,
        ),
    ),
)  # fmt: skip
