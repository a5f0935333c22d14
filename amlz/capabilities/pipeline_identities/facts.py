"""Facts of federated credentials, and hosts of runners. Issuers: amlz/core/facts/federation.py; forms of subjects:
subjects.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.azure.change_rule import properties
from amlz.azure.protection import Protection, other
from amlz.core.billing import free
from amlz.core.capability_facts import ArmType, CountedLimit, EgressHosts, Facts, Limit, NameRule, Noun

CREDENTIAL = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"

#: 2024-02-28.
PAGE = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"
_TERRAFORM = (
    "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/federated_identity_credential"
)
#: How many federated credentials one identity takes, and how long a subject may be: PAGE.
CREDENTIALS, SUBJECT = 20, 600

_GITHUB_PAGE = "https://docs.github.com/actions/reference/runners/self-hosted-runners"
_AGENT_PAGE = "https://learn.microsoft.com/azure/devops/pipelines/agents/linux-agent"
_ARTIFACTS = "logs, caches and artifacts; storage accounts of others answer there, too"
#: Hosts of the services of pipelines for their runners, the same in every cloud of Azure. GitHub's page calls the first row
#: essential; packages, Git LFS and Dependabot are left out. Azure DevOps: for organisations at dev.azure.com.
RUNNER_HOSTS: Mapping[str, tuple[EgressHosts, ...]] = {
    "github": (
        EgressHosts(
            "public", "github", ("github.com", "api.github.com", "*.actions.githubusercontent.com", "codeload.github.com"),
            "Https", "jobs of GitHub Actions, and the actions that they use", _GITHUB_PAGE,
        ),
        EgressHosts(
            "public", "github-updates",
            (
                "objects.githubusercontent.com", "objects-origin.githubusercontent.com",
                "github-releases.githubusercontent.com", "github-registry-files.githubusercontent.com",
                "release-assets.githubusercontent.com",
            ),
            "Https", "new versions of the runner, and files of releases", _GITHUB_PAGE,
        ),
        EgressHosts("public", "github-artifacts", ("*.blob.core.windows.net",), "Https", _ARTIFACTS, _GITHUB_PAGE, "artifacts"),
    ),
    "azureDevOps": (
        EgressHosts(
            "public", "azure-devops",
            (
                "dev.azure.com", "*.dev.azure.com", "*.vssps.visualstudio.com", "*.vstmr.visualstudio.com",
                "*.vsblob.visualstudio.com", "*.vsassets.io", "login.microsoftonline.com", "management.core.windows.net",
            ),
            "Https", "jobs of Azure Pipelines, code and packages", _AGENT_PAGE,
        ),
        EgressHosts(
            "public", "azure-devops-updates", ("download.agent.dev.azure.com",), "Https", "new versions of the agent", _AGENT_PAGE,
        ),
        EgressHosts("public", "azure-devops-artifacts", ("*.blob.core.windows.net",), "Https", _ARTIFACTS, _AGENT_PAGE, "artifacts"),
    ),
}  # fmt: skip

FACTS = Facts(
    egress=tuple(row for rows in RUNNER_HOSTS.values() for row in rows),
    types=(
        ArmType(
            CREDENTIAL,
            Noun("federated credential", "federated credentials"),
            kind="federatedCredential",
            # PAGE
            names=NameRule(
                "", 3, 120, r"[A-Za-z0-9][A-Za-z0-9_-]*", "letters, digits, hyphens and underscores", "parent"
            ),
        ),
    ),
    limits=(
        CountedLimit(
            Limit(CREDENTIALS, "federated credentials", "identity", PAGE),
            CREDENTIAL,
            "parent",
            (
                "projects.{project}.pipelineIdentities.github.subjects",
                "projects.{project}.pipelineIdentities.azureDevOps.subjects",
            ),
        ),
    ),
    changes={CREDENTIAL: properties(_TERRAFORM, "issuer", "subject", "audiences")},
    bills={CREDENTIAL: free},
    protections=tuple(
        Protection(CREDENTIAL, "an identity given to another workload", other(path)) for path in ("issuer", "subject")
    ),
    added={CREDENTIAL: "identities given to pipelines"},
)
