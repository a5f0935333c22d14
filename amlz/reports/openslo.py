"""Service level objectives as OpenSLO documents.

The format: https://github.com/OpenSLO/OpenSLO, apiVersion openslo/v1. Settings that it has no key for are annotations.
"""

from __future__ import annotations

from typing import Any

import yaml

from amlz.core.specs.operations import SloSpec

API_VERSION = "openslo/v1"
#: The kind of data source, which OpenSLO leaves to its users.
SOURCE = "AzureLogAnalytics"


def as_openslo(slos: tuple[SloSpec, ...]) -> str:
    """Returns a document an objective that is measured."""
    documents = [_document(slo) for slo in slos if slo.record is not None]
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=1000)


def _document(slo: SloSpec) -> dict[str, Any]:
    project, environment = slo.owner.split("/")
    name = f"{project}-{environment}-{slo.key}"
    notes = {
        "limit": slo.limit.split()[0] if slo.limit else None,
        "endpoint": slo.endpoint,
        "minimum": str(slo.minimum) if slo.minimum is not None else None,
    }
    annotations = {key: value for key, value in notes.items() if value is not None}
    metadata = {"name": name, "labels": {"project": project, "environment": environment, "indicator": slo.indicator}}
    return {
        "apiVersion": API_VERSION,
        "kind": "SLO",
        "metadata": metadata | ({"annotations": annotations} if annotations else {}),
        "spec": {
            "description": f"{slo.target:g} % {slo.good}",
            "service": f"{project}-{environment}",
            "indicator": {
                "metadata": {"name": f"{name}-indicator"},
                "spec": {
                    "ratioMetric": {"counter": False, "good": _source(slo, "good"), "total": _source(slo, "total")}
                },
            },
            "timeWindow": [{"duration": f"{slo.days}d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"displayName": slo.key, "target": round(slo.target / 100, 10)}],
        },
    }


def _source(slo: SloSpec, column: str) -> dict[str, Any]:
    return {"metricSource": {"type": SOURCE, "spec": {"query": slo.record, "column": column}}}
