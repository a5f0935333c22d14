"""Meshes on clusters of the stack: egress of their nodes, alerts, dashboards, and Flux, which applies the documents."""

from __future__ import annotations

import functools
import json
import re
from copy import deepcopy
from typing import Any

import pytest
import yaml

from amlz.capabilities.mesh.check import check_mesh
from amlz.capabilities.mesh.facts import EXTENSION, FLUX, HOSTS
from amlz.capabilities.mesh.plan import PLANNER
from amlz.capabilities.operations.mesh_catalogue import MESH_CATALOGUE
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.specs import ApplicationRuleSpec, NsgRuleSpec, RuleGroupSpec, records
from amlz.core.specs.grafana import DashboardsSpec
from amlz.core.specs.operations import PrometheusRulesSpec
from amlz.mesh.files import files
from amlz.mesh.model import FLUX_NAMESPACE, MeshSpec
from amlz.paths import PACKAGE
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, preview_of
from tests.mesh.samples import config_of

EXAMPLE = ROOT / "examples" / "mesh" / "Pulumi.mesh-aks.yaml"
NODES = ("10.40.18.0/26",)


def content() -> dict[str, Any]:
    """The stack file of the example, to change."""
    whole: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["config"]["amlz:landingZone"]
    return deepcopy(whole)


def plan_of(stack: dict[str, Any]) -> LandingZonePlan:
    """The plan of a stack file."""
    return make_plan(config_of(stack))


@functools.cache
def example() -> Preview:
    """The preview of the example."""
    return preview_of(load(str(EXAMPLE)))


def egress(stack: dict[str, Any]) -> dict[str, ApplicationRuleSpec]:
    """The firewall's rules of a mesh, by name."""
    groups = [group for group in records(plan_of(stack).hub, RuleGroupSpec) if group.name == "rcg-mesh"]
    return {rule.name: rule for group in groups for rule in group.application_rules}


def body(arm_type: str, name: str) -> dict[str, Any]:
    """The properties of a resource of the example."""
    (resource,) = (item for item in example().graph.of_type(arm_type) if item.name == name)
    properties: dict[str, Any] = resource.body["properties"]
    return properties


def test_the_firewall_opens_what_the_mesh_reaches_to_its_nodes_alone() -> None:
    """Telemetry, the registry and the repository of the stack file, and the agents of Flux; not Docker Hub."""
    rules = egress(content())

    assert {name: rule.sources for name, rule in rules.items()} == dict.fromkeys(
        ("mesh-telemetry", "mesh-flux", "mesh-registry", "mesh-repository"), NODES
    )
    assert rules["mesh-registry"].hosts == ("crcontoso.azurecr.io",)
    assert rules["mesh-repository"].hosts == ("dev.azure.com",)
    assert "westeurope.dp.kubernetesconfiguration.azure.com" in rules["mesh-flux"].hosts
    assert "*.in.applicationinsights.azure.com" in rules["mesh-telemetry"].hosts
    assert [row for row in HOSTS if not row.source.startswith("https://")] == []


def test_without_an_own_registry_nodes_reach_docker_hub_and_without_apply_nothing_of_flux() -> None:
    """The idle container still comes from the registry that is named."""
    stack = content()
    del stack["mesh"]["imageRegistry"], stack["mesh"]["apply"], stack["mesh"]["repository"]
    rules = egress(stack)

    assert set(rules) == {"mesh-telemetry", "mesh-images", "mesh-registry"}
    assert "registry-1.docker.io" in rules["mesh-images"].hosts


def test_with_a_private_link_scope_telemetry_takes_it_and_no_public_host() -> None:
    """With `monitoring`, nodes reach it already."""
    stack = content()
    stack["hub"]["privateLinkScope"] = {}
    unmonitored = deepcopy(stack)
    unmonitored["projects"]["fraud"]["environments"]["prod"]["aks"]["monitoring"] = False
    rules = [
        {rule.name for rule in records(plan_of(one), NsgRuleSpec) if rule.sources == NODES}
        for one in (stack, unmonitored)
    ]

    assert "mesh-telemetry" not in egress(stack)
    assert [("telemetry" in names, "mesh-telemetry" in names) for names in rules] == [(True, False), (False, True)]


