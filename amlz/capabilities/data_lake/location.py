"""Location of the data lake's private endpoints: in the hub, in a subnet of a spoke, or elsewhere already."""

from __future__ import annotations

from amlz.capabilities.data_lake.config import DataLakeConfig
from amlz.core.capability import setting
from amlz.core.config import LandingZoneConfig
from amlz.core.owners import SharedOwner

#: The owner of its subnet in a spoke.
OWNER = SharedOwner("lake")


def lake_of(config: LandingZoneConfig) -> DataLakeConfig | None:
    """Returns the lake's settings; None where there is no lake."""
    return setting(config, "data_lake", DataLakeConfig)


def endpoints_built(config: LandingZoneConfig) -> bool:
    """Returns whether private endpoints to a data lake are built here."""
    settings = lake_of(config)
    return settings is not None and (settings.existing is None or settings.existing.endpoint_range is None)


def in_hub(config: LandingZoneConfig) -> bool:
    """Returns whether they are built, and in the hub."""
    settings = lake_of(config)
    return settings is not None and settings.network is None and endpoints_built(config)


def spoke_of(config: LandingZoneConfig) -> str | None:
    """Returns the spoke in which they are built: the configured one, or the only one. None where that is nowhere."""
    settings = lake_of(config)
    if settings is None or settings.network is None or not endpoints_built(config):
        return None
    if settings.spoke is not None:
        return settings.spoke if settings.spoke in config.spokes else None
    return next(iter(config.spokes)) if len(config.spokes) == 1 else None
