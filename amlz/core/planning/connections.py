"""Connections of a project environment's workspace."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.scene import Scene
from amlz.core.problems import Problem
from amlz.core.specs import ConnectionSpec, WorkspaceSpec


def plan_connections(scene: Scene, workspace: WorkspaceSpec) -> tuple[ConnectionSpec, ...]:
    """The connections, by name. Each after the workspace's endpoint: both at once have been reported to fail.

    https://github.com/Azure/bicep-registry-modules/tree/main/avm/res/machine-learning-services/workspace
    """
    found = []
    for name, asked in sorted(scene.settings.connections.items()):
        path = (*scene.path, "connections", name)
        identity = scene.place.id(
            "Microsoft.ManagedIdentity/userAssignedIdentities", scene.namer.name("identity", asked.identity)
        )
        found.append(
            ConnectionSpec(
                name=scene.context.take("connection", name, workspace.id, path),
                workspace=workspace.id,
                category=asked.category,
                target=asked.target,
                identity=identity if asked.auth == "managedIdentity" else "",
                metadata=asked.metadata,
                after=(workspace.endpoint.ready,),
            )
        )
    return tuple(found)


def check_connections(config: LandingZoneConfig) -> Iterator[Problem]:
    """What a connection says and its kind of signing in does not take."""
    for project, name, environment in environments(config):
        for key, asked in environment.connections.items():
            if asked.auth == "entra" and "identity" in asked.model_fields_set:
                yield Problem(
                    ("projects", project, "environments", name, "connections", key, "identity"),
                    "With `auth: entra` whoever uses the connection signs in as himself.",
                    "Say `auth: managedIdentity`, or remove it.",
                )
