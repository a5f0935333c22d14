"""Traps of operation that no other test covers. The others name their trap: `grep -r "(trap" tests`."""

from __future__ import annotations

import re

import pytest

from amlz.capabilities.operations.catalogue import CATALOGUE
from amlz.capabilities.operations.indicators import QUERIES
from tests.capabilities.test_operations import bodies, graph, operated, operation
from tests.conftest import ROOT
from tests.core.stacks import at, planned
from tests.reports.test_previews import case

#: Columns whose values are text, by https://learn.microsoft.com/azure/azure-monitor/reference/tables.
NUMBERS_AS_TEXT = ("QuotaUtilized", "QuotaAllocated", "PreemptedNodeCount", "DurationMs", "Utilization")

#: Transcribed from https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/
#: microsoft-machinelearningservices-workspaces-logs (2026-07), without those of reads and AmlComputeClusterNodeEvent.
CHANGES = {
    "AmlComputeClusterEvent", "AmlComputeCpuGpuUtilization", "AmlComputeJobEvent", "AmlRunStatusChangedEvent",
    "ComputeInstanceEvent", "DataLabelChangeEvent", "DataSetChangeEvent", "DataStoreChangeEvent", "DeploymentEventACI",
    "DeploymentEventAKS", "EnvironmentChangeEvent", "InferencingOperationACI", "InferencingOperationAKS",
    "ModelsActionEvent", "ModelsChangeEvent", "PipelineChangeEvent", "RunEvent",
}  # fmt: skip


def queries() -> dict[str, str]:
    """Every query file by its name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in QUERIES.glob("*.kql")}


def test_no_query_has_a_metric_that_is_not_exported_and_each_rule_accepts_a_missing_table() -> None:
    """Counts of requests are in no log, and a table is unknown until its first row (trap 5)."""
    rules = bodies("Microsoft.Insights/scheduledQueryRules")

    assert [name for name, text in queries().items() if "RequestsPerMinute" in text] == []
    assert rules
    assert {body["skipQueryValidation"] for body in rules.values()} == {True}


def test_no_query_looks_back_by_a_variable() -> None:
    """Azure takes literals alone in `ago()` (trap 6)."""
    rules = operation(planned(operated())).query_alerts
    looks = [text for rule in rules for text in re.findall(r"ago\(([^)]*)\)", rule.query)]

    assert looks
    assert [text for text in looks if not re.fullmatch(r"\d+[mhd]", text)] == []


def test_a_percentile_is_never_averaged() -> None:
    """The mean of P95 by minute is no P95 (trap 10): queries take percentiles of requests."""
    assert [name for name, row in CATALOGUE.items() if re.search(r"_P\d+$", row.metric)] == []
    assert [name for name, text in queries().items() if re.search(r"avg\((p\d|percentile)", text)] == []


@pytest.mark.parametrize("stack", ["operate", "kubernetes"])
def test_no_dashboard_is_a_resource(stack: str) -> None:
    """Workbooks are: no lenses (trap 12), and no type of which two preview versions differ (trap 13)."""
    types = {resource.arm_type for resource in case(ROOT / "examples" / stack / f"Pulumi.{stack}.yaml").graph}

    assert {kind for kind in types if kind.startswith(("Microsoft.Portal/", "Microsoft.Dashboard/"))} <= {
        "Microsoft.Dashboard/grafana", "Microsoft.Dashboard/grafana/managedPrivateEndpoints",
    }  # fmt: skip


def test_the_library_of_grafana_is_pinned_with_its_epoch_and_the_program_does_not_need_it() -> None:
    """Without the epoch, pip takes the line of another Grafana (trap 14)."""
    locks = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.lock")}

    assert [name for name, text in locks.items() if "grafana" in text] == ["requirements-grafana.lock"]
    assert "grafana-foundation-sdk==1769699379!11.6.0 " in locks["requirements-grafana.lock"]


def test_the_daily_cap_is_off_by_default_and_stated_as_no_cost_control() -> None:
    """Collection stops at the cap, and alerts see nothing (trap 16): it has an alert where it is set."""
    page = (ROOT / "docs" / "how-to" / "operate.md").read_text(encoding="utf-8")

    assert "daily-cap" not in {rule.key for rule in operation(planned(operated())).query_alerts}
    assert "Do not use the cap to control cost" in page


def test_numbers_that_are_text_are_converted_before_they_are_compared() -> None:
    """`"9" > "10"` as text (trap 18). Lists of columns need no conversion."""
    wrong = []
    for name, text in queries().items():
        for column in NUMBERS_AS_TEXT:
            for line in text.splitlines():
                used = re.findall(rf"(\w+\()?\b{column}\b\s*([<>=/*+-]*)", line)
                wrong += [(name, line) for before, after in used if after and before not in ("toint(", "todouble(")]

    assert wrong == []


def test_outside_of_production_a_workspace_sends_neither_events_of_reads_nor_a_retired_category() -> None:
    """`allLogs` of many workspaces has both (trap 21). Reads show who used the data and models of production."""
    sent = {
        resource.id.split("/resourceGroups/")[1].split("/")[0]: resource.properties["logs"]
        for resource in graph().of_type("Microsoft.Insights/diagnosticSettings")
        if "/Microsoft.MachineLearningServices/workspaces/" in resource.id
    }
    production, other = sent.pop("rg-retail-churn-prod-westeurope"), sent.pop("rg-retail-churn-dev-westeurope")

    assert sent == {}
    assert production == [{"categoryGroup": "allLogs", "enabled": True}]
    assert {row["category"] for row in other} == CHANGES


def test_a_workspace_sends_all_categories_to_a_log_that_exists() -> None:
    """Policies of its owner often require `allLogs`, and would write a second setting otherwise."""
    log = "/subscriptions/f1f1f1f1-1111-4222-8333-444455556666/resourceGroups/rg-log/providers/"
    log += "Microsoft.OperationalInsights/workspaces/log"
    existing = {"hub": {"addressSpace": "10.0.0.0/24", "logAnalytics": {"existing": log}}}
    dev = {"projects": {"churn": {"environments": {"dev": at("10.1.0.0/24")}}}}
    (environment,) = planned(operated() | existing | dev).environments

    assert (environment.workspace.diagnostics.logs, environment.workspace.diagnostics.categories) == (True, ())
