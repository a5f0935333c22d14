"""Queries of alerts, objectives and workbooks, run by DuckDB on tables of samples; untested on Azure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import duckdb
import duckdb_kql
import pytest

from amlz.capabilities.operations.indicators import INDICATORS
from amlz.capabilities.operations.log_catalogue import LOG_CATALOGUE
from amlz.core.facts.failures import FAILURES
from amlz.core.specs.operations import OperationsSpec, QueryAlertSpec
from amlz.reports.runbook import alerts_of_plan
from tests.capabilities.test_operations import operated, operation
from tests.capabilities.test_prometheus_alerts import AKS
from tests.core.stacks import planned

NOW = datetime.fromisoformat("2027-01-31T12:00")
_TEXT, _TIME, _INT, _REAL = "varchar", "timestamp", "integer", "double"
#: Columns by table, as https://learn.microsoft.com/azure/azure-monitor/reference/tables/ lists them, as far as used.
TABLES: dict[str, dict[str, str]] = {
    "AmlOnlineEndpointTrafficLog": {
        "TimeGenerated": _TIME, "_ResourceId": _TEXT, "EndpointName": _TEXT, "DeploymentName": _TEXT,
        "ResponseCode": _INT, "TotalDurationMs": _INT, "RequestDurationMs": _INT, "ResponseDurationMs": _INT,
        "RequestThrottlingDelayMs": _INT,
    },
    "AmlRunStatusChangedEvent": {
        "TimeGenerated": _TIME, "_ResourceId": _TEXT, "RunId": _TEXT, "RootRunId": _TEXT, "Status": _TEXT,
        "WorkspaceName": _TEXT,
    },
    "AmlOnlineEndpointEventLog": {"TimeGenerated": _TIME, "_ResourceId": _TEXT, "DeploymentName": _TEXT, "Name": _TEXT},
    "AmlOnlineEndpointConsoleLog": {
        "TimeGenerated": _TIME, "_ResourceId": _TEXT, "DeploymentName": _TEXT, "InstanceId": _TEXT, "Message": _TEXT,
    },
    "AmlComputeJobEvent": {
        "TimeGenerated": _TIME, "_ResourceId": _TEXT, "WorkspaceName": _TEXT, "ClusterName": _TEXT,
        "ExperimentName": _TEXT, "JobName": _TEXT, "EventType": _TEXT, "JobErrorMessage": _TEXT,
    },
    "AmlComputeClusterEvent": {
        "TimeGenerated": _TIME, "_ResourceId": _TEXT, "ClusterName": _TEXT, "VmFamilyName": _TEXT,
        "VmPriority": _TEXT, "CurrentNodeCount": _INT, "TargetNodeCount": _INT, "IdleNodeCount": _INT,
        "UnusableNodeCount": _INT, "MaximumNodeCount": _INT, "QuotaUtilized": _TEXT, "QuotaAllocated": _TEXT,
    },
    "AzureMetrics": {"TimeGenerated": _TIME, "_ResourceId": _TEXT, "MetricName": _TEXT, "Total": _REAL},
    "AZFWApplicationRule": {"TimeGenerated": _TIME, "SourceIp": _TEXT, "Fqdn": _TEXT, "Action": _TEXT},
    "AZFWNetworkRule": {"TimeGenerated": _TIME, "SourceIp": _TEXT, "DestinationIp": _TEXT, "Action": _TEXT},
    "AZKVAuditLogs": {"TimeGenerated": _TIME, "OperationName": _TEXT, "HttpStatusCode": _INT},
    "ContainerLogV2": {
        "TimeGenerated": _TIME, "_ResourceId": _TEXT, "PodNamespace": _TEXT, "PodName": _TEXT, "ContainerName": _TEXT,
        "LogMessage": _TEXT,
    },
    "KubeEvents": {
        "TimeGenerated": _TIME, "_ResourceId": _TEXT, "KubeEventType": _TEXT, "Namespace": _TEXT, "Name": _TEXT,
        "Reason": _TEXT, "Message": _TEXT,
    },
    "KubePodInventory": {
        "TimeGenerated": _TIME, "_ResourceId": _TEXT, "Namespace": _TEXT, "Name": _TEXT, "ContainerName": _TEXT,
        "PodStatus": _TEXT, "ContainerStatusReason": _TEXT,
    },
    "KubeNodeInventory": {"TimeGenerated": _TIME, "_ResourceId": _TEXT, "Computer": _TEXT, "Status": _TEXT},
    "Usage": {"TimeGenerated": _TIME, "DataType": _TEXT, "Quantity": _REAL},
    "_LogOperation": {"TimeGenerated": _TIME, "Category": _TEXT, "Detail": _TEXT},
}  # fmt: skip
SLOS = {
    "availability": {"indicator": "availability", "minimum": 1},
    "error-rate": {"indicator": "error-rate", "minimum": 1},
    "latency": {"indicator": "latency", "minimum": 1},
    "schema": {"indicator": "schema-validity", "minimum": 1},
    "jobs": {"indicator": "job-success", "minimum": 1},
    "pipelines": {"indicator": "pipeline-duration", "limit": 60, "minimum": 1},
    "queue": {"indicator": "queue-time", "minimum": 1},
    "rollout": {"indicator": "rollout-success", "minimum": 1},
}


@cache
def planned_here() -> OperationsSpec:
    """The operation of a stack with an objective of each indicator that is measured."""
    return operation(
        planned(operated({"slos": SLOS}) | {"hub": {"addressSpace": "10.0.0.0/24", "logAnalytics": {"dailyCapGb": 5}}})
    )


@cache
def rules() -> dict[str, QueryAlertSpec]:
    """Its log search alerts, by key."""
    return {alert.key.removeprefix("churn-prod-"): alert for alert in planned_here().query_alerts}


def workspace() -> str:
    """The id of the workspace, in lower case as in the log."""
    (resource,) = set(re.findall(r'_ResourceId =~ "([^"]+)"', rules()["slo-jobs-slow"].query))
    return str(resource).lower()


def tables_of_samples() -> duckdb.DuckDBPyConnection:
    """Every table of TABLES, empty."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for name, columns in TABLES.items():
        described = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        connection.execute(f'create table "{name}" ({described})')
    return connection


