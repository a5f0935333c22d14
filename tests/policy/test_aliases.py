"""The policy evaluator's knowledge of aliases and resource types: derived, complete, and as read by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from amlz.policy.engine import aliases, facts
from tests.conftest import ROOT, shared
from tools import derive_aliases

_ML = "Microsoft.MachineLearningServices/workspaces"
_COMPUTES = f"{_ML}/computes"
_ACR, _VAULT = "Microsoft.ContainerRegistry/registries", "Microsoft.KeyVault/vaults"
_STORAGE, _NETWORK = "Microsoft.Storage/storageAccounts", "Microsoft.Network"
_STATUS = "privateEndpointConnections[*].privateLinkServiceConnectionState.status"

#: Aliases with their paths, transcribed by hand: what a rule of naming would mostly get wrong.
PATHS = [
    (f"{_COMPUTES}/computeType", "properties.computeType"),
    (f"{_COMPUTES}/resourceId", "properties.resourceId"),
    (f"{_COMPUTES}/disableLocalAuth", "properties.disableLocalAuth"),
    (f"{_COMPUTES}/vmSize", "properties.properties.vmSize"),
    (f"{_COMPUTES}/subnet.id", "properties.properties.subnet.id"),
    (f"{_COMPUTES}/remoteLoginPortPublicAccess", "properties.properties.remoteLoginPortPublicAccess"),
    (f"{_COMPUTES}/scaleSettings.maxNodeCount", "properties.properties.scaleSettings.maxNodeCount"),
    (
        f"{_COMPUTES}/scaleSettings.nodeIdleTimeBeforeScaleDown",
        "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
    ),
    (
        f"{_COMPUTES}/setupScripts.scripts.creationScript.scriptSource",
        "properties.properties.setupScripts.scripts.creationScript.scriptSource",
    ),
    (f"{_COMPUTES}/idleTimeBeforeShutdown", "properties.properties.idleTimeBeforeShutdown"),
    (f"{_ML}/hbiWorkspace", "properties.hbiWorkspace"),
    (f"{_ML}/encryption.status", "properties.encryption.status"),
    (f"{_ML}/managedNetwork.isolationMode", "properties.managedNetwork.isolationMode"),
    (f"{_ML}/privateEndpointConnections[*]", "properties.privateEndpointConnections[*]"),
    (
        f"{_ML}/{_STATUS}",
        "properties.privateEndpointConnections[*].properties.privateLinkServiceConnectionState.status",
    ),
    (f"{_ML}/privateEndpointConnections/privateEndpoint.id", "properties.privateEndpoint.id"),
    (f"{_ACR}/sku.name", "sku.name"),
    (f"{_ACR}/policies.exportPolicy.status", "properties.policies.exportPolicy.status"),
    (f"{_ACR}/tokens/status", "properties.status"),
    (f"{_VAULT}/networkAcls.ipRules[*].value", "properties.networkAcls.ipRules[*].value"),
    (f"{_STORAGE}/encryption.requireInfrastructureEncryption", "properties.encryption.requireInfrastructureEncryption"),
    (f"{_STORAGE}/supportsHttpsTrafficOnly", "properties.supportsHttpsTrafficOnly"),
    (
        f"{_NETWORK}/virtualNetworks/subnets[*].defaultOutboundAccess",
        "properties.subnets[*].properties.defaultOutboundAccess",
    ),
    (
        f"{_NETWORK}/networkInterfaces/ipconfigurations[*].publicIpAddress.id",
        "properties.ipConfigurations[*].properties.publicIPAddress.id",
    ),
    (f"{_NETWORK}/networkInterfaces/enableIpForwarding", "properties.enableIPForwarding"),
    ("Microsoft.Synapse/workspaces/managedVirtualNetwork", "properties.managedVirtualNetwork"),
    (
        f"{_NETWORK}/privateEndpoints/privateLinkServiceConnections[*].groupIds[*]",
        "properties.privateLinkServiceConnections[*].properties.groupIds[*]",
    ),
]

#: Transcribed by hand: whether a body of an API version has the property that an alias names.
VERSIONS = [
    (f"{_COMPUTES}/idleTimeBeforeShutdown", "2025-06-01", False),
    (f"{_COMPUTES}/idleTimeBeforeShutdown", "2025-12-01", True),
    (f"{_COMPUTES}/idleTimeBeforeShutdown", "2024-01-01-preview", True),
    (f"{_COMPUTES}/idleTimeBeforeShutdown", "2021-03-01-PREVIEW", False),
    (f"{_COMPUTES}/disableLocalAuth", "2020-09-01-preview", False),
    (f"{_COMPUTES}/disableLocalAuth", "2021-03-01-preview", True),
    (f"{_ML}/publicNetworkAccess", "2021-04-01", False),
    (f"{_ML}/publicNetworkAccess", "2021-07-01", True),
    (f"{_ML}/managedNetwork.isolationMode", "2023-02-01-preview", False),
    (f"{_ML}/managedNetwork.isolationMode", "2023-04-01-preview", True),
    (f"{_ML}/v1LegacyMode", "2021-03-01-preview", False),
    (f"{_ACR}/anonymousPullEnabled", "2023-07-01", False),
    (f"{_ACR}/anonymousPullEnabled", "2025-04-01", True),
    (f"{_NETWORK}/virtualNetworks/subnets[*].defaultOutboundAccess", "2020-04-01", False),
    (f"{_NETWORK}/virtualNetworks/subnets[*].defaultOutboundAccess", "2024-05-01", True),
    ("Microsoft.Insights/components/publicNetworkAccessForQuery", "2015-05-01", False),
]

#: Aliases of resource-provider modes: they name components within a service, which have no body and so no path.
WITHOUT_PATH = [
    "microsoft.keyvault.data/vaults/keys/attributes.expireson",
    "microsoft.machinelearningservices.data/workspaces/computename",
    "microsoft.machinelearningservices.data/workspaces/computetype",
    "microsoft.machinelearningservices.data/workspaces/isisolatednetwork",
    "microsoft.machinelearningservices.data/workspaces/tags[*]",
    "microsoft.machinelearningservices.v2.data/workspaces/deployments/model.assetid",
    "microsoft.machinelearningservices.v2.data/workspaces/deployments/model.publisher",
    "microsoft.machinelearningservices.v2.data/workspaces/deployments/model.registryname",
]

#: Types that this project builds of which sources cannot tell whether mode Indexed looks at them.
UNTOLD = [
    f"{_ML}/computes",
    f"{_ML}/privateEndpointConnections",
    "Microsoft.Network/dnsForwardingRulesets",
    "Microsoft.Network/serviceEndpointPolicies",
]


def recorded(name: str) -> Any:
    """The content of a data file of the policy evaluator."""
    return json.loads((ROOT / "amlz" / "policy" / "data" / name).read_text(encoding="utf-8"))


def alias_of(alias: str) -> aliases.Alias | None:
    """An alias as the policy evaluator finds it, by the type that it names."""
    return aliases.embedded().find(aliases.type_of(alias), alias)


def test_the_aliases_are_what_their_script_derives() -> None:
    """From the published facts, byte for byte."""
    facts_at = shared()

    text = derive_aliases.written(derive_aliases.derive(facts_at))

    assert derive_aliases.TARGET.read_text(encoding="utf-8") == text


def test_the_aliases_stay_small() -> None:
    """They are read whole before the first verdict."""
    assert derive_aliases.TARGET.stat().st_size < 410_000


def test_every_alias_of_a_published_definition_has_a_path() -> None:
    """But those of components, which have no body."""
    used = derive_aliases.uses(shared() / "azure-policy").read

    assert (len(used), sorted(alias for alias in used if alias_of(alias) is None)) == (91, WITHOUT_PATH)


def test_every_alias_of_a_shipped_definition_has_a_path() -> None:
    """In policies/ of this project; those of components have none."""
    used = derive_aliases.uses(ROOT / "policies").read

    assert sorted(alias for alias in used if alias_of(alias) is None and alias not in WITHOUT_PATH) == []


@pytest.mark.parametrize(("alias", "path"), PATHS)
def test_an_alias_leads_where_the_property_is(alias: str, path: str) -> None:
    """Case aside: paths match without regard to it, and published lists mix spellings."""
    entry = alias_of(alias)

    assert entry is not None
    assert entry.path.lower() == path.lower()


@pytest.mark.parametrize(("alias", "version", "there"), VERSIONS)
def test_an_alias_is_empty_where_the_version_lacks_the_property(alias: str, version: str, there: bool) -> None:
    """Known, yet without a path in requests of that API version."""
    entry = alias_of(alias)

    assert entry is not None
    assert (entry.at(version) is not None) == there


@pytest.mark.parametrize(
    "alias",
    [
        f"{_ML}/datastores/contents.GlusterFs",  # newer bodies have no `contents`: the path is an old version's
        f"{_NETWORK}/virtualNetworks/subnets[*].networkSecurityGroup.securityRules[*].name",  # of another resource
        f"{_STORAGE}/noSuchProperty",
    ],
)
def test_an_alias_that_could_mislead_is_not_known(alias: str) -> None:
    """So that a rule which reads it is undecided."""
    assert alias_of(alias) is None


def test_only_what_a_published_definition_modifies_is_said_to_be_modifiable() -> None:
    """Of all others it is not known."""
    assert recorded("aliases.json")["modifiable"] == {
        f"{_COMPUTES}/disableLocalAuth": True,
        f"{_ML}/publicNetworkAccess": True,
    }


@pytest.mark.parametrize(
    ("path", "has", "lacks"),
    [
        ("properties.size", True, False),
        ("properties.SIZE", True, False),
        ("properties.colour", False, True),
        ("size", False, False),  # one level up: it may have moved
        ("properties.properties.size", False, False),  # one level down: the same
        ("properties.parts[*].weight", True, False),  # in one case of a discriminated type
        ("properties.parts.weight", False, True),
        ("properties.labels.anything", True, False),  # open to any name
        ("properties.free.deep.down", True, False),  # of any form
        ("properties.either.left", True, False),  # one side of a union
    ],
)
def test_a_published_type_tells_what_is_missing(path: str, has: bool, lacks: bool) -> None:
    """Aliases that only exist elsewhere are not accepted."""
    nodes: list[dict[str, Any]] = [
        {"k": "object", "p": {"properties": [1, 0]}},
        {"k": "object", "p": {"size": [2, 0], "parts": [3, 0], "labels": [6, 0], "free": [7, 0], "either": [8, 0]}},
        {"k": "string"},
        {"k": "array", "i": 4},
        {"k": "disc", "d": "kind", "p": {}, "e": {"Heavy": 5}},
        {"k": "object", "p": {"weight": [2, 0]}},
        {"k": "object", "p": {}, "a": 2},
        {"k": "any"},
        {"k": "union", "e": [2, 9]},
        {"k": "object", "p": {"left": [2, 0]}},
    ]
    published = derive_aliases.PublishedType(nodes, 0)

    assert (published.has(path), published.lacks(path)) == (has, lacks)


def test_every_built_type_has_a_row() -> None:
    """Returns whether mode Indexed evaluates it; unknown where no source decides."""
    rows = facts.embedded().indexed
    built = derive_aliases.built_types()

    assert sorted(low for low in built if low not in rows) == []
    assert sorted(kind.name for low, kind in built.items() if rows[low] is None) == UNTOLD


def test_rows_on_mode_indexed_agree_with_published_facts() -> None:
    """For every type that a published definition names, except compute targets: there the sources disagree."""
    published = json.loads((shared() / "azure-policy" / "types.json").read_text(encoding="utf-8"))["types"]
    rows = facts.embedded().indexed

    assert {name: rows.get(name.lower(), "no row") for name in published} == {
        name: None if name == f"{_ML}/computes" else entry["indexed"] for name, entry in published.items()
    }


def test_every_row_names_its_source() -> None:
    """An unknown one has the reason."""
    rows = recorded("types.json")["indexed"]
    wrong = [
        name
        for name, row in rows.items()
        if set(row) != {"indexed", "source"}
        or row["indexed"] not in {True, False, None}
        or not row["source"].endswith(".")
        or (row["indexed"] is None) != row["source"].startswith(("Unknown: ", "Does not apply: "))
    ]

    assert (wrong, len({name.lower() for name in rows})) == ([], len(rows))


@pytest.mark.parametrize(
    ("resource_type", "never"),
    [
        ("microsoft.resources/deployments", True),
        ("microsoft.resources/templatespecs/versions", True),
        ("microsoft.resources/subscriptions", False),
        ("microsoft.resources/resourcegroups", False),
        ("microsoft.resources/subscriptions/resourcegroups", False),
        ("microsoft.billing/billingaccounts", True),
        ("microsoft.capacity/reservationorders/reservations", True),
        ("microsoft.help/diagnostics", True),
        ("microsoft.keyvault/vaults/secrets", True),
        ("microsoft.keyvault/vaults", False),
        ("microsoft.keyvault/vaults/keys", False),
        ("microsoft.machinelearningservices/workspaces/computes", False),
    ],
)
def test_what_azure_policy_never_looks_at(resource_type: str, never: bool) -> None:
    """Whole namespaces but for resource groups and subscriptions, and single types."""
    assert facts.embedded().never_evaluated(resource_type) is never
