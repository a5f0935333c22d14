"""Policies and case files in folders, and the messages on wrong files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from amlz.policy import case_files
from amlz.policy.case_files import run, run_file
from amlz.policy.engine.errors import BadInput
from amlz.policy.engine.initiative import Initiative, member_values
from amlz.policy.engine.judge import effect_of
from amlz.policy.engine.parameters import Parameter, bound
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import MISSING
from amlz.policy.library import Library, library
from tests.conftest import ROOT

_RULE = {"if": {"field": "name", "equals": "thing"}, "then": {"effect": "deny"}}
_ACTS = ("modify", "deployifnotexists")
_QUESTION = {"rule": _RULE, "resource": {"type": "T.P/x", "name": "thing"}}


def _folder(tmp_path: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return tmp_path


def test_every_policy_of_this_repository_compiles() -> None:
    """And every member of an initiative is here, with parameters that its definition takes."""
    result = library()

    compiled = {entry.name: entry.compiled for entry in result.entries}
    missing = [
        (name, member.definition_id)
        for name, item in compiled.items()
        if isinstance(item, Initiative)
        for member in item.members
        if result.find(member.definition_id) is None
    ]

    assert (len(compiled), missing) == (len(result.entries), [])


def test_every_case_of_this_repository_passes() -> None:
    """Its file's name is the verdict."""
    rans = list(run(ROOT / "policies" / "cases", library()))

    assert [(str(item.file), item.actual) for item in rans if not item.passed] == []


def test_policies_are_found_by_name_and_by_id(tmp_path: Path) -> None:
    """Without regard to case; a file may hold a list."""
    one, two = (
        {"name": "One", "policyRule": _RULE, "mode": "All"},
        {"name": "two", "policyDefinitions": [{"policyDefinitionId": "custom:One"}]},
    )
    result = library(_folder(tmp_path, {"custom/policies/all.json": [one, two]}))

    assert [
        entry.name if (entry := result.entry(name)) else None for name in ("ONE", "custom:one", "/a/b/One", "three")
    ] == [
        "One",
        "One",
        "One",
        None,
    ]
    assert [entry.is_initiative for entry in result.entries] == [False, True]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"custom/policies/a.json": "{"}, "{}/custom/policies/a.json: this is not JSON: Expecting property name "
         "enclosed in double quotes: line 1 column 2 (char 1)."),
        ({"custom/policies/a.json": "5"}, "{}/custom/policies/a.json: expected a definition or an initiative, which is "
         "an object."),
        ({"custom/policies/a.json": {}}, "{}/custom/policies/a.json: it has no name. Add one; definitions are found "
         "by it."),
        (
            {"custom/policies/b.json": {"name": "X"}, "policies/builtin/a.json": {"name": "x"}},
            "{}/custom/policies/b.json: the name X is taken by {}/policies/builtin/a.json. Give it another name.",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_no_policy_is_named(tmp_path: Path, files: dict[str, Any], sentence: str) -> None:
    """With what is wrong in it."""
    with pytest.raises(BadInput) as raised:
        library(_folder(tmp_path, files))

    assert str(raised.value) == sentence.replace("{}", str(tmp_path))


def test_a_policy_in_the_former_folder_stops_instead_of_being_dropped(tmp_path: Path) -> None:
    """A fork that copies its files would otherwise lose its policies without a word."""
    policy = {"name": "own", "properties": {"policyRule": _RULE}}

    with pytest.raises(BadInput) as raised:
        library(_folder(tmp_path, {"policies/custom/own.json": policy}))

    assert str(raised.value).endswith(
        "policies/custom/own.json: this folder is not read since custom policies moved. "
        "Move its files to custom/policies/."
    )


def test_a_definition_that_is_wrong_is_named_with_its_file(tmp_path: Path) -> None:
    """Only when it is requested."""
    entries = library(_folder(tmp_path, {"custom/policies/a.json": {"name": "x", "policyRule": {"if": {}}}})).entries

    with pytest.raises(BadInput) as raised:
        _ = entries[0].compiled

    assert str(raised.value) == (
        f"{tmp_path}/custom/policies/a.json: policyRule.then: null: `then` is an object with an effect."
    )


@pytest.mark.parametrize(
    ("name", "passed", "word"),
    [("any--deny.json", True, "deny"), ("any--audit.json", False, "deny"), ("a--b--deny.json", True, "deny")],
)
def test_the_name_of_a_case_is_its_verdict(tmp_path: Path, name: str, passed: bool, word: str) -> None:
    """The text after the last two hyphens."""
    (result,) = run(_folder(tmp_path, {name: {**_QUESTION, "why": "because"}}), Library(()))

    assert (result.passed, result.actual) == (passed, word)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("any.json", _QUESTION, "{}/any.json: its name does not end in --VERDICT. Verdicts: append, audit, "
         "audit-if-not-exists, compliant, deny, deny-action, deploy-if-not-exists, disabled, error, invalid, manual, "
         "modify, not-applicable, not-judged, undecided."),
        ("a--deny.json", "[", "{}/a--deny.json: this is not JSON: Expecting value: line 1 column 2 (char 1)."),
        ("a--deny.json", [], "{}/a--deny.json: a case is an object."),
        ("a--deny.json", {**_QUESTION, "id": 1}, "{}/a--deny.json: unknown key 'id'; known are aliases, context, "
         "definition, parameters, related, resource, rule, why."),
        ("a--deny.json", {"definition": "none", "resource": {}}, "{}/a--deny.json: there is no definition 'none'. "
         "`amlz policy list` names them."),
        ("a--deny.json", {"rule": _RULE}, "{}/a--deny.json: resource: expected an object, found nothing."),
    ],
)  # fmt: skip
def test_a_case_that_is_wrong_is_named(tmp_path: Path, name: str, content: Any, sentence: str) -> None:
    """With what is wrong and what would be right."""
    folder = _folder(tmp_path, {name: content})

    with pytest.raises(BadInput) as raised:
        run_file(folder / name, Library(()))

    assert str(raised.value) == sentence.replace("{}", str(tmp_path))


