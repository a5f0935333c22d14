"""Customer-managed keys, serverless compute and plans of Defender for Cloud, read from what would be sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from amlz.azure.graph import Resource, ResourceGraph
from amlz.capabilities.defender.facts import PLANS
from amlz.reports.formats import as_json
from tests import invariants
from tests.conftest import ROOT
from tests.core.stacks import Stack, at, planned, stack
from tests.reports.test_previews import case

STACK = ROOT / "tests" / "cases" / "previews" / "customer-managed-keys.yaml"
WORKSPACES = "Microsoft.MachineLearningServices/workspaces"
ENCRYPTED = (WORKSPACES, "Microsoft.Storage/storageAccounts", "Microsoft.ContainerRegistry/registries")
SUBSCRIPTION = "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666"
#: The key of each environment, without version.
KEYS = {
    "dev": "https://kv-retail-churn-de-myjxl.vault.azure.net/keys/environment",
    "prod": "https://kv-retail-churn-pr-g53td.vault.azure.net/keys/environment",
    "staging": "https://kv-retail-central.vault.azure.net/keys/landing-zone",
}
VERSION = "0123456789abcdef0123456789abcdef"


def graph() -> ResourceGraph:
    """Everything that the stack file of this page would build."""
    return case(STACK).graph


def the(environment: str, arm_type: str) -> Resource:
    """The one resource of a type in an environment's resource group."""
    resources = graph().of_type(arm_type)
    (one,) = (r for r in resources if f"/rg-retail-churn-{environment}-westeurope/" in r.id)
    return one


def properties(environment: str, arm_type: str) -> dict[str, Any]:
    """Its body, as a copy."""
    result: dict[str, Any] = deepcopy(the(environment, arm_type).body["properties"])
    return result


def reader(environment: str) -> str:
    """The id of the identity that reads an environment's key."""
    group = f"{SUBSCRIPTION}/resourceGroups/rg-retail-churn-{environment}-westeurope"
    name = f"id-retail-churn-{environment}-encryption"
    return f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"


def vault_of(environment: str) -> str:
    """The id of the vault that an environment's key is in."""
    group = "rg-keys" if environment == "staging" else f"rg-retail-churn-{environment}-westeurope"
    name = KEYS[environment].split("/")[2].split(".")[0]
    return f"{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}"


@pytest.mark.parametrize("reading", invariants.ALL, ids=lambda reading: reading.__name__)
def test_what_holds_for_every_stack_holds_here(reading: Callable[[invariants.Resources], list[str]]) -> None:
    """The second reading of the shipped stacks, of this one."""
    assert reading(json.loads(as_json.render(case(STACK)))["resources"]) == []


def test_a_storage_account_follows_the_versions_of_its_environments_key() -> None:
    """Named without a version, for blobs, files, queues and tables alike."""
    result = {name: properties(name, ENCRYPTED[1])["encryption"] for name in KEYS}

    services = {kind: {"enabled": True, "keyType": "Account"} for kind in ("blob", "file", "queue", "table")}
    assert result == {
        name: {
            "keySource": "Microsoft.Keyvault",
            "keyvaultproperties": {"keyvaulturi": key.split("/keys/")[0], "keyname": key.split("/keys/")[1]},
            "identity": {"userAssignedIdentity": reader(name)},
            "requireInfrastructureEncryption": True,
            "services": services,
        }
        for name, key in KEYS.items()
    }


def test_a_registry_follows_the_versions_of_its_environments_key() -> None:
    """It reads the key as a client id, which only Azure knows."""
    result = {name: properties(name, ENCRYPTED[2])["encryption"] for name in KEYS}

    assert result == {
        name: {
            "status": "enabled",
            "keyVaultProperties": {
                "keyIdentifier": key,
                "identity": {"$unknown": f"encryption, from churn-{name}-identities-encryption"},
            },
        }
        for name, key in KEYS.items()
    }


