"""A Read of what does not exist, and ids in Azure's letter case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
import pytest
from pulumi.runtime.proto import provider_pb2

from amlz.azure.ids import same_id
from amlz.simulator.casing import as_azure_writes
from amlz.simulator.missing import CODES, TAKEN_FOR_DELETED, error_of_read
from amlz.simulator.state_store import StateStore
from tests.azure.test_changes import SUBSCRIPTION, served
from tests.simulator.test_existing import create, read, urn

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
DEFINITION = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/deny"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
CONTAINER = f"{STORE}/blobServices/default/containers/data"
DATASTORE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw/datastores/lake"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"


def answered(stub: Any, resource_id: str) -> str:
    """The error of a Read; "" where the answer is that there is no such resource."""
    try:
        answer = read(stub, "azure-native:any:Thing", resource_id)
    except grpc.RpcError as error:
        return str(error.details())
    assert answer == ("", {})
    return ""


@pytest.mark.parametrize(
    ("resource_id", "code"),
    [
        (DEFINITION, "PolicyDefinitionNotFound"),
        (f"{GROUP}/providers/Microsoft.Authorization/policyAssignments/a", "PolicyAssignmentNotFound"),
        (DATASTORE, "UserError"),
        (CONTAINER, "ContainerNotFound"),
        (CONTAINER.lower(), "ContainerNotFound"),
        (f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/a", ""),
        (NETWORK, ""),
        (f"{NETWORK}/subnets/s", ""),
        (GROUP, ""),
    ],
)
def test_a_refresh_stops_where_the_code_is_not_on_the_list(tmp_path: Path, resource_id: str, code: str) -> None:
    """Otherwise the resource counts as deleted: the answer has no id."""
    name = resource_id.rpartition("/")[2]
    text = f'Status=404 Code="{code}" Message="{name} was not found." Target="{resource_id}"' if code else ""
    with served(tmp_path) as stub:
        assert answered(stub, resource_id) == text


def test_where_the_parent_is_missing_too_the_child_counts_as_deleted(tmp_path: Path) -> None:
    """Azure answers with the code of the parent."""
    store = StateStore(tmp_path / "azure.sqlite")
    before = error_of_read(store, DATASTORE)
    store.expect([DATASTORE.rpartition("/datastores/")[0]])
    after = error_of_read(store, DATASTORE)
    store.close()

    assert before is not None
    assert (before.code, after) == ("UserError", None)


def test_codes_of_the_table_are_written_for_a_reason() -> None:
    """Each row has a source. RoleAssignmentNotFound is on the list, and no other code of the table."""
    assert all(row.source for row in CODES.values())
    assert {row.code for row in CODES.values()} & TAKEN_FOR_DELETED == {"RoleAssignmentNotFound"}


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (
            "ManagedIdentity/userAssignedIdentities/id",
            "resourcegroups/{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id",
        ),
        (
            "ManagedIdentity/userAssignedIdentities/id/federatedIdentityCredentials/c",
            "resourcegroups/{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id/federatedIdentityCredentials/c",
        ),
        ("Insights/components/appi", "resourceGroups/{}/providers/microsoft.insights/components/appi"),
        ("Insights/actionGroups/ag", "resourceGroups/{}/providers/microsoft.insights/actionGroups/ag"),
        ("Insights/privateLinkScopes/s", "resourceGroups/{}/providers/microsoft.insights/privatelinkscopes/s"),
        ("KeyVault/vaults/kv", "resourceGroups/{}/providers/Microsoft.KeyVault/vaults/kv"),
    ],
)
@pytest.mark.parametrize("group", ["rg", "resourceGroups", "Microsoft.Insights"])
def test_an_id_comes_back_in_the_letters_that_azure_uses(sent: str, answered: str, group: str) -> None:
    """Names keep their letters, even where they are called like a segment."""
    start = f"/subscriptions/{SUBSCRIPTION}"
    wanted = f"{start}/resourceGroups/{group}/providers/Microsoft.{sent}"

    answer = as_azure_writes(wanted)

    assert answer == f"{start}/{answered.format(group)}"
    assert same_id(wanted, answer)


def test_the_state_gets_the_id_of_the_answer(tmp_path: Path) -> None:
    """From create and from read, in any letter case of the request."""
    token = "azure-native:managedidentity:UserAssignedIdentity"
    inputs = {"resourceGroupName": "rg", "resourceName": "id", "location": "westeurope"}
    wanted = (
        f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
    )
    with served(tmp_path) as stub:
        made = create(stub, token, inputs)
        again = stub.Read(provider_pb2.ReadRequest(urn=urn(token), id=wanted.upper().replace("/SUB", "/sub"))).id

    assert (made, again) == (wanted, wanted)
