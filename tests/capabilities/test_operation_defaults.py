"""Operation without `slos`, `alerts` and budgets, and the row of a preview that states it."""

from __future__ import annotations

from typing import Any

from amlz.capabilities.operations.catalogue import CATALOGUE
from amlz.capabilities.operations.defaults import summary_of_operations
from amlz.stackfile.load import from_object
from tests.capabilities.test_operations import BUDGET_OF, EXAMPLE, operated, operation
from tests.cli.in_process import amlz_here
from tests.core.stacks import at, planned, stack


def both(dev: dict[str, Any] | None = None, prod: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    """A stack with receivers, and one environment of each kind."""
    environments = {"dev": at("10.1.1.0/24", **(dev or {})), "prod": at("10.1.0.0/24", **(prod or {}))}
    return operated(**settings) | {"projects": {"churn": {"environments": environments}}}


def stated(stack_file: dict[str, Any]) -> str:
    """The row of a preview's summary."""
    ((label, text),) = summary_of_operations(from_object(stack_file))
    assert label == "operation"
    return text


def test_production_has_alerts_and_an_objective_and_dev_alerts_on_failed_runs_alone() -> None:
    """Without `slos`, `alerts` and budgets. Nobody is paged for dev."""
    spec = operation(planned(both()))
    catalogue = {name for name, row in CATALOGUE.items() if row.on != "firewall"}

    assert {alert.alert for alert in spec.metric_alerts if alert.owner == "churn/prod"} == catalogue
    assert [(alert.alert, alert.severity) for alert in spec.metric_alerts if alert.owner == "churn/dev"] == [
        ("failed-runs", 3)
    ]
    assert [(slo.owner, slo.indicator, slo.target) for slo in spec.slos] == [("churn/prod", "availability", 99.9)]
    assert {alert.owner for alert in spec.query_alerts} == {"shared", "churn/prod"}
    assert spec.budgets == ()


def test_the_default_objective_is_left_out_on_request_and_where_no_log_is_built() -> None:
    """`{}` is a choice. The owner of an existing log decides who queries it."""
    log = "/subscriptions/f1f1f1f1-1111-4222-8333-444455556666/resourceGroups/rg-log/providers/"
    log += "Microsoft.OperationalInsights/workspaces/log"
    existing = {"hub": {"addressSpace": "10.0.0.0/24", "logAnalytics": {"existing": log}}}

    assert operation(planned(both(prod={"slos": {}}))).slos == ()
    assert operation(planned(both() | existing)).slos == ()


def test_a_preview_states_each_default() -> None:
    """A key that is set is not a default."""
    assert stated(both()) == (
        "the alerts of the catalogue by default in churn/prod; failed-runs alone by default in churn/dev; "
        "the objective availability by default in churn/prod; "
        "no default for the amount of a budget, so none in churn/dev and churn/prod"
    )
    configured = {"slos": {}, "budget": BUDGET_OF, "alerts": {"failed-runs": {"severity": 1}}}
    assert stated(both(dev={"budget": BUDGET_OF}, prod=configured)) == "failed-runs alone by default in churn/dev"
    settings = {"dev": {"budget": BUDGET_OF}, "prod": {"budget": BUDGET_OF, "slos": {}}}
    assert stated(both(**settings, alerts={"quota-used": {"threshold": 80}})) == (
        "every alert, objective and budget is configured"
    )


def test_many_environments_are_counted() -> None:
    """The row stays short."""
    projects = {f"p{number}": {"environments": {"prod": at(f"10.1.{number}.0/24")}} for number in range(40)}

    assert stated(operated() | {"projects": projects}).startswith(
        "the alerts of the catalogue by default in 40 environments; the objective"
    )


def test_without_receivers_a_preview_states_that_nobody_is_notified() -> None:
    """No receiver can be guessed. A stack of a hub alone has no project to operate."""
    expected = "not configured, so there are no alerts and no budgets, and nobody is notified (operations)"

    assert stated(stack({"churn/prod": at("10.1.0.0/24")})) == expected
    assert list(summary_of_operations(from_object(stack({})))) == []


def test_text_markdown_and_html_have_the_row() -> None:
    """In one run."""
    for form in ("text", "markdown", "html"):
        ran = amlz_here("preview", str(EXAMPLE), "--format", form)
        shown = " ".join(ran.stdout.split())

        assert "failed-runs alone by default" in shown or "every alert, objective and budget is configured" in shown
