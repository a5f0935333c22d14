"""Custom roles, and the condition on a role assignment that lets its holder assign some roles and no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
#: The only version of conditions. https://learn.microsoft.com/azure/role-based-access-control/conditions-format
CONDITION_VERSION = "2.0"


def custom_role(name: str, description: str, actions: Iterable[str], scopes: Iterable[str]) -> dict[str, Any]:
    """Returns the definition of a custom role of the control plane, as `az role definition create` reads it."""
    return {
        "Name": name,
        "IsCustom": True,
        "Description": description,
        "Actions": list(actions),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": list(scopes),
    }


def assignment_condition(roles: Mapping[str, Sequence[str]], holder: str | None = None) -> str:
    """Condition in version 2.0 of Azure's language. `roles`: role IDs by the type of principal that gets them.

    `holder`: object ID of the principal whose rights the condition limits: it cannot give a role to itself.
    https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
    """
    groups = [(kind, sorted(roles[kind])) for kind in sorted(roles)]
    return f"({_only('write', '@Request', groups, holder)}) AND ({_only('delete', '@Resource', groups, holder)})"


def _only(action: str, source: str, groups: Sequence[tuple[str, Sequence[str]]], holder: str | None) -> str:
    """Condition on one action: it is another action, or the role and the principal's type are in one of the groups.

    `source`: the attributes of a request to write are those of the request, to delete those of the assignment.
    """
    allowed = [
        f"{source}[{ASSIGNMENTS}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{', '.join(ids)}}} AND "
        f"{source}[{ASSIGNMENTS}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'{kind}'}}"
        for kind, ids in groups
    ]
    any_of = allowed[0] if len(allowed) == 1 else " OR ".join(f"({item})" for item in allowed)
    if holder is not None:
        other = f"{source}[{ASSIGNMENTS}:PrincipalId] ForAnyOfAllValues:GuidNotEquals {{{holder}}}"
        any_of = f"({any_of}) AND {other}"
    return f"(!(ActionMatches{{'{ASSIGNMENTS}/{action}'}})) OR ({any_of})"
