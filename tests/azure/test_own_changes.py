"""Changes that a refresh finds: made by Azure for each row of the table, drift for any other change."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.azure.own_changes import OWN_CHANGES, Refreshed, refreshed
from tests.conftest import ROOT

GROUP = "/subscriptions/s/resourceGroups/rg/providers"
ENDPOINT, PEERING = "network:PrivateEndpoint", "network:VirtualNetworkPeering"
ADDRESS, WORKSPACE = "network:PublicIPAddress", "machinelearningservices:Workspace"
STORE = "storage:StorageAccount"
IDS = {
    WORKSPACE: f"{GROUP}/Microsoft.MachineLearningServices/workspaces/mlw",
    ADDRESS: f"{GROUP}/Microsoft.Network/publicIPAddresses/pip",
}
GATEWAY = f"{GROUP}/Microsoft.Network/natGateways/ng"
STACK = frozenset(item.lower() for item in (*IDS.values(), GATEWAY, f"{IDS[WORKSPACE]}/outboundRules/pypi"))
NAMES = [{"fqdn": "a.b", "ipAddresses": ["10.0.0.4"]}]
RULE = {"type": "FQDN", "category": "UserDefined", "destination": "pypi.org"}
REQUIRED = {"type": "ServiceTag", "category": "Required"}


def step(token: str, old: dict[str, Any], new: dict[str, Any], *diffs: str) -> dict[str, Any]:
    """The engine's event about a resource that a refresh found changed."""
    at = IDS.get(token, f"{GROUP}/x")
    return {
        "type": f"azure-native:{token}",
        "op": "update",
        "old": {"id": at, "inputs": old},
        "new": {"id": at, "inputs": new},
        "diffs": list(diffs),
    }


def network(**more: Any) -> dict[str, Any]:
    """Inputs of a workspace with a managed network."""
    return {"managedNetwork": {"isolationMode": "AllowOnlyApprovedOutbound", **more}}


def identities(*names: str) -> dict[str, Any]:
    """Inputs with user-assigned identities."""
    return {"identity": {"type": "UserAssigned", "userAssignedIdentities": list(names)}}


OWN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (ENDPOINT, {}, {"customDnsConfigs": []}),
    (ENDPOINT, {"customDnsConfigs": NAMES}, {}),
    (PEERING, {}, {"peeringState": "Connected", "peeringSyncLevel": "FullyInSync"}),
    (PEERING, {"peeringState": "Initiated"}, {"peeringState": "Connected"}),
    (WORKSPACE, network(), network(outboundRules={"pypi": RULE, "azures": REQUIRED}, status={"status": "Active"})),
    (ADDRESS, {}, {"natGateway": {"id": GATEWAY.upper()}}),
    (WORKSPACE, identities("/a", "/b"), identities("/B", "/a")),
    (STORE, identities("/a", "/b"), identities("/b", "/a")),
]

DRIFT = [
    (ENDPOINT, {}, {"customDnsConfigs": NAMES}, "customDnsConfigs"),
    (PEERING, {}, {"peeringState": "Disconnected"}, "peeringState"),
    (PEERING, {"peeringState": "Connected"}, {"peeringState": "Initiated"}, "peeringState"),
    (PEERING, {}, {"peeringSyncLevel": "RemoteNotInSync"}, "peeringSyncLevel"),
    (WORKSPACE, network(), network(outboundRules={"pypi": RULE, "by-hand": RULE}), "managedNetwork"),
    (WORKSPACE, network(outboundRules={"pypi": RULE}), network(outboundRules={}), "managedNetwork"),
    (WORKSPACE, network(), network(status={"status": "Inactive"}), "managedNetwork"),
    (WORKSPACE, network(), {"managedNetwork": {"isolationMode": "Disabled"}}, "managedNetwork"),
    (WORKSPACE, network(), {}, "managedNetwork"),
    (ADDRESS, {}, {"natGateway": {"id": f"{GROUP}/Microsoft.Network/natGateways/other"}}, "natGateway"),
    (WORKSPACE, identities("/a"), identities("/a", "/b"), "identity"),
    (WORKSPACE, identities("/a", "/b"), {"identity": {"type": "SystemAssigned"}}, "identity"),
    (STORE, {"minimumTlsVersion": "TLS1_2"}, {"minimumTlsVersion": "TLS1_0"}, "minimumTlsVersion"),
]


@pytest.mark.parametrize(("token", "old", "new"), OWN)
def test_what_azure_changes_by_itself_is_no_drift(token: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Of each row of the table, and for each input that the event shows."""
    changed = tuple(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))

    assert refreshed(step(token, old, new, *changed), STACK) == Refreshed((), changed)


@pytest.mark.parametrize(("token", "old", "new", "input_"), DRIFT)
def test_any_other_change_of_these_is_drift(token: str, old: dict[str, Any], new: dict[str, Any], input_: str) -> None:
    """A peering that is disconnected, names that nobody registers, a rule that no stack has."""
    assert refreshed(step(token, old, new, input_), STACK) == Refreshed((input_,), ())


def test_both_in_one_resource_are_told_apart() -> None:
    """Also in one input: then it is drift."""
    peering = step(PEERING, {}, {"peeringState": "Connected", "allowGatewayTransit": True})
    both = network(status={"status": "Active"}, firewallSku="Basic")

    assert refreshed(peering, STACK) == Refreshed(("allowGatewayTransit",), ("peeringState",))
    assert refreshed(step(WORKSPACE, network(), both), STACK) == Refreshed(("managedNetwork",), ())


def test_a_change_whose_values_are_hidden_is_drift() -> None:
    """Secrets look alike in the engine's events; it names the input, by its path."""
    hidden = {"peeringState": "Connected", "note": "[secret]"}
    result = {**step(PEERING, {"note": "[secret]"}, hidden), "detailedDiff": {"note.below[0]": {"kind": "update"}}}

    assert refreshed(result, STACK) == Refreshed(("note",), ("peeringState",))


def test_every_row_has_a_source_and_a_case() -> None:
    """A page, a thread, the provider's source."""
    met = {
        (token, path)
        for token, old, new in OWN
        for path in ("customDnsConfigs", "peeringState", "peeringSyncLevel", "managedNetwork", "natGateway", "identity")
        if old.get(path) != new.get(path)
    }

    assert [row.path for row in OWN_CHANGES if not row.source.startswith("https://")] == []
    assert {row.path[0] for row in OWN_CHANGES} == {path for _, path in met}


def test_the_page_on_pipelines_names_every_property() -> None:
    """Its table is that of the code."""
    page = (ROOT / "docs" / "how-to" / "pipelines.md").read_text(encoding="utf-8")

    assert [row.path for row in OWN_CHANGES if f"`{'.'.join(row.path)}`" not in page] == []
