"""Decides flow logs."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import parse
from amlz.capabilities.flow_logs.config import FlowLogsConfig
from amlz.capabilities.flow_logs.facts import WATCHER, WATCHER_GROUP
from amlz.capabilities.flow_logs.spec import FlowLogSpec
from amlz.core.capability import Part, Planner, setting
from amlz.core.planning.context import Context
from amlz.core.planning.places import spoke_namer, spoke_network_id
from amlz.core.specs import Place


def plan_flow_logs(context: Context) -> Part | None:
    """Returns a flow log for each network that is built; None without the key."""
    config = setting(context.config, "flow_logs", FlowLogsConfig)
    if config is None:
        return None
    return Part(tuple(_flow_log(context, config, key, network) for key, network in _networks(context)))


def _flow_log(context: Context, config: FlowLogsConfig, key: str, network: str) -> FlowLogSpec:
    target = parse(network)
    place, watcher = _watcher(context, target.subscription)
    namer = context.hub_namer if key == "hub" else spoke_namer(context, key)
    name = namer.called("flowLog", f"fl-{target.name}"[:80])
    return FlowLogSpec(
        key=key,
        name=context.take("flowLog", name, f"{place.group_id}/{watcher}", ("flowLogs",)),
        watcher=watcher,
        place=place,
        target=network,
        storage=config.storage_account,
        retention_days=config.retention_days,
        tags=context.tags(),
    )


def _networks(context: Context) -> Iterator[tuple[str, str]]:
    """Yields the networks that are built: that of the hub, then those of spokes."""
    if context.config.hub.builds_network:
        yield "hub", context.hub_network
    for name, spoke in context.config.spokes.items():
        if spoke.existing is None:
            yield name, spoke_network_id(context, name)


def _watcher(context: Context, subscription: str) -> tuple[Place, str]:
    """Returns where the network watcher of a subscription is, and its name: Azure makes it with the first network."""
    location = context.config.location
    return Place(subscription, WATCHER_GROUP, location), WATCHER.format(location=location)


def _outside(context: Context) -> Iterator[str]:
    """Returns the ids of the network watchers and of the storage account, which exist already."""
    config = setting(context.config, "flow_logs", FlowLogsConfig)
    if config is None:
        return
    yield config.storage_account
    for subscription in dict.fromkeys(parse(network).subscription for _, network in _networks(context)):
        place, watcher = _watcher(context, subscription)
        yield place.id("Microsoft.Network/networkWatchers", watcher)


PLANNER = Planner(outside=_outside, landing_zone=plan_flow_logs)