def test_nodes_of_an_attached_cluster_get_the_same_egress() -> None:
    """If the stack file has their range; a zone of another stack has no rule."""
    stack = yaml.safe_load((ROOT / "examples" / "mesh" / "Pulumi.mesh.yaml").read_text())["config"]["amlz:landingZone"]
    assert egress(stack) == {}

    attached = stack["projects"]["fraud"]["environments"]["prod"]["kubernetes"]["serving"]
    attached["nodes"] = ["10.90.0.0/24"]

    assert {name: rule.sources for name, rule in egress(stack).items()} == dict.fromkeys(
        ("mesh-telemetry", "mesh-images", "mesh-registry"), ("10.90.0.0/24",)
    )


def test_the_egress_report_and_reach_show_the_rules() -> None:
    """A host of the mesh passes from a node; Docker Hub does not, as far as the tag of AKS is known."""
    listed = amlz_here("egress", str(EXAMPLE)).stdout
    stack = str(EXAMPLE)
    passes = amlz_here("reach", stack, "--from", "10.40.18.5", "--to", "crcontoso.azurecr.io", "--port", "443")
    refused = amlz_here("reach", stack, "--from", "10.40.18.5", "--to", "registry-1.docker.io", "--port", "443")

    assert "crcontoso.azurecr.io" in listed
    assert "tcp 443: reachable\n" in passes.stdout
    assert "mesh-registry: firewall, application rule: allows it" in " ".join(passes.stdout.split())
    assert "tcp 443: reachable\n" not in refused.stdout


def test_flux_applies_the_control_plane_before_its_meshes_and_only_their_objects_are_deleted() -> None:
    """By paths of the rendered folder, as the administrator that its page describes."""
    properties = body(FLUX, "mesh")
    top = "./mesh/zones/aks-weu"

    assert properties["kustomizations"] == {
        "control-plane": {
            "path": f"{top}/control-plane", "prune": False, "wait": True, "force": False,
            "syncIntervalInSeconds": 300, "timeoutInSeconds": 600,
        },
        "fraud-prod": {
            "path": f"{top}/fraud-prod", "dependsOn": ["control-plane"], "prune": True, "wait": False, "force": False,
            "syncIntervalInSeconds": 300, "timeoutInSeconds": 600,
        },
        "prometheus": {
            "path": f"{top}/prometheus", "prune": True, "wait": False, "force": False, "syncIntervalInSeconds": 300,
            "timeoutInSeconds": 600,
        },
    }  # fmt: skip
    assert (properties["namespace"], properties["scope"]) == (FLUX_NAMESPACE, "cluster")
    assert properties["gitRepository"] == {
        "url": "https://dev.azure.com/contoso/risk/_git/mesh", "repositoryRef": {"branch": "main"},
        "localAuthRef": "mesh-repository", "syncIntervalInSeconds": 300, "timeoutInSeconds": 600,
    }  # fmt: skip
    assert body(EXTENSION, "flux")["extensionType"] == "microsoft.flux"


def test_every_folder_that_flux_applies_is_rendered() -> None:
    """And the release of the control plane is in the namespace and from the source of the configuration."""
    plan = plan_of(content())
    rendered = {file.path: file.documents for file in files(records(plan.environments, MeshSpec))}
    folders = {path.rpartition("/")[0] for path in rendered}
    (release,) = rendered["zones/aks-weu/control-plane/release.yaml"]

    paths = [row["path"].removeprefix("./mesh/") for row in body(FLUX, "mesh")["kustomizations"].values()]
    assert set(paths) == folders
    assert release["metadata"] == {"name": "kuma", "namespace": FLUX_NAMESPACE}
    assert release["spec"]["chart"]["spec"]["sourceRef"] == {"kind": "GitRepository", "name": "mesh"}
    assert release["spec"]["values"]["controlPlane"]["zone"] == "aks-weu"


def test_the_configuration_waits_for_the_cluster_its_egress_and_the_extension() -> None:
    """An agent that reaches nothing would fail."""
    order = [resource.id for resource in example().graph.resources]
    (configuration,) = example().graph.of_type(FLUX)
    extension = next(item for item in example().graph.of_type(EXTENSION) if item.name == "flux")
    (group,) = (
        item
        for item in example().graph.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups")
        if item.name == "rcg-mesh"
    )

    assert order.index(group.id) < order.index(extension.id) < order.index(configuration.id)


