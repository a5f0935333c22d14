"""Purview: the account, its scan of the lake, who registers workspaces, and the pipeline's half."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from amlz.capabilities.purview.facts import NOT_VERIFIED
from amlz.capabilities.purview.plan import PLANNER
from amlz.capabilities.purview.spec import PurviewAccountSpec, PurviewSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import RoleAssignmentSpec, records
from amlz.reports.data_flows import data_flows
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import PEOPLE, Stack, at, messages_of, planned, stack
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "data-platform" / "Pulumi.data-platform.yaml"
SCRIPT = ROOT / "pipelines" / "purview.py"
GROUP, IDENTITY = "66666666-aaaa-4bbb-8ccc-000000000001", "55555555-aaaa-4bbb-8ccc-000000000001"
EXISTING = {
    "account": "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-data/providers/"
    "Microsoft.Purview/accounts/pview-contoso",
    "identity": IDENTITY,
}
LAKE = (
    "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666/resourceGroups/rg-lake/providers/"
    "Microsoft.Storage/storageAccounts/stlake"
)


def with_purview(more: Stack | None = None, name: str = "dev", **settings: Any) -> Stack:
    """A stack of one environment with Purview, and a lake."""
    return stack(
        {f"churn/{name}": at("10.1.0.0/24")}, access=PEOPLE, **({"dataLake": {}, "purview": settings} | (more or {}))
    )


def spec_of(plan: LandingZonePlan) -> PurviewSpec:
    """Purview of a plan."""
    (spec,) = records(plan, PurviewSpec)
    return spec


def account_of(plan: LandingZonePlan) -> PurviewAccountSpec:
    """The account that is created."""
    account = spec_of(plan).account
    assert account is not None
    return account


def roles_of(plan: LandingZonePlan, who: str) -> list[RoleAssignmentSpec]:
    """Roles of a principal of the table of grants."""
    return [role for role in plan.roles() if who in role.holders]


def summary(settings: Stack) -> str:
    """The line of the summary."""
    ((_, text),) = PLANNER.summary(from_object(settings))
    return text


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No account, role, zone or line of the summary."""
    settings = stack(access=PEOPLE, dataLake={})
    plan = planned(settings)

    assert list(records(plan, PurviewSpec)) == []
    assert roles_of(plan, "purviewAccount") == []
    assert plan.hub is not None
    assert [zone.name for zone in plan.hub.dns.zones if "purview" in zone.name] == []
    assert list(PLANNER.summary(from_object(settings))) == []


def test_its_identity_reads_the_whole_lake_as_scans_do() -> None:
    """The role is on the account, and the table of data flows shows it for all containers."""
    plan = planned(with_purview())

    ((role, scope),) = [(role.role, role.scope) for role in roles_of(plan, "purviewAccount")]
    assert (role, scope) == ("Storage Blob Data Reader", spec_of(plan).lake)
    assert roles_of(plan, "purviewAccount")[0].principal.id == account_of(plan).id
    (row,) = (row for section in data_flows(plan) for row in section.rows if row[0] == "Purview")
    assert row == (
        "Purview",
        "all",
        "all",
        "Storage Blob Data Reader",
        "managed private endpoints that a team makes in its portal",
    )


@pytest.mark.parametrize(
    "lake", [{"dataLake": None}, {"dataLake": {"existing": {"account": LAKE, "giveRoles": False}}}]
)
def test_without_a_lake_whose_roles_are_given_here_it_gets_none(lake: Stack) -> None:
    """The account is built in any case."""
    plan = planned(with_purview(lake))

    assert (spec_of(plan).lake, roles_of(plan, "purviewAccount")) == (None, [])
    assert account_of(plan).public is False


def test_an_account_that_exists_gets_roles_and_nothing_else() -> None:
    """By the object ID of its identity; no endpoint and no zone are built."""
    plan = planned(with_purview(existing=EXISTING, registrars=[GROUP]))

    assert (spec_of(plan).account, spec_of(plan).account_id) == (None, EXISTING["account"])
    assert [role.principal.id for role in roles_of(plan, "purviewAccount")] == [IDENTITY]
    assert [role.principal.id for role in roles_of(plan, "purviewRegistrars")] == [GROUP]
    assert plan.hub is not None
    assert [zone.name for zone in plan.hub.dns.zones if "purview" in zone.name] == []
    assert NOT_VERIFIED not in summary(with_purview(existing=EXISTING))


def test_the_account_has_one_private_endpoint_in_the_hub() -> None:
    """That of the portal and its API."""
    plan = planned(with_purview())

    endpoint = account_of(plan).endpoint
    assert plan.hub is not None
    assert (endpoint.group, endpoint.place.resource_group) == ("platform", plan.hub.group.place.resource_group)
    assert [zone.name for zone in endpoint.zones] == ["privatelink.purview-service.microsoft.com"]


