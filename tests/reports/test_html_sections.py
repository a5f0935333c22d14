"""Content of the sections of the HTML report, before it becomes HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from amlz.checks.naming import Names, names_of
from amlz.core.addresses import AddressBlock, AddressPlan, AddressSpace, ExistingAddressSpace, SubnetRange
from amlz.core.owners import EnvironmentKey
from amlz.policy.verdicts import Verdicts
from amlz.reports.formats.as_html import SECTIONS
from amlz.reports.html import topology as networks
from amlz.reports.html.address_map import NetworkMap, address_map
from amlz.reports.html.built import built
from amlz.reports.html.dns import dns
from amlz.reports.html.egress import egress
from amlz.reports.html.findings import SameAt
from amlz.reports.html.policy_list import Cell, policy_list
from amlz.reports.html.role_matrix import role_matrix
from amlz.reports.html.topology import topology
from amlz.reports.policy import ORDER, SHOWN
from tests.conftest import ROOT, as_told, previewed

#: Stacks that have everything between them.
LARGE = ("prod", "existing-hub", "everything", "recommended-managed")

NOTHING = ExistingAddressSpace("hub", ("10.0.0.0/24",))


def mapped(space: AddressSpace) -> NetworkMap:
    """One network of an address plan."""
    return address_map(replace(previewed("minimal").plan, addresses=AddressPlan(NOTHING, (space,))))[1]


SPACES = {
    "a block, what is spare in it, and what is free": (
        AddressSpace(
            "main",
            ("10.1.0.0/24",),
            (
                AddressBlock(
                    EnvironmentKey("churn", "dev"), "main", "10.1.0.0/25", (SubnetRange("training", "10.1.0.0/26", 8),)
                ),
            ),
            ("10.1.0.128/25",),
        ),
        {
            "10.1.0.0": [
                ("subnet", "churn/dev training", "10.1.0.0/26, churn/dev training: 8 of 59 wanted", 0, 25),
                ("spare", "churn/dev spare", "10.1.0.64/26, churn/dev spare: in no subnet", 25, 25),
                ("free", "10.1.0.128/25 free", "10.1.0.128/25 free: 128 addresses", 50, 50),
            ]
        },
    ),
    "a range that is longer than a line has its label once": (
        AddressSpace("main", ("10.1.0.0/23",), (), ("10.1.0.0/23",)),
        {
            "10.1.0.0": [("free", "10.1.0.0/23 free", "10.1.0.0/23 free: 512 addresses", 0, 100)],
            "10.1.1.0": [("free", "", "10.1.0.0/23 free: 512 addresses", 0, 100)],
        },
    ),
    "a range that is shorter than a line is a line": (
        AddressSpace("main", ("10.1.0.0/28",), (), ("10.1.0.0/28",)),
        {"10.1.0.0": [("free", "10.1.0.0/28 free", "10.1.0.0/28 free: 16 addresses", 0, 100)]},
    ),
    "two ranges": (
        AddressSpace("main", ("10.1.0.0/26", "10.9.0.0/26"), (), ("10.9.0.32/27",)),
        {"10.1.0.0": [], "10.9.0.0": [("free", "10.9.0.32/27 free", "10.9.0.32/27 free: 32 addresses", 50, 50)]},
    ),
}


@pytest.mark.parametrize("case", SPACES)
def test_addresses_are_drawn_to_scale(case: str) -> None:
    """In per cent of a line."""
    space, expected = SPACES[case]

    network_map = mapped(space)

    assert expected == {
        line.first: [(s.use, s.label, s.says, s.start, s.width) for s in line.segments]
        for drawn in network_map.ranges
        for line in drawn.lines
    }


def test_a_large_network_has_no_more_than_sixteen_lines() -> None:
    """And states the meaning of a line."""
    drawn = mapped(AddressSpace("main", ("10.0.0.0/16",), (), ("10.0.0.0/16",))).ranges[0]

    assert (drawn.addresses, drawn.line, len(drawn.lines), drawn.lines[1].first) == (65_536, "/20", 16, "10.0.16.0")


def test_of_a_network_that_exists_only_its_ranges_are_known() -> None:
    """Nothing of it is drawn."""
    plan = replace(previewed("minimal").plan, addresses=AddressPlan(NOTHING, ()))

    assert address_map(plan) == (NetworkMap("hub", False, (), (), (), 256),)


@pytest.mark.parametrize("stack", LARGE)
def test_the_lines_of_a_network_are_full_and_nothing_overlaps(stack: str) -> None:
    """Every address is in a subnet, spare or free."""
    for network in address_map(previewed(stack).plan):
        for drawn in network.ranges:
            for line in drawn.lines:
                at = 0.0
                for segment in line.segments:
                    assert segment.start == pytest.approx(at), (network.network, line.first, segment)
                    at += segment.width
                assert at == pytest.approx(100), (network.network, line.first)


ENDPOINTS = (
    "vault of kv-retail-churn-de-p3v7y",
    *(f"{kind} of stretailchurndevvaefb" for kind in ("blob", "file", "queue", "table")),
    "registry of crretailchurndevuftlz",
    "amlworkspace of mlw-retail-churn-dev-nll3v",
)
ENVIRONMENT = networks.EnvironmentRecord(
    key="churn-dev",
    project="churn",
    name="dev",
    production=False,
    cidr="10.20.16.0/25",
    workspace="mlw-retail-churn-dev-nll3v",
    isolation="compute targets in the spoke",
    computes="2 clusters",
    subnets=(
        networks.SubnetRecord("training", "10.20.16.0/26", 6, 59),
        networks.SubnetRecord("endpoints", "10.20.16.64/27", 12, 27, ENDPOINTS),
    ),
    uses_lake=False,
    on_internet=False,
)


def test_the_networks_of_a_small_landing_zone() -> None:
    """To the last endpoint."""
    result = topology(previewed("minimal"))

    assert result == networks.Topology(
        hub=networks.Network(
            key="hub",
            title="hub",
            name="vnet-retail-hub",
            ranges=("10.20.0.0/24",),
            built=True,
            parts=(
                networks.PartRecord("firewall", "afw-retail-hub", "Standard, 10 rules"),
                networks.PartRecord("DNS zones", "8 private DNS zones"),
                networks.PartRecord("log", "log-retail-hub-vsyc6"),
            ),
            subnets=(networks.SubnetRecord("firewall", "10.20.0.0/26", 0, 59),),
            environments=(),
        ),
        spokes=(
            networks.Network(
                key="main",
                title="spoke main",
                name="vnet-retail-spoke-main",
                ranges=("10.20.16.0/20",),
                built=True,
                parts=(),
                subnets=(),
                environments=(ENVIRONMENT,),
                peering="peered in both directions",
            ),
        ),
        on_premises=(),
        lake=None,
        zones=8,
    )
    assert result.says == "a hub with 1 spoke, 1 project environment with 7 private endpoints"


@pytest.mark.parametrize("stack", LARGE)
def test_every_private_endpoint_is_in_one_subnet_and_every_environment_in_one_network(stack: str) -> None:
    """Those of the graph, as far as their subnet is built here."""
    preview, result = previewed(stack), topology(previewed(stack))
    environments = [e for spoke in result.spokes for e in spoke.environments] + [*result.elsewhere]
    subnets = [s for e in environments for s in e.subnets]
    subnets += [s for network in (result.hub, *result.spokes) for s in network.subnets]
    here = {spoke.network.id.lower() for spoke in preview.plan.spokes}
    here |= {preview.plan.hub.network.id.lower()} if preview.plan.hub and preview.plan.hub.network else set()
    expected = [
        networks.leads_to(r)
        for r in preview.graph.of_type("Microsoft.Network/privateEndpoints")
        if r.properties["subnet"]["id"].lower().partition("/subnets/")[0] in here
    ]

    assert sorted(e.key for e in environments) == sorted(e.key for e in preview.plan.environments)
    assert Counter(expected) == Counter(name for subnet in subnets for name in subnet.endpoints)


@pytest.mark.parametrize("stack", LARGE)
def test_every_role_is_in_the_matrix_once(stack: str) -> None:
    """With its reason and its principal, as the JSON has them."""
    result = as_told(stack)["landingZone"]
    matrix = role_matrix(previewed(stack).plan)

    rows = [
        (who.who, given.principal, row.role, given.on, row.why)
        for who in matrix.whos
        for row in who.rows
        for given in row.given
    ]
    cells = {
        (who.who, kind, role)
        for who in matrix.whos
        for kind, cell in zip(matrix.kinds, who.cells, strict=True)
        for role in cell
    }

    expected = [
        (r["who"], r["principal"].rpartition("/")[2], r["role"], r["scope"].rpartition("/")[2], r["why"])
        for r in result["roles"]
    ]
    assert Counter(expected) == Counter(rows)
    assert {(who.who, row.kind, row.role) for who in matrix.whos for row in who.rows} == cells
    deployer = [(d["subscription"], d["role"], d["condition"], d["why"]) for d in result["deployerRoles"]]
    assert [
        (subscription, f"{role}, with a condition" if condition else role, why)
        for subscription, role, condition, why in deployer
    ] == list(matrix.deployer)


def test_what_leaves_a_small_landing_zone() -> None:
    """Through the firewall, with reasons."""
    result = egress(previewed("minimal"))

    sources = {rule.sources for rule in result.rules}
    rows = [(rule.name, *rule.to, rule.how, rule.why) for rule in result.rules]
    assert (result.built, result.name, result.managed, sources) == (
        True, "afw-retail-hub", (), {("10.20.16.0/26",)},
    )  # fmt: skip
    assert rows == [
        ("entra-id", "AzureActiveDirectory", "TCP 80, 443", "signing in"),
        ("azure-ml", "AzureMachineLearning", "TCP 443, 8787, 18881",
         "the service itself, RStudio, completion in notebooks"),
        ("azure-ml-udp", "AzureMachineLearning", "UDP 5831", "managing compute instances"),
        ("batch", "BatchNodeManagement.westeurope", "Any 443", "managing cluster nodes"),
        ("resource-manager", "AzureResourceManager", "TCP 443", "creating and deleting computes"),
        ("storage", "Storage.westeurope", "TCP 443",
         "Azure ML's own storage for computes: images, logs, system files. Storage of others in the region, too"),
        ("images", "MicrosoftContainerRegistry", "TCP 443", "Microsoft's base images"),
        ("images-front-door", "AzureFrontDoor.FirstParty", "TCP 443", "the same images, by Front Door"),
        ("monitor", "AzureMonitor", "TCP 443", "logs and metrics"),
        ("key-vault", "AzureKeyVault.westeurope", "TCP 443", "credentials pass through Key Vault"),
    ]  # fmt: skip


@pytest.mark.parametrize("stack", ["existing-hub", "recommended-managed"])
def test_rules_of_existing_firewalls_and_managed_networks_are_those_of_the_json(stack: str) -> None:
    """Each once; managed networks with the same rules are together."""
    landing_zone = as_told(stack)["landingZone"]
    result = egress(previewed(stack))

    hub = landing_zone["existingHub"]
    managed = [", ".join((n["project"], n["environment"])) for n in landing_zone["managedNetworks"]]
    assert [rule["name"] for rule in (hub["mustAllow"] if hub else ())] == (
        [] if result.built else [rule.name for rule in result.rules]
    )
    assert sorted(managed) == sorted(name for one in result.managed for name in one.environments)


def test_the_zones_of_a_small_landing_zone() -> None:
    """Their readers and writers."""
    result = dns(previewed("minimal"))

    store = "stretailchurndevvaefb"
    expected = {
        "privatelink.api.azureml.ms": "amlworkspace of mlw-retail-churn-dev-nll3v",
        "privatelink.azurecr.io": "registry of crretailchurndevuftlz",
        "privatelink.blob.core.windows.net": f"blob of {store}",
        "privatelink.file.core.windows.net": f"file of {store}",
        "privatelink.notebooks.azure.net": "amlworkspace of mlw-retail-churn-dev-nll3v",
        "privatelink.queue.core.windows.net": f"queue of {store}",
        "privatelink.table.core.windows.net": f"table of {store}",
        "privatelink.vaultcore.azure.net": "vault of kv-retail-churn-de-p3v7y",
    }
    assert {zone.name: "; ".join(zone.endpoints) for zone in result.zones} == expected
    assert {(zone.built, zone.within, zone.links) for zone in result.zones} == {
        (True, "rg-retail-hub-westeurope", ("vnet-retail-hub", "vnet-retail-spoke-main"))
    }
    assert result.says == "Zones are built here, and names of private endpoints are written to them."


def test_zones_that_exist_are_told_from_those_that_are_built() -> None:
    """And what is forwarded to other servers."""
    existing, forwarded = dns(previewed("existing-hub")), dns(previewed("everything")).forwarded

    assert {(zone.built, zone.within) for zone in existing.zones} == {(False, "rg-private-dns")}
    assert forwarded == (("corp.contoso.com.", ("10.0.0.10", "10.0.0.11")),)


@pytest.mark.parametrize("stack", LARGE)
def test_the_list_of_policies_counts_every_answer_and_begins_with_the_worst(stack: str) -> None:
    """Of all policies and types; reasons cover everything that is not compliant."""
    verdicts, names = previewed(stack).verdicts, names_of(previewed(stack).graph)
    result = policy_list(verdicts, names)

    cells = [cell for row in result.rows for cell in row.cells]
    named = {
        (reason.word.removesuffix(", not enforced"), at.owner, resource[0])
        for row in result.rows
        for reason in row.reasons
        for at in reason.at
        for resource in at.resources
    }
    assert sum(cell.of for cell in cells) == len(verdicts.answers)
    assert sum(row.compliant for row in result.rows) == verdicts.count("compliant")
    at = [(a.word, names.of_answer(a)) for a in verdicts.answers if a.word != "compliant"]
    assert named == {(SHOWN.get(word, word), resource.owner or "", resource.label) for word, resource in at}
    levels = [row.level for row in result.rows]
    order = [level for level in ("bad", "look", "change", "unknown", "good") if level in levels]
    assert list(dict.fromkeys(levels)) == order


def test_of_a_reason_that_holds_for_very_many_each_is_named() -> None:
    """None is left out for the sake of a small page."""
    one = next(a for a in previewed("dev").verdicts.answers if a.word == "not-judged")
    bodies = [{**one.subject.body, "name": f"c{n}", "id": f"{one.subject.id}{n}"} for n in range(250)]
    many = [replace(one, subject=replace(one.subject, id=body["id"], body=body)) for body in bodies]

    (row,) = policy_list(Verdicts(tuple(many)), Names()).rows

    (reason,) = row.reasons
    assert (reason.count, reason.at) == (250, (SameAt("", tuple((f"c{n}",) for n in range(250))),))
    assert row.cells == (Cell("computes", "not evaluated", "unknown", 250, 250, ORDER.index("not-judged")),)


@pytest.mark.parametrize("stack", LARGE)
def test_every_resource_is_counted_where_it_would_be_built(stack: str) -> None:
    """By subscription and resource group."""
    preview = previewed(stack)

    assert sum(s.count for s in built(preview).subscriptions) == len(preview.graph.resources)


def test_the_page_of_the_report_lists_its_sections() -> None:
    """By their titles, in their order."""
    page = (ROOT / "docs" / "reference" / "html-report.md").read_text(encoding="utf-8")

    rows = [line.split(" | ")[0].removeprefix("| ") for line in page.partition("| --- | --- |\n")[2].splitlines()]
    assert rows[: rows.index("")] == list(SECTIONS.values())
