"""Which tests `make test` leaves to a longer target, and why: decided here alone.

`make test` runs everything that is neither slow nor long, `make test-slow` the slow tests. A test with the mark `long`
runs the engine for minutes: only `make test-faults` runs it. Fuzz tests draw little in `make test`, much in
`make test-slow`, which sets AMLZ_SLOW=all.
"""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from typing import Any

import pytest

#: Draw much in fuzz tests: `make test-slow`.
MUCH = os.environ.get("AMLZ_SLOW") == "all"

ENGINE = "runs Pulumi's own engine"
MORE = "more of the same"
PROCESSES = "starts a process, or several, for each test"
PREVIEWS = "previews the shipped stacks in another form; make test has others of the same subject"
BOOKKEEPING = "reads every wrong stack file again; make test carries out a sample of their remedies"
MEASURES = "measures how the time grows; make test has others of the same subject"
WHOLE_SDK = "imports Pulumi's SDK whole; every preview uses what it compares"

LIGHT = "tests/cli/test_light_imports.py::test_a_command_that_evaluates_nothing_loads_only_what_it_prints"
LONGEST = "tests/reports/test_markdown_as_read.py::test_what_is_longest_fits_into_a_comment_of_github_and_azure_devops"
STATE = "tests/simulator/https/test_listening.py::test_a_state_file_that_cannot_be_used_is_a_sentence"
ENDED = (
    "tests/checks/test_policy_conflict.py::test_a_preview_tells_what_a_guardrail_refuses_once_its_exemption_has_ended"
)
ALONE = "tests/checks/test_policy_remedies.py::test_allowed_locations_without_global_leave_the_region_alone"
ZONES = "tests/checks/test_policy_remedies.py::test_refused_private_zones_are_left_to_others"
BROKEN = "tests/core/test_capabilities.py::test_a_broken_one_is_reported_with_its_file_and_no_traceback"
UNUSED = "tests/core/test_capabilities.py::test_a_folder_that_a_stack_does_not_use_changes_no_request_of_it"
GUARD = "tests/remedies/test_guard_commands.py"
REFRESH = "tests/simulator/test_refresh_counts.py::test_a_refresh_reports_what_azure_changed_by_itself"

