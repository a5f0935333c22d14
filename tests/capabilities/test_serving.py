"""Online endpoints before they exist: identities, roles, who deploys, who calls, names, quota, and the contract."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import pytest

from amlz.app.preview import preview_stack
from amlz.azure.permissions import covers
from amlz.azure.role_definitions import BUILT_IN
from amlz.capabilities.serving.sizes import SERIES, SIZES
from amlz.checks.identity.action_not_allowed import find
from amlz.core.facts.custom_roles import CUSTOM_ROLES
from amlz.core.facts.machine_sizes import unknown_size
from amlz.core.permissions.answers import Permissions
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.quota import demands
from amlz.core.relaxations import relaxations
from amlz.core.specs import ProjectEnvironmentSpec, RoleAssignmentSpec, SharedRegistrySpec, records
from amlz.core.specs.serving import OnlineEndpointSpec, ServingSpec
from amlz.core.workload import contract_of
from amlz.reports.preview import Preview
from amlz.stackfile.load import from_object, load
from tests.conftest import ROOT
from tests.core.stacks import LANDING_ZONE, PEOPLE, Stack, at, built, facts, messages_of, planned, stack

EXAMPLE = ROOT / "examples" / "serving" / "Pulumi.serving.yaml"
ROLES: dict[str, list[list[str]]] = {
    key: value for key, value in facts("roles-of-serving").items() if key not in ("source", "columns")
}
CALLERS = ["11111111-aaaa-4bbb-8ccc-000000000021"]
KINDS: Stack = {"plain": {}, "collecting": {"collectsData": True}, "secrets": {"readsSecrets": True}}
GITHUB = {"github": {"subjects": ["repo:contoso/churn:environment:{environment}"]}}


def serving(endpoints: Stack | None = None, callers: list[str] | None = None, **settings: Any) -> Stack:
    """A landing zone of one environment with online endpoints."""
    asked = {"endpoints": KINDS if endpoints is None else endpoints, "callers": callers or []}
    return stack({"churn/dev": at("10.1.0.0/24", serving=asked, **settings)}, access=PEOPLE)


def environment_of(settings: Stack) -> ProjectEnvironmentSpec:
    """Its environment."""
    return planned(settings).environments[0]


def endpoints_of(environment: ProjectEnvironmentSpec) -> dict[str, OnlineEndpointSpec]:
    """Its endpoints by their keys."""
    return {endpoint.key: endpoint for endpoint in records(environment.capabilities, OnlineEndpointSpec)}


def given(plan: LandingZonePlan, registry: str = "") -> list[list[str]]:
    """Roles of identities of endpoints: who, role, its id, on what."""
    (environment,) = plan.environments
    on = {
        environment.workspace.id: "workspace",
        environment.storage.id: "storage",
        environment.key_vault.id: "vault",
        registry or environment.workspace.registry: "registry",
    }
    who = {one.id: one.role for one in environment.identities if one.role.startswith("endpoint-")}
    return sorted(
        [who[role.principal.id], role.role, role.role_id.rsplit("/", 1)[1], on[role.scope]]
        for role in plan.roles()
        if role.principal.id in who
    )


@functools.cache
def _preview() -> Preview:
    file = load(str(EXAMPLE))
    return preview_stack(file, make_plan(file.config))


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No identity, no role."""
    environment = environment_of(stack({"churn/dev": at("10.1.0.0/24")}, access=PEOPLE))

    assert [one.role for one in environment.identities] == ["workspace", "compute", "build"]
    assert endpoints_of(environment) == {}
    assert [r for r in records(environment, RoleAssignmentSpec) if "Scorer" in r.role or "Operator" in r.role] == [
        r for r in environment.workspace.roles if r.role == "AzureML Compute Operator"
    ]


def test_an_identity_gets_the_roles_of_the_case_file_and_no_other() -> None:
    """A user-assigned identity gets none by itself. Only what an endpoint is allowed adds one."""
    assert given(planned(serving())) == sorted(row for rows in ROLES.values() for row in rows)


