"""Policies and case files as they lie in folders, and what is said of files that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.case_files import run, run_file
from policies.engine.errors import BadInput
from policies.engine.initiative import Initiative
from policies.library import Library, library
from tests.conftest import ROOT

_RULE = {"if": {"field": "name", "equals": "thing"}, "then": {"effect": "deny"}}
_QUESTION = {"rule": _RULE, "resource": {"type": "T.P/x", "name": "thing"}}


def _folder(tmp_path: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return tmp_path


def test_every_policy_of_this_repository_compiles() -> None:
    """And every member of an initiative is here, with parameters that its definition takes."""
    found = library()

    compiled = {entry.name: entry.compiled for entry in found.entries}
    missing = [
        (name, member.definition_id)
        for name, each in compiled.items()
        if isinstance(each, Initiative)
        for member in each.members
        if found.find(member.definition_id) is None
    ]

    assert (len(compiled), missing) == (len(found.entries), [])


def test_every_case_of_this_repository_passes() -> None:
    """Its file's name is the verdict."""
    found = list(run(ROOT / "policies" / "cases", library()))

    assert [(str(each.file), each.found) for each in found if not each.passed] == []


def test_policies_are_found_by_name_and_by_id(tmp_path: Path) -> None:
    """Without regard to case; a file may hold a list."""
    one, two = (
        {"name": "One", "policyRule": _RULE, "mode": "All"},
        {"name": "two", "policyDefinitions": [{"policyDefinitionId": "custom:One"}]},
    )
    found = library(_folder(tmp_path, {"custom/all.json": [one, two]}))

    assert [
        entry.name if (entry := found.entry(name)) else None for name in ("ONE", "custom:one", "/a/b/One", "three")
    ] == [
        "One",
        "One",
        "One",
        None,
    ]
    assert [entry.is_initiative for entry in found.entries] == [False, True]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"custom/a.json": "{"}, "{}/custom/a.json: this is not JSON: Expecting property name enclosed "
         "in double quotes: line 1 column 2 (char 1)."),
        ({"custom/a.json": "5"}, "{}/custom/a.json: expected a definition or an initiative, which is an object."),
        ({"custom/a.json": {}}, "{}/custom/a.json: it has no name. Add one; definitions are found by it."),
        (
            {"custom/b.json": {"name": "X"}, "builtin/a.json": {"name": "x"}},
            "{}/custom/b.json: the name X is taken by {}/builtin/a.json. Give it another name.",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_no_policy_is_named(tmp_path: Path, files: dict[str, Any], sentence: str) -> None:
    """With what is wrong in it."""
    with pytest.raises(BadInput) as found:
        library(_folder(tmp_path, files))

    assert str(found.value) == sentence.replace("{}", str(tmp_path))


def test_a_definition_that_is_wrong_is_named_with_its_file(tmp_path: Path) -> None:
    """When it is asked for."""
    entries = library(_folder(tmp_path, {"custom/a.json": {"name": "x", "policyRule": {"if": {}}}})).entries

    with pytest.raises(BadInput) as found:
        _ = entries[0].compiled

    assert str(found.value) == (f"{tmp_path}/custom/a.json: policyRule.then: null: `then` is an object with an effect.")


@pytest.mark.parametrize(
    ("name", "passed", "word"),
    [("any--deny.json", True, "deny"), ("any--audit.json", False, "deny"), ("a--b--deny.json", True, "deny")],
)
def test_the_name_of_a_case_is_its_verdict(tmp_path: Path, name: str, passed: bool, word: str) -> None:
    """What stands after the last two hyphens."""
    (found,) = run(_folder(tmp_path, {name: {**_QUESTION, "why": "because"}}), Library(()))

    assert (found.passed, found.found) == (passed, word)


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

    with pytest.raises(BadInput) as found:
        run_file(folder / name, Library(()))

    assert str(found.value) == sentence.replace("{}", str(tmp_path))


def test_a_folder_of_cases_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With what would be in it."""
    with pytest.raises(BadInput) as found:
        list(run(tmp_path / "none", Library(())))

    assert str(found.value) == (f"{tmp_path}/none: there is no such folder. Cases are files called what--verdict.json.")
