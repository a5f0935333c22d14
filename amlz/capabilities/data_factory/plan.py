"""Decides the data factory of an environment: its identity, its private endpoint, and those of its managed network."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.data_factory.config import DataFactoryConfig
from amlz.capabilities.data_factory.facts import (
    FACTORY,
    GROUP,
    LAKE_ENDPOINTS,
    WORKSPACE_CONNECTION,
    WORKSPACE_ENDPOINT,
)
from amlz.capabilities.data_factory.spec import DataFactorySpec, ManagedEndpointSpec
from amlz.core.capability import EnvironmentParts, Part, Planner, Relaxation, setting
from amlz.core.capability_facts import Contradiction, Who
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.environment_settings import environments_with, path_of_setting
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import shared_roles_of
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Path, Problem
from amlz.core.specs import IdentityPrincipalSpec, IdentitySpec, PrincipalSpec


def plan_data_factory(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns the data factory of an environment; None where it has none."""
    if _settings(env.settings) is None:
        return None
    name = env.context.take("dataFactory", env.namer.unique("dataFactory"), None, _path(env.key))
    factory = env.place.id(FACTORY, name)
    spec = DataFactorySpec(
        name=name,
        place=env.place,
        identity=_identity(env).id,
        endpoint=env.endpoint(GROUP, factory, label="data-factory"),
        managed_endpoints=tuple(_managed_endpoints(env, given.workspace.id)),
        diagnostics=env.context.diagnostics(factory),
        lock=env.lock("data-factory", factory),
        protect=env.production,
        tags=env.tags,
    )
    return Part(spec)


def _settings(environment: EnvironmentConfig) -> DataFactoryConfig | None:
    return setting(environment, "data_factory", DataFactoryConfig)


def _path(key: EnvironmentKey) -> Path:
    return path_of_setting(key, "dataFactory")


def _identity(env: EnvironmentContext) -> IdentitySpec:
    name = env.context.take("identity", env.namer.name("identity", "data-factory"), env.place.group_id, _path(env.key))
    return IdentitySpec("dataFactory", name, env.place, env.tags)


def _identities(env: EnvironmentContext) -> tuple[IdentitySpec, ...]:
    return () if _settings(env.settings) is None else (_identity(env),)


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the identity where it calls batch endpoints."""
    settings = _settings(env.settings)
    calls = settings is not None and settings.calls_batch_endpoints
    return {"batchCallers": {"data-factory": IdentityPrincipalSpec(_identity(env).id)}} if calls else {}


def _managed_endpoints(env: EnvironmentContext, workspace: str) -> Iterator[ManagedEndpointSpec]:
    """Returns the endpoints to the lake, where its identity has a role there, and to the workspace that it calls."""
    identity = _identity(env).id
    accounts = {
        role.scope.partition("/blobServices/")[0]
        for role in shared_roles_of(env)
        if role.principal.id == identity and "/blobServices/" in role.scope
    }
    for account in sorted(accounts):
        for name, group in LAKE_ENDPOINTS:
            yield ManagedEndpointSpec(name, account, group)
    if _principals(env):
        name, group = WORKSPACE_ENDPOINT
        yield ManagedEndpointSpec(name, workspace, group)


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    return () if _settings(environment) is None else (GROUP,)


def _factories(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, DataFactoryConfig]]:
    return environments_with(config, _settings)


def check_data_factory(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns factories that could not do what they are for."""
    for key, environment, settings in _factories(config):
        if settings.calls_batch_endpoints and not environment.batch:
            yield Problem(
                (*_path(key), "callsBatchEndpoints"),
                "Its environment has `batch: false`: identities there have no roles for batch endpoints.",
                "Remove it, or set `batch: true`.",
            )


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for key, _, _ in _factories(config):
        yield Relaxation(
            _path(key),
            "all ports lead out of the managed network of its pipelines, and they run outside of that network until "
            "pipelines/data-factory.sh has made it",
        )


def _contradictions(config: LandingZoneConfig) -> Iterator[tuple[Path, Contradiction]]:
    for key, _, settings in _factories(config):
        if settings.calls_batch_endpoints:
            yield (*_path(key), "callsBatchEndpoints"), WORKSPACE_CONNECTION


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the step that follows a deployment."""
    factories = list(_factories(config))
    if factories:
        keys = ", ".join(str(key) for key, _, _ in factories)
        yield "Data Factory", f"{keys}: pipelines/data-factory.sh makes managed networks after the deployment"


PLANNER = Planner(
    check=check_data_factory,
    relaxations=_relaxations,
    contradictions=_contradictions,
    summary=_summary,
    endpoints=_endpoints,
    identities=_identities,
    principals=_principals,
    environment=plan_data_factory,
)
