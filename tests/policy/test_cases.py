"""Every case file of the policies that are shipped: its name is Azure's answer."""

from __future__ import annotations

import pytest

from amlz.policy.case_files import run
from amlz.policy.library import Entry, library
from tests.conftest import ROOT

LIBRARY = library()
CASES = ROOT / "policies" / "cases"
JUDGED = [entry for entry in LIBRARY.entries if not entry.is_initiative and "custom" not in entry.file.parent.name]


@pytest.mark.parametrize("folder", sorted(path.name for path in CASES.iterdir()))
def test_every_case_comes_out_as_its_name_says(folder: str) -> None:
    """Different verdicts, by file."""
    ran = list(run(CASES / folder, LIBRARY))

    assert [(case.file.stem, case.actual) for case in ran if not case.passed] == []
    assert ran != []


def test_every_policy_has_cases() -> None:
    """A folder for each, and none for what there is not."""
    assert {path.name for path in CASES.iterdir()} == {entry.name for entry in JUDGED}


@pytest.mark.parametrize(
    "entry", [e for e in JUDGED if e.metadata.get("judged", "body") == "body"], ids=lambda e: e.name
)
def test_a_policy_that_is_judged_by_its_body_has_cases_of_every_kind(entry: Entry) -> None:
    """One that complies, one that does not, and one of which only the deployment knows."""
    stems = [path.stem for path in (CASES / entry.name).glob("*.json")]
    verdicts = {stem.rpartition("--")[2] for stem in stems}

    assert "compliant" in verdicts or "not-applicable" in verdicts
    assert verdicts & {"deny", "audit", "append", "modify"} != set()
    assert "undecided" in verdicts or any("unknown" in stem for stem in stems)
