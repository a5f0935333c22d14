"""Doubts about a stack file: which there are, that a preview reports the same ones, and that their remedies work."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from amlz.app.preview import preview_stack
from amlz.checks import stack_file
from amlz.core.facts.machine_sizes import KNOWN, unknown_size
from amlz.core.facts.quotas import SIZES
from amlz.core.facts.retirements import SIZES as RETIRING
from amlz.core.facts.sizes import RETIRED
from amlz.core.notices import notices
from amlz.core.notices.notice import Notice
from amlz.core.notices.ranges import range_notices
from amlz.core.plan import make_plan
from amlz.core.problems import dotted
from amlz.stackfile.load import from_object, load
from tests.core.stacks import LANDING_ZONE, Stack, at, stack
from tests.core.test_hub_stack import beside, outputs
from tests.core.test_organisation import EXISTING

INTERNET = {"isolation": {"mode": "managed", "outbound": "internet"}}
DEV = "projects.churn.environments.dev"


def doubts(settings: Stack) -> list[Notice]:
    """Every doubt about a stack."""
    config = from_object(settings)
    return list(notices(config, make_plan(config)))


def where(settings: Stack, finding: str) -> list[str]:
    """The paths of the doubts of one kind."""
    return [dotted(doubt.path) for doubt in doubts(settings) if doubt.finding == finding]


def with_connection(target: str, category: str = "AzureOpenAI", **settings: Any) -> Stack:
    """A stack with one connection. `settings` replace keys of the environment; those of the stack are under `stack`."""
    whole = settings.pop("stack", {})
    connections = {"llm": {"category": category, "target": target}}
    return stack({"churn/dev": at("10.1.0.0/24", connections=connections, **settings)}, **whole)


def opened(settings: Stack) -> bool:
    """Returns whether a rule opens every connection."""
    return not where(settings, "egress/connection-not-opened")


def test_an_ordinary_stack_file_raises_no_doubt() -> None:
    """None at all."""
    assert doubts(stack()) == []


def test_a_region_that_no_list_has_is_reported_with_the_nearest_name() -> None:
    """As a warning: regions open."""
    (doubt,) = doubts(stack(location="westeurpoe"))

    assert doubt == Notice(
        "place/region-not-known",
        ("location",),
        "westeurpoe was not among the regions of Azure's public cloud on 2025-09-23; the nearest name is westeurope.",
        "Set `location` to `westeurope`. No action needed, if westeurpoe is a region that opened after that day: "
        "`az account list-locations` lists all regions.",
    )


def test_sizes_that_no_list_has_are_reported_wherever_they_are() -> None:
    """Of clusters, members' clusters, instances and the builder of images; in any case of letters."""
    owner = "11111111-aaaa-4bbb-8ccc-000000000009"
    environment = at(
        "10.1.0.0/24",
        imageBuild={"size": "Standard_D3s_v5"},
        clusters={
            "known": {"size": "Standard_d4S_V5", "maxNodes": 1},
            "gpu": {"size": "Standard_NC999_v9", "maxNodes": 1},
        },
        instances={"ada": {"size": "Standard_E4-3ds_v4", "owner": owner}},
        sharedBy={
            "fraud": {
                "access": {"readers": [owner]},
                "clusters": {"more": {"size": "Standard_ND96isr_H300_v5", "maxNodes": 1}},
            }
        },
    )

    values = [doubt for doubt in doubts(stack({"churn/dev": environment})) if doubt.finding == "place/size-not-known"]

    assert [(dotted(doubt.path).removeprefix(f"{DEV}."), doubt.what) for doubt in values] == [
        (
            "imageBuild.size",
            "Standard_D3s_v5 is in no list of sizes of 2026-03-10; the nearest name is Standard_D32s_v5.",
        ),
        (
            "clusters.gpu.size",
            "Standard_NC999_v9 is in no list of sizes of 2026-03-10; the nearest name is Standard_NC6s_v3.",
        ),
        (
            "sharedBy.fraud.clusters.more.size",
            "Standard_ND96isr_H300_v5 is in no list of sizes of 2026-03-10; the nearest name is "
            "Standard_ND96isr_H200_v5.",
        ),
        (
            "instances.ada.size",
            "Standard_E4-3ds_v4 is in no list of sizes of 2026-03-10; the nearest name is Standard_E64-32ds_v4.",
        ),
    ]


