"""An existing Azure ML registry: roles by stage, each principal's once, and the contract that names it."""

from __future__ import annotations

from typing import Any

from amlz.app.preview import preview_stack
from amlz.capabilities.model_registry.plan import PLANNER
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.specs import OutboundRuleSpec, RoleAssignmentSpec, records
from amlz.core.specs.model_registry import ModelRegistrySpec
from amlz.core.workload import contract_of
from amlz.reports import permission_counts
from amlz.reports.formats import as_markdown, as_text
from amlz.stackfile.load import from_object, load
from tests.conftest import ROOT, preview_of, previewed
from tests.core.stacks import LANDING_ZONE, PEOPLE, Stack, at, messages_of, planned, stack

OTHER = "c2c2c2c2-1111-4222-8333-444455556666"
GITHUB = {"github": {"subjects": ["repo:contoso/churn:environment:{environment}"]}}
USER, READER = "AzureML Registry User", "Reader"
APPROVER = "Azure AI Enterprise Network Connection Approver"


def registry_id(subscription: str = LANDING_ZONE) -> str:
    """The ID of a registry."""
    kind = "Microsoft.MachineLearningServices/registries"
    return f"/subscriptions/{subscription}/resourceGroups/rg-models/providers/{kind}/contoso-models"


def with_registry(subscription: str = LANDING_ZONE, **settings: Any) -> Stack:
    """A landing zone with two environments, each with the identity of its pipeline."""
    environments = {"churn/dev": at("10.1.0.0/24"), "churn/prod": at("10.1.1.0/24")}
    landing_zone = stack(environments, access=PEOPLE)
    landing_zone["projects"]["churn"]["pipelineIdentities"] = GITHUB
    return landing_zone | {"modelRegistry": {"id": registry_id(subscription), **settings}}


def given(plan: LandingZonePlan) -> list[tuple[str, str]]:
    """Roles on the registry: the last part of the principal's ID, and the role."""
    roles: list[RoleAssignmentSpec] = [role for role in plan.roles() if "/registries/contoso-models" in role.scope]
    assert {role.scope.rpartition("/providers/")[0] for role in roles} <= {registry_id().rpartition("/providers/")[0]}
    return sorted((role.principal.id.rpartition("/")[2], role.role) for role in roles)


def test_without_its_key_no_role_is_planned_and_the_contract_has_none() -> None:
    """As before."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24")}, access=PEOPLE))

    assert (plan.part(ModelRegistrySpec), given(plan)) == (None, [])
    assert contract_of(plan, "churn", "dev").model_registry is None


def test_dev_publishes_and_production_reads() -> None:
    """Each environment with its own identity. A principal of the whole landing zone has both roles, once each."""
    (pipeline,) = PEOPLE["pipelines"]

    assert given(planned(with_registry())) == sorted(
        [
            ("id-retail-churn-dev-github", USER),
            ("id-retail-churn-prod-github", READER),
            *(
                (f"id-retail-churn-{env}-{role}", READER)
                for env in ("dev", "prod")
                for role in ("workspace", "compute")
            ),
            *((who, READER) for kind in ("dataScientists", "mlEngineers") for who in PEOPLE[kind]),
            (pipeline, READER),
            (pipeline, USER),
        ]
    )


def test_the_owner_gives_the_roles_where_the_stack_file_says_so() -> None:
    """Nothing is assigned, and the deployer needs no right there."""
    plan = planned(with_registry(giveRoles=False))

    assert given(plan) == []
    assert contract_of(plan, "churn", "prod").model_registry is not None


def test_the_contract_of_each_environment_names_the_registry() -> None:
    """Repositories promote through it without a setting."""
    plan = planned(with_registry())

    for environment in ("dev", "prod"):
        registry = contract_of(plan, "churn", environment).model_registry
        assert registry is not None
        assert (registry.name, registry.id) == ("contoso-models", registry_id())


def test_a_registry_in_another_subscription_needs_a_decision_on_its_roles() -> None:
    """With roles, the deployer assigns them there, with a provider of that subscription."""
    assert messages_of(with_registry(OTHER)) == [
        "modelRegistry\n"
        f"  It is in subscription {OTHER}, not in that of the landing zone, and the stack file does not state who "
        "assigns the roles of pipelines and workspaces on it.\n"
        "  Set `giveRoles: true` if the deployer may assign roles there. Otherwise set it to `false`, and its owner "
        "assigns them."
    ]
    assert OTHER in planned(with_registry(OTHER, giveRoles=True)).subscriptions
    assert OTHER not in planned(with_registry(OTHER, giveRoles=False)).subscriptions


def test_the_preview_lists_the_tasks_of_its_owner_and_who_assigns_the_roles() -> None:
    """The example's registry is in another subscription, of which the deployer needs one role."""
    file = load(str(ROOT / "examples" / "serving" / "Pulumi.serving.yaml"))

    text = as_text.render(preview_stack(file, make_plan(file.config)))

    assert "  ML registry   contoso-models; its owner must ensure: it is replicated to\n" in text
    assert f"  subscription {OTHER}, of existing resources\n    rg-models, exists already " in text
    assert f"Roles of the deployer on {OTHER}\n  Role Based Access Control Administrator\n" in text


