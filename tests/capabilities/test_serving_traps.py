"""Traps of serving models, each with the test that would fail for it."""

from __future__ import annotations

import pytest

from tests.capabilities.traps import missing

#: The trap, and the files with the tests that cover it: a name of a test, or of a case after the colon.
TRAPS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("public access and egress are on where they are left out", (
        "tests/capabilities/test_serving.py:test_an_empty_endpoint_is_sent_without_traffic_and_is_protected",
        'tests/core/test_workload.py:"deploymentEgress": "disabled"',
    )),
    2: ("egress of a deployment and identity of an endpoint are fixed", (
        'tests/azure/change_cases.py:(_ONLINE, "identity.userAssignedIdentities", ["/a"], ["/b"], FIXED)',
        "tests/capabilities/test_serving.py:test_the_contract_has_the_identity_of_each_endpoint",
    )),
    3: ("the second rollout needs twice the quota", (
        "tests/capabilities/test_serving.py:test_machines_of_an_endpoint_are_in_the_quota_with_a_fifth_more_and_twice",
    )),
    4: ("mirror and live traffic on one deployment are refused", (
        "tests/clients/test_serving.py:test_traffic_of_each_step_is_as_azure_has_it",
    )),
    5: ("an update resets traffic", ("tests/engine/test_serving.py:test_no_command_resets_the_traffic_of_a_pipeline",)),
    6: ("names of endpoints are unique in a region", (
        "tests/capabilities/test_serving.py:test_names_are_those_that_pipelines_use",
    )),
    7: ("an autoscale setting ends with its deployment", (
        "tests/capabilities/test_serving.py:test_pipelines_scale_deployments_where_endpoints_are_prepared",
    )),
    8: ("an identity gets no role by itself, and needs its roles later", (
        "tests/capabilities/test_serving.py:test_an_identity_gets_the_roles_of_the_case_file_and_no_other",
        "tests/checks/test_guard_endpoints.py:test_an_identity_and_each_role_of_it_are_reported",
    )),
    9: ("a registry needs its primary region in the list, and no endpoint in the group that Azure makes", (
        "tests/capabilities/test_created_model_registry.py:test_it_is_private_and_in_each_of_its_regions",
        "tests/capabilities/test_created_model_registry.py:test_nothing_is_put_into_the_resource_group_that_azure_makes",
    )),
    10: ("sharing needs storage with selected networks", (
        "docs/how-to/model-registry.md:Copying a model from a workspace",
    )),
    11: ("Kubernetes endpoints take no models of a registry, no Entra tokens and no mirror", (
        "docs/how-to/model-registry.md:Endpoints on Kubernetes do not deploy models of a registry",
        "docs/how-to/serve.md:Endpoints on Kubernetes accept keys and Azure ML tokens",
    )),
    12: ("batch jobs run as their caller", (
        "tests/capabilities/test_batch_endpoints.py:"
        "test_a_caller_gets_the_listed_permissions_and_a_role_on_the_data_that_its_jobs_use",
    )),
    13: ("no event of data drift", (
        "tests/cli/test_drift_events.py:Microsoft.MachineLearningServices.RunStatusChanged",
    )),
    14: ("a feature store excludes approved egress", (
        "tests/cases/stack-files/feature-store-wrong.txt:Microsoft supports feature stores only where",
    )),
    15: ("hub and project kinds have no clusters", (
        "tests/cases/stack-files/model-registry-values.txt:Workspaces of the kinds hub and project are not supported",
    )),
    16: ("creating an endpoint that exists fails", (
        "tests/clients/test_serving.py:test_traffic_of_each_step_is_as_azure_has_it",
    )),
    17: ("registry or vault in another subscription", (
        "tests/capabilities/test_serving.py:test_a_shared_registry_in_another_subscription_is_refused",
        "tests/cases/stack-files/serving-elsewhere.txt:need registry and key vault in the subscription",
    )),
}  # fmt: skip


@pytest.mark.parametrize("number", range(1, 18))
def test_every_trap_has_a_test(number: int) -> None:
    """Or, where the landing zone builds nothing of it, a sentence for its users."""
    assert missing(TRAPS[number][1]) == []
