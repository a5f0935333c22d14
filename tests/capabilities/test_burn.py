"""Burn rates of error budgets, and the alerts on them."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from amlz.capabilities.operations.burn import WINDOWS, budget_minutes, burn, can_fire, factor, fires
from amlz.capabilities.operations.slo_config import SloConfig
from amlz.capabilities.operations.slos import budget_of
from amlz.core.specs.operations import SloSpec
from tests.capabilities.test_operations import operated, operation
from tests.core.stacks import at, messages_of, planned, stack

#: Minutes by window, as Azure takes them for log search alerts:
#: https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/monitor_scheduled_query_rules_alert_v2
SIZES = {"PT1M": 1, "PT5M": 5, "PT10M": 10, "PT15M": 15, "PT30M": 30, "PT45M": 45, "PT1H": 60, "PT2H": 120, "PT3H": 180,
         "PT4H": 240, "PT5H": 300, "PT6H": 360, "P1D": 1440, "P2D": 2880}  # fmt: skip
DAYS = st.sampled_from((28, 30))
BUDGETS = st.floats(min_value=0.0001, max_value=0.5)


@given(days=DAYS, budget=BUDGETS, total=st.integers(min_value=1, max_value=10**6))
def test_a_service_that_burns_exactly_its_budget_never_fires(days: int, budget: float, total: int) -> None:
    """Nor does one that burns less: bad events are at most the allowed part of all."""
    rate = burn(int(budget * total), total, budget)

    assert rate <= 1.0000001
    assert not any(fires(window, days, min(rate, 1.0), min(rate, 1.0)) for window in WINDOWS)


@given(days=DAYS, number=st.sampled_from(range(len(WINDOWS))), more=st.floats(min_value=1.001, max_value=10))
def test_the_part_of_the_budget_within_the_long_window_fires(days: int, number: int, more: float) -> None:
    """2 % in an hour, 5 % in six: spent evenly, both windows burn as fast."""
    pair = WINDOWS[number]
    minutes = budget_minutes(0.001, days)
    spent = pair.spent / 100 * minutes * more  # minutes of total failure within the long window
    rate = spent / pair.long / 0.001

    assert fires(pair, days, rate, rate)


@given(days=DAYS, window=st.sampled_from(range(len(WINDOWS))), rate=st.floats(min_value=0, max_value=1000))
def test_an_error_that_is_over_fires_nothing(days: int, window: int, rate: float) -> None:
    """The short window is quiet again."""
    assert not fires(WINDOWS[window], days, rate, 0)


@given(days=DAYS, budget=st.floats(min_value=0.0001, max_value=0.9999), window=st.sampled_from(range(len(WINDOWS))))
def test_an_alert_that_cannot_fire_is_known(days: int, budget: float, window: int) -> None:
    """A service that always fails burns 1 / budget, and no service burns more."""
    pair, most = WINDOWS[window], burn(100, 100, budget)
    assume(abs(most - factor(pair, days)) > 0.001)

    assert can_fire(pair, days, budget) == fires(pair, days, most, most)


def test_factors_are_those_of_the_workbook() -> None:
    """14.4, 6 and 3 at 30 days; those of 28 days are smaller (trap 9)."""
    assert [round(factor(window, 30), 4) for window in WINDOWS] == [14.4, 6, 3, 1.5]
    assert [round(factor(window, 28), 4) for window in WINDOWS] == [13.44, 5.6, 2.8, 1.4]


def test_no_alert_has_a_window_that_azure_refuses() -> None:
    """Two days at most; a frequency that is no longer than the window; short windows that rows reach (trap 8)."""
    for window in WINDOWS:
        assert SIZES[window.window] == window.long <= 2880
        assert 1 < SIZES[window.frequency] <= window.short < window.long
        assert window.short >= 15


def slos(**settings: object) -> tuple[SloSpec, ...]:
    """The objectives of a production environment."""
    return operation(planned(operated({"slos": settings}))).slos


def test_an_objective_has_its_starting_target_and_budget() -> None:
    """99.9 % of 30 days are 43.2 minutes."""
    (slo,) = slos(answers={"indicator": "availability"})

    assert (slo.owner, slo.target, slo.days, slo.budget_minutes, slo.why_not) == ("churn/prod", 99.9, 30, 43.2, None)
    assert [(alert.window, alert.name, alert.factor) for alert in slo.alerts] == [
        ("fast", "lsa-retail-churn-prod-slo-answers-fast", 14.4),
        ("slow", "lsa-retail-churn-prod-slo-answers-slow", 6),
        ("day", "lsa-retail-churn-prod-slo-answers-day", 3),
        ("two-days", "lsa-retail-churn-prod-slo-answers-two-days", 1.5),
    ]


def test_an_alert_that_could_never_fire_is_not_built() -> None:
    """At 90 %, a service that always fails burns 10 times its budget: less than 14.4."""
    plan = operation(planned(operated({"slos": {"jobs": {"indicator": "job-success", "target": 90}}})))
    built = {alert.name for alert in plan.query_alerts if alert.alert == "slo-job-success"}

    assert {alert.window: alert.name in built for alert in plan.slos[0].alerts} == {
        "fast": False, "slow": True, "day": True, "two-days": True,
    }  # fmt: skip
    assert plan.slos[0].alerts[0].why_not == "a service that always fails burns 10 times the budget at most"


@pytest.mark.parametrize("indicator", ["data-freshness", "drift", "recovery-time"])
def test_an_indicator_that_no_table_has_is_named_with_the_reason(indicator: str) -> None:
    """It gets no alert."""
    plan = operation(planned(operated({"slos": {"one": {"indicator": indicator}}})))

    assert plan.slos[0].why_not
    assert plan.slos[0].alerts == ()
    assert not [alert for alert in plan.query_alerts if alert.key.startswith("churn-prod-slo")]


def test_nobody_is_paged_by_an_objective_outside_of_production() -> None:
    """Its alerts are tickets; in production, fast ones page."""
    both = {"dev": at("10.1.1.0/24"), "prod": at("10.1.0.0/24")}
    for environment in both.values():
        environment["slos"] = {"answers": {"indicator": "availability"}}
    plan = operation(planned(operated() | {"projects": {"churn": {"environments": both}}}))
    severities = {alert.key: alert.severity for alert in plan.query_alerts if alert.alert == "slo-availability"}

    assert set(severities.values()) == {1, 3}
    assert {key for key, severity in severities.items() if severity == 1} == {
        "churn-prod-slo-answers-fast", "churn-prod-slo-answers-slow",
    }  # fmt: skip


def test_objectives_on_a_log_that_exists_have_no_alerts_and_the_reason() -> None:
    """Its owner decides who reads it: no identity of ours does (trap 20)."""
    group = "/subscriptions/f1f1f1f1-1111-4222-8333-444455556666/resourceGroups/rg-log"
    log = f"{group}/providers/Microsoft.OperationalInsights/workspaces/log"
    hub = {"addressSpace": "10.0.0.0/24", "logAnalytics": {"existing": log}}
    plan = operation(planned(operated({"slos": {"answers": {"indicator": "availability"}}}) | {"hub": hub}))

    assert (plan.query_alerts, plan.identity) == ((), None)
    assert plan.slos[0].why_not == "the central log is not built here, so no identity of operation reads it"


HERE = "projects.churn.environments.prod.slos.a"
WRONG = {
    "a limit without a meaning": (
        {"a": {"indicator": "availability", "limit": 3}}, f"{HERE}.limit\n  availability has no limit"
    ),
    "a limit that is missing": (
        {"a": {"indicator": "pipeline-duration"}}, f"{HERE}\n  pipeline-duration has no limit"
    ),
    "an endpoint of runs": (
        {"a": {"indicator": "job-success", "endpoint": "churn-online"}},
        f"{HERE}.endpoint\n  job-success is not",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "begins"), WRONG.values(), ids=WRONG)
def test_a_setting_that_an_indicator_has_not_is_reported(settings: dict[str, object], begins: str) -> None:
    """At its key."""
    (problem,) = messages_of(operated({"slos": settings}))

    assert problem.startswith(begins)


def test_objectives_need_receivers() -> None:
    """Nobody would be notified."""
    (problem,) = messages_of(stack({"churn/prod": at("10.1.0.0/24", slos={"a": {"indicator": "availability"}})}))

    assert problem.startswith("projects.churn.environments.prod.slos\n  Objectives notify the receivers")


def test_a_budget_is_exact() -> None:
    """99.9 % leave 0.001, not 0.0010000000000000009."""
    assert budget_of(SloConfig(indicator="availability")) == 0.001
