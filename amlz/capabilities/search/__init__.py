"""Azure AI Search for an environment: indexes that jobs fill and query, reached by a private endpoint."""

from amlz.capabilities.search.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure AI Search",
    component="components.search:Search",
    page="how-to/search.md",
    facts=FACTS,
)