@cache
def as_sql(query: str) -> str:
    """A query in the language of DuckDB: parsing one takes longer than running it."""
    schema = {name: list(columns) for name, columns in TABLES.items()}
    return str(duckdb_kql.to_sql(query, schema=schema, query_now=NOW))


def answered(query: str, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A query over tables. Raises duckdb.Error for a table or a column that is not in TABLES."""
    sql = as_sql(query)
    return connection.execute(sql, {"kqlnow": NOW} if "$kqlnow" in sql else None)


def columns_of(query: str) -> set[str]:
    """The columns of a query's answer."""
    return {column[0] for column in answered(query, tables_of_samples()).description}


def ran(query: str, **tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a query over rows of tables. A time is minutes before now."""
    connection = tables_of_samples()
    for name, rows in tables.items():
        for row in rows:
            values = row | {"TimeGenerated": NOW - timedelta(minutes=row["TimeGenerated"])}
            names = ", ".join(f'"{column}"' for column in values)
            marks = ", ".join("?" * len(values))
            connection.execute(f'insert into "{name}" ({names}) values ({marks})', list(values.values()))
    answer = answered(query, connection)
    titles = [column[0] for column in answer.description]
    return [dict(zip(titles, row, strict=True)) for row in answer.fetchall()]


def request(minutes: float, code: int = 200, took: int = 10, deployment: str = "blue") -> dict[str, Any]:
    """A request to an endpoint."""
    return {
        "TimeGenerated": minutes, "_ResourceId": f"{workspace()}/onlineendpoints/churn", "EndpointName": "churn",
        "DeploymentName": deployment, "ResponseCode": code, "TotalDurationMs": took,
    }  # fmt: skip


def run(run_id: str, status: str, minutes: float, root: str = "") -> dict[str, Any]:
    """A change of the status of a run."""
    return {
        "TimeGenerated": minutes, "_ResourceId": workspace(), "RunId": run_id, "RootRunId": root or run_id,
        "Status": status, "WorkspaceName": "mlw",
    }  # fmt: skip


def spending(rule: str, **tables: list[dict[str, Any]]) -> list[float]:
    """How fast an alert's budget is spent, in units of its factor: above 1 it fires."""
    return [round(row["spending"], 4) for row in ran(rules()[rule].query, **tables)]


def test_every_query_parses_and_names_only_known_columns() -> None:
    """Of alerts, of objectives, and of the commands in runbooks."""
    plan = planned(operated({"slos": SLOS, "aks": AKS}))
    commands = [line for alert in alerts_of_plan("one", plan, None) for line in alert.runbook.look]
    shown = [text for line in commands for text in re.findall(r'--analytics-query "([^"]+)"', line)]
    shown += [query for failure in FAILURES.values() for query in failure.queries]
    recorded = [slo.record for slo in planned_here().slos if slo.record]
    measured = [slo.measure for slo in planned_here().slos if slo.measure]

    assert len(recorded) == len(measured) == len(SLOS) == sum(row.why_not is None for row in INDICATORS.values())
    assert set(LOG_CATALOGUE) | {"daily-cap"} <= set(rules())
    for query in (*(rule.query for rule in rules().values()), *recorded, *measured, *shown):
        assert columns_of(query)


@pytest.mark.parametrize("column", ["ResponseCode", "_ResourceId", "DeploymentName", "TimeGenerated"])
def test_a_misspelt_column_fails(column: str) -> None:
    """Azure would refuse the rule, or never fire it."""
    with pytest.raises(duckdb.Error):
        columns_of(rules()["slo-availability-fast"].query.replace(column, f"{column}x"))


def test_a_burning_deployment_fires_and_its_neighbour_does_not() -> None:
    """2 of 100 requests fail: 20 times the budget of 0.001, above 14.4. By deployment."""
    blue = [request(10, 500 if number < 2 else 200) for number in range(100)]
    green = [request(10, 200, deployment="green") for _ in range(100)]

    rows = ran(rules()["slo-availability-fast"].query, AmlOnlineEndpointTrafficLog=[*blue, *green])

    assert {row["DeploymentName"]: round(row["spending"], 4) for row in rows} == {
        "blue": round(20 / 14.4, 4),
        "green": 0,
    }


def test_errors_that_are_over_do_not_fire() -> None:
    """The short window decides: all errors are 40 minutes old."""
    old = [request(40, 500) for _ in range(50)]
    new = [request(5) for _ in range(50)]

    assert spending("slo-availability-fast", AmlOnlineEndpointTrafficLog=[*old, *new]) == [0]


def test_requests_of_other_workspaces_do_not_count() -> None:
    """A workspace whose name begins alike is another one."""
    other = request(5, 500) | {"_ResourceId": f"{workspace()}2/onlineendpoints/churn"}

    assert spending("slo-availability-fast", AmlOnlineEndpointTrafficLog=[other]) == []


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("slo-error-rate-slow", [(500, 1), (408, 1), (429, 1)], [(200, 1), (400, 1)]),
        ("slo-schema-slow", [(400, 1), (422, 1)], [(200, 1), (500, 1), (404, 1)]),
        ("slo-latency-slow", [(200, 301)], [(200, 300), (500, 999)]),
    ],
)
def test_each_indicator_of_requests_counts_its_bad_ones(
    rule: str, bad: list[tuple[int, int]], good: list[tuple[int, int]]
) -> None:
    """All are bad: as fast as possible. None is: zero."""
    most = [spending(rule, AmlOnlineEndpointTrafficLog=[request(5, *one)])[0] for one in bad]
    least = [spending(rule, AmlOnlineEndpointTrafficLog=[request(5, *one)]) for one in good]

    assert min(most) > 1
    assert all(values in ([0], []) for values in least)


