"""Decides Fabric of an environment: its capacity, access of its workspaces to the lake, and datastores on OneLake."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.capabilities.fabric.check import check_fabric
from amlz.capabilities.fabric.config import FabricConfig, FabricWorkspaceConfig
from amlz.capabilities.fabric.facts import (
    ACCOUNT,
    CAPACITY,
    DATASTORE,
    ENDPOINT,
    GROUP,
    HOSTS_PAGE,
    LINK,
    NOT_VERIFIED,
    NOT_VERIFIED_LINK,
    ONELAKE,
    READ,
)
from amlz.capabilities.fabric.settings import (
    fabric_environments,
    fabric_of,
    instance,
    path_of,
    public_datastores,
    trusted,
)
from amlz.capabilities.fabric.spec import FabricCapacitySpec, FabricSpec, FabricWorkspaceSpec, OneLakeSpec
from amlz.core.capability import EnvironmentParts, Part, Planner, Relaxation
from amlz.core.capability_facts import Contradiction
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.clouds import host_of
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import shared_roles_of
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext, environment_context, grant_conditions
from amlz.core.planning.managed_network import rule_name
from amlz.core.planning.roles import Principals, assign
from amlz.core.planning.rules import readers_of
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import (
    ApplicationRuleSpec,
    ExistingPrincipalSpec,
    NsgRuleSpec,
    OutboundRuleSpec,
    RoleAssignmentSpec,
    RuleGroupSpec,
)

_CONTAINERS = "/blobServices/default/containers/"


def plan_fabric(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns Fabric of an environment; None where it has none."""
    settings = fabric_of(env.settings)
    if settings is None:
        return None
    roles = shared_roles_of(env)
    containers = tuple(
        dict.fromkeys(
            role.scope for role in roles if role.principal.id == given.computes.identity and _CONTAINERS in role.scope
        )
    )
    if settings.workspaces and not containers:
        env.context.names.problems.append(_without_lake((*path_of(env.key), "workspaces")))
        return None
    account = containers[0].partition(_CONTAINERS)[0] if containers else None
    host = host_of("storage", env.context.config.cloud)
    spec = FabricSpec(
        capacity=_capacity(env, settings),
        workspaces=tuple(
            _workspace(env, given.workspace.id, key, row, containers) for key, row in settings.workspaces.items()
        ),
        containers=containers,
        lake_url=f"https://{account.rsplit('/', 1)[-1]}.dfs.{host}" if account is not None else None,
        job_identity=given.computes.identity,
        tenant=env.context.config.tenant_id,
        job_principal=env.identity("compute").principal_id,
    )
    return Part(spec)


def _capacity(env: EnvironmentContext, settings: FabricConfig) -> FabricCapacitySpec | None:
    if settings.capacity is None:
        return None
    path = (*path_of(env.key), "capacity")
    name = env.context.take("fabricCapacity", env.namer.unique("fabricCapacity"), None, path)
    return FabricCapacitySpec(
        name=name,
        place=env.place,
        size=settings.capacity.size,
        administrators=settings.capacity.administrators,
        lock=env.lock("fabric", env.place.id(CAPACITY, name)),
        protect=env.production,
        tags=env.tags,
    )


def _workspace(
    env: EnvironmentContext, workspace: str, key: str, row: FabricWorkspaceConfig, containers: tuple[str, ...]
) -> FabricWorkspaceSpec:
    """Returns a Fabric workspace; without its IDs the lake lets nothing in. `workspace`: the ID of the ML workspace."""
    link = _link(env, key)
    datastore = None
    if row.id is not None and row.lakehouse is not None:
        name = env.context.take("datastore", f"onelake_{key.replace('-', '_')}", workspace, path_of(env.key))
        words = f"Files of a lakehouse in the Fabric workspace {key}, to read"
        host = _private_name(row.id) if row.private_link else ENDPOINT
        datastore = OneLakeSpec(name, workspace, row.id, row.lakehouse, host, words)
    return FabricWorkspaceSpec(
        key=key,
        title="-".join((env.context.config.business_unit, *env.key, key)),
        fabric_id=row.id,
        link=link,
        roles=tuple(_roles(env, key, row, containers)),
        endpoint=env.endpoint(GROUP, link, label=f"fabric-{key}") if row.private_link else None,
        datastore=datastore,
    )


def _link(env: EnvironmentContext, key: str) -> str:
    """Returns the ID of the private link service of a Fabric workspace, in the environment's resource group."""
    return env.place.id(LINK, f"fabric-{key}")


def _private_name(workspace: str) -> str:
    """Returns the name of a Fabric workspace's OneLake behind its private link: NAMES_PAGE."""
    return f"{workspace.replace('-', '')}.z{workspace[:2]}.dfs.fabric.microsoft.com"


def _without_lake(path: Path) -> Problem:
    return Problem(
        path,
        "Workspaces of Fabric read containers of the data lake that the environment has access to, and there is none.",
        "Set `dataLake: {}`, or `giveRoles: true` of an existing lake; or remove it.",
    )


