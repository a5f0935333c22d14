"""The data lake's plan: account and containers, endpoints, roles container by container, and datastores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from amlz.capabilities.data_lake.check import check_lake
from amlz.capabilities.data_lake.config import WORKSPACE
from amlz.capabilities.data_lake.endpoints import lake_endpoint
from amlz.capabilities.data_lake.facts import ACCOUNT, BUILDS_ENDPOINTS, GIVES_ROLES, GROUPS, READ, WRITE
from amlz.capabilities.data_lake.key import plan_key
from amlz.capabilities.data_lake.location import endpoints_built, lake_of
from amlz.capabilities.data_lake.network import compute_rules, endpoints_range, firewall, shared_endpoints
from amlz.capabilities.data_lake.places import (
    access_of,
    account_id,
    account_name,
    container_id,
    container_of,
    hosts,
    lake_namer,
    lake_place,
    lake_users,
    settings_of,
)
from amlz.core.capability import Part, Phase, Planner, Relaxation, SharedGroup, SharedUse
from amlz.core.capability_facts import Target
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.storage import sku_of
from amlz.core.facts.clouds import host_of
from amlz.core.facts.managed_network import PAGE
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import identities_of, trusted_of
from amlz.core.planning.context import Context, union
from amlz.core.planning.environment_context import EnvironmentContext, environment_context
from amlz.core.planning.roles import GrantConditions, Principals, assign
from amlz.core.planning.sharing import access_levels, members_of
from amlz.core.problems import Path, listed
from amlz.core.specs import (
    ContainerSpec,
    DataLakeSpec,
    DatastoreSpec,
    ExistingLakeStoreSpec,
    LakeStoreSpec,
    LockSpec,
    OutboundRuleSpec,
    PrivateEndpointSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    StorageSpec,
    WorkspaceSpec,
)

_PATH: Path = ("dataLake",)
_SERVICES = ("blobServices", "fileServices", "queueServices", "tableServices")
_ON: Mapping[str, Target] = {"read": READ, "write": WRITE}


def plan_lake(context: Context) -> Part | None:
    """Returns the lake, with the roles of groups on it; None where there is none."""
    if lake_of(context.config) is None:
        return None
    spec = _lake(context)
    store = spec.store
    group = SharedGroup(store.group.id, store.account.protect) if isinstance(store, LakeStoreSpec) else None
    users = tuple(owner for owner, _, _ in lake_users(context.config))
    return Part(spec, hosts(context), users, phase=Phase.BEFORE_ENVIRONMENTS, group=group)


def _lake(context: Context) -> DataLakeSpec:
    existing = settings_of(context).existing
    endpoints = (
        tuple(lake_endpoint(context, group, account_id(context)) for group in GROUPS)
        if endpoints_built(context.config)
        else ()
    )
    roles = tuple(_roles_of_groups(context))
    store: LakeStoreSpec | ExistingLakeStoreSpec
    if existing is None:
        key = plan_key(context, _holds_production(context))
        group, account = _group(context), _account(context, endpoints)
        store = LakeStoreSpec(group, replace(account, encryption=key[1]) if key else account, (key[0],) if key else ())
    else:
        store = ExistingLakeStoreSpec(account_id(context), endpoints, tuple(_demands(context)))
        roles = roles if existing.give_roles else ()
    return DataLakeSpec(store, tuple(_containers(context)), roles)


def _environment_roles(env: EnvironmentContext) -> tuple[RoleAssignmentSpec, ...]:
    """Returns roles of an environment's identities on the lake; none where its owner gives them."""
    settings = lake_of(env.context.config)
    if settings is None or (settings.existing and not settings.existing.give_roles):
        return ()
    return tuple(_roles(env.context, EnvironmentKey(env.project, env.name), env.settings, _identities(env)))


def _identities(env: EnvironmentContext) -> Principals:
    """An environment's identities: its own, and those of projects that share its workspace."""
    core = (env.identity("workspace"), env.identity("compute"))
    own = {f"{identity.role}Identity": identity.principal for identity in (*core, *identities_of(env))}
    members = {label: identity for member in members_of(env) for label, identity in member.identities.items()}
    return Principals(own, {}, members=members)


