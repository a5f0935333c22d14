"""Decides identities of pipelines and the tokens that each takes. Azure compares subjects to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from amlz.capabilities.pipeline_identities.config import AzureDevOpsConfig, PipelineIdentitiesConfig
from amlz.capabilities.pipeline_identities.runners import (
    runner_endpoint_rules,
    runner_firewall,
    runner_relaxations,
    runner_rules,
    runner_subnets,
    runners_need_firewall,
)
from amlz.capabilities.pipeline_identities.spec import FederatedCredentialSpec, PipelineIdentitySpec
from amlz.capabilities.pipeline_identities.subjects import AZURE_DEVOPS_FORM, ENTRA_FORM, GITHUB_FORMS, PULL_REQUEST
from amlz.core.addresses import environments
from amlz.core.capability import EnvironmentParts, Part, Phase, Planner, Relaxation, setting
from amlz.core.capability_facts import Who
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, CloudName, title
from amlz.core.facts.federation import AUDIENCES, AZURE_DEVOPS, ENTRA, GITHUB
from amlz.core.names import suffix
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import IdentityPrincipalSpec, PrincipalSpec

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


def subjects_of(identities: PipelineIdentitiesConfig, environment: str) -> dict[str, tuple[str, ...]]:
    """The subjects by kind of pipeline, with the environment's name put in."""
    parts = {"github": identities.github, "azureDevOps": identities.azure_dev_ops}
    return {
        kind: tuple(subject.replace(ENVIRONMENT, environment) for subject in part.subjects)
        for kind, part in parts.items()
        if part is not None
    }


def _pull_requests(config: LandingZoneConfig) -> Iterator[Relaxation]:
    """Returns the subjects of pull requests."""
    subjects: dict[tuple[Path, str], list[str]] = {}
    for project, name, _ in environments(config):
        path, identities = pipelines_of(config, project, name)
        for index, subject in enumerate(subjects_of(identities, name).get("github", ())):
            if match := PULL_REQUEST.pattern.fullmatch(subject):
                subjects.setdefault(((*path, "github", "subjects", index), match["repository"]), []).append(name)
    for (place, repository), names in subjects.items():
        yield Relaxation(
            place, f"anyone who opens a pull request in {repository} trains and deploys in {listed(names)}, unreviewed"
        )


def plan_pipelines(env: EnvironmentContext, _planned: EnvironmentParts) -> Part | None:
    """Returns the identities of one environment's pipelines, one a kind; None without any."""
    _, identities = pipelines_of(env.context.config, env.project, env.name)
    specs = []
    for kind, subjects in subjects_of(identities, env.name).items():
        name = env.context.take("identity", _name(env, kind), env.place.group_id, env.path)
        credentials = tuple(_credentials(env, identities, _id(env, kind), subjects))
        specs.append(PipelineIdentitySpec(kind, name, env.place, credentials, env.tags))
    return Part(tuple(specs), phase=Phase.FIRST) if specs else None


def _name(env: EnvironmentContext, kind: str) -> str:
    return env.namer.name("identity", _KINDS[kind])


