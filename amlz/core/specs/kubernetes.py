"""The spec of a Kubernetes cluster that is attached to a workspace: reports list them with their owners' tasks."""

from __future__ import annotations

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class KubernetesSpec:
    """An attached cluster. `cluster`: its id. `demands`: what its owner must see to, a sentence each."""

    name: str
    cluster: str
    namespace: str
    demands: tuple[str, ...]
