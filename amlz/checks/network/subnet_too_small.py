"""network/subnet-too-small: a subnet that does not hold what is to be in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, connections, prefixes_of, ranges, value
from amlz.core.facts.dns import ENDPOINT_ADDRESSES
from amlz.core.facts.networks import HUB_SUBNETS, RESERVED_ADDRESSES, SMALLEST_SUBNET

FULL = (
    "In the component, set `{path}` to a larger range, with at least {wanted} usable addresses, or put fewer nodes"
    " and endpoints into the subnet."
)

CHECK = Check(
    id="network/subnet-too-small",
    severity=Severity.ERROR,
    says="Subnet {subnet} of {name} ({range}) {problem}.",
    remedy="In the component, set `{path}` to a range of size `{expected}` or larger.",
    why="Azure refuses a firewall, a bastion or a gateway in a subnet below its size, and a cluster stops "
    "growing when addresses run out. Counted are nodes at full scale, compute instances, and the "
    "addresses of private endpoints; Azure reserves five addresses of each subnet. Ranges from the stack "
    "file are checked before.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    otherwise=(FULL,),
)

#: The longest prefix by name, in lower case.
LONGEST = {subnet.name.lower(): subnet.prefix for subnet in HUB_SUBNETS.values() if not subnet.name.startswith("snet-")}
LONGEST["azurefirewallmanagementsubnet"] = HUB_SUBNETS["firewall"].prefix


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns subnets below the size that their name or their contents require."""
    taken = _taken(graph)
    for subnet in all_subnets(graph):
        for item in ranges(prefixes_of(subnet)):
            if item.version != 4:
                continue
            longest = LONGEST.get(subnet.name.lower(), SMALLEST_SUBNET)
            usable, wanted = item.num_addresses - RESERVED_ADDRESSES, taken[subnet.id.lower()]
            remedy = ""
            if item.prefixlen > longest:
                problem = f"is smaller than a /{longest}, the least that Azure takes here"
            elif wanted > usable:
                problem, remedy = f"has {usable} addresses, and {wanted} are wanted at full scale", FULL
            else:
                continue
            place = FindingLocation(f"{subnet.path}.addressPrefix", f"/{longest}", str(item), remedy=remedy)
            yield CHECK.finding(subnet.resource, place, subnet=subnet.name, range=item, problem=problem, wanted=wanted)


def _taken(graph: ResourceGraph) -> Counter[str]:
    """Addresses by subnet id in lower case: nodes at full scale, instances, and endpoints."""
    taken: Counter[str] = Counter()
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        nodes = value(compute, "properties.properties.scaleSettings.maxNodeCount")
        subnet = str(value(compute, "properties.properties.subnet.id")).lower()
        taken[subnet] += nodes if isinstance(nodes, int) else 1
    copies = Counter(
        replica.id.lower().split("/replications/")[0]
        for replica in graph.of_type("Microsoft.ContainerRegistry/registries/replications")
    )
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        subnet = str(value(endpoint, "properties.subnet.id")).lower()
        for target, group in connections(endpoint):
            taken[subnet] += ENDPOINT_ADDRESSES.get(str(group), 1) + copies[str(target).lower()]
    return taken
