"""What is found beside the lines of the stack file: SARIF and JUnit XML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from landingzone.load import load
from landingzone.plan import make_plan
from preview import preview_stack
from reports import as_json
from reports.difference import difference
from reports.placed import placed_form
from reports.preview import Preview
from reports.rows import Places, rows
from tests.conftest import ROOT, STACKS, previewed

RECOMMENDED = (ROOT / STACKS["recommended"]).read_text(encoding="utf-8")
ACCEPTED = """    acceptedFindings:
      - finding: exposure/public-access
        resource: appi-health-triage-dev
        reason: Telemetry holds no personal data <here>.
        expiresOn: "2027-03-31"
        ticket: PLAT-7
"""


def changed(folder: Path, text: str) -> Preview:
    """The preview of a stack file."""
    path = folder / "Pulumi.recommended.yaml"
    path.write_text(text)
    file = load(str(path))
    return preview_stack(file, make_plan(file.config), "2026-11-21")


OPEN = RECOMMENDED.replace("    projects:\n", ACCEPTED + "    projects:\n").replace(
    "            network: 10.60.16.0/25\n",
    "            network: 10.60.16.0/25\n            security: {publicNetworkAccess: true}\n",
)


def results(preview: Preview, **more: Any) -> list[dict[str, Any]]:
    """The results of a SARIF log."""
    told: list[dict[str, Any]] = json.loads(placed_form("sarif", preview, "error", **more))["runs"][0]["results"]
    return told


def test_each_finding_stands_at_what_asks_for_its_resource() -> None:
    """The cluster, the environment or the hub; the lines are those of the file."""
    lines = RECOMMENDED.splitlines()
    expected = {
        ("cpu", "projects.triage.environments.dev.clusters.cpu", "cpu"),
        ("appi-health-triage-prod", "projects.triage.environments.prod", "prod"),
        ("log-health-hub-smcb2", "hub", "hub"),
    }

    told = set()
    for result in results(previewed("recommended")):
        place = result["locations"][0]
        region, logical = place["physicalLocation"]["region"], place["logicalLocations"][0]
        key = lines[region["startLine"] - 1][region["startColumn"] - 1 :].partition(":")[0]
        told.add((logical["name"], logical["fullyQualifiedName"], key))

    assert expected <= told
    assert all(path.rpartition(".")[2] == key for _, path, key in told)


def test_a_resource_of_a_network_stands_at_its_environment_or_spoke() -> None:
    """The groups of subnets stand in the spoke's resource group and belong to an environment."""
    preview = previewed("recommended")
    places = Places(preview)

    told = {r.name: places.of(r.id) for r in preview.graph}

    environment = ("projects", "triage", "environments", "staging")
    assert [told[n] for n in ("nsg-health-triage-staging-scoring", "vnet-health-spoke-main", "afw-health-hub")] == [
        environment, ("spokes", "main"), ("hub",),
    ]  # fmt: skip
    assert told["guardrails-data-and-identity"] in ((), environment)


#: What the published schema of SARIF 2.1.0 asks of the parts that are written here, taken from its text by hand: it is
#: not the schema itself. https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
_TEXT = {"type": "object", "required": ["text"], "additionalProperties": False,
         "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}}}  # fmt: skip
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_RULE = {
    "type": "object", "required": ["id"], "additionalProperties": False,
    "properties": {
        "id": {"type": "string"}, "shortDescription": _TEXT, "fullDescription": _TEXT, "help": _TEXT,
        "helpUri": {"type": "string", "pattern": "^https://"},
        "defaultConfiguration": {"type": "object", "properties": {"level": _LEVEL}, "additionalProperties": False},
    },
}  # fmt: skip
_PLACE = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "physicalLocation": {
            "type": "object", "required": ["artifactLocation"], "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "type": "object", "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "pattern": r"^[^ \\]+$"}, "uriBaseId": {"type": "string"}},
                },
                "region": {
                    "type": "object", "additionalProperties": False,
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "startColumn": {"type": "integer", "minimum": 1},
                    },
                },
            },
        },
        "logicalLocations": {
            "type": "array", "uniqueItems": True,
            "items": {
                "type": "object", "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "fullyQualifiedName": {"type": "string"}},
            },
        },
    },
}  # fmt: skip
_RESULT = {
    "type": "object", "required": ["message"], "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": -1}, "level": _LEVEL,
        "message": _TEXT,
        "locations": {"type": "array", "items": _PLACE},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
        "suppressions": {
            "type": "array", "uniqueItems": True,
            "items": {
                "type": "object", "required": ["kind"], "additionalProperties": False,
                "properties": {
                    "kind": {"enum": ["inSource", "external"]},
                    "status": {"enum": ["accepted", "underReview", "rejected"]},
                    "justification": {"type": "string"},
                },
            },
        },
    },
}  # fmt: skip
_RUN = {
    "type": "object", "required": ["tool"], "additionalProperties": False,
    "properties": {
        "tool": {
            "type": "object", "required": ["driver"],
            "properties": {
                "driver": {
                    "type": "object", "required": ["name"], "additionalProperties": False,
                    "properties": {
                        "name": {"type": "string"}, "rules": {"type": "array", "uniqueItems": True, "items": _RULE},
                    },
                }
            },
        },
        "automationDetails": {"type": "object", "properties": {"id": {"type": "string"}}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": _RESULT},
    },
}  # fmt: skip
SARIF = {
    "type": "object", "required": ["version", "runs"], "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"}, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": _RUN},
    },
}  # fmt: skip