#: Beginning of a test's id, and why these tests are slow. None: they are fast. The longest beginning decides.
SLOW: dict[str, str | None] = {
    "tests/browser/": "starts a browser",
    "tests/api_server/": "starts the API server of Kubernetes",
    "tests/integrations/policy_pack/test_engine.py": ENGINE,
    "tests/integrations/policy_pack/test_process.py": PROCESSES,
    "tests/integrations/policy_pack/test_shipped.py": PREVIEWS,
    "tests/engine/": ENGINE,
    "tests/fleet/test_hostile_reports.py::test_a_wrong_value": "reads a thousand reports",
    "tests/fleet/test_hostile_reports.py::test_texts": "reads hundreds of reports",
    "tests/engine/test_agreement.py::test_each_field_that_differs_is_told": None,
    "tests/engine/test_provider.py": None,
    "tests/core/test_edit.py::test_whatever_comes_and_goes": PREVIEWS,
    "tests/core/test_edit.py::test_whatever_comes_and_goes_the_others_stay_as_they_are[minimal-0]": None,
    "tests/mesh/test_real_envoy.py": PROCESSES,
    "tests/fleet/test_upgrade_merge.py": PROCESSES,
    "tests/fleet/test_upgrade_merge.py::test_the_merge_is_a_commit": None,
    "tests/fleet/test_patched_versions.py": PROCESSES,
    "tests/fleet/test_unchanged_stacks.py::test_a_preview_opens": PROCESSES,
    "tests/fleet/test_unchanged_stacks.py::test_work_previews_again": "previews eight times",
    "tests/app/test_processes.py::test_a_signal": PROCESSES,
    "tests/app/test_processes.py::test_no_process_outlives": PROCESSES,
    "tests/fleet/test_shards.py::test_work_in_two_processes": PROCESSES,
    "tests/fleet/test_upgrade_pipeline.py": PROCESSES,
    "tests/fleet/test_upgrade_preview.py": PROCESSES,
    "tests/fleet/test_upgrade_signals.py": PROCESSES,
    "tests/test_business_unit.py": PROCESSES,
    "tests/test_first_hour.py": PROCESSES,
    "tests/fleet/test_upgrade_preview.py::test_an_edited_stack_file": None,
    "tests/integrations/pipelines/": "runs the steps of pipelines, each in a process",
    "tests/integrations/pipelines/test_bundle.py": None,
    "tests/integrations/pipelines/test_bundle_damaged.py": None,
    "tests/integrations/pipelines/test_guard.py": None,
    "tests/integrations/pipelines/test_links.py": None,
    "tests/integrations/pipelines/test_matrix.py": None,
    "tests/integrations/pipelines/test_own_tests.py": None,
    "tests/pairwise/test_pairwise.py::test_every_three_choices": "counts triples of all options in all files",
    "tests/policy/test_attached.py::test_a_weaker_component_is_denied": PROCESSES,
    "tests/policy/test_attached.py::test_a_weaker_component_is_denied_in_production_and_audited_elsewhere[key_": None,
    "tests/remedies/test_input_errors.py::test_every_choice_belongs_to_a_problem": BOOKKEEPING,
    "tests/remedies/test_input_errors.py::test_nearly_all_remedies_of_input_errors_are_carried_out": BOOKKEEPING,
    "tests/rehearsal/test_faults.py::test_after_faults": ENGINE,
    "tests/rehearsal/test_kills.py": ENGINE,
    "tests/rehearsal/test_pip_list.py": PROCESSES,
    "tests/rehearsal/test_upgrade.py": ENGINE,
    "tests/app/test_against.py": PROCESSES,
    "tests/app/test_program.py::test_a_misspelt_input_fails_the_preview[storage.py]": PROCESSES,
    "tests/app/test_program.py::test_a_misspelt_input_fails_the_preview[workspace.py]": PROCESSES,
    "tests/app/test_program.py::test_a_renamed_resource": PROCESSES,
    "tests/app/test_pulumi_inputs.py::test_every_stack_is_touched": PROCESSES,
    "tests/cli/test_check_all.py::test_a_pull_request": PROCESSES,
    "tests/app/test_stacks.py::test_a_preview_of_all_stacks_frees_each_before_the_next": PROCESSES,
    "tests/app/test_stacks.py::test_a_removed_stack_with_production": PROCESSES,
    "tests/app/test_stacks.py::test_all_stacks_are_compared": PROCESSES,
    "tests/cli/test_command_line.py::test_a_preview_that_finds_something_is_exit_code_1": PROCESSES,
    "tests/cli/test_command_line.py::test_the_same_input_gives_the_same_bytes": PROCESSES,
    f"{LIGHT}[addresses": PROCESSES,
    "tests/cli/test_policy_commands.py": PROCESSES,
    "tests/cli/test_wrong_input.py::test_a_wrong_value_is_a_sentence": MORE,
    "tests/cli/test_project_commands.py::test_only_these_verbs_load_the_editor_of_yaml[arguments1]": PROCESSES,
    "tests/cli/test_project_commands.py::test_a_file_for_reading_only_stays_as_it_is": PROCESSES,
    "tests/cli/test_project_commands.py::test_a_project_is_added_and_removed_again": PROCESSES,
    "tests/cli/test_project_commands.py::test_what_comes_or_goes_is_told": PROCESSES,
    "tests/cli/test_command_line.py::test_a_preview_fits_into_80_columns": PROCESSES,
    "tests/cli/test_command_line.py::test_a_preview_fits_into_80_columns[minimal]": None,
    "tests/diff/test_difference.py::test_a_revision_is_previewed_by_its_own_program": PROCESSES,
    "tests/diff/test_difference.py::test_what_cannot_be_compared_is_told_in_words[small --against HEAD": PROCESSES,
    "tests/diff/test_difference.py::test_a_stack_that_is_new_or_was_broken_is_told": PROCESSES,
    "tests/simulator/https/test_kill.py": PROCESSES,
    "tests/simulator/https/test_kill_at_every_request.py": PROCESSES,
    "tests/simulator/https/test_listening.py::test_a_landing_zone_is_deployed_into_it[prod]": PREVIEWS,
    "tests/simulator/https/test_listening.py::test_a_landing_zone_is_deployed_into_it[everything]": PREVIEWS,
    "tests/package/": "installs amlz into new environments",
    "tests/capabilities/test_prometheus_alerts.py::test_every_expression": "starts the parser of Prometheus",
    "tests/capabilities/test_prometheus_alerts.py::test_the_dashboards_are": "starts the library of Grafana",
    "tests/clients/": "starts Azure's own clients, which are not installed with the others",
    "tests/clients/test_az.py::test_every_command_of_the_documentation": None,
    "tests/test_first_landing_zone.py": PROCESSES,
    "tests/test_fork.py": "clones the repository, and tests the clone",
    f"{GUARD}::test_a_subnet_changes_its_range_after_its_users_are_deleted": MORE,
    f"{GUARD}::test_a_subnet_changes_its_range_after_its_users_are_deleted[snet-churn-dev-training": None,
    f"{GUARD}::test_a_resource_without_a_remedy_cannot_be_deleted[everything]": PREVIEWS,
    f"{GUARD}::test_commands_change_what_no_update_can_change_or_the_text_has_none[everything": PREVIEWS,
    f"{GUARD}::test_every_kind_with_a_change_that_no_update_can_make_is_a_case[everything]": PREVIEWS,
    f"{GUARD}::test_every_remedy_of_a_change_that_no_update_can_make_is_among_these": PREVIEWS,
    "tests/reports/test_html_report.py::test_the_command_writes_it": PROCESSES,
    "tests/policy/test_sent_bodies.py::test_bodies_of_the_plan_have_what_azure_native_adds[everything]": PREVIEWS,
    ENDED: MORE,
    f"{ENDED}[ended]": None,
    f"{ENDED}[soon": None,
    f"{ALONE}[not in]": MORE,
    f"{ALONE}[notEquals]": MORE,
    ZONES: MORE,
    f"{ZONES}[names-own": None,
    f"{ZONES}[in-existing": None,
    UNUSED: PROCESSES,
    f"{BROKEN}[bad syntax]": PROCESSES,
    f"{BROKEN}[wrong name]": PROCESSES,
    f"{BROKEN}[a key twice]": PROCESSES,
    "tests/core/test_checked.py::test_every_part_of_the_model_has_a_stand_in[everything]": PREVIEWS,
    "tests/core/test_checked.py::test_what_is_reported_beside_an_invalid_part": MORE,
    "tests/core/test_checked.py::test_what_is_reported_beside_an_invalid_part_holds_when_that_is_corrected[0-": None,
    f"{LONGEST}[150000]": PREVIEWS,
    f"{STATE}[_cut_off": MORE,
    f"{STATE}[_no_table": MORE,
    f"{STATE}[_no_json": MORE,
    "tests/simulator/test_sdk_patches.py::test_a_private_name_that_the_sdk_no_longer_has": PROCESSES,
    "tests/simulator/test_sdk_patches.py::test_each_name_that_components_touch": WHOLE_SDK,
    "tests/simulator/test_deferred_classes.py::test_classes_that_components_touch": WHOLE_SDK,
    "tests/simulator/test_states.py::test_one_resource_more_costs_the_same_among_ten_thousand": MEASURES,
    "tests/test_growth.py::test_ranges_that_overlap": MEASURES,
    "tests/simulator/arm/test_cost.py::test_ten_thousand_lines": MEASURES,
    "tests/reports/test_streams.py::test_explain_takes_an_initiative": PROCESSES,
    f"{REFRESH}[everything]": PREVIEWS,
    f"{REFRESH}[prod]": PREVIEWS,
    "tests/test_readme.py::test_every_command_of_the_table_runs": PROCESSES,
    "tests/test_readme.py::test_every_command_of_the_table_runs[addresses": None,
    "tests/test_readme.py::test_every_command_of_the_table_runs[check": None,
    "tests/test_regular_expressions.py::test_a_regular_expression_takes_linear_time": "searches long texts",
}

