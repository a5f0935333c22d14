"""Issuers and audiences of tokens that a federated credential can accept.

A credential compares them to the letter. https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations (2024-02-28)
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.facts.clouds import CloudName

#: The only audience that Azure takes, by cloud. The public one: the page above, its table of errors. The others:
#: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
#: (2024-12-03), and for workflows of GitHub https://github.com/Azure/login/issues/452
AUDIENCES: Mapping[CloudName, str] = {
    "public": "api://AzureADTokenExchange",
    "usGovernment": "api://AzureADTokenExchangeUSGov",
    "china": "api://AzureADTokenExchangeChina",
}

#: Tokens of GitHub Actions: https://docs.github.com/actions/reference/security/oidc
GITHUB = "https://token.actions.githubusercontent.com"
#: Tokens of Azure Pipelines' own issuer. It goes for identities of the public cloud alone, for connections that were not
#: converted; it stays for those of other clouds, but no page names their audience:
#: https://learn.microsoft.com/azure/devops/pipelines/release/convert-service-connections
AZURE_DEVOPS, AZURE_DEVOPS_RETIRES = "https://vstoken.dev.azure.com/", "2027-07-01"
#: Tokens of Entra, which new connections have: the same page.
ENTRA = "https://login.microsoftonline.com/{tenant}/v2.0"
