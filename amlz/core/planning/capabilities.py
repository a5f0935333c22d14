"""Contributions of capabilities to a plan: problems, targets of roles, outbound rules, and what they build."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from amlz.core.capability import EnvironmentParts, Part, PlannedPart, Planner, Target
from amlz.core.config import LandingZoneConfig
from amlz.core.discovery import asked, capabilities
from amlz.core.planning.context import Context
from amlz.core.planning.scene import Scene
from amlz.core.problems import Problem
from amlz.core.specs import OutboundRuleSpec


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


def landing_zone_parts(context: Context) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build once in a landing zone."""
    return _parts(lambda planner: planner.landing_zone(context))


def _parts(question: Callable[[Planner], Part | None]) -> tuple[PlannedPart, ...]:
    known = capabilities()
    return tuple(PlannedPart(name, known[name].component, part) for name, part in asked(question) if part is not None)
