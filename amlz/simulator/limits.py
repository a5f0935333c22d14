"""Azure's limits on resources of a type, as far as the program creates several at one scope."""

from __future__ import annotations

from dataclasses import dataclass

from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource

_LIMITS = "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits"
_LEARN = "https://learn.microsoft.com/azure/"


@dataclass(frozen=True, slots=True)
class EnforcedLimit:
    """At most `count` of an ARM type (lower case) right below one resource or scope, or in one subscription.

    `code` and `status`: Azure's where `documented`, otherwise ours.
    """

    type: str
    count: int
    code: str
    source: str
    in_subscription: bool = False
    status: int = 400
    documented: bool = False


LIMITS = (
    EnforcedLimit(
        "microsoft.resources/resourcegroups", 980, "ResourceGroupQuotaExceeded", _LIMITS, in_subscription=True
    ),
    EnforcedLimit(
        "microsoft.authorization/roleassignments",
        4000,
        "RoleAssignmentLimitExceeded",
        _LEARN + "role-based-access-control/troubleshoot-limits",
        in_subscription=True,
        documented=True,
    ),
    EnforcedLimit("microsoft.network/virtualnetworks/virtualnetworkpeerings", 500, "PeeringLimitExceeded", _LIMITS),
    EnforcedLimit(
        "microsoft.network/privatednszones/virtualnetworklinks", 1000, "VirtualNetworkLinkLimitExceeded", _LIMITS
    ),
    EnforcedLimit(
        "microsoft.network/privateendpoints/privatednszonegroups", 1, "PrivateDnsZoneGroupLimitExceeded", _LIMITS
    ),
    EnforcedLimit("microsoft.authorization/locks", 20, "LockLimitExceeded", _LIMITS),
    EnforcedLimit(
        "microsoft.insights/diagnosticsettings",
        5,
        "DiagnosticSettingLimitExceeded",
        _LEARN + "azure-monitor/platform/diagnostic-settings",
    ),
    EnforcedLimit("microsoft.authorization/policyassignments", 200, "PolicyAssignmentLimitExceeded", _LIMITS),
    EnforcedLimit("microsoft.authorization/policydefinitions", 500, "PolicyDefinitionLimitExceeded", _LIMITS),
    EnforcedLimit("microsoft.authorization/policysetdefinitions", 200, "PolicySetDefinitionLimitExceeded", _LIMITS),
    EnforcedLimit("microsoft.authorization/policyexemptions", 1000, "PolicyExemptionLimitExceeded", _LIMITS),
)
_BY_TYPE = {limit.type: limit for limit in LIMITS}

#: Maximum of members of a list in one request: ARM type, path in the inputs, number.
INLINE = (
    ("microsoft.network/virtualnetworks", "subnets", 3000, _LIMITS),
    ("microsoft.network/networksecuritygroups", "securityRules", 1000, _LIMITS),
    ("microsoft.network/routetables", "routes", 400, _LIMITS),
    ("microsoft.network/privateendpoints/privatednszonegroups", "privateDnsZoneConfigs", 5, _LIMITS),
)
#: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
TAGS = 50


def fits(store: StateStore, resource: StoredResource) -> None:
    """Checks that there is room for a new resource. Raises AzureRefused."""
    limit = _BY_TYPE.get(resource.type.lower())
    if limit is None or store.get(resource.id) is not None:
        return
    place = _place(resource.id, limit)
    count = store.total if limit.in_subscription else store.count
    if count(limit.type, place) >= limit.count:
        message = f"{place} has {limit.count} of {resource.type} already, which is as many as Azure takes."
        raise AzureRefused(limit.status, limit.code, message, resource.id)


def lists_fit(resource: StoredResource) -> None:
    """Checks that a request's own lists are short enough. Raises AzureRefused; the codes are ours."""
    kind = resource.type.lower()
    for item, key, count, _ in INLINE:
        if kind == item and len(resource.inputs.get(key) or ()) > count:
            raise AzureRefused(400, "LimitExceeded", f"{key}: Azure takes {count} at most.", resource.id)
    if len(resource.inputs.get("tags") or ()) > TAGS:
        raise AzureRefused(400, "TooManyTags", f"A resource takes {TAGS} tags at most.", resource.id)


def _place(resource_id: str, limit: EnforcedLimit) -> str:
    if limit.in_subscription:
        return "/".join(resource_id.split("/")[:3])
    above = resource_id.rpartition("/")[0].rpartition("/")[0]
    kind = above.rpartition("/")[2].lower()
    return above.rpartition("/providers/")[0] if kind == limit.type.partition("/")[0] else above
