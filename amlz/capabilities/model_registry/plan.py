"""Decides an Azure ML registry and the roles on it, by the stage of an environment."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.azure.ids import parse
from amlz.capabilities.model_registry.config import ModelRegistryConfig
from amlz.capabilities.model_registry.created import check_created, plan_created, registry_id
from amlz.capabilities.model_registry.facts import GIVES_ROLES, GROUP, IMAGES, MANAGED, STORE, TARGET
from amlz.core.addresses import environments
from amlz.core.capability import Part, Planner, SharedEndpoints, SharedGroup, SharedUse, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import principals_of
from amlz.core.planning.context import Context, union
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.hub import ranges_in_hub
from amlz.core.planning.roles import GrantConditions, Principals, assign
from amlz.core.planning.sharing import access_levels, members_of
from amlz.core.problems import Problem, listed
from amlz.core.specs import IdentityPrincipalSpec, NsgRuleSpec, OutboundRuleSpec, RoleAssignmentSpec
from amlz.core.specs.model_registry import ModelRegistrySpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class _Reached:
    """A resource that managed networks reach: the registry, or a part of it. `known`: its ID, None where it is not."""

    label: str
    known: str | None
    part: str | None
    group: str
    why: str


def plan_model_registry(context: Context) -> Part | None:
    """Returns an existing registry with the roles of principals that exist; None without one."""
    registry = _settings(context.config)
    if registry is None or registry.id is None:
        return None
    roles = tuple(_roles_of_existing(context.config, registry.id)) if _gives_roles(registry) else ()
    return Part(ModelRegistrySpec(registry.id, roles))


def plan_new_registry(context: Context) -> Part | None:
    """Returns the registry that is created here, before the environments that get roles on it; None without one."""
    registry = _settings(context.config)
    if registry is None or registry.create is None:
        return None
    created, target = plan_created(context, registry.create), registry_id(context, registry.create)
    spec = ModelRegistrySpec(target, tuple(_roles_of_existing(context.config, target)), created)
    return Part(spec, group=SharedGroup(created.group.id, context.any_production))


def _settings(config: LandingZoneConfig) -> ModelRegistryConfig | None:
    return setting(config, "model_registry", ModelRegistryConfig)


def _target(context: Context, registry: ModelRegistryConfig) -> str:
    """Returns the id of the registry."""
    return registry_id(context, registry.create) if registry.create is not None else registry.id or ""


def _gives_roles(registry: ModelRegistryConfig) -> bool:
    return registry.give_roles is not False


def _roles_of_existing(config: LandingZoneConfig, target: str) -> Iterator[RoleAssignmentSpec]:
    """Returns roles of Entra groups and of pipelines of `access` on a registry (its id), each once: one can be in
    several environments.
    """
    assignments: dict[str, RoleAssignmentSpec] = {}
    for project, name, environment in environments(config):
        people = union(*access_levels(config, project, name).values())
        conditions = GrantConditions(environment.is_production(name), False, False)
        for role in assign({TARGET: target}, Principals({}, people), conditions)[TARGET]:
            assignments[role.name] = assignments.get(role.name, role).joined(role)
    yield from assignments.values()


def _environment_roles(env: EnvironmentContext) -> tuple[RoleAssignmentSpec, ...]:
    """Returns roles of an environment's identities, those of its pipelines among them."""
    registry = _settings(env.context.config)
    if registry is None or not _gives_roles(registry):
        return ()
    identities = {f"{role}Identity": env.identity(role).principal for role in ("workspace", "compute")}
    members = {label: identity for member in members_of(env) for label, identity in member.identities.items()}
    pipelines = {
        label: principal
        for label, principal in principals_of(env).get("pipelines", {}).items()
        if isinstance(principal, IdentityPrincipalSpec)
    }
    principals = Principals(identities, {}, {"pipelines": pipelines}, members)
    return assign({TARGET: _target(env.context, registry)}, principals, grant_conditions(env))[TARGET]


