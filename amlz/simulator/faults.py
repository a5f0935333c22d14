"""Failures on the way to Azure and back: kinds of faults, and azure-native's reaction to each.

azure-native asks again by itself, three times, after 408, 429 and 5xx, and after 409 AnotherOperationInProgress
(provider/pkg/azure/client_azcore.go of pulumi/pulumi-azure-native); here it does not wait in between. After a time-out
the state is as its provider.go leaves it: with the resource, marked as not finished.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amlz.simulator.errors import AzureRefused

_GITHUB = "https://github.com/"
_LEARN = "https://learn.microsoft.com/azure/"
_CLIENT = "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/azure/client_azcore.go"
_THROTTLING = _LEARN + "azure-resource-manager/management/request-limits-and-throttling"

#: Kinds after which the resource exists in Azure and in the state, marked as not finished.
UNFINISHED = frozenset({"timeout", "endpoint-busy"})
#: Kinds that are there before the first operation, so that they strike at a type and not at an operation by number.
FROM_THE_START = frozenset({"not-registered", "soft-deleted", "policy-denies"})
#: How often azure-native asks, all in all.
TRIES = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault. `status` and `code`: of Azure's answer, 0 and "" where it does not come to one.

    `retried`: whether azure-native asks again by itself. `times`: how often it comes in a row. `type`: the ARM type
    that it strikes by default. `person`: what a person has to do before the next `pulumi up`, None for nothing.
    `stays`: whether it is there until a person acts, so that every `up` meets it.
    """

    kind: str
    says: str
    status: int
    code: str
    message: str
    source: str
    retried: bool = False
    times: int = 1
    type: str | None = None
    person: str | None = None
    stays: bool = False


FAULTS = (
    Fault(
        "conflict",
        "another operation is in progress, once",
        409,
        "AnotherOperationInProgress",
        "Another operation on this or dependent resource is in progress.",
        _CLIENT,
        retried=True,
    ),
    Fault(
        "throttled",
        "too many requests, once; Retry-After: 17",
        429,
        "TooManyRequests",
        "The request is being throttled. Retry-After: 17",
        _THROTTLING,
        retried=True,
    ),
    Fault(
        "error-500", "an internal error, once", 500, "InternalServerError", "An error occurred.", _CLIENT, retried=True
    ),
    Fault(
        "unavailable",
        "the service is unavailable until azure-native gives up",
        503,
        "ServiceUnavailable",
        "The service is unavailable.",
        _CLIENT,
        retried=True,
        times=TRIES,
    ),
    Fault(
        "timeout",
        "Azure makes the resource, but nobody hears of it in time",
        0,
        "",
        "context deadline exceeded",
        "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/provider.go",
    ),
    Fault(
        "principal-not-found",
        "a new identity is not yet known where a role is assigned to it",
        400,
        "PrincipalNotFound",
        "Principal does not exist in the directory. Check that you have the correct principal ID. If you are creating "
        "this principal and then immediately assigning a role, this error might be related to a replication delay. In "
        "this case, set the role assignment principalType property to a value.",
        # documented; every recorded case lacks `principalType`, which this program always sets
        _LEARN + "role-based-access-control/troubleshooting",
        type="Microsoft.Authorization/roleAssignments",
    ),
    Fault(
        "quota",
        "the quota of the region is used up",
        409,
        "QuotaExceeded",
        "Operation results in exceeding quota limits of Core.",
        _LEARN + "azure-resource-manager/troubleshooting/error-resource-quota",
        type="Microsoft.MachineLearningServices/workspaces/computes",
        person="request quota, or lower the nodes of the cluster",
    ),
    Fault(
        "endpoint-busy",
        "a private endpoint is created while its target or subnet changes, and fails inside the operation",
        0,
        "",
        'Code="StorageAccountOperationInProgress" Message="Call to Microsoft.Storage/storageAccounts failed. Error '
        'message: An operation is currently performing on this storage account that requires exclusive access."',
        _GITHUB + "hashicorp/terraform-provider-azurerm/issues/16182",
        type="Microsoft.Network/privateEndpoints",
    ),
    Fault(
        "not-registered",
        "no subscription has the resource provider of a type registered",
        409,
        "MissingSubscriptionRegistration",
        "",
        _LEARN + "azure-resource-manager/troubleshooting/error-register-resource-provider",
        type="Microsoft.Insights/diagnosticSettings",
        person="register the resource provider: `amlz roles STACK --deployer` prints the commands",
    ),
    Fault("provider-killed", "the provider dies before it asks Azure", 0, "", "", ""),
    Fault("engine-killed", "the engine is killed after Azure made the resource", 0, "", "", ""),
    Fault(
        "soft-deleted",
        "a vault of the name was deleted before, and Azure keeps the name",
        0,
        "",
        "",
        _LEARN + "key-vault/general/soft-delete-overview",
        type="Microsoft.KeyVault/vaults",
        person="recover the deleted vault and import it, or step over the name: raise the environment's `generation`",
        stays=True,
    ),
    Fault(
        "policy-denies",
        "a policy of the tenant denies a type of resource",
        403,
        "RequestDisallowedByPolicy",
        "",
        _LEARN + "azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy",
        type="Microsoft.Storage/storageAccounts",
        person="request an exemption from the owner of the assignment, or build what it allows; with `amlz "
        "policy import` the preview reports it before",
        stays=True,
    ),
    Fault(
        "deleted",
        "a resource is deleted outside of the engine",
        0,
        "",
        "",
        "",
        type="Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        person="refresh first: `pulumi up --refresh`",
    ),
    Fault(
        "drifted",
        "resources are changed manually",
        0,
        "",
        "",
        "",
        person="refresh first: `pulumi refresh` shows it, and the next `pulumi up` repairs it",
    ),
)