def test_every_size_of_the_other_tables_is_known() -> None:
    """Those with a quota, and those that are retired or will be."""
    retiring = ["standard_dc8_v2", "standard_m192idms_v2", "standard_hb60-30rs", "standard_ds11-1_v2", "standard_l8s"]
    assert all(any(row.pattern.fullmatch(size) for row in RETIRING) for size in retiring)

    assert [size for size in (*SIZES, *RETIRED, *retiring) if unknown_size(size)] == []


def test_the_table_has_the_sizes_of_the_series_that_azure_ml_supports() -> None:
    """One of each series of https://learn.microsoft.com/azure/machine-learning/concept-compute-target that is not "
    "retired."""
    supported = (
        "A4m_v2 D4ds_v4 D13_v2 D64_v3 DS15_v2 D48s_v3 E96a_v4 E20_v3 E64is_v3 F72s_v2 FX48mds HB120-96rs_v2 HB120rs_v3 "
        "HC44rs L80s_v2 M128ms ND40rs_v2 NV48s_v3 NC64as_T4_v3 NC96ads_A100_v4 ND96asr_v4 ND96amsr_A100_v4 "
        "NC80adis_H100_v5 ND96isr_H100_v5 ND96isr_H200_v5"
    )

    assert [size for size in supported.split() if f"standard_{size}".lower() not in KNOWN] == []


@pytest.mark.parametrize("on_premises", ["172.16.0.0/12", "172.17.4.0/24", "172.0.0.0/8"])
def test_networks_in_dockers_range_are_out_of_reach_of_computes(on_premises: str) -> None:
    """On premises, in an existing hub, behind it, and where endpoints exist: if compute targets must reach them."""
    hub = {**EXISTING, "addressSpace": ["172.17.8.0/22"], "firewallAddress": "172.17.8.4", "dnsServers": ["172.17.9.4"]}
    registry = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-a/providers/Microsoft.ContainerRegistry/registries/cra"
    existing = {"containerRegistry": {"id": registry, "endpointRange": "172.17.16.0/28"}}
    dns = {"mode": "policy"}

    beside_hub = stack(onPremises=[on_premises])
    parts = stack({"churn/dev": at("10.1.0.0/24", existing=existing)}, hub={"existing": hub}, dns=dns)

    assert where(beside_hub, "network/docker-range") == ["onPremises[0]"]
    assert where(parts, "network/docker-range") == [
        "hub.existing.addressSpace[0]",
        f"{DEV}.existing.containerRegistry.endpointRange",
    ]
    theirs = beside(outputs(addressSpace=["172.17.0.0/22"], firewallAddress="172.17.0.4"))
    assert where(theirs, "network/docker-range") == ["hub.stack.outputs.addressSpace[0]"]


def test_computes_of_a_managed_network_reach_nothing_there_anyway() -> None:
    """No doubt, unless the hub serves compute targets of other stacks."""
    managed = {"churn/dev": at("10.1.0.0/24", isolation="managed")}

    assert where(stack(managed, onPremises=["172.16.0.0/12"]), "network/docker-range") == []
    serving = {"addressSpace": "10.0.0.0/24", "serves": ["10.9.0.0/20"]}
    assert where(stack(managed, hub=serving, onPremises=["172.16.0.0/12"]), "network/docker-range") == ["onPremises[0]"]


