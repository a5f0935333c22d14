"""Environments in managed networks, as they would be sent: shipped examples turned to `isolation: managed`."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.checks.finding import Severity
from amlz.reports.formats import as_arm, as_json, as_text
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests import invariants
from tests.conftest import ROOT, preview_of
from tests.reports.test_arm_witness import witness

RECOMMENDED = ROOT / "examples" / "recommended" / "Pulumi.recommended.yaml"
MANAGED = ROOT / "tests" / "cases" / "previews" / "managed.yaml"


@pytest.fixture(scope="module")
def recommended(tmp_path_factory: pytest.TempPathFactory) -> Preview:
    """The recommended example, all of its environments in managed networks."""
    document = yaml.safe_load(RECOMMENDED.read_text(encoding="utf-8"))
    for project in document["config"]["amlz:landingZone"]["projects"].values():
        for environment in project["environments"].values():
            environment["isolation"] = "managed"
            environment.pop("scoringNodes", None)
    path = tmp_path_factory.mktemp("stacks") / "Pulumi.managed.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return _preview(path)


@functools.cache
def _preview(path: Path) -> Preview:
    file = load(str(path))
    return preview_of(file)


def rules(preview: Preview, workspace: str) -> list[dict[str, Any]]:
    """The outbound rules of a workspace, by name."""
    resources = preview.graph.of_type("Microsoft.MachineLearningServices/workspaces/outboundRules")
    return [
        {"name": r.name, **r.properties} for r in sorted(resources, key=lambda r: r.name) if f"/{workspace}/" in r.id
    ]


def test_the_recommended_example_is_fine_in_managed_networks(recommended: Preview, tmp_path: Path) -> None:
    """No finding that is an error, no request denied, every body as ARM publishes it."""
    errors = [(f.check, f.message) for f in recommended.findings if f.severity is Severity.ERROR]
    bodies = as_arm.render(recommended)

    code, last = witness(bodies, tmp_path)

    assert (errors, recommended.verdicts.denied) == ([], ())
    assert (code, last.rsplit(", ", 1)[0]) == (0, f"{len(json.loads(bodies))} bodies, 0 problems, 0 of unknown type")


@pytest.mark.parametrize("reading", invariants.ALL, ids=lambda reading: reading.__name__)
def test_what_holds_for_every_stack_holds_in_managed_networks(
    reading: Callable[[invariants.Resources], list[str]], recommended: Preview
) -> None:
    """The second reading of the JSON, of the recommended example in managed networks."""
    assert reading(json.loads(as_json.render(recommended))["resources"]) == []


def test_with_nothing_in_subnets_the_firewall_opens_nothing(recommended: Preview) -> None:
    """No compute subnets and no rule groups for them: only endpoints and people stay, and the jump hosts of people."""
    (network,) = (n for n in recommended.graph.of_type("Microsoft.Network/virtualNetworks") if "-spoke-" in n.name)
    every_group = recommended.graph.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups")
    groups = [group.name for group in every_group]

    every = recommended.graph.of_type("Microsoft.Network/virtualNetworks/subnets")
    subnets = {s.name: s.properties["addressPrefix"] for s in every if s.id.startswith(f"{network.id}/")}

    assert (subnets, groups) == (
        {
            "snet-triage-dev-endpoints": "10.60.16.0/25",
            "snet-triage-staging-endpoints": "10.60.16.128/25",
            "snet-triage-prod-endpoints": "10.60.17.0/25",
        },
        ["rcg-jump-hosts"],
    )


def test_workspaces_say_their_network_and_provision_it_at_once() -> None:
    """Mode and firewall where there is one; in a subnet it is turned off, and nothing is provisioned."""
    keys = ("managedNetwork", "provisionNetworkNow")
    resources = _preview(MANAGED).graph.of_type("Microsoft.MachineLearningServices/workspaces")

    result = {
        r.name.rsplit("-", 1)[0]: {key: r.properties[key] for key in keys if key in r.properties} for r in resources
    }

    approved = "AllowOnlyApprovedOutbound"
    assert result == {
        "mlw-retail-churn-dev": {
            "managedNetwork": {"isolationMode": approved, "firewallSku": "Standard", "enableNetworkMonitor": False},
            "provisionNetworkNow": True,
        },
        "mlw-retail-churn-prod": {
            "managedNetwork": {"isolationMode": approved, "firewallSku": "Basic", "enableNetworkMonitor": False},
            "provisionNetworkNow": True,
        },
        "mlw-retail-churn-sandbox": {
            "managedNetwork": {"isolationMode": "AllowInternetOutbound", "enableNetworkMonitor": False},
            "provisionNetworkNow": True,
        },
        "mlw-retail-fraud-dev": {"managedNetwork": {"isolationMode": "Disabled", "enableNetworkMonitor": False}},
    }


def test_rules_are_those_that_azure_does_not_make() -> None:
    """Queue and table of the own storage account for batch, and a rule for each host: pypi.org once."""
    preview = _preview(MANAGED)
    environments = {e.environment: e for e in preview.plan.environments if e.project == "churn"}
    prod = environments["prod"]

    values = rules(preview, prod.workspace.name)

    hosts = ["*.anaconda.com", "*.anaconda.org", "*.contoso.com", "*.pythonhosted.org", "*.pytorch.org"]
    hosts += ["*.tensorflow.org", "anaconda.com", "models.contoso-analytics.example.com", "pypi.org", "pytorch.org"]
    endpoints = [
        {
            "name": f"pe-storage-{group}",
            "type": "PrivateEndpoint",
            "category": "UserDefined",
            "destination": {"serviceResourceId": prod.storage.id, "subresourceTarget": group, "sparkEnabled": False},
        }
        for group in ("queue", "table")
    ]
    by_host = [rule for rule in values if rule["type"] == "FQDN"]
    assert [rule for rule in values if rule["type"] != "FQDN"] == endpoints
    assert sorted(rule["destination"] for rule in by_host) == hosts
    assert {rule["category"] for rule in by_host} == {"UserDefined"}
    assert rules(preview, environments["sandbox"].workspace.name) == []


def test_rules_come_one_after_the_other_and_before_the_computes() -> None:
    """Each waits for the one before it, the first for the workspace; compute targets wait for all."""
    graph = _preview(MANAGED).graph
    workspace = next(r for r in graph.of_type("Microsoft.MachineLearningServices/workspaces") if "churn-dev" in r.name)
    resources = [r for r in graph if r.id.startswith(f"{workspace.id}/outboundRules/")]
    computes = [r for r in graph if r.id.startswith(f"{workspace.id}/computes/")]

    waits = [
        [other.name for other in resources if other.urn in rule.depends_on]
        for rule in resources
        if workspace.urn in rule.depends_on
    ]

    assert waits == [[], *([rule.name] for rule in resources[:-1])]
    assert [rule.name for compute in computes for rule in resources if rule.urn not in compute.depends_on] == []


def test_guardrails_know_the_mode_of_each_environment() -> None:
    """Managed ones list no subnet, and let Microsoft's endpoints connect: that is audited, not denied."""
    spec = _preview(MANAGED).plan.policies
    keys = ("networkMode", "allowedSubnetIds", "endpointSubscriptionEffect")

    result = {
        a.scope.rsplit("/", 1)[1]: [len(v) if isinstance(v := a.parameters.get(key), list) else v for key in keys]
        for a in spec.assignments
        if a.name == "guardrails-network" and "networkMode" in a.parameters and "spoke" not in a.scope
    }

    assert result == {
        "rg-retail-churn-dev-westeurope": ["Managed", 0, "Audit"],
        "rg-retail-churn-prod-westeurope": ["Managed", 0, "Audit"],
        "rg-retail-churn-sandbox-westeurope": ["Managed", 0, "Audit"],
        "rg-retail-fraud-dev-westeurope": ["Injected", 1, "Audit"],
    }