def test_failed_runs_count_once_and_cancelled_ones_never() -> None:
    """Of a pipeline its parent counts; the last status of a run is the one that counts (trap 17)."""
    events = [
        run("a", "Running", 9), run("a", "Completed", 5), run("b", "Canceled", 5), run("p", "Failed", 5),
        run("s", "Failed", 6, root="p"),
    ]  # fmt: skip
    (row,) = ran(rules()["slo-jobs-slow"].query, AmlRunStatusChangedEvent=events)

    assert (row["totalLong"], row["badLong"]) == (2, 1)


def test_a_pipeline_is_measured_from_its_first_event_to_its_end() -> None:
    """61 minutes are above 60, and a single run is no pipeline."""
    slow = [run("p", "Running", 66), run("s", "Running", 65, root="p"), run("p", "Completed", 5)]
    fast = [run("q", "Running", 64), run("t", "Running", 63, root="q"), run("q", "Completed", 5)]
    (row,) = ran(rules()["slo-pipelines-slow"].query, AmlRunStatusChangedEvent=[*slow, *fast, run("x", "Failed", 5)])

    assert (row["totalLong"], row["badLong"]) == (2, 1)


def test_a_run_waits_from_queued_to_running() -> None:
    """31 minutes are above 30. One that never ran is not counted."""
    events = [run("a", "Queued", 36), run("a", "Running", 5), run("b", "Queued", 35), run("b", "Running", 5),
              run("c", "Queued", 99)]  # fmt: skip
    (row,) = ran(rules()["slo-queue-slow"].query, AmlRunStatusChangedEvent=events)

    assert (row["totalLong"], row["badLong"]) == (2, 1)