@pytest.mark.parametrize(("cloud", "location"), [("usGovernment", "usgovvirginia"), ("china", "chinanorth3")])
def test_in_a_cloud_whose_zone_no_page_names_it_is_refused(cloud: str, location: str) -> None:
    """With the reason."""
    messages = messages_of(with_purview({"cloud": cloud, "location": location, "dns": {"mode": "policy"}}))

    assert [text for text in messages if "private DNS zone of the Purview portal" in text] != []


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_with_production_data_it_is_locked_and_protected(name: str) -> None:
    """Purview has no backup."""
    account = account_of(planned(with_purview(name=name)))

    assert (account.protect, account.lock is not None) == (name == "prod",) * 2


@pytest.mark.parametrize(("public", "fits"), [(True, True), (False, False)])
def test_workspaces_are_registered_only_where_azure_ml_pushes_to(public: bool, fits: bool) -> None:
    """It does not push through a private endpoint: the preview of a private account shows that."""
    settings = with_purview(registrars=[GROUP], publicNetworkAccess=public)

    refused = [text for text in messages_of(settings) if "Azure ML does not push metadata to Purview" in text]
    assert (refused == []) is fits
    assert ("Azure ML pushes no lineage to it" in summary(with_purview(publicNetworkAccess=public))) is not public
    if fits:
        ((role, scope),) = [(role.role, role.scope) for role in roles_of(planned(settings), "purviewRegistrars")]
        assert (role, scope) == ("Reader", planned(settings).environments[0].workspace.id)


def test_every_preview_names_what_no_source_settles() -> None:
    """A second account in a tenant."""
    assert NOT_VERIFIED in summary(with_purview())


def test_azure_is_sent_an_account_without_public_network_access() -> None:
    """Its ingestion storage and managed resources included, and without an event hub."""
    (body,) = [r.body for r in case(EXAMPLE).graph.of_type("Microsoft.Purview/accounts")]

    properties = body["properties"]
    assert body["identity"] == {"type": "SystemAssigned"}
    assert {key: value for key, value in properties.items() if key != "managedResourceGroupName"} == {
        "publicNetworkAccess": "Disabled",
        "managedResourcesPublicNetworkAccess": "Disabled",
        "ingestionStorage": {"publicNetworkAccess": "Disabled"},
        "managedEventHubState": "Disabled",
    }


MADE = {"accountId": "/a", "tenantId": "t", "lake": LAKE, "location": "westeurope"}


def run(folder: Path, made: dict[str, Any], *options: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """The script with an Azure CLI that writes down its arguments, and those."""
    client, calls = folder / "az", folder / "calls"
    client.write_text(f'#!/bin/sh\necho "$*" >> "{calls}"\ncase "$*" in *fail*) exit 3;; esac\n')
    client.chmod(0o755)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options],
        env={"PATH": "/usr/bin:/bin", "AZ": str(client)},
        input=json.dumps({"purview": made}),
        capture_output=True,
        text=True,
        check=False,
    )
    return done, calls.read_text().splitlines() if calls.exists() else []


def test_the_pipeline_registers_the_lake_and_its_scan(tmp_path: Path) -> None:
    """As the identity of the account, by the runtime of a managed network."""
    done, calls = run(tmp_path, MADE, "root", "--runtime", "managed", "--run")

    assert done.returncode == 0, done.stderr
    assert done.stdout == "source stlake: written\nscan landing-zone: written\nscan landing-zone: started\n"
    source = "https://t-api.purview-service.microsoft.com/scan/datasources/stlake"
    assert [line.split()[2:5:2] for line in calls[:2]] == [
        ["put", f"{source}?api-version=2023-09-01"],
        ["put", f"{source}/scans/landing-zone?api-version=2023-09-01"],
    ]
    bodies = [json.loads(line.split(" --body ")[1]) for line in calls[:2]]
    assert [body["kind"] for body in bodies] == ["AdlsGen2", "AdlsGen2Msi"]
    assert bodies[0]["properties"]["endpoint"] == "https://stlake.dfs.core.windows.net/"
    assert bodies[1]["properties"] == {
        "scanRulesetName": "AdlsGen2",
        "scanRulesetType": "System",
        "collection": {"referenceName": "root", "type": "CollectionReference"},
        "connectedVia": {"referenceName": "managed"},
    }
    assert f"--url {source}/scans/landing-zone:run?runId=" in calls[2]


def test_the_pipeline_names_what_is_missing(tmp_path: Path) -> None:
    """No account, no lake, a request that fails."""
    nothing, _ = run(tmp_path, {}, "root")
    no_lake, _ = run(tmp_path, MADE | {"lake": None}, "root")
    failed, _ = run(tmp_path, MADE | {"tenantId": "fail"}, "root")

    assert [done.returncode for done in (nothing, no_lake, failed)] == [1, 1, 1]
    assert "have no Purview account. Set `purview`" in nothing.stderr
    assert "have no data lake on which the account has its role" in no_lake.stderr
    assert "failed (exit code 3 of the Azure CLI)" in failed.stderr
