"""Databricks workspaces: their networks, their way to the lake, and what Azure is sent."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from amlz.capabilities.databricks.spec import DatabricksSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import records
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import PEOPLE, Stack, at, built, messages_of, planned, stack
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "data-platform" / "Pulumi.data-platform.yaml"
SCRIPT = ROOT / "pipelines" / "unity-catalog.sh"
RANGES = ("10.1.8.0/26", "10.1.8.64/26")


def databricks(**settings: Any) -> Stack:
    """The settings of a workspace."""
    return {"hostNetwork": RANGES[0], "containerNetwork": RANGES[1], **settings}


def with_workspace(more: Stack | None = None, name: str = "dev", **settings: Any) -> Stack:
    """A stack of one environment with a workspace, and a lake."""
    own = at("10.1.0.0/24", databricks=databricks(**settings))
    return stack({f"churn/{name}": own}, access=PEOPLE, **({"dataLake": {}} | (more or {})))


def spec_of(plan: LandingZonePlan) -> DatabricksSpec:
    """The workspace of a plan."""
    (spec,) = records(plan, DatabricksSpec)
    return spec


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No workspace, identity, subnet, rule or zone."""
    plan = planned(stack(access=PEOPLE, dataLake={}))

    assert list(records(plan, DatabricksSpec)) == []
    assert [identity.role for identity in plan.environments[0].identities] == ["workspace", "compute", "build"]
    assert [subnet.role for subnet in plan.spokes[0].network.subnets if "databricks" in subnet.role] == []
    hub = built(plan.hub)
    assert [group.name for group in built(hub.firewall).groups if "databricks" in group.name] == []
    assert [zone.name for zone in hub.dns.zones if "databricks" in zone.name] == []


def test_its_identity_has_on_the_lake_what_the_environment_has_and_nothing_else() -> None:
    """Container by container."""
    plan = planned(with_workspace())
    spec = spec_of(plan)

    roles = {(role.role, role.scope.rsplit("/", 1)[1]) for role in plan.roles() if role.principal.id == spec.identity}
    assert roles == {
        ("Storage Blob Data Reader", "raw"),
        ("Storage Blob Data Reader", "enriched"),
        ("Storage Blob Data Reader", "curated"),
        ("Storage Blob Data Contributor", "workspace-churn-dev"),
    }
    assert {(location.name, location.read_only) for location in spec.locations} == {
        ("raw", True), ("enriched", True), ("curated", True), ("workspace-churn-dev", False),
    }  # fmt: skip
    assert {location.url.split("@")[1].split(".", 1)[1] for location in spec.locations} == {"dfs.core.windows.net/"}


def test_subnets_are_delegated_and_their_rules_are_those_of_the_service() -> None:
    """With its own names, without which Azure refuses the next update; no rule to its control plane."""
    plan = planned(with_workspace(hosts=["pypi.org"]))

    subnets = [subnet for subnet in plan.spokes[0].network.subnets if "databricks" in subnet.role]
    assert [(s.cidr, s.delegation) for s in subnets] == [(cidr, "Microsoft.Databricks/workspaces") for cidr in RANGES]
    groups = [group for group in plan.spokes[0].security_groups if "databricks" in group.role]
    for group, own in zip(groups, RANGES, strict=True):
        rules = [
            (r.direction, r.priority, r.name.removeprefix("Microsoft.Databricks-workspaces_UseOnly_databricks-"),
             r.sources, r.destinations, r.ports)
            for r in group.rules
        ]  # fmt: skip
        network = ("VirtualNetwork",)
        assert rules == [
            ("Inbound", 100, "worker-to-worker-inbound", network, network, ("*",)),
            ("Outbound", 100, "worker-to-worker-outbound", network, network, ("*",)),
            ("Outbound", 101, "worker-to-sql", network, ("Sql",), ("3306",)),
            ("Outbound", 102, "worker-to-storage", network, ("Storage",), ("443",)),
            ("Outbound", 104, "worker-to-eventhub", network, ("EventHub",), ("9093",)),
            ("Outbound", 400, "by-firewall", (own,), ("Internet",), ("443",)),
            ("Inbound", 4096, "deny-inbound", ("*",), ("*",), ("*",)),
            ("Outbound", 4096, "deny-outbound", ("*",), ("*",), ("*",)),
        ]
    (endpoints,) = [group for group in plan.spokes[0].security_groups if group.role == "churn-dev-endpoints"]
    (rule,) = [rule for rule in endpoints.rules if rule.name == "databricks"]
    assert (rule.sources, rule.ports) == (RANGES, ("443", "3306", "6666", "8443-8451"))


def test_the_firewall_opens_what_the_service_requires_to_both_subnets() -> None:
    """And hosts of the stack file, to this workspace alone."""
    firewall = built(built(planned(with_workspace(hosts=["pypi.org"])).hub).firewall)

    (group,) = [group for group in firewall.groups if group.name == "rcg-databricks"]
    assert [(rule.destinations, rule.ports, rule.sources) for rule in group.network_rules] == [
        (("Sql.westeurope",), ("3306",), RANGES),
        (("Storage.westeurope",), ("443",), RANGES),
        (("EventHub.westeurope",), ("9093",), RANGES),
    ]
    assert [(rule.hosts, rule.sources) for rule in group.application_rules] == [(("pypi.org",), RANGES)]