def test_a_workspace_names_its_key_with_the_version() -> None:
    """Azure's, where the key is made here; the stack file's, where it was brought."""
    result = {name: properties(name, WORKSPACES)["encryption"] for name in KEYS}
    versions = {name: item["keyVaultProperties"].pop("keyIdentifier") for name, item in result.items()}

    assert result == {
        name: {
            "status": "Enabled",
            "identity": {"userAssignedIdentity": reader(name)},
            "keyVaultProperties": {"keyVaultArmId": vault_of(name)},
        }
        for name in KEYS
    }
    assert versions["staging"] == f"{KEYS['staging']}/{VERSION}"
    assert [list(versions[name]) for name in ("dev", "prod")] == [["$unknown"], ["$unknown"]]


def test_what_is_encrypted_has_the_identity_that_reads_the_key() -> None:
    """The workspace in addition to the one that it acts with."""
    result = {
        (name, kind): list(the(name, kind).body["identity"]["userAssignedIdentities"])
        for name in KEYS
        for kind in ENCRYPTED
    }

    acting = {name: reader(name).replace("-encryption", "-workspace") for name in KEYS}
    assert result == {
        (name, kind): [*([acting[name]] if kind == WORKSPACES else []), reader(name)]
        for name in KEYS
        for kind in ENCRYPTED
    }


def test_nothing_is_encrypted_before_the_key_may_be_read() -> None:
    """Everything encrypted waits for the key, where it is made here, and for every role on its vault."""
    built = graph()
    early = []
    for name in KEYS:
        vault = vault_of(name).lower()
        needed = [r for r in built if r.id.lower().startswith((f"{vault}/keys/", f"{vault}/providers/microsoft.auth"))]
        needed = [r for r in needed if not r.arm_type.endswith(("/locks", "/diagnosticSettings"))]
        early += [
            (kind, other.name) for kind in ENCRYPTED for other in needed if not built.waits_for(the(name, kind), other)
        ]
        assert len(needed) == (2 if name == "staging" else 4)

    assert early == []


