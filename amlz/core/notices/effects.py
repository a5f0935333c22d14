"""Settings that have no effect with the rest of the stack file."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.deprecations import SCORING_NODES
from amlz.core.notices.notice import Notice
from amlz.core.plan import LandingZonePlan
from amlz.core.planning.firewall import TIER, needs_of_firewall
from amlz.core.planning.no_hub import NETWORK
from amlz.core.problems import Path, dotted, listed

SCORING_UNUSED, GATEWAY_UNUSED = "network/scoring-subnet-unusable", "network/gateway-not-used"
PREMIUM_UNUSED = "cost/premium-without-inspection"
FIREWALL_UNUSED = "cost/firewall-not-used"
NO_HUB = "network/no-hub"
DDOS_UNUSED = "network/ddos-plan-not-joined"


def effect_notices(config: LandingZoneConfig, plan: LandingZonePlan | None) -> Iterator[Notice]:
    """Returns nodes that will never be in the scoring subnet, and networks on premises without a route to spokes."""
    for project, name, environment in environments(config):
        if environment.scoring_nodes:
            path: Path = ("projects", project, "environments", name, "scoringNodes")
            yield Notice(
                SCORING_UNUSED,
                path,
                f"The scoring subnet keeps addresses for {environment.scoring_nodes} nodes that will never be in it: "
                "managed online endpoints run in a network of Microsoft's, and Kubernetes clusters have their own. "
                f"{SCORING_NODES}",
                f"Set `{dotted(path)}` to `0`. docs/explanation/isolation.md describes how to serve models.",
            )
    yield from _gateways(config, plan) if config.hub.network else _no_hub(config, plan)
    built = plan.hub.firewall if plan is not None and plan.hub is not None else None
    if config.projects and built is not None and not built.groups and not any(needs_of_firewall(config)):
        yield Notice(
            FIREWALL_UNUSED,
            TIER,
            "No environment uses the hub's firewall, since all of them have `isolation: managed`. Azure bills it by "
            "the hour.",
            "Set `hub.firewall.tier: None`. No action needed, if you will add an environment with its own subnet, or "
            "networks on premises use its DNS proxy.",
        )
    yield from _ddos(config)
    firewall = config.hub.firewall
    if config.hub.elsewhere is None and firewall.tier == "Premium" and firewall.tls_inspection is None:
        yield Notice(
            PREMIUM_UNUSED,
            ("hub", "firewall", "tier"),
            "The Premium tier costs more than Standard, and without TLS inspection its intrusion detection sees only "
            "unencrypted traffic.",
            "Set `hub.firewall.tlsInspection` (docs/how-to/tls-inspection.md), or `hub.firewall.tier` to `Standard`. "
            "No action needed, if your organisation requires the Premium tier.",
        )


def _ddos(config: LandingZoneConfig) -> Iterator[Notice]:
    """Returns the notice of a DDoS protection plan without a network that is built here."""
    built = config.hub.builds_network or any(spoke.existing is None for spoke in config.spokes.values())
    if config.ddos_protection_plan is not None and not built:
        yield Notice(
            DDOS_UNUSED,
            ("ddosProtectionPlan",),
            "No network joins the plan: the hub and all spokes exist, and their owners decide on their plan.",
            "Remove `ddosProtectionPlan`, and have the owners of the networks set it. No action needed, if you will "
            "add a spoke that is built here.",
        )


def _no_hub(config: LandingZoneConfig, plan: LandingZonePlan | None) -> Iterator[Notice]:
    """Returns the notice of workspaces that people reach neither through a hub nor from the internet."""
    private = [
        f"{project}/{name}"
        for project, name, environment in environments(config)
        if not environment.security.public_network_access
    ]
    if private and plan is not None:
        yield Notice(
            NO_HUB,
            NETWORK,
            f"No hub is built: nothing here connects people with the private endpoints of {listed(private)}.",
            "Set `hub.addressSpace` instead of `hub.network`: the log and the zones stay. No action needed, if others "
            "connect the spokes with a network in which people work, or until you set `security.publicNetworkAccess: "
            "true`.",
        )


def _gateways(config: LandingZoneConfig, plan: LandingZonePlan | None) -> Iterator[Notice]:
    if plan is None or not config.on_premises or not plan.spokes:
        return
    sides = [spoke.to_hub for spoke in plan.spokes if spoke.to_hub is not None]
    if not sides or any(side.use_remote_gateways for side in sides):
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