_GROUP = "by-the-tenant"
_SCOPE = f"/providers/Microsoft.Management/managementGroups/{_GROUP}"


def tenant_policy(denied: str) -> tuple[tuple[str, object], ...]:
    """A policy from outside of the stack that denies an ARM type: its parts, each with its kind."""
    definition = f"{_SCOPE}/providers/Microsoft.Authorization/policyDefinitions/denied-types"
    rule = {"if": {"field": "type", "equals": denied}, "then": {"effect": "deny"}}
    result = {"displayName": "Types that this tenant does not allow", "mode": "All", "policyRule": rule}
    assigned = {"policyDefinitionId": definition, "scope": _SCOPE}
    assignment = f"{_SCOPE}/providers/Microsoft.Authorization/policyAssignments/{_GROUP}"
    return (
        ("above", _GROUP),
        ("definition", {"id": definition, "name": "denied-types", "properties": result}),
        ("assignment", {"id": assignment, "name": _GROUP, "properties": assigned}),
    )


#: Kinds by the name of an incident, for game days: docs/how-to/game-days.md.
INCIDENTS: Mapping[str, str] = {
    "concurrent-change": "conflict",
    "request-storm": "throttled",
    "service-error": "error-500",
    "regional-outage": "unavailable",
    "lost-answer": "timeout",
    "identity-delay": "principal-not-found",
    "quota-exhausted": "quota",
    "endpoint-failure": "endpoint-busy",
    "new-subscription": "not-registered",
    "provider-crash": "provider-killed",
    "runner-lost": "engine-killed",
    "name-held": "soft-deleted",
    "policy-change": "policy-denies",
    "accidental-deletion": "deleted",
    "manual-change": "drifted",
}


def kind_of(name: str) -> Fault | None:
    """The fault of this kind, or that of an incident."""
    kind = INCIDENTS.get(name, name)
    return next((fault for fault in FAULTS if fault.kind == kind), None)


def refused(fault: Fault, target: str) -> AzureRefused:
    """The answer that a fault is."""
    return AzureRefused(fault.status, fault.code, fault.message, target)