def test_a_key_that_is_made_here_is_alone_in_a_private_vault_that_cannot_be_purged() -> None:
    """Locked and protected in production, in which it is worth as much as the data."""
    by_id = {r.id: r for r in graph()}
    result = {}
    for name in ("dev", "prod"):
        vault, key = by_id[vault_of(name)], by_id[f"{vault_of(name)}/keys/environment"]
        body = vault.body["properties"]
        locks = [r for r in graph().of_type("Microsoft.Authorization/locks") if r.id.startswith(vault.id)]
        result[name] = (
            key.body["properties"],
            [body[item] for item in ("enableRbacAuthorization", "enablePurgeProtection", "publicNetworkAccess")],
            body["networkAcls"]["bypass"],
            (vault.protect, key.protect, len(locks)),
        )

    yearly = {"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}
    body = {"kty": "RSA", "keySize": 3072, "rotationPolicy": {"lifetimeActions": [yearly]}}
    shape = (body, [True, True, "Disabled"], "AzureServices")
    assert result == {"dev": (*shape, (False, False, 0)), "prod": (*shape, (True, True, 1))}


def test_guardrails_watch_keys_where_an_environment_has_one_and_find_nothing() -> None:
    """Every verdict on customer-managed keys is compliant, on every resource with a key and on no other."""
    report = json.loads(as_json.render(case(STACK)))["verdicts"]
    names = {the(name, kind).urn: f"{kind} {name}" for name in (*KEYS, "sandbox") for kind in ENCRYPTED}

    pairs = sorted(
        (names[v["resource"]], v["effect"], v["verdict"])
        for v in report
        if v["reference"].endswith("-customer-managed-key")
    )

    assert pairs == sorted((f"{kind} {name}", "audit", "compliant") for kind in ENCRYPTED for name in KEYS)


def test_the_effect_is_said_only_where_there_is_a_key() -> None:
    """The guardrail's own default is off."""
    assignments = graph().of_type("Microsoft.Authorization/policyAssignments")
    result = {
        r.id.split("/")[4].split("-")[3]: r.body["properties"]["parameters"].get("customerManagedKeyEffect")
        for r in assignments
        if r.name == "guardrails-data-and-identity" and r.resource_group
    }

    assert result == {name: {"value": "Audit"} for name in KEYS} | {"sandbox": None}


def test_serverless_compute_is_in_the_training_subnet_where_it_is_asked_for() -> None:
    """Without a public address; elsewhere it is not set."""
    result = {name: properties(name, WORKSPACES).get("serverlessComputeSettings") for name in (*KEYS, "sandbox")}

    network = "rg-retail-spoke-main-westeurope/providers/Microsoft.Network/virtualNetworks/vnet-retail-spoke-main"
    assert result == {
        "dev": {
            "serverlessComputeCustomSubnet": f"{SUBSCRIPTION}/resourceGroups/{network}/subnets/snet-churn-dev-training",
            "serverlessComputeNoPublicIP": True,
        },
        "prod": None,
        "staging": None,
        "sandbox": None,
    }


def test_plans_of_defender_are_turned_on_for_the_landing_zones_subscription() -> None:
    """Names and sub-plans written from Microsoft's policies that turn them on."""
    result = {r.id: r.body["properties"] for r in graph().of_type("Microsoft.Security/pricings")}

    plans = {
        "AI": None,
        "Arm": "PerSubscription",
        "Containers": None,
        "KeyVaults": "PerKeyVault",
        "StorageAccounts": "DefenderForStorageV2",
    }
    assert result == {
        f"{SUBSCRIPTION}/providers/Microsoft.Security/pricings/{name}": {"pricingTier": "Standard"}
        | ({"subPlan": sub_plan} if sub_plan else {})
        for name, sub_plan in plans.items()
    }


def test_the_page_on_defender_lists_every_plan() -> None:
    """Its table is that of the facts."""
    rows = [
        f"| `{key}` | `{plan.name}`{f', sub-plan `{plan.sub_plan}`' if plan.sub_plan else ''} | {plan.watches} "
        f"| {plan.billed_by} |"
        for key, plan in PLANS.items()
    ]

    page = (ROOT / "docs" / "explanation" / "defender.md").read_text(encoding="utf-8")

    assert [line for line in page.splitlines() if line.startswith("| `")] == rows


def test_only_a_key_that_is_made_here_takes_an_address() -> None:
    """Its vault has an endpoint; one that was brought has its own where it is."""
    own = {"cosmosDbObjectId": "33333333-aaaa-4bbb-8ccc-000000000001"}
    vault = f"{SUBSCRIPTION}/resourceGroups/rg-k/providers/Microsoft.KeyVault/vaults/kv-k"
    brought = {"keyVault": vault, "keyUri": f"https://kv-k.vault.azure.net/keys/k/{VERSION}"}

    values = [endpoints(security) for security in ({}, {"customerManagedKey": own}, {"customerManagedKey": brought})]

    assert values == [8, 9, 8]


def test_environments_with_keys_in_one_vault_give_no_role_twice() -> None:
    """Each gives its own two identities the role; the database gets it from the vault's owner."""
    vault = f"{SUBSCRIPTION}/resourceGroups/rg-k/providers/Microsoft.KeyVault/vaults/kv-k"
    key = {"customerManagedKey": {"keyVault": vault, "keyUri": f"https://kv-k.vault.azure.net/keys/k/{VERSION}"}}
    names = {"churn/dev": "10.1.0.0/24", "churn/test": "10.1.1.0/24"}

    plan = planned(stack({name: at(cidr, batch=False, security=key) for name, cidr in names.items()}))

    given = [role.id for role in plan.roles() if role.scope == vault]
    assert (len(given), len(set(given)), plan.outside) == (4, 4, (vault,))


def endpoints(security: Stack) -> int:
    """Addresses that an environment's endpoints need, as the address plan counts them."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", batch=False, growth=0, security=security)}))
    (block,) = plan.addresses.spokes[0].blocks
    return next(subnet.needed for subnet in block.subnets if subnet.role == "endpoints")