def check_model_registry(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns a registry that is neither existing nor created, and what does not fit to either."""
    registry = _settings(config)
    if registry is None:
        return
    if registry.create is not None:
        yield from check_created(config, registry)
        return
    if registry.id is None:
        yield Problem(
            ("modelRegistry",),
            "It names no registry.",
            "Set `id` of one that exists, or `create: {}` to create one.",
        )
        return
    if registry.endpoint_range is not None:
        yield from _outside_of_hub(config, registry.endpoint_range)
    subscription = parse(registry.id).subscription
    if registry.give_roles is None and subscription != config.subscriptions.landing_zone:
        yield Problem(
            ("modelRegistry",),
            f"It is in subscription {subscription}, not in that of the landing zone, and the stack file does not state "
            "who assigns the roles of pipelines and workspaces on it.",
            "Set `giveRoles: true` if the deployer may assign roles there. Otherwise set it to `false`, and its owner "
            "assigns them.",
        )


def _outside_of_hub(config: LandingZoneConfig, cidr: str) -> Iterator[Problem]:
    """Returns a range that is not the hub's: the firewall is in between, and needs a rule."""
    ranges = config.hub.ranges
    if not any(IPv4Network(cidr).subnet_of(IPv4Network(outer)) for outer in ranges):
        yield Problem(
            ("modelRegistry", "endpointRange"),
            f"{cidr} is not in the hub ({', '.join(ranges) or 'there is none'}): the firewall refuses it.",
            "Remove it, and set `destinations` of the environments, which open the firewall, too.",
        )


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the registry, and what its owner must ensure."""
    registry = _settings(config)
    if registry is None:
        return
    if registry.id is None:
        yield from _summary_of_new(config)
        return
    tasks = [
        f"it is replicated to {config.location}",
        "the names of it, its storage account and its container registry resolve to private endpoints in the spokes",
    ]
    if not _gives_roles(registry):
        tasks.append("pipelines and workspaces have the roles of docs/how-to/model-registry.md on it")
    managed = _managed(config)
    if managed:
        tasks.append(f"the private endpoints of the managed networks of {managed} are approved")
    text = f"{parse(registry.id).name}; its owner must ensure: {listed(tasks)}"
    keys = {"containerRegistry": registry.container_registry, "storageAccount": registry.storage_account}
    missing = [f"modelRegistry.{key}" for key, value in keys.items() if value is None]
    if managed and missing:
        text += f". The managed networks of {managed} reach no part of it for which {listed(missing)} is not set"
    yield "ML registry", text


def _summary_of_new(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns what is known of a registry only after its creation, and environments that do not reach it."""
    text = "created; the IDs of its storage accounts and container registry are known after that"
    if managed := _managed(config):
        text += f"; approve the private endpoints of the managed networks of {managed} to these"
    yield "ML registry", text


def _managed(config: LandingZoneConfig) -> str:
    """Returns the environments with a managed network, as a list; "" without any."""
    return listed([f"{project}/{name}" for project, name, one in environments(config) if one.isolation.managed])


def _rights(context: Context) -> dict[str, str]:
    """Returns the subscription of an existing registry, where roles are assigned on it."""
    registry = _settings(context.config)
    if registry is None or registry.id is None or not _gives_roles(registry):
        return {}
    return {GIVES_ROLES: parse(registry.id).subscription}


def _outside(context: Context) -> Iterator[str]:
    registry = _settings(context.config)
    if registry is not None:
        yield from filter(None, (registry.id, registry.container_registry, registry.storage_account))


def _shared_uses(context: Context) -> Iterator[SharedUse]:
    registry = _settings(context.config)
    if registry is not None and registry.id is not None:
        gives_roles = {"modelRegistry.giveRoles": str(_gives_roles(registry)).lower()}
        yield SharedUse(registry.id, "ML registry", ("modelRegistry",), gives_roles)


def _endpoints(config: LandingZoneConfig) -> Iterator[SharedEndpoints]:
    """Returns the endpoints of a registry that is created here: in the hub, since names resolve to one address."""
    registry = _settings(config)
    if registry is not None and registry.create is not None:
        regions = 1 + len(registry.create.regions)
        yield SharedEndpoints((GROUP, IMAGES, *(STORE for _ in range(regions))))


def _compute_rules(context: Context, _owner: EnvironmentKey, computes: str) -> Iterator[NsgRuleSpec]:
    """Returns the rule by which compute targets (their range) reach the registry's endpoints in the hub."""
    registry = _settings(context.config)
    if registry is None:
        return
    own = (registry.endpoint_range,) if registry.endpoint_range is not None else ()
    targets = ranges_in_hub(context, "endpoints") if registry.create is not None else own
    if targets:
        yield NsgRuleSpec("models", 114, "Outbound", (computes,), targets, ("443",), "the Azure ML registry", "Tcp")


def _outbound(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the rules of a managed network to the registry, and to what Azure creates for it in this region."""
    registry = _settings(env.context.config)
    if registry is None:
        return
    target, images, store = _target(env.context, registry), registry.container_registry, registry.storage_account
    rows: tuple[_Reached, ...] = (
        _Reached("models", target, None, GROUP, "models are promoted through the Azure ML registry"),
        _Reached("models-images", images, "images", IMAGES, "the Azure ML registry keeps its images there"),
        _Reached("models-storage", store, env.place.location, STORE, "the Azure ML registry keeps its models there"),
    )
    for row in rows:
        if row.known is not None or registry.create is not None:
            to, part = (target, row.part) if row.known is None else (row.known, None)
            name = f"pe-{row.label}"
            rule_id = f"{workspace}/outboundRules/{name}"
            yield OutboundRuleSpec(name, "PrivateEndpoint", to, row.why, MANAGED, row.group, rule_id, part=part)


PLANNER = Planner(
    check=check_model_registry,
    summary=_summary,
    shared_roles=_environment_roles,
    shared_endpoints=_endpoints,
    compute_rules=_compute_rules,
    outbound=_outbound,
    rights=_rights,
    outside=_outside,
    shared_uses=_shared_uses,
    landing_zone=plan_model_registry,
    shared=plan_new_registry,
)
