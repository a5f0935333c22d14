"""Fabric: its capacity, the way of its workspaces to the lake, datastores on OneLake, and the pipeline's half."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from amlz.capabilities.fabric.facts import DATASTORE, MOST_RULES, NOT_VERIFIED, NOT_VERIFIED_LINK, ONELAKE
from amlz.capabilities.fabric.plan import PLANNER
from amlz.capabilities.fabric.spec import FabricSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import ApplicationRuleSpec, DataLakeSpec, StorageSpec, records
from amlz.reports.data_flows import data_flows
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import PEOPLE, Stack, at, messages_of, planned, stack
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "data-platform" / "Pulumi.data-platform.yaml"
SCRIPT = ROOT / "pipelines" / "fabric.py"
ID, IDENTITY = "aaaa0a0a-bb1b-4c2c-8d3d-eeeeee4e4e4e", "44444444-aaaa-4bbb-8ccc-000000000001"
LAKEHOUSE = "33333333-aaaa-4bbb-8ccc-000000000001"
MADE = {"id": ID, "identity": IDENTITY}
INSTANCE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/Fabric/providers/Microsoft.Fabric/workspaces/"
    f"{ID}"
)


def with_workspace(row: dict[str, Any], more: Stack | None = None, name: str = "dev", **settings: Any) -> Stack:
    """A stack of one environment with a Fabric workspace, and a lake."""
    own = at("10.1.0.0/24", fabric={"workspaces": {"analytics": row}}, **settings)
    return stack({f"churn/{name}": own}, access=PEOPLE, **({"dataLake": {}} | (more or {})))


def with_capacity(name: str = "dev", **settings: Any) -> Stack:
    """A stack of one environment with a capacity."""
    capacity = {"administrators": ["admin@contoso.com"]} | settings
    return stack({f"churn/{name}": at("10.1.0.0/24", fabric={"capacity": capacity})}, access=PEOPLE)


def spec_of(plan: LandingZonePlan) -> FabricSpec:
    """Fabric of a plan."""
    (spec,) = records(plan, FabricSpec)
    return spec


def lake_of(plan: LandingZonePlan) -> StorageSpec:
    """The account of the lake that is built."""
    (lake,) = records(plan, DataLakeSpec)
    (account,) = records(lake, StorageSpec)
    return account


def summary(settings: Stack) -> str:
    """The line of the summary."""
    ((_, text),) = PLANNER.summary(from_object(settings))
    return text


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No capacity, rule, role, zone or line of the summary."""
    settings = stack(access=PEOPLE, dataLake={})
    plan = planned(settings)

    assert list(records(plan, FabricSpec)) == []
    assert lake_of(plan).trusted == ()
    assert plan.hub is not None
    assert [zone.name for zone in plan.hub.dns.zones if "fabric" in zone.name] == []
    assert list(PLANNER.summary(from_object(settings))) == []


def test_the_lake_lets_in_a_workspace_whose_ids_are_set() -> None:
    """By a resource instance rule; its identity reads each container that the environment has access to."""
    plan = planned(with_workspace(MADE))

    assert (lake_of(plan).trusted, lake_of(plan).tenant) == ((INSTANCE,), from_object(with_workspace(MADE)).tenant_id)
    roles = {(role.role, role.scope.rsplit("/", 1)[1]) for role in plan.roles() if role.principal.id == IDENTITY}
    assert roles == {
        ("Storage Blob Delegator", lake_of(plan).name),
        ("Storage Blob Data Reader", "raw"),
        ("Storage Blob Data Reader", "enriched"),
        ("Storage Blob Data Reader", "curated"),
        ("Storage Blob Data Reader", "workspace-churn-dev"),
    }
    keys = [role.key for workspace in spec_of(plan).workspaces for role in workspace.roles]
    assert len(set(keys)) == len(keys)
    paths = {row[4] for section in data_flows(plan) for row in section.rows if row[0] == "Fabric"}
    assert paths == {"trusted workspace access: a resource instance rule of the lake"}


def test_a_workspace_that_a_pipeline_has_to_make_first_gets_nothing() -> None:
    """The summary names it, and the script that makes it."""
    plan = planned(with_workspace({}))

    assert lake_of(plan).trusted == ()
    assert [role for role in plan.roles() if "fabricWorkspace" in role.holders] == []
    assert "pipelines/fabric.py makes analytics after it" in summary(with_workspace({}))
    assert spec_of(plan).workspaces[0].title == "retail-churn-dev-analytics"


LAKE = (
    "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666/resourceGroups/rg-lake/providers/"
    "Microsoft.Storage/storageAccounts/stlake"
)


