"""Where the data lake's private endpoints are: in the hub, in a subnet of a spoke, or elsewhere already."""

from __future__ import annotations

from amlz.core.config import LandingZoneConfig

#: The private endpoints of a data lake, by group ID: clients use either.
#: https://learn.microsoft.com/azure/storage/common/storage-private-endpoints
GROUPS = ("blob", "dfs")


def groups_built(config: LandingZoneConfig) -> tuple[str, ...]:
    """Groups of the endpoints that are built for it: its own, and that of the vault of a key that is made here."""
    key = config.data_lake.customer_managed_key if config.data_lake else None
    return (*GROUPS, *(("vault",) if key is not None and key.key_vault is None else ()))


def endpoints_built(config: LandingZoneConfig) -> bool:
    """Returns whether private endpoints to a data lake are built here."""
    lake = config.data_lake
    return lake is not None and (lake.existing is None or lake.existing.endpoint_range is None)


def in_hub(config: LandingZoneConfig) -> bool:
    """Returns whether they are built, and in the hub."""
    return endpoints_built(config) and config.data_lake is not None and config.data_lake.network is None


def spoke_of(config: LandingZoneConfig) -> str | None:
    """Returns the spoke in which they are built: the configured one, or the only one. None where that is nowhere."""
    lake = config.data_lake
    if lake is None or lake.network is None or not endpoints_built(config):
        return None
    if lake.spoke is not None:
        return lake.spoke if lake.spoke in config.spokes else None
    return next(iter(config.spokes)) if len(config.spokes) == 1 else None
