"""A second reading of what would be built, by someone who knows only the JSON and nothing of the plan.

Each reading takes the resources of a preview and answers with what is wrong.
"""

from __future__ import annotations

import ipaddress
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

Resource = dict[str, Any]
Resources = list[Resource]

#: Private DNS zones by cloud and group ID, written by hand from Microsoft's page on private endpoint DNS.
_PAGE = json.loads((Path(__file__).parent / "cases" / "facts" / "private-dns-zones.json").read_text(encoding="utf-8"))
ZONES: dict[str, dict[str, set[str]]] = {
    cloud: {group: set(zones) for group, zones in _PAGE[key].items()}
    for cloud, key in (("public", "public"), ("usgov", "usGovernment"), ("china", "china"))
}

#: Parts of names and tokens that only one cloud has. Not here: graph.windows.net, which Azure Government
#: uses too, and hosts of the public internet.
OWN_NAMES = {
    "public": r"core\.windows\.net|vault(core)?\.azure\.net|azurecr\.io|azureml\.ms|TokenExchange(?!\w)",
    "usgov": r"usgovcloudapi\.net|\.azure\.us|azurecr\.us|microsoftonline\.us|TokenExchangeUSGov",
    "china": r"chinacloudapi\.cn|azure\.cn|azurecr\.cn|TokenExchangeChina",
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

#: Types whose names are unique in all of Azure.
EVERYWHERE = (
    "Microsoft.KeyVault/vaults",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.ContainerRegistry/registries",
)

#: Private settings of the parts of a workspace, unless the stack file sets less.
PRIVATE: dict[str, dict[str, object]] = {
    "workspace": {"publicNetworkAccess": "Disabled", "systemDatastoresAuthMode": "Identity"},
    "storageAccount": {"publicNetworkAccess": "Disabled", "allowSharedKeyAccess": False},
    "keyVault": {"publicNetworkAccess": "Disabled", "enableRbacAuthorization": True, "enablePurgeProtection": True},
    "containerRegistry": {"publicNetworkAccess": "Disabled", "adminUserEnabled": False},
}

_SECRET_SHAPES = re.compile(
    r"AccountKey=|SharedAccessKey|sig=[\w%]{10}|-----BEGIN|\beyJ[\w-]{8,}\.|[A-Za-z0-9+/]{86}=="
)
_SECRET_NAMES = re.compile(r"(password|secret|accesskey|accountkey|connectionstring|sastoken)$", re.IGNORECASE)


def of_type(resources: Resources, arm_type: str) -> Resources:
    """The resources of a type."""
    return [r for r in resources if r["armType"] == arm_type]


def networks_and_subnets_are_disjoint(resources: Resources) -> list[str]:
    """No two ranges of networks overlap, nor two of subnets. Each subnet is inside its network, if that is built."""
    networks = of_type(resources, "Microsoft.Network/virtualNetworks")
    ranges = {n["id"]: n["body"]["properties"]["addressSpace"]["addressPrefixes"] for n in networks}
    outer = [ipaddress.IPv4Network(prefix) for prefixes in ranges.values() for prefix in prefixes]
    inner = [
        (s["id"].rpartition("/subnets/")[0], ipaddress.IPv4Network(s["body"]["properties"]["addressPrefix"]))
        for s in of_type(resources, "Microsoft.Network/virtualNetworks/subnets")
    ]
    overlapping = [
        f"{one} overlaps {other}"
        for cidrs in (outer, [cidr for _, cidr in inner])
        for one, other in itertools.combinations(cidrs, 2)
        if one.overlaps(other)
    ]
    outside = [
        f"{cidr} is outside of {network}"
        for network, cidr in inner
        if network in ranges and not any(cidr.subnet_of(ipaddress.IPv4Network(prefix)) for prefix in ranges[network])
    ]
    return overlapping + outside


def endpoints_write_to_exactly_the_zones_of_their_group(resources: Resources) -> list[str]:
    """One zone group an endpoint, with all zones that its group ID needs and no other."""
    zones = ZONES[cloud_of(resources)]
    groups = {
        r["id"].rsplit("/privateDnsZoneGroups/", 1)[0]: {
            config["properties"]["privateDnsZoneId"].rsplit("/", 1)[1]
            for config in r["body"]["properties"]["privateDnsZoneConfigs"]
        }
        for r in of_type(resources, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    }
    wanted = {
        r["id"]: set().union(*(zones[group] for c in connections(r) for group in c["groupIds"]))
        for r in of_type(resources, "Microsoft.Network/privateEndpoints")
    }
    return [
        f"{key}: {sorted(groups.get(key, ()))}, not {sorted(wanted.get(key, ()))}"
        for key in sorted({*groups, *wanted})
        if groups.get(key) != wanted.get(key)
    ]


def cloud_of(resources: Resources) -> str:
    """The cloud, by where things are."""
    regions = {r["location"] for r in resources if r["location"] not in ("", "global")}
    return next((cloud for cloud in ("usgov", "china") if all(r.startswith(cloud) for r in regions)), "public")


def no_name_is_of_another_cloud(resources: Resources) -> list[str]:
    """Neither in bodies nor in ids: zones, hosts, keys, and audiences of tokens are those of one cloud."""
    others = re.compile("|".join(names for cloud, names in OWN_NAMES.items() if cloud != cloud_of(resources)))
    return [r["id"] for r in resources if others.search(json.dumps((r["id"], r["body"])))]


def connections(endpoint: Resource) -> list[dict[str, Any]]:
    """The target of an endpoint."""
    kinds = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
    return [c["properties"] for kind in kinds for c in endpoint["body"]["properties"].get(kind, ())]


def parts_of_workspaces_are_private(resources: Resources) -> list[str]:
    """Workspace, vault, storage and registry: no public access, no keys, and an endpoint each.

    Existing resources are not checked: nothing of them is known.
    """
    targets = {
        str(c["privateLinkServiceId"]).lower()
        for r in of_type(resources, "Microsoft.Network/privateEndpoints")
        for c in connections(r)
    }
    by_id = {r["id"].lower(): r["body"].get("properties", {}) for r in resources}
    wrong: list[str] = []
    for workspace in of_type(resources, "Microsoft.MachineLearningServices/workspaces"):
        own = workspace["body"]["properties"]
        parts = {"workspace": workspace["id"], **{part: own[part] for part in PRIVATE if part in own}}
        for part, wanted in PRIVATE.items():
            if part == "containerRegistry" and workspace["body"]["kind"] == "FeatureStore":
                continue  # it has none
            if parts[part].lower() not in by_id:
                continue
            result = by_id[parts[part].lower()]
            wrong += [
                f"{parts[part]}: {key} is {result.get(key)}"
                for key, value in wanted.items()
                if result.get(key) != value or type(result.get(key)) is not type(value)
            ]
            wrong += [f"{parts[part]}: no endpoint"] if parts[part].lower() not in targets else []
            acls = result.get("networkAcls", {}).get("defaultAction")
            wrong += [f"{parts[part]}: networkAcls are {acls}"] if part == "storageAccount" and acls != "Deny" else []
    return wrong


def resources_have_the_provider_of_their_subscription(resources: Resources) -> list[str]:
    """The provider's name ends in the subscription of the resource's id; a management group is in none."""
    inside = [r for r in resources if r["id"].startswith("/subscriptions/")]
    return [r["urn"] for r in inside if r["provider"].rsplit("::subscription-", 1)[-1] != r["id"].split("/")[2]]


def nothing_is_literally_a_secret(resources: Resources) -> list[str]:
    """No key, token, signature or password is in any request."""

    def broken(value: Any, path: str) -> list[str]:
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in broken(item, f"{path}.{key}")]
        if isinstance(value, list):
            return [p for index, item in enumerate(value) for p in broken(item, f"{path}[{index}]")]
        hit = isinstance(value, str) and (_SECRET_SHAPES.search(value) or _SECRET_NAMES.search(path))
        return [path] if hit else []

    return [p for r in resources for p in broken(r["body"], r["urn"])]


def names_are_unique_and_within_their_limits(resources: Resources) -> list[str]:
    """No id twice, no globally unique name twice, each name as its type allows."""
    ids = Counter(r["id"].lower() for r in resources)
    names = Counter((r["armType"], r["name"].lower()) for r in resources if r["armType"] in EVERYWHERE)
    twice = [f"twice: {key}" for key, count in (*ids.items(), *names.items()) if count > 1]
    wrong = [r["name"] for r in resources if r["armType"] in NAMES and not re.fullmatch(NAMES[r["armType"]], r["name"])]
    return twice + wrong


def computes_are_private_and_wait_for_their_workspaces_endpoint(resources: Resources) -> list[str]:
    """No public address, no login, in a subnet or managed network, and created after its workspace's names resolve."""
    modes = {
        r["id"]: r["body"]["properties"]["managedNetwork"]["isolationMode"]
        for r in of_type(resources, "Microsoft.MachineLearningServices/workspaces")
    }
    endpoints = {
        r["id"]: [c["privateLinkServiceId"] for c in connections(r)]
        for r in of_type(resources, "Microsoft.Network/privateEndpoints")
    }
    groups = of_type(resources, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    ready = {r["urn"]: endpoints[r["id"].rsplit("/privateDnsZoneGroups/", 1)[0]] for r in groups}
    ready |= {r["urn"]: endpoints[r["id"]] for r in of_type(resources, "Microsoft.Network/privateEndpoints")}
    wrong = []
    for compute in of_type(resources, "Microsoft.MachineLearningServices/workspaces/computes"):
        workspace = compute["id"].split("/computes/")[0]
        outer, inner = compute["body"]["properties"], compute["body"]["properties"]["properties"]
        elsewhere = outer["computeType"] == "Kubernetes"  # an external cluster, with its own nodes and network
        public = "resourceId" not in outer if elsewhere else inner["enableNodePublicIp"]
        placed = elsewhere or "subnet" in inner
        result = (outer["disableLocalAuth"], public, placed)
        if result != (True, False, modes[workspace] == "Disabled"):
            wrong.append(f"{compute['id']}: login disabled, public address, subnet are {result}")
        if workspace not in {to for urn in compute["dependsOn"] for to in ready.get(urn, ())}:
            wrong.append(f"{compute['id']}: does not wait for the endpoint of {workspace}")
    return wrong


#: Every reading.
ALL: tuple[Callable[[Resources], list[str]], ...] = (
    networks_and_subnets_are_disjoint,
    endpoints_write_to_exactly_the_zones_of_their_group,
    parts_of_workspaces_are_private,
    resources_have_the_provider_of_their_subscription,
    nothing_is_literally_a_secret,
    names_are_unique_and_within_their_limits,
    computes_are_private_and_wait_for_their_workspaces_endpoint,
    no_name_is_of_another_cloud,
)
