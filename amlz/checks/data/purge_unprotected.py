"""data/purge-unprotected: a vault whose secrets and keys can be destroyed for good."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import text, value

CHECK = Check(
    id="data/purge-unprotected",
    severity=Severity.ERROR,
    says="{name} {problem}: {path} is {actual}.",
    remedy="In the component, set `properties.enableSoftDelete` to `true` and `properties.enablePurgeProtection`"
    " to `true`. Azure cannot turn either off again.",
    why="Without soft delete and purge protection, anyone with permission to delete a vault can destroy every"
    " key in it, and with a key all data that it encrypts. A key that encrypts a workspace must be in a "
    "vault with both.",
    source="https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
)

PURGE, SOFT = "properties.enablePurgeProtection", "properties.enableSoftDelete"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Vaults without purge protection (Azure's default), or with soft delete turned off."""
    for vault in graph.of_type("Microsoft.KeyVault/vaults"):
        purge, soft = value(vault, PURGE), value(vault, SOFT)
        for path, item in ((PURGE, purge), (SOFT, soft)):
            if is_unknown(item):
                yield CHECK.undecided(vault, path, item)
        if soft is False:
            words = {"problem": "keeps nothing that is deleted", "path": SOFT, "actual": text(soft)}
            yield CHECK.finding(vault, FindingLocation(SOFT, True, soft), **words)
        elif purge is not True and not is_unknown(purge):
            words = {"problem": "can be purged while it is soft-deleted", "path": PURGE, "actual": text(purge, False)}
            yield CHECK.finding(vault, FindingLocation(PURGE, True, purge), **words)
