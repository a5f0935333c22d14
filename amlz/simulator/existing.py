"""Resources that exist in Azure before the program requests them, and the result of azure-native's create and delete.

azure-native's create is a GET, then a PUT: what exists already is an error, "cannot create already existing resource"
(provider/pkg/provider/crud/crud.go of pulumi/pulumi-azure-native). Two tables hold the exceptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.azure.ids import parse

_DEFAULTS = (
    "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/openapi/defaults/defaultResourcesState.go"
)

#: Types (lower case) that come with their parent and that azure-native knows to: create takes the existing one, and
#: delete sets it back to its default state, an empty body. Source of each row, read in November 2026.
ADOPTED: Mapping[str, str] = {
    "microsoft.storage/storageaccounts/blobservices": _DEFAULTS,
    "microsoft.storage/storageaccounts/fileservices": _DEFAULTS,
    "microsoft.storage/storageaccounts/queueservices": _DEFAULTS,
    "microsoft.storage/storageaccounts/tableservices": _DEFAULTS,
}

#: Types (lower case) of which every subscription has each resource from the start, and that azure-native does not know
#: to: a program imports them. Their inputs before any change. Plans of Defender, listed as Free:
#: https://learn.microsoft.com/rest/api/defenderforcloud/pricings/list They have no DELETE at a subscription:
#: https://github.com/Azure/terraform-provider-azapi/issues/818
EVERYWHERE: Mapping[str, Mapping[str, Any]] = {
    "microsoft.security/pricings": {"pricingTier": "Free"},
}
#: The inputs that form the id of what is in EVERYWHERE: scope, then name, as azure-native reads them from an id.
_PATHS = {"microsoft.security/pricings": ("scopeId", "pricingName")}


def inputs_from_the_start(resource_id: str) -> dict[str, Any] | None:
    """The inputs of a resource that exists everywhere, while nobody has changed it; None for any other resource."""
    try:
        result = parse(resource_id)
    except ValueError:
        return None
    kind = result.type.lower()
    if kind not in EVERYWHERE:
        return None
    scope, name = _PATHS[kind]
    above = resource_id[: resource_id.lower().rindex("/providers/")]
    return {scope: above.lstrip("/"), name: result.name, **EVERYWHERE[kind]}


def is_adopted(arm_type: str) -> bool:
    """Returns whether azure-native creates a resource although it exists, and resets it where it should delete it."""
    return arm_type.lower() in ADOPTED
