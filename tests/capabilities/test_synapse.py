"""Synapse workspaces: their network, their roles on the lake, and what Azure is sent."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from amlz.capabilities.synapse.plan import PLANNER
from amlz.capabilities.synapse.spec import SynapseSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import records
from amlz.reports.data_flows import data_flows
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import PEOPLE, Stack, at, messages_of, planned, stack
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "data-platform" / "Pulumi.data-platform.yaml"
SCRIPT = ROOT / "pipelines" / "synapse.sh"


def with_workspace(more: Stack | None = None, name: str = "dev", **settings: Any) -> Stack:
    """A stack of one environment with a workspace, and a lake."""
    own = at("10.1.0.0/24", synapse=settings)
    return stack({f"churn/{name}": own}, access=PEOPLE, **({"dataLake": {}} | (more or {})))


def spec_of(plan: LandingZonePlan) -> SynapseSpec:
    """The workspace of a plan."""
    (spec,) = records(plan, SynapseSpec)
    return spec


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No workspace, role, zone or line of the summary."""
    settings = stack(access=PEOPLE, dataLake={})
    plan = planned(settings)

    assert list(records(plan, SynapseSpec)) == []
    assert [role for role in plan.roles() if "synapseWorkspace" in role.holders] == []
    assert plan.hub is not None
    assert [zone.name for zone in plan.hub.dns.zones if "synapse" in zone.name] == []
    assert list(PLANNER.summary(from_object(settings))) == []


def test_its_identity_has_on_the_lake_what_jobs_have() -> None:
    """Container by container; its tables are in the one that the environment writes to."""
    plan = planned(with_workspace())
    spec = spec_of(plan)

    roles = {(role.role, role.scope.rsplit("/", 1)[1]) for role in plan.roles() if role.principal.id == spec.id}
    assert roles == {
        ("Storage Blob Data Reader", "raw"),
        ("Storage Blob Data Reader", "enriched"),
        ("Storage Blob Data Reader", "curated"),
        ("Storage Blob Data Contributor", "workspace-churn-dev"),
    }
    assert len({role.key for role in spec.roles}) == len(spec.roles)
    assert (spec.container, spec.account_url.split(".", 1)[1]) == ("workspace-churn-dev", "dfs.core.windows.net")
    (row,) = {row[4] for section in data_flows(plan) for row in section.rows if row[0] == "Synapse"}
    assert row == "managed private endpoints pe-lake-blob and pe-lake-dfs"


LAKE = (
    "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666/resourceGroups/rg-lake/providers/"
    "Microsoft.Storage/storageAccounts/stlake"
)


@pytest.mark.parametrize("lake", [{}, {"dataLake": {"existing": {"account": LAKE, "giveRoles": False}}}])
def test_without_a_container_to_write_to_it_is_refused(lake: Stack) -> None:
    """No lake, or one whose owner gives the roles."""
    own = at("10.1.0.0/24", synapse={})

    messages = messages_of(stack({"churn/dev": own}, access=PEOPLE, **lake))
    assert [text for text in messages if "Synapse keeps its tables in a container" in text] != []


def test_its_names_are_in_the_zones_of_the_cloud() -> None:
    """From Microsoft's page; a hub of the studio only where it is set."""
    public = spec_of(planned(with_workspace(studio=True)))
    government = spec_of(planned(with_workspace({"cloud": "usGovernment", "location": "usgovvirginia"})))

    def zones(spec: SynapseSpec) -> dict[str, str]:
        return {endpoint.group: endpoint.zones[0].name for endpoint in spec.endpoints}

    assert zones(public) == {
        "Sql": "privatelink.sql.azuresynapse.net",
        "SqlOnDemand": "privatelink.sql.azuresynapse.net",
        "Dev": "privatelink.dev.azuresynapse.net",
    }
    assert zones(government) == {
        "Sql": "privatelink.sql.azuresynapse.usgovcloudapi.net",
        "SqlOnDemand": "privatelink.sql.azuresynapse.usgovcloudapi.net",
        "Dev": "privatelink.dev.azuresynapse.usgovcloudapi.net",
    }
    assert public.studio is not None
    assert [zone.name for zone in public.studio.endpoint.zones] == ["privatelink.azuresynapse.net"]
    assert government.studio is None


