"""Resource providers that are not registered: refused where the simulator knows which are."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.simulator import registrations
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource

HUB, ZONE = "b0b0b0b0-1111-4222-8333-444455556666", "c0c0c0c0-1111-4222-8333-444455556666"
REGISTRY = f"/subscriptions/{ZONE}/resourceGroups/rg-a/providers/Microsoft.ContainerRegistry/registries/cra"


def endpoint() -> StoredResource:
    """A private endpoint in the hub's subscription to a registry of another one."""
    kind = "Microsoft.Network/privateEndpoints"
    connection = {"name": "a", "privateLinkServiceId": REGISTRY, "groupIds": ["registry"]}
    inputs: dict[str, Any] = {"privateLinkServiceConnections": [connection], "subnet": {"id": "/subscriptions/s"}}
    resource_id = f"/subscriptions/{HUB}/resourceGroups/rg-hub/providers/{kind}/pep-a"
    return StoredResource(resource_id, "", "azure-native:network:PrivateEndpoint", kind, "pep-a", inputs, inputs)


@pytest.mark.parametrize(
    ("registered", "missing"),
    [
        ({}, ""),
        ({HUB: ["Microsoft.Network", "Microsoft.ContainerRegistry"], ZONE: ["microsoft.network"]}, ""),
        ({HUB: ["Microsoft.ContainerRegistry"]}, "Microsoft.Network"),
        ({HUB: ["Microsoft.Network"]}, "Microsoft.ContainerRegistry"),
        ({ZONE: []}, "Microsoft.Network"),
    ],
)
def test_a_private_endpoint_needs_the_provider_of_its_target_too(
    registered: dict[str, list[str]], missing: str
) -> None:
    """In the endpoint's subscription, and that of networks in the target's; what nobody listed is registered."""
    store = StateStore(None)
    for subscription, namespaces in registered.items():
        registrations.register(store, subscription, namespaces)

    text = ""
    try:
        registrations.refuse(store, endpoint())
    except AzureRefused as error:
        text = str(error)

    assert ('Code="MissingSubscriptionRegistration"' in text, f"'{missing}'" in text) == (bool(missing), bool(missing))