@pytest.mark.parametrize("writers", [[], ["churn/dev"]])
def test_images_of_a_shared_registry_are_pulled_from_there(writers: list[str]) -> None:
    """If the environment pushes to it, too."""
    settings = serving({"plain": {}}, registry="shared") | {"sharedRegistry": {"writers": writers} if writers else {}}

    plan = planned(settings)

    assert given(plan, built(plan.part(SharedRegistrySpec)).registry.id) == ROLES["plain"]


def test_pipelines_read_the_metrics_and_alerts_by_which_a_rollout_decides() -> None:
    """`mlops/azure.py` of a generated repository reads both."""
    role = CUSTOM_ROLES["Azure ML Endpoint Autoscaler"]

    assert {"Microsoft.Insights/metrics/read", "Microsoft.AlertsManagement/alerts/read"} <= set(role.actions)


def test_pipelines_alone_deploy_with_an_identity() -> None:
    """By the right to assign it, on each: those of `access`, and the identity that is created for GitHub."""
    settings = serving({"plain": {}, "secrets": {"readsSecrets": True}})
    settings["projects"]["churn"]["pipelineIdentities"] = GITHUB
    environment = environment_of(settings)
    identities = f"{environment.group.id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"

    for endpoint in endpoints_of(environment).values():
        assert [(role.role, role.scope, role.principal.id) for role in endpoint.roles] == [
            ("Managed Identity Operator", endpoint.identity, PEOPLE["pipelines"][0]),
            ("Managed Identity Operator", endpoint.identity, f"{identities}/id-retail-churn-dev-github"),
        ]


def test_pipelines_scale_deployments_where_endpoints_are_prepared() -> None:
    """An autoscale setting belongs to a deployment: after the swap the new one needs another (trap 7)."""
    environment = environment_of(serving({"plain": {}}))
    (prepared,) = records(environment.capabilities, ServingSpec)

    assert [(role.role, role.scope, role.principal.id) for role in prepared.scaling] == [
        ("Azure ML Endpoint Autoscaler", environment.group.id, PEOPLE["pipelines"][0])
    ]
    without = environment_of(stack({"churn/dev": at("10.1.0.0/24")}, access=PEOPLE))
    assert [role for role in records(without, RoleAssignmentSpec) if "Autoscaler" in role.role] == []


def test_every_question_about_an_endpoint_with_its_own_identity_has_an_answer() -> None:
    """For production of the example, by target or by principal: its identities, who deploys with them, who calls."""
    graph = _preview().graph
    answers = Permissions(graph).answers(lambda persona: persona.environment == "prod")
    here: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        persona, action = answer.persona.kind, answer.action.name
        if action in ("deploy-as-serving-identity", "call-endpoint") or persona == "servingIdentity":
            subjects = [answer.on] if answer.on else answer.principals
            names = ", ".join(name.rpartition("-")[2] for name in subjects)
            here.setdefault((persona, action), []).append(f"{names}: {answer.status and answer.status.value}")

    deploying = {persona: texts for (persona, action), texts in here.items() if action == "deploy-as-serving-identity"}
    both = ["scoring: not allowed", "explain: not allowed"]
    assert deploying.pop("pipelines") == ["scoring: allowed", "explain: allowed"]
    assert deploying == dict.fromkeys(deploying, both)
    assert {"dataScientists", "mlEngineers", "servingIdentity", "workspaceIdentity"} <= set(deploying)
    assert here["endpointCallers", "call-endpoint"] == ["000000000022: allowed"]
    own = {action: texts for (persona, action), texts in here.items() if persona == "servingIdentity"}
    assert own["pull-image"] == own["write-metrics"] == ["scoring, explain: allowed"]
    assert own["read-data"] == ["scoring: allowed", "explain: allowed"]
    assert own["write-data"] == ["scoring: allowed", "explain: not allowed"]
    assert own["push-image"] == own["submit-job"] == ["scoring, explain: not allowed"]
    assert list(find(graph)) == []