def test_the_internet_is_refused_in_production_with_the_way_out(tmp_path: Path) -> None:
    """By the guardrail, which only audits elsewhere."""
    path = tmp_path / "Pulumi.live.yaml"
    path.write_text(MANAGED.read_text(encoding="utf-8").replace("sandbox:", "live:"), encoding="utf-8")

    preview = _preview(path)

    denied = [(a.assignment.name, a.subject.name.rsplit("-", 1)[0]) for a in preview.verdicts.denied]
    (error,) = (f for f in preview.findings if f.severity is Severity.ERROR)
    assert denied == [("guardrails-workspace", "mlw-retail-churn-live")]
    assert (error.check, error.path) == ("policy/conflict", "properties.managedNetwork.isolationMode")
    assert error.remedy.startswith(
        "Options: (1) In the stack file, set projects.churn.environments.live.isolation.outbound to approvedOnly "
    )


def test_a_preview_lists_every_way_out_with_its_reason() -> None:
    """By whom it is made, where it leads, why, and where that is written."""
    report = json.loads(as_json.render(_preview(MANAGED)))["landingZone"]["managedNetworks"]
    (dev, _, sandbox) = report

    rows = [(r["by"], r["kind"], r["to"].rsplit("/", 1)[-1].split("-")[0], r["group"]) for r in dev["outboundRules"]]

    assert [(e["environment"], e["isolationMode"], e["firewall"]) for e in report] == [
        ("dev", "AllowOnlyApprovedOutbound", "Standard"),
        ("prod", "AllowOnlyApprovedOutbound", "Basic"),
        ("sandbox", "AllowInternetOutbound", None),
    ]
    assert [row for row in rows if row[0] == "azure"] == [
        *(("azure", "PrivateEndpoint", to, None) for to in ("mlw", "kv")),
        *(("azure", "PrivateEndpoint", r["to"].rsplit("/", 1)[-1], None) for r in dev["outboundRules"][2:4]),
        ("azure", "ServiceTag", "AzureActiveDirectory", None),
        ("azure", "ServiceTag", "AzureMachineLearning", None),
        ("azure", "ServiceTag", "BatchNodeManagement.westeurope", None),
        ("azure", "ServiceTag", "AzureResourceManager", None),
        ("azure", "ServiceTag", "MicrosoftContainerRegistry", None),
        ("azure", "ServiceTag", "AzureFrontDoor.FirstParty", None),
        ("azure", "ServiceTag", "AzureMonitor", None),
        ("azure", "ServiceTag", "VirtualNetwork", None),
    ]
    assert [r["kind"] for r in sandbox["outboundRules"]] == ["PrivateEndpoint"] * 4
    assert [
        r for e in report for r in e["outboundRules"] if not (r["why"] and r["source"].startswith("https://"))
    ] == []


