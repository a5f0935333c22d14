"""Workspaces that several projects share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from amlz.core.owners import EnvironmentKey
from amlz.core.planning.environment_context import environment_context
from amlz.core.planning.sharing import members_of
from amlz.core.quota import machines
from amlz.core.relaxations import relaxations
from amlz.core.specs import ClusterSpec, ProjectEnvironmentSpec
from amlz.stackfile.edit import OWN
from amlz.stackfile.load import from_object
from tests.core.stacks import Stack, at, cluster, context, planned, stack

SCIENTISTS, ENGINEERS, OPERATORS, READERS = (f"11111111-aaaa-4bbb-8ccc-00000000000{n}" for n in range(1, 5))
ROBOT = "22222222-aaaa-4bbb-8ccc-000000000001"
CHURN = {"clusters": {"churn-cpu": cluster(4)}}
FRAUD = {"access": {"dataScientists": [SCIENTISTS]}, "clusters": {"fraud-cpu": cluster(2)}, "tags": {"CostCentre": "3"}}


def shared(by: Stack | None, **settings: Any) -> Stack:
    """A research environment, and a project that may share it."""
    result = {} if by is None else {"sharedBy": by}
    options = stack({"research/dev": at("10.1.0.0/24", **result, **settings), "churn/prod": at("10.1.1.0/24")})
    options["tags"] = {"costCentre": "1"}
    options["projects"]["churn"]["tags"] = {"costCentre": "2"}
    access = {"mlEngineers": [ENGINEERS], "computeOperators": [OPERATORS], "readers": [READERS], "pipelines": [ROBOT]}
    options["projects"]["churn"]["access"] = access
    return options


def research(settings: Stack) -> ProjectEnvironmentSpec:
    """The environment that is shared."""
    return next(spec for spec in planned(settings).environments if spec.project == "research")


def clusters(spec: ProjectEnvironmentSpec) -> dict[str, ClusterSpec]:
    """Its clusters by name."""
    return {one.name: one for one in spec.computes.clusters}


def test_a_project_has_its_clusters_with_its_tags_and_its_identity() -> None:
    """Tags from the outside in: the landing zone's, the project's, the workspace's."""
    result = clusters(research(shared({"churn": CHURN, "fraud": FRAUD})))

    common = {"organisation": "Contoso", "businessUnit": "retail", "managedBy": "pulumi", "environment": "dev"}
    group = "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666/resourceGroups/rg-retail-research-dev-westeurope"
    identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-retail-research-dev-member"
    assert {name: (one.member, one.tags, one.identity) for name, one in result.items()} == {
        "image-build": (None, None, identity.replace("member", "build")),
        "cpu": (None, None, None),
        "churn-cpu": ("churn", {**common, "project": "churn", "costCentre": "2"}, f"{identity}-churn"),
        "fraud-cpu": ("fraud", {**common, "project": "fraud", "CostCentre": "3"}, f"{identity}-fraud"),
    }


def test_a_projects_people_work_in_the_workspace_and_run_only_its_own_clusters() -> None:
    """Its pipelines stay where they are, unless they are named."""
    spec = research(shared({"churn": CHURN, "fraud": {**FRAUD, "access": {"pipelines": [ROBOT]}}}))

    people = [role for role in planned_roles(spec) if role[0] in (SCIENTISTS, ENGINEERS, OPERATORS, READERS, ROBOT)]
    assert people == sorted(
        [
            (ENGINEERS, "AzureML Compute Operator", "churn-cpu"),
            (ENGINEERS, "AzureML Data Scientist", spec.workspace.name),
            (ENGINEERS, "Storage Blob Data Contributor", spec.storage.name),
            (ENGINEERS, "Storage File Data Privileged Contributor", spec.storage.name),
            (OPERATORS, "AzureML Compute Operator", "churn-cpu"),
            (OPERATORS, "Reader", spec.workspace.name),
            (READERS, "Reader", "rg-retail-research-dev-westeurope"),
            (ROBOT, "AzureML Data Scientist", spec.workspace.name),
            (ROBOT, "Storage Blob Data Contributor", spec.storage.name),
        ]
    )


def planned_roles(spec: ProjectEnvironmentSpec) -> list[tuple[str, str, str]]:
    """Principal, role and scope, sorted."""
    given = [*spec.group_roles, *spec.workspace.roles, *spec.storage.roles]
    given += [role for one in spec.computes.clusters for role in one.roles]
    return sorted((role.principal.id, role.role, role.scope.rsplit("/", 1)[-1]) for role in given)


