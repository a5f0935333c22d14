"""Operation without the keys `slos`, `alerts` and `budget`, and how a preview states it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from amlz.capabilities.operations.config import BudgetConfig, OperationsConfig, alerts_of
from amlz.capabilities.operations.slo_config import SloConfig, slos_of
from amlz.core.addresses import environments
from amlz.core.capability import setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.problems import listed
from amlz.core.words import plural

#: The objective of production: its failing jobs have an alert of the catalogue.
_OBJECTIVES: Mapping[str, SloConfig] = {"availability": SloConfig(indicator="availability")}
#: More environments than these are counted, not named.
_FEW = 3


def log_is_built(config: LandingZoneConfig) -> bool:
    """Returns whether the central log is built here; the owner of another one decides who reads it."""
    return config.hub.elsewhere is None and config.hub.log_analytics.existing is None


def objectives_of(config: LandingZoneConfig, name: str, environment: EnvironmentConfig) -> Mapping[str, SloConfig]:
    """Returns the objectives of an environment. `name`: of the environment."""
    configured = slos_of(environment)
    if configured is not None:
        return configured
    return _OBJECTIVES if environment.is_production(name) and log_is_built(config) else {}


def summary_of_operations(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns a row of the preview's summary: what is built by default, and what is not."""
    settings = setting(config, "operations", OperationsConfig)
    if settings is not None:
        yield "operation", "; ".join(_stated(config, settings)) or "every alert, objective and budget is configured"
    elif config.projects:
        yield "operation", "not configured, so there are no alerts and no budgets, and nobody is notified (operations)"


def _stated(config: LandingZoneConfig, settings: OperationsConfig) -> Iterator[str]:
    production: list[str] = []
    others: list[str] = []
    objectives: list[str] = []
    without_budget: list[str] = []
    for project, name, environment in environments(config):
        owner = f"{project}/{name}"
        if not (settings.alerts or alerts_of(environment)):
            (production if environment.is_production(name) else others).append(owner)
        if slos_of(environment) is None and objectives_of(config, name, environment):
            objectives.append(owner)
        if setting(environment, "budget", BudgetConfig) is None:
            without_budget.append(owner)
    for owners, text in (
        (production, "the alerts of the catalogue by default in"),
        (others, "failed-runs alone by default in"),
        (objectives, f"the objective {listed(_OBJECTIVES)} by default in"),
        (without_budget, "no default for the amount of a budget, so none in"),
    ):
        if owners:
            yield f"{text} {_named(owners)}"


def _named(owners: Iterable[str]) -> str:
    names = list(owners)
    return listed(names) if len(names) <= _FEW else plural(len(names), "environment")
