"""A second reading of what would be built, by someone who knows only the JSON and nothing of the plan."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections import Counter
from typing import Any

import pytest

from tests.conftest import STACKS, as_told

pytestmark = pytest.mark.parametrize("stack", STACKS)

#: Written from Microsoft's page on private endpoint DNS, not imported.
ZONES = {
    "amlworkspace": {"privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"},
    "vault": {"privatelink.vaultcore.azure.net"},
    "registry": {"privatelink.azurecr.io"},
    "blob": {"privatelink.blob.core.windows.net"},
    "file": {"privatelink.file.core.windows.net"},
    "queue": {"privatelink.queue.core.windows.net"},
    "table": {"privatelink.table.core.windows.net"},
}

#: Names by type: pattern of the whole, from the published types.
NAMES = {
    "Microsoft.KeyVault/vaults": r"[a-zA-Z0-9-]{3,24}",
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    "Microsoft.ContainerRegistry/registries": r"[a-zA-Z0-9]{5,50}",
    "Microsoft.MachineLearningServices/workspaces": r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}",
    "Microsoft.MachineLearningServices/workspaces/computes": r"[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}",
    "Microsoft.OperationalInsights/workspaces": r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
    "Microsoft.Network/privateEndpoints": r".{2,64}",
    "Microsoft.Authorization/roleAssignments": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}


def of_type(stack: str, arm_type: str) -> list[dict[str, Any]]:
    """The resources of a type."""
    return [r for r in as_told(stack)["resources"] if r["armType"] == arm_type]


def ranges_of(network: dict[str, Any]) -> list[ipaddress.IPv4Network]:
    """The ranges of a virtual network."""
    return [ipaddress.IPv4Network(p) for p in network["body"]["properties"]["addressSpace"]["addressPrefixes"]]


def test_networks_and_subnets_are_disjoint(stack: str) -> None:
    """No two ranges of networks overlap, nor two of subnets, and each subnet is inside its network."""
    networks = of_type(stack, "Microsoft.Network/virtualNetworks")
    ranges = [
        ipaddress.ip_network(p) for n in networks for p in n["body"]["properties"]["addressSpace"]["addressPrefixes"]
    ]
    subnets = [
        (n, ipaddress.IPv4Network(s["properties"]["addressPrefix"]))
        for n in networks
        for s in n["body"]["properties"]["subnets"]
    ]

    overlapping = [
        pair
        for nets in (ranges, [cidr for _, cidr in subnets])
        for pair in itertools.combinations(nets, 2)
        if pair[0].overlaps(pair[1])
    ]
    outside = [str(cidr) for network, cidr in subnets if not any(cidr.subnet_of(outer) for outer in ranges_of(network))]

    assert (overlapping, outside) == ([], [])


def test_every_endpoint_writes_to_exactly_the_zones_of_its_group(stack: str) -> None:
    """One zone group an endpoint, with all zones that its group needs and no other."""
    groups = {
        r["id"].rsplit("/privateDnsZoneGroups/", 1)[0]: {
            config["properties"]["privateDnsZoneId"].rsplit("/", 1)[1]
            for config in r["body"]["properties"]["privateDnsZoneConfigs"]
        }
        for r in of_type(stack, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    }
    wanted = {
        r["id"]: set().union(
            *(
                ZONES[group]
                for connection in r["body"]["properties"]["privateLinkServiceConnections"]
                for group in connection["properties"]["groupIds"]
            )
        )
        for r in of_type(stack, "Microsoft.Network/privateEndpoints")
    }

    assert groups == wanted


def test_everything_a_workspace_consists_of_is_private(stack: str) -> None:
    """Workspace, vault, storage and registry: no public access, no keys, and an endpoint each."""
    targets = Counter(
        connection["properties"]["privateLinkServiceId"].lower()
        for r in of_type(stack, "Microsoft.Network/privateEndpoints")
        for connection in r["body"]["properties"]["privateLinkServiceConnections"]
    )
    by_id = {r["id"].lower(): r["body"]["properties"] for r in as_told(stack)["resources"] if "properties" in r["body"]}

    for workspace in of_type(stack, "Microsoft.MachineLearningServices/workspaces"):
        properties = workspace["body"]["properties"]
        parts = [properties[part].lower() for part in ("storageAccount", "keyVault", "containerRegistry")]
        storage, vault, registry = (by_id[part] for part in parts)
        facts = {
            "workspace": (properties["publicNetworkAccess"], properties["systemDatastoresAuthMode"]),
            "storage": (storage["publicNetworkAccess"], storage["allowSharedKeyAccess"]),
            "storage by default": storage["networkAcls"]["defaultAction"],
            "vault": (vault["publicNetworkAccess"], vault["enableRbacAuthorization"], vault["enablePurgeProtection"]),
            "registry": (registry["publicNetworkAccess"], registry["adminUserEnabled"]),
            "without endpoint": [part for part in (workspace["id"].lower(), *parts) if not targets[part]],
        }
        assert facts == {
            "workspace": ("Disabled", "Identity"),
            "storage": ("Disabled", False),
            "storage by default": "Deny",
            "vault": ("Disabled", True, True),
            "registry": ("Disabled", False),
            "without endpoint": [],
        }


def test_every_resource_has_the_provider_of_its_subscription(stack: str) -> None:
    """The provider's name ends in the subscription of the resource's id."""
    wrong = [
        r["urn"]
        for r in as_told(stack)["resources"]
        if r["provider"].rsplit("::subscription-", 1)[-1] != r["id"].split("/")[2]
    ]

    assert wrong == []


def test_nothing_is_literally_a_secret(stack: str) -> None:
    """No key, token, signature or password stands anywhere in what would be sent."""
    shapes = re.compile(r"AccountKey=|SharedAccessKey|sig=[\w%]{10}|-----BEGIN|\beyJ[\w-]{8,}\.|[A-Za-z0-9+/]{86}==")
    names = re.compile(r"(password|secret|accesskey|accountkey|connectionstring|sastoken)$", re.IGNORECASE)

    def found(value: Any, path: str) -> list[str]:
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in found(item, f"{path}.{key}")]
        if isinstance(value, list):
            return [p for index, item in enumerate(value) for p in found(item, f"{path}[{index}]")]
        hit = isinstance(value, str) and (shapes.search(value) or names.search(path))
        return [path] if hit else []

    assert [p for r in as_told(stack)["resources"] for p in found(r["body"], r["urn"])] == []


def test_names_are_unique_and_within_their_limits(stack: str) -> None:
    """No id twice, no globally unique name twice, each name as its type allows."""
    resources = as_told(stack)["resources"]
    everywhere = (
        "Microsoft.KeyVault/vaults",
        "Microsoft.Storage/storageAccounts",
        "Microsoft.ContainerRegistry/registries",
    )
    ids = Counter(r["id"].lower() for r in resources)
    global_names = Counter((r["armType"], r["name"].lower()) for r in resources if r["armType"] in everywhere)

    twice = [key for key, count in (*ids.items(), *global_names.items()) if count > 1]
    wrong = [r["name"] for r in resources if r["armType"] in NAMES and not re.fullmatch(NAMES[r["armType"]], r["name"])]

    assert (twice, wrong) == ([], [])


def test_every_compute_is_private_and_waits_for_its_workspaces_endpoint(stack: str) -> None:
    """No public address, no login, in a subnet or managed network, and created after its workspace's names resolve."""
    modes = {
        r["id"]: r["body"]["properties"]["managedNetwork"]["isolationMode"]
        for r in of_type(stack, "Microsoft.MachineLearningServices/workspaces")
    }
    zone_groups = {r["urn"]: r["id"] for r in of_type(stack, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups")}
    for compute in of_type(stack, "Microsoft.MachineLearningServices/workspaces/computes"):
        outer, inner = compute["body"]["properties"], compute["body"]["properties"]["properties"]
        waits = [zone_groups[urn].split("/")[8] for urn in compute["dependsOn"] if urn in zone_groups]
        injected = modes[compute["id"].split("/computes/")[0]] == "Disabled"
        assert (outer["disableLocalAuth"], inner["enableNodePublicIp"], "subnet" in inner) == (True, False, injected)
        assert [name for name in waits if name.endswith("-workspace")] == [
            f"pep-{compute['resourceGroup'].split('-', 1)[1].rsplit('-', 1)[0]}-workspace"
        ]
