"""Azure Bastion in the hub, and the subnet of jump hosts: sessions to machines without public addresses."""

from amlz.capabilities.bastion.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure Bastion",
    component="components.bastion:Bastion",
    page="explanation/hub.md",
    facts=FACTS,
)
