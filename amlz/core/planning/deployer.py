"""The roles that the deployer itself needs, by subscription."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from amlz.azure.deployer import RoleToCreate
from amlz.azure.ids import parse, resource_group_id, within
from amlz.core.delegation import condition
from amlz.core.facts.custom_roles import CUSTOM_ROLES, custom_role_id, custom_role_title
from amlz.core.facts.roles import DEPLOYER, RBAC_ADMINISTRATOR
from amlz.core.planning.capabilities import rights_of
from amlz.core.planning.context import Context
from amlz.core.planning.existing_groups import only_groups
from amlz.core.planning.existing_identities import deployer_on_identities
from amlz.core.planning.parts import deployer_on_parts
from amlz.core.problems import listed
from amlz.core.specs import LockSpec, LogAnalyticsSpec, RoleAssignmentSpec
from amlz.core.specs.walk import records
from amlz.dataclass import dataclass

if TYPE_CHECKING:
    from amlz.core.plan import LandingZonePlan


@dataclass(frozen=True, slots=True)
class SubscriptionRole:
    """A role that the deployer needs on a subscription. `condition`: which roles it may give with it."""

    subscription: str
    role: str
    why: str
    condition: str | None = None


def custom_roles(roles: Iterable[RoleAssignmentSpec]) -> tuple[RoleToCreate, ...]:
    """Returns the custom roles that role assignments name, each once a subscription."""
    wanted = sorted({(role.subscription, role.role) for role in roles if role.role in CUSTOM_ROLES})
    return tuple(
        RoleToCreate(
            subscription,
            custom_role_title(name, subscription),
            custom_role_id(name, subscription),
            CUSTOM_ROLES[name].description,
            CUSTOM_ROLES[name].actions,
            CUSTOM_ROLES[name].source,
        )
        for subscription, name in wanted
    )


def plan_deployer(context: Context, plan: LandingZonePlan) -> tuple[SubscriptionRole, ...]:
    """Returns the roles of the deployer of a plan, which has none yet."""
    given: dict[str, list[RoleAssignmentSpec]] = {}
    for assignment in plan.roles():
        given.setdefault(assignment.subscription, []).append(assignment)
    rows: dict[tuple[str, str], list[str]] = {}
    at_groups = _within_groups(context, plan, given)
    for subscription, role, reason in _grants(context, plan):
        reason += at_groups.get((subscription, role, reason), "")
        if role != RBAC_ADMINISTRATOR or subscription in given:  # where no role is given, none is delegated
            rows.setdefault((subscription, role), []).append(reason)
    for subscription in given:
        rows.setdefault((subscription, RBAC_ADMINISTRATOR), ["role assignments"])
    return tuple(
        SubscriptionRole(
            subscription, role, "; ".join(why), condition(given[subscription]) if role == RBAC_ADMINISTRATOR else None
        )
        for (subscription, role), why in rows.items()
    )


def _within_groups(
    context: Context, plan: LandingZonePlan, given: Mapping[str, list[RoleAssignmentSpec]]
) -> dict[tuple[str, str, str], str]:
    """Returns words for reasons of roles that the deployer needs on existing resource groups instead of their
    subscription: where nothing is created in the subscription outside of them.
    """
    words: dict[tuple[str, str, str], str] = {}
    for subscription, names in only_groups(context.config, context.names).items():
        groups = tuple(resource_group_id(subscription, name) for name in names)
        inside = all(any(within(role.scope, group) for group in groups) for role in given.get(subscription, ()))
        for row in DEPLOYER:
            on_groups = row.on in ("landingZone", "locked") and row.when != "policies"
            if on_groups and (inside or row.role != RBAC_ADMINISTRATOR) and not (plan.shared or plan.capabilities):
                of = "resource group" if len(names) == 1 else "resource groups"
                words[subscription, row.role, row.why] = f", on {of} {listed(names)} alone"
    return words


def _grants(context: Context, plan: LandingZonePlan) -> Iterator[tuple[str, str, str]]:
    """Subscription, role, why; a role more than once where there are several reasons."""
    hub, ddos_plan = plan.hub, context.config.ddos_protection_plan
    log = hub.log_analytics if hub is not None else None
    locked = {parse(lock.scope).subscription for lock in records(plan, LockSpec)}
    holds = {
        "always": True,
        "locks": bool(locked),
        "roles": isinstance(log, LogAnalyticsSpec) and bool(log.roles),
        "hubBuilt": hub is not None,
        "hubBuiltLocks": isinstance(log, LogAnalyticsSpec) and context.any_production,
        "virtualHub": context.config.hub.virtual_wan is not None
        and any(spoke.existing is None for spoke in context.config.spokes.values()),
        "hubExists": hub is None
        and context.config.hub.virtual_wan is None
        and any(spoke.existing is None for spoke in context.config.spokes.values()),
        "logsExist": not isinstance(log, LogAnalyticsSpec),
        "scopeExists": hub is None and bool(context.private_link_scope),
        "zonesExist": context.dns_mode in ("existing", "hub"),
        "ddosPlan": ddos_plan is not None,
        "policies": bool(plan.policies.assignments),
    }
    on = {
        "hub": (context.hub_subscription,),
        "landingZone": context.landing_zone_subscriptions,
        "zones": (context.zones_place.subscription,),
        "logs": (parse(context.log_analytics).subscription,),
        "ddosPlan": (parse(ddos_plan).subscription,) if ddos_plan is not None else (),
        "locked": tuple(one for one in context.landing_zone_subscriptions if one in locked),
    }
    for grant in DEPLOYER:
        if grant.on in ("parts", "identities") or (grant.on in ("landingZone", "locked") and context.hub_alone):
            continue  # of the owners of what exists: see below
        if holds[grant.when]:
            yield from ((subscription, grant.role, grant.why) for subscription in on[grant.on])
    yield from ((subscription, grant.role, grant.why) for subscription, grant in rights_of(context))
    yield from deployer_on_parts(context.config)
    yield from deployer_on_identities(context.config)
