"""A hub that another stack builds: its outputs, whether they fit, and what is built next to it."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from amlz.core.facts.linked import LINKED_GROUPS
from amlz.core.hub_outputs import differences
from amlz.core.plan import make_plan
from amlz.core.problems import StackFileError
from amlz.core.relaxations import relaxations
from amlz.reports import existing_hub
from amlz.stackfile.load import from_object, load
from tests.conftest import ROOT
from tests.core.stacks import HUB, LANDING_ZONE, Stack, built, facts, log_of, messages_of, planned, stack

NAME = "contoso/aml-landing-zone/hub"
FOLDER = ROOT / "examples" / "hub-stack"


def hub(**more: Any) -> Stack:
    """A stack that builds a hub alone."""
    alone = stack({}, hub={"addressSpace": "10.0.0.0/24", "serves": ["10.1.0.0/16"]}, egress=["pythonPackages"])
    del alone["spokes"]
    return alone | {"subscriptions": {"landingZone": HUB}, "businessUnit": "platform"} | more


def outputs(**more: Any) -> Stack:
    """Outputs of that hub; `more` replaces keys, None removes them."""
    spec = planned(hub()).hub
    assert spec is not None
    given = {**spec.outputs, "firewallAddress": "10.0.0.4", **more}
    return deepcopy({key: value for key, value in given.items() if value is not None})


def beside(given: Any = None, **more: Any) -> Stack:
    """A landing zone next to the hub of another stack."""
    return stack(hub={"stack": {"name": NAME, "outputs": outputs() if given is None else given}}, **more)


def test_what_one_stack_gives_another_takes() -> None:
    """Complete: no output is missing, superfluous or different."""
    read = from_object(beside()).hub.stack

    assert read is not None
    assert list(differences(read.outputs.model_dump(mode="json", by_alias=True), outputs())) == []


def test_the_outputs_of_the_example_are_those_of_its_hub() -> None:
    """But for the firewall's address, which Azure gives."""
    built = make_plan(load(str(FOLDER / "Pulumi.hub.yaml")).config).hub
    kept = json.loads((FOLDER / "hub.outputs.json").read_text(encoding="utf-8"))["hub"]

    assert built is not None
    assert kept == {**built.outputs, "firewallAddress": "10.90.0.4"}


def test_beside_the_hub_of_another_stack_everything_refers_to_it() -> None:
    """Peering, next hop, names, logs and zones are the other stack's, and no owner is asked to add rules."""
    plan = planned(beside(egress=["pythonPackages"]))

    (spoke,), (environment,), elsewhere = plan.spokes, plan.environments, plan.organisation.existing_hub
    group = f"/subscriptions/{HUB}/resourceGroups/rg-platform-hub-westeurope"
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-platform-hub"
    assert elsewhere is not None
    assert elsewhere.stack is not None
    assert {
        "hub": plan.hub,
        "stack": elsewhere.stack.name,
        "next hop": elsewhere.firewall_address,
        "names": spoke.dns_servers,
        "peer": built(spoke.to_hub).remote,
        "hub's side": spoke.from_hub and spoke.from_hub.network_id,
        "logs": environment.insights.log_analytics,
        "zones built": plan.organisation.dns,
        "zone": built(environment.key_vault.endpoint).zones[0].id,
        "links": spoke.links,
        "subscriptions": plan.subscriptions,
        "asked of the hub": existing_hub.record(plan) and [*existing_hub.must_allow(plan), *existing_hub.demands(plan)],
    } == {
        "hub": None,
        "stack": NAME,
        "next hop": "10.0.0.4",
        "names": ("10.0.0.4",),
        "peer": network,
        "hub's side": network,
        "logs": outputs()["logAnalytics"],
        "zones built": None,
        "zone": f"{group}/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net",
        "links": (),
        "subscriptions": (HUB, LANDING_ZONE),
        "asked of the hub": [],
    }


