"""order/parallel-writes: two parts of one thing that Azure would be asked to make at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above

CHECK = Check(
    id="order/parallel-writes",
    severity=Severity.ERROR,
    says="{name} and {other} are created at the same time in {parent}, which accepts one change at a time.",
    remedy="In the component, add {other} to `depends_on` of {name}.",
    why="Azure changes such parts of one resource one after the other. A request that arrives during another "
    "is refused with a conflict, but not every time.",
    source="https://github.com/pulumi/pulumi-azure-native/issues/1024",
)

#: By type: the segment below which they are. Types with the same parent share its turn: subnets and peerings both write
#: to their network. Firewalls: hashicorp/terraform-provider-azurerm#18114; subnets: pulumi/pulumi-azure-native#699 and
#: #1024; managed networks: no page states that they take several at a time.
SERIAL = {
    "Microsoft.Network/firewallPolicies/ruleCollectionGroups": "ruleCollectionGroups",
    "Microsoft.Network/virtualNetworks/subnets": "subnets",
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": "virtualNetworkPeerings",
    "Microsoft.MachineLearningServices/workspaces/outboundRules": "outboundRules",
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Parts of which neither waits for the other, each reported against the one that could be before it."""
    parents: dict[str, list[Resource]] = {}
    for arm_type, segment in SERIAL.items():
        for part in graph.of_type(arm_type):
            parents.setdefault(above(part.id, segment).lower(), []).append(part)
    for parent, parts in parents.items():
        for before, part in pairwise(graph.in_order(parts)):
            if not graph.waits_for(part, before):
                name = parent.rsplit("/", 1)[-1]
                yield CHECK.finding(part, FindingLocation("dependsOn", before.urn), other=before.name, parent=name)
