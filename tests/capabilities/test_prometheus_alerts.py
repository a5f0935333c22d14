"""Alerts on metrics of Prometheus, and the dashboards of Grafana over the same metrics."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.change_rule import Kind
from amlz.capabilities.operations.facts import FACTS
from amlz.capabilities.operations.prometheus_catalogue import PROMETHEUS_CATALOGUE
from amlz.core.specs.operations import PROMETHEUS_RULES, PrometheusRulesSpec
from amlz.paths import PACKAGE
from tests.capabilities.test_aks_monitoring import EXAMPLE, METRICS, example, properties
from tests.capabilities.test_operations import operated, operation
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tests.core.stacks import LANDING_ZONE, at, planned

GRAFANA = ROOT / ".tools" / "grafana"
needs_grafana = pytest.mark.skipif(
    not (GRAFANA / ".ready").exists(), reason="the library of Grafana is not installed: run `make grafana`"
)
DASHBOARDS = sorted((PACKAGE / "capabilities" / "aks" / "dashboards").glob("*.json"))
#: Transcribed from https://learn.microsoft.com/azure/azure-monitor/containers/prometheus-metrics-scrape-default
#: (2025-09), as far as used: the metrics that are collected without any configuration.
COLLECTED = {
    "container_cpu_cfs_periods_total", "container_cpu_cfs_throttled_periods_total",
    "container_cpu_usage_seconds_total", "container_memory_working_set_bytes",
    "container_network_receive_bytes_total", "container_network_transmit_bytes_total",
    "kube_deployment_spec_replicas", "kube_deployment_status_replicas_available",
    "kube_deployment_status_replicas_ready", "kube_namespace_status_phase", "kube_node_info",
    "kube_node_status_allocatable", "kube_node_status_condition", "kube_pod_container_resource_limits",
    "kube_pod_container_resource_requests", "kube_pod_container_status_last_terminated_reason",
    "kube_pod_container_status_restarts_total", "kube_pod_container_status_waiting_reason", "kube_pod_status_phase",
    "node_cpu_seconds_total", "node_filesystem_avail_bytes", "node_filesystem_size_bytes",
    "node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes",
}  # fmt: skip
#: Labels and functions of PromQL that are used, and no metrics.
WORDS = {
    "and", "avg", "by", "cluster", "condition", "container", "count", "deployment", "increase", "instance", "job",
    "label_values", "max", "max_over_time", "min", "mode", "mountpoint", "namespace", "node", "on", "phase", "pod",
    "rate", "reason", "resource", "status", "sum",
}  # fmt: skip
AKS = {
    "network": "10.1.8.0/26", "podNetwork": "100.64.0.0/18", "serviceNetwork": "100.65.0.0/24", "monitoring": True,
    "pools": {"cpu": {"size": "Standard_D8s_v5", "maxNodes": 2}},
}  # fmt: skip


def rules(**environment: Any) -> tuple[PrometheusRulesSpec, ...]:
    """The rule groups of a stack of one production environment with a cluster."""
    return operation(planned(operated({"aks": AKS} | environment))).prometheus_rules


def names_in(expression: str) -> set[str]:
    """The words of an expression outside of quotes, ranges and variables of Grafana."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]', "", expression)
    return set(re.findall(r"[a-zA-Z_]\w*", bare))


