"""The data lake's plan: account and containers, endpoints, roles container by container, and datastores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from amlz.core import lake
from amlz.core.capability_facts import Target
from amlz.core.config import EnvironmentConfig
from amlz.core.config.lake import WORKSPACE
from amlz.core.facts.clouds import host_of
from amlz.core.planning.context import Context, union
from amlz.core.planning.environment_context import EnvironmentContext, environment_context
from amlz.core.planning.lake_endpoints import lake_endpoint
from amlz.core.planning.lake_key import plan_key
from amlz.core.planning.lake_places import (
    access_of,
    account_id,
    account_name,
    container_id,
    container_of,
    endpoints_range,
    hosts,
    lake_place,
    lake_users,
    settings_of,
)
from amlz.core.planning.roles import GrantConditions, Principals, assign
from amlz.core.planning.sharing import access_levels, members_of
from amlz.core.problems import Path, listed
from amlz.core.specs import (
    ContainerSpec,
    DataLakeSpec,
    DatastoreSpec,
    LockSpec,
    PrivateEndpointSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    StorageSpec,
    WorkspaceSpec,
)

_PATH: Path = ("dataLake",)
_SERVICES = ("blobServices", "fileServices", "queueServices", "tableServices")
_ON: Mapping[str, Target] = {"read": "lakeRead", "write": "lakeWrite"}


def plan_lake(context: Context) -> DataLakeSpec | None:
    """The lake, with the roles of groups on it. None where there is none."""
    if context.config.data_lake is None:
        return None
    existing = context.config.data_lake.existing
    endpoints = (
        tuple(lake_endpoint(context, group, account_id(context)) for group in lake.GROUPS)
        if lake.endpoints_built(context.config)
        else ()
    )
    roles = tuple(_roles_of_groups(context))
    key = plan_key(context, _holds_production(context)) if existing is None else None
    given = existing is None or existing.give_roles
    return DataLakeSpec(
        account_id=account_id(context),
        group=None if existing else _group(context),
        account=None if existing else replace(_account(context, endpoints), encryption=key[1] if key else None),
        containers=tuple(_containers(context)),
        endpoints=endpoints if existing else (),
        roles=roles if given else (),
        demands=tuple(_demands(context)) if existing else (),
        identities=(key[0],) if key else (),
    )


def environment_roles(env: EnvironmentContext) -> tuple[RoleAssignmentSpec, ...]:
    """Roles of an environment's identities on the lake. () where its owner gives them."""
    config = env.context.config
    if config.data_lake is None or (config.data_lake.existing and not config.data_lake.existing.give_roles):
        return ()
    return tuple(_roles(env.context, (env.project, env.name), env.settings, _identities(env)))


def _identities(env: EnvironmentContext) -> Principals:
    """An environment's identities: its own, and those of projects that share its workspace."""
    own = {
        f"{role}Identity": env.place.id(
            "Microsoft.ManagedIdentity/userAssignedIdentities", env.namer.name("identity", role)
        )
        for role in ("workspace", "compute")
    }
    members = {label: identity for member in members_of(env) for label, identity in member.identities.items()}
    return Principals(own, {}, members=members)


def plan_datastores(env: EnvironmentContext, workspace: WorkspaceSpec) -> tuple[DatastoreSpec, ...]:
    """A datastore for each container that an environment has something of."""
    config, owner = env.context.config, (env.project, env.name)
    endpoint = host_of("storage", config.cloud)
    found = []
    for key, may in access_of(config, owner, env.settings).items():
        name = env.context.take("datastore", f"lake_{key.replace('-', '_')}", workspace.id, env.path)
        container = container_of(config, owner, key)
        target = container_id(env.context, container)
        built = config.data_lake is not None and config.data_lake.existing is None
        words = {"read": "to read", "write": "to read and write"}[may]
        description = f"{container} of the data lake {account_name(env.context)}, {words}"
        after = (target,) if built else ()
        found.append(DatastoreSpec(name, workspace.id, target, description, after, endpoint))
    return tuple(found)


def _containers(context: Context) -> Iterator[ContainerSpec]:
    """Those that all share, then those that environments write to. Each name once."""
    settings = settings_of(context)
    names = [*settings.containers, *((WORKSPACE,) if settings.workspace == "shared" else ())]
    for owner, _, access in lake_users(context.config):
        if WORKSPACE in access:
            names.append(container_of(context.config, owner, WORKSPACE))
    for name in dict.fromkeys(names):
        context.take("container", name, account_id(context), (*_PATH, "containers"))
        yield ContainerSpec(name, container_id(context, name))


