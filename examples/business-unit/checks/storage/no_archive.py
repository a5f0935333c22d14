"""storage/no-archive: a storage account without the tag archive."""

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity

CHECK = Check(
    id="storage/no-archive",
    severity=Severity.WARNING,
    says="{name} has no tag `archive`.",
    remedy="Set `tags.archive` in the stack file.",
    why="The archive of the business unit reads this tag.",
    source="https://wiki.example.com/archive",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Storage accounts without the tag."""
    for account in graph.of_type("Microsoft.Storage/storageAccounts"):
        if "archive" not in account.body.get("tags", {}):
            yield CHECK.finding(account, FindingLocation("tags.archive", "a value", None))
