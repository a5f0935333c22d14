"""The simulated provider on existing resources: refused, imported or adopted, as azure-native does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
import pytest
from pulumi.runtime.proto import provider_pb2

from amlz.simulator.existing import ADOPTED, EVERYWHERE, inputs_from_the_start
from amlz.simulator.wire import plain
from tests.azure.test_changes import SUBSCRIPTION, served

GROUP = "azure-native:resources:ResourceGroup"
ACCOUNT = "azure-native:storage:StorageAccount"
SERVICE = "azure-native:storage:BlobServiceProperties"
PLAN = "azure-native:security:Pricing"
PLAN_ID = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/pricings/Arm"
IN_ACCOUNT = {"resourceGroupName": "rg", "accountName": "st"}


def urn(token: str) -> str:
    """The URN of the one resource of a type."""
    return f"urn:pulumi:dev::small::{token}::one"


def create(stub: Any, token: str, inputs: dict[str, Any]) -> str:
    """The id of what is created, or the refusal."""
    request = provider_pb2.CreateRequest(urn=urn(token))
    request.properties.update(inputs)
    try:
        return str(stub.Create(request).id)
    except grpc.RpcError as refused:
        return str(refused.details())


def read(stub: Any, token: str, resource_id: str) -> tuple[str, dict[str, Any]]:
    """The id and the inputs of a resource that the state does not have."""
    answer = stub.Read(provider_pb2.ReadRequest(urn=urn(token), id=resource_id))
    return answer.id, plain(answer.inputs, "", [])


def delete(stub: Any, token: str, resource_id: str) -> str:
    """Nothing, or the refusal."""
    try:
        stub.Delete(provider_pb2.DeleteRequest(urn=urn(token), id=resource_id))
    except grpc.RpcError as refused:
        return str(refused.details())
    return ""


def test_what_exists_outside_of_the_state_is_refused(tmp_path: Path) -> None:
    """Of any type: azure-native asks Azure first."""
    group = {"resourceGroupName": "rg", "location": "westeurope"}
    with served(tmp_path) as stub:
        made = create(stub, GROUP, group)

        assert create(stub, GROUP, group) == f"cannot create already existing resource '{made}'"


def test_a_plan_of_defender_exists_in_every_subscription(tmp_path: Path) -> None:
    """It is read as Free, updated, and never created; Azure does not delete it."""
    inputs = {"scopeId": f"subscriptions/{SUBSCRIPTION}", "pricingName": "Arm", "pricingTier": "Standard"}
    with served(tmp_path) as stub:
        assert create(stub, PLAN, inputs) == f"cannot create already existing resource '{PLAN_ID}'"
        assert read(stub, PLAN, PLAN_ID) == (PLAN_ID, {**inputs, "pricingTier": "Free"})

        update = provider_pb2.UpdateRequest(urn=urn(PLAN), id=PLAN_ID)
        update.news.update(inputs)
        stub.Update(update)

        assert read(stub, PLAN, PLAN_ID) == (PLAN_ID, inputs)
        assert create(stub, PLAN, inputs) == f"cannot create already existing resource '{PLAN_ID}'"
        assert "cannot be deleted" in delete(stub, PLAN, PLAN_ID)


def test_the_service_of_an_account_is_adopted_and_set_back(tmp_path: Path) -> None:
    """Deleting it switches soft delete off, and creating it again is no error."""
    keeps = {"enabled": True, "days": 7}
    inputs = {**IN_ACCOUNT, "blobServicesName": "default", "deleteRetentionPolicy": keeps}
    account = {**IN_ACCOUNT, "location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    with served(tmp_path) as stub:
        create(stub, ACCOUNT, account)
        service = create(stub, SERVICE, inputs)

        assert delete(stub, SERVICE, service) == ""
        assert read(stub, SERVICE, service) == (service, {**IN_ACCOUNT, "blobServicesName": "default"})
        assert create(stub, SERVICE, inputs) == service
        assert read(stub, SERVICE, service) == (service, inputs)


@pytest.mark.parametrize("other", [f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg", "not an id", ""])
def test_nothing_else_exists_from_the_start(other: str) -> None:
    """Other imported resources are not known without a cloud."""
    assert inputs_from_the_start(other) is None


def test_no_type_is_in_both_tables() -> None:
    """A type is imported or adopted; adopted ones have a source."""
    assert {*ADOPTED} & {*EVERYWHERE} == set()
    assert [kind for kind, source in ADOPTED.items() if not source.startswith("https://")] == []
