"""Names of resources for people: a role assignment's name is a GUID, so its role and principal name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.azure.graph import UNKNOWN_KEY, is_unknown
from amlz.azure.ids import parse
from amlz.core.facts.roles import PRIVILEGED, role_name
from amlz.core.role_descriptions import holders_in


def label(arm_type: str, resource_id: str, name: str, properties: Mapping[str, Any]) -> str:
    """Returns the name of a resource; of a role assignment the role, the principal and the scope.

    A name that Azure prescribes identifies nothing, so it has its type: `blobServices/default`.
    """
    if arm_type.lower() != "microsoft.authorization/roleassignments":
        return f"{arm_type.rpartition('/')[2]}/{name}" if name == "default" else name
    definition = properties.get("roleDefinitionId")
    guid = definition.rpartition("/")[2] if isinstance(definition, str) else ""
    known = PRIVILEGED.get(guid.lower()) or role_name(str(definition))
    role = known or (f"role {guid}" if guid else "a role")
    scope = _last(resource_id)
    return f"{role} for {_principal(properties)}" + (f" on {scope}" if scope else "")


def _principal(properties: Mapping[str, Any]) -> str:
    holders = holders_in(properties.get("description"))
    principal = properties.get("principalId")
    if isinstance(principal, str):
        return f"{holders} {principal}" if holders else principal
    if holders:
        return holders
    return str(principal[UNKNOWN_KEY]) if isinstance(principal, dict) and is_unknown(principal) else "a principal"


def _last(resource_id: str) -> str:
    """Name of the scope of an extension resource; "" where its id is not decided."""
    try:
        parsed = parse(resource_id)
        return parse(parsed.scope).name if parsed.scope else parsed.resource_group or parsed.subscription
    except ValueError:
        return ""
