"""A project environment's plan: a resource group with a workspace and all its parts."""

from __future__ import annotations

from functools import partial

from amlz.azure.ids import parse
from amlz.core.capability import EnvironmentParts
from amlz.core.capability_facts import Target
from amlz.core.own_subnets import BUILD
from amlz.core.planning.capabilities import environment_parts, principals_of, targets_of
from amlz.core.planning.computes import plan_computes
from amlz.core.planning.context import Context, registry_is_shared
from amlz.core.planning.encryption import IDENTITY, key_vault_id, plan_encryption, services_of
from amlz.core.planning.lake import environment_roles, plan_datastores
from amlz.core.planning.managed_network import plan_managed_network
from amlz.core.planning.parts import as_existing
from amlz.core.planning.private_link_scope import scoped
from amlz.core.planning.registry import plan_registry, shared_registry_id
from amlz.core.planning.roles import Principals, assign
from amlz.core.planning.scene import Scene, circumstances_of, scene_of
from amlz.core.planning.security import secured
from amlz.core.planning.sharing import Member, members_of, people_of, take_names
from amlz.core.specs import (
    ContainerRegistrySpec,
    IdentitySpec,
    InsightsSpec,
    KeyVaultSpec,
    ProjectEnvironmentSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    StorageSpec,
    WorkspaceSpec,
)

_STORAGE_SERVICES = ("blobServices", "fileServices", "queueServices", "tableServices")


def plan_environment(context: Context, project: str, name: str) -> ProjectEnvironmentSpec:
    """One environment of one project."""
    scene = scene_of(context, project, name)
    place = scene.place
    names = _names(scene)
    shared = registry_is_shared(scene.settings)
    targets = _targets(scene, names)
    members = members_of(scene)
    identities = (*_identities(scene), *take_names(scene, members))
    by_role = {f"{identity.role}Identity": identity.id for identity in identities}
    roles = _roles(scene, targets, by_role, members)
    vault = _vault(scene, names["vault"], targets["vault"], roles["vault"])
    storage = _storage(scene, names["storage"], roles)
    registry = None if shared else plan_registry(
        context, names["registry"], place, scene.endpoint("registry", targets["registry"]), roles["registry"]
    )  # fmt: skip
    registry = _protected(scene, registry)
    insights = InsightsSpec(
        names["insights"],
        place,
        context.log_analytics,
        roles["insights"],
        scene.tags,
        context.telemetry,
        scoped(context, place.id("Microsoft.Insights/components", names["insights"])),
    )
    on_lake = environment_roles(scene)
    workspace = _workspace(scene, names["workspace"], targets, {**roles, "lake": on_lake})
    computes = plan_computes(scene, workspace, members, {**roles, "lake": on_lake})
    key = plan_encryption(scene, by_role.get("encryptionIdentity", ""), roles.get("keys", ()))
    spec = ProjectEnvironmentSpec(
        key=f"{project}-{name}",
        project=project,
        environment=name,
        production=scene.production,
        group=ResourceGroupSpec(place, scene.tags),
        group_roles=roles["resourceGroup"],
        identities=identities,
        key_vault=vault,
        storage=storage,
        registry=registry,
        shared_registry_roles=roles["registry"] if shared else (),
        insights=insights,
        workspace=workspace,
        computes=computes,
        lake_roles=on_lake,
        datastores=plan_datastores(scene, workspace),
        capabilities=environment_parts(scene, EnvironmentParts(workspace, computes, roles)),
    )
    return secured(scene, as_existing(spec, scene.settings), key)


def _names(scene: Scene) -> dict[str, str]:
    """Names of what it consists of: own or generated, of what exists already as it is. None of a shared registry."""
    existing, place = scene.settings.existing, scene.place
    vault, registry = existing.key_vault, existing.container_registry
    own_registry = registry is None and not registry_is_shared(scene.settings)
    return {
        "workspace": scene.own("workspace", "workspace", place.group_id),
        "vault": scene.own("keyVault", "key_vault", "") if vault is None else parse(vault.id).name,
        "storage": scene.own("storageAccount", "storage_account", ""),
        "insights": scene.context.take(
            "applicationInsights", scene.namer.name("applicationInsights"), place.group_id, scene.path
        ),
        "registry": scene.own("containerRegistry", "container_registry", "") if own_registry else (
            parse(registry.id).name if registry is not None else ""
        ),
    }  # fmt: skip


def _targets(scene: Scene, names: dict[str, str]) -> dict[Target, str]:
    """The ids of everything that roles are given on."""
    id_of, existing = scene.place.id, scene.settings.existing
    vault, registry = existing.key_vault, existing.container_registry
    registry_id = id_of("Microsoft.ContainerRegistry/registries", names["registry"])
    if registry_is_shared(scene.settings):
        registry_id = shared_registry_id(scene.context)
    endpoint = partial(scene.namer.name, "privateEndpoint")
    keys = key_vault_id(scene)
    own: dict[Target, str] = {"keys": keys} if keys else {}
    return {
        **own,
        **targets_of(scene),
        "resourceGroup": scene.place.group_id,
        "workspace": id_of("Microsoft.MachineLearningServices/workspaces", names["workspace"]),
        "storage": id_of("Microsoft.Storage/storageAccounts", names["storage"]),
        "vault": id_of("Microsoft.KeyVault/vaults", names["vault"]) if vault is None else vault.id,
        "registry": registry_id if registry is None else registry.id,
        "insights": id_of("Microsoft.Insights/components", names["insights"]),
        "blobEndpoint": id_of("Microsoft.Network/privateEndpoints", endpoint("blob")),
        "fileEndpoint": id_of("Microsoft.Network/privateEndpoints", endpoint("file")),
    }


