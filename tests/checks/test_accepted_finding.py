"""Findings that the stack file accepts: which ones count, which do not, and the reports on entries."""

from __future__ import annotations

import pytest

from amlz.checks.accepted.finding import Sorted, accept
from amlz.checks.finding import Finding, Severity
from amlz.core.config.accepted import AcceptedFindingConfig

KNOWN = {"exposure/public-access", "keys/enabled"}


def finding(check: str, name: str, severity: Severity = Severity.ERROR) -> Finding:
    """A finding, as far as acceptance looks at it."""
    return Finding(check, severity, f"urn:{name}", name, "", "churn", "dev", "", None, None, "Something.", "", "")


def entry(check: str, resource: str, until: str = "2027-03-31") -> AcceptedFindingConfig:
    """An entry of the stack file."""
    result = {
        "finding": check,
        "resource": resource,
        "reason": "decided in the review",
        "expiresOn": until,
        "ticket": "T",
    }
    return AcceptedFindingConfig.model_validate(result)


OPEN = finding("exposure/public-access", "mlw-a")
OTHER = finding("exposure/public-access", "mlw-b", Severity.WARNING)
KEYS = finding("keys/enabled", "sta", Severity.WARNING)


def summary(result: Sorted) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Findings that still count, accepted findings, and reports on entries."""
    own = [f for f in result.findings if f.check == "accepted/finding"]
    counts = [f"{f.check} {f.name}" for f in result.findings if f not in own]
    accepted = [f"{a.finding.check} {a.finding.name} until {a.by.expires_on}" for a in result.accepted]
    return counts, accepted, [(f.severity.value, f.message) for f in own]


A, B, K = "exposure/public-access mlw-a", "exposure/public-access mlw-b", "keys/enabled sta"
CASES = {
    "nothing is accepted": ([], "2027-01-01", ([A, B, K], [], [])),
    "one resource": (
        [entry("exposure/public-access", "mlw-a")],
        "2027-01-01",
        ([B, K], [f"{A} until 2027-03-31"], []),
    ),
    "names in other case": (
        [entry("exposure/public-access", "MLW-A")],
        "2027-01-01",
        ([B, K], [f"{A} until 2027-03-31"], []),
    ),
    "all resources": (
        [entry("exposure/public-access", "*")],
        "2027-03-30",
        ([K], [f"{A} until 2027-03-31", f"{B} until 2027-03-31"], []),
    ),
    "its day has come": (
        [entry("exposure/public-access", "mlw-a")],
        "2027-03-31",
        (
            [A, B, K],
            [],
            [
                (
                    "warning",
                    "exposure/public-access at mlw-a is accepted no longer: its day was 2027-03-31, and it counts "
                    "again.",
                )
            ],
        ),
    ),
    "an older and a newer entry": (
        [entry("keys/enabled", "*", "2027-01-01"), entry("keys/enabled", "sta", "2027-12-31")],
        "2027-06-01",
        (
            [A, B],
            [f"{K} until 2027-12-31"],
            [("warning", "keys/enabled at * is accepted no longer: its day was 2027-01-01, and it counts again.")],
        ),
    ),
    "no day": (
        [entry("keys/enabled", "sta")],
        "",
        (
            [A, B],
            [f"{K} until 2027-03-31"],
            [
                (
                    "note",
                    "keys/enabled at sta is accepted until 2027-03-31. Cannot tell whether that day has "
                    "passed, so it holds.",
                )
            ],
        ),
    ),
    "another resource": (
        [entry("keys/enabled", "mlw-a")],
        "2027-01-01",
        ([A, B, K], [], [("warning", "keys/enabled at mlw-a is accepted and not found.")]),
    ),
    "not found, and its day has come": (
        [entry("keys/enabled", "mlw-a")],
        "2028-01-01",
        ([A, B, K], [], [("warning", "keys/enabled at mlw-a is accepted and not found.")]),
    ),
    "an id that no check has": (
        [entry("keys/enabledd", "*")],
        "",
        ([A, B, K], [], [("warning", "keys/enabledd at * is accepted and no check has that id.")]),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_accepted_does_not_count_and_what_is_not_is_said(case: str) -> None:
    """By entries and day."""
    entries, today, expected = CASES[case]

    assert summary(accept([OPEN, OTHER, KEYS], entries, today, KNOWN)) == expected


def test_what_is_said_of_an_entry_names_its_place() -> None:
    """So that it can be found in the stack file."""
    entries = [entry("exposure/public-access", "*"), entry("keys/enabled", "mlw-a")]

    (result,) = [f for f in accept([OPEN], entries, "2027-01-01", KNOWN).findings if f.check == "accepted/finding"]

    assert (result.path, result.name, result.urn) == ("acceptedFindings[1]", "mlw-a", "")
