"""Identities of pipelines in the stack file: who outside of Azure may act as them, without a secret."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.config.shared import Config, Guid

#: How many federated credentials one identity takes, and how long a subject may be:
#: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
CREDENTIALS, SUBJECT = 20, 600

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