def test_a_folder_of_cases_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With what would be in it."""
    with pytest.raises(BadInput) as raised:
        list(run(tmp_path / "none", Library(())))

    assert str(raised.value) == (
        f"{tmp_path}/none: there is no such folder. Cases are files called what--verdict.json."
    )


def test_only_what_looks_like_a_case_is_read(tmp_path: Path) -> None:
    """By content, or by name: third-party JSON, cases of checks and hidden folders are left alone."""
    files = {
        "a/any--deny.json": _QUESTION,
        "a/package.json": {"name": "x", "resource": "y"},
        "a/broken.json": "{",
        "list.json": [_QUESTION],
        "checks/x--error.json": {"resources": [], "finds": []},
        ".venv/hidden--deny.json": _QUESTION,
    }

    rans = list(run(_folder(tmp_path, files), Library(())))

    assert [(str(item.file.relative_to(tmp_path)), item.passed) for item in rans] == [("a/any--deny.json", True)]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("any.json", _QUESTION, "any.json: its name does not end in --VERDICT"),
        ("any--dney.json", _QUESTION, "any--dney.json: its name does not end in --VERDICT"),
        ("any--deny.json", "{", "any--deny.json: this is not JSON"),
        ("any--deny.json", [], "any--deny.json: a case is an object"),
        ("any--deny.json", {"rule": _RULE, "resouce": {}}, "any--deny.json: unknown key 'resouce'"),
        ("any--deny.json", {"resouce": {}}, "any--deny.json: unknown key 'resouce'"),
        ("any--deny.json", {}, "any--deny.json: a case holds a `resource`, and a `definition` or a `rule`; this file"),
        ("any--deny.json", {"parameters": {}, "why": "x"}, "any--deny.json: a case holds a `resource`, and a `def"),
        ("other.json", {"name": "x"}, "there is no case in it. Cases are files called what--verdict.json."),
    ],
)
def test_a_case_with_a_mistake_is_not_left_out(tmp_path: Path, name: str, content: Any, sentence: str) -> None:
    """It looks like a case by its name or by its content; and a folder without a case has not passed."""
    with pytest.raises(BadInput, match=re.escape(sentence)):
        list(run(_folder(tmp_path, {name: content}), Library(())))


def test_a_folder_that_is_not_one_of_cases_is_refused_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number of files and folders in it, before a file is read."""
    monkeypatch.setattr(case_files, "MOST", 3)
    folder = _folder(tmp_path, {f"{number}--deny.json": "{" for number in range(4)})

    with pytest.raises(BadInput, match="it holds more than 3 files and folders"):
        list(run(folder, Library(())))


