"""Broken rules of mesh documents."""

from __future__ import annotations

from amlz.core.words import plural
from amlz.mesh.lint import MeshFault
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped


def as_text(faults: tuple[MeshFault, ...], version: str, documents: int) -> str:
    """The list for a terminal."""
    lines = [f"{plural(documents, 'document')} checked for Kuma {version}: {plural(len(faults), 'fault')}"]
    for fault in faults:
        lines += ["", f"{fault.rule}  {fault.file}", wrapped("  ", f"{fault.document}: {fault.why}")]
        lines += [wrapped("  ", fault.remedy), f"  {fault.source}"]
    return "\n".join(lines) + "\n"


def as_json(faults: tuple[MeshFault, ...], version: str, documents: int) -> str:
    """The list for programs."""
    rows = [
        {
            "rule": fault.rule, "file": fault.file, "document": fault.document,
            "why": fault.why, "remedy": fault.remedy, "source": fault.source,
        }
        for fault in faults
    ]  # fmt: skip
    return dump({"schemaVersion": 1, "kuma": version, "documents": documents, "faults": rows})
