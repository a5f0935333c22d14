"""Decides identities of pipelines and the tokens that each takes. Azure compares subjects to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amlz.capabilities.pipeline_identities.config import AzureDevOpsConfig, PipelineIdentitiesConfig
from amlz.capabilities.pipeline_identities.spec import FederatedCredentialSpec, PipelineIdentitySpec
from amlz.core.addresses import environments
from amlz.core.capability import EnvironmentParts, Part, Phase, Planner, Relaxation, setting
from amlz.core.capability_facts import Who
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, CloudName, title
from amlz.core.facts.federation import (
    AUDIENCES,
    AZURE_DEVOPS,
    AZURE_DEVOPS_FORM,
    ENTRA,
    ENTRA_FORM,
    GITHUB,
    GITHUB_FORMS,
    PULL_REQUEST,
)
from amlz.core.names import suffix
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import PrincipalSpec

#: Placeholder of the environment's name in a subject.
ENVIRONMENT = "{environment}"

#: By key in the stack file: the identity's part of names.
_KINDS = {"github": "github", "azureDevOps": "azure-devops"}

#: Longest readable part of a credential's name.
_READABLE = 60


def pipelines_of(config: LandingZoneConfig, project: str, environment: str) -> tuple[Path, PipelineIdentitiesConfig]:
    """Returns the settings of one environment, and their path: the environment's own override its project's."""
    owner = config.projects[project]
    own = setting(owner.environments[environment], "pipeline_identities", PipelineIdentitiesConfig)
    if own is not None:
        return ("projects", project, "environments", environment, "pipelineIdentities"), own
    of_project = setting(owner, "pipeline_identities", PipelineIdentitiesConfig)
    return ("projects", project, "pipelineIdentities"), of_project or PipelineIdentitiesConfig()


def subjects_of(asked: PipelineIdentitiesConfig, environment: str) -> dict[str, tuple[str, ...]]:
    """The subjects by kind of pipeline, with the environment's name put in."""
    parts = {"github": asked.github, "azureDevOps": asked.azure_dev_ops}
    return {
        kind: tuple(subject.replace(ENVIRONMENT, environment) for subject in part.subjects)
        for kind, part in parts.items()
        if part is not None
    }


def _pull_requests(config: LandingZoneConfig) -> Iterator[Relaxation]:
    """Returns the subjects of pull requests."""
    where: dict[tuple[Path, str], list[str]] = {}
    for project, name, _ in environments(config):
        path, asked = pipelines_of(config, project, name)
        for index, subject in enumerate(subjects_of(asked, name).get("github", ())):
            if found := PULL_REQUEST.pattern.fullmatch(subject):
                where.setdefault(((*path, "github", "subjects", index), found["repository"]), []).append(name)
    for (place, repository), names in where.items():
        yield Relaxation(
            place, f"anyone who opens a pull request in {repository} trains and deploys in {listed(names)}, unreviewed"
        )


def plan_pipelines(env: EnvironmentContext, _given: EnvironmentParts) -> Part | None:
    """Returns the identities of one environment's pipelines, one a kind; None without any."""
    _, asked = pipelines_of(env.context.config, env.project, env.name)
    specs = []
    for kind, subjects in subjects_of(asked, env.name).items():
        name = env.context.take("identity", _name(env, kind), env.place.group_id, env.path)
        credentials = tuple(_credentials(env, asked, _id(env, kind), subjects))
        specs.append(PipelineIdentitySpec(kind, name, env.place, credentials, env.tags))
    return Part(tuple(specs), phase=Phase.FIRST) if specs else None


def _name(env: EnvironmentContext, kind: str) -> str:
    return env.namer.name("identity", _KINDS[kind])


