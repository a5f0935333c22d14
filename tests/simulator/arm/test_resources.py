"""Resources of the simulated Azure, as clients of ARM see them."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.simulator.arm.messages import Answer
from tests.simulator.arm.client import ACCOUNT, GROUP, NETWORK, SUBNET, ArmClient, code

ADDRESS = f"{GROUP}/providers/Microsoft.Network/networkInterfaces/n"
NIC = {
    "location": "westeurope",
    "properties": {"ipConfigurations": [{"name": "one", "properties": {"subnet": {"id": SUBNET}}}]},
}


def test_a_storage_account_is_accepted_and_then_has_what_azure_adds() -> None:
    """202 with Location; later the defaults of recorded accounts."""
    client = ArmClient()
    client.group()
    body = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    created = client.send("PUT", ACCOUNT, body)

    assert (created.status, created.body, created.headers["Retry-After"]) == (202, None, "17")
    location = created.headers["Location"].removeprefix("https://management.azure.com").partition("?")[0]
    assert client.send("GET", location).status == 202
    assert client.send("GET", location, seconds=600).status == 200
    result = client.send("GET", ACCOUNT).body
    assert result["sku"] == {"name": "Standard_LRS", "tier": "Standard"}
    properties = result["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["minimumTlsVersion"] == "TLS1_2"
    assert properties["networkAcls"]["defaultAction"] == "Allow"
    assert properties["primaryEndpoints"]["blob"] == "https://amlzsample.blob.core.windows.net/"


def test_a_subnet_is_one_resource_in_its_network_and_alone() -> None:
    """Listed in the network or written alone; a network that leaves one out deletes it."""
    client = ArmClient()
    client.network()
    other = f"{NETWORK}/subnets/b"
    assert client.send("PUT", other, {"properties": {"addressPrefix": "10.0.1.0/24"}}).status == 201

    listed = client.send("GET", NETWORK, seconds=60).body["properties"]["subnets"]
    assert [(one["id"], one["properties"]["provisioningState"]) for one in listed] == [
        (SUBNET, "Succeeded"),
        (other, "Succeeded"),
    ]
    assert listed[0] == client.send("GET", SUBNET).body
    body = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    client.send("PUT", NETWORK, {**body, "properties": {**body["properties"], "subnets": []}})  # type: ignore[dict-item]
    assert code(client.send("GET", SUBNET)) == "NotFound"


def test_an_operation_is_in_progress_until_the_clock_reaches_its_end() -> None:
    """At Azure-AsyncOperation, and in the provisioningState."""
    client = ArmClient()
    client.network()
    body = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    updated = client.send("PUT", NETWORK, body)
    operation = updated.headers["Azure-AsyncOperation"].removeprefix("https://management.azure.com").partition("?")[0]

    assert updated.body["properties"]["provisioningState"] == "Updating"
    assert client.send("GET", operation).body == {"status": "InProgress"}
    assert client.send("GET", operation, seconds=60).body == {"status": "Succeeded"}
    assert client.send("GET", NETWORK).body["properties"]["provisioningState"] == "Succeeded"


def test_patch_replaces_tags_and_put_removes_them() -> None:
    """Of a resource group. Recorded for other types: a PATCH without an old tag removes it."""
    client = ArmClient()
    client.send("PUT", GROUP, {"location": "westeurope", "tags": {"a": "1"}})

    assert client.send("PATCH", GROUP, {"tags": {"b": "2"}}).body["tags"] == {"b": "2"}
    assert client.send("PATCH", GROUP, {}).body["tags"] == {"b": "2"}
    assert client.send("PATCH", GROUP, {"tags": {}}).body["tags"] == {}
    assert "tags" not in client.send("PUT", GROUP, {"location": "westeurope"}).body
    assert code(client.send("PUT", GROUP, {"location": "eastus"})) == "InvalidResourceGroupLocation"


def test_collections_hold_what_is_in_a_group_and_in_a_subscription() -> None:
    """By type, and the resources of a resource group."""
    client = ArmClient()
    client.network()

    def ids(path: str) -> list[str]:
        return [one["id"] for one in client.send("GET", path).body["value"]]

    assert ids(f"{GROUP}/providers/Microsoft.Network/virtualNetworks") == [NETWORK]
    assert ids("/subscriptions/s/providers/Microsoft.Network/virtualNetworks") == [NETWORK]
    assert ids(f"{NETWORK}/subnets") == [SUBNET]
    assert ids(f"{GROUP}/resources") == [NETWORK]
    assert ids("/subscriptions/s/resourceGroups") == [GROUP]
    assert ids("/subscriptions/other/resourceGroups") == []


def test_an_unknown_type_is_stored_as_it_was_sent_and_marked() -> None:
    """Nothing is added, and every answer has the header."""
    client = ArmClient()
    client.group()
    path = f"{GROUP}/providers/Microsoft.Example/things/t"
    body = {"location": "westeurope", "properties": {"a": [1, {"b": 2}]}}
    whole = {"id": path, "name": "t", "type": "Microsoft.Example/things", **body}

    assert client.send("PUT", path, body) == Answer(201, {"x-simulated": "stored-only"}, whole)
    assert client.send("GET", path) == Answer(200, {"x-simulated": "stored-only"}, whole)
    assert client.send("DELETE", path) == Answer(200, {"x-simulated": "stored-only"}, None)
    assert client.send("DELETE", path).status == 204


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"),
    [
        ("PUT", "/subscriptions/s/resourceGroups/no/providers/Microsoft.Example/a/b", {}, 404, "ResourceGroupNotFound"),
        ("GET", f"{NETWORK}x", None, 404, "ResourceNotFound"),
        ("GET", f"{NETWORK}/subnets/no", None, 404, "NotFound"),
        ("GET", f"{NETWORK}x/subnets/no", None, 404, "ResourceNotFound"),
        ("DELETE", f"{ACCOUNT}/blobServices/default", None, 404, "ParentResourceNotFound"),
        ("PATCH", ACCOUNT, {}, 404, "ResourceNotFound"),
        ("DELETE", SUBNET, None, 400, "InUseSubnetCannotBeDeleted"),
        ("POST", f"{NETWORK}/explode", None, 501, "NotSimulated"),
        ("PUT", NETWORK, {"location": "westeurope", "properties": []}, 400, "InvalidRequestContent"),
        ("PUT", NETWORK, {"location": "westeurope", "properties": {"subnets": [1]}}, 400, "InvalidRequestContent"),
        ("PUT", NETWORK, {"location": "eastus", "properties": {}}, 409, "InvalidResourceLocation"),
        ("PUT", f"{NETWORK}2", {"properties": {}}, 400, "LocationRequired"),
    ],
)
def test_requests_that_azure_refuses_have_its_status_and_code(
    method: str, path: str, body: Any, status: int, expected: str
) -> None:
    """With a network whose subnet a network interface uses."""
    client = ArmClient()
    client.network()
    endpoint = {"location": "westeurope", "properties": {"subnet": {"id": SUBNET}}}
    assert client.send("PUT", f"{GROUP}/providers/Microsoft.Network/privateEndpoints/p", endpoint).status == 201
    answer = client.send(method, path, body)

    assert (answer.status, code(answer)) == (status, expected)


def test_a_missing_reference_has_azures_words() -> None:
    """Recorded for a network interface in a subnet that does not exist."""
    client = ArmClient()
    client.group()

    assert client.send("PUT", ADDRESS, NIC).body == {
        "error": {
            "code": "InvalidResourceReference",
            "message": f"Resource {SUBNET} referenced by resource {ADDRESS} was not found. Please make sure that the "
            "referenced resource exists, and that both resources are in the same region.",
            "details": [{"code": "NotFound", "message": f"Resource {SUBNET} not found."}],
        }
    }


def test_a_reference_that_is_not_ready_is_retryable_until_the_clock_moves() -> None:
    """Recorded: 429 RetryableError with ReferencedResourceNotProvisioned inside."""
    client = ArmClient()
    client.network()
    refused = client.send("PUT", ADDRESS, NIC, seconds=0)

    assert (refused.status, code(refused)) == (429, "RetryableError")
    assert [one["code"] for one in refused.body["error"]["details"]] == ["ReferencedResourceNotProvisioned"]
    assert client.send("PUT", ADDRESS, NIC, seconds=60).status == 201


def test_a_network_takes_one_write_at_a_time() -> None:
    """Two subnets at once: 409 AnotherOperationInProgress, recorded."""
    client = ArmClient()
    client.network()
    paths = (f"{NETWORK}/subnets/b", f"{NETWORK}/subnets/c")
    bodies = [{"properties": {"addressPrefix": f"10.0.{number}.0/24"}} for number in (1, 2)]

    assert client.send("PUT", paths[0], bodies[0], seconds=60).status == 201
    assert code(client.send("PUT", paths[1], bodies[1], seconds=0)) == "AnotherOperationInProgress"
    assert client.send("PUT", paths[1], bodies[1]).status == 201


def test_a_resource_group_that_is_being_deleted_takes_nothing() -> None:
    """Then it is gone with everything in it."""
    client = ArmClient()
    client.network()
    assert client.send("DELETE", GROUP).status == 202

    assert code(client.send("PUT", ACCOUNT, {"location": "westeurope"}, seconds=0)) == "ResourceGroupBeingDeleted"
    assert client.send("HEAD", GROUP).status == 204
    assert client.send("HEAD", GROUP, seconds=3600).status == 404
    assert code(client.send("GET", NETWORK)) == "ResourceGroupNotFound"


def test_a_lock_keeps_a_group_from_being_deleted() -> None:
    """On something in it: 409 ScopeLocked."""
    client = ArmClient()
    client.network()
    lock = f"{NETWORK}/providers/Microsoft.Authorization/locks/keep"
    assert client.send("PUT", lock, {"properties": {"level": "CanNotDelete"}}).status == 201

    assert code(client.send("DELETE", GROUP)) == "ScopeLocked"
    assert code(client.send("DELETE", NETWORK)) == "ScopeLocked"
    assert client.send("DELETE", lock).status == 200
    assert client.send("DELETE", NETWORK).status == 202


def test_a_role_is_assigned_once() -> None:
    """The same principal and role at the same scope: 409 RoleAssignmentExists, recorded."""
    client = ArmClient()
    client.group()
    properties = {"roleDefinitionId": "/subscriptions/s/x", "principalId": "p", "principalType": "User"}
    at = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments"

    assert client.send("PUT", f"{at}/one", {"properties": properties}).status == 201
    assert code(client.send("PUT", f"{at}/two", {"properties": properties})) == "RoleAssignmentExists"


def test_an_identity_that_does_not_exist_is_refused_by_every_service() -> None:
    """Recorded: 400 FailedIdentityOperation."""
    client = ArmClient()
    client.group()
    missing = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/no"
    identity = {"type": "UserAssigned", "userAssignedIdentities": {missing: {}}}
    body = {"location": "westeurope", "identity": identity, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}

    assert code(client.send("PUT", ACCOUNT, body)) == "FailedIdentityOperation"
    assert client.send("PUT", missing, {"location": "westeurope"}).status == 201
    assert client.send("PUT", ACCOUNT, body).status == 202


def test_names_of_all_azure_are_taken_once() -> None:
    """In another resource group; checkNameAvailability has the same words."""
    client = ArmClient()
    client.group()
    body = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    assert client.send("PUT", ACCOUNT, body).status == 202
    client.send("PUT", f"{GROUP}2", {"location": "westeurope"})
    refused = client.send("PUT", ACCOUNT.replace("/rg/", "/rg2/"), body)
    check = "/subscriptions/s/providers/Microsoft.Storage/checkNameAvailability"
    message = "The storage account named amlzsample is already taken."

    assert refused.body == {"error": {"code": "StorageAccountAlreadyTaken", "message": message}}
    assert client.send("POST", check, {"name": "amlzsample"}).body == {
        "nameAvailable": False,
        "reason": "AlreadyExists",
        "message": message,
    }
    assert client.send("POST", check, {"name": "free"}).body == {"nameAvailable": True}
