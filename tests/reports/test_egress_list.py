"""The egress list for the owner of a firewall: what it holds, its forms, and templates of a unit."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from amlz.core.facts.clouds import CLOUDS
from amlz.core.facts.ip_ranges import IP_RANGES
from amlz.core.problems import LandingZoneError
from amlz.reports import egress_list as lists
from amlz.reports.egress_list import Destination, EgressList
from amlz.reports.existing_hub import must_allow
from amlz.stackfile.checked import checked
from tests.cli.in_process import amlz_here
from tests.conftest import PREVIEWED, ROOT


def listed(name: str) -> EgressList:
    """Returns the list of a shipped stack."""
    file, plan = checked(str(ROOT / PREVIEWED[name]))
    return lists.egress_list(file.stack, plan)


def test_the_list_has_every_rule_that_an_existing_firewall_must_allow() -> None:
    """The same rules as the preview, in its order."""
    _, plan = checked(str(ROOT / PREVIEWED["existing-hub"]))
    egress = listed("existing-hub")

    assert [(r.name, r.protocols, r.ports, r.sources, r.why) for r in egress.rules] == [
        (r.name, r.protocols, r.ports, r.sources, r.why) for r in must_allow(plan)
    ]
    assert egress.rules[0].destinations == (
        Destination("service tag", "AzureActiveDirectory", ("login.microsoftonline.com",)),
    )
    assert egress.rules[3].destinations == (Destination("service tag", "BatchNodeManagement.westeurope"),)
    assert egress.rules[-1].destinations[0] == Destination("host", "anaconda.com")


def test_a_firewall_that_is_built_here_has_the_same_list() -> None:
    """For a device that replaces it, or is behind it."""
    assert {rule.name for rule in listed("dev").rules} >= {"entra-id", "batch", "storage", "python-packages"}


def test_a_stack_without_a_firewall_has_no_rules(tmp_path: Path) -> None:
    """Its compute targets are in managed networks."""
    text = (
        (ROOT / PREVIEWED["minimal"]).read_text("utf-8").replace("10.20.16.0/25}", "10.20.16.0/25, isolation: managed}")
    )
    path = tmp_path / "Pulumi.small.yaml"
    path.write_text(text.replace("10.20.0.0/24}", "10.20.0.0/24, firewall: {tier: None}}"), encoding="utf-8")
    file, plan = checked(str(path))
    egress = lists.egress_list(file.stack, plan)

    assert (plan.hub is not None and plan.hub.firewall is None, egress.rules) == (True, ())
    assert lists.as_text(egress) == "small: no egress that a firewall must allow.\n"
    assert lists.as_csv(egress).count("\n") == 1


@pytest.mark.parametrize("name", ["existing-hub", "us-government", "everything", "everything-existing"])
def test_names_are_unique_and_fit_the_device(name: str) -> None:
    """Policies have 35 characters, objects 79, and two things never have one name."""
    egress = listed(name)

    keys = [rule.key for rule in egress.rules]
    objects = [one.object_name for one in (*egress.tags, *egress.hosts, *egress.ranges)]
    assert (len(set(keys)), len(set(objects))) == (len(keys), len(objects))
    assert max(map(len, keys)) <= lists.LONGEST_KEY
    assert max(map(len, objects)) <= lists.LONGEST_OBJECT
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", text) for text in (*keys, *objects))


def test_a_long_host_name_keeps_a_unique_object() -> None:
    """Cut, with characters made from the whole."""
    long = Destination("host", "a" * 63 + "." + "b" * 63 + ".com")

    assert (len(long.object_name), long.object_name.startswith("amlz-aaa")) == (79, True)
    assert Destination("host", "a" * 63 + "." + "b" * 63 + ".net").object_name != long.object_name


def test_tags_of_a_cloud_have_the_hosts_and_the_file_of_that_cloud() -> None:
    """Azure Government has its own."""
    egress = listed("us-government")
    tags = {tag.value: tag.hosts for tag in egress.tags}

    assert tags["AzureActiveDirectory"] == ("login.microsoftonline.us",)
    assert egress.file == IP_RANGES["usGovernment"]
    assert set(IP_RANGES) == set(CLOUDS)


def test_text_names_rules_tags_and_the_tasks_of_the_owner() -> None:
    """In 80 columns, but for addresses of pages."""
    text = lists.as_text(listed("existing-hub"))

    assert text.startswith(
        "existing-hub: 11 rules for a firewall\n  from 10.80.0.0/25, 10.80.1.0/25\n    entra-id: TCP 80, 443\n"
        "      service tag AzureActiveDirectory\n      why signing in\n"
    )
    assert "https://www.microsoft.com/download/details.aspx?id=56519" in text
    assert "  - BatchNodeManagement.westeurope\n" in text
    assert "The existing hub must see to it that\n  - " in text
    assert max(map(len, text.splitlines())) <= 80


def test_csv_has_a_row_for_each_destination() -> None:
    """Read back; a cell never begins like a formula."""
    egress = listed("existing-hub")

    rows = list(csv.DictReader(io.StringIO(lists.as_csv(egress))))

    assert len(rows) == sum(len(rule.destinations) for rule in egress.rules)
    assert rows[0] == {
        "rule": "entra-id",
        "protocols": "TCP",
        "ports": "80 443",
        "sources": "10.80.0.0/25 10.80.1.0/25",
        "kind": "service tag",
        "destination": "AzureActiveDirectory",
        "hostsOfTag": "login.microsoftonline.com",
        "entryOfIpRanges": "AzureActiveDirectory",
        "why": "signing in",
    }


def test_no_cell_is_a_formula_of_a_spreadsheet(tmp_path: Path) -> None:
    """The reason of a rule is text of the stack file."""
    text = (ROOT / PREVIEWED["existing-hub"]).read_text("utf-8")
    hosts = '    egressHosts: {own: {hosts: [x.contoso.com], why: "=HYPERLINK(1)"}}\n    egress: [pythonPackages]\n'
    path = tmp_path / "Pulumi.own.yaml"
    path.write_text(text.replace("    egress: [pythonPackages]\n", hosts), encoding="utf-8")

    ran = amlz_here("egress", str(path), "--format", "csv")

    assert ",'=HYPERLINK(1)\n" in ran.stdout


def test_json_has_everything_for_programs() -> None:
    """With the entries of the file of IP ranges."""
    record = json.loads(lists.as_json(listed("existing-hub")))

    assert sorted(record) == ["cloud", "demands", "ipRanges", "rules", "schemaVersion", "stack"]
    assert record["rules"][0] == {
        "name": "entra-id",
        "key": "entra-id-gj6ts",
        "protocols": ["TCP"],
        "ports": ["80", "443"],
        "sources": ["10.80.0.0/25", "10.80.1.0/25"],
        "destinations": [
            {"kind": "service tag", "value": "AzureActiveDirectory", "hosts": ["login.microsoftonline.com"]}
        ],
        "why": "signing in",
    }
    assert "BatchNodeManagement.westeurope" in record["ipRanges"]["entries"]


@pytest.mark.parametrize("name", ["existing-hub", "everything"])
def test_commands_of_fortios_name_only_objects_that_they_define(name: str) -> None:
    """Or those that the comment asks to create first. Every block ends, and no text ends another early."""
    egress = listed(name)

    text = lists.by_template(egress, lists.FORTIOS)

    lines = [line.strip() for line in text.splitlines()]
    defined = set(re.findall(r'^    edit "([^"]+)"$', text, re.MULTILINE))
    first = {line.removeprefix("#   ").partition(":")[0] for line in lines if line.startswith("#   azure-")}
    used = {
        word
        for line in lines
        if line.startswith(("set srcaddr", "set dstaddr", "set service"))
        for word in re.findall(r'"([^"]+)"', line)
    }
    assert used == defined | first
    assert (lines.count("end"), sum(line.startswith("config ") for line in lines)) == (3, 3)
    assert sum(line.startswith("edit ") for line in lines) == lines.count("next")
    assert lines.count("edit 0") == len(egress.rules)
    assert all(line.count('"') % 2 == 0 for line in lines)


def test_a_reason_cannot_end_its_text_in_commands(tmp_path: Path) -> None:
    """Quotes and backslashes are left out, as FortiOS refuses them."""
    assert lists.quoted('a "b" \\ <c>\nset x') == '"a b c set x"'
    assert lists.netmask("10.0.0.0/22") == "10.0.0.0 255.255.252.0"
    assert lists.by_template(listed("existing-hub"), _written(tmp_path, "{{ stack }}\n")) == "existing-hub\n"


def _written(folder: Path, text: str) -> Path:
    path = folder / "own.jinja"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("a\n{% for %}\n", "own.jinja:2\n  It is no Jinja template: "),
        ("a\n\n{{ rule }}\n", "own.jinja:3\n  The template fails: 'rule' is undefined.\n"),
        ("{{ rules[0].ports.nothing }}", "own.jinja:1\n  The template fails: "),
        ("{{ 1 / 0 }}", "own.jinja:1\n  The template fails: division by zero."),
        ("{{ rules.__class__.__mro__ }}", "own.jinja:1\n  The template fails: access to attribute '__class__'"),
        ("{% include '/etc/passwd' %}", "own.jinja:1\n  The template fails: "),
    ],
)
def test_a_mistake_in_a_template_is_reported_with_its_line(tmp_path: Path, template: str, says: str) -> None:
    """It reads no file and no attribute of Python."""
    with pytest.raises(LandingZoneError) as caught:
        lists.by_template(listed("existing-hub"), _written(tmp_path, template))

    assert says in str(caught.value)


def test_a_template_that_is_not_there_is_reported_with_what_to_pass(tmp_path: Path) -> None:
    """Where, why, and what to do."""
    path = tmp_path / "nowhere.jinja"
    with pytest.raises(LandingZoneError) as caught:
        lists.by_template(listed("existing-hub"), path)

    assert str(caught.value) == f"{path}\n  It cannot be read: no such file or directory.\n  Pass a Jinja template."


def test_a_template_and_a_format_exclude_each_other(tmp_path: Path) -> None:
    """Exit code 2, before any work."""
    path = _written(tmp_path, "x")
    ran = amlz_here("egress", "dev", "--format", "json", "--template", str(path))

    assert (ran.returncode, "each is a format. Omit one of them" in " ".join(ran.stderr.split())) == (2, True)
    assert amlz_here("egress", "dev", "--template", str(path)).stdout == "x"
