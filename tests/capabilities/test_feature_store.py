"""Feature stores: their network, what Azure is sent, who reads and writes features, and what excludes them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.azure.graph import Resource
from amlz.capabilities.feature_store.plan import PLANNER
from amlz.checks.finding import Severity
from amlz.core.addresses import endpoint_groups
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import DataLakeSpec, ProjectEnvironmentSpec, records
from amlz.core.specs.feature_store import FeatureStoreSpec
from amlz.core.workload import contract_of
from amlz.stackfile.load import from_object, load
from amlz.stackfile.stack_file import KEY
from tests.conftest import ROOT, from_yaml, preview_of
from tests.core.stacks import PEOPLE, Stack, at, built, messages_of, planned, stack
from tests.reports.test_previews import case

CASE = ROOT / "tests" / "cases" / "previews" / "feature-store.yaml"
OPEN = {"mode": "managed", "outbound": "internet"}
WHO = {object_id: kind for kind, ids in PEOPLE.items() for object_id in ids}
ML = "Microsoft.MachineLearningServices/workspaces"


def with_store(name: str = "dev", more: Stack | None = None, **settings: Any) -> Stack:
    """A stack of one environment with a feature store, and a lake."""
    own = at("10.1.0.0/24", **({"featureStore": {"sparkVersion": "3.5"}, "isolation": OPEN} | settings))
    return stack({f"churn/{name}": own}, access=PEOPLE, **({"dataLake": {"containers": ["raw"]}} | (more or {})))


def store_of(plan: LandingZonePlan) -> FeatureStoreSpec:
    """The feature store of a plan."""
    (spec,) = records(plan, FeatureStoreSpec)
    return spec


def environment_of(plan: LandingZonePlan) -> ProjectEnvironmentSpec:
    """The one environment of a plan."""
    (environment,) = plan.environments
    return environment


def sent(kind: str, environment: str, name: str) -> Resource:
    """Returns the request of a resource of an environment of the case, by the beginning of its name."""
    every = [r for r in case(CASE).graph.of_type(kind) if r.environment == environment and "-features" in r.urn]
    (resource,) = [resource for resource in every if resource.name.startswith(name)]
    return resource


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No second workspace, identity, endpoint, role or line of the summary; rules stay closed to Spark."""
    settings = with_store(featureStore=None)
    plan = planned(settings)

    assert list(records(plan, FeatureStoreSpec)) == []
    assert [identity.role for identity in environment_of(plan).identities] == ["workspace", "compute", "build"]
    assert "dfs" not in endpoint_groups(from_object(settings).projects["churn"].environments["dev"])
    assert [role for role in plan.roles() if "Feature" in role.role or "feature" in role.why] == []
    assert [rule for rule in built(environment_of(plan).workspace.managed_network).rules if rule.spark] == []
    assert list(PLANNER.summary(from_object(settings))) == []


def test_azure_is_sent_a_closed_workspace_of_its_kind() -> None:
    """Its own identity acts for it, one other materialises; no registry, no keys, the one supported network."""
    store, account = sent(ML, "prod", "mlw-"), sent("Microsoft.Storage/storageAccounts", "prod", "st")
    identity = store.body["identity"]
    settings = store.properties["featureStoreSettings"]

    assert (store.body["kind"], identity["type"]) == ("FeatureStore", "SystemAssigned,UserAssigned")
    assert [one.rpartition("/")[2] for one in identity["userAssignedIdentities"]] == ["id-retail-fraud-prod-features"]
    assert settings["computeRuntime"] == {"sparkRuntimeVersion": "3.5"}
    assert {key: store.properties.get(key) for key in ("publicNetworkAccess", "systemDatastoresAuthMode")} == {
        "publicNetworkAccess": "Disabled",
        "systemDatastoresAuthMode": "Identity",
    }
    assert store.properties["managedNetwork"]["isolationMode"] == "AllowInternetOutbound"
    assert "containerRegistry" not in store.properties
    assert "primaryUserAssignedIdentity" not in store.properties
    assert store.properties["storageAccount"] == account.id
    assert {
        key: account.properties[key] for key in ("isHnsEnabled", "allowSharedKeyAccess", "publicNetworkAccess")
    } == {
        "isHnsEnabled": True,
        "allowSharedKeyAccess": False,
        "publicNetworkAccess": "Disabled",
    }


