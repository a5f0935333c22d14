"""Online endpoints made possible: their identities, who deploys with them, and who calls them."""

from amlz.capabilities.serving.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Online endpoints",
    component="components.serving:Serving",
    page="how-to/serve.md",
    facts=FACTS,
)