def test_a_preview_for_people_says_the_same() -> None:
    """Its section, of the environment in production."""
    text = as_text.render(_preview(MANAGED))

    section = text.split("Outbound rules of managed networks\n")[1].split("\n\n")[0]

    assert section.split("  churn, prod\n")[1].split("    built here\n")[1].split("  churn, sandbox\n") == [
        "      PrivateEndpoint stretailchurnprodh752a (queue): batch endpoints and\n"
        "      parallel runs use queues\n"
        "      PrivateEndpoint stretailchurnprodh752a (table): batch endpoints and\n"
        "      parallel runs use tables\n"
        "      FQDN anaconda.com, *.anaconda.com, *.anaconda.org, *.pythonhosted.org,\n"
        "      pytorch.org, *.pytorch.org, *.tensorflow.org: pythonPackages: Python and\n"
        "      conda packages\n"
        "      FQDN *.contoso.com, models.contoso-analytics.example.com: allowed for this\n"
        "      environment\n"
        "      FQDN pypi.org: pythonPackages: Python and conda packages; allowed for this\n"
        "      environment\n",
        section.split("  churn, sandbox\n")[1],
    ]
    assert section.split("  churn, sandbox\n")[1].splitlines()[:2] == [
        "    lets out everything, the whole internet among it",
        "    by Azure itself",
    ]
