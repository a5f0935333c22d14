"""How many of a thing Azure takes.

https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits (networking) and
https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas (computes).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` of `what` in one `per`. Some can be raised by a support request; then say so."""

    count: int
    what: str
    per: str
    source: str


_NETWORK = "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits"
_COMPUTE = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas"

PEERINGS = Limit(500, "peerings", "hub network", _NETWORK)
SUBNETS = Limit(3000, "subnets", "network", _NETWORK)
PRIVATE_ENDPOINTS = Limit(1000, "private endpoints", "network", _NETWORK)
COMPUTES = Limit(500, "clusters and instances", "region and subscription", _COMPUTE)
TAGS = Limit(
    50, "tags", "resource", "https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources"
)
