"""What `amlz check` answers when a stack file is right."""

from __future__ import annotations

from landingzone.config import LandingZoneConfig
from landingzone.plan import LandingZonePlan
from landingzone.problems import dotted
from landingzone.relaxations import relaxations
from reports import addresses
from reports.json_text import dump
from reports.words import plural


def as_text(stack: str, config: LandingZoneConfig, plan: LandingZonePlan) -> str:
    """One line, and one for each choice that is less secure than the default."""
    spokes, environments = plural(len(plan.spokes), "spoke"), plural(len(plan.environments), "project environment")
    lines = [f"{stack}: right. {spokes}, {environments}."]
    lines += [f"  {dotted(r.path)}: {r.gives_up}" for r in relaxations(config)]
    return "\n".join(lines) + "\n"


def as_json(stack: str, config: LandingZoneConfig, plan: LandingZonePlan) -> str:
    """The same for programs."""
    chosen = [{"path": dotted(r.path), "givesUp": r.gives_up} for r in relaxations(config)]
    return dump(
        {"schemaVersion": 1, "stack": stack, "relaxations": chosen, "addresses": addresses.records(plan.addresses)}
    )
