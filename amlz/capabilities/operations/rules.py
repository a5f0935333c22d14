"""Alert processing rules: suppression windows and routes."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import subscription_id
from amlz.capabilities.operations.config import WindowConfig
from amlz.capabilities.operations.work import Work, action_group
from amlz.core.planning.environment_context import environment_context
from amlz.core.specs import Place
from amlz.core.specs.operations import ProcessingRuleSpec, ScheduleSpec
from amlz.dataclass import dataclass


def plan_windows(work: Work) -> tuple[ProcessingRuleSpec, ...]:
    """Returns the rules of each suppression window: they remove the action groups of alerts, which stay listed."""
    return tuple(
        ProcessingRuleSpec(
            key="-".join(("window", name, *rule.words)),
            name=_name(work, "windows", name, rule),
            place=rule.place,
            scopes=rule.scopes,
            severities=(),
            add=(),
            schedule=_schedule(window),
            description=f"Suppression window {name} of the stack file.",
            tags=work.tags,
        )
        for name, window in work.asked.windows.items()
        for rule in _rules(work, window.environments)
    )


def plan_routes(work: Work) -> tuple[ProcessingRuleSpec, ...]:
    """Returns the rules of each route: they add an action group to alerts of some severities."""
    return tuple(
        ProcessingRuleSpec(
            key="-".join(("route", name, *rule.words)),
            name=_name(work, "routes", name, rule),
            place=rule.place,
            scopes=rule.scopes,
            severities=tuple(sorted(set(route.severities))),
            add=(action_group(work, route.to),),
            schedule=None,
            description=f"Route {name} of the stack file.",
            tags=work.tags,
        )
        for name, route in work.asked.routes.items()
        for rule in _rules(work, route.environments)
    )


@dataclass(frozen=True, slots=True)
class _RulePart:
    """The part of a window or a route in one subscription: a rule applies to alerts of its subscription.

    `words`: what the part adds to names; () in the common subscription.
    """

    words: tuple[str, ...]
    place: Place
    scopes: tuple[str, ...]


def _rules(work: Work, environments: tuple[str, ...]) -> Iterator[_RulePart]:
    """Yields a part for each subscription: for the resource groups of its environments; without any, for all of it."""
    groups = [environment_context(work.context, *name.split("/")).place for name in environments]
    for words, place in work.watchers.values():
        mine = tuple(group.group_id for group in groups if group.subscription == place.subscription)
        scopes = mine if environments else (subscription_id(place.subscription),)
        if scopes:
            yield _RulePart((words,) if words else (), place, scopes)


def _name(work: Work, kind: str, name: str, rule: _RulePart) -> str:
    text = work.namer.name("processingRule", kind.removesuffix("s"), name)
    return work.context.take("processingRule", text, rule.place.group_id, ("operations", kind, name))


def _schedule(window: WindowConfig) -> ScheduleSpec:
    return ScheduleSpec(window.time_zone, window.starts, window.ends, window.start_time, window.end_time, window.days)
