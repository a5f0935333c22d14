"""A project environment's plan: a resource group with a workspace and all that it consists of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from landingzone.addresses import spoke_of
from landingzone.config import EnvironmentConfig, LandingZoneConfig, ProjectConfig
from landingzone.facts.roles import Target
from landingzone.names import Namer
from landingzone.planning.computes import plan_computes
from landingzone.planning.context import Context, registry_is_shared, union
from landingzone.planning.registry import plan_registry, shared_registry_id
from landingzone.planning.roles import Circumstances, Principals, assign
from landingzone.planning.spoke import endpoints_subnet
from landingzone.problems import Path
from landingzone.specs import (
    ContainerRegistrySpec,
    IdentitySpec,
    InsightsSpec,
    KeyVaultSpec,
    LockSpec,
    Place,
    PrivateEndpointSpec,
    ProjectEnvironmentSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    StorageSpec,
    WorkspaceSpec,
)

_STORAGE_SERVICES = ("blobServices", "fileServices", "queueServices", "tableServices")


@dataclass(frozen=True, slots=True)
class Scene:
    """One environment, with what its parts share."""

    context: Context
    project: str
    name: str
    settings: EnvironmentConfig
    place: Place
    namer: Namer
    spoke: str
    tags: dict[str, str]

    @property
    def path(self) -> Path:
        """Where it stands in the stack file."""
        return ("projects", self.project, "environments", self.name)

    @property
    def production(self) -> bool:
        """Whether it holds production data."""
        return self.settings.is_production(self.name)

    def own(self, kind: str, field: str, within: str) -> str:
        """An own name, or the generated one with its suffix."""
        own: str | None = getattr(self.settings.names, field)
        key = "".join(word.capitalize() if index else word for index, word in enumerate(field.split("_")))
        path = (*self.path, "names", key) if own else self.path
        return self.context.take(kind, own or self.namer.unique(kind), within, path)

    def lock(self, what: str, scope: str) -> LockSpec | None:
        """A lock, where there is production data."""
        return LockSpec(f"lock-{what}", scope, "Holds production data.") if self.production else None

    def endpoint(self, group: str, target: str, after: tuple[str, ...] = ()) -> PrivateEndpointSpec:
        """A private endpoint of this environment."""
        label = "workspace" if group == "amlworkspace" else group
        name = self.context.take(
            "privateEndpoint", self.namer.name("privateEndpoint", label), self.place.group_id, self.path
        )
        return PrivateEndpointSpec(
            name=name,
            interface=self.namer.name("networkInterface", label),
            group=group,
            target=target,
            subnet=endpoints_subnet(self.context, self.spoke, f"{self.project}/{self.name}"),
            zones=self.context.zones_for(group),
            place=self.place,
            tags=self.tags,
            after=after,
        )


def plan_environment(context: Context, project: str, name: str) -> ProjectEnvironmentSpec:
    """One environment of one project."""
    scene = _scene(context, context.config, project, name)
    place = scene.place
    names = {
        "workspace": scene.own("workspace", "workspace", place.group_id),
        "vault": scene.own("keyVault", "key_vault", ""),
        "storage": scene.own("storageAccount", "storage_account", ""),
        "insights": context.take(
            "applicationInsights", scene.namer.name("applicationInsights"), place.group_id, scene.path
        ),
    }
    shared = registry_is_shared(scene.settings)
    registry_name = "" if shared else scene.own("containerRegistry", "container_registry", "")
    registry_id = shared_registry_id(context) if shared else place.id(
        "Microsoft.ContainerRegistry/registries", registry_name
    )  # fmt: skip
    targets = _targets(scene, names, registry_id)
    identities = _identities(scene)
    by_role = {f"{identity.role}Identity": identity.id for identity in identities}
    roles = _roles(scene, targets, by_role)
    vault = _vault(scene, names["vault"], roles["vault"])
    storage = _storage(scene, names["storage"], roles)
    registry = None if shared else plan_registry(
        scene.context, registry_name, place, scene.endpoint("registry", registry_id), roles["registry"]
    )  # fmt: skip
    registry = _protected(scene, registry)
    insights = InsightsSpec(
        names["insights"], place, context.log_analytics, context.config.hub.log_analytics.retention_days,
        roles["insights"], scene.tags,
    )  # fmt: skip
    workspace = _workspace(scene, names["workspace"], targets, roles)
    return ProjectEnvironmentSpec(
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
        computes=plan_computes(scene, workspace, by_role["computeIdentity"], roles),
    )


def _scene(context: Context, config: LandingZoneConfig, project: str, name: str) -> Scene:
    settings = config.projects[project].environments[name]
    group = settings.names.resource_group or context.group_name(project, name)
    place = Place(context.landing_zone_subscription, group, config.location)
    context.take(
        "resourceGroup", group, f"/subscriptions/{place.subscription}", ("projects", project, "environments", name)
    )
    words = (config.business_unit, project, name)
    identity = (place.subscription, config.business_unit, config.location, project, name, settings.generation)
    spoke = spoke_of(config, settings) or ""
    owner: ProjectConfig = config.projects[project]
    tags = context.tags({"project": project, "environment": name}, owner.tags, settings.tags)
    return Scene(context, project, name, settings, place, Namer(words, identity), spoke, tags)


def _targets(scene: Scene, names: dict[str, str], registry: str) -> dict[Target, str]:
    """The ids of everything that roles are given on."""
    id_of = scene.place.id
    endpoint = partial(scene.namer.name, "privateEndpoint")
    return {
        "resourceGroup": scene.place.group_id,
        "workspace": id_of("Microsoft.MachineLearningServices/workspaces", names["workspace"]),
        "storage": id_of("Microsoft.Storage/storageAccounts", names["storage"]),
        "vault": id_of("Microsoft.KeyVault/vaults", names["vault"]),
        "registry": registry,
        "insights": id_of("Microsoft.Insights/components", names["insights"]),
        "blobEndpoint": id_of("Microsoft.Network/privateEndpoints", endpoint("blob")),
        "fileEndpoint": id_of("Microsoft.Network/privateEndpoints", endpoint("file")),
    }


def _identities(scene: Scene) -> tuple[IdentitySpec, ...]:
    specs = []
    for role in ("workspace", "compute"):
        name = scene.context.take("identity", scene.namer.name("identity", role), scene.place.group_id, scene.path)
        specs.append(IdentitySpec(role, name, scene.place, scene.tags))
    return tuple(specs)


def _roles(
    scene: Scene, targets: dict[Target, str], identities: dict[str, str]
) -> dict[Target, tuple[RoleAssignmentSpec, ...]]:
    project = scene.context.config.projects[scene.project]
    people = union(scene.context.config.access, project.access, scene.settings.access)
    settings = scene.settings
    circumstances = Circumstances(scene.production, settings.batch, settings.security.storage_shared_keys)
    return assign(targets, Principals(identities, people), circumstances)


def _vault(scene: Scene, name: str, roles: tuple[RoleAssignmentSpec, ...]) -> KeyVaultSpec:
    vault = scene.place.id("Microsoft.KeyVault/vaults", name)
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
    """The workspace, after the roles that its identity needs on what it consists of."""
    settings, project = scene.settings, scene.context.config.projects[scene.project]
    parts: tuple[Target, ...] = ("storage", "vault", "registry", "insights")
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
        data_isolation=registry_is_shared(settings),  # else one workspace could take the images of another
        datastore_auth="AccessKey" if settings.security.storage_shared_keys else "Identity",
        endpoint=scene.endpoint("amlworkspace", workspace),
        diagnostics=scene.context.diagnostics(workspace),
        roles=roles["workspace"],
        after=before,
        protect=scene.production,
        tags=scene.tags,
    )
