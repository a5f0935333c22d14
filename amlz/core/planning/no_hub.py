"""A landing zone without a hub: settings of the stack file that need its network."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.config import LandingZoneConfig
from amlz.core.config.shared import camel
from amlz.core.problems import Path, Problem

NETWORK: Path = ("hub", "network")
#: Settings of `hub` that need no network: the central log, filters of names, and what all of it is called.
_KEPT = frozenset({"network", "log_analytics", "dns_security", "tags", "names", "generation"})
_WITHOUT = "`hub.network: false`"


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that need the hub's network, where none is built."""
    hub = config.hub
    if hub.network or hub.elsewhere is not None:
        return
    for name in sorted(hub.model_fields_set - _KEPT):
        key = camel(name)
        yield Problem(
            ("hub", key),
            f"`hub.{key}` is of the hub's network, and {_WITHOUT} builds none.",
            f"Remove `{key}`, or have a hub built: remove `network`, and set `addressSpace`.",
        )
    for name in sorted(hub.names.model_fields_set - {"resource_group"}):
        key = camel(name)
        yield Problem(
            ("hub", "names", key),
            f"It names a part of the hub's network, and {_WITHOUT} builds none.",
            f"Remove `{key}`.",
        )
    if config.shared_registry is not None:
        yield Problem(
            ("sharedRegistry",),
            f"Its private endpoint is in a subnet of the hub, and {_WITHOUT} builds none.",
            "Remove `sharedRegistry` and set `registry: own` in the environments, or have a hub built.",
        )
