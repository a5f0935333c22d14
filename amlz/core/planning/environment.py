"""A project environment's plan: a resource group with a workspace and all its parts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from amlz.azure.ids import parse
from amlz.core.capability import EnvironmentParts
from amlz.core.capability_facts import Target
from amlz.core.facts.clouds import PUBLIC
from amlz.core.facts.diagnostics import WORKSPACE_CHANGES
from amlz.core.own_subnets import BUILD
from amlz.core.planning.capabilities import (
    amended,
    datastores_of,
    environment_parts,
    identities_of,
    principals_of,
    shared_roles_of,
    targets_of,
)
from amlz.core.planning.computes import plan_computes
from amlz.core.planning.context import Context, registry_is_shared
from amlz.core.planning.destinations import destination_endpoints
from amlz.core.planning.environment_context import EnvironmentContext, environment_context, grant_conditions
from amlz.core.planning.managed_network import plan_managed_network
from amlz.core.planning.parts import as_existing
from amlz.core.planning.places import spoke_network_id, subnet_id
from amlz.core.planning.private_link_scope import scoped
from amlz.core.planning.registry import plan_registry, shared_registry_id, with_replicas
from amlz.core.planning.roles import Principals, assign
from amlz.core.planning.security import with_serverless
from amlz.core.planning.sharing import SharingProject, members_of, people_of, take_names
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    ContainerRegistrySpec,
    IdentityPrincipalSpec,
    IdentitySpec,
    InsightsSpec,
    KeyVaultSpec,
    ProjectEnvironmentSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    StorageSpec,
    WorkspaceSpec,
)

#: Targets that no component of a part builds: roles on them are built with the resource group.
_OUTSIDE_COMPONENTS: tuple[Target, ...] = (
    "resourceGroup", "network", "trainingSubnet", "computeIdentity",
)  # fmt: skip
#: The key of resources that capabilities build once in the landing zone, in the mapping of roles by their targets.
_SHARED: Target = "shared"
_STORAGE_SERVICES = ("blobServices", "fileServices", "queueServices", "tableServices")


def plan_environment(context: Context, project: str, name: str) -> ProjectEnvironmentSpec:
    """One environment of one project."""
    env = environment_context(context, project, name)
    place = env.place
    names = _names(env)
    shared = registry_is_shared(env.settings)
    targets = _targets(env, names)
    members = members_of(env)
    identities = (*_identities(env), *take_names(env, members))
    by_role = {f"{identity.role}Identity": identity.principal for identity in identities}
    roles = _roles(env, targets, by_role, members)
    vault = _vault(env, names["vault"], targets["vault"], roles["vault"])
    storage = _storage(env, names["storage"], roles)
    registry = None if shared else plan_registry(
        context, names["registry"], place, env.endpoint("registry", targets["registry"]), roles["registry"]
    )  # fmt: skip
    registry = _protected(env, registry)
    insights = InsightsSpec(
        names["insights"],
        place,
        context.log_analytics,
        roles["insights"],
        env.tags,
        context.telemetry,
        env.settings.security.insights_keys,
        scoped(context, targets["insights"]) if env.settings.existing.application_insights is None else None,
    )
    shared_roles = shared_roles_of(env)
    workspace = _workspace(env, names["workspace"], targets, {**roles, _SHARED: shared_roles})
    computes = plan_computes(env, workspace, members, {**roles, _SHARED: shared_roles})
    spec = ProjectEnvironmentSpec(
        key=f"{project}-{name}",
        project=project,
        environment=name,
        production=env.production,
        group=ResourceGroupSpec(place, env.tags, exists=env.settings.existing.resource_group is not None),
        group_roles=tuple(role for target in _OUTSIDE_COMPONENTS for role in roles.get(target, ())),
        identities=identities,
        key_vault=vault,
        storage=storage,
        registry=registry,
        shared_registry_roles=roles["registry"] if shared else (),
        insights=insights,
        workspace=workspace,
        computes=computes,
        shared_roles=shared_roles,
        datastores=datastores_of(env, workspace),
        capabilities=environment_parts(env, EnvironmentParts(workspace, computes, roles)),
        destinations=destination_endpoints(env),
        approvers=env.settings.approvers or (),
    )
    return amended(with_serverless(env, as_existing(spec, env.settings)))


def _names(env: EnvironmentContext) -> dict[str, str]:
    """Names of what it consists of: own or generated, of what exists already as it is. None of a shared registry."""
    existing, place = env.settings.existing, env.place
    vault, registry, insights = existing.key_vault, existing.container_registry, existing.application_insights
    own_registry = registry is None and not registry_is_shared(env.settings)
    return {
        "workspace": env.own("workspace", "workspace", place.group_id),
        "vault": env.own("keyVault", "key_vault", None) if vault is None else parse(vault.id).name,
        "storage": env.own("storageAccount", "storage_account", None),
        "insights": env.context.take(
            "applicationInsights", env.namer.name("applicationInsights"), place.group_id, env.path
        ) if insights is None else parse(insights.id).name,
        "registry": env.own("containerRegistry", "container_registry", None) if own_registry else (
            parse(registry.id).name if registry is not None else ""
        ),
    }  # fmt: skip


def _targets(env: EnvironmentContext, names: dict[str, str]) -> dict[Target, str]:
    """The ids of everything that roles are given on."""
    id_of, existing = env.place.id, env.settings.existing
    vault, registry, insights = existing.key_vault, existing.container_registry, existing.application_insights
    registry_id = id_of("Microsoft.ContainerRegistry/registries", names["registry"])
    if registry_is_shared(env.settings):
        registry_id = shared_registry_id(env.context)
    endpoint = partial(env.namer.name, "privateEndpoint")
    return {
        **_of_computes(env),
        **targets_of(env),
        "resourceGroup": env.place.group_id,
        "workspace": id_of("Microsoft.MachineLearningServices/workspaces", names["workspace"]),
        "storage": id_of("Microsoft.Storage/storageAccounts", names["storage"]),
        "vault": id_of("Microsoft.KeyVault/vaults", names["vault"]) if vault is None else vault.id,
        "registry": registry_id if registry is None else registry.id,
        "insights": id_of("Microsoft.Insights/components", names["insights"]) if insights is None else insights.id,
        "blobEndpoint": id_of("Microsoft.Network/privateEndpoints", endpoint("blob")),
        "fileEndpoint": id_of("Microsoft.Network/privateEndpoints", endpoint("file")),
    }


def _of_computes(env: EnvironmentContext) -> dict[Target, str]:
    """The ids that creating a compute target needs rights on; in a managed network that of its identity alone."""
    identity = env.identity("compute").id
    if env.settings.isolation.managed:
        return {"computeIdentity": identity}
    network = spoke_network_id(env.context, env.spoke)
    subnet = subnet_id(env.context, env.spoke, env.key, "training")
    return {"computeIdentity": identity, "network": network, "trainingSubnet": subnet}


def _identities(env: EnvironmentContext) -> tuple[IdentitySpec, ...]:
    def identity(role: str) -> IdentitySpec:
        spec = env.identity(role)
        if spec.principal_id is None:
            env.context.take("identity", spec.name, env.place.group_id, env.path)
        elif env.settings.existing.resource_group and spec.id.lower() == env.created_identity(role).id.lower():
            env.context.names.problems.append(_created_before((*env.path, "existing", "identities", role, "id")))
        return spec

    own_build = env.settings.image_build.identity == "own"
    build = (identity(BUILD),) if own_build else ()
    return (identity("workspace"), identity("compute"), *identities_of(env), *build)


def _created_before(path: Path) -> Problem:
    """Returns the problem of an identity that this stack created, or would create without the key."""
    return Problem(
        path,
        "It is the identity that is created here without this key: where it was, `pulumi up` would delete it.",
        "Use an identity with another name, or remove this key: one is created then.",
    )


def _roles(
    env: EnvironmentContext,
    targets: dict[Target, str],
    identities: dict[str, IdentityPrincipalSpec],
    members: tuple[SharingProject, ...],
) -> dict[Target, tuple[RoleAssignmentSpec, ...]]:
    """Every role, by what it is on. `members`: projects that share the workspace."""
    settings = env.context.config.shared_registry
    pulls = settings is not None and registry_is_shared(env.settings) and not env.settings.pushes(
        settings.writers, f"{env.project}/{env.name}"
    )  # fmt: skip
    principals = Principals(
        identities,
        people_of(env, members),
        principals_of(env),
        members={label: identity for member in members for label, identity in member.identities.items()},
    )
    if not pulls:
        return assign(targets, principals, grant_conditions(env))
    reached: dict[Target, str] = {target: id_ for target, id_ in targets.items() if target != "registry"}
    reached["sharedRegistry"] = targets["registry"]
    assignments = assign(reached, principals, grant_conditions(env))
    assignments["registry"] = assignments.pop("sharedRegistry")
    return assignments


def _vault(env: EnvironmentContext, name: str, vault: str, roles: tuple[RoleAssignmentSpec, ...]) -> KeyVaultSpec:
    return KeyVaultSpec(
        name=name,
        place=env.place,
        tenant_id=env.context.config.tenant_id,
        retention_days=90,
        endpoint=env.endpoint("vault", vault),
        diagnostics=env.context.diagnostics(vault),
        roles=roles,
        lock=env.lock("vault", vault),
        protect=env.production,
        tags=env.tags,
    )


def _storage(env: EnvironmentContext, name: str, roles: dict[Target, tuple[RoleAssignmentSpec, ...]]) -> StorageSpec:
    account = env.place.id("Microsoft.Storage/storageAccounts", name)
    groups = ("blob", "file", *(("queue", "table") if env.settings.batch else ()))
    services = tuple(f"{account}/{service}/default" for service in _STORAGE_SERVICES)
    settings = env.settings.storage
    return StorageSpec(
        name=name,
        place=env.place,
        sku=settings.sku(env.production, bool(env.context.zones)),
        shared_keys=env.settings.security.storage_shared_keys,
        endpoints=tuple(env.endpoint(group, account) for group in groups),
        diagnostics=tuple(env.context.diagnostics(target) for target in (account, *services)),
        roles=(*roles["storage"], *roles["blobEndpoint"], *roles["fileEndpoint"]),
        lock=env.lock("storage", account),
        protect=env.production,
        tags=env.tags,
        soft_delete_days=settings.blob_days(env.production),
        share_days=settings.share_soft_delete_days,
        versioning=settings.versioning,
        restore_days=settings.restore_days,
    )


def _protected(env: EnvironmentContext, registry: ContainerRegistrySpec | None) -> ContainerRegistrySpec | None:
    if registry is None:
        return None
    zones = env.production and bool(env.context.zones)
    lock = env.lock("registry", registry.id)
    days = env.settings.registry_retention_days or 0
    registry = replace(
        registry, zone_redundant=zones, lock=lock, protect=env.production, tags=env.tags, untagged_days=days
    )
    return with_replicas(registry, env.settings.registry_replicas, env.context.config.cloud)


def _workspace_logs(env: EnvironmentContext) -> tuple[str, ...]:
    """Returns categories of a workspace's log, () for all: reads show who used the data and models of production, and
    policies of the owner of an existing log often require `allLogs`. The names are known for the public cloud.
    """
    hub = env.context.config.hub
    theirs = hub.existing is not None or hub.virtual_wan is not None
    log_exists = theirs or hub.log_analytics.existing is not None
    every = env.production or log_exists or env.context.config.cloud != PUBLIC
    return () if every else WORKSPACE_CHANGES


def _workspace(
    env: EnvironmentContext, name: str, targets: dict[Target, str], roles: dict[Target, tuple[RoleAssignmentSpec, ...]]
) -> WorkspaceSpec:
    """The workspace, after the roles that its identity needs on what it consists of, and the endpoints of that."""
    settings, project = env.settings, env.context.config.projects[env.project]
    parts: tuple[Target, ...] = ("resourceGroup", "storage", "vault", "registry", "insights", _SHARED)
    before = tuple(role.id for part in parts for role in roles.get(part, ()) if "workspaceIdentity" in role.holders)
    workspace = targets["workspace"]
    return WorkspaceSpec(
        name=name,
        place=env.place,
        description=project.description or f"{env.project} in {env.name}",
        friendly_name=f"{env.project} {env.name}",
        identity=env.identity("workspace").id,
        key_vault=targets["vault"],
        storage=targets["storage"],
        registry=targets["registry"],
        insights=targets["insights"],
        image_build_cluster="image-build",
        public_network_access=settings.security.public_network_access,
        high_business_impact=settings.security.high_business_impact,
        data_isolation=settings.isolates_data,
        datastore_auth="AccessKey" if settings.security.storage_shared_keys else "Identity",
        endpoint=env.endpoint("amlworkspace", workspace),
        diagnostics=replace(env.context.diagnostics(workspace), categories=_workspace_logs(env)),
        managed_network=plan_managed_network(env, targets),
        roles=roles["workspace"],
        after=(*before, *env.parts_resolve),
        protect=env.production,
        tags=env.tags,
    )
