"""Forms in which issuers name a pipeline: the subjects of federated credentials.

A credential compares issuer and subject to the letter: there are no wildcards, and a slip shows only when a pipeline
signs in. https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations (2024-02-28)
"""

from __future__ import annotations

import re

from amlz.dataclass import dataclass

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class SubjectForm:
    """A form of subjects: how it is written, and the pattern of the whole."""

    written: str
    pattern: re.Pattern[str]
    source: str


_OIDC = "https://docs.github.com/actions/reference/security/oidc"
#: An owner and a repository, each with its id where the repository's subjects are immutable:
#: https://learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects
_REPOSITORY = r"repo:(?P<repository>[A-Za-z0-9_-]+(?:@\d+)?/[A-Za-z0-9._-]+(?:@\d+)?)"
GITHUB_FORMS = (
    SubjectForm("repo:ORG/REPO:environment:NAME", re.compile(rf"{_REPOSITORY}:environment:[^:*?\s](?:[^:*?]*[^:*?\s])?"), _OIDC),
    SubjectForm("repo:ORG/REPO:ref:refs/heads/BRANCH", re.compile(rf"{_REPOSITORY}:ref:refs/heads/[^:*?\s\[\\^~/][^:*?\s\[\\^~]*"), _OIDC),
    SubjectForm("repo:ORG/REPO:pull_request", re.compile(rf"{_REPOSITORY}:pull_request"), _OIDC),
)  # fmt: skip
PULL_REQUEST = GITHUB_FORMS[2]

#: A connection by its names, for Azure Pipelines' own issuer.
AZURE_DEVOPS_FORM = SubjectForm(
    "sc://ORGANISATION/PROJECT/CONNECTION",
    re.compile(r"sc://[^/*?\s]+/[^/*?\s](?:[^/*?]*[^/*?\s])?/[^/*?\s](?:[^/*?]*[^/*?\s])?"),
    "https://learn.microsoft.com/azure/devops/pipelines/release/configure-workload-identity",
)
#: A connection by its ids, for Entra. Microsoft's pages do not spell it out; this is how connections show it.
ENTRA_FORM = SubjectForm(
    "/eid1/c/pub/t/TENANT/a/APPLICATION/sc/ORGANISATION-ID/CONNECTION-ID",
    re.compile(rf"/eid1/c/pub/t/[\w-]+/a/[\w-]+/sc/(?P<organisation>{_GUID})/{_GUID}"),
    "https://learn.microsoft.com/azure/devops/pipelines/release/convert-service-connections",
)
