"""Kubernetes clusters outside of Azure, connected by Azure Arc, as compute targets of a workspace."""

from amlz.capabilities.arc.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure Arc-enabled Kubernetes",
    component="components.arc:Arc",
    page="how-to/arc.md",
    output="arcClusters",
    facts=FACTS,
    patterns={
        r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$": (
            "a label of a node",
            "contoso.com/pool",
        ),
        r"^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$": ("the value of a label", "gpu"),
    },
)