@pytest.mark.parametrize(
    "lake", [{"dataLake": None}, {"dataLake": {"existing": {"account": LAKE, "giveRoles": False}}}]
)
def test_without_a_container_to_read_workspaces_are_refused(lake: Stack) -> None:
    """No lake, or one whose owner gives the roles."""
    messages = messages_of(with_workspace(MADE, lake))

    assert [text for text in messages if "Workspaces of Fabric read containers of the data lake" in text] != []


def test_the_owner_of_a_lake_that_exists_has_to_let_the_workspace_in() -> None:
    """Nothing of its account is changed here."""
    plan = planned(with_workspace(MADE, {"dataLake": {"existing": {"account": LAKE}}}))

    (lake,) = records(plan, DataLakeSpec)
    assert f"its resource instance rules let in {INSTANCE}" in lake.demands


@pytest.mark.parametrize(("count", "fits"), [(MOST_RULES, True), (MOST_RULES + 1, False)])
def test_a_lake_takes_a_number_of_resource_instance_rules(count: int, fits: bool) -> None:
    """Azure's limit, at its edge. Eleven environments have at most 20 workspaces each."""

    def row(number: int) -> dict[str, str]:
        return {"id": f"aaaa0a0a-bb1b-4c2c-8d3d-{number:012}", "identity": f"22222222-aaaa-4bbb-8ccc-{number:012}"}

    own = {
        f"churn/e{first // 20:02}": at(
            f"10.1.{first // 20}.0/24",
            fabric={"workspaces": {f"w{number}": row(number) for number in range(first, min(first + 20, count))}},
        )
        for first in range(0, count, 20)
    }
    messages = messages_of(stack(own, access=PEOPLE, dataLake={}))

    assert ([text for text in messages if "resource instance rules" in text] == []) is fits


@pytest.mark.parametrize(("cloud", "location"), [("usGovernment", "usgovvirginia"), ("china", "chinanorth3")])
def test_in_a_cloud_whose_hosts_and_zones_no_page_names_it_is_refused(cloud: str, location: str) -> None:
    """With the reason."""
    messages = messages_of(with_workspace({}, {"cloud": cloud, "location": location, "dns": {"mode": "policy"}}))

    assert [text for text in messages if "No page of Microsoft's names the hosts and private DNS zones" in text] != []


@pytest.mark.parametrize(
    ("administrators", "fits"),
    [
        (["admin@contoso.com"], True),
        ([IDENTITY], True),
        (["o'neil_x+y@contoso.com"], True),
        ([], False),
        (["an admin"], False),
        (["/subscriptions/x"], False),
    ],
)
def test_a_capacity_has_an_administrator(administrators: list[str], fits: bool) -> None:
    """Users by name, service principals by object ID."""
    assert (messages_of(with_capacity(administrators=administrators)) == []) is fits


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_capacity_of_production_is_locked_and_protected_and_its_bill_is_named(name: str) -> None:
    """Deleting it closes all workspaces on it."""
    capacity = spec_of(planned(with_capacity(name, size="F8"))).capacity

    assert capacity is not None
    assert (capacity.protect, capacity.lock is not None) == (name == "prod",) * 2
    assert summary(with_capacity(name, size="F8")) == f"churn/{name}: F8, billed until it is paused"


def test_a_datastore_on_onelake_is_named_by_ids_and_takes_files_only() -> None:
    """By its public name; the preview shows what no source states."""
    settings = with_workspace({**MADE, "lakehouse": LAKEHOUSE})
    plan = planned(settings)

    datastore = spec_of(plan).workspaces[0].datastore
    assert datastore is not None
    assert (datastore.fabric_workspace, datastore.lakehouse, datastore.endpoint) == (ID, LAKEHOUSE, ONELAKE[1])
    assert NOT_VERIFIED in summary(settings)
    assert NOT_VERIFIED_LINK not in summary(settings)
    ((path, row),) = PLANNER.contradictions(from_object(settings))
    assert (path[-2:], row) == (("analytics", "lakehouse"), DATASTORE)
    (rule,) = (rule for rule in records(plan, ApplicationRuleSpec) if rule.name == "onelake")
    assert rule.hosts == ONELAKE
    assert rule.sources == ("10.1.0.0/25",)  # the training subnet


@pytest.mark.parametrize(
    ("isolation", "rules"), [({"mode": "managed"}, set(ONELAKE)), ({"mode": "managed", "outbound": "internet"}, set())]
)
def test_a_managed_network_has_a_rule_for_each_host_of_onelake(isolation: Stack, rules: set[str]) -> None:
    """One that lets only approved destinations out."""
    plan = planned(with_workspace({**MADE, "lakehouse": LAKEHOUSE}, isolation=isolation))

    managed = plan.environments[0].workspace.managed_network
    assert managed is not None
    assert {rule.to for rule in managed.rules if "onelake" in rule.to} == rules


