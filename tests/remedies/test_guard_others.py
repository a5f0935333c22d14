"""Remedies of the guard that change the program, or revert a change."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from amlz.checks.guard.change import LossAllowance, edit_of
from amlz.checks.guard.destructive import guard
from amlz.checks.guard.inputs import CHECKS, Inputs, Kind, changed_inputs
from amlz.checks.guard.production import WEAKENED, guarded
from tests.checks.test_guard import DATA
from tests.checks.test_guard_production import LOCKED, STORE_PROD


def test_an_alias_or_the_former_name_ends_the_finding() -> None:
    """Both options of the text: the former name in the component, or an alias for it."""
    renamed = replace(DATA, urn=f"{DATA.urn}-new")
    aliased = replace(renamed, aliases=(DATA.urn,))

    findings = [
        finding
        for finding in guard(edit_of([DATA], [renamed]), LossAllowance())
        if finding.check.endswith("alias-missing")
    ]

    assert [finding.remedy for finding in findings] == [
        "In the component, set the name back to `storageAccounts`, or add `pulumi.Alias(name='storageAccounts')` to "
        "the resource options, with `parent` where that differs."
    ]
    assert guard(edit_of([DATA], [aliased]), LossAllowance()) == ()
    assert guard(edit_of([DATA], [DATA]), LossAllowance()) == ()


def test_weaker_production_is_ended_by_reverting_alone() -> None:
    """The text states that there is no other remedy, and names who decides."""
    (finding,) = guarded(edit_of([STORE_PROD, LOCKED], [STORE_PROD]), LossAllowance())

    assert (finding.check, "There is no other remedy: " in finding.remedy) == (WEAKENED.id, True)
    assert guarded(edit_of([STORE_PROD, LOCKED], [STORE_PROD, LOCKED]), LossAllowance()) == ()


def test_reverted_files_are_no_finding() -> None:
    """Of every file and key that decides how a stack is deployed."""
    was = Inputs("Pulumi.yaml", "Pulumi.dev.yaml", {"name": "a", "main": "b"}, {"secretsprovider": "x", "config": {}})
    kinds: tuple[Kind, ...] = get_args(Kind)
    files: dict[tuple[Kind, str], str] = {(kind, f"file-{kind}"): "1" for kind in kinds}
    secret = {"secretsprovider": "y", "config": {"azure-native:environment": "z"}}
    keys = replace(was, project={"name": "c", "main": "d"}, stack=secret, files=files)
    silent = replace(was, files=files)

    values = {finding.check for now in (keys, silent) for finding in changed_inputs(was, now)}

    assert values == {check.id for check in CHECKS}
    assert changed_inputs(keys, keys) == changed_inputs(silent, silent) == ()
