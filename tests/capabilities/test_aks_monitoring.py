"""Monitoring of clusters: managed Prometheus with Grafana, and logs of containers."""

from __future__ import annotations

import functools
import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from amlz.capabilities.aks.facts import CONTAINER_STREAMS
from amlz.policy.engine.judge import APPLIES, DOES_NOT_APPLY
from amlz.policy.engine.lines import answer
from amlz.reports.formats import as_arm
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, preview_of, previewed, shared
from tests.reports.test_arm_witness import WITH_STREAMS

EXAMPLE = ROOT / "examples" / "kubernetes" / "Pulumi.kubernetes.yaml"
GRAFANA, METRICS = "Microsoft.Dashboard/grafana", "Microsoft.Monitor/accounts"
COLLECTOR, RULES = "Microsoft.Insights/dataCollectionEndpoints", "Microsoft.Insights/dataCollectionRules"
ASSOCIATIONS = "Microsoft.Insights/dataCollectionRuleAssociations"


@functools.cache
def example() -> Preview:
    """The example, which has no private link scope."""
    return preview_of(load(str(EXAMPLE)))


def changed(folder: Path, old: str, new: str) -> Preview:
    """The example with another text in its stack file."""
    path, text = folder / EXAMPLE.name, EXAMPLE.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return preview_of(load(str(path)))


def properties(preview: Preview, arm_type: str) -> dict[str, Any]:
    """Properties of the only resource of a type."""
    (resource,) = preview.graph.of_type(arm_type)
    return dict(resource.body["properties"])


def rules(preview: Preview) -> dict[str, Any]:
    """Properties of data collection rules, by the last word of their name."""
    return {r.name.rsplit("-", 1)[1]: r.body["properties"] for r in preview.graph.of_type(RULES)}


def test_metrics_and_grafana_are_closed_to_public_networks_and_keys() -> None:
    """Grafana has the metrics as its data source, and a separate private endpoint to them."""
    preview = example()
    metrics, grafana = properties(preview, METRICS), properties(preview, GRAFANA)
    (workspace,) = preview.graph.of_type(METRICS)

    assert metrics == {"publicNetworkAccess": "Disabled"}
    assert (grafana["publicNetworkAccess"], grafana["apiKey"]) == ("Disabled", "Disabled")
    assert grafana["grafanaIntegrations"]["azureMonitorWorkspaceIntegrations"] == [
        {"azureMonitorWorkspaceResourceId": workspace.id}
    ]
    managed = properties(preview, f"{GRAFANA}/managedPrivateEndpoints")
    assert (managed["privateLinkResourceId"], managed["groupIds"]) == (workspace.id, ["prometheusMetrics"])
    endpoints = [r for r in preview.graph.of_type("Microsoft.Network/privateEndpoints") if "grafana" in r.name]
    assert [e.body["properties"]["privateLinkServiceConnections"][0]["properties"]["groupIds"] for e in endpoints] == [
        ["grafana"]
    ]


def test_rules_send_metrics_to_the_workspace_and_logs_to_the_central_log() -> None:
    """Both are associated with the cluster, which has the agents of both."""
    preview = example()
    (cluster,) = preview.graph.of_type("Microsoft.ContainerService/managedClusters")
    body, collection = cluster.body["properties"], rules(preview)

    assert collection["metrics"]["destinations"]["monitoringAccounts"][0]["accountResourceId"].endswith(
        "/amw-retail-fraud-prod"
    )
    log = collection["containers"]["destinations"]["logAnalytics"][0]["workspaceResourceId"]
    assert collection["containers"]["dataFlows"] == [{"streams": list(CONTAINER_STREAMS), "destinations": ["log"]}]
    assert body["azureMonitorProfile"]["metrics"]["enabled"] is True
    assert body["addonProfiles"]["omsagent"] == {
        "enabled": True,
        "config": {"logAnalyticsWorkspaceResourceID": log, "useAADAuth": "true"},
    }
    assert {r.name for r in preview.graph.of_type(ASSOCIATIONS)} == {"metrics", "ContainerInsightsExtension"}
    assert all(r.id.startswith(f"{cluster.id}/providers/") for r in preview.graph.of_type(ASSOCIATIONS))