def test_a_pipeline_without_the_right_to_use_an_identity_is_reported() -> None:
    """It is promised to pipelines, on each identity."""
    graph = _preview().graph
    kept = [resource for resource in graph if "managed-identity-operator" not in resource.urn]

    messages = {finding.message for finding in find(replace(graph, resources=tuple(kept)))}

    assert messages == {
        "pipelines cannot do what their role is for (deploy-as-serving-identity): no role gives them "
        f"Microsoft.ManagedIdentity/userAssignedIdentities/assign/action on id-retail-fraud-{endpoint}."
        for endpoint in ("dev-endpoint-scoring", "prod-endpoint-scoring", "prod-endpoint-explain")
    }


def test_callers_get_one_action_on_the_workspace() -> None:
    """Built-in roles that allow scoring allow reading keys too."""
    environment = environment_of(serving({"plain": {}}, CALLERS))
    (role,) = (role for role in environment.workspace.roles if role.principal.id in CALLERS)
    score = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action"

    assert (role.role, role.principal.kind, role.scope) == (
        "Azure ML Endpoint Scorer",
        "Group",
        environment.workspace.id,
    )
    assert CUSTOM_ROLES[role.role].actions == (score,)
    keys = score.replace("score", "listKeys")
    wide = [r for r in BUILT_IN.values() if any(covers(action, score) for action in r.actions)]
    assert [r.name for r in wide if not any(covers(action, keys) for action in r.actions)] == []


def test_callers_of_one_endpoint_get_the_role_on_that_alone() -> None:
    """On the endpoint, which exists then; nothing on the workspace."""
    environment = environment_of(serving({"scoring": {"create": True, "callers": CALLERS}, "ranking": {}}))
    endpoints = endpoints_of(environment)
    created = endpoints["scoring"].created

    assert created is not None
    assert [(role.role, role.principal.id, role.scope) for role in created.callers] == [
        ("Azure ML Endpoint Scorer", CALLERS[0], created.id)
    ]
    assert (created.id, created.after) == (
        f"{environment.workspace.id}/onlineEndpoints/{endpoints['scoring'].name}",
        (environment.workspace.endpoint.ready,),
    )
    assert endpoints["ranking"].created is None
    assert [role for role in environment.workspace.roles if role.principal.id in CALLERS] == []


def test_an_empty_endpoint_is_sent_without_traffic_and_is_protected() -> None:
    """Entra tokens, no public access, the identity that was prepared, and logs; no policy refuses it."""
    preview = _preview()
    (endpoint,) = preview.graph.of_type("Microsoft.MachineLearningServices/workspaces/onlineEndpoints")
    (identity,) = endpoint.body["identity"]["userAssignedIdentities"]

    assert endpoint.body["properties"] == {"authMode": "AADToken", "publicNetworkAccess": "Disabled"}
    assert (endpoint.protect, identity.rpartition("/")[2]) == (True, "id-retail-fraud-dev-endpoint-scoring")
    assert [s.id for s in preview.graph.of_type("Microsoft.Insights/diagnosticSettings") if endpoint.id in s.id] == [
        f"{endpoint.id}/providers/Microsoft.Insights/diagnosticSettings/to-central-log"
    ]


def test_names_are_those_that_pipelines_use() -> None:
    """The same suffix as in the contract, so that they are unique in the region."""
    plan = planned(serving({"scoring": {}}))

    contract = contract_of(plan, "churn", "dev")
    assert endpoints_of(plan.environments[0])["scoring"].name == f"scoring-dev-{contract.endpoint_suffix}"


def test_the_contract_has_the_identity_of_each_endpoint() -> None:
    """Its client ID is Azure's, so it is unknown before the deployment."""
    plan = planned(serving({"scoring": {}}))

    contract = contract_of(plan, "churn", "dev")
    assert contract.identities["endpoint-scoring"].id == endpoints_of(plan.environments[0])["scoring"].identity
    assert "identities.endpoint-scoring.clientId" in contract.unknown


