"""No remedy is forgotten: each check is in one of the classes, and each of its remedies has a case."""

from __future__ import annotations

from importlib import import_module

import pytest

from amlz.checks.catalogue import ALL, CHECKS, OF_ANSWERS
from amlz.checks.finding import Check
from amlz.checks.guard import inputs as guard_inputs
from amlz.checks.stack_file import CHECKS as STACK_FILE
from tests.checks import test_guard_endpoints, test_guard_production
from tests.remedies import test_components, test_guard, test_guard_commands, test_guard_others, test_stack_files
from tests.remedies.reading import fits

#: Checks whose remedies are made for each policy and resource: tests/checks/conflicts and test_policy_deployments.py.
OF_POLICIES = {check.id for check in OF_ANSWERS}
#: Checks whose remedies are written for each path in the stack file (amlz/core/notices).
OF_STACK_FILES = {check.id for check in STACK_FILE}
#: Remedies of a change, not of a landing zone.
OF_CHANGES = {check.id for check in ALL if check.id.startswith("guard/")}
#: Remedies of several stacks together: tests/checks/test_between_stacks.py carries them out.
OF_FOLDERS = {check.id for check in ALL if check.id.startswith("stacks/")}
#: The tests that carry them out.
CHANGES = {
    "guard/alias-missing": [test_guard_others.test_an_alias_or_the_former_name_ends_the_finding],
    "guard/allows-nothing": [test_guard.test_an_entry_that_allows_nothing_is_removed],
    "guard/below-a-lock": [test_guard_commands.test_a_role_below_a_lock_is_deleted_by_the_steps_of_its_remedy],
    "guard/delete-not-allowed": [
        test_guard.test_the_entry_that_a_loss_tells_allows_it,
        test_guard_commands.test_a_deletion_is_allowed_and_done_by_the_steps_of_its_remedy,
    ],
    "guard/endpoint-deleted": [test_guard_endpoints.test_a_deleted_endpoint_is_an_error_unless_its_environment_goes],
    "guard/endpoint-loses-role": [test_guard_endpoints.test_a_reverted_change_ends_the_warning],
    "guard/endpoint-updated": [test_guard_endpoints.test_only_a_plan_of_the_engine_updates_an_endpoint],
    "guard/ignored-by-azure": [test_guard_commands.test_commands_change_what_no_update_can_change_or_the_text_has_none],
    "guard/import-first": [test_guard_commands.test_the_commands_of_an_older_stack_import_its_subnets],
    "guard/production-ended": [test_guard_production.test_the_remedies_end_production_until_their_date],
    "guard/production-weakened": [test_guard_others.test_weaker_production_is_ended_by_reverting_alone],
    "guard/refused-by-azure": [test_guard_commands.test_commands_change_what_no_update_can_change_or_the_text_has_none],
    "guard/refused-while-in-use": [
        test_guard_commands.test_a_subnet_changes_its_range_after_its_users_are_deleted,
        test_guard_commands.test_a_subnet_that_nothing_of_the_stack_uses_is_a_note,
    ],
    "guard/replace-not-allowed": [test_guard.test_the_entry_that_a_loss_tells_allows_it],
} | {check.id: [test_guard_others.test_reverted_files_are_no_finding] for check in guard_inputs.CHECKS}

#: How a remedy begins. No sentence repeats the fault, or leaves out that nothing can be done.
_BEGINNINGS = (
    "Add ",
    "Convert ",
    "Delete ",
    "In the component, ",
    "No action needed",
    "Pass ",
    "Remove ",
    "Revert ",
    "Set ",
    "Shorten ",
    "Upgrade ",
)


def _with_variants() -> list[Check]:
    """Every check, with those of the same id that a file has for other circumstances."""
    files = {
        check.id.replace("/", ".").replace("-", "_")
        for check in ALL
        if check.id not in OF_CHANGES | OF_POLICIES | OF_STACK_FILES | OF_FOLDERS
    }
    return [
        var
        for file in sorted(files)
        for var in vars(import_module(f"amlz.checks.{file}")).values()
        if isinstance(var, Check) and var.id.replace("/", ".").replace("-", "_") == file
    ]


TEMPLATES = sorted({(check.id, remedy) for check in _with_variants() for remedy in check.remedies})


def _carried_out() -> list[tuple[str, str]]:
    """Check and remedy of every case."""
    in_stack_files = [(case["finding"], case["remedy"]) for case in test_stack_files.CASES]
    of_components = [test_components.finding_of(case)[1] for case in test_components.CASES]
    return [*in_stack_files, *((finding.check, finding.remedy) for finding in of_components)]


def test_every_check_is_in_one_of_the_classes() -> None:
    """A stack file shows it, only a component or policy file can, or it is of a change or of a tenant's policies."""
    classes = {check for check, _ in _carried_out()} | OF_CHANGES | OF_POLICIES | OF_FOLDERS

    assert classes == {check.id for check in ALL}


def test_every_remedy_is_carried_out_by_a_case() -> None:
    """In all circumstances: a remedy that no case shows may be one that cannot be followed."""
    done = _carried_out()

    left = [
        template
        for template in TEMPLATES
        if not any(template[0] == check and fits(template[1], text) for check, text in done)
    ]

    assert left == []


@pytest.mark.parametrize(("check", "remedy"), TEMPLATES)
def test_a_remedy_begins_with_what_to_do(check: str, remedy: str) -> None:
    """With an imperative, or with the words that no action is needed."""
    assert remedy.startswith(_BEGINNINGS), check


def test_what_a_component_alone_can_show_is_said_to_be_in_the_component() -> None:
    """Or in a policy file, a table of facts, or the packages: no remedy names a key that does not decide it."""
    elsewhere = ("In the component, ", "Add the group", "Set `properties.mode`", "Shorten this text", "Upgrade ")
    of_others = ("exposure/public-access", "place/region-not-known")  # of the hub's owner; of a file that is refused
    findings = [test_components.finding_of(case)[1] for case in test_components.CASES]

    assert [
        (f.check, f.remedy) for f in findings if not f.remedy.startswith(elsewhere) and f.check not in of_others
    ] == []


def test_every_check_has_a_file_of_its_own_or_is_in_the_table() -> None:
    """This file walks every remedy."""
    assert {check.id for check, _ in CHECKS} <= {check.id for check in _with_variants()}


def test_every_check_of_a_change_has_a_test_that_carries_its_remedy_out() -> None:
    """A new check of the guard is added to the table, with its test."""
    assert CHANGES.keys() == OF_CHANGES


def test_every_rule_has_a_remedy_or_says_that_there_is_none() -> None:
    """No text is empty; one without another option than to revert states that."""
    texts = [(check.id, remedy) for check in ALL for remedy in check.remedies]

    assert [check for check, remedy in texts if not remedy.strip()] == []
    assert {check for check, remedy in texts if "There is no other remedy: " in remedy} == {
        "guard/ignored-by-azure",
        "guard/production-weakened",
        "guard/refused-by-azure",
    }
