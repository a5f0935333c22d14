"""An Azure Synapse workspace for an environment, in a managed network that data cannot leave."""

from amlz.capabilities.synapse.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure Synapse Analytics",
    component="components.synapse:Synapse",
    page="how-to/synapse.md",
    output="synapse",
    patterns={
        r"^[a-z][a-z0-9]{0,14}$": ("1 to 15 lower-case letters or digits, starting with a letter", "small"),
        r"^[0-9]\.[0-9]$": ("a version of Spark", "3.5"),
    },
    facts=FACTS,
)