def test_a_lake_in_the_spoke_lets_its_clusters_in() -> None:
    """The security group of its subnet has the ranges of both subnets."""
    plan = planned(with_workspace({"dataLake": {"network": "10.1.12.0/28"}}))

    (group,) = [group for group in plan.spokes[0].security_groups if group.role == "lake-endpoints"]
    (rule,) = [rule for rule in group.rules if rule.name == "computes"]
    assert set(RANGES) < set(rule.sources)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_workspace_by_which_browsers_sign_in_is_locked_everywhere(name: str) -> None:
    """Its deletion ends the sign-in of the region."""
    plain, signs_in = (
        spec_of(planned(with_workspace(name=name))),
        spec_of(planned(with_workspace(name=name, signIn=True))),
    )

    assert (plain.protect, plain.lock is not None) == (name == "prod",) * 2
    assert (signs_in.protect, signs_in.lock is not None) == (True, True)
    assert [endpoint.group for endpoint in signs_in.endpoints] == ["databricks_ui_api", "browser_authentication"]
    zones = {zone.name for endpoint in signs_in.endpoints for zone in endpoint.zones}
    assert zones == {"privatelink.azuredatabricks.net"}


def test_azure_government_has_its_own_zone() -> None:
    """From Microsoft's page."""
    plan = planned(with_workspace({"cloud": "usGovernment", "location": "usgovvirginia"}))

    (endpoint,) = spec_of(plan).endpoints
    assert [zone.name for zone in endpoint.zones] == ["privatelink.databricks.azure.us"]


def test_in_a_cloud_whose_zone_no_page_names_it_is_refused() -> None:
    """With the reason."""
    (message,) = messages_of(with_workspace({"cloud": "china", "location": "chinanorth3", "dns": {"mode": "policy"}}))

    assert (
        "No page of Microsoft's names the private DNS zone of Azure Databricks in Azure operated by 21Vianet."
        in message
    )


@pytest.mark.parametrize(("host", "container", "fits"), [(26, 26, True), (27, 27, False), (25, 26, False)])
def test_both_ranges_hold_the_least_nodes_and_are_alike(host: int, container: int, fits: bool) -> None:
    """/26 is the smallest."""
    settings = with_workspace(hostNetwork=f"10.1.8.0/{host}", containerNetwork=f"10.1.9.0/{container}")

    assert (messages_of(settings) == []) is fits


def test_the_preview_names_what_is_less_secure() -> None:
    """The rules of the service, and its storage account."""
    texts = [relaxation.gives_up for relaxation in relaxations(from_object(with_workspace()))]

    assert [text for text in texts if "as Databricks requires" in text] != []


def test_azure_is_sent_a_workspace_without_public_access_or_addresses() -> None:
    """Its managed resource group is only named: Azure makes it."""
    graph = case(EXAMPLE).graph

    (body,) = [r.body for r in graph.of_type("Microsoft.Databricks/workspaces") if r.name == "dbw-retail-churn-dev"]
    properties = body["properties"]
    assert (body["sku"], properties["computeMode"]) == ({"name": "premium"}, "Hybrid")
    assert (properties["publicNetworkAccess"], properties["requiredNsgRules"]) == ("Disabled", "NoAzureDatabricksRules")
    assert properties["parameters"]["enableNoPublicIp"] == {"value": True}
    managed = properties["managedResourceGroupId"].rsplit("/", 1)[1]
    assert managed not in [group.name for group in graph.of_type("Microsoft.Resources/resourceGroups")]


def test_the_pipeline_makes_a_credential_and_a_location_for_each_container(tmp_path: Path) -> None:
    """Again, it updates them; a container that is only read gives a location that is."""
    made = {
        "workspaceUrl": "adb-1.2.azuredatabricks.net",
        "accessConnectorId": "/c",
        "identityId": "/i",
        "locations": [{"name": "raw", "url": "abfss://raw@lake.dfs.core.windows.net/", "readOnly": True}],
    }
    calls, client = tmp_path / "calls", tmp_path / "databricks"
    client.write_text(
        f'#!/bin/sh\nif test "$2" = get; then test -e "{tmp_path}/$3"; exit; fi\n'
        f'printf "%s\\n" "$DATABRICKS_HOST" "$@" >> "{calls}"\n'
    )
    client.chmod(0o755)
    outputs = json.dumps({"databricks": {"churn/dev": made}})

    def run(key: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/bin:/bin", "DATABRICKS": str(client)}
        command = ["bash", str(SCRIPT), key]
        return subprocess.run(command, env=environment, input=outputs, capture_output=True, text=True, check=False)

    first = run("churn/dev")
    (tmp_path / "churn-dev").touch()
    second = run("churn/dev")
    wrong = run("fraud/dev")

    assert first.stdout.splitlines() == [
        "storage-credentials churn-dev: created",
        "external-locations churn-dev-raw: created",
    ]
    assert second.stdout.splitlines() == [
        "storage-credentials churn-dev: updated",
        "external-locations churn-dev-raw: created",
    ]
    lines = calls.read_text().splitlines()
    assert lines[0] == "https://adb-1.2.azuredatabricks.net"
    assert json.loads(lines[9]) == {
        "name": "churn-dev-raw",
        "url": "abfss://raw@lake.dfs.core.windows.net/",
        "credential_name": "churn-dev",
        "read_only": True,
    }
    assert (wrong.returncode, wrong.stderr.strip()) == (
        1,
        "The outputs of the stack have no Databricks workspace of fraud/dev. Name one as PROJECT/ENVIRONMENT.",
    )
