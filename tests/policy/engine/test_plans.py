"""Answers of assignments to the requests of a plan: order, scope, selection, overrides, exemptions. Cases are plans."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.policy.engine import aliases
from amlz.policy.engine.assignment import Assignment, Exemption, assignment, exemption
from amlz.policy.engine.definition import Definition, definition
from amlz.policy.engine.initiative import Initiative, initiative
from amlz.policy.engine.judge import World
from amlz.policy.engine.requests import EvaluationScope, PolicyAnswer, answers
from amlz.policy.engine.subject import Subject, subject
from tests.policy.engine.common import ALIASES, TYPE, definition_file

FILE = definition_file("plans.json")
GROUP = "/subscriptions/s/resourceGroups/grp"
ABOVE = {"s": ("/providers/Microsoft.Management/managementGroups/root",)}


def _find(policy_id: str) -> Definition | Initiative | None:
    name = policy_id.rpartition("/")[2]
    if name in FILE["initiatives"]:
        return initiative({"name": name, **FILE["initiatives"][name]})
    return definition({"name": name, **FILE["definitions"][name]}) if name in FILE["definitions"] else None


def _assigned(entry: str | dict[str, Any]) -> Assignment:
    given = {"policy": entry} if isinstance(entry, str) else entry
    name = given.get("name", given["policy"])
    rest = {key: value for key, value in given.items() if key not in ("policy", "name")}
    own_id = f"/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/{name}"
    return assignment({"id": own_id, "name": name, "policyDefinitionId": f"/p/{given['policy']}", **rest}, _find)


def _exempt(entry: dict[str, Any]) -> Exemption:
    rest = {key: value for key, value in entry.items() if key not in ("of", "at")}
    return exemption(
        {
            "id": f"{entry.get('at', GROUP)}/providers/Microsoft.Authorization/policyExemptions/e",
            "policyAssignmentId": f"/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/{entry['of']}",
            "exemptionCategory": "Waiver",
            **rest,
        }
    )


def _subject(name: str, properties: dict[str, Any], type_: str = TYPE, root: dict[str, Any] | None = None) -> Subject:
    own_id = f"{GROUP}/providers/{type_}/{name}"
    return subject({"type": type_, "name": name, "id": own_id, "properties": properties, **(root or {})})


def _row(policy_answer: PolicyAnswer) -> list[Any]:
    assert policy_answer.policy is not None
    policy = (
        policy_answer.policy.definition.name
        if not policy_answer.policy.reference
        else f"both {policy_answer.policy.reference}"
    )
    return [policy_answer.subject.name, policy, policy_answer.word, policy_answer.why or "", policy_answer.blocks]


@pytest.mark.parametrize("plan", FILE["plans"], ids=[plan["says"] for plan in FILE["plans"]])
def test_a_plan_is_answered_as_it_says(plan: dict[str, Any]) -> None:
    """Every answer in order: the resource, the policy, the word, why, and whether it blocks."""
    scene = EvaluationScope(
        World(aliases.read(ALIASES)),
        ABOVE,
        tuple(map(_exempt, plan.get("exempt", ()))),
        plan.get("now", "2026-05-01T00:00:00Z"),
    )

    result = answers([_subject(*entry) for entry in plan["resources"]], map(_assigned, plan["assigned"]), scene)

    assert [_row(answer) for answer in result] == plan["answers"]


def test_what_an_initiative_names_and_is_not_here_is_told() -> None:
    """It cannot be evaluated, and the report has the reason."""
    result = _assigned({"policy": "both", "parameters": {"how": {"value": "Audit"}}})

    assert [(unjudged.definition_id, unjudged.reference, unjudged.why) for unjudged in result.unjudged] == [
        ("/p/not-here", "third", "the definition is not known here; import it to evaluate it")
    ]


def test_a_message_is_that_of_the_member_or_that_of_all() -> None:
    """By reference id, without regard to case."""
    messages = [{"message": "for all"}, {"message": "for one", "policyDefinitionReferenceId": "First"}]
    given = {"policy": "both", "parameters": {"how": {"value": "Audit"}}, "nonComplianceMessages": messages}

    result = _assigned(given)

    assert [result.message(reference) for reference in ("FIRST", "second")] == ["for one", "for all"]