def test_a_private_link_takes_ten_addresses_and_gives_the_datastore_another_name() -> None:
    """No public host is opened then."""
    settings = with_workspace({**MADE, "lakehouse": LAKEHOUSE, "privateLink": True})
    plan = planned(settings)

    (workspace,) = spec_of(plan).workspaces
    assert workspace.endpoint is not None
    assert workspace.datastore is not None
    assert workspace.endpoint.target == workspace.link
    assert [zone.name for zone in workspace.endpoint.zones] == ["privatelink.fabric.microsoft.com"]
    assert workspace.datastore.endpoint == f"{ID.replace('-', '')}.zaa.dfs.fabric.microsoft.com"
    assert NOT_VERIFIED_LINK in summary(settings)
    assert NOT_VERIFIED not in summary(settings)
    assert [rule for rule in records(plan, ApplicationRuleSpec) if rule.name == "onelake"] == []


def test_azure_is_sent_a_capacity_a_rule_of_the_lake_and_a_datastore_without_credentials() -> None:
    """As in the example."""
    graph = case(EXAMPLE).graph
    (capacity,) = [r.body for r in graph.of_type("Microsoft.Fabric/capacities")]
    (lake,) = [
        r.body["properties"]["networkAcls"]
        for r in graph.of_type("Microsoft.Storage/storageAccounts")
        if r.body["properties"].get("isHnsEnabled")
    ]
    (datastore,) = [
        r.body["properties"]
        for r in graph.of_type("Microsoft.MachineLearningServices/workspaces/datastores")
        if r.body["properties"]["datastoreType"] == "OneLake"
    ]

    assert (capacity["sku"], capacity["properties"]) == (
        {"name": "F2", "tier": "Fabric"},
        {"administration": {"members": ["fabric-admin@contoso.com"]}},
    )
    assert lake["defaultAction"] == "Deny"
    assert lake["resourceAccessRules"] == [{"tenantId": "0f0e0d0c-1111-4222-8333-444455556666", "resourceId": INSTANCE}]
    assert datastore["artifact"] == {"artifactType": "LakeHouse", "artifactName": f"{LAKEHOUSE}/Files"}
    assert datastore["credentials"] == {"credentialsType": "None"}


# The pipeline: an Azure CLI that answers from a file and writes down what it is asked.

OUTPUTS = {
    "capacity": "fcx",
    "tenantId": "t",
    "lakeUrl": "https://stlake.dfs.core.windows.net",
    "containers": ["raw"],
    "jobPrincipalId": "job",
    "workspaces": {"analytics": {"name": "ws", "id": None, "link": "/link", "datastore": False}},
}
CLIENT = """#!{python}
import json, sys
arguments = sys.argv[2:]
given = dict(zip(arguments[::2], arguments[1::2]))
request = given["--method"] + " " + given["--url"].removeprefix("https://api.fabric.microsoft.com/v1/")
with open("{calls}", "a") as calls:
    print(request, given.get("--body", ""), file=calls)
answers = json.load(open("{answers}"))
if request not in answers:
    sys.exit(3)
answer = answers[request]
if isinstance(answer, list):
    answer = answer[0] if len(answer) == 1 else answers[request].pop(0)
    json.dump(answers, open("{answers}", "w"))
print(json.dumps(answer) if answer is not None else "")
"""


def run(
    folder: Path, answers: dict[str, Any], *options: str, made: dict[str, Any] | None = None
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """The script with such a client, and the requests that change something."""
    client, calls, file = folder / "az", folder / "calls", folder / "answers"
    client.write_text(CLIENT.format(python=sys.executable, calls=calls, answers=file))
    client.chmod(0o755)
    file.write_text(json.dumps(answers))
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *(options or ("churn/dev", "analytics"))],
        env={"PATH": "/usr/bin:/bin", "AZ": str(client), "FABRIC_PAUSE": "0"},
        input=json.dumps({"fabric": {"churn/dev": OUTPUTS | (made or {})}}),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = calls.read_text().splitlines() if calls.exists() else []
    return done, [line for line in lines if not line.startswith("get ")]


NOTHING: dict[str, Any] = {"value": []}
IDENTIFIED = {"capacityId": "c1", "workspaceIdentity": {"servicePrincipalId": "sp"}}


