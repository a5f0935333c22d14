"""Batch endpoints: who invokes them, as whom their jobs run, and the cluster that they score on."""

from __future__ import annotations

from typing import Any

from amlz.app.preview import preview_stack
from amlz.azure.permissions import covers
from amlz.azure.role_definitions import BUILT_IN
from amlz.core.facts.custom_roles import BATCH_ACTIONS, CUSTOM_ROLES
from amlz.core.permissions.answers import Permissions
from amlz.core.plan import make_plan
from amlz.core.relaxations import relaxations
from amlz.core.specs import ProjectEnvironmentSpec, RoleAssignmentSpec, records
from amlz.core.specs.serving import BatchEndpointsSpec
from amlz.core.workload import contract_of
from amlz.stackfile.load import from_object, load
from tests.conftest import ROOT
from tests.core.stacks import PEOPLE, Stack, at, planned, stack

CALLERS = "11111111-aaaa-4bbb-8ccc-000000000025"
CLUSTERS: Stack = {
    "cpu": {"size": "Standard_D4s_v5", "maxNodes": 4},
    "score": {"size": "Standard_D4s_v5", "maxNodes": 8, "priority": "lowPriority"},
}
CALLER, DATA = "Azure ML Batch Caller", "Storage Blob Data Contributor"


def scored(**settings: Any) -> Stack:
    """A landing zone of one environment with batch endpoints."""
    batch = {"cluster": "score", "callers": [CALLERS]}
    return stack({"churn/dev": at("10.1.0.0/24", clusters=CLUSTERS, batchEndpoints=batch, **settings)}, access=PEOPLE)


def given(environment: ProjectEnvironmentSpec, principal: str) -> set[tuple[str, str]]:
    """Roles of a principal: the role and what it is on."""
    on = {
        environment.workspace.id: "workspace",
        environment.storage.id: "storage",
        environment.workspace.registry: "registry",
    }
    roles = records(environment, RoleAssignmentSpec)
    return {(role.role, on.get(role.scope, role.scope)) for role in roles if role.principal.id == principal}


def test_without_its_key_nobody_gets_a_role_for_batch_endpoints() -> None:
    """Pipelines neither; and the contract has no cluster for them."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", clusters=CLUSTERS)}, access=PEOPLE))

    assert [role for role in plan.roles() if role.role == CALLER] == []
    assert list(records(plan, BatchEndpointsSpec)) == []
    assert contract_of(plan, "churn", "dev").batch_cluster is None


def test_a_caller_gets_the_listed_permissions_and_a_role_on_the_data_that_its_jobs_use() -> None:
    """The job runs as the caller: with the first role alone it would start, and fail at its data."""
    (environment,) = planned(scored()).environments

    assert given(environment, CALLERS) == {(CALLER, "workspace"), (DATA, "storage")}
    assert CUSTOM_ROLES[CALLER].actions == BATCH_ACTIONS
    assert (len(BATCH_ACTIONS), len(set(BATCH_ACTIONS))) == (35, 35)


def test_the_identity_of_the_cluster_mounts_the_data_and_pulls_the_image() -> None:
    """Those of every cluster: without credentials in the datastore, Azure uses both identities."""
    (environment,) = planned(scored()).environments
    (identity,) = (one.id for one in environment.identities if one.role == "compute")

    queues, tables = "Storage Queue Data Contributor", "Storage Table Data Contributor"
    assert {("AcrPull", "registry"), (DATA, "storage"), (queues, "storage"), (tables, "storage")} <= given(
        environment, identity
    )
    assert {"blob", "file", "queue", "table"} <= {endpoint.group for endpoint in environment.storage.endpoints}


def test_pipelines_invoke_too_since_no_built_in_role_of_theirs_has_every_permission() -> None:
    """AzureML Data Scientist leaves out the keys of compute targets."""
    (environment,) = planned(scored()).environments
    scientist = next(role for role in BUILT_IN.values() if role.name == "AzureML Data Scientist")

    assert {(CALLER, "workspace"), (DATA, "storage")} <= given(environment, PEOPLE["pipelines"][0])
    left_out = [action for action in BATCH_ACTIONS if any(covers(no, action) for no in scientist.not_actions)]
    assert [action.partition("workspaces/")[2] for action in left_out] == ["computes/listKeys/action"]


def test_the_permissions_that_a_caller_needs_are_named_as_a_choice_that_is_less_secure() -> None:
    """They change endpoints, and list keys."""
    (named,) = relaxations(from_object(scored()))

    assert named.path[-2:] == ("batchEndpoints", "callers")
    assert named.gives_up.startswith("its groups can also change batch endpoints and their deployments, and list")


def test_the_contract_names_the_cluster() -> None:
    """Not the first one, and not one that Azure guesses."""
    plan = planned(scored())

    assert contract_of(plan, "churn", "dev").batch_cluster == "score"


def test_callers_of_the_example_can_invoke_and_others_cannot() -> None:
    """In production: those of online endpoints have no right on batch endpoints, nor the other way round."""
    file = load(str(ROOT / "examples" / "serving" / "Pulumi.serving.yaml"))
    graph = preview_stack(file, make_plan(file.config)).graph
    answers = Permissions(graph).answers(lambda persona: persona.environment == "prod")

    can = {
        (answer.persona.kind, answer.action.name): answer.status and answer.status.value
        for answer in answers
        if answer.action.name in ("call-batch-endpoint", "call-endpoint")
    }
    assert can["batchEndpointCallers", "call-batch-endpoint"] == can["pipelines", "call-batch-endpoint"] == "allowed"
    assert (
        can["batchEndpointCallers", "call-endpoint"] == can["endpointCallers", "call-batch-endpoint"] == "not allowed"
    )
    assert can["mlEngineers", "call-batch-endpoint"] == can["dataScientists", "call-batch-endpoint"] == "not allowed"


def test_callers_of_one_endpoint_are_answered_for_that_endpoint() -> None:
    """In dev the landing zone creates one endpoint; callers of the whole workspace can call it, too."""
    file = load(str(ROOT / "examples" / "serving" / "Pulumi.serving.yaml"))
    graph = preview_stack(file, make_plan(file.config)).graph
    answers = Permissions(graph).answers(lambda persona: persona.environment == "dev")

    can = {
        (answer.persona.kind, answer.action.name): answer.status and answer.status.value
        for answer in answers
        if answer.action.name in ("call-created-endpoint", "call-endpoint")
    }
    assert can["callersOfEndpoint", "call-created-endpoint"] == "allowed"
    assert can["callersOfEndpoint", "call-endpoint"] == "not allowed"
    assert can["endpointCallers", "call-created-endpoint"] == can["endpointCallers", "call-endpoint"] == "allowed"
    assert can["computeIdentity", "call-created-endpoint"] == "not allowed"
