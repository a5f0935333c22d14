"""Private DNS zones that a private endpoint's group needs.

Sources: https://learn.microsoft.com/azure/private-link/private-endpoint-dns (2026) and, for the workspace,
https://learn.microsoft.com/azure/machine-learning/how-to-custom-dns (2026-03-26).
"""

from __future__ import annotations

from collections.abc import Mapping

#: By cloud, then by group id (`groupIds` of a private endpoint's connection).
ZONES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "public": {
        # One endpoint, two zones in one group: without the second, notebooks and the studio fail.
        "amlworkspace": ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"),
        "amlregistry": ("privatelink.api.azureml.ms",),
        "vault": ("privatelink.vaultcore.azure.net",),
        "registry": ("privatelink.azurecr.io",),
        "blob": ("privatelink.blob.core.windows.net",),
        "file": ("privatelink.file.core.windows.net",),
        "queue": ("privatelink.queue.core.windows.net",),
        "table": ("privatelink.table.core.windows.net",),
        "dfs": ("privatelink.dfs.core.windows.net",),
    },
}

#: Addresses that an endpoint takes, by group id. The workspace's three: how-to-custom-dns. The registry's two (itself
#: and one data endpoint for its region): https://learn.microsoft.com/azure/container-registry/container-registry-private-link.
#: One each for the others: https://learn.microsoft.com/azure/private-link/private-endpoint-overview.
ENDPOINT_ADDRESSES: Mapping[str, int] = {
    "amlworkspace": 3,
    "vault": 1,
    "registry": 2,
    "blob": 1,
    "file": 1,
    "queue": 1,
    "table": 1,
    "dfs": 1,
}


def zones_needed(group: str, cloud: str = "public") -> tuple[str, ...]:
    """The zones that an endpoint of this group needs. Raises KeyError for a group that the table does not have."""
    return ZONES[cloud][group]