def _roles(
    env: EnvironmentContext, key: str, row: FabricWorkspaceConfig, containers: tuple[str, ...]
) -> Iterator[RoleAssignmentSpec]:
    """Returns the roles of a workspace's identity: it reads the containers that jobs read or write to."""
    if row.identity is None:
        return
    principal, conditions = ExistingPrincipalSpec("ServicePrincipal", row.identity), grant_conditions(env)
    account = containers[0].partition(_CONTAINERS)[0]
    for target, scope in ((ACCOUNT, account), *((READ, container) for container in containers)):
        label = f"fabric-{key}" if target == ACCOUNT else f"fabric-{key}-{scope.rsplit('/', 1)[-1]}"
        principals = Principals({}, {}, more={"fabricWorkspace": {label: principal}})
        yield from assign({target: scope}, principals, conditions)[target]


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    settings = fabric_of(environment)
    rows = settings.workspaces.values() if settings is not None else ()
    return tuple(GROUP for row in rows if row.private_link)


def _outside(context: Context) -> Iterator[str]:
    """Returns the IDs of private link services, which the pipeline makes."""
    for key, _, settings in fabric_environments(context.config):
        for name, row in settings.workspaces.items():
            if row.private_link:
                yield _link(environment_context(context, *key), name)


def _trusted(config: LandingZoneConfig) -> Iterator[str]:
    return (instance(row.id) for _, _, row in trusted(config) if row.id is not None)


def _compute_rules(context: Context, owner: EnvironmentKey, computes: str) -> Iterator[NsgRuleSpec]:
    """Returns the rule by which compute targets (their range) reach OneLake through the firewall."""
    if any(key == owner for key, _ in public_datastores(context.config)):
        why = "OneLake: the firewall knows the hosts"
        yield NsgRuleSpec("onelake", 401, "Outbound", (computes,), ("Internet",), ("443",), why, "Tcp")


def _firewall(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the rule to OneLake for environments with a datastore on it."""
    owners = [key for key, environment in public_datastores(context.config) if not environment.isolation.managed]
    sources = {cidr for key in owners for cidr in readers_of(context.addresses.block(key))}
    if sources:
        rule = ApplicationRuleSpec("onelake", tuple(sorted(sources, key=IPv4Network)), ONELAKE, "datastores on OneLake")
        yield RuleGroupSpec("rcg-onelake", 265, application_rules=(rule,))


def _outbound(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the rules to OneLake of a managed network that lets nothing else out."""
    isolation = env.settings.isolation
    if isolation.approved_only and any(key == env.key for key, _ in public_datastores(env.context.config)):
        for host in ONELAKE:
            if host not in isolation.allow:
                name, why = rule_name(host), "datastores on OneLake"
                yield OutboundRuleSpec(name, "FQDN", host, why, HOSTS_PAGE, id=f"{workspace}/outboundRules/{name}")


def _needs_firewall(config: LandingZoneConfig) -> Iterator[tuple[Path, str]]:
    for key, environment in public_datastores(config):
        if not environment.isolation.managed:
            yield (*path_of(key), "workspaces"), "The firewall opens OneLake to compute targets of its datastores."


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for key, name, _ in trusted(config):
        yield Relaxation(
            (*path_of(key), "workspaces", name),
            "Fabric, which is outside of the network, reads the environment's containers past the lake's firewall; "
            "people with a role in the Fabric workspace read them with its identity",
        )
    for key, _ in public_datastores(config):
        yield Relaxation((*path_of(key), "workspaces"), "jobs reach OneLake of every tenant by its public names")


def _contradictions(config: LandingZoneConfig) -> Iterator[tuple[Path, Contradiction]]:
    for key, _, settings in fabric_environments(config):
        for name, row in settings.workspaces.items():
            if row.lakehouse is not None:
                yield (*path_of(key), "workspaces", name, "lakehouse"), DATASTORE


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the cost that goes on, the step that follows a deployment, and what no source settles."""
    texts = []
    for key, environment, settings in fabric_environments(config):
        if settings.capacity is not None:
            texts.append(f"{key}: {settings.capacity.size}, billed until it is paused")
        missing = [name for name, row in settings.workspaces.items() if row.id is None]
        if missing:
            texts.append(f"{key}: pipelines/fabric.py makes {listed(missing)} after it, and prints the IDs to set")
        rows = [row for row in settings.workspaces.values() if row.lakehouse is not None]
        closed = environment.isolation.approved_only or not environment.isolation.managed
        if closed and any(not row.private_link for row in rows):
            texts.append(NOT_VERIFIED)
        if any(row.private_link for row in rows):
            texts.append(NOT_VERIFIED_LINK)
    if texts:
        yield "Fabric", "; ".join(dict.fromkeys(texts))


PLANNER = Planner(
    check=check_fabric,
    relaxations=_relaxations,
    contradictions=_contradictions,
    summary=_summary,
    endpoints=_endpoints,
    outside=_outside,
    trusted=_trusted,
    compute_rules=_compute_rules,
    firewall=_firewall,
    needs_firewall=_needs_firewall,
    outbound=_outbound,
    environment=plan_fabric,
)
