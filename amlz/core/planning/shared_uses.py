"""Resources that other stacks may use, too: the stacks of a folder are compared by them."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.capability import SharedUse
from amlz.core.config.shared import camel
from amlz.core.discovery import asked_for_all
from amlz.core.planning.context import Context
from amlz.core.planning.parts import parts_of
from amlz.core.problems import Path


def shared_uses(context: Context) -> Iterator[SharedUse]:
    """Returns the hub, existing parts of environments, resources of `destinations`, and resources of capabilities."""
    if context.hub_ranges:
        yield _hub(context)
    for project, name, environment in environments(context.config):
        path: Path = ("projects", project, "environments", name)
        for part in parts_of(environment):
            setting = {"endpointRange": part.endpoint_range} if part.endpoint_range is not None else {}
            yield SharedUse(part.asked.id, part.what, (*path, "existing", camel(part.key)), setting)
        for key, item in environment.destinations.items():
            if item.resource is not None and item.kind is not None:
                yield SharedUse(item.resource, item.kind.words, (*path, "destinations", key))
    yield from asked_for_all(lambda planner: planner.shared_uses, context)


def _hub(context: Context) -> SharedUse:
    """Returns the hub: of one that is built here, only the ranges are known to stacks that use it."""
    hub = context.config.hub
    ranges = {"addressSpace": ", ".join(sorted(context.hub_ranges))}
    if hub.elsewhere is None:
        return SharedUse(context.hub_network, "hub", ("hub", "addressSpace"), ranges)
    path: Path = ("hub", hub.elsewhere_key, *(("outputs",) if hub.stack is not None else ()))
    more = {
        "firewallAddress": hub.elsewhere.firewall_address or "left out",
        "dnsServers": ", ".join(hub.elsewhere.dns_servers) or "left out",
    }
    return SharedUse(context.hub_network, "hub", path, ranges | more)
