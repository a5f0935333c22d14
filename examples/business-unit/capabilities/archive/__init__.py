"""A resource group for what the unit archives."""

from amlz.core.capability import Capability

CAPABILITY = Capability(title="Archive", component="custom.capabilities.archive.component:Archive")
