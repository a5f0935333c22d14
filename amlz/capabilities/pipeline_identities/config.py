"""Identities of pipelines in the stack file: who outside of Azure may act as them, without a secret."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.capabilities.pipeline_identities.facts import CREDENTIALS, SUBJECT
from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config, Guid

Subject = Annotated[str, StringConstraints(min_length=1, max_length=SUBJECT)]


class GithubConfig(Config):
    """Workflows of GitHub Actions."""

    subjects: Annotated[
        tuple[Subject, ...],
        Field(min_length=1, max_length=CREDENTIALS, examples=[["repo:contoso/churn:environment:dev"]]),
    ]
    """Accepted subjects of tokens, in this exact spelling: `repo:ORG/REPO:environment:NAME`,
    `repo:ORG/REPO:ref:refs/heads/BRANCH` or `repo:ORG/REPO:pull_request`. ORG@ID/REPO@ID in repositories with
    immutable subjects. `{environment}` is replaced by the environment's name.
    """


class AzureDevOpsConfig(Config):
    """Service connections of Azure Pipelines."""

    organisation_id: Guid
    """The organisation's id: the last part of the connection's issuer, https://vstoken.dev.azure.com/ID."""
    subjects: Annotated[
        tuple[Subject, ...], Field(min_length=1, max_length=CREDENTIALS, examples=[["sc://contoso/ml/churn-dev"]])
    ]
    """The connections: `sc://ORGANISATION/PROJECT/CONNECTION`. `{environment}` is replaced by the environment's
    name.
    """


class PipelineIdentitiesConfig(Config):
    """Identities that pipelines act with, one a kind of pipeline: they get the roles of `access.pipelines`."""

    github: GithubConfig | None = None
    """For workflows of GitHub Actions."""
    azure_dev_ops: AzureDevOpsConfig | None = None
    """For service connections of Azure Pipelines."""


KEYS = (
    Key(
        Scope.PROJECT,
        "pipeline_identities",
        PipelineIdentitiesConfig,
        "Identities of pipelines, created for each of its environments.",
        default=PipelineIdentitiesConfig(),
        copied=False,
    ),
    Key(
        Scope.ENVIRONMENT,
        "pipeline_identities",
        PipelineIdentitiesConfig | None,
        "Identities of its pipelines, instead of those of the project; {} for none.",
        copied=False,
    ),
)
