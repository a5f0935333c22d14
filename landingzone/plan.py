"""The plan of a landing zone: every name, address, role and rule, decided before anything is built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from landingzone.addresses import AddressPlan, environments, plan_addresses
from landingzone.config import LandingZoneConfig
from landingzone.facts.roles import DEPLOYER
from landingzone.names import NameBook
from landingzone.planning.context import Context
from landingzone.planning.environment import plan_environment
from landingzone.planning.hub import plan_hub
from landingzone.planning.limits import check_limits
from landingzone.planning.policies import plan_policies
from landingzone.planning.references import check_references
from landingzone.planning.registry import plan_shared_registry
from landingzone.planning.sizes import check_sizes
from landingzone.planning.spoke import plan_spoke
from landingzone.problems import StackFileError
from landingzone.specs import (
    HubSpec,
    PoliciesSpec,
    ProjectEnvironmentSpec,
    RoleAssignmentSpec,
    SharedRegistrySpec,
    SpokeSpec,
)


@dataclass(frozen=True, slots=True)
class DeployerRole:
    """A role that whoever runs `pulumi up` needs, and on which subscription."""

    subscription: str
    role: str
    why: str


@dataclass(frozen=True, slots=True)
class LandingZonePlan:
    """A landing zone, decided."""

    business_unit: str
    location: str
    cloud: str
    tenant_id: str
    subscriptions: tuple[str, ...]
    addresses: AddressPlan
    hub: HubSpec
    spokes: tuple[SpokeSpec, ...]
    shared_registry: SharedRegistrySpec | None
    environments: tuple[ProjectEnvironmentSpec, ...]
    policies: PoliciesSpec
    deployer: tuple[DeployerRole, ...]
    keep_api_version_aliases: bool

    def roles(self) -> Iterator[RoleAssignmentSpec]:
        """Every role assignment."""
        yield from self.hub.log_analytics.roles
        for environment in self.environments:
            yield from environment.group_roles
            yield from environment.key_vault.roles
            yield from environment.storage.roles
            yield from environment.registry.roles if environment.registry else environment.shared_registry_roles
            yield from environment.insights.roles
            yield from environment.workspace.roles
        for assignment in self.policies.assignments:
            yield from assignment.roles


def make_plan(config: LandingZoneConfig) -> LandingZonePlan:
    """Decides everything. Raises StackFileError with every problem, without line numbers."""
    addresses, problems = plan_addresses(config)
    problems = (*problems, *check_references(config), *check_limits(config), *check_sizes(config))
    if problems:
        raise StackFileError(problems)
    context = Context(config, addresses, NameBook())
    hub = plan_hub(context)
    spokes = tuple(plan_spoke(context, name) for name in config.spokes)
    shared = plan_shared_registry(context) if config.shared_registry else None
    planned = tuple(plan_environment(context, project, name) for project, name, _ in environments(config))
    policies, problems = plan_policies(context, planned, spokes, shared)
    if context.names.problems or problems:
        raise StackFileError((*context.names.problems, *problems))
    return LandingZonePlan(
        business_unit=config.business_unit,
        location=config.location,
        cloud=config.cloud,
        tenant_id=config.tenant_id,
        subscriptions=tuple(dict.fromkeys((context.hub_subscription, context.landing_zone_subscription))),
        addresses=addresses,
        hub=hub,
        spokes=spokes,
        shared_registry=shared,
        environments=planned,
        policies=policies,
        deployer=_deployer(context, hub, policies),
        keep_api_version_aliases=config.keep_api_version_aliases,
    )


def _deployer(context: Context, hub: HubSpec, policies: PoliciesSpec) -> tuple[DeployerRole, ...]:
    locks = context.any_production
    holds = {
        "always": True,
        "locks": locks,
        "noLocks": not locks,
        "roles": bool(hub.log_analytics.roles) and not locks,
        "policies": bool(policies.assignments),
    }
    on = {"hub": context.hub_subscription, "landingZone": context.landing_zone_subscription}
    rows: dict[tuple[str, str], list[str]] = {}
    for grant in DEPLOYER:
        if holds[grant.when]:
            rows.setdefault((on[grant.on], grant.role), []).append(grant.why)
    return tuple(DeployerRole(subscription, role, "; ".join(why)) for (subscription, role), why in rows.items())
