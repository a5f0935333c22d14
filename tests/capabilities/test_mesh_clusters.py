"""Meshes on clusters of the stack: egress of their nodes, alerts, dashboards, and Flux, which applies the documents."""

from __future__ import annotations

import functools
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.capabilities.mesh.check import check_mesh
from amlz.capabilities.mesh.facts import EXTENSION, FLUX, HOSTS
from amlz.capabilities.mesh.plan import PLANNER
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.specs import ApplicationRuleSpec, NsgRuleSpec, RuleGroupSpec, records
from amlz.core.specs.grafana import DashboardsSpec
from amlz.mesh.files import files
from amlz.mesh.model import FLUX_NAMESPACE, MeshSpec
from amlz.paths import PACKAGE
from amlz.reports.formats import as_arm
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, preview_of
from tests.mesh.samples import config_of
from tests.reports.test_arm_witness import witness

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


def test_bodies_of_flux_and_of_alerts_are_what_arm_publishes(tmp_path: Path) -> None:
    """By the types of Microsoft's specifications."""
    bodies = [
        entry
        for entry in json.loads(as_arm.render(example()))
        if entry["type"].startswith(("Microsoft.KubernetesConfiguration/", "Microsoft.AlertsManagement/prometheus"))
    ]
    code, last = witness(json.dumps(bodies), tmp_path)

    assert len(bodies) == 5
    assert (code, last.rsplit(", ", 1)[0]) == (0, "5 bodies, 0 problems, 0 of unknown type")


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


def without_cluster(stack: dict[str, Any]) -> None:
    """Makes the zone that of another stack."""
    del stack["mesh"]["zones"]["aks-weu"]["aks"]


WRONG = {
    "apply without a repository": (
        _no_repository,
        "mesh.apply",
        "Flux applies documents from a git repository, and `repository` is not set.",
    ),
    "a repository without apply": (_no_apply, "mesh.repository", "Nothing reads it without `apply`."),
    "apply to a cluster of another stack": (
        without_cluster,
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
