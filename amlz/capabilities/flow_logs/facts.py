"""Facts of flow logs.

https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview
"""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import ChangeRule, Kind, properties
from amlz.azure.protection import Protection, less, other
from amlz.core.billing import Body, Omitted, Quantity
from amlz.core.capability_facts import ArmType, Facts, NameRule, Noun

FLOW_LOG = "Microsoft.Network/networkWatchers/flowLogs"
#: Azure makes both with the first network of a region, unless a subscription has opted out:
#: https://learn.microsoft.com/azure/network-watcher/network-watcher-create
WATCHER_GROUP = "NetworkWatcherRG"
WATCHER = "NetworkWatcher_{location}"

_TERRAFORM = "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/network_watcher_flow_log"
#: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules has no row for flow logs:
#: these are the characters of network watchers.
_NAME = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_])?"
_SAYS = "letters, digits, periods, hyphens and underscores, starting with a letter or digit"


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("flow logs: data collected, and kept in the storage account")


FACTS = Facts(
    types=(
        ArmType(
            FLOW_LOG,
            Noun("flow log", "flow logs"),
            kind="flowLog",
            names=NameRule("fl-", 1, 80, _NAME, _SAYS, "parent"),
        ),
    ),
    changes={
        FLOW_LOG: (
            ChangeRule(
                "properties.targetResourceId",
                Kind.FIXED,
                _TERRAFORM,
                "Terraform's provider makes another resource instead",
            ),
            *properties(_TERRAFORM, "storageId", "retentionPolicy", "enabled"),
        )
    },
    bills={FLOW_LOG: _bill},
    protections=(
        Protection(FLOW_LOG, "logs kept for a shorter time", less("retentionPolicy.days")),
        Protection(FLOW_LOG, "logs sent elsewhere", other("storageId")),
    ),
    removed={FLOW_LOG: "flow logs deleted"},
)
