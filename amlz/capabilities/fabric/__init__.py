"""Microsoft Fabric for an environment: a capacity, and workspaces that read the data lake by shortcuts."""

from amlz.capabilities.fabric.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Microsoft Fabric",
    component="components.fabric:Fabric",
    page="how-to/fabric.md",
    output="fabric",
    patterns={
        r"^[0-9A-Za-z][0-9A-Za-z.@_'+-]*$": (
            "the name of a user (UPN), or the object ID of a service principal",
            "fabric-admin@contoso.com",
        ),
    },
    facts=FACTS,
)
