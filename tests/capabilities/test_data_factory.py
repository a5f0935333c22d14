"""Data factories: their identity, the endpoints of their managed networks, and the pipeline that makes those."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from amlz.capabilities.data_factory.facts import WORKSPACE_CONNECTION
from amlz.capabilities.data_factory.plan import PLANNER
from amlz.capabilities.data_factory.spec import DataFactorySpec
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import records
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import PEOPLE, Stack, at, messages_of, planned, stack
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "data-platform" / "Pulumi.data-platform.yaml"
SCRIPT = ROOT / "pipelines" / "data-factory.sh"


def with_factory(more: Stack | None = None, name: str = "dev", **settings: Any) -> Stack:
    """A stack of one environment with a factory, and a lake."""
    own = at("10.1.0.0/24", dataFactory=settings)
    return stack({f"churn/{name}": own}, access=PEOPLE, **({"dataLake": {}} | (more or {})))


def spec_of(plan: LandingZonePlan) -> DataFactorySpec:
    """The factory of a plan."""
    (spec,) = records(plan, DataFactorySpec)
    return spec


def roles_of(plan: LandingZonePlan) -> set[tuple[str, str]]:
    """Roles of the factory's identity, with the last word of their scope."""
    identity = spec_of(plan).identity
    return {(role.role, role.scope.rsplit("/", 1)[1]) for role in plan.roles() if role.principal.id == identity}


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No factory, identity, endpoint, zone or line of the summary."""
    settings = stack(access=PEOPLE, dataLake={})
    plan = planned(settings)

    assert list(records(plan, DataFactorySpec)) == []
    assert [identity.role for identity in plan.environments[0].identities] == ["workspace", "compute", "build"]
    assert plan.hub is not None
    assert [zone.name for zone in plan.hub.dns.zones if "datafactory" in zone.name] == []
    assert list(PLANNER.summary(from_object(settings))) == []


def test_its_identity_has_on_the_lake_what_the_environment_has() -> None:
    """And its managed network leads there, by both protocols."""
    plan = planned(with_factory())

    assert roles_of(plan) == {
        ("Storage Blob Data Reader", "raw"),
        ("Storage Blob Data Reader", "enriched"),
        ("Storage Blob Data Reader", "curated"),
        ("Storage Blob Data Contributor", "workspace-churn-dev"),
    }
    endpoints = spec_of(plan).managed_endpoints
    assert [(endpoint.name, endpoint.group) for endpoint in endpoints] == [
        ("pe-lake-blob", "blob"),
        ("pe-lake-dfs", "dfs"),
    ]
    assert {endpoint.target.split("/")[7] for endpoint in endpoints} == {"storageAccounts"}


def test_a_factory_that_calls_batch_endpoints_has_the_role_for_it_and_its_doubt_is_shown() -> None:
    """Sources disagree about its endpoint: every preview names that."""
    settings = with_factory(callsBatchEndpoints=True)
    plan = planned(settings)

    workspace = plan.environments[0].workspace
    assert ("AzureML Data Scientist", workspace.name) in roles_of(plan)
    *_, last = spec_of(plan).managed_endpoints
    assert (last.name, last.target, last.group) == ("pe-workspace", workspace.id, "amlworkspace")
    path = ("projects", "churn", "environments", "dev", "dataFactory", "callsBatchEndpoints")
    assert list(PLANNER.contradictions(from_object(settings))) == [(path, WORKSPACE_CONNECTION)]
    assert list(PLANNER.contradictions(from_object(with_factory()))) == []


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_production_is_locked_and_protected(name: str) -> None:
    """It holds pipelines."""
    spec = spec_of(planned(with_factory(name=name)))

    assert (spec.protect, spec.lock is not None) == (name == "prod",) * 2


@pytest.mark.parametrize(
    ("cloud", "location", "domain"),
    [
        ("public", "westeurope", "azure.net"),
        ("usGovernment", "usgovvirginia", "azure.us"),
        ("china", "chinanorth3", "azure.cn"),
    ],
)
def test_its_endpoint_has_the_zone_of_its_cloud(cloud: str, location: str, domain: str) -> None:
    """From Microsoft's page."""
    endpoint = spec_of(planned(with_factory({"cloud": cloud, "location": location}))).endpoint

    assert (endpoint.group, [zone.name for zone in endpoint.zones]) == (
        "dataFactory",
        [f"privatelink.datafactory.{domain}"],
    )


