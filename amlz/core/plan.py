"""The plan of a landing zone: every name, address, role and rule, decided before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import field, replace
from functools import partial
from typing import TypeVar

from amlz.core.addresses import AddressPlan, environments, plan_addresses
from amlz.core.capability import PlannedPart
from amlz.core.config import LandingZoneConfig
from amlz.core.discovery import planners
from amlz.core.facts.clouds import CLOUDS, CloudName
from amlz.core.input_checks import input_problems
from amlz.core.names import NameBook, TakenName
from amlz.core.planning.capabilities import landing_zone_parts, shared_parts
from amlz.core.planning.context import Context
from amlz.core.planning.deployer import SubscriptionRole, plan_deployer
from amlz.core.planning.dns import plan_dns
from amlz.core.planning.environment import plan_environment
from amlz.core.planning.existing_groups import created_too
from amlz.core.planning.existing_hub import outside, plan_existing_hub, subscriptions
from amlz.core.planning.existing_identities import in_created_groups
from amlz.core.planning.hub import plan_hub
from amlz.core.planning.parts import demands_of_parts
from amlz.core.planning.policies import plan_policies
from amlz.core.planning.room import with_room
from amlz.core.planning.spoke import plan_spoke
from amlz.core.problems import Path, Problem, StackFileError
from amlz.core.specs import (
    ExistingHubSpec,
    HubSpec,
    PoliciesSpec,
    PrivateDnsSpec,
    ProjectEnvironmentSpec,
    RoleAssignmentSpec,
    SpokeSpec,
    records,
)
from amlz.dataclass import dataclass

Spec = TypeVar("Spec")


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """Relation of a landing zone to its organisation.

    `existing_hub` is None where `hub` is built. `dns`: zones that are built with an existing hub. `outside`: ids of
    what is referred to and not built here.
    """

    hub_subscription: str
    landing_zone_subscription: str
    existing_hub: ExistingHubSpec | None
    dns_mode: str
    dns: PrivateDnsSpec | None
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LandingZonePlan:
    """A landing zone, decided. `parts`: vaults and registries that exist, and what their owners must see to.

    `shared`: what capabilities build once in it, decided before its environments; `capabilities`: after them. `names`:
    every name by kind and scope, with the path that decides it.
    """

    business_unit: str
    location: str
    cloud: CloudName
    tenant_id: str
    subscriptions: tuple[str, ...]
    addresses: AddressPlan
    hub: HubSpec | None
    spokes: tuple[SpokeSpec, ...]
    shared: tuple[PlannedPart, ...]
    environments: tuple[ProjectEnvironmentSpec, ...]
    policies: PoliciesSpec
    deployer: tuple[SubscriptionRole, ...]
    keep_api_version_aliases: bool
    organisation: OrganisationPlan
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    capabilities: tuple[PlannedPart, ...] = ()
    names: Mapping[TakenName, Path] = field(default_factory=dict)

    @property
    def provider_environment(self) -> str:
        """The cloud as the provider azure-native calls it."""
        return CLOUDS[self.cloud].environment

    @property
    def outside(self) -> tuple[str, ...]:
        """Ids of what exists already: referred to, never waited for."""
        return self.organisation.outside

    def part(self, kind: type[Spec]) -> Spec | None:
        """Returns the spec of a type that a capability builds once in it; None where that is not built."""
        parts = (*self.shared, *self.capabilities)
        return next((planned.part.spec for planned in parts if isinstance(planned.part.spec, kind)), None)

    def roles(self) -> Iterator[RoleAssignmentSpec]:
        """Returns every role assignment of the plan, each once."""
        assignments = records(self, RoleAssignmentSpec)
        return iter({role.id: role for role in assignments}.values())


def make_plan(config: LandingZoneConfig) -> LandingZonePlan:
    """Decides everything. Raises StackFileError with every problem, without line numbers."""
    addresses, problems = plan_addresses(config)
    problems = (*problems, *input_problems(config))
    if problems:
        reported = {problem.path for problem in problems}
        patterns = any(path[:1] == ("naming",) for path in reported)  # what they give is no name
        known = config.model_copy(update={"naming": None}) if patterns else config
        names = (problem for problem in problems_of_names(known) if problem.path not in reported)
        raise StackFileError((*problems, *names))
    context = Context(config, addresses, NameBook())
    hub = plan_hub(context) if config.hub.elsewhere is None else None
    spokes = tuple(plan_spoke(context, name) for name in config.spokes)
    shared = shared_parts(context)
    planned = tuple(plan_environment(context, project, name) for project, name, _ in environments(config))
    parts = landing_zone_parts(context)
    policies, problems = plan_policies(context, planned, spokes, _shared_groups((*shared, *parts)))
    of_names = (*context.names.all_problems(config.naming), *_of_groups(context))
    if of_names or problems:
        raise StackFileError((*of_names, *problems))
    plan = LandingZonePlan(
        business_unit=config.business_unit,
        location=config.location,
        cloud=config.cloud,
        tenant_id=config.tenant_id,
        subscriptions=subscriptions(context),
        addresses=addresses,
        hub=hub,
        spokes=spokes,
        shared=shared,
        environments=planned,
        policies=policies,
        deployer=(),
        keep_api_version_aliases=config.keep_api_version_aliases,
        parts=(
            *(
                (f"network {spoke.network.name}", spoke.existing.demands)
                for spoke in spokes
                if spoke.existing is not None
            ),
            *demands_of_parts(context),
        ),
        capabilities=parts,
        names=context.names.taken,
        organisation=_organisation(context),
    )
    return replace(plan, deployer=plan_deployer(context, plan))


def problems_of_names(config: LandingZoneConfig) -> tuple[Problem, ...]:
    """Problems of names and policies, where other things are wrong as well: no name depends on a range."""
    config = with_room(config)
    context = Context(config, plan_addresses(config)[0], NameBook())
    planned: list[ProjectEnvironmentSpec] = []
    units: list[Callable[[], object]] = [partial(plan_hub, context)] if config.hub.elsewhere is None else []
    units += [partial(plan_spoke, context, name) for name in config.spokes]
    units += [partial(planner.shared, context) for planner in planners().values()]
    units += [partial(_environment, context, planned, project, name) for project, name, _ in environments(config)]
    units += [partial(planner.landing_zone, context) for planner in planners().values()]
    policies: list[Problem] = []
    units.append(lambda: policies.extend(plan_policies(context, tuple(planned), (), ())[1]))
    for unit in units:
        with suppress(Exception):  # the obstacle is reported already, by the checks before
            unit()
    made = context.names.made.problems(config.naming) if config.naming is not None else ()
    return (*context.names.problems, *made, *policies, *_of_groups(context))


def _of_groups(context: Context) -> tuple[Problem, ...]:
    """Returns resource groups that exist and are created, and identities that exist in created ones."""
    return (*created_too(context.config, context.names), *in_created_groups(context.config, context.names))


def _environment(context: Context, planned: list[ProjectEnvironmentSpec], project: str, name: str) -> None:
    planned.append(plan_environment(context, project, name))


def _shared_groups(parts: tuple[PlannedPart, ...]) -> tuple[tuple[str, str, bool], ...]:
    """Returns groups that are built for what environments share: id, key, and whether they hold production data."""
    groups = ((planned.part.group, planned.logical) for planned in parts)
    return tuple((group.id, key, group.production) for group, key in groups if group is not None)


def _organisation(context: Context) -> OrganisationPlan:
    existing = plan_existing_hub(context)
    dns = plan_dns(context) if existing is not None and context.dns_mode == "created" else None
    return OrganisationPlan(
        context.hub_subscription, context.landing_zone_subscription, existing, context.dns_mode, dns, outside(context)
    )
