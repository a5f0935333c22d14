"""Ids as Azure returns them: some services write segments of an id in other letter case than the request.

azure-native keeps the id of Azure's answer in the state. Names keep their letters. Recorded answers of Azure are the
source (2019 to 2026); each row has how often it was seen, and no answer of these types was seen in another form. Types
without a row keep the letters of the request: their recorded answers do, or there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amlz.azure.ids import parse


@dataclass(frozen=True, slots=True)
class Casing:
    """Segments (from the request to the answer) that change, and how often that was seen."""

    segments: Mapping[str, str]
    seen: int


_GROUPS = {"resourceGroups": "resourcegroups"}
_INSIGHTS = {"Microsoft.Insights": "microsoft.insights"}

#: By type, in lower case.
CASINGS: Mapping[str, Casing] = {
    "microsoft.insights/actiongroups": Casing(_INSIGHTS, 28),
    "microsoft.insights/components": Casing(_INSIGHTS, 34),
    "microsoft.insights/privatelinkscopes": Casing({**_INSIGHTS, "privateLinkScopes": "privatelinkscopes"}, 2),
    "microsoft.managedidentity/userassignedidentities": Casing(_GROUPS, 148),
    "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials": Casing(_GROUPS, 8),
}


def as_azure_writes(resource_id: str) -> str:
    """Returns an id in the letters of Azure's answer."""
    row = CASINGS.get(parse(resource_id).type.lower())
    if row is None:
        return resource_id
    parts = resource_id.split("/")
    keys = [
        at % 2 == 1 or parts[at - 1].lower() == "providers" for at in range(len(parts))
    ]  # names are at even positions
    return "/".join(row.segments.get(part, part) if key else part for part, key in zip(parts, keys, strict=True))
