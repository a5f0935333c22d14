"""Contributions of capabilities to a plan: problems, targets of roles, outbound rules, and what they build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from amlz.core.capability import EnvironmentParts, HubLinks, Part, PlannedPart, Planner, Target
from amlz.core.config import LandingZoneConfig
from amlz.core.discovery import asked, capabilities
from amlz.core.planning.context import Context
from amlz.core.problems import Problem
from amlz.core.specs import NsgRuleSpec, OutboundRuleSpec

if TYPE_CHECKING:
    from amlz.core.planning.scene import Scene


def check_capabilities(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns the problems of the keys of all capabilities."""
    for _, problems in asked(lambda planner: tuple(planner.check(config))):
        yield from problems


def targets_of(scene: Scene) -> dict[Target, str]:
    """Returns the ids that capabilities add to what roles are given on in an environment."""
    return {target: id_ for _, found in asked(lambda planner: planner.targets(scene)) for target, id_ in found.items()}


def outbound_rules(scene: Scene, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the rules that capabilities add to a managed network. `workspace`: its id."""
    for _, rules in asked(lambda planner: tuple(planner.outbound(scene, workspace))):
        yield from rules


def environment_parts(scene: Scene, given: EnvironmentParts) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build in an environment."""
    return _parts(lambda planner: planner.environment(scene, given))


def hub_parts(context: Context) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build in a hub."""
    return _parts(lambda planner: planner.hub(context))


def hub_rules(context: Context) -> dict[str, tuple[NsgRuleSpec, ...]]:
    """Returns the security rules of subnets of the hub that capabilities need, by role."""
    return {
        role: rules for _, found in asked(lambda planner: planner.hub_rules(context)) for role, rules in found.items()
    }


def hub_links(context: Context) -> HubLinks:
    """Returns the ids of resources in the hub that networks refer to."""
    found = [links for _, links in asked(lambda planner: planner.links(context))]
    return HubLinks(
        next((links.nat_gateway for links in found if links.nat_gateway is not None), None),
        next((links.gateway for links in found if links.gateway is not None), None),
    )


def landing_zone_parts(context: Context) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build once in a landing zone."""
    return _parts(lambda planner: planner.landing_zone(context))


def _parts(question: Callable[[Planner], Part | None]) -> tuple[PlannedPart, ...]:
    known = capabilities()
    return tuple(
        PlannedPart(name, known[name].logical or name, known[name].component, part)
        for name, part in asked(question)
        if part is not None
    )
