"""`amlz slo` on the command line: its forms, and inputs that it refuses."""

from __future__ import annotations

import json

import pytest

from tests.capabilities.test_operations import EXAMPLE
from tests.cli.in_process import amlz_here
from tests.conftest import STACKS


def test_the_table_has_budgets_alerts_and_what_is_not_measured() -> None:
    """In lines of 80 columns."""
    ran = amlz_here("slo", str(EXAMPLE))

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[:5] == [
        "operate: 5 objectives, 4 measured",
        "",
        "churn/prod answers: availability, 99.9 % requests without a 5xx",
        "  budget  43.2 min in 30 days, if everything fails",
        "  fast      2 % of it in 1h (and 15m), 14.4 times as fast:",
    ]
    assert "  not measured  no table of Azure has the age of data: a job of the project has" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_programs_read_the_recording_query_of_each_objective() -> None:
    """Null where no table has the indicator."""
    objectives = json.loads(amlz_here("slo", str(EXAMPLE), "--format", "json").stdout)["objectives"]

    assert [row["name"] for row in objectives if row["record"] is None] == ["fresh"]
    assert {row["budgetMinutes"] for row in objectives if row["name"] == "trainings"} == {4032}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("slo", STACKS["minimal"]), "minimal has no service level objectives.\n  Set `slos`"),
        (("slo", "nowhere"), "nowhere"),
        (("slo", STACKS["minimal"], "--format", "yaml"), "'yaml' is not one of"),
    ],
)
def test_wrong_input_ends_with_exit_code_2(words: tuple[str, ...], error: str) -> None:
    """With the remedy."""
    ran = amlz_here(*words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert error in ran.stderr
