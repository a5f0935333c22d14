"""Customer-managed key of an environment: it encrypts the workspace, its storage account and its registry."""

from amlz.capabilities.customer_managed_key.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Customer-managed keys",
    component="components.encryption:Encryption",
    page="how-to/customer-managed-keys.md",
    logical="encryption",
    facts=FACTS,
)
