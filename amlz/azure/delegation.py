"""The condition on a role assignment that lets its holder assign some roles and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"


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
    any_of = allowed[0] if len(allowed) == 1 else " OR ".join(f"({each})" for each in allowed)
    if holder is not None:
        other = f"{source}[{ASSIGNMENTS}:PrincipalId] ForAnyOfAllValues:GuidNotEquals {{{holder}}}"
        any_of = f"({any_of}) AND {other}"
    return f"(!(ActionMatches{{'{ASSIGNMENTS}/{action}'}})) OR ({any_of})"
