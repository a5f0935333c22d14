"""Findings for people to read: alike ones once, with the names of all resources; those that are accepted apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checks.finding import Finding, Severity
from reports import accepted
from reports.preview import Preview, alike

#: Colours, as in the heat map.
LEVELS = {Severity.ERROR: "bad", Severity.WARNING: "look", Severity.NOTE: "unknown"}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding. `where`: project and environment, "" for none; `others`: names of resources with the same."""

    severity: str
    level: str
    check: str
    name: str
    where: str
    message: str
    others: tuple[str, ...]
    remedy: str
    source: str
    accepted: str = ""


def findings(preview: Preview) -> tuple[FindingRow, ...]:
    """All that count, the worst first."""
    return finding_rows(preview.findings)


def finding_rows(found: Iterable[Finding]) -> tuple[FindingRow, ...]:
    """Findings as rows, alike ones once."""
    return tuple(_row(first, tuple(other.name for other in others)) for first, others in alike(found))


def accepted_findings(preview: Preview) -> tuple[FindingRow, ...]:
    """Those that the stack file accepts: they count nowhere."""
    return tuple(_row(one.finding, (), accepted.why(one)) for one in preview.accepted)


def _row(first: Finding, others: tuple[str, ...], why: str = "") -> FindingRow:
    return FindingRow(
        severity=first.severity.value,
        level=LEVELS[first.severity],
        check=first.check,
        name=first.name,
        where=f"{first.project}, {first.environment}" if first.project else "",
        message=first.message,
        others=others,
        remedy=first.remedy,
        source=first.source,
        accepted=why,
    )
