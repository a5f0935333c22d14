"""An Azure Databricks workspace for an environment, in its spoke and without public addresses."""

from amlz.capabilities.databricks.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure Databricks",
    component="components.databricks:Databricks",
    page="how-to/databricks.md",
    output="databricks",
    facts=FACTS,
)
