"""The Azure permissions that a request needs: on the resource itself, on linked resources, and to read its progress.

Each row has its source. `Basis` states how well a row is known: an inferred row may be unnecessary, and a permission
that no row names may be missing. Nothing here was tried against Azure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from amlz.azure.ids import ids_in, parse
from amlz.dataclass import dataclass

_LEARN = "https://learn.microsoft.com/azure/"
_OPERATIONS = _LEARN + "role-based-access-control/resource-provider-operations"
_SUBNETS = _LEARN + "virtual-network/virtual-network-manage-subnet#permissions"
_PEERINGS = _LEARN + "virtual-network/virtual-network-manage-peering#permissions"
_ENDPOINTS = _LEARN + "private-link/rbac-permissions"
_TRAINING = _LEARN + "machine-learning/how-to-secure-training-vnet"
_DDOS = _LEARN + "ddos-protection/manage-permissions#permissions"


class Basis(StrEnum):
    """The source of what is known of a permission."""

    OPERATION = "operation"
    """The operation of the request itself: ARM names it after the type."""
    DOCUMENTED = "documented"
    """A page of Microsoft or a recorded answer names it."""
    INFERRED = "inferred"
    """The operation is published; no source states that this request needs it."""


@dataclass(frozen=True, slots=True)
class Right:
    """A permission on a scope. `linked`: another resource than the request's own."""

    action: str
    scope: str
    basis: Basis
    source: str
    linked: bool = False


@dataclass(frozen=True, slots=True)
class LinkedAction:
    """A row: a request for one of `users` that names a resource of type `target` needs `action` on that resource.

    Types are in lower case; no users means any.
    """

    target: str
    users: tuple[str, ...]
    action: str
    basis: Basis
    source: str


_NETWORK = "microsoft.network"
_VNET = f"{_NETWORK}/virtualnetworks"
_SUBNET = f"{_VNET}/subnets"
_COMPUTE = "microsoft.machinelearningservices/workspaces/computes"
_ENDPOINT = f"{_NETWORK}/privateendpoints"
_RULE = "microsoft.machinelearningservices/workspaces/outboundrules"
_MANAGED = _LEARN + "machine-learning/how-to-managed-network"

#: Checks on linked resources.
LINKS: tuple[LinkedAction, ...] = (
    LinkedAction(
        _SUBNET,
        ("microsoft.storage/storageaccounts", "microsoft.keyvault/vaults", "microsoft.containerregistry/registries"),
        "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
        Basis.DOCUMENTED,
        _SUBNETS,
    ),
    LinkedAction(_SUBNET, (), "Microsoft.Network/virtualNetworks/subnets/join/action", Basis.DOCUMENTED, _SUBNETS),
    LinkedAction(
        _VNET,
        (f"{_VNET}/virtualnetworkpeerings",),
        "Microsoft.Network/virtualNetworks/peer/action",
        Basis.DOCUMENTED,
        _PEERINGS,
    ),
    LinkedAction(
        _VNET,
        (
            f"{_NETWORK}/privatednszones/virtualnetworklinks",
            f"{_NETWORK}/dnsforwardingrulesets/virtualnetworklinks",
            f"{_NETWORK}/dnsresolvers",
        ),
        "Microsoft.Network/virtualNetworks/join/action",
        Basis.DOCUMENTED,
        _LEARN + "dns/private-dns-virtual-network-links",
    ),
    LinkedAction(
        f"{_NETWORK}/networksecuritygroups",
        (_SUBNET, _VNET),
        "Microsoft.Network/networkSecurityGroups/join/action",
        Basis.DOCUMENTED,
        _SUBNETS,
    ),
    LinkedAction(
        f"{_NETWORK}/routetables",
        (_SUBNET, _VNET),
        "Microsoft.Network/routeTables/join/action",
        Basis.DOCUMENTED,
        _SUBNETS,
    ),
    LinkedAction(
        f"{_NETWORK}/natgateways",
        (_SUBNET, _VNET),
        "Microsoft.Network/natGateways/join/action",
        Basis.INFERRED,
        _OPERATIONS,
    ),
    LinkedAction(
        f"{_NETWORK}/ddosprotectionplans",
        (_VNET,),
        "Microsoft.Network/ddosProtectionPlans/join/action",
        Basis.DOCUMENTED,
        _DDOS,
    ),
    LinkedAction(
        f"{_NETWORK}/serviceendpointpolicies",
        (_SUBNET, _VNET),
        "Microsoft.Network/serviceEndpointPolicies/join/action",
        Basis.INFERRED,
        _OPERATIONS,
    ),
    LinkedAction(
        f"{_NETWORK}/publicipaddresses",
        (),
        "Microsoft.Network/publicIPAddresses/join/action",
        Basis.DOCUMENTED,
        _LEARN + "vpn-gateway/roles-permissions",
    ),
    LinkedAction(
        f"{_NETWORK}/firewallpolicies",
        (f"{_NETWORK}/azurefirewalls",),
        "Microsoft.Network/firewallPolicies/join/action",
        Basis.INFERRED,
        _OPERATIONS,
    ),
    LinkedAction(
        f"{_NETWORK}/privatednszones",
        (f"{_ENDPOINT}/privatednszonegroups",),
        "Microsoft.Network/privateDnsZones/join/action",
        Basis.DOCUMENTED,
        _ENDPOINTS,
    ),
    LinkedAction(
        f"{_NETWORK}/dnsresolvers/outboundendpoints",
        (f"{_NETWORK}/dnsforwardingrulesets",),
        "Microsoft.Network/dnsResolvers/outboundEndpoints/join/action",
        Basis.INFERRED,
        _OPERATIONS,
    ),
    LinkedAction(
        "microsoft.managedidentity/userassignedidentities",
        (),
        "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        Basis.DOCUMENTED,
        _LEARN + "role-based-access-control/built-in-roles/identity#managed-identity-operator",
    ),
    LinkedAction(
        "microsoft.operationalinsights/workspaces",
        ("microsoft.insights/diagnosticsettings",),
        "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
        Basis.INFERRED,
        _OPERATIONS,
    ),
    LinkedAction(
        "microsoft.authorization/policyassignments",
        ("microsoft.authorization/policyexemptions",),
        "Microsoft.Authorization/policyAssignments/exempt/action",
        Basis.DOCUMENTED,
        _LEARN + "governance/policy/concepts/exemption-structure#required-permissions",
    ),
    *(
        LinkedAction(
            kind.lower(),
            (_ENDPOINT,),
            f"{kind}/privateEndpointConnectionsApproval/action",
            Basis.DOCUMENTED,
            _ENDPOINTS,
        )
        for kind in (
            "Microsoft.ContainerRegistry/registries",
            "Microsoft.KeyVault/vaults",
            "Microsoft.MachineLearningServices/workspaces",
            "Microsoft.Storage/storageAccounts",
        )
    ),
    LinkedAction(
        "microsoft.insights/privatelinkscopes",
        (_ENDPOINT,),
        "Microsoft.Insights/privateLinkScopes/privateEndpointConnectionsApproval/action",
        Basis.INFERRED,
        _ENDPOINTS,
    ),
)

