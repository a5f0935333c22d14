"""The data lake: who reaches which container, where its endpoints are, and what is left to the owner of one."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.config import LandingZoneConfig
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import (
    DataLakeSpec,
    EncryptionKeySpec,
    ExistingEncryptionKeySpec,
    ExistingLakeStoreSpec,
    LakeStoreSpec,
    RoleAssignmentSpec,
)
from amlz.stackfile.load import from_object
from tests.core.stacks import LANDING_ZONE, at, built, planned, stack

ACCOUNT = (
    "/subscriptions/e1e1e1e1-1111-4222-8333-444455556666/resourceGroups/rg-lake/providers/Microsoft.Storage/"
    "storageAccounts/stcontosolake"
)
SCIENTISTS = "11111111-aaaa-4bbb-8ccc-000000000002"
ENGINEERS = "11111111-aaaa-4bbb-8ccc-000000000003"
BOTH = {"lake_raw": "raw", "lake_curated": "curated"}
READ, WRITE = "Storage Blob Data Reader", "Storage Blob Data Contributor"


def row(role: RoleAssignmentSpec) -> tuple[str, str, str]:
    """Principal, role, and the container or account."""
    whom = role.principal.id.rsplit("/", 1)[-1]
    return whom, role.role, role.scope.rsplit("/", 1)[-1]


def lake_of(plan: LandingZonePlan) -> DataLakeSpec:
    """The data lake of a landing zone that has one."""
    return built(plan.part(DataLakeSpec))


def store_of(plan: LandingZonePlan) -> LakeStoreSpec:
    """Its storage account, which this stack builds."""
    store = lake_of(plan).store
    assert isinstance(store, LakeStoreSpec)
    return store


def on_lake(plan: LandingZonePlan) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """Roles on the lake: of groups, and of identities."""
    return (
        sorted(row(role) for role in lake_of(plan).roles),
        sorted(row(role) for environment in plan.environments for role in environment.shared_roles),
    )


def test_reading_is_what_everybody_gets_and_writing_only_in_a_container_of_its_own() -> None:
    """An Entra group in two environments gets a role once; in production people look, and jobs work."""
    environments = {"churn/dev": at("10.1.0.0/24"), "churn/prod": at("10.1.1.0/24"), "fraud/dev": at("10.1.2.0/24")}
    access = {"dataScientists": [SCIENTISTS], "mlEngineers": [ENGINEERS]}
    plan = planned(stack(environments, dataLake={"containers": ["raw"]}, access=access))

    groups, identities = on_lake(plan)
    assert groups == [
        (SCIENTISTS, WRITE, "workspace-churn-dev"),
        (SCIENTISTS, WRITE, "workspace-fraud-dev"),
        (SCIENTISTS, READ, "raw"),
        (ENGINEERS, WRITE, "workspace-churn-dev"),
        (ENGINEERS, WRITE, "workspace-fraud-dev"),
        (ENGINEERS, READ, "raw"),
        (ENGINEERS, READ, "workspace-churn-prod"),
    ]
    assert identities == [
        ("id-retail-churn-dev-compute", WRITE, "workspace-churn-dev"),
        ("id-retail-churn-dev-compute", READ, "raw"),
        ("id-retail-churn-prod-compute", WRITE, "workspace-churn-prod"),
        ("id-retail-churn-prod-compute", READ, "raw"),
        ("id-retail-fraud-dev-compute", WRITE, "workspace-fraud-dev"),
        ("id-retail-fraud-dev-compute", READ, "raw"),
    ]


@pytest.mark.parametrize(
    ("project", "environment", "workspace", "expected"),
    [
        ({}, {}, "perEnvironment", {**BOTH, "lake_workspace": "workspace-churn-dev"}),
        ({}, {}, "shared", {**BOTH, "lake_workspace": "workspace"}),
        ({"raw": "none"}, {"workspace": "none"}, "perEnvironment", {"lake_curated": "curated"}),
        ({"raw": "none"}, {"raw": "write", "curated": "none", "workspace": "none"}, "shared", {"lake_raw": "raw"}),
        ({}, {"raw": "none", "curated": "none", "workspace": "none"}, "perEnvironment", {}),
    ],
)  # fmt: skip
def test_there_is_a_datastore_for_each_container_that_an_environment_has_something_of(
    project: dict[str, str], environment: dict[str, str], workspace: str, expected: dict[str, str]
) -> None:
    """The environment's setting takes precedence over the project's."""
    settings = stack(
        {"churn/dev": at("10.1.0.0/24", lake=environment)},
        dataLake={"containers": ["raw", "curated"], "workspace": workspace},
    )
    settings["projects"]["churn"]["lake"] = project
    plan = planned(settings)

    (spec,) = plan.environments
    assert {store.name: store.container.rsplit("/", 1)[-1] for store in spec.datastores} == expected
    own = {"workspace"} if workspace == "shared" else set(expected.values()) - {"raw", "curated"}
    assert {container.name for container in lake_of(plan).containers} == {"raw", "curated"} | own


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        ({"churn/dev": at("10.1.0.0/24")}, ("Standard_LRS", False, None)),
        ({"churn/prod": at("10.1.0.0/24")}, ("Standard_ZRS", True, "Holds production data.")),
        (
            {"churn/prod": at("10.1.0.0/24", lake={"raw": "none", "workspace": "none"})},
            ("Standard_LRS", False, None),
        ),
    ],
)
def test_it_is_locked_where_production_uses_it(
    environments: dict[str, Any], expected: tuple[str, bool, str | None]
) -> None:
    """It is a lake of folders, takes no keys, and keeps what is deleted for a while."""
    account = store_of(planned(stack(environments, dataLake={"containers": ["raw"]}))).account

    assert (account.sku, account.protect, account.lock and account.lock.notes) == expected
    assert (account.hierarchical, account.shared_keys, account.soft_delete_days) == (True, False, 30)


@pytest.mark.parametrize(
    ("lake", "subnet", "rules"),
    [
        ({}, "vnet-retail-hub/subnets/snet-endpoints", {"churn": "10.0.0.160/27", "fraud": "10.0.0.160/27"}),
        (
            {"network": "10.1.255.0/28", "spoke": "main"},
            "vnet-retail-spoke-main/subnets/snet-lake-endpoints",
            {"churn": "10.1.255.0/28", "fraud": "10.1.255.0/28"},
        ),
    ],
)
def test_computes_of_a_subnet_reach_the_endpoints_wherever_they_are(
    lake: dict[str, str], subnet: str, rules: dict[str, str]
) -> None:
    """One endpoint for each group ID serves all. From another spoke the firewall allows it; others have no rule."""
    environments = {
        "churn/dev": at("10.1.0.0/24", spoke="main"),
        "fraud/dev": at("10.2.0.0/24", spoke="second"),
        "other/dev": at("10.2.1.0/24", spoke="second", lake={"raw": "none", "workspace": "none"}),
        "inside/dev": at("10.2.2.0/24", spoke="second", isolation="managed"),
    }
    spokes = {"main": {"addressSpace": ["10.1.0.0/16"]}, "second": {"addressSpace": ["10.2.0.0/16"]}}
    plan = planned(stack(environments, spokes=spokes, dataLake={"containers": ["raw"], **lake}))

    assert plan.hub is not None
    assert {e.group: e.subnet.split("/virtualNetworks/")[1] for e in store_of(plan).account.endpoints} == {
        "blob": subnet,
        "dfs": subnet,
    }
    result = {
        group.name.split("-")[2]: rule.destinations[0]
        for spoke in plan.spokes
        for group in spoke.security_groups
        for rule in group.rules
        if rule.name == "lake" and group.role.endswith("-training")
    }
    assert result == rules
    name = store_of(plan).account.name
    through = [
        (rule.sources, rule.hosts)
        for group in built(plan.hub.firewall).groups
        for rule in group.application_rules
        if group.name == "rcg-data-lake"
    ]
    hosts = (f"{name}.blob.core.windows.net", f"{name}.dfs.core.windows.net")
    assert through == ([(("10.2.0.0/25",), hosts)] if lake else [])


def test_a_managed_network_gets_endpoints_to_the_lake_and_its_identity_approves_them() -> None:
    """Independent of other egress: the account answers on private endpoints only."""
    isolation = {"mode": "managed", "outbound": "internet"}
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", isolation=isolation, batch=False)}, dataLake={}))

    (spec,) = plan.environments
    assert spec.workspace.managed_network is not None
    built = [(rule.name, rule.kind, rule.to, rule.group) for rule in spec.workspace.managed_network.built.values()]
    assert built == [
        (f"pe-lake-{group}", "PrivateEndpoint", lake_of(plan).account_id, group) for group in ("blob", "dfs")
    ]
    approves = [role for role in spec.shared_roles if role.role == "Azure AI Enterprise Network Connection Approver"]
    assert [role.scope for role in approves] == [lake_of(plan).account_id]
    assert [role.id for role in approves if role.id not in spec.workspace.after] == []


@pytest.mark.parametrize("gives", [True, False])
def test_of_a_lake_that_exists_nothing_is_built_but_what_leads_to_it(gives: bool) -> None:
    """Endpoints in the hub, and roles unless its owner gives them: then the preview lists each."""
    access = {"dataScientists": [SCIENTISTS]}
    existing = {"account": ACCOUNT, "giveRoles": gives}
    plan = planned(stack(dataLake={"existing": existing, "containers": ["raw"]}, access=access))

    lake = lake_of(plan)
    assert isinstance(lake.store, ExistingLakeStoreSpec)
    assert lake.account_id == ACCOUNT
    assert [(endpoint.group, endpoint.target) for endpoint in lake.store.endpoints] == [
        ("blob", ACCOUNT),
        ("dfs", ACCOUNT),
    ]
    groups, identities = on_lake(plan)
    wanted = [(SCIENTISTS, WRITE, "workspace-churn-dev"), (SCIENTISTS, READ, "raw")]
    jobs = [
        ("id-retail-churn-dev-compute", WRITE, "workspace-churn-dev"),
        ("id-retail-churn-dev-compute", READ, "raw"),
    ]
    assert (groups, identities) == ((wanted, jobs) if gives else ([], []))
    people, job = f"{SCIENTISTS} (dataScientists)", "id-retail-churn-dev-compute (computeIdentity)"
    given = [
        f"{people} has {READ} on container raw: looking into the lake from the studio and notebooks",
        f"{people} has {WRITE} on container workspace-churn-dev: preparing data from the studio and notebooks",
        f"{job} has {READ} on container raw: jobs read the lake",
        f"{job} has {WRITE} on container workspace-churn-dev: jobs write to the lake",
    ]
    assert list(lake.demands) == [
        "stcontosolake has a hierarchical namespace and is in tenant 0f0e0d0c-1111-4222-8333-444455556666",
        "it has the containers raw and workspace-churn-dev",
        *([] if gives else given),
    ]
    subscription = ACCOUNT.split("/")[2]
    assert (subscription in plan.subscriptions) is gives
    deployer = [row.role for row in plan.deployer if row.subscription == subscription]
    assert deployer == [*(["Role Based Access Control Administrator"] if gives else []), "Storage Account Contributor"]


def test_a_second_endpoint_that_would_take_the_names_of_the_first_is_told() -> None:
    """Zones that exist may hold the names of third-party endpoints."""
    group = "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-zones"
    plan = planned(stack(dns={"mode": "existing", "resourceGroup": group}, dataLake={"existing": {"account": ACCOUNT}}))

    assert [text for text in lake_of(plan).demands if "zones" in text] == [
        "no other private endpoint of it writes its names to the same zones: those built here would take them over, "
        "and deleting the last endpoint would delete the records"
    ]


@pytest.mark.parametrize(
    ("lake", "dev", "expected"),
    [
        ({}, {}, []),
        ({"workspace": "shared"}, {}, ["it writes to workspace, and churn prod works with what is there"]),
        ({}, {"raw": "write"}, ["it writes to raw, and churn prod works with what is there"]),
        ({"workspace": "shared"}, {"workspace": "read"}, []),
    ],
)
def test_writing_to_what_production_reads_is_named(
    lake: dict[str, str], dev: dict[str, str], expected: list[str]
) -> None:
    """Experiments could otherwise change production's data unseen."""
    environments = {"churn/dev": at("10.1.0.0/24", lake=dev), "churn/prod": at("10.1.1.0/24")}
    config: LandingZoneConfig = from_object(stack(environments, dataLake={"containers": ["raw"], **lake}))

    values = [relaxation.gives_up for relaxation in relaxations(config) if relaxation.path[-1] == "lake"]

    assert values == expected