def test_in_a_cloud_whose_zones_no_page_names_it_is_refused() -> None:
    """With the reason."""
    messages = messages_of(with_workspace({"cloud": "china", "location": "chinanorth3", "dns": {"mode": "policy"}}))

    assert [text for text in messages if "zones of Azure Synapse in Azure operated by 21Vianet" in text] != []


@pytest.mark.parametrize(
    ("least", "most", "fits"), [(3, 3, True), (4, 3, False), (2, 3, False), (200, 200, True), (3, 201, False)]
)
def test_nodes_of_a_pool_are_within_the_limits_of_azure(least: int, most: int, fits: bool) -> None:
    """3 to 200."""
    pool = {"sparkVersion": "3.5", "minNodes": least, "maxNodes": most}

    assert (messages_of(with_workspace(sparkPools={"small": pool})) == []) is fits


def test_azure_is_sent_a_workspace_whose_network_data_cannot_leave() -> None:
    """Without public access or passwords, and with a first administrator."""
    graph = case(EXAMPLE).graph
    (body,) = [r.body for r in graph.of_type("Microsoft.Synapse/workspaces")]
    (pool,) = [r.body for r in graph.of_type("Microsoft.Synapse/workspaces/bigDataPools")]

    properties = body["properties"]
    assert body["identity"] == {"type": "SystemAssigned"}
    assert (properties["managedVirtualNetwork"], properties["managedVirtualNetworkSettings"]) == (
        "default",
        {"preventDataExfiltration": True},
    )
    assert (properties["publicNetworkAccess"], properties["azureADOnlyAuthentication"]) == ("Disabled", True)
    assert "sqlAdministratorLogin" not in properties
    assert properties["cspWorkspaceAdminProperties"] == {
        "initialWorkspaceAdminObjectId": "11111111-aaaa-4bbb-8ccc-000000000001"
    }
    assert properties["defaultDataLakeStorage"]["filesystem"] == "workspace-churn-prod"
    assert pool["properties"]["sparkVersion"] == "3.5"
    assert pool["properties"]["autoScale"] == {"enabled": True, "minNodeCount": 3, "maxNodeCount": 6}


MADE = {
    "workspaceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Synapse/workspaces/synw-x",
    "managedEndpoints": [{"name": "pe-lake-dfs", "target": "/lake", "group": "dfs"}],
}


def run(folder: Path, key: str, connections: str, exists: bool = False) -> tuple[subprocess.CompletedProcess[str], str]:
    """The script with an Azure CLI that writes down its arguments, and those."""
    client, calls = folder / "az", folder / "calls"
    client.write_text(
        f'#!/bin/sh\necho "$*" >> "{calls}"\n'
        f'case "$*" in *" show "*) exit {0 if exists else 3};; *" list "*) printf "{connections}";; esac\n'
    )
    client.chmod(0o755)
    outputs = json.dumps({"synapse": {"churn/dev": MADE}})
    environment = {"PATH": "/usr/bin:/bin", "AZ": str(client)}
    command = ["bash", str(SCRIPT), key]
    done = subprocess.run(command, env=environment, input=outputs, capture_output=True, text=True, check=False)
    return done, calls.read_text() if calls.exists() else ""


def test_the_pipeline_makes_endpoints_and_approves_them(tmp_path: Path) -> None:
    """One that exists is not made again; a connection that is approved already is left alone."""
    done, calls = run(tmp_path, "churn/dev", "/c1\\tPending\\n/c2\\tApproved\\n")

    assert (done.returncode, done.stdout) == (0, "pe-lake-dfs: created\nsynw-x.pe-lake-dfs: approved\n")
    assert [line for line in calls.splitlines() if " approve " in line and "/c1" not in line] == []
    again, calls = run(tmp_path, "churn/dev", "/c1\\tApproved\\n", exists=True)
    assert (again.returncode, again.stdout) == (0, "")


def test_an_endpoint_without_a_connection_fails_the_pipeline(tmp_path: Path) -> None:
    """Azure makes connections some time after endpoints; an environment without a workspace is named."""
    done, _ = run(tmp_path, "churn/dev", "", exists=True)
    wrong, _ = run(tmp_path, "fraud/dev", "")

    assert (done.returncode, done.stderr) == (
        1,
        "synw-x.pe-lake-dfs: no connection on /lake yet. Run this again in a minute.\n",
    )
    assert (wrong.returncode, wrong.stderr.strip()) == (
        1,
        "The outputs of the stack have no Synapse workspace of fraud/dev. Name one as PROJECT/ENVIRONMENT.",
    )
