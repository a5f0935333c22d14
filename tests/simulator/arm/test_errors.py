"""Errors in Azure's words: status, code and text of each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.arm.client import ACCOUNT, GROUP, NETWORK, SUBNET, ArmClient, code

PROVIDERS = f"{GROUP}/providers"
VAULT = f"{PROVIDERS}/Microsoft.KeyVault/vaults/amlzvault"
REGISTRY = f"{PROVIDERS}/Microsoft.ContainerRegistry/registries/amlzregistry"
IDENTITY = f"{PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/i"
ADDRESS = f"{PROVIDERS}/Microsoft.Network/publicIPAddresses/a"
NAT = f"{PROVIDERS}/Microsoft.Network/natGateways/n"
GATEWAY = f"{PROVIDERS}/Microsoft.Network/virtualNetworkGateways/g"
RESOLVER = f"{PROVIDERS}/Microsoft.Network/dnsResolvers/r"
OUTBOUND = f"{RESOLVER}/outboundEndpoints/out"
RULESET = f"{PROVIDERS}/Microsoft.Network/dnsForwardingRulesets/rules"
POLICY = "/subscriptions/s/providers/Microsoft.Authorization/policy"
BODIES: dict[str, dict[str, Any]] = {
    VAULT: {"tenantId": "t", "sku": {"family": "A", "name": "standard"}, "accessPolicies": []},
    ACCOUNT: {},
    REGISTRY: {},
    IDENTITY: {},
    ADDRESS: {},
    NAT: {"publicIpAddresses": [{"id": ADDRESS}]},
    GATEWAY: {
        "ipConfigurations": [
            {"name": "c", "properties": {"subnet": {"id": SUBNET}, "publicIPAddress": {"id": ADDRESS}}}
        ]
    },
    RESOLVER: {"virtualNetwork": {"id": NETWORK}},
    OUTBOUND: {"subnet": {"id": SUBNET}},
    RULESET: {"dnsResolverOutboundEndpoints": [{"id": OUTBOUND}]},
}
SKUS = {ACCOUNT: "Standard_LRS", REGISTRY: "Premium", ADDRESS: "Standard"}


def body_of(path: str, **more: Any) -> dict[str, Any]:
    """Returns the request that creates one of these resources."""
    body = {"location": "westeurope", "properties": BODIES[path], **more}
    return {**body, "sku": {"name": SKUS[path]}} if path in SKUS else body


def create(client: ArmClient, *paths: str) -> None:
    """Creates resources, each when the one before it is ready."""
    for path in paths:
        assert client.send("PUT", path, body_of(path)).status < 300


_VAULT_TAKEN = (
    "The vault name 'amlzvault' is already in use. Vault names are globally unique so it is possible that the name is "
    "already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same "
    "name was recently deleted but not purged after being placed in a recoverable state. If the vault is in a "
    "recoverable state then the vault will need to be purged before reusing the name. For more information about "
    "VaultAlreadyExists, soft delete and purging a vault follow this link "
    "https://go.microsoft.com/fwlink/?linkid=2147740."
)


@pytest.mark.parametrize(
    ("path", "expected", "message"),
    [
        (VAULT, "VaultAlreadyExists", _VAULT_TAKEN),
        (ACCOUNT, "StorageAccountAlreadyTaken", "The storage account named amlzsample is already taken."),
        (REGISTRY, "AlreadyInUse", "The registry amlzregistry is already in use."),
    ],
)
def test_a_name_that_is_taken_is_refused_in_the_words_of_its_service(path: str, expected: str, message: str) -> None:
    """In another resource group, and by checkNameAvailability."""
    client = ArmClient()
    client.group()
    client.send("PUT", f"{GROUP}2", {"location": "westeurope"})
    create(client, path)
    taken = client.send("PUT", path.replace("/rg/", "/rg2/"), body_of(path))
    check = f"/subscriptions/s/providers/{path.split('/')[6]}/checkNameAvailability"
    available = client.send("POST", check, {"name": path.rpartition("/")[2]})

    assert (taken.status, taken.body["error"]) == (409, {"code": expected, "message": message})
    assert available.body == {"nameAvailable": False, "reason": "AlreadyExists", "message": message}


def test_a_vault_that_is_deleted_and_not_purged_holds_its_name() -> None:
    """checkNameAvailability has the text of a vault that exists."""
    client = ArmClient()
    client.group()
    create(client, VAULT)
    client.send("DELETE", VAULT)
    check = "/subscriptions/s/providers/Microsoft.KeyVault/checkNameAvailability"

    assert client.send("POST", check, {"name": "amlzvault"}).body["message"] == _VAULT_TAKEN


@pytest.mark.parametrize(
    ("made", "used", "expected"),
    [
        ((ADDRESS, GATEWAY), SUBNET, "InUseSubnetCannotBeDeleted"),
        ((ADDRESS, GATEWAY), NETWORK, "InUseSubnetCannotBeDeleted"),
        ((ADDRESS, GATEWAY), ADDRESS, "PublicIPAddressCannotBeDeleted"),
        ((ADDRESS, NAT), ADDRESS, "PublicIPAddressCannotBeDeleted"),
        ((RESOLVER, OUTBOUND), SUBNET, "InUseSubnetCannotBeDeleted"),
    ],
)
def test_a_resource_that_a_gateway_uses_is_not_deleted(made: tuple[str, ...], used: str, expected: str) -> None:
    """Gateways of virtual networks, NAT gateways, endpoints of DNS resolvers; without them it is."""
    client = ArmClient()
    client.network()
    create(client, *made)
    refused = client.send("DELETE", used)
    for path in reversed(made):
        if path != used:
            assert client.send("DELETE", path).status < 300

    assert (refused.status, code(refused)) == (400, expected)
    assert client.send("DELETE", used).status < 300


def test_a_nat_gateway_is_not_deleted_while_a_subnet_uses_it() -> None:
    """The reference is one of the subnet."""
    client = ArmClient()
    client.network()
    create(client, ADDRESS, NAT)
    subnet = {"properties": {"addressPrefix": "10.0.0.0/24", "natGateway": {"id": NAT}}}
    assert client.send("PUT", SUBNET, subnet).status < 300
    refused = client.send("DELETE", NAT)

    assert (refused.status, code(refused)) == (400, "CannotDeleteNatGatewayAssociatedToSubnet")


def test_a_subnet_in_use_is_named_with_its_user() -> None:
    """In the text of Microsoft's troubleshooting page."""
    client = ArmClient()
    client.network()
    create(client, ADDRESS, GATEWAY)

    assert client.send("DELETE", SUBNET).body["error"]["message"] == (
        f"Subnet a is in use by {GATEWAY} and cannot be deleted. In order to delete the subnet, delete all the "
        "resources within the subnet. See aka.ms/deletesubnet."
    )


