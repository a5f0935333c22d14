"""The verbs of `amlz policy`, as people and scripts meet them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command_line import amlz
from tests.conftest import ROOT
from tests.program_copy import copy_of_the_program

WORKSPACE = "mlw-retail-churn-dev-nll3v"


def evaluated(lines: list[object]) -> subprocess.CompletedProcess[str]:
    """Puts questions to `amlz policy evaluate --jsonl`."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return subprocess.run(
        [sys.executable, "-m", "amlz", "policy", "evaluate", "--jsonl"],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )


RULE = {"if": {"field": "location", "equals": "westeurope"}, "then": {"effect": "deny"}}


def test_questions_are_answered_line_by_line() -> None:
    """In the same order, each with its id, outcome, effect, details and reasons."""
    ran = evaluated(
        [
            {"id": "a", "rule": RULE, "resource": {"type": "a/b", "location": "West Europe"}},
            {"id": 2, "rule": RULE, "resource": {"type": "a/b", "location": {"$unknown": "location of x"}}},
        ]
    )

    reason = {"condition": 'location equals "westeurope"', "path": "location", "operator": "equals"}
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [
        {
            "id": "a",
            "outcome": "applies",
            "effect": "deny",
            "details": {},
            "reasons": [{**reason, "expected": "westeurope", "actual": "WestEurope", "truth": True}],
        },
        {
            "id": 2,
            "outcome": "undecided",
            "effect": "deny",
            "details": {},
            "reasons": [{**reason, "expected": "westeurope", "actual": {"$unknown": "location of x"}, "truth": None}],
        },
    ]


def test_a_line_that_is_no_question_is_answered_with_invalid() -> None:
    """One answer a line: the others are answered, the reason is named, and the exit code is 0."""
    ran = evaluated([{"id": 1, "rule": RULE, "resource": {"type": "a/b"}}, "{", "", {"id": 2, "resource": {}}])

    values = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [(item["id"], item["outcome"], item["details"].get("message", "")[:22]) for item in values] == [
        (1, "does-not-apply", ""),
        (None, "invalid", "this is not JSON: Expe"),
        (None, "invalid", "the line is empty. Wri"),
        (2, "invalid", "give either a definiti"),
    ]


def test_every_line_of_the_list_is_a_policy() -> None:
    """As text within 80 columns, and as JSON."""
    text = amlz("policy", "list").stdout
    report = json.loads(amlz("policy", "list", "--format", "json").stdout)

    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert [entry["name"] for entry in report if entry["name"] not in text] == []
    kinds = {(entry["kind"], entry["builtIn"]) for entry in report}
    assert kinds == {("definition", False), ("definition", True), ("initiative", False)}


def test_a_policy_is_shown_with_what_it_takes() -> None:
    """Title, description, mode, parameters with defaults and allowed values."""
    ran = amlz("policy", "show", "dc921057-6b28-4fbe-9b83-f7bec05db6c2")

    lines = ran.stdout.splitlines()
    assert [line for line in lines if len(line) > 80 and not line.startswith("source")] == []
    assert "mode      Indexed" in lines
    assert "  effect: string, default Audit, one of Audit, Deny, Disabled" in lines


def test_an_explanation_is_the_tree_of_conditions() -> None:
    """Each with its truth and the present value, in 80 columns."""
    ran = amlz("policy", "explain", "dev", WORKSPACE, "workspace-public-access")

    assert ran.stdout == (
        "guardrails-workspace: Workspaces: no public network access\n"
        f"  resource  {WORKSPACE}\n"
        "  outcome   does-not-apply, effect audit\n"
        "\n"
        "  false     allOf\n"
        '    true      type equals "Microsoft.MachineLearningServices/workspaces": it is\n'
        "              'Microsoft.MachineLearningServices/workspaces'\n"
        "    false     Microsoft.MachineLearningServices/workspaces/publicNetworkAccess\n"
        "              notEquals \"Disabled\": it is 'Disabled'\n"
    )


WRONG = [
    (("show", "nobody"), "There is no policy 'nobody'. `amlz policy list` names those that there are.\n"),
    (("explain", "dev", "nobody", "workspace-identity"), "There is no resource 'nobody' in dev."),
    (("explain", "dev", WORKSPACE, "nobody"), "There is no definition or initiative 'nobody'."),
    (("explain", "dev", "image-build", "compute-size"), "2 resources are called 'image-build'. Give an id:\n"),
    (("test", "nowhere"), "nowhere: there is no such folder. Cases are files called what--verdict.json.\n"),
    (("import", "nowhere.json"), "nowhere.json: it cannot be read: No such file or directory.\n"),
    (("evaluate",), "add --jsonl: questions are read as one JSON object a line"),
]