def test_a_hub_that_stands_by_itself_serves_ranges_it_does_not_know_the_use_of() -> None:
    """Every rule and every zone is for them, the log is locked, and nothing is built or needed elsewhere."""
    plan = planned(hub(access={"platformTeam": ["11111111-aaaa-4bbb-8ccc-000000000001"]}))

    assert plan.hub is not None
    groups = built(plan.hub.firewall).groups
    sources = [rule.sources for group in groups for rule in group.network_rules]
    sources += [rule.sources for group in groups for rule in group.application_rules]
    written = facts("private-dns-zones")["public"]
    groups_of_endpoints = set(written) - LINKED_GROUPS - {"azuremonitor"}
    assert {
        "rules": (set(sources), len(sources), [group.name for group in groups]),
        "zones": {zone.name for zone in plan.hub.dns.zones},
        "lock": log_of(plan).lock is not None,
        "subscriptions": plan.subscriptions,
        "deployer": [(row.subscription, row.role) for row in plan.deployer],
        "spokes": plan.spokes,
        "environments": plan.environments,
    } == {
        "rules": ({("10.1.0.0/16",)}, 11, ["rcg-azure-ml", "rcg-python-packages"]),
        "zones": {zone for group in groups_of_endpoints for zone in written[group]},
        "lock": True,
        "subscriptions": (HUB,),
        "deployer": [
            (HUB, role)
            for role in ("Contributor", "Landing Zone Lock Administrator", "Role Based Access Control Administrator")
        ],
        "spokes": (),
        "environments": (),
    }
    assert [relaxation.path for relaxation in relaxations(from_object(hub()))] == [("egress",)]


NEW_HUB = f"`pulumi stack output --stack {NAME} --json` writes them, of a hub that this version of the program built."
ELSEWHERE = (
    "Spokes must be in the cloud, tenant and region of their hub. Choose a hub that fits, or correct the stack file of "
    "this landing zone."
)
ZONE = "privatelink.vaultcore.azure.net"

#: A defect of the outputs → all messages.
DEFECTS: list[tuple[str, Stack, list[str]]] = [
    (
        "keys missing",
        {"virtualNetwork": None, "serves": None},
        [
            "amlz:landingZone  hub.stack.outputs.virtualNetwork\n"
            f"  It is missing: the id of its virtual network.\n  {NEW_HUB}",
            "amlz:landingZone  hub.stack.outputs.serves\n"
            f"  It is missing: ranges of other stacks for which its firewall has rules.\n  {NEW_HUB}",
        ],
    ),
    (
        "a key too many",
        {"route": "x"},
        [f"amlz:landingZone  hub.stack.outputs.route\n  There is no 'route' here.\n  {NEW_HUB}"],
    ),
    (
        "a newer version",
        {"schemaVersion": 2, "serves": None},
        [
            "amlz:landingZone  hub.stack.outputs.schemaVersion\n"
            "  It is 2, and this program reads 1: the hub was built by a newer version.\n"
            "  Update this program, then write the outputs again."
        ],
    ),
    (
        "an older version",
        {"schemaVersion": 0},
        [
            "amlz:landingZone  hub.stack.outputs.schemaVersion\n"
            "  It is 0, and this program reads 1: the hub was built by an older version.\n"
            "  Build the hub again, then write the outputs again."
        ],
    ),
    (
        "no version",
        {"schemaVersion": None},
        [
            "amlz:landingZone  hub.stack.outputs.schemaVersion\n"
            f"  It is missing: the version of these outputs.\n  {NEW_HUB}"
        ],
    ),
    (
        "an id of something else",
        {"logAnalytics": f"/subscriptions/{HUB}/resourceGroups/rg-x"},
        [
            "amlz:landingZone  hub.stack.outputs.logAnalytics\n"
            "  '/subscriptions/b0b0b0b0-1111-4222-8333-444455556666/reso…' is the id of something of type "
            "Microsoft.Resources/resourceGroups; the id of a Microsoft.OperationalInsights/workspaces belongs here.\n"
            f"  {NEW_HUB}"
        ],
    ),
    (
        "an address that is not known yet",
        {"firewallAddress": ""},
        [f"amlz:landingZone  hub.stack.outputs.firewallAddress\n  '' is not an IPv4 address.\n  {NEW_HUB}"],
    ),
    (
        "of another cloud",
        {"cloud": "usGovernment"},
        [f"hub.stack.outputs.cloud\n  The hub is in cloud usGovernment, this landing zone in public.\n  {ELSEWHERE}"],
    ),
    (
        "of another tenant",
        {"tenantId": HUB},
        [
            f"hub.stack.outputs.tenantId\n  The hub is in Entra tenant {HUB}, this landing zone in "
            f"0f0e0d0c-1111-4222-8333-444455556666.\n  {ELSEWHERE}"
        ],
    ),
    (
        "of another region",
        {"location": "northeurope"},
        [
            "hub.stack.outputs.location\n  The hub is in region northeurope, this landing zone in westeurope.\n"
            f"  {ELSEWHERE}"
        ],
    ),
    (
        "overlapping",
        {"addressSpace": ["10.0.0.0/24", "10.1.128.0/24"]},
        [
            "spokes.main.addressSpace[0]\n"
            "  10.1.0.0/16 overlaps 10.1.128.0/24 of hub.stack.outputs.addressSpace[1]: 256 addresses are in both.\n"
            "  Every range must be used once; change one of the two."
        ],
    ),
    (
        "a firewall elsewhere",
        {"firewallAddress": "10.9.0.4"},
        [
            "hub.stack.outputs.firewallAddress\n"
            "  10.9.0.4 is not in the hub (10.0.0.0/24): a route's next hop must be in a network that is peered "
            "directly.\n  Build that stack again, and write its outputs again."
        ],
    ),
    (
        "serving others",
        {"serves": ["10.2.0.0/16", "10.1.0.0/17"]},
        [
            "spokes.main.addressSpace[0]\n"
            "  The hub's firewall has rules only for 10.2.0.0/16 and 10.1.0.0/17: it lets nothing out of 10.1.0.0/16.\n"
            "  Add the range to `hub.serves` in the hub's own stack file, build it, and write its outputs again."
        ],
    ),
    (
        "a zone missing",
        {"zones": {name: zone for name, zone in outputs()["zones"].items() if name != ZONE}},
        [
            "hub.stack.outputs.zones\n"
            f"  Private endpoints here need {ZONE}, and the hub does not have it.\n"
            "  Have the hub's own stack file create zones (`dns.mode: created`), build it, and "
            "write its outputs again. Or set their owner here: `dns.mode: existing` or `policy`."
        ],
    ),
]


