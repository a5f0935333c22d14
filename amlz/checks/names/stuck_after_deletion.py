"""names/stuck-after-deletion: a name without a generation that stays taken after its resource is deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.stack_keys import own_name_key
from amlz.core.facts.data import KEPT_DAYS

OF_COMPONENT = (
    "In the component, let the program generate the name. No action needed, if the resource will not be "
    "deleted and created again within {days} days."
)

CHECK = Check(
    id="names/stuck-after-deletion",
    severity=Severity.NOTE,
    says="{name} keeps its name for {days} days after it is deleted, and the name has no part that changes.",
    remedy="No action needed, unless the resource may be deleted and created again within {days} days. In that "
    "case remove `{key}` before the first deployment, or, where `naming` gives the name, add the placeholder for the "
    "suffix to its pattern: generated names change with `generation`.",
    why="A deleted vault, Azure ML workspace or Log Analytics workspace keeps its name for some days: a "
    "second one with the name is refused, or is the old one with its data. Generated names end in five "
    "characters made from the generation; an own name with such an end is not found.",
    source="https://learn.microsoft.com/azure/machine-learning/concept-soft-delete",
    otherwise=(OF_COMPONENT,),
)

#: As amlz/core/names.py makes it: a letter, then letters and digits of base 32, behind a hyphen.
SUFFIX = re.compile(r".*-[a-z][a-z2-7]{4}")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns soft-deletable resources with a custom name."""
    for arm_type, days in KEPT_DAYS.items():
        for resource in graph.of_type(arm_type):
            kept = resource.properties.get("softDeleteRetentionInDays", days)
            if not SUFFIX.fullmatch(resource.name.lower()):
                key = own_name_key(resource)
                place = FindingLocation("name", None, resource.name, remedy=None if key else OF_COMPONENT)
                yield CHECK.finding(resource, place, days=kept, key=key or "")
