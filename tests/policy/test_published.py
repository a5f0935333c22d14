"""Differences between this repository's definitions and the published ones: derived, and documented exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from amlz.policy.case_files import VERDICTS
from amlz.policy.library import Entry, library
from tests.conftest import ROOT, shared
from tools import derive_published

DATA: Mapping[str, Mapping[str, Any]] = json.loads(derive_published.TARGET.read_text(encoding="utf-8"))
SHIPPED = [entry for entry in library(ROOT).entries if not entry.is_initiative and entry.file.parent.name != "custom"]
OWN = [entry for entry in SHIPPED if not entry.builtin and "github.com" in str(entry.metadata.get("source"))]

#: The text of a definition whose published rule is unchanged.
UNCHANGED = "The rule is unchanged"

#: Decisions of the published definitions, read from their rules by hand: (definition, case, verdict).
KNOWN = [
    ("Deny-MachineLearning-HbiWorkspace", "project--not-applicable", "deny"),
    ("Deny-MachineLearning-PublicAccessWhenBehindVnet", "closed-old-switch-absent--compliant", "deny"),
    ("Deny-MachineLearning-PublicAccessWhenBehindVnet", "open-old-switch-false--deny", "compliant"),
    ("Deny-MachineLearning-PrivateEndpointConnections", "no-endpoint-id--compliant", "deny"),
    ("Deny-MachineLearning-Aks", "created--deny", "undecided"),
    ("Append-MachineLearningCompute-SetupScriptsCreationScript", "no-scripts-denied--deny", "invalid"),
]

#: The same in mode All, for rules published in mode Indexed, which never evaluates compute targets.
KNOWN_IN_ALL = [
    ("Append-MachineLearningCompute-SetupScriptsCreationScript", "empty-parameter--compliant", "append"),
    ("Deny-MachineLearning-Aks", "resource-id-of-something-else--deny", "compliant"),
    ("Deny-MachineLearningCompute-SubnetId", "managed--compliant", "deny"),
    ("Deny-MachineLearningCompute-SubnetId", "injected-not-listed--deny", "compliant"),
    ("Deny-MachineLearningCompute-SubnetId", "injected-public-address--deny", "compliant"),
    ("Deny-MachineLearningCompute-VmSize", "attached-not-listed--deny", "compliant"),
    ("Deny-MachineLearningComputeCluster-RemoteLoginPortPublicAccess", "instance-open--deny", "compliant"),
    (
        "Deny-MachineLearningComputeCluster-RemoteLoginPortPublicAccess",
        "cluster-not-specified-in-subnet--compliant",
        "deny",
    ),
    ("Deny-MachineLearningComputeCluster-Scale", "idle-pt1h30s--deny", "compliant"),
    ("Deny-MachineLearningComputeCluster-Scale", "idle-pt30m0s--deny", "compliant"),
    ("Deny-MachineLearningComputeCluster-Scale", "idle-pt15m--compliant", "error"),
    ("Deny-MachineLearningComputeCluster-Scale", "idle-absent--compliant", "error"),
    ("Deny-MachineLearningComputeCluster-Scale", "max-absent--deny", "compliant"),
]


def differences(entry: Entry) -> list[str]:
    """The differences that a definition documents."""
    return [text for text in entry.metadata.get("differences", []) if not text.startswith(UNCHANGED)]


def demands(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The deciding parts: the mode, the rule, and of the parameters all but their words and the order of values."""
    parameters = {
        name: (item["type"], item.get("defaultValue"), sorted(item.get("allowedValues", [])))
        for name, item in properties["parameters"].items()
    }
    return {"mode": properties["mode"], "rule": properties["policyRule"], "parameters": parameters}


def test_the_data_is_what_the_published_definitions_say() -> None:
    """`python -m tools.derive_published` writes it."""
    written = derive_published.TARGET.read_text(encoding="utf-8")

    assert written == derive_published.written(derive_published.derive(shared()))


def test_what_differs_is_told_and_nothing_else_is() -> None:
    """A definition lists differences exactly where its mode, rule, parameters or verdicts are others."""
    known = derive_published.published(shared())

    other = [
        entry.name
        for entry in OWN
        if entry.name in DATA["verdicts"] or demands(entry.properties) != demands(known[entry.name]["properties"])
    ]

    assert [entry.name for entry in OWN if differences(entry)] == other


def test_every_definition_whose_verdicts_differ_says_how() -> None:
    """The one with an unchanged rule decides every case alike."""
    silent = [entry.name for entry in OWN if not differences(entry)]
    unchanged = [entry.name for entry in OWN if str(entry.metadata.get("differences", "")).startswith(f"['{UNCHANGED}")]

    assert [name for name in silent if name in DATA["verdicts"]] == []
    assert unchanged == silent == ["Deny-MachineLearning-PublicNetworkAccess"]


def test_a_changed_mode_and_a_renamed_parameter_are_told() -> None:
    """The mode by its words, the parameter by both names in one sentence."""
    modes = [entry.name for entry in OWN if any("Mode All instead of Indexed" in text for text in differences(entry))]
    untold = [
        (entry.name, ours)
        for entry in OWN
        for ours, theirs in derive_published.RENAMED.get(entry.name, {}).items()
        if not any(ours in text and theirs in text for text in differences(entry))
    ]

    assert modes == sorted(DATA["in_mode_all"])
    assert untold == []


def test_builtins_decide_as_the_published_ones_unless_a_reason_is_noted() -> None:
    """No note without a difference either."""
    builtins = {entry.name for entry in SHIPPED if entry.builtin}

    assert sorted(builtins & DATA["verdicts"].keys()) == sorted(DATA["notes"])
    assert [name for name, reason in DATA["notes"].items() if not reason] == []


def test_only_builtins_that_are_not_in_the_folder_are_left_out() -> None:
    """Each is shipped, and the page on policies lists it as not compared."""
    builtins = {entry.name for entry in SHIPPED if entry.builtin}
    page = (ROOT / "docs" / "reference" / "policies" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.endswith(", not compared |")]

    assert builtins - derive_published.published(shared()).keys() == derive_published.NOT_AT_HAND
    assert {name for name in builtins for line in rows if f"`{name}`" in line} == derive_published.NOT_AT_HAND


@pytest.mark.parametrize("part", ["verdicts", "in_mode_all"])
def test_definitions_and_cases_of_the_data_exist(part: str) -> None:
    """And each verdict is a word for one, and not the one that the case's name ends in."""
    names = {entry.name for entry in SHIPPED}

    wrong = [
        (name, case, verdict)
        for name, verdicts in DATA[part].items()
        for case, verdict in verdicts.items()
        if name not in names
        or not (ROOT / "policies" / "cases" / name / f"{case}.json").is_file()
        or verdict not in VERDICTS
        or case.endswith(f"--{verdict}")
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("part", "known"), [("verdicts", KNOWN), ("in_mode_all", KNOWN_IN_ALL)], ids=["as-published", "in-mode-all"]
)
def test_the_data_has_what_is_known_of_the_published_rules(part: str, known: list[tuple[str, str, str]]) -> None:
    """Read by hand from the rules, without the policy evaluator."""
    assert [(name, case, DATA[part].get(name, {}).get(case)) for name, case, _ in known] == known
