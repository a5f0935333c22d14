"""Identities of pipelines in the stack file: who outside of Azure may act as them, without a secret."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.capabilities.pipeline_identities.facts import CREDENTIALS, SUBJECT
from amlz.core.capability import Key, Scope
from amlz.core.config.egress import HostName
from amlz.core.config.shared import Config, Guid, Network

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


class RunnersConfig(Config):
    """A subnet for machines that run pipelines in the network: runners of GitHub, agents of Azure Pipelines."""

    network: Network
    """Its range, in the spoke and outside of the environment's own: /29 or larger."""
    service: Literal["github", "azureDevOps"]
    """The service whose hosts the firewall opens to them."""
    machines: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1
    """Machines that the range must hold. They are not built here."""
    artifacts: Annotated[bool, Field(strict=True)] = False
    """Opens the storage of the service for logs, caches and artifacts, `*.blob.core.windows.net`: accounts of every
    tenant. The preview names it as a relaxation.
    """
    hosts: Annotated[tuple[HostName, ...], Field(max_length=50)] = ()
    """Further hosts that they may reach over HTTPS, such as package indexes; `*.` matches all hosts below one."""


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
    Key(
        Scope.ENVIRONMENT,
        "runners",
        RunnersConfig | None,
        "A subnet for self-hosted runners of its pipelines, which reach its private endpoints. docs/how-to/runners.md.",
        copied=False,
    ),
)