#: Tests of drawn inputs: in every layer, and how many they draw follows AMLZ_SLOW.
DRAWN = (
    "tests/core/test_fuzz.py",
    "tests/core/test_plan_stability.py::test_editing_a_stack",
    "tests/integrations/pipelines/test_bundle_damaged.py",
    "tests/policy/engine/test_laws.py",
    "tests/policy/test_fuzz.py",
    "tests/reach/test_second_implementation.py",
    "tests/simulator/test_access.py::test_a_plan_fails_without_any_one_of_the_actions",
    "tests/app/test_revision_fuzz.py",
)

_BEGINNINGS = tuple(SLOW)


def slow_because(test: str) -> str | None:
    """Returns why a test is slow; None for a fast one."""
    if MUCH and test.startswith(DRAWN):
        return "draws much"
    if not test.startswith(_BEGINNINGS):
        return None
    return SLOW[max((begin for begin in SLOW if test.startswith(begin)), key=len)]


_OTHERS = pytest.mark.slow(reason=MORE)


def sampled(cases: Sequence[Any], every: int) -> list[Any]:
    """Returns the cases for `parametrize`: the first of each so many stays fast, the others are slow."""
    return [_param(case, number % every == 0) for number, case in enumerate(cases)]


def chosen(cases: Sequence[Any], fast: Container[Any]) -> list[Any]:
    """Returns the cases for `parametrize`: those in `fast` stay fast, the others are slow."""
    return [_param(case, case in fast) for case in cases]


def _param(case: Any, fast: bool) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=() if fast else _OTHERS)
