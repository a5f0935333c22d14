"""Serverless compute of an environment: its subnet, and the setting that excludes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Problem
from amlz.core.specs import ProjectEnvironmentSpec


def with_serverless(env: EnvironmentContext, spec: ProjectEnvironmentSpec) -> ProjectEnvironmentSpec:
    """Returns an environment with serverless compute in its subnet, where configured."""
    if not env.settings.security.serverless_compute:
        return spec
    return replace(spec, workspace=replace(spec.workspace, serverless_subnet=spec.computes.subnet))


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns environments that have no subnet for serverless compute."""
    for project, name, environment in environments(config):
        if environment.security.serverless_compute and environment.isolation.managed:
            yield Problem(
                ("projects", project, "environments", name, "security", "serverlessCompute"),
                "It puts serverless compute into the training subnet, and with `isolation: managed` there is none: "
                "serverless compute is in the managed network anyway.",
                "Remove `security.serverlessCompute`, or set `isolation: {mode: injected}`.",
            )