def test_flux_follows_a_branch_of_a_public_repository() -> None:
    """Without a sign-in."""
    stack = content()
    stack["mesh"]["repository"] = {"url": "https://github.com/contoso/mesh", "branch": "live", "path": "env/mesh"}
    (mesh,) = records(plan_of(stack).environments, MeshSpec)
    repository = mesh.zones[0].repository

    assert repository is not None
    assert (repository.branch, repository.sign_in, repository.path) == ("live", None, "env/mesh")
    assert egress(stack)["mesh-repository"].hosts == ("github.com",)


def test_writers_to_the_repository_are_reported_as_administrators() -> None:
    """In every preview."""
    (relaxation,) = (row for row in PLANNER.relaxations(config_of(content())) if row.path == ("mesh", "apply"))

    assert relaxation.gives_up == (
        "writers to branch main of https://dev.azure.com/contoso/risk/_git/mesh administer the clusters, since Flux "
        "applies it"
    )


def _no_repository(stack: dict[str, Any]) -> None:
    del stack["mesh"]["repository"]


def _no_apply(stack: dict[str, Any]) -> None:
    del stack["mesh"]["apply"]


def _no_cluster(stack: dict[str, Any]) -> None:
    del stack["mesh"]["zones"]["aks-weu"]["aks"]


WRONG = {
    "apply without a repository": (
        _no_repository,
        "mesh.apply",
        "Flux applies documents from a git repository, and `repository` is not set.",
    ),
    "a repository without apply": (_no_apply, "mesh.repository", "Nothing reads it without `apply`."),
    "apply to a cluster of another stack": (
        _no_cluster,
        "mesh.zones.aks-weu",
        "`apply` installs Flux on clusters that this stack builds, and this zone names none.",
    ),
    "an environment without a cluster": (
        lambda stack: stack["mesh"]["zones"]["aks-weu"].update(aks="fraud/dev"),
        "mesh.zones.aks-weu.aks",
        "No environment fraud/dev has `aks`.",
    ),
    "two zones on one cluster": (
        lambda stack: stack["mesh"]["zones"].update({"aks-2": {"aks": "fraud/prod"}}),
        "mesh.zones.aks-2.aks",
        "Zone aks-weu has the cluster of fraud/prod: a cluster has one control plane.",
    ),
    "an image that the firewall cannot open": (
        lambda stack: stack["mesh"].pop("image"),
        "mesh.image",
        "Nodes of aks-weu pull it through the firewall, and registry.k8s.io redirects to hosts that change: its "
        "documentation advises against listing them.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_reported_where_it_is(case: str) -> None:
    """Each has a remedy."""
    change, where, why = WRONG[case]
    stack = content()
    change(stack)

    problems = list(check_mesh(config_of(stack)))

    assert [(".".join(map(str, problem.path)), problem.what) for problem in problems] == [(where, why)]
    assert problems[0].remedy


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
    _no_cluster(elsewhere)

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


def test_the_dashboard_is_imported_into_the_grafana_of_the_cluster() -> None:
    """With those of the cluster itself."""
    specs = list(records(plan_of(content()).environments, DashboardsSpec))
    (grafana,) = example().graph.of_type("Microsoft.Dashboard/grafana")
    script = amlz_here("dashboards", str(EXAMPLE)).stdout

    assert {spec.grafana for spec in specs} == {grafana.id}
    assert script.count("--definition @mesh.json") == 1
    panels = json.loads((PACKAGE / "capabilities" / "mesh" / "dashboards" / "mesh.json").read_text())["panels"]
    titles = " ".join(panel.get("title", "") for panel in panels)
    assert [word for word in ("certificates", "Denied", "Retries", "Errors") if word not in titles] == []


def test_the_preview_has_no_error_or_warning_and_names_what_is_not_verified() -> None:
    """The data plane of the cluster."""
    assert [finding for finding in example().findings if finding.severity.value in ("error", "warning")] == []
    text = " ".join(amlz_here("preview", str(EXAMPLE)).stdout.split())
    assert "aks-weu on fraud/prod; Flux applies the documents; not verified: Kuma on the data plane of Cilium" in text