def _datastores(env: EnvironmentContext, workspace: WorkspaceSpec) -> tuple[DatastoreSpec, ...]:
    """Returns a datastore for each container that an environment has something of."""
    config, owner = env.context.config, EnvironmentKey(env.project, env.name)
    endpoint = host_of("storage", config.cloud)
    datastores = []
    for key, may in access_of(config, owner, env.settings).items():
        name = env.context.take("datastore", f"lake_{key.replace('-', '_')}", workspace.id, env.path)
        container = container_of(config, owner, key)
        target = container_id(env.context, container)
        built = settings_of(env.context).existing is None
        words = {"read": "to read", "write": "to read and write"}[may]
        description = f"{container} of the data lake {account_name(env.context)}, {words}"
        after = (target,) if built else ()
        datastores.append(DatastoreSpec(name, workspace.id, target, description, after, endpoint))
    return tuple(datastores)


def _outbound(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the rules to the data lake: it is reached by private endpoints only."""
    context = env.context
    if access_of(context.config, EnvironmentKey(env.project, env.name), env.settings):
        for group in GROUPS:
            name = f"pe-lake-{group}"
            to, why = account_id(context), "the data lake answers on private endpoints only"
            rule_id = f"{workspace}/outboundRules/{name}"
            yield OutboundRuleSpec(name, "PrivateEndpoint", to, why, PAGE, group, rule_id)


def _outside(context: Context) -> Iterator[str]:
    """Returns the ids of a lake that exists with its containers, and of a vault that was brought for its key."""
    settings = lake_of(context.config)
    if settings is None:
        return
    if settings.existing is not None:
        yield account_id(context)
        yield from (container_id(context, name) for name in _container_names(context))
    elif settings.customer_managed_key is not None and settings.customer_managed_key.key_vault is not None:
        yield settings.customer_managed_key.key_vault


def _containers(context: Context) -> Iterator[ContainerSpec]:
    """Returns containers that all environments share, then those that environments write to; each name once."""
    for name in _container_names(context):
        context.take("container", name, account_id(context), (*_PATH, "containers"))
        yield ContainerSpec(name, container_id(context, name))


def _container_names(context: Context) -> tuple[str, ...]:
    settings = settings_of(context)
    names = [*settings.containers, *((WORKSPACE,) if settings.workspace == "shared" else ())]
    for owner, _, access in lake_users(context.config):
        if WORKSPACE in access:
            names.append(container_of(context.config, owner, WORKSPACE))
    return tuple(dict.fromkeys(names))


def _shared_uses(context: Context) -> Iterator[SharedUse]:
    """Returns the lake for the comparison with other stacks, and containers that one environment alone writes to."""
    config, lake = context.config, lake_of(context.config)
    if lake is None:
        return
    settings: dict[str, str] = {"dataLake.workspace": lake.workspace}
    existing = lake.existing
    if existing is not None:
        settings["dataLake.existing.giveRoles"] = str(existing.give_roles).lower()
        if existing.endpoint_range is not None:
            settings["dataLake.existing.endpointRange"] = existing.endpoint_range
    written: dict[str, Path] = {}
    if lake.workspace == "perEnvironment":
        for owner, _, access in lake_users(config):
            if WORKSPACE in access:
                path = ("projects", owner.project, "environments", owner.environment)
                written[container_of(config, owner, WORKSPACE)] = path
    names = _container_names(context)
    yield SharedUse(
        account_id(context), "data lake", _PATH, settings, names if existing is None else None, names, written
    )


def _group(context: Context) -> ResourceGroupSpec:
    place = lake_place(context)
    context.take("resourceGroup", place.resource_group, f"/subscriptions/{place.subscription}", _PATH)
    return ResourceGroupSpec(place, context.tags())


def _account(context: Context, endpoints: tuple[PrivateEndpointSpec, ...]) -> StorageSpec:
    settings, production, account = settings_of(context), _holds_production(context), account_id(context)
    path: Path = (*_PATH, "name") if settings.name else _PATH
    lock = lake_namer(context).called("lock", "lock-lake", "lake")
    return StorageSpec(
        name=context.take("storageAccount", account_name(context), None, path),
        place=lake_place(context),
        sku=sku_of(settings.redundancy, production, bool(context.zones)),
        shared_keys=False,
        endpoints=endpoints,
        diagnostics=tuple(
            context.diagnostics(target) for target in (account, *(f"{account}/{one}/default" for one in _SERVICES))
        ),
        roles=(),
        lock=LockSpec(lock, account, "Holds production data.") if production else None,
        protect=production,
        tags=context.tags(),
        hierarchical=True,
        soft_delete_days=settings.soft_delete_days,
        trusted=trusted_of(context.config),
        tenant=context.config.tenant_id,
    )


def _holds_production(context: Context) -> bool:
    return any(environment.is_production(owner.environment) for owner, environment, _ in lake_users(context.config))


def _roles(
    context: Context, owner: EnvironmentKey, environment: EnvironmentConfig, principals: Principals
) -> Iterator[RoleAssignmentSpec]:
    """Roles of an environment's principals on the account, and on each container that it has something of."""
    access = access_of(context.config, owner, environment)
    if not access:
        return
    production, managed = environment.is_production(owner.environment), environment.isolation.managed
    conditions = GrantConditions(production, environment.batch, False, managed)
    yield from assign({ACCOUNT: account_id(context)}, principals, conditions)[ACCOUNT]
    for key, may in access.items():
        scope = container_id(context, container_of(context.config, owner, key))
        for role in assign({_ON[may]: scope}, principals, conditions)[_ON[may]]:
            yield replace(role, key=f"{scope.rsplit('/', 1)[-1]}-{role.key}")


def _roles_of_groups(context: Context) -> Iterator[RoleAssignmentSpec]:
    """Returns roles of Entra groups, each once: one Entra group may have the same in several environments."""
    config = context.config
    assignments: dict[str, RoleAssignmentSpec] = {}
    for owner, environment, _ in lake_users(config):
        people = union(*access_levels(config, *owner).values())
        for role in _roles(context, owner, environment, Principals({}, people)):
            assignments[role.name] = assignments.get(role.name, role).joined(role)
    yield from assignments.values()


def _demands(context: Context) -> Iterator[str]:
    """Returns the tasks of the owner of an existing lake, a sentence each."""
    config, name = context.config, account_name(context)
    existing = settings_of(context).existing
    assert existing is not None, "the lake exists"
    yield f"{name} has a hierarchical namespace and is in tenant {config.tenant_id}"
    yield f"it has the containers {listed(_container_names(context))}"
    trusted = trusted_of(config)
    if trusted:
        yield f"its resource instance rules let in {listed(trusted)}"
    if existing.endpoint_range is not None:
        yield (
            f"{listed(hosts(context))} answer with addresses in {endpoints_range(context)}, and traffic of "
            "compute targets on port 443 reaches them"
        )
    elif context.dns_mode != "created":
        yield (
            "no other private endpoint of it writes its names to the same zones: those built here would take them "
            "over, and deleting the last endpoint would delete the records"
        )
    if not existing.give_roles:
        for role in _central_roles(context):
            whom = role.principal.id.rsplit("/", 1)[-1]
            on = "the account" if role.scope == account_id(context) else f"container {role.scope.rsplit('/', 1)[-1]}"
            yield f"{whom} ({role.who}) has {role.role} on {on}: {role.why}"


def _central_roles(context: Context) -> Iterator[RoleAssignmentSpec]:
    """Every role on a lake whose owner gives them: of groups, and of identities that are built here."""
    yield from _roles_of_groups(context)
    for owner, environment, _ in lake_users(context.config):
        yield from _roles(context, owner, environment, _identities(environment_context(context, *owner)))


def _rights(context: Context) -> dict[str, str]:
    """Returns the subscription of a lake that exists, where roles are given on it or endpoints are built to it."""
    existing = settings_of(context).existing if lake_of(context.config) is not None else None
    if existing is None:
        return {}
    wanted = {GIVES_ROLES: existing.give_roles, BUILDS_ENDPOINTS: endpoints_built(context.config)}
    return {condition: lake_place(context).subscription for condition, holds in wanted.items() if holds}


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    """Returns environments without production data that write to containers from which production reads."""
    users = tuple(lake_users(config))
    for owner, environment, access in users:
        if environment.is_production(owner.environment):
            continue
        written = {container_of(config, owner, key) for key, may in access.items() if may == "write"}
        for other, settings, theirs in users:
            read = sorted(written & {container_of(config, other, key) for key in theirs})
            if read and settings.is_production(other.environment):
                path = ("projects", owner.project, "environments", owner.environment, "lake")
                text = f"it writes to {listed(read)}, and {other.project} {other.environment} works with what is there"
                yield Relaxation(path, text)
                break


PLANNER = Planner(
    check=check_lake,
    shared_roles=_environment_roles,
    datastores=_datastores,
    outbound=_outbound,
    outside=_outside,
    relaxations=_relaxations,
    compute_rules=compute_rules,
    firewall=firewall,
    shared_endpoints=shared_endpoints,
    rights=_rights,
    shared_uses=_shared_uses,
    landing_zone=plan_lake,
)