def test_a_missing_parent_has_the_text_of_since_2023() -> None:
    """With the verb, the type and the id of the parent."""
    client = ArmClient()
    client.group()
    refused = client.send("DELETE", f"{ACCOUNT}/blobServices/default")

    assert (refused.status, refused.body["error"]) == (
        404,
        {
            "code": "ParentResourceNotFound",
            "message": "Failed to perform 'delete' on resource(s) of type 'storageAccounts/blobServices', because the "
            f"parent resource '{ACCOUNT}' could not be found.",
        },
    )


def test_an_identity_that_does_not_exist_is_named_in_the_error_inside() -> None:
    """With `resourcegroups` in lower case, as its service returns ids."""
    client = ArmClient()
    client.group()
    identity = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    refused = client.send("PUT", ACCOUNT, body_of(ACCOUNT, identity=identity))
    inner = f"Resource '{IDENTITY.replace('resourceGroups', 'resourcegroups')}' was not found."

    assert (refused.status, code(refused)) == (400, "FailedIdentityOperation")
    assert refused.body["error"]["message"].startswith(
        f"Identity operation for resource '{ACCOUNT}' failed with error 'Failed to perform resource identity operation."
    )
    assert inner in refused.body["error"]["message"]


@pytest.mark.parametrize(
    ("used", "user", "properties", "expected"),
    [
        ("Definitions/d", "Assignments/a", "policyDefinitionId", "InvalidDeletePolicyDefinitionRequest"),
        ("SetDefinitions/s", "Assignments/a", "policyDefinitionId", "InvalidDeletePolicySetDefinitionRequest"),
        ("Definitions/d", "SetDefinitions/s", "", "InvalidDeletePolicyDefinitionRequest"),
    ],
)
def test_a_policy_that_is_used_is_not_deleted(used: str, user: str, properties: str, expected: str) -> None:
    """By an assignment or by an initiative; once that is deleted, it is."""
    client = ArmClient()
    rule = {"if": {"field": "type", "equals": "x"}, "then": {"effect": "audit"}}
    target, other = f"{POLICY}{used}", f"{POLICY}{user}"
    built_in = "/providers/Microsoft.Authorization/policyDefinitions/b"
    initiative = {"policyDefinitions": [{"policyDefinitionId": built_in}]}
    definition = {"policyRule": rule} if used.startswith("D") else initiative
    assert client.send("PUT", target, {"properties": definition}).status == 201
    uses = {properties: target} if properties else {"policyDefinitions": [{"policyDefinitionId": target}]}
    assert client.send("PUT", other, {"properties": uses}).status == 201
    refused = client.send("DELETE", target)
    assert client.send("DELETE", other).status == 200

    assert (refused.status, code(refused)) == (400, expected)
    assert client.send("DELETE", target).status == 200


