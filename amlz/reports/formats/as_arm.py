"""A preview as the list of requests that ARM would get."""

from __future__ import annotations

from amlz.reports.formats.registry import Report
from amlz.reports.json_text import dump
from amlz.reports.preview import Preview


def write(report: Report) -> str:
    """Returns a preview: no difference has this format."""
    return render(report.preview())


def render(preview: Preview) -> str:
    """Type, API version, URN, id and body of every resource, in the order of creation."""
    return dump(
        [
            {"type": r.arm_type, "apiVersion": r.api_version, "urn": r.urn, "id": r.id, "body": r.body}
            for r in preview.shown.graph
        ]
    )