@pytest.mark.parametrize(("instances", "machines"), [(1, 4), (3, 8), (5, 12), (50, 120)])
def test_machines_of_an_endpoint_are_in_the_quota_with_a_fifth_more_and_twice(instances: int, machines: int) -> None:
    """The next deployment runs in addition to the present one: without it, the second rollout would fail."""
    endpoints = {"scoring": {"capacity": {"size": "Standard_DS3_v2", "instances": instances}}, "uncounted": {}}

    (demand,) = demands(planned(serving(endpoints)))

    assert demand.dedicated["standardDSv2Family"] == machines * 4


def test_of_some_sizes_no_fifth_is_reserved() -> None:
    """Those that Microsoft's list exempts."""
    endpoints = {"scoring": {"capacity": {"size": "Standard_NC24ads_A100_v4", "instances": 3}}}

    (demand,) = demands(planned(serving(endpoints)))

    assert demand.dedicated["StandardNCADSA100v4Family"] == 2 * 3 * 24


def test_each_size_for_endpoints_exists_and_only_its_series_with_an_exemption_reserve_nothing() -> None:
    """As the page of 2023-10-18 has them."""
    assert [size for size, _ in SIZES.values() if unknown_size(size)] == ["Standard_ND96is_H100_v5"]
    assert [series.pattern for series in SERIES if not series.reserves] == [
        "Standard_NC{}ads_A100_v4",
        "Standard_NC{}_H100_v5",
        "Standard_ND{}_v4",
        "Standard_ND{}rs_v2",
        "Standard_ND{}_H100_v5",
    ]


def test_the_101st_endpoint_of_a_subscription_is_refused() -> None:
    """Of all environments in it together."""
    many: Stack = {f"e{number}": {} for number in range(60)}
    environments = {
        f"churn/{name}": at(f"10.1.{number}.0/24", serving={"endpoints": many})
        for number, name in enumerate(["a1", "b1"])
    }

    assert messages_of(stack(environments, access=PEOPLE)) == [
        "projects.churn.environments.b1.serving.endpoints\n"
        f"  Subscription {LANDING_ZONE} would have 120 endpoints in westeurope: Azure takes at most 100.\n"
        "  Remove some, or set `subscription` of another spoke."
    ]


def test_a_shared_registry_in_another_subscription_is_refused() -> None:
    """Isolated endpoints need it in that of the workspace, which is its spoke's."""
    other = "e1e1e1e1-1111-4222-8333-444455556666"
    settings = serving({"scoring": {}}, registry="shared") | {"sharedRegistry": {}}
    settings["spokes"]["main"]["subscription"] = other

    assert messages_of(settings) == [
        "projects.churn.environments.dev.serving\n"
        "  Managed online endpoints with network isolation need registry and key vault in the subscription of the "
        f"workspace, {other}: the shared registry is in {LANDING_ZONE}.\n"
        "  Remove it, or use those of that subscription."
    ]


def test_endpoints_that_no_pipeline_may_create_are_refused() -> None:
    """People get no right on their identities."""
    asked: Stack = {"endpoints": {"scoring": {}}}
    settings = stack({"churn/dev": at("10.1.0.0/24", serving=asked)}, access=PEOPLE | {"pipelines": []})
    identities = {"churn": {"pipelineIdentities": GITHUB, **settings["projects"]["churn"]}}

    assert messages_of(settings) == [
        "projects.churn.environments.dev.serving\n"
        "  Nobody could deploy with the identities of its endpoints: `access.pipelines` and `pipelineIdentities` name "
        "no pipeline.\n"
        "  Add `pipelineIdentities`, or remove it."
    ]
    assert messages_of(settings | {"projects": identities}) == []


def test_reading_every_secret_is_named_as_a_choice_that_is_less_secure() -> None:
    """Collecting data is none: it writes, and reads no more."""
    named = [(r.path[-2:], r.gives_up) for r in relaxations(from_object(serving()))]

    assert named == [(("secrets", "readsSecrets"), "code of its deployments reads every secret in the key vault")]


def test_the_preview_of_the_example_has_no_error_or_warning() -> None:
    """Roles wait for identities and for what they are on."""
    assert [finding for finding in _preview().findings if finding.severity.value in ("error", "warning")] == []
