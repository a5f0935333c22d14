"""Facts of federated credentials. Issuers: amlz/core/facts/federation.py; forms of subjects: subjects.py."""

from __future__ import annotations

from amlz.azure.change_rule import properties
from amlz.azure.protection import Protection, other
from amlz.core.billing import free
from amlz.core.capability_facts import ArmType, CountedLimit, Facts, Limit, NameRule, Noun

CREDENTIAL = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"

#: 2024-02-28.
PAGE = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"
_TERRAFORM = (
    "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/federated_identity_credential"
)
#: How many federated credentials one identity takes, and how long a subject may be: PAGE.
CREDENTIALS, SUBJECT = 20, 600

FACTS = Facts(
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
