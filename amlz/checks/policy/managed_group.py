"""policy/managed-group: a policy refuses a resource that Azure creates for a workspace with a customer-managed key.

https://learn.microsoft.com/azure/machine-learning/concept-customer-managed-keys: Azure creates a Cosmos DB account, a
search service and a storage account in a resource group of the same subscription, which Microsoft manages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from amlz.azure.graph import Resource, ResourceGraph, unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.policy.ways_out import place_of
from amlz.checks.reading import same, value
from amlz.core.problems import listed
from amlz.policy.engine.requests import REFUSED, PolicyAnswer

CHECK = Check(
    id="policy/managed-group",
    severity=Severity.WARNING,
    says='{assignment} refuses {type}: "{policy}". {name} has a customer-managed key, for which Azure creates one in '
    "the resource group {group}: the workspace cannot be created.",
    remedy="(1) Have the owner of {assignment}, at {place}, allow the type or exempt what is here, and run "
    "`amlz policy import` again. (2) Remove security.customerManagedKey before the workspace is first built.",
    why="For a workspace with its own key, Azure creates a Cosmos DB account, a search service and a storage account "
    "in a managed resource group of the landing zone's subscription. Policies of the tenant apply to it. Its resources "
    "are not part of the plan: only their type and location are known.",
    source="https://learn.microsoft.com/azure/machine-learning/concept-customer-managed-keys",
)

#: Types in the managed resource group, with the API version that policies see (assumed: of the recent ones).
TYPES = {
    "Microsoft.DocumentDB/databaseAccounts": "2024-05-15",
    "Microsoft.Search/searchServices": "2023-11-01",
    "Microsoft.Storage/storageAccounts": "2023-05-01",
}
_MARK = "_(id chosen by Azure)"
_BESIDE = ("microsoft.authorization/policy", "microsoft.resources/")


def forecast(graph: ResourceGraph) -> ResourceGraph:
    """A graph of what Azure creates for workspaces with their own key, and of what evaluating policies on it takes."""
    made = tuple(_made(graph))
    beside = tuple(resource for resource in graph if resource.arm_type.lower().startswith(_BESIDE))
    return replace(graph, resources=(*beside, *made) if made else ())


def of_managed_groups(answers: Iterable[PolicyAnswer]) -> Iterator[PolicyAnswer]:
    """Answers on those resources."""
    return (answer for answer in answers if _MARK in answer.subject.id)


def find(graph: ResourceGraph, answers: Iterable[PolicyAnswer]) -> Iterator[Finding]:
    """Refusals of what Azure creates. For each workspace and type, one note names every policy that is undecided."""
    workspaces = {_group(resource).lower(): resource for resource in _with_key(graph)}
    types = {arm_type.lower(): arm_type for arm_type in TYPES}
    undecided: dict[tuple[str, str], list[PolicyAnswer]] = {}
    for answer in of_managed_groups(answers):
        workspace = workspaces[answer.subject.id.lower().partition("/providers/")[0]]
        arm_type = types[answer.subject.type]
        title = answer.policy.definition.title if answer.policy else ""
        if answer.word in REFUSED and answer.assignment.enforced:
            words = {
                "assignment": answer.assignment.name,
                "type": arm_type,
                "policy": title,
                "group": f"azureml-rg-{workspace.name}_…",
                "place": place_of(answer.assignment.scope),
            }
            yield CHECK.finding(workspace, FindingLocation("properties.encryption"), **words)
        elif answer.word == "undecided":
            undecided.setdefault((workspace.urn, arm_type), []).append(answer)
    by_urn = {resource.urn: resource for resource in workspaces.values()}
    for (urn, arm_type), item in undecided.items():
        path = f"the {arm_type} of its managed resource group"
        yield CHECK.undecided(by_urn[urn], path, f"required by {_policies(item)}")


def _policies(answers: Iterable[PolicyAnswer]) -> str:
    """The policies of answers: `"A" and "B" of stricter`."""
    titles: dict[str, dict[str, None]] = {}
    for answer in answers:
        title = answer.policy.definition.title if answer.policy else answer.assignment.name
        titles.setdefault(answer.assignment.name, {})[f'"{title}"'] = None
    return listed([f"{listed(item)} of {assignment}" for assignment, item in titles.items()])


def _with_key(graph: ResourceGraph) -> Iterator[Resource]:
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        if same(value(workspace, "properties.encryption.status"), "Enabled"):
            yield workspace


def _group(workspace: Resource) -> str:
    return f"/subscriptions/{workspace.subscription}/resourceGroups/azureml-rg-{workspace.name}{_MARK}"


def _made(graph: ResourceGraph) -> Iterator[Resource]:
    for workspace in _with_key(graph):
        for arm_type, version in TYPES.items():
            own_id = f"{_group(workspace)}/providers/{arm_type}/{workspace.name}"
            later = unknown(f"what Azure sends for the key of {workspace.name}")
            body = {"location": value(workspace, "location"), "tags": later, "properties": later, "sku": later}
            yield replace(
                workspace, urn=own_id, arm_type=arm_type, api_version=version, id=own_id, name="", resource_group="",
                body={**body, "kind": later, "identity": later},
            )  # fmt: skip