def test_the_ranges_that_a_remedy_lists_raise_no_doubt() -> None:
    """They are the same addresses without Docker's."""
    (doubt,) = (
        notice for notice in doubts(stack(onPremises=["172.16.0.0/12"])) if notice.finding == "network/docker-range"
    )
    rest = doubt.remedy.rpartition(": ")[2].rstrip(".").replace(" and ", ", ").split(", ")

    assert rest == ["172.16.0.0/16", "172.18.0.0/15", "172.20.0.0/14", "172.24.0.0/13"]
    assert where(stack(onPremises=rest), "network/docker-range") == []


@pytest.mark.parametrize(
    ("cidr", "sentence"),
    [
        ("52.10.0.0/20", "52.10.0.0/20 holds public addresses."),
        ("172.0.0.0/8", "172.0.0.0/8 holds public addresses."),
        ("198.18.0.0/15", "198.18.0.0/15 is set aside for benchmarks (IANA), not for networks."),
        ("203.0.113.0/24", "203.0.113.0/24 is set aside for documentation (IANA), not for networks."),
        ("100.64.0.0/10", ""),
        ("172.31.0.0/16", ""),
        ("192.168.0.0/16", ""),
    ],
)
def test_public_ranges_are_reported_and_private_ones_are_not(cidr: str, sentence: str) -> None:
    """RFC 1918 and RFC 6598 are private; what IANA set aside otherwise is neither."""
    values = [doubt.what for doubt in doubts(stack(onPremises=[cidr])) if doubt.finding == "network/public-range"]

    assert [text[: len(sentence)] for text in values] == ([sentence] if sentence else [])


def test_a_public_range_is_reported_wherever_it_is_written() -> None:
    """Once for ranges inside each other."""
    settings = stack(
        {"churn/dev": at("52.10.0.0/24", kubernetes={}), "fraud/dev": at("10.1.0.0/24", spoke="bb")},
        hub={"addressSpace": "11.0.0.0/24", "serves": ["12.0.0.0/20"]},
        spokes={"aa": {"addressSpace": ["52.10.0.0/20"]}, "bb": {"addressSpace": ["10.1.0.0/16", "13.0.0.0/16"]}},
        onPremises=["14.0.0.0/8"],
    )
    settings["projects"]["churn"]["environments"]["dev"]["spoke"] = "aa"

    assert where(settings, "network/public-range") == [
        "hub.addressSpace",
        "hub.serves[0]",
        "spokes.aa.addressSpace[0]",
        "spokes.bb.addressSpace[1]",
        "onPremises[0]",
    ]


def test_a_connection_that_no_rule_opens_is_reported_with_the_key_that_opens_it() -> None:
    """And the remedy opens it."""
    (doubt,) = doubts(with_connection("https://fabrikam-llm.openai.azure.com"))

    assert doubt == Notice(
        "egress/connection-not-opened",
        ("projects", "churn", "environments", "dev", "connections", "llm", "target"),
        "No rule lets compute targets reach fabrikam-llm.openai.azure.com on port 443: "
        "the connection works only from elsewhere.",
        "Add `egressHosts: {llm: {hosts: [fabrikam-llm.openai.azure.com], why: ...}}` to open it. Where the service "
        "refuses public access, it needs a private endpoint: `destinations` with `resource`.",
    )
    key = yaml.safe_load(doubt.remedy.split("`")[1].replace("...", "the model"))
    assert opened(with_connection("https://fabrikam-llm.openai.azure.com", stack=key))