@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_wrong_calls_are_told_in_words(arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2 and no traceback."""
    ran = amlz("policy", *arguments)

    assert (ran.returncode, ran.stdout, says in ran.stderr, "Traceback" in ran.stderr) == (2, "", True, False)


def test_a_case_that_comes_out_otherwise_is_exit_code_1(tmp_path: Path) -> None:
    """With what was expected and found."""
    case = ROOT / "policies" / "cases" / "dc921057-6b28-4fbe-9b83-f7bec05db6c2"
    right = next(case.glob("*--compliant.json"))
    wrong = tmp_path / f"{right.stem.rpartition('--')[0]}--deny.json"
    shutil.copy(right, tmp_path / right.name)
    shutil.copy(right, wrong)

    ran = amlz("policy", "test", str(tmp_path))

    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == (
        f"{wrong}\n  expected deny, found compliant\n  properties.adminUserEnabled is absent\n2 cases, 1 failed\n"
    )


ONLY_WEST = {
    "name": "only-west",
    "properties": {
        "policyRule": {
            "if": {"not": {"field": "location", "in": ["westeurope", "global"]}},
            "then": {"effect": "deny"},
        }
    },
}


def fork(folder: Path, *custom: object) -> None:
    """A copy of the program with custom policies, and a stack file that assigns those that are named here."""
    copy_of_the_program(folder)
    (folder / "custom" / "policies" / "own.json").write_text(json.dumps(custom))
    text = (ROOT / "examples" / "minimal" / "Pulumi.minimal.yaml").read_text()
    assigned = ", ".join(f"own-{at}: {{policy: {item['name']}}}" for at, item in enumerate(custom))  # type: ignore[index]
    attached = f"    policies: {{guardrails: [], assignments: {{{assigned}}}}}\n    projects:\n"
    (folder / "Pulumi.own.yaml").write_text(text.replace("    projects:\n", attached))


def amlz_of(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the program of a fork."""
    return subprocess.run(
        [sys.executable, "-m", "amlz", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
    )


def test_the_units_own_policies_are_attached_and_judged(tmp_path: Path) -> None:
    """Definitions in custom/policies/, assigned by the stack file, in a fork: created and evaluated like any other.

    One has no displayName and no mode: ARM requires neither, and reads the mode as Indexed.
    """
    own = {
        "name": "Deny-Insights",
        "properties": {
            "displayName": "No Application Insights",
            "mode": "All",
            "policyRule": {
                "if": {"field": "type", "equals": "Microsoft.Insights/components"},
                "then": {"effect": "deny"},
            },
        },
    }
    fork(tmp_path, own, ONLY_WEST)

    ran = amlz_of(tmp_path, "preview", "own", "--format", "json")

    assert (ran.returncode, ran.stderr) == (1, "")
    report = json.loads(ran.stdout)
    bodies = {
        item["name"]: item["body"]["properties"] for item in report["resources"] if "Definitions" in item["armType"]
    }
    assert {name: (body.get("displayName"), body["mode"]) for name, body in bodies.items()} == {
        "Deny-Insights": ("No Application Insights", "All"),
        "only-west": (None, "Indexed"),
    }
    words = {(item["assignment"].rpartition("/")[2], item["verdict"]) for item in report["verdicts"]}
    assert words == {("own-0", "deny"), ("own-1", "compliant")}


BAD = [
    ({"displayName": ["Only west"]}, "displayName: an array: it is a text."),
    ({"mode": 5}, "mode: an integer: it is a text."),
    ({"mode": "Some"}, "mode: 'Some': modes are All, Indexed and those of resource providers, which end in .Data."),
    ({"policyRule": None}, "policyRule: null: a definition has a rule with `if` and `then`."),
    ({"metadata": "x"}, "metadata: a string: it is an object."),
    (
        {"parameters": {"effect": {"type": "String", "metadata": "x", "defaultValue": "deny"}}},
        "parameters.effect.metadata: a string: it is an object.",
    ),
    (
        {"parameters": {"effect": {"type": "String", "defaultValue": ["deny"]}}},
        "parameters.effect.defaultValue: an array: the parameter is of type string.",
    ),
    (
        {"parameters": {"effect": {"type": "String", "metadata": {"displayName": []}, "defaultValue": "deny"}}},
        "parameters.effect.metadata.displayName: an array: it is a text.",
    ),
]


def test_what_arm_requires_of_a_definition_is_named_with_file_and_key(tmp_path: Path) -> None:
    """Exit code 2 from `check` already, and no traceback; each definition alone."""
    fork(tmp_path, ONLY_WEST)
    file = tmp_path / "custom" / "policies" / "own.json"

    for change, sentence in BAD:
        file.write_text(json.dumps([{"name": "only-west", "properties": {**ONLY_WEST["properties"], **change}}]))  # type: ignore[dict-item]
        ran = amlz_of(tmp_path, "check", "own")

        assert (ran.returncode, ran.stdout, "Traceback" in ran.stderr) == (2, "", False)
        assert f"custom/policies/own.json[0]: {sentence}" in ran.stderr


def test_a_policy_file_that_is_nested_too_deep_is_named(tmp_path: Path) -> None:
    """In a folder of the unit's own and in an import, however deep."""
    file = tmp_path / "deep.json"
    for levels in (3000, 200_000):
        file.write_text("[" * levels + "]" * levels)

        ran = amlz("policy", "import", str(file))

        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr == f"{file}: this is not JSON: it is nested more than 128 levels deep.\n"


def test_raw_policy_json_of_a_repository_is_pointed_to_the_folder_for_it(tmp_path: Path) -> None:
    """A definition, an initiative or a bare rule without an id was never in a tenant."""
    rule = ONLY_WEST["properties"]["policyRule"]  # type: ignore[index]
    for document in (ONLY_WEST, {"name": "s", "properties": {"policyDefinitions": []}}, rule):
        file = tmp_path / "raw.json"
        file.write_text(json.dumps(document))

        ran = amlz("policy", "import", str(file))

        assert (ran.returncode, ran.stdout) == (2, "")
        assert "it has no id" in ran.stderr
        assert "custom/policies/" in ran.stderr
