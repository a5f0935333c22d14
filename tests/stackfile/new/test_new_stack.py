"""A new stack file is valid, and wrong answers are reported by the name of their option."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from amlz.checks.finding import Severity
from amlz.core.problems import LandingZoneError
from amlz.stackfile.checked import checked
from amlz.stackfile.load import load
from amlz.stackfile.new.hub import NewHub
from amlz.stackfile.new.networks_file import Networks, read_networks
from amlz.stackfile.new.questions import problem_of, questions
from amlz.stackfile.new.stack import NewStack, new_stack_file
from tests.conftest import preview_of

SCHEMA = "docs/landing-zone.schema.json"
_GROUP = "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-net/providers"
NETWORK, SPOKE = (f"{_GROUP}/Microsoft.Network/virtualNetworks/vnet-{name}" for name in ("hub", "claims"))
WAN = f"{_GROUP}/Microsoft.Network/virtualHubs/vhub-westeurope"
LOG = f"{_GROUP}/Microsoft.OperationalInsights/workspaces/log-central"
HUBS = ("created", "none", NETWORK, WAN)
STACK = NewStack(
    organisation="Fabrikam",
    business_unit="claims",
    tenant="0f0e0d0c-1111-4222-8333-444455556666",
    location="westeurope",
    subscription="a1b2c3d4-1111-4222-8333-444455556666",
    network="10.30.0.0/16",
    project="triage",
    environments=("dev", "prod"),
)
CSV = "use,range\nhub,10.40.0.0/24\nspoke,10.40.16.0/20\non-premises,10.64.0.0/12\ntriage/dev,10.40.16.0/24\n"
YAML = "hub: 10.40.0.0/24\nspoke: 10.40.16.0/20\non-premises: [10.64.0.0/12]\ntriage/dev: 10.40.16.0/24\n"
NETWORKS = Networks(
    "10.40.0.0/24", {"main": ("10.40.16.0/20",)}, ("10.64.0.0/12",), {("triage", "dev"): "10.40.16.0/24"}
)


def ranges(stack: NewStack) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """The hub's range, the spoke's, and those of environments, as `amlz check` reads the file."""
    _, plan = checked("Pulumi.new.yaml", raw=new_stack_file(stack, SCHEMA).text.encode())
    hub, spoke = plan.addresses.hub, plan.addresses.spokes[0]
    assert hub is not None
    blocks = {str(block.owner): block.cidr for block in spoke.blocks}
    return hub.ranges[0], tuple(spoke.ranges), blocks


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (
            "10.30.0.0/16",
            ("10.30.0.0/24", ("10.30.128.0/17",), {"triage/dev": "10.30.128.0/22", "triage/prod": "10.30.132.0/22"}),
        ),
        (
            "10.30.0.0/20",
            ("10.30.0.0/24", ("10.30.8.0/21",), {"triage/dev": "10.30.8.0/23", "triage/prod": "10.30.10.0/23"}),
        ),
        (
            "10.30.0.0/23",
            ("10.30.0.0/24", ("10.30.1.0/24",), {"triage/dev": "10.30.1.0/25", "triage/prod": "10.30.1.128/25"}),
        ),
    ],
)
def test_one_range_becomes_a_hub_a_spoke_and_environments(network: str, expected: object) -> None:
    """The first half holds the hub, the second half is the spoke; half of it stays free where it can."""
    assert ranges(replace(STACK, network=network)) == expected


@pytest.mark.parametrize(
    ("name", "text"), [("networks.csv", CSV), ("networks.tsv", CSV.replace(",", "\t")), ("networks.yaml", YAML)]
)
def test_the_ranges_of_a_network_team_are_read(tmp_path: Path, name: str, text: str) -> None:
    """From CSV with commas or tabs, with a byte order mark and CRLF, and from YAML."""
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert read_networks(path) == NETWORKS


def test_environments_without_a_range_get_one_of_the_spoke() -> None:
    """In addition to those of the file."""
    stack = replace(STACK, network=None, project="fraud", environments=("dev",), networks=NETWORKS)

    assert ranges(stack)[2] == {"triage/dev": "10.40.16.0/24", "fraud/dev": "10.40.20.0/22"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", ":1\n  The first row has no column `use`.\n"),
        ("use,cost\nhub,1\n", ":1\n  The first row has no column `range`.\n"),
        ("use,range\nhub,10.0.0.300/24\n", ":2\n  '10.0.0.300/24' is not an IPv4 range in CIDR form. Write its first"),
        (
            "use,range\nspoke,10.0.0.1/24\n",
            ":2\n  '10.0.0.1/24' does not begin where a /24 range begins. Write 10.0.0.0/24.",
        ),
        ("use,range\nhub\n", ":2\n  The row has too few columns.\n"),
        ("use,range\nhub,10.0.0.0/24\nlab,10.0.1.0/24\n", ":3\n  `lab` is not a known use.\n"),
        ("use,range\nhub,10.0.0.0/24\nhub,10.0.1.0/24\n", ":3\n  `hub` has a range already.\n"),
        ("use,range\na/dev,10.0.0.0/24\na/dev,10.0.1.0/24\n", ":3\n  `a/dev` has a range already.\n"),
    ],
)
def test_a_wrong_row_is_reported_with_its_line(tmp_path: Path, text: str, wrong: str) -> None:
    """The first one, with what to write instead."""
    path = tmp_path / "networks.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(LandingZoneError) as caught:
        read_networks(path)

    assert str(caught.value).startswith(f"{path}{wrong}")


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "hub: {a: b}", "? [a]\n: b", "[" * 100_000, "\0"])
def test_a_wrong_yaml_file_is_reported(tmp_path: Path, text: str) -> None:
    """Never by a traceback."""
    path = tmp_path / "networks.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(LandingZoneError, match=str(path)):
        read_networks(path)


@pytest.mark.parametrize(
    ("change", "options"),
    [
        ({"tenant": "12"}, {"--tenant"}),
        ({"subscription": "12", "business_unit": "No"}, {"--subscription", "--business-unit"}),
        ({"hub_subscription": "12"}, {"--hub-subscription"}),
        ({"platform_team": "12"}, {"--platform-team"}),
        ({"network": "10.30.0.0/24"}, {"--network"}),
        ({"networks": Networks("10.0.0.0/24")}, {"--from"}),
        ({"networks": replace(NETWORKS, spokes={"main": ("10.40.16.0/24",)})}, {"--from"}),
        ({"networks": replace(NETWORKS, hub="10.40.0.7/24")}, {"--network, --from"}),
        ({"network": None, "networks": replace(NETWORKS, hub="10.40.16.0/24")}, {"--from"}),
    ],
)
def test_every_wrong_answer_is_reported_by_its_option(change: dict[str, object], options: set[str]) -> None:
    """All of them at once, as far as ranges can be divided."""
    with pytest.raises(LandingZoneError) as caught:
        new_stack_file(replace(STACK, **change), SCHEMA)  # type: ignore[arg-type]

    assert {line for line in str(caught.value).split("\n") if not line.startswith("  ")} == options


@pytest.mark.parametrize(
    "organisation", ["Müller & Söhne", "yes", "4711", "A: B", "# no comment", 'He said "no"', "a\tb"]
)
def test_an_organisation_of_any_text_is_kept(organisation: str) -> None:
    """Quoted where YAML would read something else."""
    file, _ = checked(
        "Pulumi.new.yaml", raw=new_stack_file(replace(STACK, organisation=organisation), SCHEMA).text.encode()
    )

    assert file.config.organisation == organisation


def test_a_region_without_zones_has_none() -> None:
    """The preview would report zones that the region does not have."""
    file, _ = checked("Pulumi.new.yaml", raw=new_stack_file(replace(STACK, location="westus"), SCHEMA).text.encode())

    assert file.config.availability_zones == ()


@pytest.mark.parametrize(
    ("name", "answer", "wrong"),
    [
        ("tenant", "abc", "'abc' is not a GUID in lower case."),
        ("network", "10.20.0.1/16", "Write 10.20.0.0/16."),
        ("project", "Fraud", "Write fraud."),
        ("environments", "", "It is empty"),
        ("environments", "dev,Prod", "Write prod."),
        ("environments", "dev,dev", "'dev' is there twice. Name each environment once."),
        ("hub", "of others", "'of others' is not known here. Write created, none or the ID of one that exists."),
        (
            "hub",
            WAN.replace("virtualHubs", "virtualWans"),
            "is the id of something of type Microsoft.Network/virtualWans",
        ),
        ("spoke", WAN, "the id of a Microsoft.Network/virtualNetworks belongs here"),
        ("dns_servers", "10.0.0.36,dns.contoso.com", "is not an IPv4 address"),
        ("log", NETWORK, "the id of a Microsoft.OperationalInsights/workspaces belongs here"),
    ],
)
def test_a_wrong_answer_says_what_to_write(name: str, answer: str, wrong: str) -> None:
    """As `amlz check` would."""
    question = next(item for hub in HUBS for item in questions(hub) if item.name == name)

    assert wrong in (problem_of(question, answer) or "")


def test_defaults_are_valid_answers() -> None:
    """And there are at most nine questions, unless a hub exists."""
    defaults = [(question, question.default) for question in questions("created") if question.default]

    assert [problem_of(question, default) for question, default in defaults] == [None] * 4
    assert [len(questions(hub)) for hub in HUBS] == [9, 10, 14, 13]


HUB_THAT_EXISTS = NewHub(NETWORK, "created", "10.0.0.0/22", "10.0.0.4", LOG)


@pytest.mark.parametrize(
    "hub",
    [
        NewHub("none"),
        NewHub("none", SPOKE),
        HUB_THAT_EXISTS,
        replace(HUB_THAT_EXISTS, spoke=SPOKE, dns_servers=("10.0.0.36", "10.0.0.37")),
        NewHub(WAN, "created", "10.0.0.0/23", None, LOG),
        NewHub(WAN, SPOKE, "10.0.0.0/23", None, LOG, ("10.0.0.36",)),
    ],
    ids=lambda hub: f"{hub.kind}, {'spoke exists' if hub.has_spoke else 'spoke created'}",
)
def test_each_hub_previews_without_an_error(hub: NewHub, tmp_path: Path) -> None:
    """At once, with the range of the network team for the projects alone."""
    path = tmp_path / "Pulumi.new.yaml"
    path.write_text(new_stack_file(replace(STACK, hub=hub, network="10.30.0.0/20"), SCHEMA).text, encoding="utf-8")

    preview = preview_of(load(str(path)))

    errors = [finding.message for finding in preview.findings if finding.severity is Severity.ERROR]
    assert (errors, preview.verdicts.denied) == ([], ())
    assert preview.plan.addresses.spokes[0].ranges == ("10.30.0.0/20",)


@pytest.mark.parametrize(
    ("hub", "network", "wrong"),
    [
        (replace(HUB_THAT_EXISTS, address_range="10.30.0.0/24"), "10.30.0.0/20", "--network\n  10.30.0.0/20 overlaps"),
        (replace(HUB_THAT_EXISTS, firewall_address="10.9.0.4"), "10.30.0.0/20", "--firewall-address"),
        (replace(HUB_THAT_EXISTS, spoke=NETWORK), "10.30.0.0/20", "--spoke"),
        (NewHub("none"), "10.30.0.0/28", "--network\n  10.30.0.0/28 is too small for 2 environments.\n  Use a /24"),
    ],
)
def test_what_does_not_go_together_names_the_option(hub: NewHub, network: str, wrong: str) -> None:
    """Each answer is valid alone."""
    with pytest.raises(LandingZoneError) as refused:
        new_stack_file(replace(STACK, hub=hub, network=network), SCHEMA)

    assert str(refused.value).startswith(wrong)


def test_a_file_of_ranges_has_the_range_of_a_hub_that_exists() -> None:
    """And needs none without a hub."""
    hub = replace(HUB_THAT_EXISTS, address_range=None, firewall_address="10.40.0.4")
    stack = replace(STACK, network=None, networks=NETWORKS, hub=hub)

    assert ranges(stack)[0] == "10.40.0.0/24"
    text = new_stack_file(replace(stack, networks=replace(NETWORKS, hub=None), hub=NewHub("none")), SCHEMA).text
    assert "network: false" in text
