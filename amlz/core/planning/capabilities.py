"""Contributions of capabilities to a plan: problems, targets of roles, outbound rules, and what they build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from amlz.core.capability import EnvironmentParts, HubLinks, Part, PlannedPart, Planner
from amlz.core.capability_facts import Target, Who
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.discovery import asked, asked_for_all, blamed, capabilities, planners
from amlz.core.planning.context import Context
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    IdentitySpec,
    NsgRuleSpec,
    OutboundRuleSpec,
    PrincipalSpec,
    ProjectEnvironmentSpec,
    RuleGroupSpec,
)

if TYPE_CHECKING:
    from amlz.core.planning.environment_context import EnvironmentContext


def check_capabilities(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns the problems of the keys of all capabilities."""
    return asked_for_all(lambda planner: planner.check, config)


def targets_of(env: EnvironmentContext) -> dict[Target, str]:
    """Returns the ids that capabilities add to what roles are given on in an environment."""
    return {target: id_ for _, found in asked(lambda planner: planner.targets, env) for target, id_ in found.items()}


def identities_of(env: EnvironmentContext) -> tuple[IdentitySpec, ...]:
    """Returns the identities that capabilities add to those of an environment."""
    return tuple(asked_for_all(lambda planner: planner.identities, env))


def principals_of(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the principals of the table of grants that capabilities add in an environment, by their part of logical
    names.
    """
    found: dict[Who, dict[str, PrincipalSpec]] = {}
    for _, principals in asked(lambda planner: planner.principals, env):
        for who, by_label in principals.items():
            found.setdefault(who, {}).update(by_label)
    return found


def outbound_rules(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the rules that capabilities add to a managed network. `workspace`: its id."""
    return asked_for_all(lambda planner: planner.outbound, env, workspace)


def endpoint_rules_of(environment: EnvironmentConfig, endpoints: str) -> Iterator[NsgRuleSpec]:
    """Returns the security rules that capabilities add to a subnet of private endpoints (its range)."""
    return asked_for_all(lambda planner: planner.endpoint_rules, environment, endpoints)


def computes_of_capabilities(environment: EnvironmentConfig) -> tuple[Path, ...]:
    """Returns the paths of compute targets that capabilities add to an environment, within it."""
    return tuple(asked_for_all(lambda planner: planner.computes, environment))


def firewall_rules_of(context: Context) -> tuple[RuleGroupSpec, ...]:
    """Returns the rules that capabilities add to the firewall."""
    return tuple(asked_for_all(lambda planner: planner.firewall, context))


def outside_of(context: Context) -> Iterator[str]:
    """Returns the ids of resources that exist already and that capabilities refer to."""
    return asked_for_all(lambda planner: planner.outside, context)


def environment_parts(env: EnvironmentContext, given: EnvironmentParts) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build in an environment."""
    return _parts(asked(lambda planner: planner.environment, env, given))


def amended(spec: ProjectEnvironmentSpec) -> ProjectEnvironmentSpec:
    """Returns an environment with what capabilities change in its other parts."""
    for name, planner in planners().items():
        if planner.amend is not Planner().amend:
            with blamed(name):
                spec = planner.amend(spec)
    return spec


def hub_parts(context: Context) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build in a hub."""
    return _parts(asked(lambda planner: planner.hub, context))


def hub_rules(context: Context) -> dict[str, tuple[NsgRuleSpec, ...]]:
    """Returns the security rules of subnets of the hub that capabilities need, by role."""
    found = asked(lambda planner: planner.hub_rules, context)
    return {role: rules for _, by_role in found for role, rules in by_role.items()}


def hub_links(context: Context) -> HubLinks:
    """Returns the ids of resources in the hub that networks refer to."""
    found = [links for _, links in asked(lambda planner: planner.links, context)]
    return HubLinks(
        next((links.nat_gateway for links in found if links.nat_gateway is not None), None),
        next((links.gateway for links in found if links.gateway is not None), None),
    )


def landing_zone_parts(context: Context) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build once in a landing zone."""
    return _parts(asked(lambda planner: planner.landing_zone, context))


def _parts(answers: Iterable[tuple[str, Part | None]]) -> tuple[PlannedPart, ...]:
    known = capabilities()
    return tuple(
        PlannedPart(name, known[name].logical or name, known[name].component, part, known[name].output)
        for name, part in answers
        if part is not None
    )
