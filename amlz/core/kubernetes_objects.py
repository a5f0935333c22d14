"""Kubernetes objects that a pipeline applies to a cluster with Azure ML's extension."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def namespaces(names: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """Returns a namespace for each name, once."""
    return tuple({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in dict.fromkeys(names))


def instance_type(name: str, labels: Mapping[str, str], cores: int, memory_gb: int, gpus: int) -> dict[str, Any]:
    """Returns an instance type, whose requests are its limits. `labels`: of its nodes, none for every node.

    https://learn.microsoft.com/azure/machine-learning/how-to-manage-kubernetes-instance-types
    """
    resources = {"cpu": str(cores), "memory": f"{memory_gb}Gi"}
    return {
        "apiVersion": "amlarc.azureml.com/v1alpha1",
        "kind": "InstanceType",
        "metadata": {"name": name},
        "spec": {
            **({"nodeSelector": dict(labels)} if labels else {}),
            "resources": {"requests": resources, "limits": {**resources, "nvidia.com/gpu": gpus}},
        },
    }
