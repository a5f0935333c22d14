"""Decides the private link scope of Azure Monitor."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import parse
from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.dns import MONITOR, ZONES
from amlz.core.planning.context import Context
from amlz.core.problems import Path, Problem
from amlz.core.specs import Place, PrivateEndpointSpec, PrivateLinkScopeSpec, ScopedResourceSpec

_PATH: Path = ("hub",)


def plan_scope(context: Context) -> PrivateLinkScopeSpec | None:
    """The private link scope with its endpoint, and the central log in it."""
    if context.config.hub.private_link_scope is None:
        return None
    namer, place = context.hub_namer, context.hub_place
    scope = context.private_link_scope
    name = context.take("privateLinkScope", parse(scope).name, place.group_id, _PATH)
    log = scoped(context, context.log_analytics)
    assert log is not None, "there is a scope"
    endpoint = PrivateEndpointSpec(
        name=context.take("privateEndpoint", namer.name("privateEndpoint", "monitor"), place.group_id, _PATH),
        interface=context.take("networkInterface", namer.name("networkInterface", "monitor"), place.group_id, _PATH),
        group=MONITOR,
        target=scope,
        subnet=context.hub_subnet_id("endpoints"),
        zones=context.zones_for(MONITOR),
        place=place,
        tags=context.hub_tags,
        after=(log.id,),
        zone_group_name=context.zone_group_name,
    )
    return PrivateLinkScopeSpec(name, place, endpoint, log, context.hub_tags)


def scoped(context: Context, target: str) -> ScopedResourceSpec | None:
    """A resource of Azure Monitor in the scope, where there is one: under its own name."""
    scope = context.private_link_scope
    if not scope:
        return None
    resource_id = parse(scope)
    place = Place(resource_id.subscription, resource_id.resource_group, context.config.location)
    return ScopedResourceSpec(parse(target).name, resource_id.name, place, target)


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that a private link scope excludes."""
    hub = config.hub
    if hub.private_link_scope is not None and MONITOR not in ZONES[config.cloud]:
        yield Problem(
            ("hub", "privateLinkScope"),
            f"Which private DNS zones it needs in cloud {config.cloud} is not known here.",
            "Remove it: telemetry then goes over public addresses.",
        )
    if hub.private_link_scope is not None and hub.log_analytics.existing is not None:
        yield Problem(
            ("hub", "privateLinkScope"),
            "The central log exists already: its owner decides its scope, and whether it accepts telemetry from "
            "the internet.",
            "Remove it, or let the log be built here.",
        )
    theirs = hub.stack.outputs if hub.stack is not None and hub.stack.outputs.private_link_scope else None
    scope = hub.private_link_scope or theirs
    setting = "hub.privateLinkScope" + ("" if hub.stack is None else " of the hub's own stack file")
    if scope is not None and not scope.public_ingestion:
        for project, name, environment in environments(config):
            if environment.isolation.managed:
                yield Problem(
                    ("projects", project, "environments", name, "isolation"),
                    "Its compute targets are in a network of Azure's, from which telemetry uses public "
                    "addresses, and the private link scope takes none from there.",
                    f"Set `publicIngestion: true` under {setting}, or `isolation.mode: injected`.",
                )
