"""Questions a line and answers a line: the contract of `amlz policy evaluate --jsonl`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies.engine.errors import BadInput
from policies.engine.lines import answers
from tests.policies.engine.common import ALIASES, TYPE, resource

RULE = {"if": {"field": f"{TYPE}/p", "equals": "x"}, "then": {"effect": "Deny"}}


def _question(**more: Any) -> dict[str, Any]:
    return {"id": 1, "rule": RULE, "resource": resource({"p": "x"}), "aliases": ALIASES, **more}


def _answered(*questions: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answers(map(json.dumps, questions))]


def test_an_answer_has_five_keys_in_their_order() -> None:
    """The effect as documented spells it; the reasons are the conditions that decided."""
    (line,) = answers([json.dumps(_question(id="a-1"))])

    assert "\n" not in line
    assert list(json.loads(line).items()) == [
        ("id", "a-1"),
        ("outcome", "applies"),
        ("effect", "deny"),
        ("details", {}),
        (
            "reasons",
            [
                {
                    "condition": f'{TYPE}/p equals "x"',
                    "path": "properties.p",
                    "operator": "equals",
                    "expected": "x",
                    "actual": "x",
                    "truth": True,
                }
            ],
        ),
    ]


@pytest.mark.parametrize("own_id", ["text", 7, None, 1.5, ["a", 1], {"a": "b"}, "", 'ü\n"x"'])
def test_an_id_comes_back_as_it_was(own_id: Any) -> None:
    """Of whatever kind it is."""
    assert [found["id"] for found in _answered(_question(id=own_id))] == [own_id]


def test_a_question_without_an_id_is_answered() -> None:
    """Its id is null."""
    question = _question()
    del question["id"]

    assert [found["id"] for found in _answered(question)] == [None]


def test_answers_come_in_the_order_of_the_questions() -> None:
    """One each, of every outcome; blank lines are skipped."""
    lines = [
        "",
        json.dumps(_question(id=1)),
        "   \n",
        json.dumps(_question(id=2, resource=resource({"p": "y"}))) + "\n",
        json.dumps(_question(id=3, resource=resource({"p": {"$unknown": "later"}}))),
        json.dumps(_question(id=4, rule={**RULE, "if": {"field": "type", "equals": "other"}})),
        json.dumps(_question(id=5, rule={**RULE, "if": {"value": "[int('x')]", "equals": 1}})),
        json.dumps(_question(id=6, rule={"if": {}})),
        "\t",
    ]

    found = [json.loads(line) for line in answers(lines)]

    assert [(each["id"], each["outcome"]) for each in found] == [
        (1, "applies"),
        (2, "does-not-apply"),
        (3, "undecided"),
        (4, "not-applicable"),
        (5, "error"),
        (6, "invalid"),
    ]


def test_no_lines_no_answers() -> None:
    """And nothing said."""
    assert list(answers([])) == []


def test_answers_are_given_as_questions_come() -> None:
    """A wrong third line does not take back the first two."""
    given = answers([json.dumps(_question(id=1)), json.dumps(_question(id=2)), "{"])

    assert [json.loads(next(given))["id"], json.loads(next(given))["id"]] == [1, 2]
    with pytest.raises(BadInput):
        next(given)


def test_text_beyond_ascii_stays_readable() -> None:
    """Umlauts and emoji as they are, in any casing; half a character is escaped, since no file can hold it."""
    rule = {"if": {"field": f"{TYPE}/p", "equals": "ÜBER 🚀"}, "then": {"effect": "audit"}}

    (whole,) = answers([json.dumps(_question(id="ü", rule=rule, resource=resource({"p": "über 🚀"})))])
    (half,) = answers([json.dumps(_question(id="\ud83d"))])

    assert (json.loads(whole)["outcome"], "über 🚀" in whole, '"id": "ü"' in whole) == ("applies", True, True)
    assert json.loads(half)["id"] == "\ud83d"
    assert half.isascii()


def test_a_big_line_is_answered() -> None:
    """Twenty thousand members, and a text of two hundred thousand characters."""
    rule = {"if": {"count": {"field": f"{TYPE}/a[*]"}, "equals": 20_000}, "then": {"effect": "audit"}}
    of = resource({"a": list(range(20_000)), "p": "x" * 200_000})

    assert [found["outcome"] for found in _answered(_question(rule=rule, resource=of))] == ["applies"]


def test_the_same_question_has_the_same_answer() -> None:
    """Byte for byte."""
    line = json.dumps(_question())

    assert len(set(answers([line] * 3))) == 1


def test_a_definition_may_stand_for_a_rule() -> None:
    """With `properties` or without; its defaults count."""
    inner = {
        "mode": "All",
        "parameters": {"effect": {"type": "String", "defaultValue": "audit"}},
        "policyRule": {**RULE, "then": {"effect": "[parameters('effect')]"}},
    }
    questions = [_question(definition=inner), _question(definition={"name": "d", "properties": inner})]
    for question in questions:
        del question["rule"]

    found = _answered(*questions, {**questions[0], "parameters": {"EFFECT": "Deny"}})

    assert [(each["outcome"], each["effect"]) for each in found] == [
        ("applies", "audit"),
        ("applies", "audit"),
        ("applies", "deny"),
    ]


def test_whole_numbers_are_whole_however_they_are_written() -> None:
    """Some engines hand over every number as a double."""
    definition = {"mode": "All", "parameters": {"n": {"type": "Integer"}}, "policyRule": {**RULE, "if": {"allOf": [
        {"field": f"{TYPE}/p", "equals": "4"}, {"value": "[add(parameters('n'), 1)]", "equals": 6}]}}}  # fmt: skip
    question = _question(definition=definition, parameters={"n": 5.0}, resource=resource({"p": 4.0}))
    del question["rule"]

    assert [found["outcome"] for found in _answered(question)] == ["applies"]


def test_aliases_replace_the_catalogue() -> None:
    """Without them the embedded one is asked, and what it lacks makes the answer undecided."""
    without = _question()
    del without["aliases"]
    storage = resource({"minimumTlsVersion": "TLS1_0"}, type="Microsoft.Storage/storageAccounts")
    tls = {"field": "Microsoft.Storage/storageAccounts/minimumTlsVersion", "notEquals": "TLS1_2"}
    embedded = {"rule": {**RULE, "if": tls}, "resource": storage}

    found = _answered(without, embedded, {**embedded, "aliases": {}})

    assert [(each["outcome"], each["details"]) for each in found] == [
        ("undecided", {"unknownAliases": [f"{TYPE}/p"]}),
        ("applies", {}),
        ("undecided", {"unknownAliases": ["Microsoft.Storage/storageAccounts/minimumTlsVersion"]}),
    ]


def test_details_say_what_else_there_is() -> None:
    """Messages, contested rows, changes, what was related, errors that an order of conditions hides."""
    late = {"allOf": [{"field": f"{TYPE}/p", "equals": "y"}, {"value": "[int('z')]", "equals": 1}]}
    modify = {"effect": "modify", "details": {"operations": [
        {"operation": "addOrReplace", "field": f"{TYPE}/fixed", "value": 1},
        {"operation": "addOrReplace", "field": "tags.a", "value": "b"}]}}  # fmt: skip
    absent = {"effect": "auditIfNotExists", "details": {"type": "T.P/y"}}

    found = _answered(
        _question(rule={**RULE, "if": {"value": "[int('z')]", "equals": 1}}),
        _question(rule={**RULE, "if": {"field": f"{TYPE}/p", "like": "?"}}),
        _question(rule={**RULE, "then": modify}),
        _question(rule={**RULE, "then": absent}, related=[]),
        _question(rule={**RULE, "if": late}),
    )

    assert [(each["outcome"], each["details"]) for each in found] == [
        ("error", {"message": "int() cannot read 'z' as an integer"}),
        ("undecided", {"contested": [{"row": "like-question", "point": "`?` in the pattern of `like`"}]}),
        (
            "applies",
            {
                "changes": [
                    {"operation": "addOrReplace", "field": "tags.a", "path": "tags.a", "before": None, "after": "b"}
                ],
                "refuses": [f"{TYPE}/fixed may not be modified by a policy"],
            },
        ),
        ("applies", {"message": "no t.p/y satisfies it", "related": "T.P/y".lower()}),
        ("does-not-apply", {"hiddenErrors": ["value \"[int('z')]\" equals 1: int() cannot read 'z' as an integer"]}),
    ]


_KNOWN = "known are id, definition, rule, parameters, resource, related, aliases, context."
_NOT_TYPED = "expected a resource type such as Microsoft.Storage/storageAccounts, found"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "{",
            "line 2: this is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1). "
            "Write one object a line.",
        ),
        ("{} {}", "line 2: this is not JSON: Extra data: line 1 column 4 (char 3). Write one object a line."),
        ("[" * 100_000, "line 2: this is not JSON: it is nested too deep. Write one object a line."),
        ("[1]", "line 2: expected an object, found an array."),
        ("null", "line 2: expected an object, found null."),
        (json.dumps({"ID": 1}), f"line 2: unknown key 'ID'; {_KNOWN}"),
        (json.dumps({"id": 1}), "line 2: give either a definition or a rule."),
        (json.dumps(_question(definition={})), "line 2: give either a definition or a rule."),
        (json.dumps({"rule": RULE}), "line 2: resource: expected an object, found nothing."),
        (json.dumps(_question(resource=[])), "line 2: resource: expected an object, found an array."),
        (json.dumps(_question(resource={})), f"line 2: resource.type: {_NOT_TYPED} none"),
        (json.dumps(_question(resource={"type": ""})), f"line 2: resource.type: {_NOT_TYPED} ''"),
        (json.dumps(_question(resource={"type": 5})), f"line 2: resource.type: {_NOT_TYPED} 5"),
        (json.dumps(_question(related={})), "line 2: related: expected an array of resources, found an object."),
        (json.dumps(_question(related=[{}])), f"line 2: related[0].type: {_NOT_TYPED} none"),
        (json.dumps(_question(related=[5])), "line 2: related[0]: expected an object, found 5"),
        (
            json.dumps(_question(parameters=[])),
            "line 2: parameters: expected an object of values by name, found an array.",
        ),
        (json.dumps(_question(aliases=[])), "line 2: aliases: expected an object, found an array."),
        (
            json.dumps(_question(aliases={"a": 5})),
            "line 2: aliases: a: expected a path, or an object with path and versions, found 5",
        ),
        (
            json.dumps(_question(aliases={"a": {"path": "p", "versions": {"v": 5}}})),
            "line 2: aliases: a: versions is an object of API version to path, or to null",
        ),
        (
            json.dumps(_question(aliases={"T.P/x/p[*]": "properties.p"})),
            "line 2: aliases: T.P/x/p[*]: an alias with [*] leads to a path with [*], not to properties.p",
        ),
        (json.dumps(_question(context=[])), "line 2: context: expected an object, found an array."),
        (
            json.dumps(_question(context={"tenant": {}})),
            "line 2: context: unknown key 'tenant'; known are resourceGroup, subscription, requestContext, policy, "
            "now.",
        ),
        (json.dumps(_question(context={"now": 5})), "line 2: context.now: expected text, found an integer."),
        (
            json.dumps(_question(context={"policy": "x"})),
            "line 2: context.policy: expected an object, found a string.",
        ),
    ],
    ids=lambda value: value[:60],
)
def test_a_line_that_is_no_question_is_told_with_its_number(line: str, sentence: str) -> None:
    """Counted with the blank ones."""
    with pytest.raises(BadInput) as found:
        list(answers(["", line]))

    assert str(found.value) == sentence


@pytest.mark.parametrize("levels", [400, 900, 5000])
def test_a_deep_line_is_answered_or_refused(levels: int) -> None:
    """Never a crash: the resource is read as far as it can be."""
    deep = json.dumps(_question()).replace('"p": "x"', f'"p": {"[" * levels}{"]" * levels}')

    assert _said(deep) in (
        ["does-not-apply"],
        "line 1: this is not JSON: it is nested too deep. Write one object a line.",
    )


def _said(line: str) -> list[str] | str:
    try:
        return [json.loads(answer)["outcome"] for answer in answers([line])]
    except BadInput as problem:
        return str(problem)
