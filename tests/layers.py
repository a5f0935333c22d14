"""Which tests `make test` leaves to a longer target, and why: decided here alone.

`make test` runs everything that is neither slow nor long, `make test-slow` the slow tests. A test with the mark `long`
runs the engine for minutes: only `make test-faults` runs it. Fuzz tests draw little in `make test`, much in
`make test-slow`, which sets AMLZ_SLOW=all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest

#: Draw much in fuzz tests: `make test-slow`.
MUCH = os.environ.get("AMLZ_SLOW") == "all"

ENGINE = "runs Pulumi's own engine"
PROCESSES = "starts a process, or several, for each test"
PREVIEWS = "previews the shipped stacks in another form; make test has others of the same subject"

GUARD = "tests/remedies/test_guard_commands.py"
REFRESH = "tests/simulator/test_refresh_counts.py::test_a_refresh_reports_what_azure_changed_by_itself"

#: Beginning of a test's id, and why these tests are slow. None: they are fast. The longest beginning decides.
SLOW: dict[str, str | None] = {
    "tests/browser/": "starts a browser",
    "tests/integrations/policy_pack/test_engine.py": ENGINE,
    "tests/integrations/policy_pack/test_process.py": PROCESSES,
    "tests/integrations/policy_pack/test_shipped.py": PREVIEWS,
    "tests/engine/": ENGINE,
    "tests/engine/test_agreement.py::test_each_field_that_differs_is_told": None,
    "tests/engine/test_provider.py": None,
    "tests/core/test_edit.py::test_whatever_comes_and_goes": PREVIEWS,
    "tests/core/test_edit.py::test_whatever_comes_and_goes_the_others_stay_as_they_are[minimal-0]": None,
    "tests/integrations/pipelines/": "runs the steps of pipelines, each in a process",
    "tests/integrations/pipelines/test_bundle.py": None,
    "tests/integrations/pipelines/test_bundle_damaged.py": None,
    "tests/integrations/pipelines/test_guard.py": None,
    "tests/integrations/pipelines/test_matrix.py": None,
    "tests/integrations/pipelines/test_own_tests.py": None,
    "tests/policy/test_attached.py::test_a_weaker_component_is_denied": PROCESSES,
    "tests/policy/test_attached.py::test_a_weaker_component_is_denied_in_production_and_audited_elsewhere[key_": None,
    "tests/rehearsal/test_faults.py::test_after_faults": ENGINE,
    "tests/rehearsal/test_kills.py": ENGINE,
    "tests/app/test_against.py": PROCESSES,
    "tests/app/test_pulumi_inputs.py::test_every_stack_is_touched": PROCESSES,
    "tests/app/test_stacks.py::test_a_preview_of_all_stacks_frees_each_before_the_next": PROCESSES,
    "tests/app/test_stacks.py::test_a_removed_stack_with_production": PROCESSES,
    "tests/app/test_stacks.py::test_all_stacks_are_compared": PROCESSES,
    "tests/cli/test_command_line.py::test_a_preview_that_finds_something_is_exit_code_1": PROCESSES,
    "tests/cli/test_command_line.py::test_the_same_input_gives_the_same_bytes": PROCESSES,
    "tests/cli/test_policy_commands.py": PROCESSES,
    "tests/cli/test_project_commands.py::test_a_file_for_reading_only_stays_as_it_is": PROCESSES,
    "tests/cli/test_project_commands.py::test_a_project_is_added_and_removed_again": PROCESSES,
    "tests/cli/test_project_commands.py::test_what_comes_or_goes_is_told": PROCESSES,
    "tests/cli/test_command_line.py::test_a_preview_fits_into_80_columns": PROCESSES,
    "tests/cli/test_command_line.py::test_a_preview_fits_into_80_columns[minimal]": None,
    "tests/diff/test_difference.py::test_a_revision_is_previewed_by_its_own_program": PROCESSES,
    "tests/diff/test_difference.py::test_a_stack_that_is_new_or_was_broken_is_told": PROCESSES,
    "tests/simulator/https/test_kill.py": PROCESSES,
    "tests/simulator/https/test_listening.py::test_a_landing_zone_is_deployed_into_it[prod]": PREVIEWS,
    "tests/clients/": "starts Azure's own clients, which are not installed with the others",
    "tests/clients/test_az.py::test_every_command_of_the_documentation": None,
    "tests/test_first_landing_zone.py": PROCESSES,
    "tests/test_fork.py": "clones the repository, and tests the clone",
    f"{GUARD}::test_commands_change_what_no_update_can_change_or_the_text_has_none[everything": PREVIEWS,
    "tests/reports/test_html_report.py::test_the_command_writes_it": PROCESSES,
    "tests/reports/test_previews.py::test_nothing_is_wrong_or_refused": PREVIEWS,
    "tests/reports/test_previews.py::test_nothing_is_wrong_or_refused[dev]": None,
    "tests/reports/test_previews.py::test_nothing_is_wrong_or_refused[minimal]": None,
    "tests/reports/test_previews.py::test_nothing_is_wrong_or_refused[prod]": None,
    "tests/reports/test_streams.py::test_explain_takes_an_initiative": PROCESSES,
    f"{REFRESH}[everything]": PREVIEWS,
    f"{REFRESH}[prod]": PREVIEWS,
    "tests/test_readme.py::test_every_command_of_the_table_runs": PROCESSES,
    "tests/test_readme.py::test_every_command_of_the_table_runs[addresses": None,
    "tests/test_readme.py::test_every_command_of_the_table_runs[check": None,
    "tests/test_readme.py::test_every_command_of_the_table_runs[preview STACK]": None,
    "tests/test_regular_expressions.py::test_a_regular_expression_takes_linear_time": "searches long texts",
}

#: Tests of drawn inputs: in every layer, and how many they draw follows AMLZ_SLOW.
DRAWN = (
    "tests/core/test_fuzz.py",
    "tests/core/test_plan_stability.py::test_editing_a_stack",
    "tests/integrations/pipelines/test_bundle_damaged.py",
    "tests/policy/test_fuzz.py",
    "tests/app/test_revision_fuzz.py",
)


def slow_because(test: str) -> str | None:
    """Returns why a test is slow; None for a fast one."""
    if MUCH and test.startswith(DRAWN):
        return "draws much"
    rows = [begin for begin in SLOW if test.startswith(begin)]
    return SLOW[max(rows, key=len)] if rows else None


def sampled(cases: Sequence[Any], every: int) -> list[Any]:
    """Returns the cases for `parametrize`: the first of each so many stays fast, the others are slow."""
    others = pytest.mark.slow(reason="more of the same")
    return [pytest.param(case, marks=() if number % every == 0 else others) for number, case in enumerate(cases)]
