"""A section of reports for the archivists: the owner of the archive."""

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.core.plan import LandingZonePlan

TITLE = "Resource groups with an owner"
COLUMNS = ("resource group", "owner")


def rows(graph: ResourceGraph, plan: LandingZonePlan) -> Iterator[tuple[str, ...]]:
    """Resource groups with the tag `owner`."""
    for group in graph.of_type("Microsoft.Resources/resourceGroups"):
        owner = group.body.get("tags", {}).get("owner")
        if owner is not None:
            yield group.name, owner