def test_the_pipeline_makes_a_workspace_with_an_identity_and_a_lakehouse(tmp_path: Path) -> None:
    """And prints it for the stack file. A list may be sent in pages."""
    second = "https://api.fabric.microsoft.com/v1/capacities?continuationToken=x"
    answers = {
        "get workspaces": NOTHING,
        "get capacities": {"value": [{"displayName": "other", "id": "c0"}], "continuationUri": second},
        "get capacities?continuationToken=x": {"value": [{"displayName": "fcx", "id": "c1"}]},
        "post workspaces": {"id": "w1"},
        "get workspaces/w1": [{"capacityId": "c1"}, IDENTIFIED],
        "post workspaces/w1/provisionIdentity": None,
        "get workspaces/w1/roleAssignments": NOTHING,
        "post workspaces/w1/roleAssignments": None,
        "get workspaces/w1/lakehouses": [NOTHING, {"value": [{"displayName": "lake", "id": "l1"}]}],
        "post workspaces/w1/items": None,
    }
    done, calls = run(tmp_path, answers)

    assert (done.returncode, done.stdout) == (0, "analytics:\n  id: w1\n  identity: sp\n  # lakehouse: l1\n"), (
        done.stderr
    )
    assert calls == [
        'post workspaces {"displayName": "ws", "capacityId": "c1"}',
        "post workspaces/w1/provisionIdentity ",
        'post workspaces/w1/roleAssignments {"principal": {"id": "sp", "type": "ServicePrincipal"}, '
        '"role": "Contributor"}',
        'post workspaces/w1/items {"displayName": "lake", "type": "Lakehouse"}',
    ]


def test_a_second_run_makes_shortcuts_and_gives_jobs_their_role(tmp_path: Path) -> None:
    """Once the stack file has the IDs; what exists is left alone."""
    workspace = OUTPUTS["workspaces"]["analytics"] | {"id": "w1", "datastore": True}  # type: ignore[index]
    answers = {
        "get capacities": {"value": [{"displayName": "fcx", "id": "c1"}]},
        "get workspaces/w1": IDENTIFIED,
        "get workspaces/w1/roleAssignments": {
            "value": [
                {"principal": {"id": "sp"}, "role": "Contributor"},
                {"principal": {"id": "job"}, "role": "Viewer"},
            ]
        },
        "get workspaces/w1/lakehouses": {"value": [{"displayName": "lake", "id": "l1"}]},
        "get workspaces/w1/items/l1/shortcuts": NOTHING,
        "get connections": NOTHING,
        "post connections": {"id": "k1"},
        "post workspaces/w1/items/l1/shortcuts": None,
        "post workspaces/w1/roleAssignments": None,
        "put https://management.azure.com/link?api-version=2024-06-01": None,
    }
    done, calls = run(
        tmp_path, answers, "churn/dev", "analytics", "--private-link", made={"workspaces": {"analytics": workspace}}
    )

    assert done.returncode == 0, done.stderr
    bodies = {line.split(" ")[1]: json.loads(line.split(" ", 2)[2]) for line in calls}
    assert set(bodies) == {
        "connections",
        "workspaces/w1/items/l1/shortcuts",
        "workspaces/w1/roleAssignments",
        "https://management.azure.com/link?api-version=2024-06-01",
    }
    assert bodies["connections"]["credentialDetails"]["credentials"] == {"credentialType": "WorkspaceIdentity"}
    assert bodies["workspaces/w1/items/l1/shortcuts"] == {
        "path": "Files",
        "name": "raw",
        "target": {
            "adlsGen2": {"location": "https://stlake.dfs.core.windows.net", "subpath": "/raw", "connectionId": "k1"}
        },
    }
    assert bodies["workspaces/w1/roleAssignments"]["principal"]["id"] == "job"
    assert bodies["https://management.azure.com/link?api-version=2024-06-01"] == {
        "location": "global",
        "properties": {"tenantId": "t", "workspaceId": "w1"},
    }


def test_the_pipeline_names_what_is_missing(tmp_path: Path) -> None:
    """An environment without the workspace, a capacity that Fabric does not show, a request that fails."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    wrong, _ = run(tmp_path, {}, "churn/dev", "sales")
    unknown, _ = run(tmp_path / "a", {"get workspaces": NOTHING, "get capacities": NOTHING})
    failed, _ = run(tmp_path / "b", {})

    assert [done.returncode for done in (wrong, unknown, failed)] == [1, 1, 1]
    assert wrong.stderr.strip() == (
        "The outputs of the stack have no Fabric workspace sales of churn/dev. "
        "Name one as PROJECT/ENVIRONMENT WORKSPACE."
    )
    assert unknown.stderr.strip() == "Fabric shows no capacity fcx. Name one with --capacity, which you may assign."
    assert "get https://api.fabric.microsoft.com/v1/workspaces failed (exit code 3" in failed.stderr
