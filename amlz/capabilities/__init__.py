"""Optional features of a landing zone, one a folder. The contract: amlz/core/capability.py."""

import amlz.core.config  # noqa: F401 - the model collects the keys of every capability: it is loaded before any of them
