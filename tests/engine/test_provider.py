"""The simulated Azure answers Pulumi's engine in its protocol. Nothing of Pulumi needs to be installed for these."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from amlz.simulator.azure import SimulatedAzure
from amlz.simulator.provider import SimulatedProvider
from amlz.simulator.wire import UNKNOWN, plain
from tests.conftest import ROOT
from tests.engine.engine import PROVIDER

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
VAULT = "urn:pulumi:dev::small::lz:index:Box$azure-native:keyvault:Vault::kv"
WORKSPACE = "urn:pulumi:dev::small::azure-native:machinelearningservices:Workspace::ws"
VAULT_ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
WORKSPACE_ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
)

VAULT_INPUTS: dict[str, Any] = {"resourceGroupName": "rg", "vaultName": "kv", "location": "westeurope"}


class CallRefused(Exception):
    """The error of a refused call."""


class CallContext:
    """The call's context: keeps nothing, raises what gRPC would."""

    def abort(self, code: grpc.StatusCode, value: str) -> None:
        """Refuses."""
        raise CallRefused(f"{code.name}: {value}")


def configured(decided: bool = True) -> SimulatedProvider:
    """A provider of the subscription."""
    provider = SimulatedProvider(SimulatedAzure(), decided)
    request = provider_pb2.ConfigureRequest()
    request.args.update({"subscriptionId": SUBSCRIPTION})
    assert provider.Configure(request, CallContext()) == provider_pb2.ConfigureResponse(supportsPreview=True)
    return provider


def created(provider: SimulatedProvider, urn: str, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
    """The id and the outputs of a create."""
    request = provider_pb2.CreateRequest(urn=urn, preview=preview)
    request.properties.update(inputs)
    answer = provider.Create(request, CallContext())
    return answer.id, plain(answer.properties, "", [])


def test_a_preview_gives_what_is_decided() -> None:
    """Id and name, and plain inputs; nothing of objects, and nothing that only the deployment knows."""
    inputs = {**VAULT_INPUTS, "location": UNKNOWN, "properties": {"tenantId": "t"}}

    answer = created(configured(), VAULT, inputs, preview=True)

    assert answer == (VAULT_ID, {"resourceGroupName": "rg", "vaultName": "kv", "name": "kv"})


def test_a_preview_as_of_azure_native_gives_inputs_only() -> None:
    """No id, and no name unless it is an input."""
    answer = created(configured(decided=False), VAULT, VAULT_INPUTS, preview=True)

    assert answer == ("", VAULT_INPUTS)


@pytest.mark.parametrize("decided", [True, False])
def test_what_stands_gives_its_inputs_back(decided: bool) -> None:
    """Ids that ARM keeps as keys come back as keys: the SDK fails on a list there."""
    inputs = {
        "resourceGroupName": "rg",
        "workspaceName": "ws",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]},
        "tags": {"a": "1"},
    }

    answer = created(configured(decided), WORKSPACE, inputs, preview=False)

    identity = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    assert answer == (WORKSPACE_ID, {**inputs, "identity": identity, "name": "ws"})


@pytest.mark.parametrize(
    ("news", "ignored", "expected"),
    [
        (VAULT_INPUTS, (), (provider_pb2.DiffResponse.DIFF_NONE, [], [], False)),
        ({**VAULT_INPUTS, "tags": {"a": "1"}}, (), (provider_pb2.DiffResponse.DIFF_SOME, ["tags"], [], False)),
        ({**VAULT_INPUTS, "tags": {"a": "1"}}, ("tags",), (provider_pb2.DiffResponse.DIFF_SOME, ["tags"], [], False)),
        (
            {"resourceGroupName": "rg", "vaultName": "kv2"},
            (),
            (provider_pb2.DiffResponse.DIFF_SOME, ["location", "vaultName"], ["vaultName"], True),
        ),
    ],
    ids=["none", "a tag", "a tag that is ignored", "another name"],
)
def test_a_difference_is_between_inputs(news: dict[str, Any], ignored: tuple[str, ...], expected: Any) -> None:
    """A change of a part of the id replaces, and the old one is deleted first. Ignored inputs count too."""
    request = provider_pb2.DiffRequest(urn=VAULT, id=VAULT_ID, ignoreChanges=ignored)
    request.old_inputs.update(VAULT_INPUTS)
    request.news.update(news)

    answer = configured().Diff(request, CallContext())

    assert (answer.changes, answer.diffs, answer.replaces, answer.deleteBeforeReplace) == expected


def test_what_cannot_be_answered_is_refused() -> None:
    """A type without a table, an id with a part missing, what was never built, a question to Azure."""
    provider = configured()
    unnamed = provider_pb2.CreateRequest(urn=VAULT)
    calls: list[tuple[Any, Any]] = [
        (provider.Check, provider_pb2.CheckRequest(urn="urn:pulumi:dev::small::azure-native:quantum:Thing::q")),
        (provider.Create, unnamed),
        (provider.Read, provider_pb2.ReadRequest(id=VAULT_ID, urn=VAULT)),
        (provider.Invoke, provider_pb2.InvokeRequest(tok="azure-native:keyvault:getVault")),
    ]

    values = []
    for call, request in calls:
        with pytest.raises(CallRefused) as refused:
            call(request, CallContext())
        values.append(str(refused.value))

    assert values == [
        "INVALID_ARGUMENT: azure-native:quantum:Thing is not in the table of ARM types (amlz/azure/data)",
        f"INVALID_ARGUMENT: {VAULT}: a part of its id is missing",
        f"NOT_FOUND: {VAULT_ID} does not exist: here is only what was built",
        "FAILED_PRECONDITION: the program asks Azure for azure-native:keyvault:getVault; "
        "without a cloud there is no answer",
    ]


def test_the_plugin_writes_its_port_and_answers_there() -> None:
    """As the engine starts it: the file that it looks for, the address of the engine as argument."""
    plugin = str(PROVIDER / "pulumi-resource-azure-native")
    environment = {"AMLZ_PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen([plugin, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            request = provider_pb2.CheckRequest(urn=VAULT)
            request.news.update(VAULT_INPUTS)
            answer = stub.Check(request, timeout=30)
        process.terminate()

    assert plain(answer.inputs, "", []) == VAULT_INPUTS
