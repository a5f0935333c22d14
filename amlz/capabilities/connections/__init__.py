"""Connections of a workspace to services that accept identities. No secret is in them."""

from amlz.core.capability import Capability
from amlz.core.capability_facts import ArmType, Facts, Noun

CAPABILITY = Capability(
    title="Connections",
    component="components.connections:Connections",
    page="how-to/data.md",
    facts=Facts(
        types=(ArmType("Microsoft.MachineLearningServices/workspaces/connections", Noun("connection", "connections")),)
    ),
)
