"""Metric alerts of the catalogue, and their runbooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from amlz.capabilities.operations.catalogue import CATALOGUE, TYPES
from amlz.core.specs.operations import MetricAlertSpec
from tests.capabilities.test_operations import EXAMPLE, GROUPS, OPERATIONS, bodies, operated, operation
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tests.core.stacks import LANDING_ZONE, at, messages_of, planned, stack
from tests.reports.test_previews import case


def alerts(stack_file: dict[str, Any]) -> dict[tuple[str, str], MetricAlertSpec]:
    """The metric alerts of a stack, by environment and name."""
    return {(alert.owner, alert.alert): alert for alert in operation(planned(stack_file)).metric_alerts}


def test_production_has_the_catalogue_and_other_environments_failed_runs_alone() -> None:
    """The firewall of the hub has its alerts once."""
    both = operated() | {
        "projects": {"churn": {"environments": {"dev": at("10.1.1.0/24"), "prod": at("10.1.0.0/24")}}},
    }
    built = alerts(both)

    assert [name for owner, name in built if owner == "churn/dev"] == ["failed-runs"]
    assert {name for owner, name in built if owner == "churn/prod"} | {"firewall-health", "firewall-snat"} == set(
        CATALOGUE
    )
    assert [name for owner, name in built if owner == "shared"] == ["firewall-health", "firewall-snat"]


def test_an_alert_has_the_settings_of_its_environment_then_those_of_the_landing_zone() -> None:
    """Severity 1 pages. One that is off is not built."""
    built = alerts(
        operated(
            {"alerts": {"failed-runs": {"severity": 1}}},
            alerts={"failed-runs": {"threshold": 5}, "quota-used": {"threshold": 80}, "idle-nodes": {"enabled": False}},
        )
    )
    failed, quota = built["churn/prod", "failed-runs"], built["churn/prod", "quota-used"]

    assert (failed.severity, failed.threshold, failed.action_group) == (
        1,
        0,
        f"{OPERATIONS}/actionGroups/ag-retail-page",
    )
    assert (quota.severity, quota.threshold, quota.action_group) == (
        3,
        80,
        f"{OPERATIONS}/actionGroups/ag-retail-ticket",
    )
    assert ("churn/prod", "idle-nodes") not in built


def test_nobody_is_paged_outside_of_production_by_default() -> None:
    """An alert that is turned on there is a ticket."""
    dev = at("10.1.1.0/24", alerts={"vault-availability": {"enabled": True}})
    built = alerts(operated() | {"projects": {"churn": {"environments": {"dev": dev}}}})

    assert built["churn/dev", "vault-availability"].severity == 3


def test_parts_that_exist_have_no_alerts_here() -> None:
    """Their owner decides."""
    vault = f"{GROUPS}/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-contoso"
    built = alerts(operated({"existing": {"keyVault": {"id": vault}}}))

    assert [name for _, name in built if name.startswith("vault")] == []


def test_bytes_of_private_endpoints_are_those_of_the_storage_account_in_both_directions() -> None:
    """The page does not state from which side it counts. Azure learns the threshold: no number fits every project."""
    built = {name: alert for (_, name), alert in alerts(operated()).items() if name.startswith("endpoint-bytes")}

    assert {name: (alert.metric, alert.threshold, alert.dimensions) for name, alert in built.items()} == {
        "endpoint-bytes-in": ("PEBytesIn", None, ()),
        "endpoint-bytes-out": ("PEBytesOut", None, ()),
    }
    (environment,) = planned(operated()).environments
    (blob,) = [endpoint.id for endpoint in environment.storage.endpoints if endpoint.group == "blob"]
    assert {alert.resource for alert in built.values()} == {blob}


def test_each_alert_is_for_one_resource() -> None:
    """Azure has no metric alert for several workspaces (trap 4)."""
    assert {len(alert["scopes"]) for alert in bodies("Microsoft.Insights/metricAlerts").values()} == {1}


#: Transcribed from https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics: workspaces with
#: spaces, other types without (trap 2).
METRICS = {
    "Microsoft.MachineLearningServices/workspaces": {
        "Failed Runs", "Model Deploy Failed", "Not Responding Runs", "Quota Utilization Percentage", "Unusable Nodes",
        "Idle Nodes", "Preempted Nodes",
    },
    "Microsoft.KeyVault/vaults": {"Availability", "SaturationShoebox", "ServiceApiLatency", "ServiceApiResult"},
    "Microsoft.Storage/storageAccounts": {"Availability"},
    "Microsoft.Network/privateEndpoints": {"PEBytesIn", "PEBytesOut"},
    "Microsoft.ContainerRegistry/registries": {"StorageUsed"},
    "Microsoft.Network/azureFirewalls": {"FirewallHealth", "SNATPortUtilization"},
}  # fmt: skip


def test_metrics_are_those_that_azure_lists() -> None:
    """A wrong name fails only at deployment."""
    used: dict[str, set[str]] = {}
    for row in CATALOGUE.values():
        used.setdefault(TYPES[row.on], set()).add(row.metric)

    assert used == METRICS


def test_a_pipeline_that_fails_counts_once() -> None:
    """Its steps, and reused runs, do not count (trap 17)."""
    assert CATALOGUE["failed-runs"].dimensions == (("RunType", ("Experiment", "PipelineRun")),)


def test_windows_and_frequencies_are_those_that_azure_takes() -> None:
    """A window is longer than the frequency. A gauge is never added up to a number of nodes (trap 10)."""
    minutes = {"PT1M": 1, "PT5M": 5, "PT15M": 15, "PT30M": 30, "PT1H": 60, "PT6H": 360, "PT12H": 720, "P1D": 1440}

    for name, row in CATALOGUE.items():
        assert row.frequency in {"PT1M", "PT5M", "PT15M", "PT30M", "PT1H"}, name
        assert minutes[row.window] > minutes[row.frequency], name
        assert not (row.metric.endswith("Nodes") and row.aggregation == "Total") or row.threshold == 0, name


def test_bodies_of_static_and_learned_thresholds_have_their_kinds_of_criteria() -> None:
    """A learned one is only taken by the kind for several resources, with their type and region."""
    built = case(ROOT / "examples" / "everything" / "Pulumi.everything.yaml").graph.of_type(
        "Microsoft.Insights/metricAlerts"
    )
    kinds = {
        (
            alert.body["properties"]["criteria"]["odata.type"].rsplit(".", 1)[-1],
            criterion["criterionType"],
            "threshold" in criterion,
            "targetResourceType" in alert.body["properties"],
        )
        for alert in built
        for criterion in alert.body["properties"]["criteria"]["allOf"]
    }

    assert kinds == {
        ("SingleResourceMultipleMetricCriteria", "StaticThresholdCriterion", True, False),
        ("MultipleResourceMultipleMetricCriteria", "DynamicThresholdCriterion", False, True),
    }


@pytest.mark.parametrize(
    ("stack_file", "begins"),
    [
        (
            operated(alerts={"vault-results": {"threshold": 3}}),
            "operations.alerts.vault-results.threshold\n  Azure learns the threshold",
        ),
        (
            operated({"alerts": {"firewall-snat": {"severity": 3}}}),
            "projects.churn.environments.prod.alerts.firewall-snat\n  No environment has a firewall",
        ),
        (
            stack({"churn/prod": at("10.1.0.0/24", alerts={"failed-runs": {"severity": 1}})}),
            "projects.churn.environments.prod.alerts\n  Alerts notify",
        ),
    ],
)
def test_settings_of_alerts_that_have_no_effect_are_reported(stack_file: dict[str, Any], begins: str) -> None:
    """At their key, with a remedy."""
    (problem,) = messages_of(stack_file)

    assert problem.startswith(begins)


def test_each_alert_is_in_the_reference_with_its_threshold() -> None:
    """The page and the catalogue agree."""
    page = (ROOT / "docs" / "reference" / "alerts.md").read_text(encoding="utf-8")

    for name, row in CATALOGUE.items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert f"`{row.metric}`" in line
        assert ("learned by Azure" if row.threshold is None else f" {row.threshold:,.15g} |") in line
        assert f"| {row.severity} |" in line


def test_a_runbook_has_commands_with_the_names_of_the_stack() -> None:
    """As text and as JSON."""
    text = amlz_here("runbook", str(EXAMPLE), "quota-used")
    parsed = json.loads(amlz_here("runbook", str(EXAMPLE), "failed-runs", "--format", "json").stdout)

    assert (text.returncode, text.stdout.splitlines()) == (
        0,
        [
            "quota-used  churn/prod: mlw-retail-churn-prod-alss6",
            "  A family of machine sizes has used most of its quota. Fires when Quota Utilization Percentage, "
            "average of PT5M, is more than 80.",
            "  Severity 3, notifies ag-retail-ticket.",
            "  Look",
            "    az ml compute list-usage --workspace-name mlw-retail-churn-prod-alss6 --resource-group "
            f"rg-retail-churn-prod-westeurope --subscription {LANDING_ZONE}",
            "  Act",
            "    1. Scale clusters down, or request more quota.",
        ],
    )
    assert [(row["environment"], row["severity"]) for row in parsed] == [("churn/dev", 3), ("churn/prod", 1)]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("runbook", str(EXAMPLE), "failed-run"), "has no alert 'failed-run'.\n  Name one of: failed-runs"),
        (("runbook", "examples/minimal/Pulumi.minimal.yaml"), "has no alerts.\n  Set `operations`"),
        (("runbook", "examples/nowhere/Pulumi.nowhere.yaml"), "Pulumi.nowhere.yaml"),
    ],
)
def test_a_runbook_that_there_is_not_is_an_error_of_input(words: tuple[str, ...], error: str) -> None:
    """Exit code 2, with the names that there are."""
    answer = amlz_here(*words)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert error in answer.stderr
