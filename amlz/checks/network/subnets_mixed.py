"""network/subnets-mixed: a network with inline and standalone subnets, which overwrite each other."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import network_of, value
from amlz.core.problems import listed

CHECK = Check(
    id="network/subnets-mixed",
    severity=Severity.ERROR,
    says="{name} lists its subnets, and {others} of it {stand}.",
    remedy="In the component, remove `properties.subnets` from the network, or remove the separate resources of "
    "{others}.",
    why="A network that lists its subnets deletes all others at each update: the list in its request is "
    "complete for Azure.",
    source="https://github.com/pulumi/pulumi-azure-native/issues/611",
)

PATH = "properties.subnets"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Networks with a list of subnets, while other subnets of theirs are resources."""
    apart: dict[str, list[str]] = {}
    for subnet in graph.of_type("Microsoft.Network/virtualNetworks/subnets"):
        apart.setdefault(network_of(subnet.id).lower(), []).append(subnet.name)
    for network in graph.of_type("Microsoft.Network/virtualNetworks"):
        names, inline = apart.get(network.id.lower(), []), value(network, PATH)
        if is_unknown(inline) and names:
            yield CHECK.undecided(network, PATH, inline)
        elif inline and names:  # azure-native sends an empty list where the program gives none (amlz/azure/added.py)
            stand = "is a resource apart" if len(names) == 1 else "are resources apart"
            yield CHECK.finding(network, FindingLocation(PATH, None, inline), others=listed(sorted(names)), stand=stand)
