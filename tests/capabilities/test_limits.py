"""Limits of Azure Monitor, counted at 100 environments."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.limits.exceeded import find
from amlz.core.specs.operations import OperationsSpec
from tests.capabilities.test_operations import operated, operation
from tests.core.stacks import LANDING_ZONE, at, planned


def hundred(objectives: int) -> OperationsSpec:
    """The operation of 100 environments of production, each with this many objectives."""
    slos = {f"o{number}": {"indicator": "availability"} for number in range(objectives)}
    projects: dict[str, Any] = {
        f"p{number}": {"environments": {"prod": at(f"10.{1 + number // 250}.{number % 250}.0/24", slos=slos)}}
        for number in range(100)
    }
    return operation(planned(operated() | {"projects": projects}))


def findings(count: int, kind: str = "Microsoft.Insights/scheduledQueryRules") -> list[str]:
    """Findings on this many alerts."""
    group = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-retail-operations-westeurope"
    rules = tuple(
        Resource(
            urn=f"urn:{number}", token="", arm_type=kind, api_version="", id=f"{group}/providers/{kind}/{number}",
            name=str(number), location="westeurope", subscription=LANDING_ZONE,
            resource_group="rg-retail-operations-westeurope", body={"properties": {}},
        )
        for number in range(count)
    )  # fmt: skip
    return [f"{finding.severity.value}: {finding.message}" for finding in find(ResourceGraph(rules))]


def test_two_objectives_of_a_hundred_environments_fit_and_three_do_not() -> None:
    """Four alerts an objective, and four of the catalogue: 804 and 1,204. Azure takes 1,000 on one log."""
    two, three = hundred(2), hundred(3)

    assert (len(two.query_alerts), len(three.query_alerts)) == (804, 1204)
    assert findings(len(two.query_alerts)) == []
    (error,) = findings(len(three.query_alerts))
    assert error.startswith("error: ")
    assert "1,204 log search alerts" in error
    assert "Azure takes 1,000 in one central log" in error


def test_metric_alerts_action_groups_and_rules_of_a_hundred_environments_fit() -> None:
    """1,500 of 5,000 metric alerts and the two of the firewall; two action groups for all."""
    spec = hundred(0)

    assert (len(spec.metric_alerts), len(spec.action_groups), len(spec.activity_alerts)) == (1502, 2, 4)


@pytest.mark.parametrize(
    ("kind", "most", "says"),
    [
        ("metricAlerts", 5000, "5,001 metric alerts"),
        ("activityLogAlerts", 100, "101 activity log alerts"),
        ("scheduledQueryRules", 1000, "1,001 log search alerts"),
        ("actionGroups", 2000, "2,001 action groups"),
    ],
)
def test_more_alerts_than_azure_takes_are_an_error_with_both_numbers(kind: str, most: int, says: str) -> None:
    """The last one that fits is a warning."""
    fits, exceeds = findings(most, f"Microsoft.Insights/{kind}"), findings(most + 1, f"Microsoft.Insights/{kind}")

    assert [finding for finding in fits if finding.startswith("error")] == []
    assert any(error.startswith("error") and says in error and f"Azure takes {most:,}" in error for error in exceeds)


def test_defaults_of_a_hundred_environments_fit() -> None:
    """Without `slos` each has the objective of availability: 404 log search alerts of 1,000."""
    projects = {f"p{number}": {"environments": {"prod": at(f"10.1.{number}.0/24")}} for number in range(100)}
    spec = operation(planned(operated() | {"projects": projects}))

    assert (len(spec.query_alerts), len(spec.slos), len(spec.action_groups)) == (404, 100, 2)
