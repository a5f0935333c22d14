"""logs/no-diagnostics: something whose logs nobody keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import dig, items, value
from amlz.core.capability_facts import Emits
from amlz.core.facts.diagnostics import EMITS
from amlz.core.problems import listed

CHECK = Check(
    id="logs/no-diagnostics",
    severity=Severity.ERROR,
    says="{what} sends no {kinds} to a Log Analytics workspace.",
    remedy="In the component, add a diagnostic setting to {what} that sends all its logs and metrics to a Log "
    "Analytics workspace.",
    why="Without a diagnostic setting, Azure keeps no logs that could be searched afterwards. A warning is a "
    "resource that sends its logs but not its metrics.",
    source="https://learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings",
)

_STORAGE = "Microsoft.Storage/storageAccounts"
_EMITS = {arm_type.lower(): emits for arm_type, emits in EMITS.items()}
#: Services of a storage account come with it and are no resources of a program; each logs for itself. By kind of
#: account: https://learn.microsoft.com/azure/storage/common/storage-account-overview
_SERVICES = {"blobstorage": ("blob",), "blockblobstorage": ("blob",), "filestorage": ("file",)}
_ALL_SERVICES = ("blob", "file", "queue", "table")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Resources of types that have logs or metrics, without a setting that sends them to a workspace."""
    sent, unknown = _sent(graph)
    for resource in graph:
        for item, target, emits in _senders(resource):
            kinds = [kind for kind in ("logs", "metrics") if getattr(emits, kind) and (target, kind) not in sent]
            if kinds and target in unknown:
                yield CHECK.undecided(resource, "the diagnostic setting", unknown[target])
            elif kinds:
                place = FindingLocation(
                    "", kinds, None, None if "logs" in kinds or not emits.logs else Severity.WARNING
                )
                yield CHECK.finding(resource, place, what=item, kinds=listed(kinds, "and no"))


def _senders(resource: Resource) -> Iterator[tuple[str, str, Emits]]:
    """Returns the parts of a resource that send logs: in words, the id in lower case, and the required logs."""
    emits = _EMITS.get(resource.arm_type.lower())
    if emits is not None and not resource.arm_type.lower().startswith(f"{_STORAGE}/".lower()):
        yield resource.name, resource.id.lower(), emits
    if resource.arm_type.lower() == _STORAGE.lower():
        for service in _SERVICES.get(str(value(resource, "kind")).lower(), _ALL_SERVICES):
            target = f"{resource.id}/{service}Services/default".lower()
            yield f"The {service} service of {resource.name}", target, EMITS[f"{_STORAGE}/{service}Services"]


def _sent(graph: ResourceGraph) -> tuple[set[tuple[str, str]], dict[str, Any]]:
    """Which kinds reach a workspace, by the id of their sender; and senders of which that is unknown."""
    sent: set[tuple[str, str]] = set()
    unknown: dict[str, Any] = {}
    for setting in graph.of_type("Microsoft.Insights/diagnosticSettings"):
        target = setting.id.lower().split("/providers/microsoft.insights/diagnosticsettings/")[0]
        workspace = value(setting, "properties.workspaceId")
        for kind in ("logs", "metrics"):
            enabled = [dig(item, "enabled") for item in items(value(setting, f"properties.{kind}"))]
            doubtful = next((entry for entry in (workspace, *enabled) if is_unknown(entry)), None)
            if doubtful is not None:
                unknown[target] = doubtful
            elif workspace and True in enabled:
                sent.add((target, kind))
    return sent, unknown