def test_an_environment_without_roles_for_batch_endpoints_has_no_factory_that_calls_them() -> None:
    """With the reason."""
    settings = with_factory(callsBatchEndpoints=True)
    settings["projects"]["churn"]["environments"]["dev"]["batch"] = False

    (message,) = messages_of(settings)
    assert "`batch: false`" in message


def test_the_preview_names_what_is_less_secure() -> None:
    """The ports of its network, and the time before it has one."""
    texts = [relaxation.gives_up for relaxation in relaxations(from_object(with_factory()))]

    assert [text for text in texts if "pipelines/data-factory.sh" in text] != []


def test_azure_is_sent_a_factory_without_public_access_and_with_one_identity() -> None:
    """As an object of identities: the SDK has no type for it."""
    graph = case(EXAMPLE).graph

    bodies = [r.body for r in graph.of_type("Microsoft.DataFactory/factories") if "-churn-dev-" in r.name]
    (body,) = bodies
    (identity,) = body["identity"]["userAssignedIdentities"]
    assert (identity.rsplit("/", 1)[1], body["identity"]["type"]) == (
        "id-retail-churn-dev-data-factory",
        "UserAssigned",
    )
    assert body["properties"] == {"publicNetworkAccess": "Disabled"}


MADE = {
    "factoryId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.DataFactory/factories/adf-x",
    "identityId": "/i",
    "managedEndpoints": [{"name": "pe-lake-dfs", "target": "/lake", "group": "dfs"}],
}


def run(folder: Path, key: str, connections: str) -> tuple[subprocess.CompletedProcess[str], list[list[str]]]:
    """Runs the pipeline over a client that writes its calls down, and answers with these connections."""
    calls, client = folder / "calls", folder / "az"
    client.write_text(
        '#!/bin/sh\nif test "$3" = list; then printf "%b" "$CONNECTIONS"; fi\n'
        'for word; do printf "%s\\037" "$word"; done >> "$CALLS"; echo >> "$CALLS"\n'
    )
    client.chmod(0o755)
    calls.touch()
    environment = {"PATH": "/usr/bin:/bin", "AZ": str(client), "CALLS": str(calls), "CONNECTIONS": connections}
    outputs = json.dumps({"dataFactories": {"churn/dev": MADE}})
    command = ["bash", str(SCRIPT), key]
    done = subprocess.run(command, env=environment, input=outputs, capture_output=True, text=True, check=False)
    return done, [line.split("\037")[:-1] for line in calls.read_text().splitlines()]


def test_the_pipeline_makes_the_managed_network_and_approves_its_endpoints(tmp_path: Path) -> None:
    """Network, runtime, credential, endpoint, in this order; a connection that is approved already is left alone."""
    done, calls = run(tmp_path, "churn/dev", "/c1\\tPending\\n/c2\\tApproved\\n")

    written = {
        words[4].partition("?")[0].removeprefix(f"{MADE['factoryId']}/"): json.loads(words[6])["properties"]
        for words in calls
        if words[0] == "rest"
    }
    assert list(written.items()) == [
        ("managedVirtualNetworks/default", {}),
        (
            "integrationRuntimes/AutoResolveIntegrationRuntime",
            {
                "type": "Managed",
                "typeProperties": {"computeProperties": {"location": "AutoResolve"}},
                "managedVirtualNetwork": {"type": "ManagedVirtualNetworkReference", "referenceName": "default"},
            },
        ),
        ("credentials/landing-zone", {"type": "ManagedIdentity", "typeProperties": {"resourceId": "/i"}}),
        (
            "managedVirtualNetworks/default/managedPrivateEndpoints/pe-lake-dfs",
            {"privateLinkResourceId": "/lake", "groupId": "dfs"},
        ),
    ]
    approved = [words[words.index("--id") + 1] for words in calls if "approve" in words]
    assert (done.returncode, approved) == (0, ["/c1"])
    assert done.stdout.splitlines()[-1] == "adf-x.pe-lake-dfs: approved"


def test_an_endpoint_without_a_connection_fails_the_pipeline(tmp_path: Path) -> None:
    """Azure makes connections some time after endpoints."""
    done, _ = run(tmp_path, "churn/dev", "")

    assert (done.returncode, done.stderr) == (
        1,
        "adf-x.pe-lake-dfs: no connection on /lake yet. Run this again in a minute.\n",
    )


def test_an_environment_without_a_factory_is_named(tmp_path: Path) -> None:
    """Before anything is written."""
    done, calls = run(tmp_path, "fraud/dev", "")

    assert (done.returncode, done.stderr.strip(), calls) == (
        1,
        "The outputs of the stack have no data factory of fraud/dev. Name one as PROJECT/ENVIRONMENT.",
        [],
    )
