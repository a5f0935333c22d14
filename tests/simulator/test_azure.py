"""The simulated Azure answers what is decided, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.azure.graph import unknown
from amlz.azure.shapes import UnmappedInput
from amlz.simulator.azure import PreviewAnswer, SimulatedAzure

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
VAULT = "azure-native:keyvault:Vault"
SUBNET = "azure-native:network:Subnet"


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        (
            VAULT,
            {"resourceGroupName": "rg", "vaultName": "kv-a", "location": "westeurope", "properties": {"tenantId": "t"}},
            PreviewAnswer(
                f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-a",
                {"resourceGroupName": "rg", "vaultName": "kv-a", "location": "westeurope", "name": "kv-a"},
            ),
        ),
        (
            SUBNET,
            {"resourceGroupName": "rg", "virtualNetworkName": "vnet", "subnetName": "snet", "addressPrefixes": ["x"]},
            PreviewAnswer(
                f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
                "/subnets/snet",
                {"resourceGroupName": "rg", "virtualNetworkName": "vnet", "subnetName": "snet"},
            ),
        ),
        (
            VAULT,
            {"resourceGroupName": "rg", "vaultName": unknown("vaultName, from x"), "location": "westeurope"},
            PreviewAnswer("", {"resourceGroupName": "rg", "location": "westeurope"}),
        ),
    ],
    ids=["a vault", "a child: no name", "a name that is not decided"],
)
def test_plain_inputs_come_back_with_the_id_and_the_name(
    token: str, inputs: dict[str, Any], expected: PreviewAnswer
) -> None:
    """Objects, lists and what only the deployment knows do not."""
    assert SimulatedAzure().preview(token, inputs, SUBSCRIPTION) == expected


def test_a_token_that_the_shapes_do_not_have_is_an_error() -> None:
    """Rather than an id that is made up."""
    with pytest.raises(UnmappedInput):
        SimulatedAzure().preview("azure-native:quantum:Workspace", {"resourceGroupName": "rg"}, SUBSCRIPTION)


def test_a_key_that_stands_has_a_version() -> None:
    """The same in every run; the rest is that of the stack file."""
    inputs = {"resourceGroupName": "rg", "vaultName": "kv-A", "keyName": "environment", "tags": {"a": "b"}}

    first, second = (SimulatedAzure().deployed("azure-native:keyvault:Key", inputs, SUBSCRIPTION) for _ in range(2))

    address, version = str(first.outputs["keyUriWithVersion"]).rsplit("/", 1)
    assert (address, len(version), first) == ("https://kv-a.vault.azure.net/keys/environment", 32, second)
