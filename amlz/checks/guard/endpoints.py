"""guard/endpoint-…: changes that break a running online endpoint, or undo what its pipeline did."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.guard.change import ExistingResource, ResourceChanges, about

_IDENTITY = "microsoft.managedidentity/userassignedidentities"
_ROLE = "microsoft.authorization/roleassignments"
ENDPOINT = "microsoft.machinelearningservices/workspaces/onlineendpoints"
#: Before the key of an endpoint in the name of its identity in the program; roles of it end in the second part.
_NAMED = "-identities-endpoint-"

LOSES = Check(
    id="guard/endpoint-loses-role",
    severity=Severity.WARNING,
    says="{name} would be deleted. Deployments of online endpoint {endpoint} run with it: a healthy one fails when "
    "Azure replaces its machines.",
    remedy="Revert the change, unless no deployment of the endpoint is left. Before the change, delete them: "
    "`az ml online-deployment delete`.",
    why="Azure replaces the machines of a deployment without a request, and then pulls its image and model again with "
    "the endpoint's identity. Without the identity or its role this fails, days after the change. Pipelines create "
    "deployments, so that a plan does not show them.",
    source="https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online",
)
UPDATED = Check(
    id="guard/endpoint-updated",
    severity=Severity.ERROR,
    says="Pulumi would update online endpoint {name}. An update sends the traffic of Pulumi's state, which may be "
    "older than that of a pipeline.",
    remedy="Revert the change. If it is intended, run `pulumi up --refresh` while no pipeline deploys: it sends the "
    "traffic that it has just read.",
    why="azure-native sends the whole endpoint. No page states whether Azure keeps the traffic of a request that has "
    "none. The component ignores every property that pipelines change, and tags, so that no `pulumi up` needs an "
    "update. Of a plan of Pulumi's engine only: a comparison of revisions also shows what Pulumi ignores.",
    source="https://learn.microsoft.com/rest/api/azureml/online-endpoints/create-or-update",
)
DELETED = Check(
    id="guard/endpoint-deleted",
    severity=Severity.ERROR,
    says="Online endpoint {name} would be deleted with its deployments, and Pulumi refuses it: it is protected.",
    remedy="Revert the change. If a pipeline takes the endpoint over, first run `pulumi state unprotect 'URN' --yes` "
    "and `pulumi state delete 'URN'`, where URN is `{urn}`: Azure keeps the endpoint.",
    why="Callers of the endpoint are served by its deployments, and another tenant may take its name meanwhile. "
    "Pulumi does not delete a resource that its state no longer holds. Nothing is reported for an environment that is "
    "removed as a whole.",
    source="https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online",
)
CHECKS = (LOSES, UPDATED, DELETED)


def endpoints(edit: ResourceChanges) -> Iterator[Finding]:
    """Returns endpoints, their identities and roles that are deleted while the environment stays, and updates."""
    labels = _labels((*edit.existing, *edit.after, *edit.deleted))
    same = {resource.urn for resource, _ in edit.again}
    for resource in edit.deleted:
        if resource.owner not in edit.owners or resource.urn in same:
            continue
        if resource.type.lower() == ENDPOINT:
            yield about(DELETED, resource, "", {"urn": resource.urn})
        if resource.type.lower() not in (_IDENTITY, _ROLE):
            continue
        for key in sorted(labels.get(resource.owner, ())):
            if resource.logical.endswith(f"-endpoint-{key}"):
                yield about(LOSES, resource, "", {"endpoint": key})
                break
    for resource, _ in edit.updated if edit.of_state else ():
        if resource.type.lower() == ENDPOINT:
            yield about(UPDATED, resource, "", {})


def _labels(resources: tuple[ExistingResource, ...]) -> dict[str | None, set[str]]:
    """Returns the keys of online endpoints, by PROJECT/ENVIRONMENT."""
    labels: dict[str | None, set[str]] = {}
    for resource in resources:
        if resource.type.lower() == _IDENTITY and _NAMED in resource.logical:
            labels.setdefault(resource.owner, set()).add(resource.logical.rpartition(_NAMED)[2])
    return labels