def polled(client: ArmClient, answer: Any, seconds: float) -> Any:
    """Returns the status of an operation some seconds later."""
    address = answer.headers["Azure-AsyncOperation"].removeprefix("https://management.azure.com").partition("?")[0]
    return client.send("GET", address, seconds=seconds).body


def test_an_operation_of_a_dns_resolver_is_accepted_and_fails_where_a_reference_is_missing() -> None:
    """Recorded: 202, then Failed with Conflict. A later request for the same rule set succeeds."""
    client = ArmClient()
    client.network()
    create(client, RESOLVER)
    endpoint = client.send("PUT", OUTBOUND, body_of(OUTBOUND), seconds=60)
    early = client.send("PUT", RULESET, body_of(RULESET), seconds=0)
    status = polled(client, early, seconds=9)

    assert (early.status, endpoint.status) == (202, 202)
    assert (status["status"], status["error"]["code"]) == ("Failed", "Conflict")
    assert client.send("GET", RULESET).body["properties"]["provisioningState"] == "Failed"
    later = client.send("PUT", RULESET, body_of(RULESET))
    assert (later.status, polled(client, later, seconds=60)) == (202, {"status": "Succeeded"})
    assert client.send("GET", RULESET).body["properties"]["provisioningState"] == "Succeeded"


def test_a_resolver_of_a_network_that_does_not_exist_fails_in_the_end() -> None:
    """The request is accepted: its service checks references later."""
    client = ArmClient()
    client.group()
    accepted = client.send("PUT", RESOLVER, body_of(RESOLVER))

    assert accepted.status == 202
    assert polled(client, accepted, seconds=60) == {
        "status": "Failed",
        "error": {"code": "Conflict", "message": f"Resource {NETWORK} used by {RESOLVER} was not found."},
    }


def test_a_peering_with_a_network_that_is_not_ready_is_400() -> None:
    """Recorded twice: without the 429 of other resources of networks."""
    client = ArmClient()
    client.network()
    other = f"{NETWORK}2"
    space = {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}
    client.send("PUT", other, {"location": "westeurope", "properties": space})
    peering = {"properties": {"remoteVirtualNetwork": {"id": other}}}
    refused = client.send("PUT", f"{NETWORK}/virtualNetworkPeerings/p", peering, seconds=0)

    assert (refused.status, code(refused)) == (400, "ReferencedResourceNotProvisioned")
