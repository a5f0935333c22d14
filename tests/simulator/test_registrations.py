"""Resource providers that are not registered: the simulated Azure refuses requests for them, in each of its forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from amlz.app.listening import opened
from amlz.azure.providers import providers_of
from amlz.core.problems import LandingZoneError
from amlz.simulator import registrations
from amlz.simulator.arm.deployment import deploy
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Request, answers
from amlz.simulator.azure import SimulatedAzure
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource
from amlz.simulator.stateful_provider import StatefulProvider
from tests.cli.in_process import amlz_here
from tests.conftest import previewed
from tests.engine.test_provider import VAULT, VAULT_INPUTS, CallContext, CallRefused, created

HUB, ZONE = "b0b0b0b0-1111-4222-8333-444455556666", "c0c0c0c0-1111-4222-8333-444455556666"
REGISTRY = f"/subscriptions/{ZONE}/resourceGroups/rg-a/providers/Microsoft.ContainerRegistry/registries/cra"
NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"
STORAGE = "/subscriptions/s/providers/Microsoft.Storage"
ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/amlzsample"
BODY = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
MESSAGE = (
    "The subscription is not registered to use namespace 'Microsoft.Storage'. See https://aka.ms/rps-not-found for how "
    "to register subscriptions."
)


def endpoint() -> StoredResource:
    """A private endpoint in the hub's subscription to a registry of another one."""
    kind = "Microsoft.Network/privateEndpoints"
    connection = {"name": "a", "privateLinkServiceId": REGISTRY, "groupIds": ["registry"]}
    inputs: dict[str, Any] = {"privateLinkServiceConnections": [connection], "subnet": {"id": "/subscriptions/s"}}
    resource_id = f"/subscriptions/{HUB}/resourceGroups/rg-hub/providers/{kind}/pep-a"
    return StoredResource(resource_id, "", "azure-native:network:PrivateEndpoint", kind, "pep-a", inputs, inputs)


def line(method: str, path: str, body: object = None) -> str:
    """A request of `amlz simulate --jsonl`."""
    return json.dumps({"method": method, "path": path, "apiVersion": "2023-05-01", "body": body})


@pytest.mark.parametrize(
    ("registered", "missing"),
    [
        (None, ""),
        ({HUB: ["Microsoft.Network", "Microsoft.ContainerRegistry"], ZONE: ["microsoft.network"]}, ""),
        ({HUB: ["Microsoft.ContainerRegistry"], ZONE: ["Microsoft.Network"]}, "Microsoft.Network"),
        ({HUB: ["Microsoft.Network"], ZONE: ["Microsoft.Network"]}, "Microsoft.ContainerRegistry"),
        ({HUB: ["Microsoft.Network", "Microsoft.ContainerRegistry"]}, "Microsoft.Network"),
    ],
)
def test_a_private_endpoint_needs_the_provider_of_its_target_too(
    registered: dict[str, list[str]] | None, missing: str
) -> None:
    """In the endpoint's subscription, and that of networks in the target's; None: nothing is unregistered."""
    store = StateStore(None)
    if registered is not None:
        registrations.unregister(store)
    for subscription, namespaces in (registered or {}).items():
        registrations.register(store, subscription, namespaces)

    text = ""
    try:
        registrations.refuse(store, endpoint())
    except AzureRefused as error:
        text = str(error)

    assert ('Code="MissingSubscriptionRegistration"' in text, f"'{missing}'" in text) == (bool(missing), bool(missing))


@pytest.mark.parametrize(
    ("unregistered", "expected"),
    [
        ((), True),
        ((("", ""),), False),
        ((("s", ""),), False),
        ((("", "Microsoft.Storage"),), False),
        ((("S", "microsoft.storage"),), False),
        ((("t", ""), ("", "Microsoft.KeyVault"), ("t", "Microsoft.Storage")), True),
    ],
)
def test_a_provider_is_unregistered_for_a_subscription_or_for_all(
    unregistered: tuple[tuple[str, str], ...], expected: bool
) -> None:
    """One or all of them; registering it in a subscription counts more than any of that."""
    store = StateStore(None)
    for subscription, namespace in unregistered:
        registrations.unregister(store, subscription, namespace)
    before = registrations.is_registered(store, "s", "Microsoft.Storage")
    registrations.register(store, "s", ("Microsoft.Storage",))

    assert before == expected
    assert registrations.is_registered(store, "S", "microsoft.storage")
    assert registrations.is_registered(store, "t", "Microsoft.Authorization")


def test_lines_are_refused_until_the_provider_is_registered() -> None:
    """In ARM's form. Registering makes the same request succeed; `reset` starts with new subscriptions again."""
    lines = [
        line("PUT", "/subscriptions/s/resourceGroups/rg", {"location": "westeurope"}),
        line("GET", STORAGE),
        line("PUT", ACCOUNT, BODY),
        line("POST", f"{STORAGE}/register"),
        line("GET", STORAGE),
        line("PUT", ACCOUNT, BODY),
        line("PUT", NETWORK, {"location": "westeurope", "properties": {}}),
        json.dumps({"reset": True}),
        line("GET", STORAGE),
    ]

    given = [json.loads(text) for text in answers(lines, SimulatedArm(new_subscriptions=True))]

    inner = {"code": "MissingSubscriptionRegistration", "message": MESSAGE}
    error = {**inner, "details": [{"code": inner["code"], "target": "Microsoft.Storage", "message": MESSAGE}]}
    assert [answer["status"] for answer in given] == [201, 200, 409, 200, 200, 202, 409, 200, 200]
    assert given[2]["body"] == {"error": error}
    assert [(given[n]["body"]["namespace"], given[n]["body"]["registrationState"]) for n in (1, 3, 4, 8)] == [
        ("Microsoft.Storage", "NotRegistered"),
        ("Microsoft.Storage", "Registering"),
        ("Microsoft.Storage", "Registered"),
        ("Microsoft.Storage", "NotRegistered"),
    ]


