"""Pulumi's inputs become the bodies that Azure Resource Manager receives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.graph import unknown
from amlz.azure.shapes import TokenMapping, UnmappedInput, arm_type, id_of, plain, to_body

BODIES = sorted((Path(__file__).parent / "bodies").glob("*.json"))
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
NETWORK = "azure-native:network:VirtualNetwork"
COMPUTE = "azure-native:machinelearningservices:Compute"


@pytest.mark.parametrize("case", BODIES, ids=lambda path: path.stem)
def test_inputs_become_the_body_that_azure_documents(case: Path) -> None:
    """The expected bodies are written from Azure's REST documentation, one file a case."""
    expected = json.loads(case.read_text(encoding="utf-8"))

    body = to_body(expected["token"], expected["inputs"])

    assert body == expected["body"]
    assert json.dumps(body, sort_keys=True) == json.dumps(expected["body"], sort_keys=True)  # 4, not 4.0


@pytest.mark.parametrize("case", BODIES, ids=lambda path: path.stem)
def test_inputs_say_where_the_request_goes(case: Path) -> None:
    """The id is decided by the inputs and the provider's subscription alone."""
    expected = json.loads(case.read_text(encoding="utf-8"))

    text = id_of(expected["token"], expected["inputs"], SUBSCRIPTION)

    assert text == expected["id"]


WRONG = {
    "a token of another provider": ("aws:s3:Bucket", {}, "aws:s3:Bucket is not a resource of azure-native"),
    "a token of an unknown module": (
        "azure-native:nothing:Here",
        {},
        "azure-native:nothing:Here is not in the table of ARM types (amlz/azure/data)",
    ),
    "a module that is a path": (
        "azure-native:../data/network:Subnet",
        {},
        "azure-native:../data/network:Subnet is not in the table of ARM types (amlz/azure/data)",
    ),
    "a misspelt class": (
        "azure-native:keyvault:Vaults",
        {},
        "azure-native:keyvault:Vaults is not in the table of ARM types (amlz/azure/data); "
        "did you mean azure-native:keyvault:Vault?",
    ),
    "a misspelt key": (
        NETWORK,
        {"adressSpace": {}},
        f"{NETWORK}: adressSpace is not a property of the ARM body; did you mean addressSpace?",
    ),
    "a key in another case": (
        NETWORK,
        {"subnets": [{}, {"NetworkSecurityGroup": {}}]},
        f"{NETWORK}: subnets[1].NetworkSecurityGroup is not a property of the ARM body; "
        "did you mean networkSecurityGroup?",
    ),
    "a key that ARM only reads": (
        NETWORK,
        {"subnets": [{"networkSecurityGroup": {"provisioningState": "Succeeded"}}]},
        f"{NETWORK}: subnets[0].networkSecurityGroup.provisioningState is not a property of the ARM body",
    ),
    "ARM's own envelope": (NETWORK, {"properties": {}}, f"{NETWORK}: properties is not a property of the ARM body"),
    "the table's own words": (NETWORK, {"same": 1}, f"{NETWORK}: same is not a property of the ARM body"),
    "a case nobody knows": (
        "azure-native:machinelearningservices:ManagedNetworkSettingsRule",
        {"properties": {"type": "Fqdn"}},
        "azure-native:machinelearningservices:ManagedNetworkSettingsRule: properties.type is 'Fqdn'; "
        "the table knows FQDN, PrivateEndpoint, ServiceTag",
    ),
    "a union without its discriminator": (
        "azure-native:machinelearningservices:ManagedNetworkSettingsRule",
        {"properties": {"destination": "pypi.org"}},
        "azure-native:machinelearningservices:ManagedNetworkSettingsRule: properties.type is None; "
        "the table knows FQDN, PrivateEndpoint, ServiceTag",
    ),
    "a misspelt key inside a case": (
        COMPUTE,
        {"properties": {"computeType": "AmlCompute", "properties": {"vmsize": "x"}}},
        f"{COMPUTE}: properties.properties.vmsize is not a property of the ARM body; did you mean vmSize?",
    ),
    "a misspelt key in a map": (
        "azure-native:containerservice:ManagedCluster",
        {"addonProfiles": {"azurepolicy": {"enable": True}}},
        "azure-native:containerservice:ManagedCluster: addonProfiles.azurepolicy.enable is not a property of the "
        "ARM body; did you mean enabled?",
    ),
}


@pytest.mark.parametrize(("token", "inputs", "words"), WRONG.values(), ids=WRONG)
def test_what_the_table_does_not_know_is_an_error(token: str, inputs: dict[str, Any], words: str) -> None:
    """Never a guess: the message has the resource, the path, and similar names."""
    with pytest.raises(UnmappedInput) as caught:
        to_body(token, inputs)

    assert str(caught.value) == words