def test_roles_are_those_of_the_pages_and_no_others() -> None:
    """Grafana reads metrics, and the platform team manages it."""
    roles = {(r.who, r.role, r.scope.rsplit("/", 1)[1][:4]) for r in example().plan.roles()}

    assert {row for row in roles if row[1] in ("Monitoring Data Reader", "Grafana Admin", "Grafana Viewer")} == {
        ("aksGrafanaIdentity", "Monitoring Data Reader", "amw-"),
        ("platformTeam", "Grafana Admin", "amg-"),
    }


def hosts(preview: Preview) -> tuple[str, ...]:
    """Hosts of agents that the firewall allows."""
    assert preview.plan.hub is not None
    assert preview.plan.hub.firewall is not None
    opened = [
        rule.hosts
        for group in preview.plan.hub.firewall.groups
        for rule in group.application_rules
        if rule.name == "aks-monitoring"
    ]
    return opened[0] if opened else ()


def test_without_a_private_link_scope_agents_pass_the_firewall_and_a_note_names_it() -> None:
    """To the hosts that Azure documents."""
    preview = example()
    notes = [f.message for f in preview.findings if "dce-retail-fraud-prod-aks" in f.message]

    assert "westeurope.handler.control.monitor.azure.com" in hosts(preview)
    assert properties(preview, COLLECTOR)["networkAcls"] == {"publicNetworkAccess": "Enabled"}
    assert len(notes) == 1
    assert "accepts data and queries from public addresses, as no private link scope is built" in notes[0]


def test_with_a_private_link_scope_agents_use_it_alone(tmp_path: Path) -> None:
    """The endpoint is in the scope, agents read their configuration there, and no host is opened."""
    preview = changed(
        tmp_path, "hub: {addressSpace: 10.20.0.0/24}", "hub: {addressSpace: 10.20.0.0/24, privateLinkScope: {}}"
    )
    members = preview.graph.of_type("Microsoft.Insights/privateLinkScopes/scopedResources")
    (group,) = [r for r in preview.graph.of_type("Microsoft.Network/networkSecurityGroups") if "aks" in r.name]
    allowed = [rule["name"] for rule in group.body["properties"]["securityRules"]]

    assert hosts(preview) == ()
    assert properties(preview, COLLECTOR)["networkAcls"] == {"publicNetworkAccess": "Disabled"}
    assert [r.name for r in members if r.name.startswith("dce-retail-fraud-prod-aks-")] != []
    assert "configurationAccessEndpoint" in {r.name for r in preview.graph.of_type(ASSOCIATIONS)}
    assert [name for name in allowed if "telemetry" in name] != []
    assert [f.message for f in preview.findings if "dce-retail-fraud-prod-aks" in f.message] == []


def test_without_the_key_nothing_of_it_is_built(tmp_path: Path) -> None:
    """No resource, identity, host or add-on."""
    preview = changed(tmp_path, "              monitoring: true\n", "")

    assert preview.graph.of_type(METRICS, GRAFANA, COLLECTOR, RULES, ASSOCIATIONS) == ()
    assert hosts(preview) == ()
    (cluster,) = preview.graph.of_type("Microsoft.ContainerService/managedClusters")
    assert set(cluster.body["properties"]["addonProfiles"]) == {"azurepolicy"}
    assert "azureMonitorProfile" not in cluster.body["properties"]


@pytest.mark.parametrize("stack", WITH_STREAMS)
def test_bodies_are_what_arm_publishes_but_for_names_of_streams(stack: str) -> None:
    """The published types list five streams. Microsoft's pages and templates send others, and no more than these."""
    spec = importlib.util.spec_from_file_location("check_arm", shared() / "tools" / "check_arm.py")
    assert spec is not None
    assert spec.loader is not None
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)
    types = published(checker)
    problems = []
    for entry in json.loads(as_arm.render(previewed(stack))):
        shape = types[f"{entry['type']}@{entry['apiVersion']}".lower()]
        problems += checker.Checker(shape["nodes"]).check(shape["root"], entry["body"], "", top=True)

    documented = {"Microsoft-PrometheusMetrics", *CONTAINER_STREAMS}
    named = {problem.split("'")[1] for problem in problems}
    assert [problem for problem in problems if ".streams[" not in problem] == []
    assert named == documented