@pytest.mark.parametrize(("defect", "expected"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS])
def test_outputs_that_do_not_fit_are_refused_with_a_sentence(defect: Stack, expected: list[str]) -> None:
    """Each defect of the contract has all its messages."""
    assert messages_of(beside(outputs(**defect))) == expected


def test_egress_that_the_other_firewall_does_not_open_is_refused() -> None:
    """Scenarios and hosts, each at its path."""
    hosts = {"models": {"hosts": ["models.contoso.com"], "why": "our own models"}}

    assert [
        text.split("\n")[:2] for text in messages_of(beside(egress=["pythonPackages", "rPackages"], egressHosts=hosts))
    ] == [
        ["egress[1]", "  The hub's firewall does not open rPackages."],
        ["egressHosts.models.hosts[0]", "  The hub's firewall does not open models.contoso.com."],
    ]


@pytest.mark.parametrize("mode", ["policy", "existing"])
def test_zones_of_others_are_taken_where_that_is_said(mode: str) -> None:
    """A hub without zones fits then."""
    group = f"/subscriptions/{HUB}/resourceGroups/rg-dns"
    dns = {"mode": mode} | ({"resourceGroup": group} if mode == "existing" else {})

    plan = planned(beside(outputs(zones={}), dns=dns))

    zones = {zone.id.split("/providers")[0] for zone in built(plan.environments[0].key_vault.endpoint).zones}
    assert zones == ({group} if mode == "existing" else set())


#: Content of the file of outputs → its message, at its line of the stack file.
FILES: list[tuple[str, str | None, str]] = [
    ("not there", None, "There is no such file next to the stack file."),
    ("not JSON", "hub: {}", "The file cannot be read: it is not JSON: Expecting value: line 1 column 1"),
    (
        "no hub in it",
        '{"workspaces": {}}',
        "It holds no output `hub`: that stack builds no hub, or was last built by a",
    ),
    ("a list", "[1]", "It holds no output `hub`: that stack builds no hub, or was last built by a"),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_file_without_outputs_is_told_at_the_line_that_names_it(
    tmp_path: Path, text: str | None, expected: str
) -> None:
    """And by which command it is written."""
    file = tmp_path / "Pulumi.landing-zone.yaml"
    file.write_text((FOLDER / file.name).read_text(encoding="utf-8"), encoding="utf-8")
    if text is not None:
        (tmp_path / "hub.outputs.json").write_text(text, encoding="utf-8")

    with pytest.raises(StackFileError) as caught:
        load(str(file))

    (problem,) = caught.value.problems
    line = file.read_text().split("\n").index("        outputs: hub.outputs.json") + 1
    assert (problem.line, problem.what.startswith(expected), problem.remedy) == (
        line,
        True,
        f"`pulumi stack output --stack {NAME} --json` writes it.",
    )


def test_what_the_other_stack_gives_otherwise_is_told_key_by_key() -> None:
    """Keys that changed, came and went; numbers are as Pulumi gives them."""
    live = outputs(gateway=True, serves=None, schemaVersion=1.0) | {"route": "x"}

    assert list(differences(outputs(), live)) == [
        "`gateway` is true there and false here",
        '`route` is "x" there and not set here',
        '`serves` is not set there and ["10.1.0.0/16"] here',
    ]
    assert list(differences(outputs(), None)) == ["it has no output `hub`"]
