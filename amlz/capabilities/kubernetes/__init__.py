"""Kubernetes clusters that exist, attached to a workspace as compute targets."""

from amlz.capabilities.kubernetes.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Attached Kubernetes clusters",
    component="components.attached_kubernetes:AttachedKubernetes",
    page="how-to/kubernetes.md",
    facts=FACTS,
)