PARTS = f"/subscriptions/{OTHER}/resourceGroups/azureml-rg-contoso-models_0a1b2c3d/providers"
STORE = f"{PARTS}/Microsoft.Storage/storageAccounts/stcontosomodels"
IMAGES = f"{PARTS}/Microsoft.ContainerRegistry/registries/crcontosomodels"


def managed(**settings: Any) -> Stack:
    """A landing zone whose production has a managed network."""
    landing_zone = with_registry(**settings)
    landing_zone["projects"]["churn"]["environments"]["prod"]["isolation"] = "managed"
    return landing_zone


def reached(plan: LandingZonePlan) -> dict[str, list[tuple[str, str | None]]]:
    """Destinations and group IDs of the rules to the registry, by environment."""
    return {
        spec.environment: [(rule.to, rule.group) for rule in records(spec, OutboundRuleSpec) if "models" in rule.name]
        for spec in plan.environments
    }


def test_a_managed_network_reaches_the_registry_and_the_parts_whose_ids_are_known() -> None:
    """Each by a private endpoint. A subnet has the hub's path instead."""
    parts = {"containerRegistry": IMAGES, "storageAccount": STORE}

    assert reached(planned(managed(**parts))) == {
        "dev": [],
        "prod": [(registry_id(), "amlregistry"), (IMAGES, "registry"), (STORE, "blob")],
    }
    assert reached(planned(managed()))["prod"] == [(registry_id(), "amlregistry")]


def test_the_workspace_with_a_managed_network_approves_its_endpoint_to_the_registry() -> None:
    """Those to the parts are approved by their owner: Azure denies writes in their resource group."""
    plan = planned(managed(containerRegistry=IMAGES, storageAccount=STORE))

    approvers = {(role.principal.id.rpartition("/")[2], role.scope) for role in plan.roles() if APPROVER in role.role}
    assert {one for one in approvers if "contoso" in one[1]} == {("id-retail-churn-prod-workspace", registry_id())}


def test_the_preview_names_managed_networks_and_what_they_do_not_reach() -> None:
    """And who approves the private endpoints."""
    text = dict(PLANNER.summary(from_object(managed(storageAccount=STORE))))["ML registry"]

    assert "the private endpoints of the managed networks of churn/prod are approved" in text
    assert text.endswith(
        ". The managed networks of churn/prod reach no part of it for which modelRegistry.containerRegistry is not set"
    )
    whole = dict(PLANNER.summary(from_object(managed(containerRegistry=IMAGES, storageAccount=STORE))))["ML registry"]
    assert whole.endswith("managed networks of churn/prod are approved")


def test_every_preview_names_the_personas_that_score_and_promote() -> None:
    """In text and Markdown; pages and JSON have every action. Production publishes nothing."""
    file = load(str(ROOT / "examples" / "serving" / "Pulumi.serving.yaml"))
    preview = preview_of(file)
    rows = {(action, place): personas for action, place, personas in permission_counts.serving(preview.permissions)}

    assert rows == {
        ("call-endpoint", "fraud dev"): (
            "data-scientists, ml-engineers, pipelines, endpoint-callers, workspace-identity"
        ),
        ("call-endpoint", "fraud prod"): "pipelines, endpoint-callers, workspace-identity",
        ("call-created-endpoint", "fraud dev"): (
            "data-scientists, ml-engineers, pipelines, endpoint-callers, callers-of-endpoint, workspace-identity"
        ),
        ("call-batch-endpoint", "fraud prod"): "pipelines, batch-endpoint-callers, workspace-identity",
        ("publish-model", "fraud dev"): "pipelines",
        ("publish-model", "fraud prod"): "nobody",
    }
    assert "  publish-model, fraud prod\n    nobody\n" in as_text.render(preview)
    assert "| publish-model | fraud prod | nobody |" in as_markdown.render(preview)


def test_a_stack_file_without_endpoints_and_registry_names_none() -> None:
    """There is nothing to score with, and no registry to publish in."""
    assert list(permission_counts.serving(previewed("dev").permissions)) == []