#: Further permissions on the resource above or the network of a request, by its type: action, the segments of the id
#: that are left out at the end (0: the request's own), basis, source.
BESIDE: Mapping[str, tuple[tuple[str, int, Basis, str], ...]] = {
    _RULE: (
        (
            "Microsoft.MachineLearningServices/workspaces/privateEndpointConnections/read",
            2,
            Basis.DOCUMENTED,
            _MANAGED,
        ),
        (
            "Microsoft.MachineLearningServices/workspaces/privateEndpointConnections/write",
            2,
            Basis.DOCUMENTED,
            _MANAGED,
        ),
    ),
}

#: A compute joins the network of its subnet as well: https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet
_JOINS_NETWORK = Right("Microsoft.Network/virtualNetworks/join/action", "", Basis.DOCUMENTED, _TRAINING, linked=True)

#: Reads of long operations, by type or namespace (lower case; the longest that fits counts). The addresses of the first
#: block are those that Azure gave in recorded answers; that a caller without the permission is refused is inferred.
PROGRESS: Mapping[str, tuple[str, ...]] = {
    "microsoft.containerregistry/registries": ("Microsoft.ContainerRegistry/registries/operationStatuses/read",),
    "microsoft.machinelearningservices/workspaces": (
        "Microsoft.MachineLearningServices/locations/workspaceOperationsStatus/read",
    ),
    _COMPUTE: ("Microsoft.MachineLearningServices/locations/computeOperationsStatus/read",),
    f"{_NETWORK}/dnsforwardingrulesets": (
        "Microsoft.Network/locations/dnsResolverOperationResults/read",
        "Microsoft.Network/locations/dnsResolverOperationStatuses/read",
    ),
    f"{_NETWORK}/dnsresolvers": (
        "Microsoft.Network/locations/dnsResolverOperationResults/read",
        "Microsoft.Network/locations/dnsResolverOperationStatuses/read",
    ),
    f"{_NETWORK}/firewallpolicies": ("Microsoft.Network/locations/nfvOperations/read",),
    _NETWORK: ("Microsoft.Network/locations/operationResults/read", "Microsoft.Network/locations/operations/read"),
    "microsoft.storage/storageaccounts": ("Microsoft.Storage/locations/asyncoperations/read",),
    # Not in the recordings: published operations.
    f"{_NETWORK}/privatednszones": (
        "Microsoft.Network/privateDnsOperationResults/read",
        "Microsoft.Network/privateDnsOperationStatuses/read",
    ),
    "microsoft.resources/resourcegroups": ("Microsoft.Resources/subscriptions/operationresults/read",),
    # Answered at once in the recordings, or written with their parent.
    "microsoft.machinelearningservices/workspaces/connections": (),
    "microsoft.machinelearningservices/workspaces/datastores": (),
    "microsoft.storage/storageaccounts/blobservices": (),
}

