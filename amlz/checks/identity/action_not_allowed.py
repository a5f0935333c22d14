"""identity/action-not-allowed: people or pipelines cannot do what their role in the stack file is for."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Persona, Resource, ResourceGraph
from amlz.azure.ids import parse
from amlz.azure.permissions import Permission
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.core.permissions.answers import Permissions, narrowest_roles
from amlz.core.permissions.personas import name_of
from amlz.core.problems import listed

_WITH = "In the component, add an assignment of a role that gives `{permission}` on {target} to {who}."

CHECK = Check(
    id="identity/action-not-allowed",
    severity=Severity.WARNING,
    says="{who} cannot do what their role is for ({actions}): no role gives them {permissions} on {target}.",
    remedy="In the component, add an assignment of role `{role}` on {target} for {who}.",
    why="Each role of `access` in the stack file is for certain actions. Microsoft lists the permissions of each"
    " action; the roles that the program assigns give them. `amlz can` shows every answer with its source.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles",
    otherwise=(_WITH,),
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Compares promised actions with permissions. Answers that are conditional or not known are left out."""
    if not any(persona.promised for persona in graph.personas):
        return
    permissions = Permissions(graph)
    missing: dict[tuple[Persona, str], tuple[dict[str, None], dict[Permission, None]]] = {}
    for answer in permissions.answers(lambda persona: bool(persona.promised)):
        if answer.action.name in answer.persona.promised:
            for grounds in answer.missing:
                actions, lacking = missing.setdefault((answer.persona, grounds.on), ({}, {}))
                actions[answer.action.name] = None
                lacking[grounds.permission] = None
    for (persona, on), (actions, lacking) in missing.items():
        resource = graph.by_id(on) or _workspace(graph, persona)
        if resource is not None:
            yield _finding(resource, persona, on, (tuple(actions), tuple(lacking)))


def _finding(
    resource: Resource, persona: Persona, on: str, missing: tuple[tuple[str, ...], tuple[Permission, ...]]
) -> Finding:
    """Returns the finding on what is missing on a resource (its id): the actions that fail, and their permissions."""
    actions, lacking = missing
    roles = narrowest_roles(lacking)
    return CHECK.finding(
        resource,
        FindingLocation("", roles[0] if roles else lacking[0].name, remedy=None if roles else _WITH),
        who=name_of(persona.kind),
        actions=listed(actions),
        permissions=listed(permission.name for permission in lacking),
        permission=lacking[0].name,
        role=roles[0] if roles else "",
        target=parse(on).name,
    )


def _workspace(graph: ResourceGraph, persona: Persona) -> Resource | None:
    """Returns the workspace of a persona's environment, for what the program does not build."""
    workspaces = graph.of_type("Microsoft.MachineLearningServices/workspaces")
    place = (persona.project, persona.environment)
    return next((workspace for workspace in workspaces if (workspace.project, workspace.environment) == place), None)