UNKNOWN = unknown("id, from kv-vault")
PASSES = {
    "a scalar": ({"location": UNKNOWN}, {"location": UNKNOWN}),
    "a flattened object": ({"dhcpOptions": UNKNOWN}, {"properties": {"dhcpOptions": UNKNOWN}}),
    "a list": ({"subnets": UNKNOWN}, {"properties": {"subnets": UNKNOWN}}),
    "an item": ({"subnets": [UNKNOWN]}, {"properties": {"subnets": [UNKNOWN]}}),
    "inside an item": (
        {"subnets": [{"routeTable": {"id": UNKNOWN}}]},
        {"properties": {"subnets": [{"properties": {"routeTable": {"id": UNKNOWN}}}]}},
    ),
}


@pytest.mark.parametrize(("inputs", "body"), PASSES.values(), ids=PASSES)
def test_what_is_unknown_passes_wherever_it_stands(inputs: dict[str, Any], body: dict[str, Any]) -> None:
    """The envelope around it is known all the same."""
    assert to_body(NETWORK, inputs) == body


@pytest.mark.parametrize(
    ("identities", "expected"),
    [
        (["/a", "/b"], {"/a": {}, "/b": {}}),
        (["/a", UNKNOWN], UNKNOWN),
        (UNKNOWN, UNKNOWN),
        ({"/a": {}}, {"/a": {}}),
    ],
)
def test_a_list_of_identities_becomes_an_object(identities: Any, expected: Any) -> None:
    """ARM writes them as keys; where one is unknown, so is the object."""
    body = to_body(COMPUTE, {"identity": {"type": "UserAssigned", "userAssignedIdentities": identities}})

    assert body == {"identity": {"type": "UserAssigned", "userAssignedIdentities": expected}}


def test_an_unknown_union_passes() -> None:
    """Its case is not known either."""
    assert to_body(COMPUTE, {"properties": UNKNOWN}) == {"properties": UNKNOWN}


def test_the_inputs_are_left_as_they_were() -> None:
    """The caller still needs them."""
    inputs: dict[str, Any] = {"subnets": [{"name": "a", "addressPrefix": "10.0.0.0/24"}], "flowTimeoutInMinutes": 4.0}
    before = json.dumps(inputs)

    to_body(NETWORK, inputs)

    assert json.dumps(inputs) == before


@pytest.mark.parametrize(
    ("value", "expected"),
    [(4.0, 4), (4.5, 4.5), (float("inf"), float("inf")), (True, True), ({"a": [1.0]}, {"a": [1]}), ("4.0", "4.0")],
)
def test_whole_numbers_are_written_as_integers(value: Any, expected: Any) -> None:
    """Pulumi's wire knows only doubles."""
    assert repr(plain(value)) == repr(expected)


NOWHERE = {
    "a name is unknown": (NETWORK, {"resourceGroupName": "rg", "virtualNetworkName": UNKNOWN}, SUBSCRIPTION),
    "a name is not given": (NETWORK, {"resourceGroupName": "rg"}, SUBSCRIPTION),
    "the scope is unknown": (
        "azure-native:authorization:RoleAssignment",
        {"scope": UNKNOWN, "roleAssignmentName": "x"},
        SUBSCRIPTION,
    ),
    "the provider's subscription is unknown": (
        NETWORK,
        {"resourceGroupName": "rg", "virtualNetworkName": "vnet"},
        "",
    ),
    "the type is unknown": (
        "azure-native:privatedns:PrivateRecordSet",
        {"resourceGroupName": "rg", "privateZoneName": "z", "relativeRecordSetName": "www", "recordType": UNKNOWN},
        SUBSCRIPTION,
    ),
}


@pytest.mark.parametrize(("token", "inputs", "subscription"), NOWHERE.values(), ids=NOWHERE)
def test_without_a_part_there_is_no_id(token: str, inputs: dict[str, Any], subscription: str) -> None:
    """An id with a gap would be a wrong id."""
    assert id_of(token, inputs, subscription) is None


def test_a_token_says_what_it_is_to_azure() -> None:
    """Type, version, and which inputs the URL takes."""
    mapping = arm_type("azure-native:storage:BlobContainer")

    assert mapping == TokenMapping(
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        "2024-01-01",
        "resourceGroup",
        ("resourceGroupName", "accountName", "{=default}", "containerName"),
    )
    assert mapping.name_input == "containerName"