def test_projects_that_share_a_workspace_have_what_its_environment_has() -> None:
    """Their clusters by their own identity, their groups like those of the environment."""
    clusters = {"fraud-cpu": {"size": "Standard_D4s_v5", "maxNodes": 1}}
    member = {"access": {"dataScientists": [SCIENTISTS]}, "clusters": clusters}
    lake = {"containers": ["raw"]}
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", sharedBy={"fraud": member})}, dataLake=lake))

    own = [("id-retail-churn-dev-compute", WRITE, "workspace-churn-dev"), ("id-retail-churn-dev-compute", READ, "raw")]
    theirs = [(f"{who[:-7]}member-fraud", role, on) for who, role, on in own]
    people = [(SCIENTISTS, WRITE, "workspace-churn-dev"), (SCIENTISTS, READ, "raw")]
    assert on_lake(plan) == (people, [*own, *theirs])


@pytest.mark.parametrize("made", [True, False])
def test_a_key_of_its_own_is_read_by_an_identity_of_the_lake_alone(made: bool) -> None:
    """Created in a dedicated vault, or provided; the account waits for the role either way."""
    vault = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-keys/providers/Microsoft.KeyVault/vaults/kv-keys"
    brought = {"keyVault": vault, "keyUri": f"https://kv-keys.vault.azure.net/keys/lake/{'0' * 32}"}
    plan = planned(stack(dataLake={"customerManagedKey": {} if made else brought}))

    key = store_of(plan).account.encryption
    assert key is not None
    assert [identity.id for identity in store_of(plan).identities] == [key.identity]
    assert [(role.role, role.scope, role.principal.id) for role in key.roles] == [
        ("Key Vault Crypto Service Encryption User", key.vault, key.identity)
    ]
    assert key.roles[0].id in key.after
    exists = isinstance(key.source, ExistingEncryptionKeySpec)
    assert (exists, key.vault == vault, key.vault in plan.outside) == ((False,) * 3 if made else (True,) * 3)
    groups = lake_groups(plan)
    assert groups == (["blob", "dfs", "vault"] if made else ["blob", "dfs"])


def lake_groups(plan: LandingZonePlan) -> list[str]:
    """Groups of all endpoints that are built for the lake."""
    account = store_of(plan).account
    key, own = account.encryption, [endpoint.group for endpoint in account.endpoints]
    return own + ([key.source.dedicated.endpoint.group] if key and isinstance(key.source, EncryptionKeySpec) else [])


@pytest.mark.parametrize(
    ("redundancy", "sku"), [("local", "Standard_LRS"), ("zone", "Standard_ZRS"), ("geoZone", "Standard_GZRS")]
)
def test_the_redundancy_of_a_lake_that_is_built_is_chosen(redundancy: str, sku: str) -> None:
    """For production, too, whose default is zone-redundant."""
    plan = planned(stack({"churn/prod": at("10.1.0.0/24")}, dataLake={"redundancy": redundancy}))

    store = built(plan.part(DataLakeSpec)).store
    assert isinstance(store, LakeStoreSpec)
    assert store.account.sku == sku
