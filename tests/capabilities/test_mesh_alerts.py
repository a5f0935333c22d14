"""Alerts on the proxies of meshes, and the job by which managed Prometheus reads them."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import yaml

from amlz.capabilities.operations.mesh_catalogue import MESH_CATALOGUE
from amlz.core.specs import records
from amlz.core.specs.operations import PrometheusRulesSpec
from amlz.mesh.files import files
from amlz.mesh.model import MeshSpec
from tests.capabilities.test_mesh_clusters import content, plan_of, without_cluster
from tests.conftest import ROOT


def rules(stack: dict[str, Any]) -> list[PrometheusRulesSpec]:
    """The rule groups of meshes."""
    return [
        group for group in records(plan_of(stack), PrometheusRulesSpec) if group.alerts[0].alert.startswith("mesh-")
    ]


def test_a_mesh_with_metrics_has_four_alerts_and_one_on_their_absence() -> None:
    """Certificate age, denied requests, errors and retries by endpoint, in one rule group for the zone."""
    (group,) = rules(content())

    assert [alert.alert for alert in group.alerts] == list(MESH_CATALOGUE)
    assert group.name == "prg-risk-fraud-prod-mesh-aks-weu"
    assert group.key == "fraud-prod-mesh-aks-weu"
    assert {alert.owner for alert in group.alerts} == {"fraud/prod"}
    assert [alert.alert for alert in group.alerts if alert.action_group.endswith("-page")] == [
        "mesh-certificate-age", "mesh-errors",
    ]  # fmt: skip
    texts = [alert.expression for alert in group.alerts]
    assert [
        text for text in texts if 'mesh="fraud-prod"' not in text or re.search("MESH|WINDOW|LIFETIME|THRESHOLD", text)
    ] == []


def test_each_alert_is_in_the_reference() -> None:
    """The page and the catalogue agree."""
    page = (ROOT / "docs" / "reference" / "alerts.md").read_text(encoding="utf-8")

    for name, row in MESH_CATALOGUE.items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert f"| {row.wait} |" in line
        assert line.endswith(f"| {row.severity} |")


def test_the_age_of_a_certificate_is_that_of_its_lifetime() -> None:
    """Nine tenths of it without a renewal: certificates are renewed after four fifths."""
    (group,) = rules(content())
    longer = content()
    longer["projects"]["fraud"]["environments"]["prod"]["mesh"]["identity"] = {"expiry": "30m"}
    (other,) = rules(longer)

    assert "[3240s]" in group.alerts[0].expression
    assert group.alerts[0].expression.endswith('envoy_server_uptime{mesh="fraud-prod"} > 3600')
    assert "[1620s]" in other.alerts[0].expression


def test_without_metrics_or_a_cluster_of_the_stack_a_mesh_has_no_alerts() -> None:
    """Nothing would ever fire."""
    unmonitored, elsewhere = content(), content()
    unmonitored["projects"]["fraud"]["environments"]["prod"]["aks"]["monitoring"] = False
    for key in ("apply", "repository"):
        del elsewhere["mesh"][key]
    without_cluster(elsewhere)

    assert rules(unmonitored) == rules(elsewhere) == []


def test_an_alert_of_a_mesh_is_set_like_every_other() -> None:
    """Threshold, severity, and off."""
    stack = content()
    stack["projects"]["fraud"]["environments"]["prod"]["alerts"] = {
        "mesh-errors": {"threshold": 0.01, "severity": 2}, "mesh-retries": {"enabled": False},
    }  # fmt: skip
    (group,) = rules(stack)
    alerts = {alert.alert: alert for alert in group.alerts}

    assert alerts["mesh-errors"].expression.endswith("> 0.01")
    assert alerts["mesh-errors"].severity == 2
    assert "mesh-retries" not in alerts


def test_labels_that_alerts_separate_by_are_those_of_the_scrape_job() -> None:
    """`cluster` is added by Azure, `envoy_cluster_name` by Envoy, and the pods of the mesh's namespaces are scraped."""
    (mesh,) = records(plan_of(content()).environments, MeshSpec)
    (file,) = (file for file in files([mesh]) if file.path.endswith("prometheus/ama-metrics-prometheus-config.yaml"))
    (job,) = yaml.safe_load(file.documents[0]["data"]["prometheus-config"])["scrape_configs"]
    labels = {row["target_label"] for row in job["relabel_configs"] if "target_label" in row}
    separated = {
        label.strip()
        for row in MESH_CATALOGUE.values()
        for labels_of in re.findall(r"by \(([^)]*)\)", row.expression)
        for label in labels_of.split(",")
    }

    assert separated - labels == {"cluster", "envoy_cluster_name"}
    assert labels == {"__address__", "namespace", "pod", "mesh", "zone"}
    assert job["kubernetes_sd_configs"][0]["namespaces"]["names"] == [
        "fraud-prod-egress", "ml-fraud-prod", "ml-validation", "shop",
    ]  # fmt: skip


def test_two_meshes_of_a_zone_are_two_jobs_of_one_configuration() -> None:
    """A cluster reads one ConfigMap."""
    stack = content()
    environment = deepcopy(stack["projects"]["fraud"]["environments"]["prod"])
    del environment["aks"], environment["mesh"]["cluster"]
    environment |= {"network": "10.40.17.0/25"}
    environment["mesh"]["callers"] = {"till": {"namespace": "tills", "mayScore": ["price"]}}
    environment["mesh"]["endpoints"] = {"price": {"way": "managed", "stage": "promoted"}}
    stack["projects"]["pricing"] = {"environments": {"prod": environment}}
    plan = plan_of(stack)
    rendered = [file for file in files(records(plan.environments, MeshSpec)) if "/prometheus/" in file.path]
    (file,) = rendered
    jobs = yaml.safe_load(file.documents[0]["data"]["prometheus-config"])["scrape_configs"]

    assert [job["job_name"] for job in jobs] == ["mesh-fraud-prod", "mesh-pricing-prod"]
    assert [group.key for group in rules(stack)] == ["fraud-prod-mesh-aks-weu", "pricing-prod-mesh-aks-weu"]
