"""Stacks for tests of the planner: as plain data, like a stack file, and planned."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from amlz.core.addresses import AddressPlan, plan_addresses
from amlz.core.names import NameBook
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.planning.context import Context
from amlz.core.problems import StackFileError
from amlz.core.specs import LogAnalyticsSpec
from amlz.stackfile.load import from_object

Stack = dict[str, Any]
Part = TypeVar("Part")

FACTS = Path(__file__).parents[1] / "cases" / "facts"

LANDING_ZONE = "c0c0c0c0-1111-4222-8333-444455556666"
HUB = "b0b0b0b0-1111-4222-8333-444455556666"

#: People, by kind: one Entra group each, and one service principal.
PEOPLE = {
    "platformTeam": ["11111111-aaaa-4bbb-8ccc-000000000001"],
    "dataScientists": ["11111111-aaaa-4bbb-8ccc-000000000002"],
    "mlEngineers": ["11111111-aaaa-4bbb-8ccc-000000000003"],
    "computeOperators": ["11111111-aaaa-4bbb-8ccc-000000000004"],
    "readers": ["11111111-aaaa-4bbb-8ccc-000000000005"],
    "pipelines": ["22222222-aaaa-4bbb-8ccc-000000000001"],
}


def facts(name: str) -> Any:
    """A case file of facts, written by value from the published pages that it names."""
    return json.loads((FACTS / f"{name}.json").read_text(encoding="utf-8"))


def stack(environments: Stack | None = None, **settings: Any) -> Stack:
    """A stack of one spoke. `environments`: by `<project>/<environment>`; `settings` replace top-level keys."""
    projects: Stack = {}
    for owner, environment in ({"churn/dev": at("10.1.0.0/24")} if environments is None else environments).items():
        project, name = owner.split("/")
        projects.setdefault(project, {"environments": {}})["environments"][name] = environment
    base = {
        "schemaVersion": 1,
        "organisation": "Contoso",
        "businessUnit": "retail",
        "tenantId": "0f0e0d0c-1111-4222-8333-444455556666",
        "location": "westeurope",
        "subscriptions": {"landingZone": LANDING_ZONE},
        "hub": {"addressSpace": "10.0.0.0/24"},
        "spokes": {"main": {"addressSpace": ["10.1.0.0/16"]}},
        "projects": projects,
    }
    return deepcopy(base | settings)


def at(network: str | None, **settings: Any) -> Stack:
    """An environment in a range."""
    return ({"network": network} if network else {}) | settings


def cluster(nodes: int, **settings: Any) -> Stack:
    """A cluster of this many nodes."""
    return {"size": "Standard_D4s_v5", "maxNodes": nodes, **settings}


def planned(settings: Stack) -> LandingZonePlan:
    """The plan of a stack."""
    return make_plan(from_object(settings))


def built(part: Part | None) -> Part:
    """Returns a part of a plan that this stack has."""
    assert part is not None
    return part


def log_of(plan: LandingZonePlan) -> LogAnalyticsSpec:
    """Returns the central log that this stack builds."""
    log = built(plan.hub).log_analytics
    assert isinstance(log, LogAnalyticsSpec)
    return log


def addresses(settings: Stack) -> AddressPlan:
    """The address plan of a stack without problems."""
    plan, problems = plan_addresses(from_object(settings))
    assert problems == ()
    return plan


def context(settings: Stack) -> Context:
    """Input of the parts of planning."""
    return Context(from_object(settings), addresses(settings), NameBook())


def messages_of(settings: Stack) -> list[str]:
    """Every problem of a stack, as a person reads it."""
    try:
        planned(settings)
    except StackFileError as error:
        return [str(problem) for problem in error.problems]
    return []


def hub_part(plan: LandingZonePlan, capability: str) -> Any:
    """The spec of what a capability builds in the hub."""
    assert plan.hub is not None
    return next(part.part.spec for part in plan.hub.capabilities if part.capability == capability)
