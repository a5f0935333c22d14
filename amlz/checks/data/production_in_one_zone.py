"""data/production-in-one-zone: production data in one availability zone of a region that has several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.data.unprotected_production import locked_ids, production
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import text, value
from amlz.core.facts.clouds import PUBLIC
from amlz.core.facts.regions import AS_OF, ZONELESS

CHECK = Check(
    id="data/production-in-one-zone",
    severity=Severity.WARNING,
    says="{name} holds production data in one zone: {path} is {actual}.",
    remedy="Set `availabilityZones` to `[1, 2, 3]`. For resources that exist already, first preview the change "
    "with `--against`: not all of them can change it in place.",
    why=(
        "Production data that is stored in several availability zones survives the loss of one data centre. Regions "
        f"without zones are left out, by the list of {AS_OF}. Production is what is locked or protected, and what is "
        "in one environment with it."
    ),
    source="https://learn.microsoft.com/azure/reliability/availability-zones-overview",
)

#: By type: the path, and what its value is over zones.
REDUNDANCY: dict[str, tuple[str, tuple[str, ...]]] = {
    "Microsoft.Storage/storageAccounts": ("sku.name", ("_zrs", "_gzrs", "_ragzrs")),
    "Microsoft.ContainerRegistry/registries": ("properties.zoneRedundancy", ("enabled",)),
    "Microsoft.Network/azureFirewalls": ("zones", ()),
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Production stores that are in one zone. The firewall counts where any production is behind it."""
    locked = locked_ids(graph)
    environments = production(graph, locked)
    zoneless = ZONELESS.get(graph.cloud, ZONELESS[PUBLIC]).names
    for arm_type, (path, over) in REDUNDANCY.items():
        for resource in graph.of_type(arm_type):
            region = resource.location.replace(" ", "").lower()
            own = (resource.project, resource.environment) in environments or resource.protect
            counts = bool(environments) if not over else own
            if not counts or not region or region in zoneless:
                continue
            actual = value(resource, path)
            if is_unknown(actual):
                yield CHECK.undecided(resource, path, actual)
            elif not _over_zones(actual, over):
                yield _finding(resource, path, actual)


def _over_zones(actual: Any, over: tuple[str, ...]) -> bool:
    if isinstance(actual, list):
        return len(actual) > 1
    return bool(over) and isinstance(actual, str) and actual.lower().endswith(over)


def _finding(resource: Resource, path: str, actual: Any) -> Finding:
    return CHECK.finding(resource, FindingLocation(path, None, actual), path=path, actual=text(actual))