@pytest.mark.parametrize(
    ("target", "category", "settings", "is_opened"),
    [
        ("https://Fabrikam.OpenAI.azure.com/", "AzureOpenAI", {}, False),
        ("https://fabrikam.search.windows.net", "CognitiveSearch", {}, False),
        ("https://pypi.org/simple", "PythonFeed", {}, False),
        ("https://pypi.org/simple", "PythonFeed", {"stack": {"egress": ["pythonPackages"]}}, True),
        ("https://conda.anaconda.org/x", "PythonFeed", {"stack": {"egress": ["pythonPackages"]}}, True),
        ("https://pypi.org:8443", "PythonFeed", {"stack": {"egress": ["pythonPackages"]}}, False),
        ("http://pypi.org", "PythonFeed", {"stack": {"egress": ["pythonPackages"]}}, False),
        ("https://fab.vault.azure.net/", "AzureKeyVault", {}, True),
        ("https://fab.vault.azure.net/", "AzureKeyVault", {"security": {"highBusinessImpact": False}}, False),
        ("abfss://raw@fab.dfs.core.windows.net/x", "ADLSGen2", {}, True),
        ("https://fab.blob.core.windows.net", "AzureBlob", {"security": {"storageEndpointPolicy": {}}}, False),
        ("tcp:fab.database.windows.net,1433", "AzureSqlDb", {}, False),
        ("jdbc:sqlserver://fab.database.windows.net:1433;database=x", "AzureSqlDb", {}, False),
        ("10.128.4.5", "AzureSqlDb", {}, False),
        ("https://fab.azurecr.io", "ContainerRegistry", {}, False),
        ("/subscriptions/x/resourceGroups/y/providers/z", "AzureOneLake", {}, True),
        ("a-name-without-a-host", "AzureOneLake", {}, True),
        ("https://fab.openai.azure.com", "AzureOpenAI", {"isolation": "managed"}, False),
        ("https://fab.openai.azure.com", "AzureOpenAI", INTERNET, True),
        (
            "https://fab.openai.azure.com", "AzureOpenAI",
            {"isolation": {"mode": "managed", "allow": ["*.openai.azure.com"]}}, True,
        ),
        ("https://fab.blob.core.windows.net", "AzureBlob", {"isolation": "managed"}, False),
        ("https://fab.vault.azure.net", "AzureKeyVault", {"isolation": "managed"}, False),
    ],
)  # fmt: skip
def test_rules_open_a_target_or_not(target: str, category: str, settings: Any, is_opened: bool) -> None:
    """By host, wildcard, scenario, port and service tag; managed networks by their own rules."""
    assert opened(with_connection(target, category, **settings)) == is_opened


def test_connections_to_the_environments_own_stores_are_open() -> None:
    """By their private endpoints, independent of the compute targets' network."""
    for isolation in ("injected", "managed"):
        spec = make_plan(from_object(stack({"churn/dev": at("10.1.0.0/24", isolation=isolation)}))).environments[0]
        assert spec.registry is not None
        own = [
            (f"https://{spec.storage.name}.blob.core.windows.net", "AzureBlob"),
            (f"https://{spec.key_vault.name}.vault.azure.net", "AzureKeyVault"),
            (f"https://{spec.registry.name}.azurecr.io", "ContainerRegistry"),
        ]
        assert [opened(with_connection(target, kind, isolation=isolation)) for target, kind in own] == [True] * 3


@pytest.mark.parametrize(
    ("target", "category", "settings", "says"),
    [
        ("tcp:fab.database.windows.net", "AzureSqlDb", {}, "Add `destinations: {llm: {serviceTag"),
        ("10.128.4.5", "CognitiveService", {}, "Add `destinations: {llm: {addresses: [10.128.4.5/32], ports: [443]"),
        ("https://fab.blob.core.windows.net", "AzureBlob", {"isolation": "managed"}, "A managed network reaches"),
        ("https://fab.openai.azure.com", "AzureOpenAI", {"isolation": "managed"}, "Add `egressHosts: "),
        (
            "https://fab.blob.core.windows.net", "AzureBlob", {"security": {"storageEndpointPolicy": {}}},
            "Add the account's id to `security.storageEndpointPolicy.allow`.",
        ),
    ],
)  # fmt: skip
def test_what_no_key_opens_is_said_so(target: str, category: str, settings: Any, says: str) -> None:
    """Other ports, addresses, and storage behind a managed network or an endpoint policy."""
    (doubt,) = (
        doubt
        for doubt in doubts(with_connection(target, category, **settings))
        if doubt.finding == "egress/connection-not-opened"
    )

    assert doubt.remedy.startswith(says)


