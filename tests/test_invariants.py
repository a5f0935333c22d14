"""Invariants of every shipped stack, by a reading that knows only the JSON: tests/invariants.py."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest

from tests.conftest import PREVIEWED, as_told
from tests.invariants import ALL, Resource, Resources

#: Settings of a stack file that are less than private.
ASKED_FOR = {
    ("everything", "parts_of_workspaces_are_private"): [
        "mlw-lab: publicNetworkAccess is Enabled",
        "mlw-lab: systemDatastoresAuthMode is AccessKey",
        "stcontosolab: allowSharedKeyAccess is True",
    ],
    # The name of a secret in the cluster, which a person creates there.
    **{
        (stack, "nothing_is_literally_a_secret"): [
            f"urn:pulumi:{stack}::aml-landing-zone::amlz:index:LandingZone$amlz:project:ProjectEnvironment$amlz:project:Aks"
            "$amlz:project:AksAzureMl$azure-native:kubernetesconfiguration:Extension::fraud-prod-aks-azure-ml-extension"
            ".properties.configurationSettings.scoringFe.sslSecret"
        ]
        for stack in ("kubernetes", "mesh-aks")
    },
    ("sandbox", "parts_of_workspaces_are_private"): ["mlw-lab-trial-sandbox-yqv5u: publicNetworkAccess is Enabled"],
}


@pytest.mark.parametrize("stack", PREVIEWED)
@pytest.mark.parametrize("reading", ALL, ids=lambda reading: reading.__name__)
def test_it_holds_in_every_shipped_stack(reading: Callable[[Resources], list[str]], stack: str) -> None:
    """Nothing is wrong except configured settings."""
    values = reading(as_told(stack)["resources"])

    assert [text.rsplit("/", 1)[-1] for text in values] == ASKED_FOR.get((stack, reading.__name__), [])


def _first(resources: Resources, arm_type: str) -> Resource:
    return next(r for r in resources if r["armType"] == arm_type)


def _overlap(resources: Resources) -> None:
    space = _first(resources, "Microsoft.Network/virtualNetworks")["body"]["properties"]["addressSpace"]
    space["addressPrefixes"].append("10.20.16.0/20")


def _no_zone_group(resources: Resources) -> None:
    resources.remove(_first(resources, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"))


def _keys(resources: Resources) -> None:
    _first(resources, "Microsoft.Storage/storageAccounts")["body"]["properties"]["allowSharedKeyAccess"] = True


def _provider(resources: Resources) -> None:
    resources[0]["provider"] += "0"


def _secret(resources: Resources) -> None:
    resources[0]["body"]["tags"] = {"password": "x"}


def _name(resources: Resources) -> None:
    _first(resources, "Microsoft.KeyVault/vaults")["name"] = "a_vault"


def _no_wait(resources: Resources) -> None:
    _first(resources, "Microsoft.MachineLearningServices/workspaces/computes")["dependsOn"] = []


def _another_cloud(resources: Resources) -> None:
    resources[0]["body"]["tags"] = {"keys": "https://kv-a.vault.usgovcloudapi.net"}


@pytest.mark.parametrize(
    ("reading", "broken"),
    list(zip(ALL, (_overlap, _no_zone_group, _keys, _provider, _secret, _name, _no_wait, _another_cloud), strict=True)),
    ids=lambda it: it.__name__,
)
def test_it_can_fail(reading: Callable[[Resources], list[str]], broken: Callable[[Resources], None]) -> None:
    """One fault is one report."""
    resources = deepcopy(as_told("minimal")["resources"])
    broken(resources)

    assert len(reading(resources)) == 1
