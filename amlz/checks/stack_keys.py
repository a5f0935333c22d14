"""Keys of the stack file that decide a resource, for remedies: in full, from the landing zone down."""

from __future__ import annotations

from amlz.azure.graph import Resource
from amlz.checks.finding import ANY
from amlz.checks.reading import same, value
from amlz.core.discovery import capability_facts

#: The name of the cluster that builds images.
IMAGE_BUILD = "image-build"
_ML = "microsoft.machinelearningservices/workspaces"
#: Custom names below an environment, by type in lower case.
_OWN_NAMES = {
    _ML: ".names.workspace",
    "microsoft.keyvault/vaults": ".names.keyVault",
    "microsoft.storage/storageaccounts": ".names.storageAccount",
    "microsoft.containerregistry/registries": ".names.containerRegistry",
    **{
        row.name.lower(): row.name_setting
        for facts in capability_facts()
        for row in facts.types
        if row.name_setting is not None and row.name_setting.startswith(".")
    },
}


def environment_key(resource: Resource) -> str:
    """The key of a resource's environment."""
    return f"projects.{resource.project or ANY}.environments.{resource.environment or ANY}"


def own_name_key(resource: Resource) -> str | None:
    """The key of a resource's own name; None where the stack file has none."""
    kind, above = resource.arm_type.lower(), environment_key(resource)
    if kind == "microsoft.operationalinsights/workspaces":
        return "hub.logAnalytics.name"
    return f"{above}{_OWN_NAMES[kind]}" if resource.environment and kind in _OWN_NAMES else None


def compute_key(compute: Resource) -> str:
    """The key of a compute: of a cluster, an instance, an attached cluster or the one that builds images."""
    kind, above = str(value(compute, "properties.computeType")).lower(), environment_key(compute)
    if compute.name == IMAGE_BUILD:
        return f"{above}.imageBuild"
    if kind == "computeinstance":  # its name in Azure ends in a suffix, as instances are unique in a region
        return f"{above}.instances.{compute.name.rpartition('-')[0]}"
    if kind == "kubernetes":
        return f"{above}.kubernetes.{compute.name}"
    owner = value(compute, "tags.project")
    shared = isinstance(owner, str) and not same(owner, compute.project)
    return f"{above}.sharedBy.{owner}.clusters.{compute.name}" if shared else f"{above}.clusters.{compute.name}"
