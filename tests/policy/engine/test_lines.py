"""Questions a line and answers a line: the contract of `amlz policy evaluate --jsonl`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.policy.engine.lines import answers
from tests.policy.engine.common import ALIASES, TYPE, resource

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
    """Of any kind."""
    assert [item["id"] for item in _answered(_question(id=own_id))] == [own_id]


def test_a_question_without_an_id_is_answered() -> None:
    """Its id is null."""
    question = _question()
    del question["id"]

    assert [item["id"] for item in _answered(question)] == [None]


def test_answers_come_in_the_order_of_the_questions() -> None:
    """One each, of every outcome; an empty line is answered too."""
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

    values = [json.loads(line) for line in answers(lines)]

    assert [(item["id"], item["outcome"]) for item in values] == [
        (None, "invalid"),
        (1, "applies"),
        (None, "invalid"),
        (2, "does-not-apply"),
        (3, "undecided"),
        (4, "not-applicable"),
        (5, "error"),
        (6, "invalid"),
        (None, "invalid"),
    ]


def test_no_lines_no_answers() -> None:
    """Without a message."""
    assert list(answers([])) == []


def test_answers_are_given_as_questions_come() -> None:
    """An answer does not wait for the next question."""

    def questions() -> Iterator[str]:
        for own_id in (1, 2):
            yield json.dumps(_question(id=own_id))
        raise AssertionError("the third question is not needed for the second answer")

    given = answers(questions())

    assert [json.loads(next(given))["id"], json.loads(next(given))["id"]] == [1, 2]


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

    assert [item["outcome"] for item in _answered(_question(rule=rule, resource=of))] == ["applies"]


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

    values = _answered(*questions, {**questions[0], "parameters": {"EFFECT": "Deny"}})

    assert [(item["outcome"], item["effect"]) for item in values] == [
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

    assert [item["outcome"] for item in _answered(question)] == ["applies"]


def test_aliases_replace_the_catalogue() -> None:
    """Without them the embedded one is asked, and what it lacks makes the answer undecided."""
    without = _question()
    del without["aliases"]
    storage = resource({"minimumTlsVersion": "TLS1_0"}, type="Microsoft.Storage/storageAccounts")
    tls = {"field": "Microsoft.Storage/storageAccounts/minimumTlsVersion", "notEquals": "TLS1_2"}
    embedded = {"rule": {**RULE, "if": tls}, "resource": storage}

    values = _answered(without, embedded, {**embedded, "aliases": {}})

    assert [(item["outcome"], item["details"]) for item in values] == [
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

    values = _answered(
        _question(rule={**RULE, "if": {"value": "[int('z')]", "equals": 1}}),
        _question(rule={**RULE, "if": {"field": f"{TYPE}/p", "like": "?"}}),
        _question(rule={**RULE, "then": modify}),
        _question(rule={**RULE, "then": absent}, related=[]),
        _question(rule={**RULE, "if": late}),
    )

    assert [(item["outcome"], item["details"]) for item in values] == [
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
            "this is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1). "
            "Write one object a line.",
        ),
        ("{} {}", "this is not JSON: Extra data: line 1 column 4 (char 3). Write one object a line."),
        ("[" * 100_000, "this is not JSON: it is nested more than 900 levels deep. Write one object a line."),
        ("[1]", "expected an object, found an array."),
        ("null", "expected an object, found null."),
        (json.dumps({"ID": 1}), f"unknown key 'ID'; {_KNOWN}"),
        (json.dumps({"id": 1}), "give either a definition or a rule."),
        (json.dumps(_question(definition={})), "give either a definition or a rule."),
        (json.dumps({"rule": RULE}), "resource: expected an object, found nothing."),
        (json.dumps(_question(resource=[])), "resource: expected an object, found an array."),
        (json.dumps(_question(resource={})), f"resource.type: {_NOT_TYPED} none"),
        (json.dumps(_question(resource={"type": ""})), f"resource.type: {_NOT_TYPED} ''"),
        (json.dumps(_question(resource={"type": 5})), f"resource.type: {_NOT_TYPED} 5"),
        (json.dumps(_question(related={})), "related: expected an array of resources, found an object."),
        (json.dumps(_question(related=[{}])), f"related[0].type: {_NOT_TYPED} none"),
        (json.dumps(_question(related=[5])), "related[0]: expected an object, found 5"),
        (
            json.dumps(_question(parameters=[])),
            "parameters: expected an object of values by name, found an array.",
        ),
        (json.dumps(_question(aliases=[])), "aliases: expected an object, found an array."),
        (
            json.dumps(_question(aliases={"a": 5})),
            "aliases: a: expected a path, or an object with path and versions, found 5",
        ),
        (
            json.dumps(_question(aliases={"a": {"path": "p", "versions": {"v": 5}}})),
            "aliases: a: versions is an object of API version to path, or to null",
        ),
        (
            json.dumps(_question(aliases={"T.P/x/p[*]": "properties.p"})),
            "aliases: T.P/x/p[*]: an alias with [*] leads to a path with [*], not to properties.p",
        ),
        (json.dumps(_question(context=[])), "context: expected an object, found an array."),
        (
            json.dumps(_question(context={"tenant": {}})),
            "context: unknown key 'tenant'; known are resourceGroup, subscription, requestContext, policy, now.",
        ),
        (json.dumps(_question(context={"now": 5})), "context.now: expected text, found an integer."),
        (
            json.dumps(_question(context={"policy": "x"})),
            "context.policy: expected an object, found a string.",
        ),
    ],
    ids=lambda value: value[:60],
)
def test_a_line_that_is_no_question_is_invalid_with_its_reason(line: str, sentence: str) -> None:
    """The lines around it are answered as they are without it."""
    before, result, after = map(json.loads, answers([json.dumps(_question()), line, json.dumps(_question())]))

    assert (result["outcome"], result["effect"], result["details"]) == ("invalid", "", {"message": sentence})
    assert (before["outcome"], after["outcome"]) == ("applies", "applies")


@pytest.mark.parametrize("levels", [400, 900, 5000])
def test_a_deep_line_is_answered_or_refused(levels: int) -> None:
    """Never a crash: the resource is read as far as it can be."""
    deep = json.dumps(_question()).replace('"p": "x"', f'"p": {"[" * levels}{"]" * levels}')

    (result,) = map(json.loads, answers([deep]))

    assert result["outcome"] == "does-not-apply" or "nested" in result["details"]["message"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"\xff\xfe{", "this is not JSON: byte 1 is not UTF-8. Write one object a line."),
        (b'{"id": "\xe4"}\n', "this is not JSON: byte 9 is not UTF-8. Write one object a line."),
        (b"\0\n", "this is not JSON: Expecting value: line 1 column 1 (char 0). Write one object a line."),
        (b"\r\n", "the line is empty. Write one object a line."),
        (b'{"id": NaN}', "this is not JSON: NaN is no JSON value. Write one object a line."),
        (
            b'{"id": ' + b"1" * 5000 + b"}",
            "this is not JSON: a number has more than 4,300 digits. Write one object a line.",
        ),
        (b'"' + b"x" * 10_000_000 + b'"', "expected an object, found a string."),
    ],
    ids=lambda value: value[:12],
)
def test_bytes_that_are_no_question_are_invalid_with_their_reason(line: bytes, sentence: str) -> None:
    """As standard input brings them: in no encoding, with NUL, and ten million of them."""
    (result,) = map(json.loads, answers([line]))

    assert (result["id"], result["outcome"], result["details"]) == (None, "invalid", {"message": sentence})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()), max_size=6))
def test_every_line_has_one_answer_in_order(lines: list[bytes]) -> None:
    """Independent of its content: the answer to a question does not depend on others before it."""
    good = json.dumps(_question(id="good")).encode()
    mixed = [item.replace(b"\n", b"") for line in lines for item in (line, good)]

    values = [json.loads(answer) for answer in answers(mixed)]

    assert len(values) == len(mixed)
    assert {item["outcome"] for item in values[1::2]} <= {"applies"}
    assert {item["outcome"] for item in values[::2]} <= {"invalid"}