def test_a_preview_reports_the_doubts_of_check(tmp_path: Any) -> None:
    """The same ids and paths, and for those of the graph the same ids."""
    connections = {"llm": {"category": "AzureOpenAI", "target": "https://fab.openai.azure.com"}}
    clusters = {"gpu": {"size": "Standard_NC999_v9", "maxNodes": 1}}
    settings = stack(
        {"churn/dev": at("52.10.0.0/24", connections=connections, clusters=clusters)},
        location="westeurpoe", onPremises=["172.16.0.0/12"], spokes={"main": {"addressSpace": ["52.10.0.0/20"]}},
    )  # fmt: skip
    path = tmp_path / "Pulumi.doubts.yaml"
    path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": settings}}))
    file = load(str(path))
    plan = make_plan(file.config)

    findings = preview_stack(file, plan).findings

    values = list(notices(file.config, plan))
    assert len({doubt.finding for doubt in values}) == 6
    assert {doubt.finding for doubt in values} <= {finding.check for finding in findings}
    own = {check.id for check in stack_file.CHECKS}
    assert [(f.check, f.place, f.message, f.remedy) for f in findings if f.check in own] == [
        (d.finding, d.path, d.what, d.remedy)
        for d in sorted(values, key=lambda d: (d.finding, dotted(d.path)))
        if d.finding in own
    ]


def test_parameters_of_policies_hold_anything_and_no_range() -> None:
    """Lists and mappings in them are not walked, and texts that look like ranges are none."""
    parameters = {"effect": "Audit", "more": {"a": {"b": ["52.0.0.0/8"]}}}
    assignments = {"own": {"policy": "retail-tags", "parameters": parameters}}

    assert list(range_notices(from_object(stack(policies={"assignments": assignments})))) == []


def test_nodes_that_will_never_be_in_the_scoring_subnet_are_reported() -> None:
    """At the key that reserves their addresses."""
    settings = stack({"churn/dev": at("10.1.0.0/24", scoringNodes=4)})

    assert where(settings, "network/scoring-subnet-unusable") == [f"{DEV}.scoringNodes"]
    assert where(stack(), "network/scoring-subnet-unusable") == []


def test_endpoints_of_an_environment_with_its_own_subnets_are_reported() -> None:
    """Not those of a managed network."""
    serving: Stack = {"serving": {"endpoints": {"scoring": {}}}}
    pipelines = {"pipelines": ["11111111-aaaa-4bbb-8ccc-000000000007"]}
    settings = stack(
        {"churn/dev": at("10.1.0.0/24", **serving), "churn/test": at("10.1.1.0/24", isolation="managed", **serving)},
        access=pipelines,
    )

    assert where(settings, "network/endpoints-outside-of-network") == [f"{DEV}.serving"]


def test_serverless_compute_is_reported_as_it_may_not_pull_images() -> None:
    """No registry that is built here has an admin user."""
    settings = stack({"churn/dev": at("10.1.0.0/24", security={"serverlessCompute": True})})

    assert where(settings, "workspace/serverless-image-pull") == [f"{DEV}.security.serverlessCompute"]
    assert where(stack(), "workspace/serverless-image-pull") == []


@pytest.mark.parametrize(
    ("hub", "reported"),
    [
        ({}, ["onPremises"]),
        ({"gatewaySubnet": True}, ["onPremises"]),
        ({"gatewaySubnet": True, "gateway": True}, []),
        ({"vpnGateway": {}}, []),
    ],
)
def test_networks_on_premises_need_a_gateway_that_spokes_use(hub: Stack, reported: list[str]) -> None:
    """One of another team counts only once the stack file declares it."""
    settings = stack(hub={"addressSpace": "10.0.0.0/24", **hub}, onPremises=["192.168.0.0/16"])

    assert where(settings, "network/gateway-not-used") == reported
