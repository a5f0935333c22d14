"""An Azure ML registry, existing or created, through which models go from one environment to the next."""

from amlz.capabilities.model_registry.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure ML registry",
    component="components.model_registry:ModelRegistry",
    page="how-to/model-registry.md",
    logical="models",
    facts=FACTS,
)
