"""names/stuck-after-deletion: a name that stays taken when its resource is deleted, and says no generation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from arm.graph import ResourceGraph
from checks.finding import At, Check, Finding, Severity
from landingzone.facts.data import KEPT_DAYS

CHECK = Check(
    id="names/stuck-after-deletion",
    severity=Severity.NOTE,
    says="{name} keeps its name for {days} days after it is deleted, and the name has no part that changes.",
    remedy="Leave the name to the program, which makes one for each generation; or be ready to recover or purge it.",
    why="Vaults, workspaces of Azure ML and of Log Analytics are soft-deleted: a second one of the name is refused, or "
    "is the old one again with its data. Names of the program end in five characters made from the generation; "
    "one of somebody's own that happens to end so is not found.",
    source="https://learn.microsoft.com/azure/machine-learning/concept-soft-delete",
)

#: As landingzone/names.py makes it: a letter, then letters and digits of base 32, behind a hyphen.
SUFFIX = re.compile(r".*-[a-z][a-z2-7]{4}")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Soft-deletable resources whose name is of somebody's own."""
    for arm_type, days in KEPT_DAYS.items():
        for resource in graph.of_type(arm_type):
            kept = resource.properties.get("softDeleteRetentionInDays", days)
            if not SUFFIX.fullmatch(resource.name.lower()):
                yield CHECK.finding(resource, At("name", None, resource.name), days=kept)
