"""`amlz ready` on the command line: its answers, and inputs that it refuses."""

from __future__ import annotations

import json

import pytest

from amlz.core.readiness import ReadyAnswer, readiness
from tests.capabilities.test_operations import BUDGET_OF, EXAMPLE, operated
from tests.cli.in_process import amlz_here
from tests.conftest import STACKS
from tests.core.stacks import at, planned, stack


def answers(stack_file: dict[str, object]) -> dict[str, ReadyAnswer]:
    """Answers of the first environment, by question."""
    plan = planned(stack_file)
    return {item.question: item.answer for item in readiness("one", plan, plan.environments[0])}


def test_an_operated_environment_of_production_is_ready_but_for_what_people_do() -> None:
    """Nothing is answered with no; what cannot be seen offline is marked."""
    ran = amlz_here("ready", str(EXAMPLE), "churn/prod")

    assert ran.returncode == 0
    assert ran.stdout.startswith("operate churn/prod (production): 9 yes, 0 no, 8 not seen\n")
    assert "not seen  quota: Is there quota for every node?\n" in ran.stdout
    assert "          amlz rehearse examples/operate/Pulumi.operate.yaml\n" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_without_operation_alerts_budget_and_objectives_are_missing() -> None:
    """The exit code is 1 then."""
    missing = {
        question
        for question, answer in answers(stack({"churn/prod": at("10.1.0.0/24")})).items()
        if answer is ReadyAnswer.NO
    }

    assert missing == {
        "Does an alert notify anyone?",
        "Has the environment alerts?",
        "Has its resource group a budget?",
        "Is there an objective with alerts?",
    }
    assert amlz_here("ready", STACKS["minimal"], "churn/dev").returncode == 1


def test_a_setting_changes_the_answer_to_its_question() -> None:
    """Each remedy answers with yes."""
    settings = {
        "budget": BUDGET_OF,
        "slos": {"answers": {"indicator": "availability"}},
        "security": {"publicNetworkAccess": True},
        "clusters": {"cpu": {"size": "Standard_D4s_v5", "maxNodes": 2, "minNodes": 1}},
    }
    given = answers(operated(settings))

    assert given["Has its resource group a budget?"] is given["Is there an objective with alerts?"] is ReadyAnswer.YES
    assert given["Is the workspace private?"] is given["Do clusters scale to zero?"] is ReadyAnswer.NO


def test_other_environments_have_the_shorter_list() -> None:
    """Objectives, backup and exposure are questions of production."""
    dev = answers(stack({"churn/dev": at("10.1.0.0/24")}))
    production = answers(stack({"churn/prod": at("10.1.0.0/24")}))

    assert len(production) - len(dev) == 4


def test_programs_read_topic_answer_and_remedy() -> None:
    """One record a question."""
    rows = json.loads(amlz_here("ready", str(EXAMPLE), "churn/dev", "--format", "json").stdout)["items"]

    assert {frozenset(row) for row in rows} == {frozenset(("topic", "question", "answer", "why", "then"))}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("ready", str(EXAMPLE), "churn/prd"), "operate has no environment 'churn/prd'.\n  Name one of: churn/prod"),
        (("ready", str(EXAMPLE), "prod"), "operate has no environment 'prod'."),
        (("ready", "nowhere", "churn/prod"), "nowhere"),
    ],
)
def test_wrong_input_ends_with_exit_code_2(words: tuple[str, ...], error: str) -> None:
    """With the names that are known."""
    ran = amlz_here(*words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert error in ran.stderr
