"""Resources that must exist before a workspace, and before its compute targets: names of its parts resolve by then."""

from __future__ import annotations

from tests.core.stacks import HUB, LANDING_ZONE, Stack, at, planned, stack

_ENVIRONMENT = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-retail-churn-dev-westeurope"
_HUB = f"/subscriptions/{HUB}/resourceGroups/rg-retail-hub-westeurope"
_ZONES = {
    "amlworkspace": ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"),
    "vault": ("privatelink.vaultcore.azure.net",),
    "registry": ("privatelink.azurecr.io",),
    "blob": ("privatelink.blob.core.windows.net",),
    "file": ("privatelink.file.core.windows.net",),
    "queue": ("privatelink.queue.core.windows.net",),
    "table": ("privatelink.table.core.windows.net",),
}


def _zone_groups(zone_groups: tuple[str, ...]) -> set[str]:
    return {one for one in zone_groups if "/privateDnsZoneGroups/" in one}


def _links(links: tuple[str, ...]) -> set[str]:
    return {one for one in links if "/virtualNetworkLinks/" in one}


def _group(place: str, endpoint: str) -> str:
    return f"{place}/providers/Microsoft.Network/privateEndpoints/{endpoint}/privateDnsZoneGroups/default"


def _stack(**settings: object) -> Stack:
    subscriptions = {"hub": HUB, "landingZone": LANDING_ZONE}
    shared: Stack = {"sharedRegistry": {}} if settings.get("registry") == "shared" else {}
    return stack({"churn/dev": at("10.1.0.0/24", **settings)}, subscriptions=subscriptions, **shared)


def test_a_workspace_waits_until_the_names_of_its_parts_resolve() -> None:
    """Vault, stores and registry, each with its zone group."""
    (environment,) = planned(_stack()).environments

    assert _zone_groups(environment.workspace.after) == {
        _group(_ENVIRONMENT, f"pep-retail-churn-dev-{part}")
        for part in ("vault", "registry", "blob", "file", "queue", "table")
    }


def test_without_batch_there_are_no_names_of_queues_and_tables_to_wait_for() -> None:
    """Their endpoints are not built."""
    (environment,) = planned(_stack(batch=False)).environments

    assert _zone_groups(environment.workspace.after) == {
        _group(_ENVIRONMENT, f"pep-retail-churn-dev-{part}") for part in ("vault", "registry", "blob", "file")
    }


def test_where_the_registry_is_shared_its_endpoint_in_the_hub_is_waited_for() -> None:
    """It is in the hub's subscription, and no endpoint of the environment replaces it."""
    (environment,) = planned(_stack(registry="shared")).environments

    assert _zone_groups(environment.workspace.after) == {
        _group(_HUB, "pep-retail-shared-registry"),
        *(_group(_ENVIRONMENT, f"pep-retail-churn-dev-{part}") for part in ("vault", "blob", "file", "queue", "table")),
    }


def test_computes_wait_for_the_workspaces_endpoint_and_for_every_zone_that_they_ask() -> None:
    """The zone of the registry too where that is shared: nodes ask the hub for it all the same."""
    own, shared = (planned(_stack(registry=kind)).environments[0].computes for kind in ("own", "shared"))
    links = {
        f"{_HUB}/providers/Microsoft.Network/privateDnsZones/{zone}/virtualNetworkLinks/link-hub"
        for zones in _ZONES.values()
        for zone in zones
    }

    assert (_links(own.after), _links(shared.after)) == (links, links)
    assert (
        _zone_groups(own.after)
        == _zone_groups(shared.after)
        == {_group(_ENVIRONMENT, "pep-retail-churn-dev-workspace")}
    )