@pytest.mark.parametrize("stack", ["recommended", "dev", "existing-hub"])
def test_sarif_holds_against_what_the_specification_asks(stack: str) -> None:
    """As far as the parts written here go; every result names a rule that is there, by its place."""
    log = json.loads(placed_form("sarif", previewed(stack), "error"))

    jsonschema.Draft202012Validator(SARIF).validate(log)

    rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert [rules[r["ruleIndex"]] for r in log["runs"][0]["results"]] == [
        r["ruleId"] for r in log["runs"][0]["results"]
    ]


def test_what_is_accepted_is_suppressed_with_its_reason(tmp_path: Path) -> None:
    """In SARIF, and skipped in JUnit."""
    preview = changed(tmp_path, OPEN)

    kept = [r["suppressions"] for r in results(preview) if "suppressions" in r]
    skipped = [e.get("message") for e in Xml.fromstring(placed_form("junit", preview, "error")).iter("skipped")]

    why = "Telemetry holds no personal data <here>. Until 2027-03-31, PLAT-7."
    assert kept == [[{"kind": "external", "status": "accepted", "justification": why}]]
    assert skipped == [why]


def test_only_what_is_new_fails_and_the_rest_is_unchanged(tmp_path: Path) -> None:
    """Fingerprints of what is unchanged are those that it had, though its lines moved."""
    before, after = previewed("recommended"), changed(tmp_path, "# moved\n\n" + OPEN)
    told = [json.loads(as_json.render(preview)) for preview in (before, after)]
    diff = difference("main", *told)

    found = rows(after, diff)

    was = {row.fingerprint for row in rows(before)}
    assert {row.state for row in found if row.fingerprint in was} == {"unchanged"}
    assert [row.rule.id for row in found if row.state == "new"]
    assert any(row.fails("warning") for row in found) == diff.fails("warning")
    assert any(row.fails("error") for row in found) == diff.fails("error")
    assert {r["baselineState"] for r in results(after, against=diff)} == {"new", "unchanged"}


@pytest.mark.parametrize("fail_on", ["error", "warning", "none"])
def test_junit_has_the_shape_of_ants_and_fails_what_the_exit_code_says(tmp_path: Path, fail_on: str) -> None:
    """Attributes and their order of elements by its published schema, by hand."""
    preview = changed(tmp_path, OPEN)

    root = Xml.fromstring(placed_form("junit", preview, fail_on))

    assert bool(list(root.iter("failure"))) == preview.fails(fail_on)
    for number, suite in enumerate(root):
        cases = suite.findall("testcase")
        failures, skipped = (len(list(suite.iter(tag))) for tag in ("failure", "skipped"))
        expected = {
            "package": "amlz", "id": str(number), "hostname": "localhost", "timestamp": "2026-11-21T00:00:00",
            "tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": str(skipped), "time": "0",
        }  # fmt: skip
        assert [child.tag for child in suite] == ["properties", *["testcase"] * len(cases), "system-out", "system-err"]
        assert {key: value for key, value in suite.attrib.items() if key != "name"} == expected
        for case in cases:
            assert (list(case.attrib), len(case) <= 1) == (["name", "classname", "time"], True)
            assert all(set(child.attrib) <= {"message", "type"} for child in case)
