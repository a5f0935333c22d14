"""Every case of every check: its file's name is the verdict, its content the whole list of what is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.checks.catalogue import ALL, CHECKS
from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.guard import destructive as guard
from amlz.checks.guard import inputs as guard_inputs
from amlz.checks.guard import production as guard_production
from amlz.checks.policy import zone_groups as policy_zone_groups
from amlz.checks.stack_file import CHECKS as STACK_FILE
from tests.checks.common import CASES, cases, read
from tests.conftest import ROOT

FINDS = {check.id: find for check, find in CHECKS}

#: Checks that share a file with others.
SHARED = (
    *guard.CHECKS,
    *guard_production.CHECKS,
    *guard_inputs.CHECKS,
    *STACK_FILE,
    policy_zone_groups.NOT_COVERED,
    policy_zone_groups.SECOND,
)


@pytest.mark.parametrize("path", cases(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_finds_exactly_what_it_says(path: Path) -> None:
    """Severity, location and sentence of each finding, in the order in which a preview shows them."""
    case = read(path)

    findings = sorted(FINDS[case.check](case.graph), key=_order)

    assert case.finds == [{"severity": f.severity.value, "path": f.path, "says": f.message} for f in findings]
    assert case.verdict == (findings[0].severity.value if findings else "none")


@pytest.mark.parametrize("check", [check.id for check, _ in CHECKS])
def test_every_check_has_cases_that_find_and_cases_that_do_not(check: str) -> None:
    """At least four: something wrong, something right, something absent or unknown, and an edge."""
    verdicts = [read(path).verdict for path in cases() if read(path).check == check]

    assert (len(verdicts) >= 4, "none" in verdicts, len(set(verdicts)) > 1) == (True, True, True)


def test_no_case_is_of_a_check_that_there_is_not() -> None:
    """A folder's name is its check's id, with a hyphen for the slash."""
    folders = {path.name for path in CASES.iterdir()}

    assert folders == {check.id.replace("/", "-") for check, _ in CHECKS}


def _order(finding: Finding) -> tuple[int, str, str, str]:
    return list(Severity).index(finding.severity), finding.urn, finding.path, finding.message


def test_every_file_of_a_check_is_in_the_catalogue() -> None:
    """A check that is not listed is never run. A file is named after its check, unless it holds several."""
    files = {
        f"{path.parent.name}_{path.stem}"
        for path in (ROOT / "amlz" / "checks").glob("*/*.py")
        if "\nCHECK = Check(" in path.read_text("utf-8")
    }

    assert sorted(files) == sorted(_module(check) for check in ALL if check not in SHARED)
    assert [check.id for check in SHARED if check not in ALL] == []


def _module(check: Check) -> str:
    return check.id.replace("/", "_").replace("-", "_")
