"""Settings under `security` of an environment, applied to the plan; and those that they exclude."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.encryption import check_encryption
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Problem
from amlz.core.specs import EncryptionSpec, ProjectEnvironmentSpec


def secured(
    env: EnvironmentContext, spec: ProjectEnvironmentSpec, key: EncryptionSpec | None
) -> ProjectEnvironmentSpec:
    """Returns an environment with serverless compute in its subnet and all stores of data under its key, where
    configured.
    """
    if env.settings.security.serverless_compute:
        spec = replace(spec, workspace=replace(spec.workspace, serverless_subnet=spec.computes.subnet))
    return spec if key is None else _encrypted(spec, key)


def _encrypted(spec: ProjectEnvironmentSpec, key: EncryptionSpec) -> ProjectEnvironmentSpec:
    """Workspace, storage account and registry under a key, none of which is created before the key can be read."""
    workspace = replace(spec.workspace, encryption=key, after=(*spec.workspace.after, *key.after))
    return replace(
        spec,
        encryption=key,
        storage=replace(spec.storage, encryption=key),
        registry=None if spec.registry is None else replace(spec.registry, encryption=key),
        workspace=workspace,
    )


def check_security(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns everything that cannot be combined with the settings of `security`."""
    yield from check_encryption(config)
    for project, name, environment in environments(config):
        if environment.security.serverless_compute and environment.isolation.managed:
            yield Problem(
                ("projects", project, "environments", name, "security", "serverlessCompute"),
                "It puts serverless compute into the training subnet, and with `isolation: managed` there is none: "
                "serverless compute is in the managed network anyway.",
                "Remove `security.serverlessCompute`, or set `isolation: {mode: injected}`.",
            )