def published(checker: Any) -> dict[str, Any]:
    """The published types, by name."""
    with gzip.open(checker.TYPES, "rt") as file:
        return {name.lower(): shape for name, shape in json.load(file).items()}


@pytest.mark.parametrize("what", ["managed Prometheus", "Managed Grafana", "logs of containers"])
def test_what_its_use_costs_is_listed_as_not_in_the_estimate(what: str) -> None:
    """No quantity is known offline."""
    estimate = " ".join(amlz_here("cost", str(EXAMPLE)).stdout.split())

    assert what in estimate.split("Not in the estimate")[1]


#: Built-in policies on Managed Grafana by their names: the property, and the condition on it that is reported
#: (https://github.com/Azure/azure-policy/tree/master/built-in-policies/policyDefinitions/Managed%20Grafana, 2026-11).
#: Their aliases are in no list that was read, so the paths here follow from the published type.
GRAFANA_POLICIES = {
    "e8775d5a-73b7-4977-a39b-833ef0114628": ("publicNetworkAccess", "notEquals", "Disabled"),
    "0656cf40-485c-427b-b992-703a4ecf4f88": ("apiKey", "notEquals", "Disabled"),
    "b6752a42-6fc3-46cb-8a15-33aa109407b1": ("grafanaConfigurations.smtp.enabled", "equals", "true"),
}
PRIVATE_LINK_POLICY = "3a97e513-f75e-4230-8137-1efad4eadbbc"


def outcome(condition: dict[str, Any], aliases: dict[str, str], resource: dict[str, Any]) -> str:
    """The outcome of a rule that denies Grafana with a condition."""
    of_type = {"field": "type", "equals": GRAFANA}
    rule = {"if": {"allOf": [of_type, condition]}, "then": {"effect": "deny"}}
    return answer({"rule": rule, "resource": resource, "aliases": aliases}).outcome


def grafana_request() -> dict[str, Any]:
    """The request for Grafana, as policies see it."""
    (grafana,) = example().graph.of_type(GRAFANA)
    own = {"type": GRAFANA, "name": grafana.name, "id": grafana.id, "apiVersion": grafana.api_version}
    return {**grafana.body, **own}


@pytest.mark.parametrize("policy", GRAFANA_POLICIES)
def test_grafana_meets_the_builtin_policy(policy: str) -> None:
    """And one whose property has the other value does not."""
    name, operator, value = GRAFANA_POLICIES[policy]
    alias = f"{GRAFANA}/{name}"
    condition, aliases = {"field": alias, operator: value}, {alias: f"properties.{name}"}
    weaker: Any = value == "true" or "Enabled"
    for key in reversed(name.split(".")):
        weaker = {key: weaker}
    request = grafana_request()

    assert outcome(condition, aliases, request) == DOES_NOT_APPLY
    assert outcome(condition, aliases, {**request, "properties": {**request["properties"], **weaker}}) == APPLIES


def test_the_builtin_policy_on_private_link_reports_every_grafana_until_its_endpoint_is_approved() -> None:
    """It counts connections that no request can hold; once one is approved, it is satisfied."""
    connections = f"{GRAFANA}/privateEndpointConnections[*]"
    status = f"{connections}.privateLinkServiceConnectionState.status"
    condition = {"count": {"field": connections, "where": {"field": status, "equals": "Approved"}}, "less": 1}
    aliases = {
        connections: "properties.privateEndpointConnections[*]",
        status: "properties.privateEndpointConnections[*].properties.privateLinkServiceConnectionState.status",
    }
    approved = [{"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}]
    request = grafana_request()
    later = {**request, "properties": {**request["properties"], "privateEndpointConnections": approved}}

    assert outcome(condition, aliases, request) == APPLIES
    assert outcome(condition, aliases, later) == DOES_NOT_APPLY


def test_the_page_names_the_builtin_policies_that_were_evaluated() -> None:
    """By their names, with the reason why none is assigned."""
    page = (ROOT / "docs" / "how-to" / "aks.md").read_text("utf-8")

    assert [name for name in (*GRAFANA_POLICIES, PRIVATE_LINK_POLICY) if name not in page] == []
