"""A private cluster of Azure Kubernetes Service for an environment, to serve models in production."""

from amlz.capabilities.aks.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure Kubernetes Service",
    component="components.aks:Aks",
    page="how-to/aks.md",
    output="aksClusters",
    facts=FACTS,
    patterns={
        r"^[a-z][a-z0-9]{0,11}$": ("1 to 12 lower-case letters or digits, starting with a letter", "gpu"),
        r"^([01][0-9]|2[0-3]):[0-5][0-9]$": ("a time of day", "02:00"),
        r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$": ("an offset from UTC", "+01:00"),
        r"^[a-z0-9A-Z][a-z0-9A-Z./_-]*(=[a-z0-9A-Z._-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$": (
            "a taint",
            "team=churn:NoSchedule",
        ),
    },
)