def expressions() -> list[str]:
    """Every expression of alerts and dashboards, and every query of a variable."""
    texts = [alert.expression for group in rules() for alert in group.alerts]
    for path in DASHBOARDS:
        dashboard = json.loads(path.read_text("utf-8"))
        texts += [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
        texts += [row["query"] for row in dashboard["templating"]["list"] if row["type"] == "query"]
    return texts


def test_production_with_a_cluster_has_the_whole_catalogue_in_one_rule_group() -> None:
    """In the subscription and region of the metrics, for this cluster alone."""
    (group,) = rules()

    assert [alert.alert for alert in group.alerts] == list(PROMETHEUS_CATALOGUE)
    assert (group.place.subscription, group.place.location) == (LANDING_ZONE, "westeurope")
    assert group.metrics.endswith("/providers/Microsoft.Monitor/accounts/amw-retail-churn-prod")
    assert {alert.cluster for alert in group.alerts} == {group.cluster}
    assert {alert.id for alert in group.alerts} == {group.id}


def test_each_alert_is_in_the_reference() -> None:
    """The page and the catalogue agree."""
    page = (ROOT / "docs" / "reference" / "alerts.md").read_text(encoding="utf-8")

    for name, row in PROMETHEUS_CATALOGUE.items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert f"| {row.wait} |" in line
        assert line.endswith(f"| {row.severity} | {row.like} |" if row.like else f"| {row.severity} | |")


def test_a_page_is_for_what_is_down_and_all_else_is_a_ticket() -> None:
    """Severities 0 and 1 page."""
    (group,) = rules()
    pages = [alert.alert for alert in group.alerts if alert.action_group.endswith("-page")]

    assert pages == ["aks-deployment-down"]


def test_settings_of_the_environment_change_threshold_severity_and_whether_it_is_built() -> None:
    """As those of every other alert."""
    settings = {
        "aks-memory": {"threshold": 0.8}, "aks-pods-pending": {"enabled": False}, "aks-node-not-ready": {"severity": 1},
    }  # fmt: skip
    (group,) = rules(alerts=settings)
    alerts = {alert.alert: alert for alert in group.alerts}

    assert alerts["aks-memory"].expression.endswith("> 0.8")
    assert "aks-pods-pending" not in alerts
    assert (alerts["aks-node-not-ready"].severity, alerts["aks-node-not-ready"].action_group[-5:]) == (1, "-page")


def test_outside_of_production_none_is_built_unless_it_is_enabled_and_then_nobody_is_paged() -> None:
    """A rule group without rules is not built."""

    def dev(**more: Any) -> tuple[PrometheusRulesSpec, ...]:
        projects = {"churn": {"environments": {"dev": at("10.1.0.0/24", aks=AKS, **more)}}}
        return operation(planned(operated() | {"projects": projects})).prometheus_rules

    assert dev() == ()
    (group,) = dev(alerts={"aks-deployment-down": {"enabled": True}})
    assert [(alert.alert, alert.severity) for alert in group.alerts] == [("aks-deployment-down", 3)]


def test_without_prometheus_or_without_operations_there_are_no_rules() -> None:
    """Metrics that nobody collects fire nothing."""
    assert rules(aks=AKS | {"monitoring": False}) == ()
    assert operation(planned(operated())).prometheus_rules == ()


def test_the_body_is_that_of_the_page() -> None:
    """Scopes are the workspace and the cluster; each rule names its runbook and resolves by itself."""
    body = properties(example(), PROMETHEUS_RULES)
    (metrics,) = example().graph.of_type(METRICS)
    (cluster,) = example().graph.of_type("Microsoft.ContainerService/managedClusters")
    rule = body["rules"][0]

    assert body["scopes"] == [metrics.id, cluster.id]
    assert (body["clusterName"], body["interval"], body["enabled"]) == (cluster.name, "PT1M", True)
    assert set(rule) == {
        "actions", "alert", "annotations", "enabled", "expression", "for", "resolveConfiguration", "severity",
    }  # fmt: skip
    assert (rule["alert"], rule["for"], rule["severity"]) == ("aks-deployment-down", "PT15M", 1)
    assert rule["resolveConfiguration"] == {"autoResolved": True, "timeToResolve": "PT10M"}
    assert rule["annotations"]["runbook"] == rule["actions"][0]["actionProperties"]["runbook"] == "aks-deployment-down"
    assert rule["actions"][0]["actionGroupId"].endswith("/actionGroups/ag-retail-page")


def test_a_hundred_clusters_stay_within_the_limits_of_rules() -> None:
    """20 rules a rule group, and 500 rule groups an Azure Monitor workspace: each has one."""
    projects = {}
    for number in range(100):
        pods, own = f"100.{68 + number // 4}.{number % 4 * 64}.0/18", f"10.1.{number}.128/26"
        cluster = AKS | {"network": own, "podNetwork": pods}
        projects[f"p{number}"] = {"environments": {"prod": at(f"10.1.{number}.0/25", aks=cluster)}}
    groups = operation(planned(operated() | {"projects": projects})).prometheus_rules

    assert len(groups) == len({group.metrics for group in groups}) == len({group.id for group in groups}) == 100
    assert max(len(group.alerts) for group in groups) == len(PROMETHEUS_CATALOGUE) <= 20


def test_every_metric_is_collected_by_default_and_a_misspelt_one_is_found() -> None:
    """Of alerts and of dashboards."""
    used = set().union(*map(names_in, expressions()))

    assert used - WORDS == COLLECTED
    assert names_in("sum(kube_node_infos{job=1})") - WORDS - COLLECTED == {"kube_node_infos"}


@needs_grafana
def test_every_expression_is_promql() -> None:
    """By the parser of promql-parser; `$` variables of Grafana are replaced. A broken one is refused."""
    queries = [text for text in expressions() if not text.startswith("label_values(")]
    texts = [text.replace("$__rate_interval", "5m") for text in queries]
    code = "import json, sys, promql_parser\nfor text in json.load(sys.stdin): promql_parser.parse(text)"

    def parsed(given: list[str]) -> int:
        command = [str(GRAFANA / "bin" / "python"), "-c", code]
        return subprocess.run(command, input=json.dumps(given), text=True, capture_output=True, check=False).returncode

    assert len(texts) > 20
    assert parsed(texts) == 0
    assert parsed(["sum by (pod (rate(a[5m]))"]) != 0


@needs_grafana
def test_the_dashboards_are_what_the_library_of_grafana_writes() -> None:
    """The committed files differ from it by no byte."""
    command = [str(GRAFANA / "bin" / "python"), str(ROOT / "tools" / "dashboards.py"), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_names_no_data_source_and_fits_the_grid(path: Path) -> None:
    """Azure decides the name of the data source, so a variable finds it. Panels do not overlap."""
    dashboard = json.loads(path.read_text("utf-8"))
    panels = dashboard["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert dashboard["uid"] == path.stem
    assert {panel["datasource"]["uid"] for panel in panels if "datasource" in panel} == {"${datasource}"}
    assert dashboard["templating"]["list"][0]["type"] == "datasource"
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_the_script_imports_every_dashboard_into_the_grafana_of_the_stack(tmp_path: Path) -> None:
    """In the folder of the files that it names."""
    folder = tmp_path / "boards"
    ran = amlz_here("dashboards", str(EXAMPLE), "--to", str(folder))
    script = (folder / "import.sh").read_text("utf-8")
    (grafana,) = example().graph.of_type("Microsoft.Dashboard/grafana")

    assert ran.returncode == 0
    assert {path.name for path in folder.iterdir()} == {"import.sh", *(path.name for path in DASHBOARDS)}
    assert amlz_here("dashboards", str(EXAMPLE)).stdout == script
    for path in DASHBOARDS:
        assert (folder / path.name).read_bytes() == path.read_bytes()
        assert (
            f"az grafana dashboard create --name {grafana.name} --resource-group {grafana.resource_group} "
            f"--subscription {grafana.subscription} --overwrite true --definition @{path.name}\n"
        ) in script
    subprocess.run(["sh", "-n", str(folder / "import.sh")], check=True)


def test_a_stack_without_grafana_has_no_dashboards() -> None:
    """The message names the key."""
    ran = amlz_here("dashboards", str(ROOT / "examples" / "minimal" / "Pulumi.minimal.yaml"))

    assert ran.returncode == 2
    assert "has no Managed Grafana" in ran.stderr
    assert "aks.monitoring: true" in ran.stderr


def test_alerts_are_in_the_preview_with_their_runbooks() -> None:
    """In text, JSON and the answer of `amlz runbook`, with the names of the cluster."""
    text = amlz_here("preview", str(EXAMPLE)).stdout
    records = json.loads(amlz_here("preview", str(EXAMPLE), "--format", "json").stdout)["alerts"]
    mine = {record["alert"]: record for record in records if record["alert"] in PROMETHEUS_CATALOGUE}
    (cluster,) = example().graph.of_type("Microsoft.ContainerService/managedClusters")
    (runbook,) = json.loads(amlz_here("runbook", str(EXAMPLE), "aks-node-not-ready", "--format", "json").stdout)

    assert set(mine) == set(PROMETHEUS_CATALOGUE)
    assert all((ROOT / record["runbook"]).is_file() for record in mine.values())
    assert mine["aks-node-not-ready"]["resource"] == runbook["resource"] == cluster.id
    assert "aks-deployment-down" in text.split("Alerts (runbook")[1]
    assert f"az aks get-credentials --name {cluster.name}" in runbook["look"][1]
    assert "7 alerts on its cluster" in " ".join(amlz_here("ready", str(EXAMPLE), "fraud/prod").stdout.split())


def test_a_rule_that_is_removed_or_notifies_others_is_a_loss_of_protection() -> None:
    """And the workspace of a rule group cannot be changed."""
    lost = {row.words: row.lost for row in FACTS.protections if row.arm_type == PROMETHEUS_RULES}
    before = properties(example(), PROMETHEUS_RULES)
    first, *others = before["rules"]
    moved = before | {"rules": [first | {"actions": others[0]["actions"]}, *others]}

    assert lost["alerts sent elsewhere"](before, moved) == ("aks-deployment-down",)
    assert lost["alerts sent elsewhere"](before, before | {"rules": others}) is None
    assert lost["alerts deleted"](before, before | {"rules": others}) == ("aks-deployment-down",)
    assert lost["alerts off"](before, before | {"enabled": False}) == ()
    assert lost["alerts off"](before, before) is None
    assert [rule.kind for rule in FACTS.changes[PROMETHEUS_RULES]] == [Kind.FIXED]
