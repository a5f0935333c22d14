"""Doubts about principals whose rights join what should be apart."""

from __future__ import annotations

from typing import Any

from amlz.core.config import LandingZoneConfig
from amlz.core.notices.principals import SHARED_WRITER, SPANS_PRODUCTION, principal_notices
from tests.core.stacks import at, messages_of, planned, stack

ROBOT, OTHER = "22222222-aaaa-4bbb-8ccc-000000000001", "22222222-aaaa-4bbb-8ccc-000000000002"


def doubts(settings: dict[str, Any]) -> list[tuple[str, str]]:
    """Doubts about principals: the finding and where."""
    notices = principal_notices(LandingZoneConfig.model_validate(settings))
    return [(notice.finding, ".".join(map(str, notice.path))) for notice in notices]


def pipelines(dev: str, prod: str) -> dict[str, Any]:
    """A project whose environments list a pipeline principal each."""
    return stack(
        {
            "churn/dev": at("10.1.0.0/24", access={"pipelines": [dev]}),
            "churn/prod": at("10.1.1.0/24", access={"pipelines": [prod]}),
        }
    )


def test_a_pipeline_principal_of_production_and_others_is_reported() -> None:
    """Once, at production, with every environment and the remedy."""
    (notice,) = principal_notices(LandingZoneConfig.model_validate(pipelines(ROBOT, ROBOT)))

    assert (notice.finding, notice.path, notice.what) == (
        SPANS_PRODUCTION,
        ("projects", "churn", "environments", "prod", "access", "pipelines"),
        f"The pipeline principal {ROBOT} has roles in production (churn prod) and in churn dev: a pipeline of these "
        "environments can change production.",
    )
    assert notice.remedy.startswith(
        "Remove it from projects.churn.environments.prod.access.pipelines. List one service"
    )


def test_the_remedy_ends_the_doubt() -> None:
    """One principal for production, another one for the rest."""
    assert doubts(pipelines(ROBOT, OTHER)) == []


def test_a_principal_of_all_projects_is_reported_where_it_is_listed() -> None:
    """At the landing zone."""
    settings = stack({"churn/dev": at("10.1.0.0/24"), "churn/prod": at("10.1.1.0/24")}, access={"pipelines": [ROBOT]})

    assert doubts(settings) == [(SPANS_PRODUCTION, "access.pipelines")]


def shared(**settings: Any) -> dict[str, Any]:
    """Three environments on one registry."""
    environments = {
        f"{name}/dev": at(f"10.1.{index}.0/24", registry="shared")
        for index, name in enumerate(("churn", "fraud", "pricing"))
    }
    return stack(environments, sharedRegistry=settings)


def test_several_writers_of_a_shared_registry_are_reported_until_one_is_left() -> None:
    """The remedy lists the one that pushes."""
    assert doubts(shared()) == [(SHARED_WRITER, "sharedRegistry")]
    assert doubts(shared(writers=["churn/dev", "fraud/dev"])) == [(SHARED_WRITER, "sharedRegistry")]
    assert doubts(shared(writers=["churn/dev"])) == []


def test_an_environment_that_does_not_push_pulls_only() -> None:
    """None of its identities has more than AcrPull on the registry; the workspace waits for its own."""
    plan = planned(shared(writers=["churn/dev"]))
    roles = {
        spec.project: sorted((role.who, role.role) for role in spec.shared_registry_roles) for spec in plan.environments
    }
    pulls = [("buildIdentity", "AcrPull"), ("computeIdentity", "AcrPull"), ("workspaceIdentity", "AcrPull")]

    assert roles == {
        "churn": [
            ("buildIdentity", "AcrPush"),
            ("computeIdentity", "AcrPull"),
            ("workspaceIdentity", "Contributor"),
        ],
        "fraud": pulls,
        "pricing": pulls,
    }
    assert all(
        role.id in spec.workspace.after
        for spec in plan.environments
        for role in spec.shared_registry_roles
        if role.who == "workspaceIdentity"
    )


def test_an_unknown_writer_is_refused() -> None:
    """With what to write."""
    (problem,) = messages_of(shared(writers=["churn/prod"]))

    assert "'churn/prod' is no environment that uses the shared registry." in problem
    assert "Write it as `project/environment`, of an environment with `registry: shared`." in problem