def _id(env: EnvironmentContext, kind: str) -> str:
    return env.place.id("Microsoft.ManagedIdentity/userAssignedIdentities", _name(env, kind))


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the identities, by kind of pipeline: they get the roles of `access.pipelines`."""
    _, asked = pipelines_of(env.context.config, env.project, env.name)
    kinds = subjects_of(asked, env.name)
    return {"pipelines": {kind: PrincipalSpec("ServicePrincipal", identity=_id(env, kind)) for kind in kinds}}


def _credentials(
    env: EnvironmentContext, asked: PipelineIdentitiesConfig, identity: str, subjects: tuple[str, ...]
) -> Iterator[FederatedCredentialSpec]:
    """One a subject. Each waits for the one before it: Azure refuses to write two of an identity at the same time.

    https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations#concurrent-updates-arent-supported-user-assigned-managed-identities
    """
    before = identity
    for subject in subjects:
        issuer = _issuer(subject, asked.azure_dev_ops, env.context.config.tenant_id)
        words = re.sub(r"[^A-Za-z0-9]+", "-", _told(subject)).strip("-")[:_READABLE].strip("-")
        name = f"{words}-{suffix(issuer, subject)}".lstrip("-")
        env.context.take("federatedCredential", name, identity, env.path)
        audience = AUDIENCES[env.context.config.cloud]
        spec = FederatedCredentialSpec(name, identity, issuer, subject, audience, before)
        yield spec
        before = spec.id


def _told(subject: str) -> str:
    """Returns the part of a subject that distinguishes it from others of an identity, for people: the environment, the
    connection.
    """
    if subject.startswith("repo:"):
        return subject.split(":", 2)[2]
    return "connection-" + subject.rsplit("/", 1)[1]


def _issuer(subject: str, azure_devops: AzureDevOpsConfig | None, tenant: str) -> str:
    if subject.startswith("sc://") and azure_devops is not None:
        return AZURE_DEVOPS + azure_devops.organisation_id
    return ENTRA.format(tenant=tenant) if subject.startswith("/") else GITHUB


def check_pipelines(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns subjects that no token has, each once at its path."""
    told: dict[Path, Problem] = {}
    for project, name, _ in environments(config):
        path, asked = pipelines_of(config, project, name)
        if asked.azure_dev_ops is not None and config.cloud != PUBLIC:
            _note(told, (*path, "azureDevOps"), _unknown_audience(config.cloud))
        for kind, subjects in subjects_of(asked, name).items():
            for index, subject in enumerate(subjects):
                place = (*path, kind, "subjects", index)
                if subject in subjects[:index]:
                    told.setdefault(place, Problem(place, f"{subject} is in the list twice.", "Remove one."))
                elif kind == "github":
                    _note(told, place, _github(subject))
                elif asked.azure_dev_ops is not None:
                    _note(told, place, _azure_devops(subject, asked.azure_dev_ops.organisation_id))
    yield from told.values()


def _unknown_audience(cloud: CloudName) -> tuple[str, str]:
    return (
        f"No page of Microsoft's names the audience of Azure Pipelines' tokens for {title(cloud)}, and Azure compares "
        "it to the letter.",
        "Remove it; make an identity and its credential by hand, from what the connection shows, and list the "
        "identity under `access.pipelines`.",
    )


def _note(told: dict[Path, Problem], place: Path, found: tuple[str, str] | None) -> None:
    if found is not None:
        told.setdefault(place, Problem(place, *found))


def _github(subject: str) -> tuple[str, str] | None:
    """Returns the mistake in a subject of GitHub, and its remedy; nothing where it has one of the forms."""
    if any(form.pattern.fullmatch(subject) for form in GITHUB_FORMS):
        return None
    repository = re.match(r"(?:repo:)?([A-Za-z0-9_@-]+/[A-Za-z0-9@._-]+)(?=:|$)", subject)
    owner = repository[1] if repository else "ORG/REPO"
    forms = [form.written.replace("ORG/REPO", owner) for form in GITHUB_FORMS]
    remedy = f"Write {listed((f'`{form}`' for form in forms), 'or')}."
    branch = re.fullmatch(r"repo:[^:]+:ref:(?:refs/)?(?:heads/)?([\w./-]+)", subject)
    if branch and repository and not subject.split(":ref:")[1].startswith("refs/"):
        remedy = f"Write `repo:{owner}:ref:refs/heads/{branch[1]}`."
    return _why(subject, "a subject of GitHub Actions"), remedy


def _azure_devops(subject: str, organisation: str) -> tuple[str, str] | None:
    entra = ENTRA_FORM.pattern.fullmatch(subject)
    if entra and entra["organisation"] != organisation:
        return (
            f"{subject} is a connection of the organisation {entra['organisation']}, not of {organisation}.",
            "Copy both from the connection, or correct organisationId.",
        )
    if entra or AZURE_DEVOPS_FORM.pattern.fullmatch(subject):
        return None
    remedy = f"Write `{AZURE_DEVOPS_FORM.written}`, or what the connection shows as its subject identifier."
    return _why(subject, "a subject of Azure Pipelines"), remedy


def _why(subject: str, what: str) -> str:
    wild = next((character for character in "*?" if character in subject), "")
    if wild:
        return f"{subject} holds {wild}, and Azure compares subjects to the letter: no token has this one."
    return f"{subject} is not {what}: a part is missing or not known."


PLANNER = Planner(check=check_pipelines, relaxations=_pull_requests, principals=_principals, environment=plan_pipelines)
