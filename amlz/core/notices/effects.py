"""Settings that have no effect with the rest of the stack file."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.notices.notice import Notice
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import Path, dotted

SCORING_UNUSED, GATEWAY_UNUSED = "network/scoring-subnet-unusable", "network/gateway-not-used"


def effect_notices(config: LandingZoneConfig, plan: LandingZonePlan | None) -> Iterator[Notice]:
    """Returns nodes that will never be in the scoring subnet, and networks on premises without a route to spokes."""
    for project, name, environment in environments(config):
        if environment.scoring_nodes:
            path: Path = ("projects", project, "environments", name, "scoringNodes")
            yield Notice(
                SCORING_UNUSED,
                path,
                f"The scoring subnet keeps addresses for {environment.scoring_nodes} nodes that will never be in it: "
                "managed online endpoints run in a network of Microsoft's, and Kubernetes clusters have their own.",
                f"Set `{dotted(path)}` to `0`. docs/explanation/isolation.md describes how to serve models.",
            )
    yield from _gateways(config, plan)


def _gateways(config: LandingZoneConfig, plan: LandingZonePlan | None) -> Iterator[Notice]:
    if plan is None or not config.on_premises or not plan.spokes:
        return
    if any(spoke.to_hub.use_remote_gateways for spoke in plan.spokes):
        return
    key = "hub.existing.gateway" if config.hub.existing is not None else "hub.gateway"
    if config.hub.stack is not None:
        key = "hub.gateway` of the hub's stack file, or its `hub.vpnGateway"
    yield Notice(
        GATEWAY_UNUSED,
        ("onPremises",),
        "No spoke uses a gateway of the hub, so gateways announce no range of a spoke: networks on premises have no "
        "route to private endpoints there.",
        f"Set `{key}` to `true` once the hub has a gateway. No action needed, if routes are announced in another way.",
    )
