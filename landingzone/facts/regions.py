"""Regions without availability zones, as Microsoft's list had them on one day. Regions gain zones: look there."""

from __future__ import annotations

SOURCE = "https://learn.microsoft.com/azure/reliability/regions-list"

#: The day of the list (its ms.date).
AS_OF = "2025-03-21"

#: Of the public cloud, open regions and restricted ones alike; those that were only announced are left out.
WITHOUT_ZONES: frozenset[str] = frozenset(
    {
        "australiacentral",
        "australiacentral2",
        "australiasoutheast",
        "brazilsoutheast",
        "canadaeast",
        "francesouth",
        "germanynorth",
        "koreasouth",
        "northcentralus",
        "norwaywest",
        "southafricawest",
        "southindia",
        "switzerlandwest",
        "uaecentral",
        "ukwest",
        "westcentralus",
        "westindia",
        "westus",
    }
)
