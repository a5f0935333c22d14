"""Identities of pipelines: whose tokens they take, what they may, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.capabilities.pipeline_identities.spec import PipelineIdentitySpec
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import ProjectEnvironmentSpec, records
from amlz.stackfile.load import from_object
from tests.core.stacks import Stack, at, messages_of, planned, stack

ORGANISATION = "7d0d8a3e-2222-4333-8444-555566667777"
ENTRA = f"/eid1/c/pub/t/DA0O_xE/a/xNz-DG/sc/{ORGANISATION}/11111111-aaaa-4bbb-8ccc-000000000042"
TENANT = "0f0e0d0c-1111-4222-8333-444455556666"


def github(*subjects: str) -> Stack:
    """Pipelines of GitHub alone."""
    return {"github": {"subjects": list(subjects)}}


def azure_devops(*subjects: str) -> Stack:
    """Pipelines of Azure DevOps alone."""
    return {"azureDevOps": {"organisationId": ORGANISATION, "subjects": list(subjects)}}


def with_pipelines(project: Stack | None = None, **environments: Stack | None) -> Stack:
    """One project: its settings of pipelines, and those of each environment."""
    result = stack(
        {
            f"churn/{name}": at(f"10.1.{number}.0/24", **({} if own is None else {"pipelineIdentities": own}))
            for number, (name, own) in enumerate(environments.items())
        }
    )
    if project is not None:
        result["projects"]["churn"]["pipelineIdentities"] = project
    return result


def rows_of(specs: tuple[PipelineIdentitySpec, ...]) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Kind, name, and the name, issuer and subject of each credential."""
    return [(s.kind, s.name, [(c.name, c.issuer, c.subject) for c in s.credentials]) for s in specs]


def identities(environment: ProjectEnvironmentSpec) -> tuple[PipelineIdentitySpec, ...]:
    """The identities of pipelines of an environment."""
    return tuple(records(environment, PipelineIdentitySpec))


def by_environment(plan: LandingZonePlan) -> dict[str, list[str]]:
    """Subjects by environment."""
    return {e.environment: [c.subject for s in identities(e) for c in s.credentials] for e in plan.environments}


def test_each_kind_of_pipeline_has_one_identity_and_each_subject_one_credential() -> None:
    """Issuers go with the form of the subject; names come from the subject, so that order moves nothing."""
    main = "repo:contoso/churn:ref:refs/heads/main"
    plan = planned(with_pipelines(dev={**github(main), **azure_devops("sc://contoso/ml platform/churn", ENTRA)}))

    assert rows_of(identities(plan.environments[0])) == [
        (
            "github",
            "id-retail-churn-dev-github",
            [("ref-refs-heads-main-mmf7n", "https://token.actions.githubusercontent.com", main)],
        ),
        (
            "azureDevOps",
            "id-retail-churn-dev-azure-devops",
            [
                (
                    "connection-churn-g2g44",
                    f"https://vstoken.dev.azure.com/{ORGANISATION}",
                    "sc://contoso/ml platform/churn",
                ),
                (
                    "connection-11111111-aaaa-4bbb-8ccc-000000000042-dx6pf",
                    f"https://login.microsoftonline.com/{TENANT}/v2.0",
                    ENTRA,
                ),
            ],
        ),
    ]


def test_without_a_word_there_is_no_identity() -> None:
    """The default builds what it always built."""
    assert identities(planned(with_pipelines(dev=None)).environments[0]) == ()


def test_a_project_says_it_once_and_an_environment_goes_before_it() -> None:
    """`{environment}` is the environment's own name; an empty mapping is none."""
    project = github("repo:contoso/churn:environment:{environment}")
    own = github("repo:contoso/release:environment:live")

    result = by_environment(planned(with_pipelines(project, dev=None, staging={}, prod=own)))

    assert result == {
        "dev": ["repo:contoso/churn:environment:dev"],
        "staging": [],
        "prod": ["repo:contoso/release:environment:live"],
    }


def test_credentials_of_an_identity_stand_in_a_row() -> None:
    """Azure refuses to write two of one identity at the same time; identities do not wait for each other."""
    subjects = [f"repo:contoso/churn:environment:{name}" for name in ("a", "b", "c")]
    github_spec, azure_spec = identities(
        planned(with_pipelines(dev={**github(*subjects), **azure_devops("sc://a/b/c")})).environments[0]
    )

    first, second, third = github_spec.credentials
    assert [c.after for c in (first, second, third)] == [github_spec.id, first.id, second.id]
    assert [c.after for c in azure_spec.credentials] == [azure_spec.id]


def test_every_credential_has_the_one_audience_that_azure_takes() -> None:
    """https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"""
    plan = planned(with_pipelines(dev={**github("repo:a/b:pull_request"), **azure_devops("sc://a/b/c", ENTRA)}))

    audiences = {c.audience for s in identities(plan.environments[0]) for c in s.credentials}

    assert audiences == {"api://AzureADTokenExchange"}