def _group(context: Context) -> ResourceGroupSpec:
    place = lake_place(context)
    context.take("resourceGroup", place.resource_group, f"/subscriptions/{place.subscription}", _PATH)
    return ResourceGroupSpec(place, context.tags())


def _account(context: Context, endpoints: tuple[PrivateEndpointSpec, ...]) -> StorageSpec:
    settings, production, account = settings_of(context), _holds_production(context), account_id(context)
    path: Path = (*_PATH, "name") if settings.name else _PATH
    return StorageSpec(
        name=context.take("storageAccount", account_name(context), "", path),
        place=lake_place(context),
        sku="Standard_ZRS" if production and context.zones else "Standard_LRS",
        shared_keys=False,
        endpoints=endpoints,
        diagnostics=tuple(
            context.diagnostics(target) for target in (account, *(f"{account}/{one}/default" for one in _SERVICES))
        ),
        roles=(),
        lock=LockSpec("lock-lake", account, "Holds production data.") if production else None,
        protect=production,
        tags=context.tags(),
        hierarchical=True,
        soft_delete_days=settings.soft_delete_days,
    )


def _holds_production(context: Context) -> bool:
    return any(environment.is_production(owner[1]) for owner, environment, _ in lake_users(context.config))


def _roles(
    context: Context, owner: tuple[str, str], environment: EnvironmentConfig, principals: Principals
) -> Iterator[RoleAssignmentSpec]:
    """Roles of an environment's principals on the account, and on each container that it has something of."""
    access = access_of(context.config, owner, environment)
    if not access:
        return
    production, managed = environment.is_production(owner[1]), environment.isolation.managed
    conditions = GrantConditions(production, environment.batch, False, managed)
    yield from assign({"lake": account_id(context)}, principals, conditions)["lake"]
    for key, may in access.items():
        scope = container_id(context, container_of(context.config, owner, key))
        for role in assign({_ON[may]: scope}, principals, conditions)[_ON[may]]:
            yield replace(role, key=f"{scope.rsplit('/', 1)[-1]}-{role.key}")


def _roles_of_groups(context: Context) -> Iterator[RoleAssignmentSpec]:
    """Returns roles of Entra groups, each once: one Entra group may have the same in several environments."""
    config = context.config
    found: dict[str, RoleAssignmentSpec] = {}
    for owner, environment, _ in lake_users(config):
        people = union(*access_levels(config, *owner).values())
        for role in _roles(context, owner, environment, Principals({}, people)):
            first = found.setdefault(role.name, role)
            who = dict.fromkeys((*first.who.split(", "), *role.who.split(", ")))
            why = dict.fromkeys((*first.why.split("; "), *role.why.split("; ")))
            found[role.name] = replace(first, who=", ".join(who), why="; ".join(why))
    yield from found.values()


def _demands(context: Context) -> Iterator[str]:
    """Returns the tasks of the owner of an existing lake, a sentence each."""
    config, name = context.config, account_name(context)
    existing = settings_of(context).existing
    assert existing is not None, "the lake exists"
    yield f"{name} has a hierarchical namespace and is in tenant {config.tenant_id}"
    yield f"it has the containers {listed([container.name for container in _containers(context)])}"
    if existing.endpoint_range is not None:
        yield (
            f"{listed(hosts(context))} answer with addresses in {endpoints_range(context)}, and traffic of "
            "compute targets on port 443 reaches them"
        )
    elif context.dns_mode != "created":
        yield (
            "no other private endpoint of it writes its names to the same zones: those built here would take them "
            "over, and with the one that goes last they would be gone"
        )
    if not existing.give_roles:
        for role in _asked(context):
            whom = role.principal.object_id or role.principal.identity.rsplit("/", 1)[-1]
            on = "the account" if role.scope == account_id(context) else f"container {role.scope.rsplit('/', 1)[-1]}"
            yield f"{whom} ({role.who}) has {role.role} on {on}: {role.why}"


def _asked(context: Context) -> Iterator[RoleAssignmentSpec]:
    """Every role on a lake whose owner gives them: of groups, and of identities that are built here."""
    yield from _roles_of_groups(context)
    for owner, environment, _ in lake_users(context.config):
        yield from _roles(context, owner, environment, _identities(environment_context(context, *owner)))
