"""Which stack files to try: every pair of choices that go together at least once, and every pair that does not."""

from __future__ import annotations

import functools
import string
from pathlib import Path

from tests.pairwise.options import OPTIONS

Chosen = dict[str, str]

TRIPLES = Path(__file__).parent / "triples.txt"

Choice = tuple[str, str]

_FEATURES = [("isolation", "managed, internet, with a feature store")]
_INTERNET = [("isolation", "managed, internet"), *_FEATURES]
_MANAGED = [("isolation", "managed"), *_INTERNET]
_EXISTING, _STACK, _NO_HUB = [("hub", "existing")], [("hub", "of a stack")], [("hub", "none")]
_WAN = [("hub", "virtual WAN")]
_WITHOUT_SUBNETS = [*_MANAGED, *_NO_HUB]
_OTHERS = [("cloud", "US Government"), ("cloud", "China")]
_SHARED = [("registry", "shared")]
_KEYS = [("key", "made"), ("key", "brought")]
_PARTS = [("parts", "existing")]
_SCOPE = [("hub options", "private link scope")]
_MODELS = [("model registry", "created"), ("model registry", "created, two regions")]

#: Choices that exclude each other, each of the one with each of the other, and what the sentence must name of both.
_EXCLUDE: list[tuple[tuple[str, str], list[Choice], list[Choice]]] = [
    (("hub.stack", "location"), _STACK, _OTHERS),
    (("hub's firewall", "egress"), _STACK, [("egress", "all")]),
    (("hub's firewall", "egressHosts"), _STACK, [("hosts", "own")]),
    (("cloud", "kubernetes.k-churn.nodes"), _OTHERS, [("kubernetes", "attached")]),
    (("Azure ML's extension reaches", "arc.plant"), _OTHERS, [("kubernetes", "connected")]),
    (("zone of API servers", "environments.dev.aks"), _OTHERS, [("kubernetes", "built")]),
    (("hub.existing", "API server"), _EXISTING, [("kubernetes", "built")]),
    (("hub.virtualWan", "API server"), _WAN, [("kubernetes", "built")]),
    (("hub.virtualWan", "Routing intent"), _WAN, [("cloud", "China")]),
    (("hub.virtualWan", "dns.linkZones"), _WAN, [("dns", "existing")]),
    (("hub.stack", "API server"), _STACK, [("kubernetes", "built")]),
    (("cloud", "keyUri"), _OTHERS, [("key", "brought")]),
    (("cloud", "privateLinkScope"), _OTHERS, _SCOPE),
    (("21Vianet", "Azure AI Search"), [("cloud", "China")], [("search", "some")]),
    (("21Vianet", "Azure Databricks"), [("cloud", "China")], [("databricks", "some")]),
    (("No page of Microsoft's", "Fabric"), _OTHERS, [("fabric", "capacity"), ("fabric", "datastore")]),
    (("Workspaces of Fabric", "data lake"), [("lake", "none")], [("fabric", "datastore")]),
    (("Purview portal", "purview"), _OTHERS, [("purview", "created"), ("purview", "existing")]),
    (("no network of a hub", "purview"), [*_EXISTING, *_STACK, *_NO_HUB, *_WAN], [("purview", "created")]),
    (("lists DNS security policies", "hub.dnsSecurity"), _OTHERS, [("hub options", "DNS security")]),
    (("reference-machine-learning-cloud-parity", "egress"), _OTHERS, [("egress", "all")]),
    (("cloud", "modelRegistry.create"), _OTHERS, _MODELS),
    (("21Vianet", "synapse"), [("cloud", "China")], [("lake", "with Synapse")]),
    (("support-matrix-cloud-environment", "defender"), _OTHERS, [("defender", "some")]),
    (("the public cloud", "operations"), _OTHERS, [("operations", "receivers and a budget")]),
    (("`isolation: managed`", "serverlessCompute"), _WITHOUT_SUBNETS, [("serverless", "yes")]),
    (("`isolation: managed`", "scoringNodes"), _WITHOUT_SUBNETS, [("scoring", "some")]),
    (("`isolation: managed`", "Kubernetes"), _WITHOUT_SUBNETS, [("kubernetes", "attached")]),
    (("`isolation: managed`", "arc.plant"), _WITHOUT_SUBNETS, [("kubernetes", "connected")]),
    (("`isolation: managed`", "nodes are in the spoke"), _WITHOUT_SUBNETS, [("kubernetes", "built")]),
    (("`isolation: managed`", "training and scoring"), _WITHOUT_SUBNETS, [("subnets", "said")]),
    (("`isolation: managed`", "storageEndpointPolicy"), _WITHOUT_SUBNETS, [("exfiltration", "closed")]),
    (("isolation", "hub.privateLinkScope"), _MANAGED, _SCOPE),
    (("log exists already", "hub.privateLinkScope"), [("log", "existing")], _SCOPE),
    (("zones are created here", "endpointRange"), [("dns", "created")], [("lake", "existing, reachable")]),
    (("registry", "`security.customerManagedKey`"), _SHARED, _KEYS),
    (("`registry: shared`", "existing.containerRegistry"), _SHARED, _PARTS),
    (("customerManagedKey", "existing.containerRegistry"), _KEYS, _PARTS),
    (("registryRetentionDays", "sharedRegistry"), _SHARED, [("untagged images", "deleted")]),
    (("registryRetentionDays", "existing.containerRegistry"), _PARTS, [("untagged images", "deleted")]),
    (("`batch`", "customerManagedKey"), _KEYS, [("batch", "yes")]),
    (("registry", "online endpoints"), _PARTS, [("serving", "some")]),
    (("`isolation: managed`", "private addresses"), _WITHOUT_SUBNETS, [("destinations", "range")]),
    (("hub.network", "databricks"), _NO_HUB, [("databricks", "some")]),
    (("hub.network", "fabric"), _NO_HUB, [("fabric", "datastore")]),
    (("hub.network", "runners"), _NO_HUB, [("runners", "some")]),
    (("names.virtualNetwork", "`existing`"), [("spoke", "exists")], [("names", "own")]),
    (("outbound: internet", "serviceTag"), _INTERNET, [("destinations", "tag")]),
    (("featureStore", "customer-managed key"), _FEATURES, _KEYS),
    (("featureStore", "No page of Microsoft's states"), _FEATURES, _OTHERS),
    (("dataLake.network", "endpointRange"), _FEATURES, [("lake", "existing, reachable")]),
    (("hub.vpnGateway.pointToSite", "21Vianet"), [("cloud", "China")], [("hub options", "VPN for people")]),
    (("hub.stack", "destinations"), _STACK, [("destinations", choice) for choice in ("range", "tag", "resource")]),
]

