"""Decides the resource group of the archive."""

from custom.capabilities.archive.config import ArchiveConfig

from amlz.core.capability import Part, Planner, setting
from amlz.core.names import Namer
from amlz.core.planning.context import Context
from amlz.core.specs import Place, ResourceGroupSpec


def plan_archive(context: Context) -> Part | None:
    """Returns the group; nothing for a stack file without the key."""
    asked = setting(context.config, "archive", ArchiveConfig)
    if asked is None:
        return None
    name = Namer((context.config.business_unit, "archive"), ()).name("resourceGroup")
    place = Place(context.landing_zone_subscription, name, context.config.location)
    return Part(ResourceGroupSpec(place, context.tags({"owner": asked.owner})))


PLANNER = Planner(landing_zone=plan_archive)
