"""Batch endpoints of an environment: the roles of their callers, and the cluster that they score on.

A batch endpoint has no identity: a job runs as its caller, and the identity of its cluster mounts the data. A pipeline
creates endpoints and deployments.
"""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.serving.config import BatchEndpointsConfig
from amlz.capabilities.serving.facts import BATCH_TARGET
from amlz.core.capability import setting
from amlz.core.config import EnvironmentConfig
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.roles import Principals, assign
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import ExistingPrincipalSpec, PrincipalSpec, WorkspaceSpec
from amlz.core.specs.serving import BatchEndpointsSpec

#: Groups that invoke batch endpoints, in the table of grants.
CALLERS = "batchEndpointCallers"
GIVES_UP = (
    "its groups can also change batch endpoints and their deployments, and list secrets of datastores and keys of the "
    "storage account and of compute targets: Microsoft lists these permissions as needed to invoke"
)


def settings_of(environment: EnvironmentConfig) -> BatchEndpointsConfig | None:
    """Returns the settings of batch endpoints; None without any."""
    return setting(environment, "batch_endpoints", BatchEndpointsConfig)


def callers_of(env: EnvironmentContext) -> dict[str, PrincipalSpec]:
    """Returns the groups that invoke batch endpoints, by their part of logical names."""
    settings = settings_of(env.settings)
    return {group: ExistingPrincipalSpec("Group", group) for group in settings.callers} if settings else {}


def planned(env: EnvironmentContext, workspace: WorkspaceSpec, principals: Principals) -> BatchEndpointsSpec | None:
    """Returns the cluster, and the roles of callers and pipelines on the workspace; None without batch endpoints."""
    settings = settings_of(env.settings)
    if settings is None:
        return None
    roles = assign({BATCH_TARGET: workspace.id}, principals, grant_conditions(env))
    return BatchEndpointsSpec(settings.cluster, roles[BATCH_TARGET])


def check(environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    """Returns batch endpoints without their private endpoints, or on a cluster that there is not. `path`: of the
    environment.
    """
    settings = settings_of(environment)
    if settings is None:
        return
    if not environment.batch:
        yield Problem(
            (*path, "batchEndpoints"),
            "Batch endpoints need private endpoints for queues and tables, and `batch: false` leaves them out.",
            "Remove `batch`, or remove `batchEndpoints`.",
        )
    clusters = sorted(environment.clusters)
    if settings.cluster not in clusters:
        yield Problem(
            (*path, "batchEndpoints", "cluster"),
            f"The environment has no cluster {settings.cluster!r}. Its clusters: {listed(clusters) or 'none'}.",
            "Correct the name, or add the cluster under `clusters`.",
        )
