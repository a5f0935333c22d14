"""Known demands of tenants' policies that conflict with the needs of landing zones: facts, with the source on the row.

Defects and defaults of the published definitions: https://github.com/Azure/azure-policy and
https://github.com/Azure/data-management-zone, folders of Machine Learning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

_ML = "Microsoft.MachineLearningServices/workspaces"
_COMPUTES = f"{_ML}/computes"
_REGISTRIES = "Microsoft.ContainerRegistry/registries"
_PRIVATE_ZONES = ("Microsoft.Network/privateDnsZones", "Microsoft.Network/privateDnsZones/virtualNetworkLinks")
_LEARN = "https://learn.microsoft.com/azure"
_MANAGED = f"{_LEARN}/machine-learning/how-to-managed-network"

When = Literal["injected", "managed", "sent", "global", "untaggable"]


@dataclass(frozen=True, slots=True)
class KnownConflict:
    """One demand that a landing zone cannot or does not meet.

    `types`: of resources, () for any; one that begins with `/` is the end of a type. `paths`: in the request, as it
    spells them; one that ends with a dot for all below it. `takes`: the demand must accept one of these values (None:
    absence), () for any demand. `when`: the workspace's compute targets are `injected` in a subnet or its network is
    `managed`; the property is `sent`, and yet evaluated as absent; the resource is in location `global`; or it is of a
    type that is `untaggable`. `needs`, `change` (in the stack file) and `assign` (in the assignment) are sentences with
    {words}; `key` is the setting in the stack file, below the environment if it begins with a dot, and None if there
    is none.
    """

    id: str
    types: tuple[str, ...]
    paths: tuple[str, ...]
    needs: str
    source: str
    takes: tuple[Any, ...] = ()
    when: When | None = None
    key: str | None = None
    change: str | None = None
    assign: str | None = None


#: The first row that fits counts, so special rows come before general ones.
KNOWN: tuple[KnownConflict, ...] = (
    KnownConflict(
        id="v1-legacy-mode",
        types=(_ML,),
        paths=("properties.v1LegacyMode",),
        takes=(True,),
        needs="Version 2 of the service is used here, and v1LegacyMode turns its API off; what isolates the workspace "
        "is its private endpoint, with public access off.",
        assign="turn this policy off for workspaces of version 2 (built-in e413671a; in the initiative "
        "Enforce-Guardrails-MachineLearning its parameter is mlLegacyMode, and Deny the default)",
        source=f"{_LEARN}/machine-learning/how-to-configure-network-isolation-with-v2",
    ),
    KnownConflict(
        id="subnet-in-managed-network",
        types=(_COMPUTES,),
        paths=("properties.properties.subnet.id", "properties.properties.subnet"),
        when="managed",
        needs="Its workspace has a managed network, in which a compute must not name a subnet.",
        assign="leave out resources in managed networks, as a rule cannot read the network of the workspace from "
               "the request for a compute target",
        source=_MANAGED,
    ),
    KnownConflict(
        id="no-subnet-while-injected",
        types=(_COMPUTES,),
        paths=("properties.properties.subnet.id", "properties.properties.subnet"),
        takes=(None,),
        when="injected",
        needs="Compute targets are in the environment's training subnet, behind its rules and the firewall.",
        key=".isolation",
        change="set {key} to managed, so that compute targets name no subnet; existing ones must be created "
               "again, and it cannot be undone",
        assign="leave out workspaces with compute targets in their own network",
        source=f"{_LEARN}/machine-learning/how-to-secure-training-vnet",
    ),
    KnownConflict(
        id="managed-network-while-injected",
        types=(_ML,),
        paths=("properties.managedNetwork.isolationMode", "properties.managedNetwork"),
        takes=("AllowOnlyApprovedOutbound", "AllowInternetOutbound"),
        when="injected",
        needs="Its compute targets are in a subnet, and a workspace has one network mode: in a managed network a "
              "compute target names no subnet.",
        key=".isolation",
        change="set {key} to managed; existing compute targets must be created again, and it cannot be undone",
        assign="set isolationMode to Disabled for workspaces with compute targets in a subnet (the default of "
               "built-in 6ddb1705)",
        source=_MANAGED,
    ),
    KnownConflict(
        id="internet-from-managed-network",
        types=(_ML,),
        paths=("properties.managedNetwork.isolationMode", "properties.managedNetwork"),
        takes=("AllowOnlyApprovedOutbound",),
        when="managed",
        key=".isolation.outbound",
        needs="The stack file lets compute targets in the managed network reach the whole internet.",
        change="set {key} to approvedOnly before the workspace is first built: pages disagree whether it can be "
        "tightened later",
        source=_MANAGED,
    ),
    KnownConflict(
        id="no-managed-network-while-managed",
        types=(_ML,),
        paths=("properties.managedNetwork.isolationMode", "properties.managedNetwork"),
        when="managed",
        needs="The workspace has a managed network of mode {actual}, which cannot be turned off again.",
        assign="set isolationMode to {actual}; Disabled is only the default of built-in 6ddb1705",
        source=_MANAGED,
    ),
    KnownConflict(
        id="high-business-impact",
        types=(_ML,),
        paths=("properties.hbiWorkspace",),
        takes=(True,),
        key=".security.highBusinessImpact",
        needs="The stack file turns high business impact off. It encrypts the temporary disks of compute targets "
              "and sends less diagnostic data; it isolates no network.",
        change="set {key} to true before the workspace is first built: it cannot be changed later",
        source=f"{_LEARN}/machine-learning/concept-data-encryption",
    ),
    KnownConflict(
        id="user-assigned-identity",
        types=(_ML,),
        paths=("properties.primaryUserAssignedIdentity",),
        needs="The request names no such primary identity. Policies read primaryUserAssignedIdentity and not "
        "identity.type, so a workspace with a system-assigned identity is refused, or one that only lists identities.",
        assign="leave out workspaces that act with a system-assigned identity",
        source=f"{_LEARN}/machine-learning/how-to-identity-based-service-authentication",
    ),
    KnownConflict(
        id="other-identity",
        types=(_ML,),
        paths=("identity.type", "identity", "identity.userAssignedIdentities"),
        needs="The workspace acts with a user-assigned identity, whose roles exist before it is built.",
        assign="let user-assigned identities be",
        source=f"{_LEARN}/machine-learning/how-to-identity-based-service-authentication",
    ),
    KnownConflict(
        id="vm-size",
        types=(_COMPUTES,),
        paths=("properties.properties.vmSize",),
        key=".{compute}.size",
        needs="The stack file chooses the size. The list that comes with the published definition "
        "Deny-MachineLearningCompute-VmSize is old: it has neither Dsv5 nor NC A100 v4 or ND H100.",
        change="choose an allowed size at {key}",
        source="https://github.com/Azure/data-management-zone",
    ),
    KnownConflict(
        id="cluster-most-nodes",
        types=(_COMPUTES,),
        paths=("properties.properties.scaleSettings.maxNodeCount",),
        key=".{compute}.maxNodes",
        needs="The stack file requests that many nodes.",
        change="lower {key}",
        source="https://github.com/Azure/data-management-zone",
    ),
    KnownConflict(
        id="cluster-least-nodes",
        types=(_COMPUTES,),
        paths=("properties.properties.scaleSettings.minNodeCount",),
        key=".{compute}.minNodes",
        needs="The stack file keeps nodes running. In the published definition minNodeCount is the most that may stay.",
        change="lower {key}",
        source="https://github.com/Azure/data-management-zone",
    ),
    KnownConflict(
        id="idle-shutdown-unknown-to-version",
        types=(_COMPUTES,),
        paths=("properties.properties.idleTimeBeforeShutdown",),
        when="sent",
        needs="The request does send {sent}, but its API version {version} has no such property for policies: it is in "
        "no stable version before 2025-12-01, so every compute instance is refused.",
        assign="{soften} until requests have version 2025-12-01 (built-in 679ddf89; in the initiative "
        "Enforce-Guardrails-MachineLearning its parameter is mlIdleShutdown, and Deny the default)",
        source=f"{_LEARN}/templates/microsoft.machinelearningservices/workspaces/computes",
    ),
    KnownConflict(
        id="endpoint-subscription",
        types=("/privateEndpointConnections",),
        paths=("properties.privateEndpoint.id",),
        needs="Azure makes this connection, for an endpoint in a subscription that the policy does not take. The "
              "id of the endpoint is read-only, so no request can meet a demand on it; and endpoints that "
              "Microsoft creates for managed networks are, as far as is known, in Microsoft's subscriptions.",
        assign="list the subscription of the endpoint, or {soften}",
        source=f"{_LEARN}/machine-learning/how-to-configure-private-link",
    ),
    KnownConflict(
        id="private-zones-are-global",
        types=_PRIVATE_ZONES,
        paths=("location",),
        when="global",
        key="dns.mode",
        needs="Private DNS zones and their links have no region: their location is always global.",
        change="set {key} to existing, with dns.resourceGroup, or to policy: then no zone and no link is built",
        assign="allow the location global in addition to the regions",
        source=f"{_LEARN}/dns/private-dns-privatednszone",
    ),
    KnownConflict(
        id="global",
        types=(),
        paths=("location",),
        when="global",
        needs="{type} has no region: its location is always global, and no setting of the stack file gives it another.",
        assign="allow the location global in addition to the regions",
        source=f"{_LEARN}/governance/policy/samples/built-in-policies",
    ),
    KnownConflict(
        id="location",
        types=(),
        paths=("location",),
        key="location",
        needs="All resources of a landing zone are in one region, and compute targets must be in that of a "
              "workspace with a private endpoint.",
        change="set {key} to an allowed region; existing resources are then built again",
        source=f"{_LEARN}/machine-learning/how-to-configure-private-link",
    ),
    KnownConflict(
        id="private-zones",
        types=_PRIVATE_ZONES,
        paths=("type", "name"),
        key="dns.mode",
        needs="The stack file has private DNS zones built for its private endpoints.",
        change="set {key} to existing, with dns.resourceGroup, where the zones exist; or to policy, where policies "
        "write the zone groups",
        source=f"{_LEARN}/private-link/private-endpoint-dns",
    ),
    KnownConflict(
        id="name",
        types=(),
        paths=("name", "fullname"),
        key="{name_setting}",
        needs="{whose_name}",
        change="set {key} to {expected}, before it is first built: a name that changes is another resource",
        source=f"{_LEARN}/cloud-adoption-framework/ready/azure-best-practices/resource-naming",
    ),
    KnownConflict(
        id="optional-type",
        types=("Microsoft.Network/bastionHosts",),
        paths=("type",),
        key="hub.bastion",
        needs="The stack file requests Azure Bastion.",
        change="set {key} to false",
        source=f"{_LEARN}/bastion/bastion-overview",
    ),
    KnownConflict(
        id="needed-type",
        types=(),
        paths=("type",),
        needs="As configured, the landing zone cannot be built without {type}.",
        assign="allow {type}, and every other type that `amlz preview` lists",
        source=f"{_LEARN}/governance/policy/samples/built-in-policies",
    ),
    KnownConflict(
        id="public-access",
        types=(_ML,),
        paths=("properties.publicNetworkAccess", "properties.allowPublicAccessWhenBehindVnet"),
        takes=("Disabled", False),
        key=".security.publicNetworkAccess",
        needs="The stack file makes the workspace reachable from the internet.",
        change="set {key} to false; the private endpoint is built in any case",
        source=f"{_LEARN}/machine-learning/how-to-configure-private-link",
    ),
    KnownConflict(
        id="public-telemetry",
        types=("Microsoft.Insights/components", "Microsoft.OperationalInsights/workspaces"),
        paths=("properties.publicNetworkAccessForIngestion", "properties.publicNetworkAccessForQuery"),
        takes=("Disabled",),
        needs="Logs and telemetry travel over public addresses, encrypted and with an identity: no private link scope "
        "is built, and without one nothing would arrive.",
        assign="{soften} until there is a private link scope",
        source=f"{_LEARN}/azure-monitor/logs/private-link-security",
    ),
    KnownConflict(
        id="shared-keys",
        types=("Microsoft.Storage/storageAccounts",),
        paths=("properties.allowSharedKeyAccess",),
        takes=(False,),
        key=".security.storageSharedKeys",
        needs="The stack file allows keys of the storage account, and its datastores use them.",
        change="set {key} to false; datastores then use identities, whose roles are given",
        source=f"{_LEARN}/machine-learning/how-to-disable-local-auth-storage",
    ),
    KnownConflict(
        id="customer-managed-keys",
        types=(_ML, _REGISTRIES, "Microsoft.Storage/storageAccounts"),
        paths=("properties.encryption.status", "properties.encryption.keySource", "properties.encryption"),
        needs="Azure's own keys encrypt, as the stack file names no other; a workspace with a customer-managed "
              "key takes no batch endpoints.",
        key=".security.customerManagedKey",
        change="set {key}, and batch: false, before they are first built: workspace and registry get a key only then",
        assign="{soften} where keys of the platform are enough",
        source=f"{_LEARN}/machine-learning/how-to-secure-batch-endpoint",
    ),
    KnownConflict(
        id="no-tags",
        types=(),
        paths=("tags.", "tags"),
        when="untaggable",
        needs="{type} takes no tags. No setting of the stack file changes it.",
        assign="use mode Indexed, which leaves out types without tags, or leave out this type",
        source=f"{_LEARN}/governance/policy/concepts/definition-structure-basics#mode",
    ),
    KnownConflict(
        id="tags",
        types=(),
        paths=("tags.", "tags"),
        key="tags",
        needs="Tags come from the stack file, in which {tag} is absent or has another value.",
        change="set {tag} under {key}, or under the tags of a project or an environment",
        source=f"{_LEARN}/governance/policy/tutorials/govern-tags",
    ),
    KnownConflict(
        id="registry-tier",
        types=(_REGISTRIES,),
        paths=("sku.name", "sku.tier"),
        needs="A private registry must be Premium: no other tier takes private endpoints.",
        assign="allow Premium; where it is for the price, environments can share one registry (sharedRegistry, and "
        "`registry: shared` where they may)",
        source=f"{_LEARN}/container-registry/container-registry-private-link",
    ),
)  # fmt: skip
