"""The container registry that environments share, with its endpoint in the hub."""

from amlz.capabilities.shared_registry.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Shared container registry",
    component="components.shared_registry:SharedRegistry",
    page="how-to/shared-workspaces.md",
    logical="shared",
    facts=FACTS,
)
