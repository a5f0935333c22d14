"""What the stack file asks for that is less secure than the default: every preview names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from landingzone.addresses import environments
from landingzone.config import LandingZoneConfig
from landingzone.config.policies import Guardrail
from landingzone.problems import Path, listed


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A choice of the stack file, and what it gives up."""

    path: Path
    gives_up: str


def relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    """Every choice that is less secure than the default, in the order of the stack file."""
    if config.hub.firewall.threat_intelligence == "Alert":
        yield Relaxation(
            ("hub", "firewall", "threatIntelligence"), "traffic with known malicious addresses is logged, not stopped"
        )
    for scenario in config.egress:
        yield Relaxation(("egress",), f"{scenario}: code from outside reaches every compute")
    yield from _policies(config)
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        security = environment.security
        if security.public_network_access:
            yield Relaxation((*path, "security", "publicNetworkAccess"), "the workspace answers on the internet")
        if security.storage_shared_keys:
            yield Relaxation(
                (*path, "security", "storageSharedKeys"),
                "whoever holds an account key has all data, unnamed in the logs",
            )
        if not security.high_business_impact:
            yield Relaxation(
                (*path, "security", "highBusinessImpact"),
                "temporary disks of computes are not encrypted, Microsoft gets more diagnostic data; it cannot be "
                "turned on later",
            )
        if environment.production is False and name in ("prod", "production"):
            yield Relaxation((*path, "production"), "neither protected nor locked, whatever its name says")


def _policies(config: LandingZoneConfig) -> Iterator[Relaxation]:
    policies = config.policies
    missing = [name for name in get_args(Guardrail) if name not in policies.guardrails]
    if missing:
        yield Relaxation(("policies", "guardrails"), f"no policy watches {listed(missing)}")
    if policies.guardrails and policies.production_effect == "Audit":
        yield Relaxation(("policies", "productionEffect"), "guardrails only report in production")
    for name, assignment in policies.assignments.items():
        if not assignment.enforce:
            yield Relaxation(("policies", "assignments", name, "enforce"), f"{assignment.policy} only reports")
    for name, exemption in policies.exemptions.items():
        where = f"{exemption.project}, {exemption.environment}"
        yield Relaxation(
            ("policies", "exemptions", name),
            f"{where} is exempt from {exemption.assignment} until {exemption.expires_on} ({exemption.ticket})",
        )