def roles(environment: ProjectEnvironmentSpec, who: str) -> list[tuple[str, str, str]]:
    """Role, scope and reason of everything that is given to an object id or an identity's id."""
    given = (*environment.workspace.roles, *environment.storage.roles, *environment.group_roles)
    others = (*environment.key_vault.roles, *environment.insights.roles, *environment.shared_registry_roles)
    registry = environment.registry.roles if environment.registry else ()
    return [(a.role, a.scope, a.why) for a in (*given, *others, *registry) if who == a.principal.id]


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_an_identity_gets_exactly_what_a_pipeline_by_object_id_gets(name: str) -> None:
    """No more and no less, in production too, and as a service principal."""
    principal = "22222222-aaaa-4bbb-8ccc-000000000001"
    wanted = with_pipelines(**{name: {**github("repo:a/b:environment:x"), **azure_devops("sc://a/b/c")}})
    wanted["access"] = {"pipelines": [principal]}
    environment = planned(wanted).environments[0]

    by_id = roles(environment, principal)

    assert [role for role, _, _ in by_id] == ["AzureML Data Scientist", "Storage Blob Data Contributor"]
    assert [roles(environment, spec.id) for spec in identities(environment)] == [by_id, by_id]
    kinds = {a.principal.kind for a in environment.workspace.roles if "pipelines" in a.holders}
    assert kinds == {"ServicePrincipal"}


FINE: tuple[tuple[str, Any], ...] = (
    ("github", "repo:contoso/churn:environment:Production West"),
    ("github", "repo:contoso/churn.api:ref:refs/heads/release/2027"),
    ("github", "repo:contoso@123456/churn@456789:environment:dev"),
    ("github", "repo:ada_contoso/churn:pull_request"),
    ("azureDevOps", "sc://contoso/ML Platform/churn (dev)"),
    ("azureDevOps", ENTRA),
)


@pytest.mark.parametrize(("kind", "subject"), FINE)
def test_subjects_that_tokens_have_are_taken(kind: str, subject: str) -> None:
    """Names with spaces, branches with slashes, repositories with ids."""
    assert messages_of(with_pipelines(dev=(github if kind == "github" else azure_devops)(subject))) == []


WRONG: tuple[tuple[str, str], ...] = (
    ("github", "repo:contoso/churn:environment:"),
    ("github", "repo:contoso/churn:environment:*"),
    ("github", "repo:contoso/churn:environment: dev"),
    ("github", "repo:contoso/churn:environment:dev:more"),
    ("github", "repo:contoso/churn:ref:refs/heads/"),
    ("github", "repo:contoso/churn:ref:refs/heads/feature?"),
    ("github", "repo:contoso/churn:pull_request:1"),
    ("github", "repo:churn:pull_request"),
    ("github", "REPO:contoso/churn:pull_request"),
    ("github", "sc://contoso/ml/churn"),
    ("azureDevOps", "sc://contoso/ml/"),
    ("azureDevOps", "sc://contoso//churn"),
    ("azureDevOps", "sc://contoso/ml/churn/dev"),
    ("azureDevOps", "repo:contoso/churn:pull_request"),
    ("azureDevOps", ENTRA + "0"),
)


@pytest.mark.parametrize(("kind", "subject"), WRONG)
def test_subjects_that_no_token_has_are_refused(kind: str, subject: str) -> None:
    """Azure would take each of them and refuse the pipeline later, without a reason."""
    (problem,) = messages_of(with_pipelines(dev=(github if kind == "github" else azure_devops)(subject)))

    place, text, remedy = problem.split("\n")
    assert place == f"projects.churn.environments.dev.pipelineIdentities.{kind}.subjects[0]"
    assert (subject in text, remedy.startswith("  Write `")) == (True, True)


def test_what_a_project_says_wrongly_is_told_once() -> None:
    """However many environments it goes for."""
    problems = messages_of(with_pipelines(github("repo:contoso/churn:ref:main"), dev=None, staging=None, prod=None))

    assert problems == [
        "projects.churn.pipelineIdentities.github.subjects[0]\n"
        "  repo:contoso/churn:ref:main is not a subject of GitHub Actions: a part is missing or not known.\n"
        "  Write `repo:contoso/churn:ref:refs/heads/main`."
    ]


def test_pull_requests_are_a_relaxation() -> None:
    """Reported where they are configured, with every environment that they reach."""
    wanted = with_pipelines(github("repo:a/b:environment:x", "repo:a/b:pull_request"), dev=None, staging={}, prod=None)

    pairs = [(r.path, r.gives_up) for r in relaxations(from_object(wanted))]

    assert pairs == [
        (
            ("projects", "churn", "pipelineIdentities", "github", "subjects", 1),
            "anyone who opens a pull request in a/b trains and deploys in dev and prod, unreviewed",
        )
    ]


def test_adding_a_subject_leaves_the_others_as_they_are() -> None:
    """Names follow from subjects alone."""
    one, two = "repo:a/b:environment:one", "repo:a/b:environment:two"

    def names(*subjects: str) -> dict[str, str]:
        specs = identities(planned(with_pipelines(dev=github(*subjects))).environments[0])
        return {c.subject: c.name for s in specs for c in s.credentials}

    assert names(two, one)[one] == names(one)[one]
    assert len(set(names(two, one).values())) == 2
