"""identity/issuer-retires: an identity takes tokens of an issuer that ends."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value
from amlz.core.facts.clouds import PUBLIC
from amlz.core.facts.federation import AZURE_DEVOPS, AZURE_DEVOPS_RETIRES

PATH = "properties.issuer"

CHECK = Check(
    id="identity/issuer-retires",
    severity=Severity.WARNING,
    says="{name} takes tokens of Azure DevOps' own issuer, which ends on {day}{then}.",
    remedy="Convert the service connection in Azure DevOps, and add the subject that it then shows (`/eid1/…`) to "
    "`projects.{project}.environments.{environment}.pipelineIdentities.azureDevOps.subjects`, or to the same key of "
    "the project. Remove the old subject there once pipelines sign in with the new one.",
    why="Azure Pipelines now issues tokens of Entra; its own issuer ends. A service connection that is not "
    "converted by then can no longer sign in. An error means that the day has passed (`--today`).",
    source="https://learn.microsoft.com/azure/devops/pipelines/release/convert-service-connections",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Federated credentials of the issuer that ends. It ends for identities of the public cloud: elsewhere it stays."""
    if graph.cloud != PUBLIC:
        return
    ended = graph.today is not None and graph.today[:10] >= AZURE_DEVOPS_RETIRES
    for credential in graph.of_type("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"):
        issuer = value(credential, PATH)
        if is_unknown(issuer):
            yield CHECK.undecided(credential, PATH, issuer)
        elif str(issuer).lower().startswith(AZURE_DEVOPS):
            then = f"; it is {graph.today[:10]}" if ended and graph.today else ""
            severity = Severity.ERROR if ended else None
            yield CHECK.finding(
                credential, FindingLocation(PATH, None, issuer, severity), day=AZURE_DEVOPS_RETIRES, then=then
            )
