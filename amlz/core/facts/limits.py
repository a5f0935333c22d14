"""Limits of Azure: the highest number of resources in a scope.

https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits (networking,
roles, policies) and https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas (compute targets).
"""

from __future__ import annotations

from amlz.core.capability_facts import Limit

_NETWORK = "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits"
_COMPUTE = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas"

PEERINGS = Limit(500, "peerings", "hub network", _NETWORK)
SUBNETS = Limit(3000, "subnets", "network", _NETWORK)
PRIVATE_ENDPOINTS = Limit(1000, "private endpoints", "network", _NETWORK)
COMPUTES = Limit(500, "clusters and instances", "region and subscription", _COMPUTE)
TAGS = Limit(
    50, "tags", "resource", "https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources"
)

#: Counted in the graph alone (amlz/checks/limits/exceeded.py).
ENDPOINTS_OF_PEERS = Limit(
    4000,
    "private endpoints",
    "set of peered networks",
    "https://learn.microsoft.com/azure/private-link/increase-private-endpoint-vnet-limits",
)
RULES = Limit(1000, "rules", "network security group", _NETWORK)
ROUTES = Limit(400, "routes", "route table", _NETWORK)
NAME_SERVERS = Limit(20, "DNS servers", "network", _NETWORK)
NETWORKS = Limit(1000, "networks", "region and subscription", _NETWORK)
GROUPS_OF_RULES = Limit(5000, "network security groups", "region and subscription", _NETWORK)
ROUTE_TABLES = Limit(200, "route tables", "region and subscription", _NETWORK)
ZONE_LINKS = Limit(1000, "links to networks", "private DNS zone", _NETWORK)
ZONES = Limit(1000, "private DNS zones", "subscription", _NETWORK)
ROLE_ASSIGNMENTS = Limit(4000, "role assignments", "subscription", _NETWORK)
ROLE_ASSIGNMENTS_OF_GROUPS = Limit(500, "role assignments", "management group", _NETWORK)
RESOURCE_GROUPS = Limit(980, "resource groups", "subscription", _NETWORK)
POLICY_DEFINITIONS = Limit(500, "policy definitions", "scope", _NETWORK)
POLICY_INITIATIVES = Limit(200, "initiatives", "scope", _NETWORK)
POLICY_ASSIGNMENTS = Limit(200, "policy assignments", "scope", _NETWORK)
POLICY_EXEMPTIONS = Limit(1000, "exemptions", "scope", _NETWORK)
DIAGNOSTIC_SETTINGS = Limit(
    5,
    "diagnostic settings",
    "resource",
    "https://learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings",
)
LOCKS = Limit(20, "locks", "scope", _NETWORK)
