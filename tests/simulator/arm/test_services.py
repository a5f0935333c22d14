"""Behaviour of single services, as recorded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.arm.client import ACCOUNT, GROUP, NETWORK, SUBNET, ArmClient, code

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/amlzvault"
DELETED = "/subscriptions/s/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/amlzvault"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/w"
MODELS = f"{GROUP}/providers/Microsoft.MachineLearningServices/registries/contoso-models"
VAULT_BODY: dict[str, Any] = {
    "location": "westeurope",
    "properties": {"tenantId": "t", "sku": {"family": "A", "name": "standard"}, "accessPolicies": []},
}


def workspace(client: ArmClient, mode: str) -> dict[str, Any]:
    """Creates a workspace with a managed network and one rule; returns the network."""
    client.group()
    rule = {"type": "FQDN", "destination": "*.pytorch.org"}
    properties = {
        "keyVault": VAULT,
        "storageAccount": ACCOUNT,
        "enableDataIsolation": True,
        "managedNetwork": {"isolationMode": mode, "outboundRules": {"pytorch": rule}},
    }
    body = {"location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": properties}
    assert client.send("PUT", WORKSPACE, body).status == 202
    result: dict[str, Any] = client.send("GET", WORKSPACE, seconds=600).body["properties"]["managedNetwork"]
    return result


def test_a_network_for_approved_traffic_gets_thirteen_rules() -> None:
    """Nine service tags, and endpoints of the vault, the workspace and the storage account."""
    client = ArmClient()
    network = workspace(client, "AllowOnlyApprovedOutbound")
    required = [name for name, rule in network["outboundRules"].items() if rule["category"] == "Required"]

    assert len(required) == 13
    assert network["outboundRules"]["pytorch"] == {
        "type": "FQDN",
        "destination": "*.pytorch.org",
        "status": "Inactive",
        "category": "UserDefined",
    }
    assert network["outboundRules"]["__SYS_PE_amlzvault_vault"] == {
        "type": "PrivateEndpoint",
        "destination": {
            "serviceResourceId": VAULT.replace("KeyVault", "Keyvault"),  # as Azure returns it
            "subresourceTarget": "vault",
            "sparkEnabled": False,
            "sparkStatus": "Inactive",
        },
        "status": "Inactive",
        "category": "Required",
    }
    assert network["status"] == {"status": "Inactive", "sparkReady": False}


def test_a_network_with_internet_gets_the_rule_of_the_vault() -> None:
    """The only required one."""
    rules = workspace(ArmClient(), "AllowInternetOutbound")["outboundRules"]

    assert list(rules) == ["pytorch", "__SYS_PE_amlzvault_vault"]


def test_a_patch_adds_rules_and_resets_the_isolation_of_data() -> None:
    """The rules of before stay; `enableDataIsolation` becomes false where a PATCH leaves it out."""
    client = ArmClient()
    workspace(client, "AllowOnlyApprovedOutbound")
    rules = {"more": {"type": "FQDN", "destination": "test.com"}}
    assert client.send("PATCH", WORKSPACE, {"properties": {"managedNetwork": {"outboundRules": rules}}}).status == 202
    properties = client.send("GET", WORKSPACE, seconds=600).body["properties"]
    own = [name for name, one in properties["managedNetwork"]["outboundRules"].items() if one["category"] != "Required"]

    assert own == ["more", "pytorch"]
    assert properties["enableDataIsolation"] is False
    assert client.send("GET", f"{WORKSPACE}/outboundRules/more").body["properties"]["destination"] == "test.com"


def test_a_second_patch_is_no_change_of_what_it_leaves_out() -> None:
    """Azure took both of a workspace with isolated data: azure-ai-ml, test_workspace_create_update_and_delete."""
    client = ArmClient()
    workspace(client, "AllowOnlyApprovedOutbound")
    answers = [
        client.send("PATCH", WORKSPACE, {"tags": {"k1": str(number)}}, seconds=600).status for number in range(2)
    ]
    refused = client.send("PATCH", WORKSPACE, {"properties": {"enableDataIsolation": False}}, seconds=600)

    assert answers == [202, 202]
    assert (refused.status, refused.body["error"]["code"]) == (409, "PropertyChangeNotAllowed")


def test_the_address_of_a_vault_ends_with_a_slash_once_it_is_read() -> None:
    """Not in the answer to the request that creates it."""
    client = ArmClient()
    client.group()
    created = client.send("PUT", VAULT, VAULT_BODY)
    read = client.send("GET", VAULT)

    assert created.body["properties"]["vaultUri"] == "https://amlzvault.vault.azure.net"
    assert read.body["properties"]["vaultUri"] == "https://amlzvault.vault.azure.net/"


def test_a_workspace_has_four_datastores_from_the_start() -> None:
    """With the key of its storage account, or without one; a request may change them."""
    client = ArmClient()
    workspace(client, "Disabled")
    listed = client.send("GET", f"{WORKSPACE}/datastores").body["value"]
    blob = client.send("GET", f"{WORKSPACE}/datastores/workspaceblobstore").body["properties"]
    identity = {"properties": {"systemDatastoresAuthMode": "Identity"}}
    client.send("PATCH", WORKSPACE, identity)
    then = client.send("GET", f"{WORKSPACE}/datastores/workspaceblobstore").body["properties"]
    other = client.send("GET", f"{WORKSPACE}/datastores/other")

    assert [one["name"] for one in listed] == [
        "workspaceartifactstore",
        "workspaceblobstore",
        "workspacefilestore",
        "workspaceworkingdirectory",
    ]
    assert (blob["isDefault"], blob["accountName"], blob["credentials"]) == (
        True,
        "amlzsample",
        {"credentialsType": "AccountKey"},
    )
    assert then["credentials"] == {"credentialsType": "None"}
    assert (other.status, code(other)) == (404, "UserError")


def test_a_deleted_vault_holds_its_name_until_it_is_purged() -> None:
    """Read at its own address; a new vault of the name is refused."""
    client = ArmClient()
    client.group()
    assert code(client.send("GET", DELETED)) == "DeletedVaultNotFound"
    assert client.send("PUT", VAULT, VAULT_BODY).status == 200
    assert client.send("DELETE", VAULT).status == 200

    assert client.send("GET", DELETED).body["properties"] == {"vaultId": VAULT, "location": "westeurope"}
    assert code(client.send("PUT", VAULT, VAULT_BODY)) == "ConflictError"
    assert client.send("POST", f"{DELETED}/purge").status == 202
    assert client.send("PUT", VAULT, VAULT_BODY).status == 200


def test_a_recovered_vault_is_as_it_was() -> None:
    """With its SKU, its access policies and those of the request: recorded."""
    client = ArmClient()
    client.group()
    policies = [{"tenantId": "t", "objectId": name, "permissions": {"keys": ["get"]}} for name in ("one", "two")]
    first = {**VAULT_BODY["properties"], "sku": {"family": "A", "name": "premium"}, "accessPolicies": policies[:1]}
    assert client.send("PUT", VAULT, {**VAULT_BODY, "properties": first}).status == 200
    client.send("DELETE", VAULT)
    again = {**VAULT_BODY["properties"], "createMode": "recover", "accessPolicies": policies[1:]}
    recovered = client.send("PUT", VAULT, {**VAULT_BODY, "properties": again})
    properties = client.send("GET", VAULT).body["properties"]

    assert (recovered.status, properties["provisioningState"]) == (200, "Succeeded")
    assert (properties["sku"]["name"], properties["accessPolicies"]) == ("premium", policies)
    assert "createMode" not in properties


def test_a_purged_vault_is_not_recovered() -> None:
    """The request creates a new one."""
    client = ArmClient()
    client.group()
    premium = {**VAULT_BODY["properties"], "sku": {"family": "A", "name": "premium"}}
    client.send("PUT", VAULT, {**VAULT_BODY, "properties": premium})
    client.send("DELETE", VAULT)
    client.send("POST", f"{DELETED}/purge")
    recover = {**VAULT_BODY["properties"], "createMode": "recover"}
    created = client.send("PUT", VAULT, {**VAULT_BODY, "properties": recover})

    assert (created.status, created.body["properties"]["sku"]["name"]) == (200, "standard")


def test_a_deleted_log_is_restored_with_its_days() -> None:
    """The same name in the same resource group: 201 Restoring, and the old `retentionInDays`."""
    client = ArmClient()
    client.group()
    path = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/l"
    body = {"location": "westeurope", "properties": {"retentionInDays": 90}}
    client.send("PUT", path, body)
    assert client.send("DELETE", path).status == 200
    again = client.send("PUT", path, {"location": "westeurope", "properties": {}})

    assert (again.status, again.headers["Retry-After"]) == (201, "20")
    assert again.body["properties"]["provisioningState"] == "Restoring"
    assert again.body["properties"]["retentionInDays"] == 90
    assert client.send("GET", path, seconds=60).body["properties"]["provisioningState"] == "Succeeded"


def test_a_group_whose_network_others_use_is_not_deleted() -> None:
    """The operation fails at its end: 409 ResourceGroupDeletionBlocked with the error inside."""
    client = ArmClient()
    client.network()
    other = GROUP.replace("rg", "other")
    client.send("PUT", other, {"location": "westeurope"})
    endpoint = {"location": "westeurope", "properties": {"subnet": {"id": SUBNET}}}
    user = f"{other}/providers/Microsoft.Network/privateEndpoints/p"
    assert client.send("PUT", user, endpoint).status == 201
    location = client.send("DELETE", GROUP).headers["Location"].removeprefix("https://management.azure.com")
    answer = client.send("GET", location.partition("?")[0], seconds=3600)

    assert (answer.status, code(answer)) == (409, "ResourceGroupDeletionBlocked")
    assert [one["code"] for one in answer.body["error"]["details"]] == ["InUseSubnetCannotBeDeleted"]
    assert client.send("GET", NETWORK).status == 200


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (NETWORK, {"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/99"]}}}, "InvalidAddressPrefixFormat"),
        (
            NETWORK,
            {"properties": {"encryption": {"enabled": True}}},
            "MustSpecifyBothEncryptionIntentAndEnforcementPolicy",
        ),
        (
            f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/a",
            {"sku": {"name": "Basic", "tier": "Global"}},
            "GlobalPublicIPAddressNotSupportedForBasicPublicIpAddress",
        ),
        (
            ACCOUNT,
            {"properties": {"keyPolicy": {"keyExpirationPeriodInDays": -1}}},
            "InvalidValuesForRequestParameters",
        ),
    ],
)
def test_wrong_values_are_refused_with_recorded_codes(path: str, body: dict[str, Any], expected: str) -> None:
    """Before anything is stored."""
    client = ArmClient()
    client.group()
    answer = client.send("PUT", path, {"location": "westeurope", **body})

    assert (answer.status, code(answer)) == (400, expected)
    assert client.send("GET", path).status == 404


def test_a_network_may_name_its_own_subnet() -> None:
    """A reference to itself is none to another resource."""
    client = ArmClient()
    client.group()
    subnets = [{"id": SUBNET, "name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}

    assert client.send("PUT", NETWORK, {"location": "westeurope", "properties": properties}).status == 201


def test_a_workspace_is_accepted_before_its_parts_exist() -> None:
    """Recorded: references are not checked when the request arrives."""
    client = ArmClient()
    network = workspace(client, "AllowInternetOutbound")

    assert network["isolationMode"] == "AllowInternetOutbound"


def test_peerings_connect_once_both_sides_exist() -> None:
    """Initiated, then Connected; each shows the range of the other network."""
    client = ArmClient()
    client.network()
    other = NETWORK[:-1] + "w"
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    client.send("PUT", other, {"location": "westeurope", "properties": {"addressSpace": space}})

    def peer(one: str, two: str) -> dict[str, Any]:
        path = f"{one}/virtualNetworkPeerings/p"
        client.send("PUT", path, {"properties": {"remoteVirtualNetwork": {"id": two}}})
        result: dict[str, Any] = client.send("GET", path).body["properties"]
        return result

    first, second = peer(NETWORK, other), peer(other, NETWORK)
    assert (first["peeringState"], first["remoteAddressSpace"]) == ("Initiated", space)
    assert second["peeringState"] == "Connected"
    again = client.send("GET", f"{NETWORK}/virtualNetworkPeerings/p").body["properties"]
    assert (again["peeringState"], again["peeringSyncLevel"]) == ("Connected", "FullyInSync")


def test_diagnostic_settings_are_listed_for_one_resource_alone() -> None:
    """The list of a subscription has the settings of its activity log, none of a resource in it."""
    client = ArmClient()
    client.group()
    client.send("PUT", VAULT, VAULT_BODY, seconds=600)
    scopes = {"activity": "/subscriptions/s", "audit": VAULT}
    for name, scope in scopes.items():
        setting = f"{scope}/providers/Microsoft.Insights/diagnosticSettings/{name}"
        body = {"properties": {"workspaceId": f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log"}}
        assert client.send("PUT", setting, body).status in (200, 201)
    lists = [
        client.send("GET", f"{scope}/providers/Microsoft.Insights/diagnosticSettings").body["value"]
        for scope in scopes.values()
    ]

    assert [[one["name"] for one in values] for values in lists] == [["activity"], ["audit"]]


def test_azure_names_what_it_creates_for_a_registry_in_each_region() -> None:
    """Storage in each, and one container registry, in a resource group of Azure; a second request keeps them."""
    client = ArmClient()
    client.group()
    region: dict[str, Any] = {
        "acrDetails": [{"systemCreatedAcrAccount": {"acrAccountSku": "Premium"}}],
        "storageAccountDetails": [{"systemCreatedStorageAccount": {"storageAccountType": "Standard_LRS"}}],
    }
    regions = [{"location": name, **region} for name in ("westeurope", "northeurope")]
    body = {"location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": {"regionDetails": regions}}

    assert client.send("PUT", MODELS, body).status in (200, 201, 202)
    first = client.send("GET", MODELS, seconds=600).body["properties"]
    client.send("PUT", MODELS, body)
    again = client.send("GET", MODELS, seconds=600).body["properties"]

    assert again == first
    group = first["managedResourceGroup"]["resourceId"]
    assert "/resourceGroups/azureml-rg-contoso-models_" in group
    images = [
        r["acrDetails"][0]["systemCreatedAcrAccount"]["armResourceId"]["resourceId"] for r in first["regionDetails"]
    ]
    stores = [
        r["storageAccountDetails"][0]["systemCreatedStorageAccount"]["armResourceId"]["resourceId"]
        for r in first["regionDetails"]
    ]
    assert (len(set(images)), len(set(stores))) == (1, 2)
    assert all(made.startswith(f"{group}/providers/") for made in (*images, *stores))
