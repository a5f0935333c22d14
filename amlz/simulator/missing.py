"""The answer to a GET of a resource that does not exist, and what azure-native's Read makes of it.

Since 3.11 azure-native takes a 404 for a deletion only where its code is on a list. Any other code is an error: a
refresh, and an `up` or a preview that refreshes, stop there (https://github.com/pulumi/pulumi-azure-native/issues/4841).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amlz.azure.ids import parse
from amlz.simulator import validation
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore
from amlz.simulator.validation import parents

#: Codes of a 404 that azure-native takes for a deletion: validNotFoundCodes in provider/pkg/azure/azure.go of
#: pulumi/pulumi-azure-native, as issue 4841 quotes it (2026-09-22).
TAKEN_FOR_DELETED = frozenset(
    {
        "EntityNotFound",
        "LockNotFound",
        "NotFound",
        "ParentResourceNotFound",
        "ResourceGroupNotFound",
        "ResourceNotFound",
        "RoleAssignmentNotFound",
        "SubscriptionNotFound",
        "VulnerabilityAssessmentBaselineDoesNotExists",
    }
)

_POWERSHELL = "tests of Az.Resources in https://github.com/Azure/azure-powershell (2026-11)"
_RECORDED = "recorded answers of Azure, "


@dataclass(frozen=True, slots=True)
class Missing:
    """The code of the 404 of a type, and its source."""

    code: str
    source: str


#: Types (lower case) whose 404 has another code. Any other type answers ResourceNotFound here: recorded for
#: types of Network, Storage, Compute, Container Registry and others, assumed for types without a recorded 404.
CODES: Mapping[str, Missing] = {
    "microsoft.authorization/policyassignments": Missing("PolicyAssignmentNotFound", _POWERSHELL),
    "microsoft.authorization/policydefinitions": Missing("PolicyDefinitionNotFound", _RECORDED + "7 times"),
    "microsoft.authorization/policyexemptions": Missing("PolicyExemptionNotFound", _POWERSHELL),
    "microsoft.authorization/policysetdefinitions": Missing("PolicySetDefinitionNotFound", _POWERSHELL),
    "microsoft.authorization/roleassignments": Missing("RoleAssignmentNotFound", _RECORDED + "twice"),
    "microsoft.authorization/roledefinitions": Missing("RoleDefinitionDoesNotExist", _RECORDED + "5 times"),
    "microsoft.machinelearningservices/workspaces/connections": Missing("UserError", _RECORDED + "5 times"),
    "microsoft.machinelearningservices/workspaces/datastores": Missing("UserError", _RECORDED + "4 times"),
    "microsoft.storage/storageaccounts/blobservices/containers": Missing(
        "ContainerNotFound", "https://github.com/pulumi/pulumi-azure-native/issues/4841"
    ),
    "microsoft.storage/storageaccounts/fileservices/shares": Missing("ShareNotFound", _RECORDED + "7 times"),
    "microsoft.storage/storageaccounts/inventorypolicies": Missing("BlobInventoryPolicyNotFound", _RECORDED + "once"),
    "microsoft.storage/storageaccounts/managementpolicies": Missing("ManagementPolicyNotFound", _RECORDED + "4 times"),
}


def error_of_read(store: StateStore, resource_id: str) -> AzureRefused | None:
    """Returns the error of a Read of a missing resource; None where azure-native takes it for deleted.

    A resource whose parent is missing too has the parent's code, which is on the list.
    """
    row = CODES.get(parse(resource_id).type.lower())
    if row is None or row.code in TAKEN_FOR_DELETED:
        return None
    if any(store.expects(above) and store.get(above) is None for above in parents(resource_id)):
        return None
    return AzureRefused(404, row.code, f"{parse(resource_id).name} was not found.", resource_id)


#: Messages of these 404s, as recorded; `{name}` is the name, `{id}` the id, `{account}` the name of what it is in.
_MESSAGES: Mapping[str, str] = {
    "PolicyDefinitionNotFound": "The policy definition '{name}' could not be found.",
    "RoleAssignmentNotFound": "The role assignment '{name}' is not found.",
    "RoleDefinitionDoesNotExist": "The specified role definition with ID '{name}' does not exist.",
    "ShareNotFound": "The specified share does not exist.",
    "ContainerNotFound": "The specified container does not exist.",
    "BlobInventoryPolicyNotFound": "Blob inventory policy does not exist for the storage account.",
    "ManagementPolicyNotFound": "No ManagementPolicy found for account {account}",
}
#: By type: one code, other words.
_TYPE_MESSAGES: Mapping[str, str] = {
    "microsoft.machinelearningservices/workspaces/connections": "Connection {name} can't be found in this workspace",
    "microsoft.machinelearningservices/workspaces/datastores": "Could not find datastore: {name}.",
}


def not_found(resource_id: str) -> AzureRefused:
    """Returns ARM's 404 of a resource whose parents exist."""
    result = parse(resource_id)
    kind = result.type.lower()
    row = CODES.get(kind)
    if row is None:
        nested = kind.startswith("microsoft.network/") and kind.count("/") > 1
        if not nested or kind.startswith("microsoft.network/privatedns"):
            return validation.not_found(resource_id)
        return AzureRefused(404, "NotFound", f"Resource {resource_id} not found.", resource_id)
    text = _TYPE_MESSAGES.get(kind) or _MESSAGES.get(row.code, "The resource '{name}' could not be found.")
    account = result.names[0] if result.names else ""
    return AzureRefused(404, row.code, text.format(name=result.name, id=resource_id, account=account), resource_id)