def test_the_connection_of_its_name_leads_to_the_offline_store() -> None:
    """Azure's SDK shows the offline store by this category, and the identity by the beginning of the name."""
    store, connection = sent(ML, "dev", "mlw-"), sent(f"{ML}/connections", "dev", "OfflineStoreConnectionName-")
    account = store.properties["storageAccount"]

    properties = connection.properties
    assert connection.name == store.properties["featureStoreSettings"]["offlineStoreConnectionName"]
    assert (properties["category"], properties["authType"], properties["target"]) == (
        "ADLSGen2",
        "ManagedIdentity",
        f"{account}/blobServices/default/containers/offlinestore",
    )
    assert properties["credentials"]["resourceId"].endswith("id-retail-fraud-dev-features")


def test_materialisation_jobs_and_spark_jobs_reach_what_they_use_by_private_endpoints() -> None:
    """Of the store: account, vault, lake. Of the workspace: store, account, and what else is storage."""
    plan = planned(with_store())
    store, environment = store_of(plan), environment_of(plan)
    lake = built(plan.part(DataLakeSpec)).account_id

    assert [(rule.to, rule.group, rule.spark) for rule in store.network.rules] == [
        (store.storage.id, "dfs", True),
        (store.vault.id, "vault", True),
        (lake, "dfs", True),
    ]
    rules = built(environment.workspace.managed_network).built.values()
    assert [(rule.to, rule.group, rule.spark) for rule in rules] == [
        (environment.storage.id, "queue", True),
        (environment.storage.id, "table", True),
        (lake, "blob", True),
        (lake, "dfs", True),
        (store.id, "amlworkspace", True),
        (store.storage.id, "blob", True),
        (store.storage.id, "dfs", True),
    ]
    destination = sent(f"{ML}/outboundRules", "dev", "pe-source-dfs").properties["destination"]
    assert destination["sparkEnabled"] is True


def test_it_answers_on_private_endpoints_in_the_subnet_of_the_environment() -> None:
    """The workspace has both of its zones."""
    store = store_of(planned(with_store()))
    endpoints = (store.endpoint, *store.storage.endpoints, built(store.vault.endpoint))

    assert {endpoint.group: [zone.name for zone in endpoint.zones] for endpoint in endpoints} == {
        "amlworkspace": ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"],
        "blob": ["privatelink.blob.core.windows.net"],
        "file": ["privatelink.file.core.windows.net"],
        "dfs": ["privatelink.dfs.core.windows.net"],
        "vault": ["privatelink.vaultcore.azure.net"],
    }
    assert {endpoint.subnet.rpartition("/")[2] for endpoint in endpoints} == {"snet-churn-dev-endpoints"}


SCIENTIST, CONSUMER, READER = "AzureML Data Scientist", "Azure ML Feature Set Consumer", "Storage Blob Data Reader"
WRITER, APPROVER = "Storage Blob Data Contributor", "Azure AI Enterprise Network Connection Approver"
ALWAYS = {
    ("features", "store", SCIENTIST),
    ("features", "storage", WRITER),
    ("itself", "store", APPROVER),
    ("itself", "storage", APPROVER),
    ("itself", "vault", APPROVER),
    ("compute", "store", CONSUMER),
    ("compute", "storage", READER),
    ("pipelines", "store", SCIENTIST),
    ("pipelines", "storage", WRITER),
}
DEVELOPERS = {
    (who, *row) for who in ("dataScientists", "mlEngineers") for row in (("store", SCIENTIST), ("storage", WRITER))
}
LOOKING = {(who, "store", "Reader") for who in ("dataScientists", "mlEngineers")}


