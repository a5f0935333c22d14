"""A feature store of an environment: its workspace, the offline store, and the identity that fills it."""

from amlz.capabilities.feature_store.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Feature store",
    component="components.feature_store:FeatureStore",
    page="how-to/feature-store.md",
    logical="features",
    patterns={r"^[0-9]\.[0-9]$": ("a version of Spark", "3.5")},
    facts=FACTS,
)