def test_failed_rollouts_are_those_of_the_metric() -> None:
    """Names have spaces (trap 2); other metrics and zeros are left out."""
    rows = [
        {"TimeGenerated": 5, "_ResourceId": workspace(), "MetricName": name, "Total": total}
        for name, total in (("Model Deploy Succeeded", 1.0), ("Model Deploy Failed", 1.0), ("Model Deploy Failed", 0.0),
                            ("Failed Runs", 1.0))
    ]  # fmt: skip
    (row,) = ran(rules()["slo-rollout-slow"].query, AzureMetrics=rows)

    assert (row["totalLong"], row["badLong"]) == (2, 1)


def test_a_recording_query_has_good_and_total_by_hour() -> None:
    """Its rows are the history of an objective."""
    record = planned_here().slos[0].record
    assert record is not None
    rows = ran(record, AmlOnlineEndpointTrafficLog=[request(5, 500), request(6), request(70)])

    assert sorted((row["hour"].hour, row["good"], row["total"]) for row in rows) == [(10, 1, 1), (11, 1, 2)]


def test_the_events_of_a_whole_period_are_one_row() -> None:
    """Those of 30 days, of all endpoints together; without events both numbers are 0."""
    measure = planned_here().slos[0].measure
    assert measure is not None
    day = 24 * 60
    events = [request(5, 500), request(6), request(29 * day, deployment="green"), request(31 * day, 500)]

    assert ran(measure, AmlOnlineEndpointTrafficLog=events) == [{"good": 2, "total": 3}]
    assert ran(measure) == [{"good": 0, "total": 0}]


def test_denied_connections_belong_to_the_environment_of_their_range() -> None:
    """10.1.0.0/24 is that of churn/prod, to its last address; others are shown as such."""
    rows = ran(
        rules()["egress-denied"].query,
        AZFWApplicationRule=[
            {"TimeGenerated": 5, "SourceIp": address, "Fqdn": "pypi.org", "Action": action}
            for address, action in (("10.1.0.255", "Deny"), ("10.1.1.0", "Deny"), ("10.1.0.9", "Allow"))
        ],
        AZFWNetworkRule=[{"TimeGenerated": 5, "SourceIp": "10.1.0.0", "DestinationIp": "1.1.1.1", "Action": "Deny"}],
    )

    assert {row["environment"]: (row["denied"], row["targets"]) for row in rows} == {
        "churn/prod": (2, 2),
        "other": (1, 1),
    }


def test_alerts_of_the_catalogue_measure_their_columns() -> None:
    """One of five runs failed; a wait of 90 minutes; four restarts; the cap."""
    runs = [run(str(number), "Failed" if number == 0 else "Completed", 60) for number in range(5)]
    waited = [run("a", "Queued", 95), run("a", "Running", 5)]
    restarts = [
        {"TimeGenerated": 5, "_ResourceId": "e", "DeploymentName": "blue", "Name": name}
        for name in ("BackOff", "BackOff", "LivenessProbeFailed", "ReadinessProbeFailed", "Pulled")
    ]
    cap = {"TimeGenerated": 5, "Category": "Ingestion", "Detail": "Data collection stopped: OverQuota"}

    assert [row["failedPercent"] for row in ran(rules()["jobs-failing"].query, AmlRunStatusChangedEvent=runs)] == [20]
    assert [row["waitMinutes"] for row in ran(rules()["queue-wait"].query, AmlRunStatusChangedEvent=waited)] == [90]
    assert [row["events"] for row in ran(rules()["crash-loop"].query, AmlOnlineEndpointEventLog=restarts)] == [4]
    assert len(ran(rules()["daily-cap"].query, _LogOperation=[cap, cap | {"Category": "Other"}])) == 1


def test_each_rule_has_what_azure_takes() -> None:
    """Literals in ago(), no union at one minute, six dimensions at most, its measure and its dimensions as columns."""
    for key, rule in rules().items():
        query = rule.query
        assert all(re.fullmatch(r"\d+[mhd]", text) for text in re.findall(r"ago\(([^)]*)\)", query)), key
        assert rule.frequency != "PT1M", key
        assert len(rule.dimensions) <= 6, key
        assert not re.search(r"bag_unpack|pivot|narrow|AggregatedValue", query), key
        assert {*rule.dimensions, *filter(None, (rule.measure, rule.resource_column))} <= columns_of(query), key
