"""A data factory for an environment: it copies data of the lake, and calls batch endpoints."""

from amlz.capabilities.data_factory.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure Data Factory",
    component="components.data_factory:DataFactory",
    page="how-to/data-factory.md",
    logical="data-factory",
    output="dataFactories",
    facts=FACTS,
)
