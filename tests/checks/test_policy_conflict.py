"""Conflicts between policies and landing zones: each known one is found, and what is not known is found too."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.checks.finding import Severity
from amlz.checks.known_conflicts import KNOWN
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests import layers
from tests.checks.conflict_cases import files, findings_of, read, summed
from tests.conftest import SAMPLES, preview_of

#: Added to the dev stack: its own guardrail refuses the setting of one environment, and exempts it for a time.
REFUSED = """\
            security: {highBusinessImpact: false}
"""
POLICIES = """\
    policies:
      otherEffect: Deny
      exemptions:
        sensitive:
          assignment: workspace
          project: churn
          environment: dev
          category: Waiver
          reason: Its data are public anyway
          ticket: RISK-7
          expiresOn: "2027-03-31"
"""


@pytest.mark.parametrize("path", layers.sampled(files(), 6), ids=lambda path: path.stem)
def test_a_conflict_is_found_with_both_sides_and_the_ways_out(path: Path) -> None:
    """Severity, location, sentence, remedy and source of each finding, in the order of the requests."""
    case = read(path)

    findings = summed(findings_of(case.record))

    assert case.record["finds"] == findings
    assert case.verdict == (findings[0]["severity"] if findings else "none")


def test_every_known_conflict_has_a_case_that_finds_it() -> None:
    """The first word of a case's name is the row; the sentence that it finds is that row's."""
    rows = {row.id: row.needs.split("{")[0] for row in KNOWN} | {"other": "This is no known conflict"}
    pairs = [(read(path).known, finding) for path in files() for finding in read(path).record["finds"]]

    values = {known for known, finding in pairs if rows[known] in finding["says"]}

    assert values == set(rows)
    assert [
        finding["says"] for known, finding in pairs if finding["remedy"] and rows[known] not in finding["says"]
    ] == [finding["says"] for _, finding in pairs if finding["severity"] == "note"]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2027-01-31", []),
        ("", [("policy/exemption-expired", Severity.NOTE, "sensitive")]),
        ("2027-03-01", [("policy/exemption-expired", Severity.WARNING, "sensitive")]),
        (
            "2027-03-31",
            [
                ("policy/conflict", Severity.ERROR, "mlw-retail-churn-dev-nll3v"),
                ("policy/exemption-expired", Severity.ERROR, "sensitive"),
            ],
        ),
    ],
    ids=["long before its end", "no day said", "soon before its end", "ended"],
)
def test_a_preview_tells_what_a_guardrail_refuses_once_its_exemption_has_ended(
    tmp_path: Path, today: str, expected: list[tuple[str, Severity, str]]
) -> None:
    """Exempt, nothing is in conflict; the day that ends it brings the refusal back. Errors come first."""
    preview = _previewed(tmp_path, today)

    pairs = [(f.check, f.severity, f.name) for f in preview.findings if f.check.startswith("policy/")]

    assert pairs == expected
    order = list(Severity)
    assert list(preview.findings) == sorted(preview.findings, key=lambda f: (order.index(f.severity), f.check, f.urn))


def test_a_guardrail_that_refuses_names_its_member_and_the_keys_of_the_stack_file(tmp_path: Path) -> None:
    """Three options, each within the stack file."""
    preview = _previewed(tmp_path, "2027-03-31")

    pairs = [(f.message, f.remedy) for f in preview.findings if f.check == "policy/conflict"]

    assert pairs == [
        (
            'guardrails-workspace refuses mlw-retail-churn-dev-nll3v: "Workspaces are marked as high business impact" '
            "demands true for properties.hbiWorkspace, and it is false. The stack file turns high business impact off. "
            "It encrypts the temporary disks of compute targets and sends less "
            "diagnostic data; it isolates no network.",
            "Options: (1) In the stack file, set projects.churn.environments.dev.security.highBusinessImpact to true "
            "before the workspace is first built: it cannot be changed later. (2) Change the guardrail: set "
            "policies.productionEffect or policies.otherEffect to Audit, or leave workspace out of "
            "policies.guardrails. (3) Exempt dev of churn for a time, under policies.exemptions: assignment: "
            "guardrails-workspace, policies: [workspace-high-business-impact], with a category, reason, ticket and "
            "expiresOn.",
        )
    ]


def _previewed(folder: Path, today: str) -> Preview:
    """The dev stack with an environment that its own guardrail refuses, previewed on a day."""
    text = (SAMPLES / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    network = "            network: 10.20.16.0/25\n"
    assert network in text
    (folder / "Pulumi.dev.yaml").write_text(text.replace(network, network + REFUSED) + POLICIES, encoding="utf-8")
    file = load("dev", folder)
    return preview_of(file, today)
