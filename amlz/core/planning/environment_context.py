"""One project environment while it is planned: what its parts share."""

from __future__ import annotations

from amlz.azure.ids import parse
from amlz.core.addresses import spoke_of, workspace_endpoint_groups
from amlz.core.config import EnvironmentConfig, ProjectConfig
from amlz.core.config.existing import group_name
from amlz.core.names import Namer
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.context import Context, registry_is_shared
from amlz.core.planning.registry import endpoint_ready, shared_endpoint_ready
from amlz.core.planning.roles import GrantConditions
from amlz.core.planning.spoke import endpoints_subnet
from amlz.core.problems import Path
from amlz.core.specs import IdentitySpec, LockSpec, Place, PrivateEndpointSpec
from amlz.core.subscriptions import subscription_of
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class EnvironmentContext:
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
        """Returns its path in the stack file."""
        return ("projects", self.project, "environments", self.name)

    @property
    def key(self) -> EnvironmentKey:
        """Returns the key of the environment."""
        return EnvironmentKey(self.project, self.name)

    @property
    def production(self) -> bool:
        """Returns whether it holds production data."""
        return self.settings.is_production(self.name)

    def own(self, kind: str, field: str, within: str | None) -> str:
        """An own name, or the generated one with its suffix."""
        own: str | None = getattr(self.settings.names, field)
        key = "".join(word.capitalize() if index else word for index, word in enumerate(field.split("_")))
        path = (*self.path, "names", key) if own else self.path
        return self.context.take(kind, own or self.namer.unique(kind), within, path)

    @property
    def workspace_id(self) -> str:
        """Returns the id of its workspace."""
        name = self.own("workspace", "workspace", self.place.group_id)
        return self.place.id("Microsoft.MachineLearningServices/workspaces", name)

    def identity(self, role: str) -> IdentitySpec:
        """Returns one of its identities: of the workspace, of compute targets or of image builds."""
        existing = self.settings.existing.identities.by_role.get(role)
        if existing is None:
            return self.created_identity(role)
        theirs = parse(existing.id)
        place = Place(theirs.subscription, theirs.resource_group, self.place.location)
        return IdentitySpec(role, theirs.name, place, {}, existing.principal_id, existing.client_id)

    def created_identity(self, role: str) -> IdentitySpec:
        """Returns one of its identities as it is created."""
        return IdentitySpec(role, self.namer.name("identity", role), self.place, self.tags)

    def lock(self, value: str, scope: str) -> LockSpec | None:
        """A lock, where there is production data."""
        if not self.production:
            return None
        return LockSpec(self.namer.called("lock", f"lock-{value}", value), scope, "Holds production data.")

    @property
    def parts_resolve(self) -> tuple[str, ...]:
        """Returns the ids that must exist before stores, vault and registry resolve."""
        own = tuple(
            endpoint_ready(self.context, self.place, self.namer.name("privateEndpoint", group))
            for group in workspace_endpoint_groups(self.settings)
            if group != "amlworkspace"
        )
        return (*own, shared_endpoint_ready(self.context)) if registry_is_shared(self.settings) else own

    def endpoint(
        self, group: str, target: str, after: tuple[str, ...] = (), label: str | None = None
    ) -> PrivateEndpointSpec:
        """A private endpoint of this environment. `label`: its part of the name; None where that follows from the
        group ID.
        """
        label = label or ("workspace" if group == "amlworkspace" else group)
        name = self.context.take(
            "privateEndpoint", self.namer.name("privateEndpoint", label), self.place.group_id, self.path
        )
        return PrivateEndpointSpec(
            name=name,
            interface=self.context.take(
                "networkInterface", self.namer.name("networkInterface", label), self.place.group_id, self.path
            ),
            group=group,
            target=target,
            subnet=endpoints_subnet(self.context, self.spoke, self.key),
            zones=self.context.zones_for(group),
            place=self.place,
            tags=self.tags,
            after=after,
            zone_group_name=self.context.zone_group_name,
        )


def grant_conditions(env: EnvironmentContext) -> GrantConditions:
    """Returns the conditions of an environment that decide which grants apply."""
    settings = env.settings
    return GrantConditions(
        env.production,
        settings.batch,
        settings.security.storage_shared_keys,
        settings.isolation.managed,
        settings.people_create_computes,
        settings.studio_deployments,
    )


def environment_context(context: Context, project: str, name: str) -> EnvironmentContext:
    """The scene of one environment of one project; the name of a created resource group is taken."""
    config = context.config
    settings = config.projects[project].environments[name]
    key = EnvironmentKey(project, name)
    existing = settings.existing.resource_group
    group = group_name(existing) if existing else settings.names.resource_group or context.group_name(owner=key)
    place = Place(subscription_of(config, settings), group, config.location)
    path: Path = ("projects", project, "environments", name)
    own: Path = ("names", "resourceGroup") if settings.names.resource_group else ()
    if existing is None:
        context.take("resourceGroup", group, f"/subscriptions/{place.subscription}", (*path, *own))
    identity = (place.subscription, config.business_unit, config.location, project, name, settings.generation)
    spoke = spoke_of(config, settings) or ""
    owner: ProjectConfig = config.projects[project]
    tags = context.tags({"project": project, "environment": name}, owner.tags, settings.tags, owner=key, place=path)
    return EnvironmentContext(context, project, name, settings, place, context.owner_namer(key, identity), spoke, tags)
