"""Decides the roles on an existing Azure ML registry, by the stage of an environment."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import parse
from amlz.capabilities.model_registry.config import ModelRegistryConfig
from amlz.capabilities.model_registry.facts import GIVES_ROLES, TARGET
from amlz.core.addresses import environments
from amlz.core.capability import Part, Planner, SharedUse, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.capabilities import principals_of
from amlz.core.planning.context import Context, union
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.roles import GrantConditions, Principals, assign
from amlz.core.planning.sharing import access_levels, members_of
from amlz.core.problems import Problem, listed
from amlz.core.specs import IdentityPrincipalSpec, RoleAssignmentSpec
from amlz.core.specs.model_registry import ModelRegistrySpec

_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"


def plan_model_registry(context: Context) -> Part | None:
    """Returns the registry with the roles of principals that exist; None without one."""
    registry = _settings(context.config)
    if registry is None:
        return None
    roles = tuple(_roles_of_existing(context.config, registry)) if _gives_roles(registry) else ()
    return Part(ModelRegistrySpec(registry.id, roles))


def _settings(config: LandingZoneConfig) -> ModelRegistryConfig | None:
    return setting(config, "model_registry", ModelRegistryConfig)


def _gives_roles(registry: ModelRegistryConfig) -> bool:
    return registry.give_roles is not False


def _roles_of_existing(config: LandingZoneConfig, registry: ModelRegistryConfig) -> Iterator[RoleAssignmentSpec]:
    """Returns roles of Entra groups and of pipelines of `access`, each once: one can be in several environments."""
    assignments: dict[str, RoleAssignmentSpec] = {}
    for project, name, environment in environments(config):
        people = union(*access_levels(config, project, name).values())
        conditions = GrantConditions(environment.is_production(name), False, False)
        for role in assign({TARGET: registry.id}, Principals({}, people), conditions)[TARGET]:
            assignments[role.name] = assignments.get(role.name, role).joined(role)
    yield from assignments.values()


def _environment_roles(env: EnvironmentContext) -> tuple[RoleAssignmentSpec, ...]:
    """Returns roles of an environment's identities, those of its pipelines among them."""
    registry = _settings(env.context.config)
    if registry is None or not _gives_roles(registry):
        return ()
    identities = {
        f"{role}Identity": env.place.id(_IDENTITY, env.namer.name("identity", role))
        for role in ("workspace", "compute")
    }
    members = {label: identity for member in members_of(env) for label, identity in member.identities.items()}
    pipelines = {
        label: principal
        for label, principal in principals_of(env).get("pipelines", {}).items()
        if isinstance(principal, IdentityPrincipalSpec)
    }
    principals = Principals(identities, {}, {"pipelines": pipelines}, members)
    return assign({TARGET: registry.id}, principals, grant_conditions(env))[TARGET]


def check_model_registry(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns a registry in another subscription of which the stack file does not state who assigns roles."""
    registry = _settings(config)
    if registry is None or registry.give_roles is not None:
        return
    subscription = parse(registry.id).subscription
    if subscription != config.subscriptions.landing_zone:
        yield Problem(
            ("modelRegistry",),
            f"It is in subscription {subscription}, not in that of the landing zone, and the stack file does not state "
            "who assigns the roles of pipelines and workspaces on it.",
            "Set `giveRoles: true` if the deployer may assign roles there. Otherwise set it to `false`, and its owner "
            "assigns them.",
        )


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the registry, and what its owner must ensure."""
    registry = _settings(config)
    if registry is None:
        return
    tasks = [
        f"it is replicated to {config.location}",
        "the names of it, its storage account and its container registry resolve to private endpoints in the spokes",
    ]
    if not _gives_roles(registry):
        tasks.append("pipelines and workspaces have the roles of docs/how-to/model-registry.md on it")
    yield "ML registry", f"{parse(registry.id).name}; its owner must ensure: {listed(tasks)}"


def _rights(context: Context) -> dict[str, str]:
    """Returns the subscription of the registry, where roles are assigned on it."""
    registry = _settings(context.config)
    return {GIVES_ROLES: parse(registry.id).subscription} if registry and _gives_roles(registry) else {}


def _outside(context: Context) -> Iterator[str]:
    registry = _settings(context.config)
    if registry is not None:
        yield registry.id


def _shared_uses(context: Context) -> Iterator[SharedUse]:
    registry = _settings(context.config)
    if registry is not None:
        gives_roles = {"modelRegistry.giveRoles": str(_gives_roles(registry)).lower()}
        yield SharedUse(registry.id, "ML registry", ("modelRegistry",), gives_roles)


PLANNER = Planner(
    check=check_model_registry,
    summary=_summary,
    shared_roles=_environment_roles,
    rights=_rights,
    outside=_outside,
    shared_uses=_shared_uses,
    landing_zone=plan_model_registry,
)