def _choices(parameter: Parameter) -> list[Any]:
    """Every allowed value of a parameter; else its default, or a value of its type."""
    if parameter.allowed:
        return [[value] if parameter.type == "array" else value for value in parameter.allowed]
    typed = {"array": ["one"], "object": {"a": 1}, "boolean": True, "integer": 1, "float": 1.5}
    return [typed.get(parameter.type, "text") if parameter.default is MISSING else parameter.default]


def test_what_a_policy_declares_is_what_its_compiled_rule_uses() -> None:
    """Parameters, effects, roles, and the values of every member for every allowed value of every parameter."""
    result = library()
    compared = 0

    for entry in result.entries:
        compiled = entry.compiled
        assert entry.declared.parameters == compiled.parameters
        defaults = {p.name: _choices(p)[0] for p in compiled.parameters.values()}
        for given in [defaults | {p.name: value} for p in compiled.parameters.values() for value in _choices(p)]:
            if isinstance(compiled, Initiative):
                members = zip(entry.members_given(given), compiled.members, strict=True)
                assert all(
                    (mine.reference, mine.definition_id, values)
                    == (theirs.reference, theirs.definition_id, member_values(compiled, theirs, given))
                    for (mine, values), theirs in members
                )
            else:
                values = bound(compiled.parameters, given)
                acts = effect_of(compiled, values, Subject("", "", "", {}, open=False)).lower() in _ACTS
                assert entry.roles(values) == (compiled.details.roles if acts and compiled.details else ())
            compared += 1

    assert compared > 150


def test_a_fixed_effect_needs_its_roles(tmp_path: Path) -> None:
    """The identity of an assignment needs them, though the effect is no parameter; a fixed audit needs none."""
    details = {"type": "T.P/y", "roleDefinitionIds": ["/x/roleDefinitions/r"], "deployment": {}}
    effects = [
        "deployIfNotExists",
        "auditIfNotExists",
        "[if(equals(parameters('on'), 'yes'), 'deployIfNotExists', 'x')]",
    ]
    effects += ["[concat('deploy', 'IfNotExists')]"]
    rules = [{"if": _RULE["if"], "then": {"effect": effect, "details": details}} for effect in effects]
    parameters = {"on": {"type": "String", "defaultValue": "no"}}
    values = [{"name": f"p{at}", "parameters": parameters, "policyRule": rule} for at, rule in enumerate(rules)]
    result = library(_folder(tmp_path, {"custom/policies/all.json": values}))

    assert [entry.roles({"on": "yes"}) for entry in result.entries] == [
        ("/x/roleDefinitions/r",),
        (),
        ("/x/roleDefinitions/r",),
        ("/x/roleDefinitions/r",),
    ]
    assert result.entries[2].roles({"on": "no"}) == ()


def test_what_is_wrong_with_a_policy_of_the_business_unit_is_found_without_evaluating_it(tmp_path: Path) -> None:
    """Its rule is compiled where it is assigned."""
    broken = {"name": "own", "policyRule": {"if": {"field": "name", "equalz": "x"}, "then": {"effect": "deny"}}}
    result = library(_folder(tmp_path, {"custom/policies/own.json": broken}))

    with pytest.raises(BadInput, match="equalz"):
        _ = result.entries[0].declared