def test_a_project_that_comes_or_goes_leaves_all_others_as_they_are() -> None:
    """Workspace, stores, and the clusters of the others, independent of the order in the file."""
    before = research(shared({"fraud": FRAUD}))
    after = research(shared({"churn": CHURN, "fraud": FRAUD}))

    mine = {"churn-cpu"}
    assert {name: one for name, one in clusters(after).items() if name not in mine} == clusters(before)
    assert replace(after.computes, clusters=()) == replace(before.computes, clusters=())
    assert replace(after.workspace, roles=()) == replace(before.workspace, roles=())
    assert replace(after.storage, roles=()) == replace(before.storage, roles=())
    assert set(before.workspace.roles) <= set(after.workspace.roles)
    assert set(before.storage.roles) <= set(after.storage.roles)
    assert [one for one in after.identities if one.role != "member-churn"] == list(before.identities)


def test_the_order_of_projects_in_the_file_changes_nothing() -> None:
    """Not even the order of resources."""
    one, other = shared({"churn": CHURN, "fraud": FRAUD}), shared({"fraud": FRAUD, "churn": CHURN})

    assert planned(one) == planned(other)


@pytest.mark.parametrize(
    ("by", "settings", "isolated"),
    [
        (None, {}, False),
        ({}, {}, True),
        ({"churn": {}}, {}, True),
        ({"churn": {}}, {"security": {"dataIsolation": False}}, False),
        (None, {"security": {"dataIsolation": True}}, True),
        (None, {"registry": "shared"}, True),
    ],
)
def test_data_is_isolated_where_something_is_shared_unless_said(
    by: Stack | None, settings: Stack, isolated: bool
) -> None:
    """It cannot be changed later: an empty list keeps it ready for the first project."""
    options = shared(by, **settings)
    if settings.get("registry"):
        options["sharedRegistry"] = {}

    assert research(options).workspace.data_isolation is isolated


def test_a_cluster_waits_for_the_roles_of_the_identity_that_it_acts_as() -> None:
    """And for those of no other project."""
    spec = research(shared({"churn": CHURN, "fraud": FRAUD}))

    given = [*spec.storage.roles, *(spec.registry.roles if spec.registry else ())]
    of = {name: {r.id for r in given if r.principal.id.endswith(f"-member-{name}")} for name in ("churn", "fraud")}
    result = clusters(spec)
    assert (set(result["churn-cpu"].after), set(result["fraud-cpu"].after)) == (of["churn"], of["fraud"])
    assert (len(of["churn"]), (of["churn"] | of["fraud"]) & set(spec.computes.after)) == (4, set())


def test_addresses_and_quota_count_the_clusters_of_all() -> None:
    """4 of the environment, 1 that builds images, 4 and 2 of projects, and a fifth for growth."""
    plan = planned(shared({"churn": CHURN, "fraud": FRAUD}))

    training = next(s for s in plan.addresses.block(EnvironmentKey("research", "dev")).subnets if s.role == "training")
    owners = {one.name: one.owner for one in machines(plan) if one.owner.startswith("research")}
    assert training.needed == 14
    assert owners == {
        "image-build": "research/dev",
        "cpu": "research/dev",
        "churn-cpu": "research/dev, churn",
        "fraud-cpu": "research/dev, fraud",
    }


def test_a_project_without_clusters_has_no_identity() -> None:
    """It runs on the common ones."""
    settings = shared({"churn": {}})

    env = environment_context(context(settings), "research", "dev")

    assert [(one.name, one.identity, one.identities) for one in members_of(env)] == [("churn", None, {})]


def test_what_a_shared_workspace_gives_up_is_named() -> None:
    """Everybody in it sees the others; and images in a shared registry, where isolation is turned off."""
    settings = shared({"churn": CHURN}, registry="shared", security={"dataIsolation": False}) | {"sharedRegistry": {}}

    assert [(".".join(map(str, one.path[3:])), one.gives_up) for one in relaxations(from_object(settings))] == [
        ("dev.sharedBy", "research and churn share a workspace: each sees notebooks, data and models of the others"),
        ("dev.security.dataIsolation", "workspaces that share the registry do not keep their images apart"),
    ]


def test_projects_that_share_are_not_copied_into_another() -> None:
    """`amlz project add --like` takes what is technical."""
    assert "sharedBy" in OWN
