"""Decides the connections of an environment's workspace."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.connections.config import connections_of
from amlz.capabilities.connections.notices import connection_notices
from amlz.core.addresses import environments
from amlz.core.capability import EnvironmentParts, Part, Planner
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Problem
from amlz.core.specs import ConnectionSpec


def plan_connections(env: EnvironmentContext, planned: EnvironmentParts) -> Part | None:
    """Returns the connections, by name. Each waits for the workspace's endpoint: both at once are reported to fail.

    https://github.com/Azure/bicep-registry-modules/tree/main/avm/res/machine-learning-services/workspace
    """
    connections, workspace = [], planned.workspace
    for name, connection in sorted(connections_of(env.settings).items()):
        path = (*env.path, "connections", name)
        identity = env.identity(connection.identity) if connection.auth == "managedIdentity" else None
        connections.append(
            ConnectionSpec(
                name=env.context.take("connection", name, workspace.id, path),
                workspace=workspace.id,
                category=connection.category,
                target=connection.target,
                identity=identity.id if identity else None,
                metadata=connection.metadata,
                after=(workspace.endpoint.ready,),
                client_id=identity.client_id if identity else None,
            )
        )
    return Part(tuple(connections)) if connections else None


def check_connections(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings of connections that do not go with their kind of authentication."""
    for project, name, environment in environments(config):
        for key, connection in connections_of(environment).items():
            if connection.auth == "entra" and "identity" in connection.model_fields_set:
                yield Problem(
                    ("projects", project, "environments", name, "connections", key, "identity"),
                    "With `auth: entra`, each caller signs in; no identity of the environment does.",
                    "Set `auth: managedIdentity`, or remove it.",
                )


PLANNER = Planner(check=check_connections, environment=plan_connections, notices=connection_notices)
