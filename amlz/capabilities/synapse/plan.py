"""Decides the Synapse workspace of an environment: its container of the lake, its endpoints, its roles, its pools."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.synapse.config import SynapseConfig
from amlz.capabilities.synapse.facts import CONTRIBUTOR, GROUPS, HUB, HUB_GROUP, READ, WORKSPACE, WRITE
from amlz.capabilities.synapse.spec import SparkPoolSpec, StudioSpec, SynapseSpec
from amlz.core.capability import EnvironmentParts, Part, Planner, Relaxation, setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.environment_settings import environments_with, path_of_setting
from amlz.core.facts.clouds import host_of, title
from amlz.core.facts.dns import ZONES
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import shared_roles_of
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.roles import Principals, assign
from amlz.core.problems import Path, Problem
from amlz.core.specs import IdentityPrincipalSpec, RoleAssignmentSpec

_CONTAINERS = "/blobServices/default/containers/"


def plan_synapse(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns the workspace of an environment; None where it has none."""
    settings = _settings(env.settings)
    if settings is None:
        return None
    path, context = _path(env.key), env.context
    access = {role.scope: role.role for role in shared_roles_of(env) if _of_jobs(role, given.computes.identity)}
    own = next((scope for scope, role in access.items() if role == CONTRIBUTOR), None)
    if own is None:
        context.names.problems.append(_without_lake(path))
        return None
    account, _, container = own.partition(_CONTAINERS)
    name = context.take("synapseWorkspace", env.namer.unique("synapseWorkspace"), None, path)
    workspace = env.place.id(WORKSPACE, name)
    managed = context.group_name("synapse", owner=env.key)
    context.take("resourceGroup", managed, f"/subscriptions/{env.place.subscription}", path)
    administrators = context.config.access.platform_team
    spec = SynapseSpec(
        name=name,
        place=env.place,
        managed_group=managed,
        account=account,
        account_url=f"https://{account.rsplit('/', 1)[-1]}.dfs.{host_of('storage', context.config.cloud)}",
        container=container,
        administrator=administrators[0] if administrators else None,
        pools=tuple(
            SparkPoolSpec(pool, row.spark_version, row.node_size, row.min_nodes, row.max_nodes, row.pause_minutes)
            for pool, row in settings.spark_pools.items()
        ),
        endpoints=tuple(env.endpoint(group, workspace, label=f"synapse-{group.lower()}") for group in GROUPS),
        studio=_studio(env) if settings.studio else None,
        roles=tuple(_roles(env, workspace, access)),
        diagnostics=context.diagnostics(workspace),
        lock=env.lock("synapse", workspace),
        protect=env.production,
        tags=env.tags,
    )
    return Part(spec)


def _settings(environment: EnvironmentConfig) -> SynapseConfig | None:
    return setting(environment, "synapse", SynapseConfig)


def _path(key: EnvironmentKey) -> Path:
    return path_of_setting(key, "synapse")


def _of_jobs(role: RoleAssignmentSpec, identity: str) -> bool:
    """Returns whether a role is one of the environment's jobs (their identity) on a container of the lake."""
    return role.principal.id == identity and _CONTAINERS in role.scope


def _without_lake(path: Path) -> Problem:
    return Problem(
        path,
        "Synapse keeps its tables in a container of the data lake that the environment writes to, and there is none.",
        "Set `dataLake: {}`, or `giveRoles: true` of an existing lake; or remove it.",
    )


def _studio(env: EnvironmentContext) -> StudioSpec:
    name = env.context.take("synapseHub", env.namer.unique("synapseHub"), None, _path(env.key))
    return StudioSpec(name, env.endpoint(HUB_GROUP, env.place.id(HUB, name), label="synapse-studio"))


def _roles(env: EnvironmentContext, workspace: str, access: dict[str, str]) -> Iterator[RoleAssignmentSpec]:
    """Returns the roles of the workspace's identity: on each container what jobs have."""
    conditions = grant_conditions(env)
    for scope, role in access.items():
        target, label = WRITE if role == CONTRIBUTOR else READ, f"synapse-{scope.rsplit('/', 1)[-1]}"
        principals = Principals({}, {}, more={"synapseWorkspace": {label: IdentityPrincipalSpec(workspace)}})
        yield from assign({target: scope}, principals, conditions)[target]


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    settings = _settings(environment)
    if settings is None:
        return ()
    return (*GROUPS, HUB_GROUP) if settings.studio else GROUPS


def _workspaces(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, SynapseConfig]]:
    return environments_with(config, _settings)


def check_synapse(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns workspaces that Azure would refuse, or whose documentation this project has not."""
    first: EnvironmentKey | None = None
    for key, _, settings in _workspaces(config):
        path = _path(key)
        if HUB_GROUP not in ZONES[config.cloud]:
            yield Problem(
                path,
                f"No page of Microsoft's names the private DNS zones of Azure Synapse in {title(config.cloud)}.",
                "Remove it.",
            )
        for name, pool in settings.spark_pools.items():
            if pool.min_nodes > pool.max_nodes:
                yield Problem(
                    (*path, "sparkPools", name, "minNodes"),
                    f"{pool.min_nodes} nodes at least, and {pool.max_nodes} are the most.",
                    f"Set `minNodes: {pool.max_nodes}`, or more `maxNodes`.",
                )
        if settings.studio and first is not None:
            yield Problem(
                (*path, "studio"),
                f"{first} has the private link hub: one answers for Synapse Studio of all workspaces.",
                "Remove it.",
            )
        first = first or (key if settings.studio else None)


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for key, _, _ in _workspaces(config):
        yield Relaxation(
            _path(key),
            "serverless SQL is outside of the managed network, and its queries run with the rights of their callers",
        )


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the step that follows a deployment, and where browsers load the studio from."""
    workspaces = list(_workspaces(config))
    if workspaces:
        keys = ", ".join(str(key) for key, _, _ in workspaces)
        here = next((f"by the hub of {key}" for key, _, row in workspaces if row.studio), None)
        yield (
            "Synapse",
            f"{keys}: pipelines/synapse.sh makes managed private endpoints after the deployment; browsers load "
            f"Synapse Studio {here or 'by a hub that is not built here'}",
        )


PLANNER = Planner(
    check=check_synapse,
    relaxations=_relaxations,
    summary=_summary,
    endpoints=_endpoints,
    environment=plan_synapse,
)