def test_all_providers_are_registered_without_the_option() -> None:
    """So the order of requests is tried first; one that nobody knows is an error."""
    lines = [
        line("GET", STORAGE),
        line("POST", f"{STORAGE}/register"),
        line("GET", "/subscriptions/s/providers"),
        line("GET", "/subscriptions/s/providers/Microsoft.Nothing"),
    ]

    one, registered, several, unknown = (json.loads(text) for text in answers(lines, SimulatedArm()))

    assert one["body"] == registered["body"]
    assert {item["registrationState"] for item in several["body"]["value"]} == {"Registered"}
    assert one["body"] in several["body"]["value"]
    assert (unknown["status"], unknown["body"]["error"]["code"]) == (404, "InvalidResourceNamespace")


def test_the_command_takes_the_option_for_lines() -> None:
    """The same bytes as without the option, apart from what is refused."""
    group = line("PUT", "/subscriptions/s/resourceGroups/rg", {"location": "westeurope"})
    given = f"{group}\n{line('PUT', ACCOUNT, BODY)}\n"
    new = amlz_here("simulate", "--jsonl", "--new-subscriptions", given=given).stdout.splitlines()
    old = amlz_here("simulate", "--jsonl", given=given).stdout.splitlines()

    assert new[0] == old[0]
    assert [json.loads(lines[1])["status"] for lines in (new, old)] == [409, 202]


@pytest.mark.parametrize("stack", ["dev", "two-subscriptions", "us-government"])
def test_the_providers_of_a_plan_are_those_that_its_deployment_needs(stack: str) -> None:
    """A landing zone deploys into new subscriptions with what `amlz roles --deployer` lists, and with nothing less."""
    graph = previewed(stack).graph
    arm = SimulatedArm(new_subscriptions=True)
    deployed = deploy(arm, graph)
    missing = {row.namespace.lower() for row in providers_of(graph)}
    known = {
        row.namespace.lower(): arm.answer(
            Request("GET", f"/subscriptions/{row.subscription}/providers/{row.namespace}", "2021-04-01")
        ).body["registrationState"]
        for row in providers_of(graph)
    }

    assert (deployed.refused, deployed.providers) == ((), len(providers_of(graph)))
    assert known == dict.fromkeys(missing, "Registered")


def test_the_provider_of_a_rehearsal_refuses_until_a_person_registers() -> None:
    """azure-native creates nothing for the namespace of the fault, and everything else."""
    store = StateStore(None)
    registrations.unregister(store, namespace="Microsoft.KeyVault")
    provider = StatefulProvider(SimulatedAzure(), store)
    configure = provider_pb2.ConfigureRequest()
    configure.args.update({"subscriptionId": HUB})
    provider.Configure(configure, CallContext())
    log = "urn:pulumi:dev::small::azure-native:operationalinsights:Workspace::log"
    named = {"resourceGroupName": "rg", "workspaceName": "log", "location": "westeurope"}
    tenant = {"tenantId": ZONE, "sku": {"family": "A", "name": "standard"}}
    vault = {**VAULT_INPUTS, "properties": tenant}

    created(provider, log, named, preview=False)
    with pytest.raises(CallRefused) as refused:
        created(provider, VAULT, vault, preview=False)
    registrations.register(store, HUB, ("Microsoft.KeyVault",))
    created(provider, VAULT, vault, preview=False)

    assert str(refused.value).startswith(
        'UNKNOWN: Status=409 Code="MissingSubscriptionRegistration" Message="The subscription is not registered to use '
        "namespace 'Microsoft.KeyVault'."
    )
    assert [resource.name for resource in store.all()] == ["kv", "log"]


def test_a_state_file_keeps_what_is_registered(tmp_path: Path) -> None:
    """With and without the option the next time. A file that was begun without it is a sentence."""
    arm = opened(tmp_path / "new", new_subscriptions=True)
    arm.register("s", "Microsoft.Storage")
    arm.answer(Request("PUT", "/subscriptions/s/resourceGroups/rg", "2021-04-01", {"location": "westeurope"}))
    arm.close()
    states = []
    for option in (True, False):
        arm = opened(tmp_path / "new", new_subscriptions=option)
        shown = (arm.answer(Request("GET", path, "2021-04-01")).body for path in (STORAGE, f"{STORAGE[:-7]}Network"))
        states.append([body["registrationState"] for body in shown])
        arm.close()
    arm = opened(tmp_path / "old")
    arm.answer(Request("PUT", "/subscriptions/s/resourceGroups/rg", "2021-04-01", {"location": "westeurope"}))
    arm.close()

    assert states == [["Registered", "NotRegistered"], ["Registered", "NotRegistered"]]
    with pytest.raises(LandingZoneError) as wrong:
        opened(tmp_path / "old", new_subscriptions=True)
    assert str(wrong.value) == (
        f"--new-subscriptions, --state {tmp_path / 'old'}\n  The file was begun without --new-subscriptions: its "
        "subscriptions have all resource providers registered.\n  Omit --new-subscriptions, or name a new file."
    )
