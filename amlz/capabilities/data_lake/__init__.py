"""The data lake: an account with containers for all environments, or the path to one that exists."""

from amlz.capabilities.data_lake.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Data lake",
    component="components.data_lake:DataLake",
    page="how-to/data.md",
    logical="lake",
    facts=FACTS,
)
