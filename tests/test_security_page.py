"""SECURITY.md and the threat model name tests that exist: a control without one is a claim."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.partition("## Attacks, controls, tests")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ") and not line.startswith(("| attacker", "| ---"))
]
THREATS = (ROOT / "docs" / "explanation" / "threat-model.md").read_text(encoding="utf-8")
EARLIER = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in THREATS.partition("## Attacks on an early revision")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ") and not line.startswith(("| attack |", "| ---"))
]


def functions_of(file: str) -> set[str]:
    """Names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2] if isinstance(row, list) else "")
def test_every_attack_has_a_test_that_exists(row: list[str]) -> None:
    """Attacker, asset, attack, control and test, each filled in; of a test that is named, the function too."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row[-1])

    assert (len(row), all(row), bool(named)) == (5, True, True)
    check_named(named)


@pytest.mark.parametrize("row", EARLIER, ids=lambda row: row[0] if isinstance(row, list) else "")
def test_every_attack_on_an_early_revision_has_a_test_that_exists(row: list[str]) -> None:
    """Attack, behaviour of that revision, how it was confirmed, and test."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row[-1])

    assert (len(row), all(row), bool(named)) == (4, True, True)
    assert row[2] in {"command", "reading", "no"}
    check_named(named)


def check_named(named: list[tuple[str, str]]) -> None:
    """Asserts that files and functions of tests exist."""
    for file, test in named:
        assert (ROOT / file).is_file(), file
        functions = functions_of(file)
        assert (test in functions) if test else functions, f"{file}::{test}"


def test_both_pages_have_their_attacks() -> None:
    """And are read as this test reads it."""
    assert (len(ROWS) >= 15, len(EARLIER) >= 25) == (True, True)