#: Options that an existing hub cannot have.
_OF_A_HUB: dict[Choice, str] = {
    ("hub options", "bastion"): "`hub.bastion`",
    ("hub options", "Premium"): "`hub.firewall`",
    ("hub options", "policy analytics"): "`hub.firewall`",
    ("hub options", "VPN gateway"): "`hub.vpnGateway`",
    ("hub options", "VPN for people"): "`hub.vpnGateway`",
    ("hub options", "NAT gateway"): "`hub.natGateway`",
    ("hub options", "DNS resolver"): "`hub.dnsResolver`",
    ("hub options", "DNS security"): "`hub.dnsSecurity`",
    ("hub options", "private link scope"): "`hub.privateLinkScope`",
    ("log", "existing"): "`hub.logAnalytics`",
    ("lake", "created"): "dataLake",
    ("lake", "with Synapse"): "dataLake",
    ("registry", "shared"): "sharedRegistry",
    ("model registry", "created"): "modelRegistry.create",
    ("model registry", "created, two regions"): "modelRegistry.create",
}

#: Those of them that a landing zone without a hub can have.
_WITHOUT_NETWORK = [("hub options", "DNS security"), ("log", "existing")]

CONFLICTS: dict[frozenset[Choice], tuple[str, str]] = {
    frozenset({one, other}): words for words, ones, others in _EXCLUDE for one in ones for other in others
} | {
    frozenset({(hub, name), choice}): (item, words)
    for hub, name, item in (
        ("hub", "existing", "`hub.existing`"),
        ("hub", "of a stack", "`hub.stack`"),
        ("hub", "none", "hub.network"),
        ("hub", "virtual WAN", "`hub.virtualWan`"),
    )
    for choice, words in _OF_A_HUB.items()
    if name != "none" or choice not in _WITHOUT_NETWORK
}


def in_conflict(chosen: Chosen) -> list[frozenset[tuple[str, str]]]:
    """The pairs of these choices that exclude each other."""
    there = set(chosen.items())
    return [pair for pair in CONFLICTS if pair <= there]


def default(**changes: str) -> Chosen:
    """The first choice of every option, and these changes."""
    return {option: next(iter(choices)) for option, choices in OPTIONS.items()} | changes


#: The choice of an option in a row of triples.txt, by its position.
DIGITS = string.digits + string.ascii_lowercase


@functools.cache
def files() -> list[Chosen]:
    """Stack files of choices that go together: every three of different options that can be are in one of them.

    Found by tests/pairwise/write.py, and kept in triples.txt: a line for each option with its choices, an empty line,
    and a line for each stack file with a digit for each option.
    """
    header, rows = TRIPLES.read_text(encoding="utf-8").split("\n\n")
    options = [(name, choices.split(" | ")) for name, choices in (line.split(": ", 1) for line in header.splitlines())]
    return [
        {name: choices[DIGITS.index(digit)] for (name, choices), digit in zip(options, row, strict=True)}
        for row in rows.splitlines()
    ]


def text_of(rows: list[Chosen]) -> str:
    """Returns the text of triples.txt for these stack files, each with a choice of every option."""
    header = "".join(f"{name}: {' | '.join(choices)}\n" for name, choices in OPTIONS.items())
    places = {name: list(choices) for name, choices in OPTIONS.items()}
    lines = ("".join(DIGITS[choices.index(row[name])] for name, choices in places.items()) for row in rows)
    return header + "\n" + "".join(f"{line}\n" for line in lines)


def that_exclude() -> list[Chosen]:
    """For each pair that excludes itself the defaults with it, but where a default excludes one of them, too."""
    every = (default(**dict(pair)) for pair in CONFLICTS)
    return [chosen for chosen in every if len(in_conflict(chosen)) == 1]
