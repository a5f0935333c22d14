"""Values that Azure returns in another form than they were sent, and values that a request may omit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.arm.client import ACCOUNT, GROUP, SUBNET, ArmClient

IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/amlzvault"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/w"
FIREWALL = f"{GROUP}/providers/Microsoft.Network/azureFirewalls/f"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/amlzregistry"
LOG = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/l"
SKUS: dict[str, dict[str, Any]] = {
    REGISTRY: {"sku": {"name": "Premium"}},
    ACCOUNT: {"sku": {"name": "Standard_LRS"}, "kind": "StorageV2"},
}
ACCOUNT_BODY = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}


def read_back(client: ArmClient, path: str, body: dict[str, Any]) -> Any:
    """Returns a resource once its operation has ended."""
    assert client.send("PUT", path, body).status < 300
    return client.send("GET", path, seconds=600).body


def in_vault(**more: Any) -> dict[str, Any]:
    """Returns the request for a vault."""
    properties = {"tenantId": "t", "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}
    return {"location": "westeurope", "properties": {**properties, **more}}


def test_a_workspace_comes_back_with_the_basic_sku() -> None:
    """For any SKU in the request."""
    client = ArmClient()
    client.group()
    sku = {"name": "Standard_S1", "tier": "Free"}

    assert read_back(client, WORKSPACE, {"location": "westeurope", "sku": sku, "properties": {}})["sku"] == {
        "name": "Basic",
        "tier": "Basic",
    }


def test_the_id_of_an_identity_has_its_resource_group_in_lower_case() -> None:
    """Its own id, in the answer to the PUT, the GET and the list."""
    client = ArmClient()
    client.group()
    expected = IDENTITY.replace("resourceGroups", "resourcegroups")
    created = client.send("PUT", IDENTITY, {"location": "westeurope"})
    listed = client.send("GET", IDENTITY.rpartition("/")[0]).body["value"]

    assert created.body["id"] == client.send("GET", IDENTITY).body["id"] == expected
    assert [one["id"] for one in listed] == [expected]


def test_an_account_keeps_its_key_policy_and_its_identity_where_a_request_omits_them() -> None:
    """A PUT without them; a PUT with others replaces them."""
    client = ArmClient()
    client.group()
    identity, policy = {"type": "SystemAssigned"}, {"keyExpirationPeriodInDays": 90}
    first = read_back(client, ACCOUNT, {**ACCOUNT_BODY, "identity": identity, "properties": {"keyPolicy": policy}})
    second = read_back(client, ACCOUNT, ACCOUNT_BODY)
    other = {"properties": {"keyPolicy": {"keyExpirationPeriodInDays": 30}}, "identity": {"type": "None"}}
    third = read_back(client, ACCOUNT, {**ACCOUNT_BODY, **other})

    assert first["properties"]["keyPolicy"] == second["properties"]["keyPolicy"] == policy
    assert first["identity"] == second["identity"]
    assert second["identity"]["type"] == "SystemAssigned"
    assert third["properties"]["keyPolicy"] == {"keyExpirationPeriodInDays": 30}
    assert third["identity"]["type"] == "None"


_OPEN = {"bypass": "AzureServices", "defaultAction": "Allow"}


@pytest.mark.parametrize("soft_delete", [{}, {"enableSoftDelete": True}, {"enableSoftDelete": False}])
@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        (_OPEN, False),
        ({**_OPEN, "ipRules": [], "virtualNetworkRules": []}, False),
        ({**_OPEN, "defaultAction": "Deny"}, True),
        ({**_OPEN, "ipRules": [{"value": "1.2.3.4/32"}]}, True),
    ],
)
def test_a_vault_returns_its_network_rules_unless_they_are_open_to_all(
    soft_delete: dict[str, Any], sent: dict[str, Any], returned: bool
) -> None:
    """Recorded 16 of 16 times for open rules, and 22 of 22 for others; soft delete does not matter."""
    client = ArmClient()
    client.group()
    properties = read_back(client, VAULT, in_vault(networkAcls=sent, **soft_delete))["properties"]

    assert properties.get("networkAcls") == (sent if returned else None)


@pytest.mark.parametrize(
    ("path", "body", "key", "returned"),
    [
        (FIREWALL, {"zones": ["1", "2"]}, "zones", ["1", "2"]),
        (REGISTRY, {"identity": {"type": "None"}}, "identity", None),
        (LOG, {"properties": {"workspaceCapping": {"dailyQuotaGb": 5}}}, "properties.workspaceCapping.dailyQuotaGb", 5),
        (VAULT, in_vault(enableSoftDelete=False), "properties.enableSoftDelete", True),
        (
            ACCOUNT,
            {"properties": {"networkAcls": {"defaultAction": "deny"}}},
            "properties.networkAcls.defaultAction",
            "Deny",
        ),
    ],
)
def test_a_value_comes_back_as_recorded(path: str, body: dict[str, Any], key: str, returned: Any) -> None:
    """Other properties of the request make no difference."""
    client = ArmClient()
    client.group()
    value = read_back(client, path, {"location": "westeurope", "properties": {}, **SKUS.get(path, {}), **body})
    for part in key.split("."):
        value = value.get(part)

    assert value == returned


def test_the_subnet_in_a_rule_of_a_vault_comes_back_in_lower_case() -> None:
    """The whole id."""
    client = ArmClient()
    client.group()
    rules = {"defaultAction": "Deny", "bypass": "None", "virtualNetworkRules": [{"id": SUBNET}]}
    properties = read_back(client, VAULT, in_vault(networkAcls=rules))["properties"]

    assert properties["networkAcls"]["virtualNetworkRules"][0]["id"] == SUBNET.lower()