def _id(env: EnvironmentContext, kind: str) -> str:
    return env.place.id("Microsoft.ManagedIdentity/userAssignedIdentities", _name(env, kind))


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the identities, by kind of pipeline: they get the roles of `access.pipelines`."""
    _, identities = pipelines_of(env.context.config, env.project, env.name)
    kinds = subjects_of(identities, env.name)
    return {"pipelines": {kind: IdentityPrincipalSpec(_id(env, kind)) for kind in kinds}}


def _credentials(
    env: EnvironmentContext, identities: PipelineIdentitiesConfig, identity: str, subjects: tuple[str, ...]
) -> Iterator[FederatedCredentialSpec]:
    """One a subject. Each waits for the one before it: Azure refuses to write two of an identity at the same time.

    https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations#concurrent-updates-arent-supported-user-assigned-managed-identities
    """
    before = identity
    for subject in subjects:
        issuer = _issuer(subject, identities.azure_dev_ops, env.context.config.tenant_id)
        words = re.sub(r"[^A-Za-z0-9]+", "-", _readable(subject)).strip("-")[:_READABLE].strip("-")
        name = f"{words}-{suffix(issuer, subject)}".lstrip("-")
        env.context.take("federatedCredential", name, identity, env.path)
        audience = AUDIENCES[env.context.config.cloud]
        spec = FederatedCredentialSpec(name, identity, issuer, subject, audience, before)
        yield spec
        before = spec.id


def _readable(subject: str) -> str:
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
    problems: dict[Path, Problem] = {}
    for project, name, _ in environments(config):
        path, identities = pipelines_of(config, project, name)
        if identities.azure_dev_ops is not None and config.cloud != PUBLIC:
            _note(problems, (*path, "azureDevOps"), _unknown_audience(config.cloud))
        for kind, subjects in subjects_of(identities, name).items():
            for index, subject in enumerate(subjects):
                place = (*path, kind, "subjects", index)
                if subject in subjects[:index]:
                    problems.setdefault(place, Problem(place, f"{subject} is in the list twice.", "Remove one."))
                elif kind == "github":
                    _note(problems, place, _github(subject))
                elif identities.azure_dev_ops is not None:
                    _note(problems, place, _azure_devops(subject, identities.azure_dev_ops.organisation_id))
    yield from problems.values()


class _SubjectMistake(NamedTuple):
    """A mistake in the stack file: what is wrong, and the remedy."""

    text: str
    remedy: str


def _unknown_audience(cloud: CloudName) -> _SubjectMistake:
    return _SubjectMistake(
        f"No page of Microsoft's names the audience of Azure Pipelines' tokens for {title(cloud)}, and Azure compares "
        "it to the letter.",
        "Remove it; make an identity and its credential by hand, from what the connection shows, and list the "
        "identity under `access.pipelines`.",
    )


def _note(problems: dict[Path, Problem], place: Path, mistake: _SubjectMistake | None) -> None:
    if mistake is not None:
        problems.setdefault(place, Problem(place, mistake.text, mistake.remedy))


def _github(subject: str) -> _SubjectMistake | None:
    """Returns the mistake in a subject of GitHub; None where it has one of the forms."""
    if any(form.pattern.fullmatch(subject) for form in GITHUB_FORMS):
        return None
    repository = re.match(r"(?:repo:)?([A-Za-z0-9_@-]+/[A-Za-z0-9@._-]+)(?=:|$)", subject)
    owner = repository[1] if repository else "ORG/REPO"
    forms = [form.written.replace("ORG/REPO", owner) for form in GITHUB_FORMS]
    remedy = f"Write {listed((f'`{form}`' for form in forms), 'or')}."
    branch = re.fullmatch(r"repo:[^:]+:ref:(?:refs/)?(?:heads/)?([\w./-]+)", subject)
    if branch and repository and not subject.split(":ref:")[1].startswith("refs/"):
        remedy = f"Write `repo:{owner}:ref:refs/heads/{branch[1]}`."
    return _SubjectMistake(_why(subject, "a subject of GitHub Actions"), remedy)


def _azure_devops(subject: str, organisation: str) -> _SubjectMistake | None:
    entra = ENTRA_FORM.pattern.fullmatch(subject)
    if entra and entra["organisation"] != organisation:
        return _SubjectMistake(
            f"{subject} is a connection of the organisation {entra['organisation']}, not of {organisation}.",
            "Copy both from the connection, or correct organisationId.",
        )
    if entra or AZURE_DEVOPS_FORM.pattern.fullmatch(subject):
        return None
    remedy = f"Write `{AZURE_DEVOPS_FORM.written}`, or what the connection shows as its subject identifier."
    return _SubjectMistake(_why(subject, "a subject of Azure Pipelines"), remedy)


def _why(subject: str, value: str) -> str:
    wild = next((character for character in "*?" if character in subject), "")
    if wild:
        return f"{subject} holds {wild}, and Azure compares subjects to the letter: no token has this one."
    return f"{subject} is not {value}: a part is missing or not known."


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    yield from _pull_requests(config)
    yield from runner_relaxations(config)


PLANNER = Planner(
    check=check_pipelines,
    relaxations=_relaxations,
    principals=_principals,
    environment=plan_pipelines,
    shared_endpoints=runner_subnets,
    subnet_rules=runner_rules,
    endpoint_rules=runner_endpoint_rules,
    firewall=runner_firewall,
    needs_firewall=runners_need_firewall,
)
