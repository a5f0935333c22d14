"""Inputs that Azure would not accept: definitions, parameters, initiatives, assignments. Every sentence is whole."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.policy.engine.assignment import assignment, exemption
from amlz.policy.engine.definition import Definition, definition
from amlz.policy.engine.errors import Invalid
from amlz.policy.engine.initiative import Initiative, initiative, member_values
from amlz.policy.engine.judge import Verdict
from amlz.policy.engine.lines import answer
from tests.policy.engine.common import ALIASES, definition_file, resource, verdict_of

ROWS = definition_file("invalid.json")["rows"]
RULE = {"if": {"field": "name", "equals": "thing"}, "then": {"effect": "[parameters('effect')]"}}
AUDITS = {"policyRule": RULE, "parameters": {"effect": {"type": "String", "allowedValues": ["Audit", "Deny"]}}}


@pytest.mark.parametrize(("says", "question", "sentence"), ROWS, ids=[row[0] for row in ROWS])
def test_what_is_wrong_is_told_with_its_place(says: str, question: dict[str, Any], sentence: str) -> None:
    """The path, the value there, and the reason."""
    assert says

    verdict = answer({"resource": resource({}), "aliases": ALIASES, **question})

    assert verdict == Verdict("invalid", says=sentence)


@pytest.mark.parametrize(
    ("levels", "outcome", "tail"),
    [
        (64, "applies", ""),
        (65, "invalid", "...: this is no expression: functions are nested deeper than 64."),
    ],
)
def test_functions_nest_64_deep(levels: int, outcome: str, tail: str) -> None:
    """The limit is that of a rule."""
    verdict = verdict_of({"value": f"[{'not(' * levels}true(){')' * levels}]", "equals": levels % 2 == 0}, resource({}))

    assert (verdict.outcome, (verdict.says or "").endswith(tail)) == (outcome, True)


@pytest.mark.parametrize(
    ("arguments", "outcome", "tail"),
    [
        (128, "applies", ""),
        (129, "invalid", "...: this is no expression: a function has more than 128 arguments."),
    ],
)
def test_a_function_has_128_arguments_at_most(arguments: int, outcome: str, tail: str) -> None:
    """The limit is that of a rule."""
    source = ",".join(["'a'"] * arguments)

    verdict = verdict_of({"value": f"[length(concat({source}))]", "equals": arguments}, resource({}))

    assert (verdict.outcome, (verdict.says or "").endswith(tail)) == (outcome, True)


@pytest.mark.parametrize(
    ("condition", "outcome", "sentence"),
    [
        ({"anyOf": [{"value": 1, "equals": 2}] * 4096}, "does-not-apply", ""),
        (
            {"anyOf": [{"value": 1, "equals": 2}] * 4097},
            "invalid",
            "policyRule.if.anyOf[4096]: condition 4097: the limit is 4096 conditions.",
        ),
        ({"value": f"[concat('{'a' * 81_908}')]", "exists": True}, "applies", ""),
        (
            {"value": f"[concat('{'a' * 81_909}')]", "exists": True},
            "invalid",
            f"policyRule.if.value: [concat('{'a' * 108}...: this is no expression: "
            "the expression has 81921 characters; the limit is 81920.",
        ),
        ({"anyOf": [{"value": "[true()]", "equals": False}] * 2048}, "does-not-apply", ""),
        (
            {"anyOf": [{"value": "[true()]", "equals": False}] * 2049},
            "invalid",
            "policyRule.if.anyOf[2048].value: [true()]: the rule uses more than 2048 functions.",
        ),
    ],
)
def test_a_rule_has_limits(condition: dict[str, Any], outcome: str, sentence: str) -> None:
    """At the limit it is accepted, past it not."""
    verdict = verdict_of(condition, resource({}))

    assert (verdict.outcome, verdict.says or "") == (outcome, sentence)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("[length(concat(parameters('half'), parameters('half'), 'a'))]", "concat(): a text of 131073 characters; "),
        ("[createArray(range(0, 10000), range(0, 10000), range(0, 10000), range(0, 10000))]", "createArray(): more "),
    ],
)
def test_a_value_that_grows_past_a_limit_is_an_error(value: str, sentence: str) -> None:
    """So a deny, and no crash."""
    verdict = verdict_of({"value": value, "exists": True}, resource({}), parameters={"half": "a" * 65_536})

    assert (verdict.outcome, (verdict.says or "").startswith(sentence)) == ("error", True)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "policyDefinitions: null: an initiative is an array of definitions."),
        ({"policyDefinitions": []}, "policyDefinitions: an array: an initiative is an array of definitions."),
        (
            {"policyDefinitions": [5]},
            "policyDefinitions[0]: an integer: a member is an object with a policyDefinitionId.",
        ),
        ({"policyDefinitions": [{}]}, "policyDefinitions[0].policyDefinitionId: null: it is the id of a definition."),
        (
            {
                "policyDefinitions": [
                    {"policyDefinitionId": "/providers/Microsoft.Authorization/policySetDefinitions/s"}
                ]
            },
            "policyDefinitions[0].policyDefinitionId: /providers/Microsoft.Authorization/policySetDefinitions/s: "
            "an initiative cannot hold an initiative.",
        ),
        (
            {"policyDefinitions": [{"policyDefinitionId": "/p/a", "policyDefinitionReferenceId": "x"}] * 2},
            "policyDefinitions[1].policyDefinitionReferenceId: x: another member has this reference id. "
            "Each needs its own.",
        ),
        (
            {"policyDefinitions": [{"policyDefinitionId": "/p/a", "parameters": {"effect": "Audit"}}]},
            "policyDefinitions[0].parameters.effect: a string: it is an object with a value.",
        ),
        (
            {
                "policyDefinitions": [
                    {"policyDefinitionId": "/p/a", "parameters": {"e": {"value": "[parameters('x')]"}}}
                ]
            },
            "policyDefinitions[0].parameters.e: [parameters('x')]: parameter 'x' is not declared; declared: none.",
        ),
    ],
)
def test_what_is_wrong_with_an_initiative_is_told(given: dict[str, Any], sentence: str) -> None:
    """With its path, as for a definition."""
    with pytest.raises(Invalid) as raised:
        initiative(given)

    assert str(raised.value) == sentence


def test_a_member_is_given_what_its_expressions_come_to() -> None:
    """Worked out from the values of the initiative; defaults count."""
    effects = {"type": "String", "defaultValue": "Audit"}
    member = {
        "policyDefinitionId": "/p/audits",
        "parameters": {"effect": {"value": "[parameters('E')]"}, "n": {"value": 5}},
    }
    result = initiative({"parameters": {"e": effects}, "policyDefinitions": [member]})

    values = [member_values(result, result.members[0], given) for given in ({}, {"e": {"value": "Deny"}})]

    assert values == [{"effect": "Audit", "n": 5}, {"effect": "Deny", "n": 5}]
    assert result.members[0].reference == "audits"


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("[int('x')]", "a.parameters.effect: an expression: int() cannot read 'x' as an integer."),
        ("[resourceGroup().location]", "a.parameters.effect: an expression: it reads more than parameters."),
        ("[parameters('e')]", "a.parameters.effect: an expression: parameter 'e' was not given and has no default."),
    ],
)
def test_a_member_whose_parameter_cannot_be_worked_out_is_wrong(expression: str, sentence: str) -> None:
    """It names the member and the parameter."""
    member = {"policyDefinitionId": "/p/a", "parameters": {"effect": {"value": expression}}}
    result = initiative({"parameters": {"e": {"type": "String"}}, "policyDefinitions": [member]})

    with pytest.raises(Invalid) as problem:
        member_values(result, result.members[0], {})

    assert str(problem.value) == sentence


def _find(policy_id: str) -> Definition | Initiative | None:
    if policy_id == "/p/audits":
        return definition(AUDITS)
    members = [{"policyDefinitionId": "/p/audits", "parameters": {"effect": {"value": "[parameters('e')]"}}}]
    return initiative({"parameters": {"e": {"type": "String"}}, "policyDefinitions": members})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "it.policyDefinitionId: nothing: an assignment names a definition or an initiative."),
        (
            {"policyDefinitionId": "/p/audits", "parameters": {"effect": {"value": "Stop"}}},
            "parameters.effect: 'Stop': allowed are Audit, Deny. Case counts.",
        ),
        (
            {"policyDefinitionId": "/p/audits", "parameters": {"way": {"value": 1}}},
            "parameters.way: a value: there is no such parameter; declared: effect.",
        ),
        (
            {"policyDefinitionId": "/p/set", "parameters": {"e": {"value": "Stop"}}},
            "audits.effect: 'Stop': allowed are Audit, Deny. Case counts.",
        ),
        (
            {"policyDefinitionId": "/p/audits", "resourceSelectors": [{"selectors": [{"kind": "colour", "in": []}]}]},
            "it.resourceSelectors.kind: 'colour': known kinds are resourceLocation, resourceType, "
            "resourceWithoutLocation, policyDefinitionReferenceId.",
        ),
        (
            {"policyDefinitionId": "/p/audits", "overrides": [{"kind": "policyEffect", "value": "forbid"}]},
            "it.overrides.value: 'forbid': there is no such effect.",
        ),
        (
            {"policyDefinitionId": "/p/audits", "overrides": [{"kind": "policyVersion", "value": "2.*.*"}]},
            "it.overrides.kind: 'policyVersion': only policyEffect is evaluated here.",
        ),
    ],
)
def test_what_is_wrong_with_an_assignment_is_told(given: dict[str, Any], sentence: str) -> None:
    """With its name."""
    with pytest.raises(Invalid) as raised:
        assignment({"name": "it", "id": "/subscriptions/s/providers/x", "properties": given}, _find)

    assert str(raised.value) == sentence


def test_an_exemption_names_an_assignment() -> None:
    """Else it frees of nothing."""
    with pytest.raises(Invalid) as raised:
        exemption({"id": "/subscriptions/s/providers/Microsoft.Authorization/policyExemptions/e", "properties": {}})

    assert str(raised.value) == "exemption.policyAssignmentId: nothing: an exemption names an assignment."