@pytest.mark.parametrize(("name", "people"), [("dev", DEVELOPERS), ("prod", LOOKING)])
def test_roles_by_stage(name: str, people: set[tuple[str, str, str]]) -> None:
    """In production pipelines alone change features; jobs read them with the five listed actions."""
    plan = planned(with_store(name))
    store = store_of(plan)
    on = {store.id: "store", store.storage.id: "storage", store.vault.id: "vault"}
    holders = {identity.id: identity.role for identity in environment_of(plan).identities} | {store.id: "itself"} | WHO

    given = {(holders[role.principal.id], on[role.scope], role.role) for role in plan.roles() if role.scope in on}
    assert given == ALWAYS | people


def test_the_identity_reads_the_containers_that_jobs_read_and_writes_to_none() -> None:
    """Those that jobs write to are read, too; the store itself approves its endpoints to the lake."""
    plan = planned(with_store())
    store, lake = store_of(plan), built(plan.part(DataLakeSpec)).account_id

    given = {
        (role.principal.id.rpartition("/")[2], role.role, role.scope.removeprefix(lake).rpartition("/")[2])
        for role in store.roles
        if role.scope.startswith(lake)
    }
    assert given == {
        ("id-retail-churn-dev-features", READER, "raw"),
        ("id-retail-churn-dev-features", READER, "workspace-churn-dev"),
        (store.name, APPROVER, ""),
    }
    assert len({role.key for role in store.roles}) == len(store.roles)


def test_production_is_protected_and_locked_and_its_container_waits_for_soft_delete() -> None:
    """It holds data."""
    prod, dev = store_of(planned(with_store("prod"))), store_of(planned(with_store()))

    assert (prod.protect, built(prod.storage.lock).scope, built(prod.vault.lock).scope) == (
        True,
        prod.storage.id,
        prod.vault.id,
    )
    assert (prod.container_after, dev.container_after) == ((prod.storage.blobs,), ())
    assert (dev.protect, dev.storage.lock, dev.vault.lock) == (False, None, None)


def test_guardrails_refuse_it_in_production_unless_they_are_exempt(tmp_path: Path) -> None:
    """Its network, and its identity, which is no primary one. Each error names the exemption that the page has."""
    settings = from_yaml(CASE)
    del settings["config"][KEY]["policies"]
    del settings["config"][KEY]["projects"]["fraud"]["environments"]["dev"]
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")

    errors = [f for f in preview_of(load(str(file))).findings if f.severity is Severity.ERROR]
    assert {f.check for f in errors} == {"policy/conflict"}
    named = {reference for f in errors for reference in re.findall(r"policies: \[([\w-]+)\]", f.remedy)}
    assert named == {"workspace-managed-network", "workspace-identity"}
    exempt = case(CASE)
    assert exempt.verdicts.denied == ()
    assert [f.message for f in exempt.findings if f.severity is Severity.ERROR] == []


def test_the_contract_and_the_summary_name_it() -> None:
    """And the step that follows the deployment."""
    settings = with_store()
    plan = planned(settings)
    store = store_of(plan)

    contract = contract_of(plan, "churn", "dev").model_dump(by_alias=True)
    assert contract["featureStore"] == {
        "name": store.name,
        "id": store.id,
        "offlineStore": f"{store.storage.id}/blobServices/default/containers/offlinestore",
        "sparkVersion": "3.5",
    }
    assert "identities.features.clientId" in contract["unknown"]
    assert dict(PLANNER.summary(from_object(settings))) == {
        "feature store": "churn/dev: provision the managed networks of store and workspace for Spark after it "
        "(docs/how-to/feature-store.md)"
    }


LAKE = (
    "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666/resourceGroups/rg-lake/providers/"
    "Microsoft.Storage/storageAccounts/stlake"
)


def test_a_lake_whose_owner_gives_the_roles_is_refused() -> None:
    """It is not known what its jobs read."""
    more = {"dataLake": {"existing": {"account": LAKE, "giveRoles": False}}}

    assert [text for text in messages_of(with_store(more=more)) if "Features are made from containers" in text] != []


def test_other_clouds_are_refused() -> None:
    """No page states that they have feature stores."""
    settings = with_store(more={"cloud": "usGovernment", "location": "usgovvirginia"})

    assert messages_of(settings) == [
        "projects.churn.environments.dev.featureStore\n"
        "  No page of Microsoft's states that Azure Government has feature stores.\n"
        "  Remove it, and keep features in containers of `dataLake`."
    ]