#: Types (lower case) without a DELETE in ARM: Pulumi forgets them, sets them back by a PUT, or refuses.
NO_DELETE = frozenset(
    {
        "microsoft.keyvault/vaults/keys",  # https://learn.microsoft.com/rest/api/keyvault/keyvault/keys
        "microsoft.security/pricings",  # https://learn.microsoft.com/rest/api/defenderforcloud/pricings
        "microsoft.storage/storageaccounts/blobservices",  # https://learn.microsoft.com/rest/api/storagerp/blob-services
    }
)

#: Of these, types that a PUT sets back to the defaults when they leave the program.
SET_BACK = frozenset({"microsoft.storage/storageaccounts/blobservices"})

#: Requests of which nobody documented the linked permissions; types in lower case.
NOT_KNOWN: Mapping[str, str] = {
    "microsoft.insights/components": "permissions on the Log Analytics workspace that the component writes to",
    "microsoft.insights/privatelinkscopes/scopedresources": "permissions on the resource that is put into the scope",
    "microsoft.machinelearningservices/workspaces": "permissions on the storage account, vault, registry and "
    "Application Insights that the workspace consists of",
    "microsoft.machinelearningservices/workspaces/connections": "permissions on the target of the connection",
}

_GROUP = "Microsoft.Resources/resourceGroups"
_OPERATION_TYPES = {_GROUP.lower(): "Microsoft.Resources/subscriptions/resourceGroups"}


def needed(verb: str, arm_type: str, resource_id: str, body: Mapping[str, Any]) -> tuple[Right, ...]:
    """The permissions of `read`, `create`, `update` or `delete`, as azure-native carries them out.

    It reads a resource before it creates or updates it (provider/pkg/provider/crud/crud.go), then waits for the end.
    """
    kind = arm_type.lower()
    operation = _OPERATION_TYPES.get(kind, arm_type)
    rights = [] if verb == "delete" else [_own(operation, "read", resource_id)]
    if verb in ("create", "update") or (verb == "delete" and kind in SET_BACK):
        rights.append(_own(operation, "write", resource_id))
        rights += _linked(kind, resource_id, dict(body))
        rights += _beside(kind, resource_id)
    if verb == "delete" and kind not in NO_DELETE:
        rights.append(_own(operation, "delete", resource_id))
    if verb != "read":
        rights += _progress(verb, kind, resource_id)
    return tuple(dict.fromkeys(rights))


def scope_of(resource_id: str) -> str:
    """The scope at which Azure checks the permission on a resource: of an extension, what it extends."""
    result = parse(resource_id)
    if result.scope:
        return result.scope
    if result.type.lower().startswith("microsoft.authorization/") and result.subscription:
        end = resource_id.lower().rindex("/providers/")
        return resource_id[:end]
    return resource_id


def _own(operation: str, verb: str, resource_id: str) -> Right:
    return Right(f"{operation}/{verb}", scope_of(resource_id), Basis.OPERATION, _OPERATIONS)


def _linked(kind: str, resource_id: str, body: dict[str, Any]) -> Iterator[Right]:
    own = resource_id.lower()
    if kind == "microsoft.authorization/roleassignments" or kind.startswith("microsoft.authorization/policydef"):
        return
    for target in ids_in(body):
        parsed = parse(target)
        text = parsed.type.lower()
        if target.lower() == own or own.startswith(target.lower() + "/"):
            continue
        row = next((row for row in LINKS if row.target == text and (not row.users or kind in row.users)), None)
        if row:
            yield Right(row.action, target, row.basis, row.source, linked=True)
        if text == _SUBNET and kind == _COMPUTE:
            network = target.rsplit("/", 2)[0]
            yield Right(_JOINS_NETWORK.action, network, _JOINS_NETWORK.basis, _JOINS_NETWORK.source, linked=True)


def _beside(kind: str, resource_id: str) -> Iterator[Right]:
    for action, left_out, basis, source in BESIDE.get(kind, ()):
        yield Right(action, resource_id.rsplit("/", left_out)[0] if left_out else resource_id, basis, source)


def _progress(verb: str, kind: str, resource_id: str) -> Iterator[Right]:
    if kind == _GROUP.lower() and verb != "delete":
        return
    fits = [row for row in PROGRESS if kind == row or kind.startswith(row + "/")]
    place = parse(resource_id)
    for action in PROGRESS[max(fits, key=len)] if fits else ():
        local = "/locations/" in action or "subscriptions/operationresults" in action
        scope = f"/subscriptions/{place.subscription}" if local else resource_id
        yield Right(action, scope, Basis.INFERRED, _OPERATIONS)
