"""Attached Kubernetes clusters: what their owners must see to, since nothing of them is built here."""

from __future__ import annotations

from typing import Any

from amlz.core.plan import LandingZonePlan
from amlz.core.specs import KubernetesSpec
from amlz.core.specs import records as records_of


def demands(plan: LandingZonePlan) -> dict[str, tuple[str, ...]]:
    """By cluster (its id): a sentence each, once however often it is attached."""
    by_cluster: dict[str, dict[str, None]] = {}
    for environment in plan.environments:
        for attached in records_of(environment, KubernetesSpec):
            by_cluster.setdefault(attached.cluster, {}).update(dict.fromkeys(attached.demands))
    return {cluster: tuple(sentences) for cluster, sentences in by_cluster.items()}


def records(plan: LandingZonePlan) -> list[dict[str, Any]]:
    """For programs: a record an attachment."""
    return [
        {
            "project": environment.project,
            "environment": environment.environment,
            "name": one.name,
            "cluster": one.cluster,
            "namespace": one.namespace,
            "demands": list(one.demands),
        }
        for environment in plan.environments
        for one in records_of(environment, KubernetesSpec)
    ]