def _identities(scene: Scene) -> tuple[IdentitySpec, ...]:
    specs = []
    own_key = scene.settings.security.customer_managed_key is not None
    own_build = scene.settings.image_build.identity == "own"
    for role in ("workspace", "compute", *((IDENTITY,) if own_key else ()), *((BUILD,) if own_build else ())):
        name = scene.context.take("identity", scene.namer.name("identity", role), scene.place.group_id, scene.path)
        specs.append(IdentitySpec(role, name, scene.place, scene.tags))
    return tuple(specs)


def _roles(
    scene: Scene,
    targets: dict[Target, str],
    identities: dict[str, str],
    members: tuple[Member, ...],
) -> dict[Target, tuple[RoleAssignmentSpec, ...]]:
    """Every role, by what it is on. `members`: projects that share the workspace."""
    settings = scene.context.config.shared_registry
    pulls = settings is not None and registry_is_shared(scene.settings) and not scene.settings.pushes(
        settings.writers, f"{scene.project}/{scene.name}"
    )  # fmt: skip
    principals = Principals(
        identities,
        people_of(scene, members),
        services_of(scene),
        pipelines=principals_of(scene).get("pipelines", {}),
        members={label: identity for member in members for label, identity in member.identities.items()},
    )
    if not pulls:
        return assign(targets, principals, circumstances_of(scene))
    reached: dict[Target, str] = {target: id_ for target, id_ in targets.items() if target != "registry"}
    reached["sharedRegistry"] = targets["registry"]
    found = assign(reached, principals, circumstances_of(scene))
    found["registry"] = found.pop("sharedRegistry")
    return found


def _vault(scene: Scene, name: str, vault: str, roles: tuple[RoleAssignmentSpec, ...]) -> KeyVaultSpec:
    return KeyVaultSpec(
        name=name,
        place=scene.place,
        tenant_id=scene.context.config.tenant_id,
        retention_days=90,
        endpoint=scene.endpoint("vault", vault),
        diagnostics=scene.context.diagnostics(vault),
        roles=roles,
        lock=scene.lock("vault", vault),
        protect=scene.production,
        tags=scene.tags,
    )


def _storage(scene: Scene, name: str, roles: dict[Target, tuple[RoleAssignmentSpec, ...]]) -> StorageSpec:
    account = scene.place.id("Microsoft.Storage/storageAccounts", name)
    groups = ("blob", "file", *(("queue", "table") if scene.settings.batch else ()))
    services = tuple(f"{account}/{service}/default" for service in _STORAGE_SERVICES)
    return StorageSpec(
        name=name,
        place=scene.place,
        sku="Standard_ZRS" if scene.production and scene.context.zones else "Standard_LRS",
        shared_keys=scene.settings.security.storage_shared_keys,
        endpoints=tuple(scene.endpoint(group, account) for group in groups),
        diagnostics=tuple(scene.context.diagnostics(target) for target in (account, *services)),
        roles=(*roles["storage"], *roles["blobEndpoint"], *roles["fileEndpoint"]),
        lock=scene.lock("storage", account),
        protect=scene.production,
        tags=scene.tags,
    )


def _protected(scene: Scene, registry: ContainerRegistrySpec | None) -> ContainerRegistrySpec | None:
    from dataclasses import replace

    if registry is None:
        return None
    zones = scene.production and bool(scene.context.zones)
    lock = scene.lock("registry", registry.id)
    return replace(registry, zone_redundant=zones, lock=lock, protect=scene.production, tags=scene.tags)


def _workspace(
    scene: Scene, name: str, targets: dict[Target, str], roles: dict[Target, tuple[RoleAssignmentSpec, ...]]
) -> WorkspaceSpec:
    """The workspace, after the roles that its identity needs on what it consists of, and the endpoints of that."""
    settings, project = scene.settings, scene.context.config.projects[scene.project]
    parts: tuple[Target, ...] = ("storage", "vault", "registry", "insights", "lake")
    before = tuple(role.id for part in parts for role in roles[part] if "workspaceIdentity" in role.who)
    workspace = targets["workspace"]
    return WorkspaceSpec(
        name=name,
        place=scene.place,
        description=project.description or f"{scene.project} in {scene.name}",
        friendly_name=f"{scene.project} {scene.name}",
        identity=scene.place.id(
            "Microsoft.ManagedIdentity/userAssignedIdentities", scene.namer.name("identity", "workspace")
        ),
        key_vault=targets["vault"],
        storage=targets["storage"],
        registry=targets["registry"],
        insights=targets["insights"],
        image_build_cluster="image-build",
        public_network_access=settings.security.public_network_access,
        high_business_impact=settings.security.high_business_impact,
        data_isolation=settings.isolates_data,
        datastore_auth="AccessKey" if settings.security.storage_shared_keys else "Identity",
        endpoint=scene.endpoint("amlworkspace", workspace),
        diagnostics=scene.context.diagnostics(workspace),
        managed_network=plan_managed_network(scene, targets),
        roles=roles["workspace"],
        after=(*before, *scene.parts_resolve),
        protect=scene.production,
        tags=scene.tags,
    )
