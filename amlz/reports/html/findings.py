"""Findings for people to read: alike ones once, with the names of all resources; those that are accepted apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from amlz.checks.finding import Finding, Severity
from amlz.checks.naming import Named, Names, names_of
from amlz.reports import accepted
from amlz.reports.folding import FoldedAt, folded_findings, rows
from amlz.reports.preview import Preview

#: Colours, as in the heat map.
LEVELS = {Severity.ERROR: "bad", Severity.WARNING: "look", Severity.NOTE: "unknown"}


@dataclass(frozen=True, slots=True)
class SameAt:
    """Resources of one project and environment, "" for none: name and values of each."""

    where: str
    resources: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding. `where`: project and environment, "" for none.

    `others`: resources with the same, by project and environment, each with its own values of `columns`.
    """

    severity: str
    level: str
    check: str
    name: str
    where: str
    message: str
    others: tuple[SameAt, ...]
    remedy: str
    source: str
    columns: tuple[str, ...] = ()
    accepted: str = ""

    @property
    def count(self) -> int:
        """How many other resources have the same."""
        return sum(len(each.resources) for each in self.others)


def findings(preview: Preview) -> tuple[FindingRow, ...]:
    """Returns all findings that count, the worst first."""
    return finding_rows(preview.findings, names_of(preview.graph))


def finding_rows(found: Iterable[Finding], names: Names) -> tuple[FindingRow, ...]:
    """Findings as rows, alike ones once."""
    return tuple(
        replace(
            _row(folded_finding.first, folded_finding.resource),
            others=same_at(folded_finding.others),
            columns=folded_finding.columns,
        )
        for folded_finding in folded_findings(found, names)
    )


def same_at(at: Iterable[FoldedAt]) -> tuple[SameAt, ...]:
    """Resources with the same, by project and environment."""
    return tuple(
        SameAt(where, tuple((member.resource.label, *member.values) for member in members))
        for where, members in rows(at)
    )


def accepted_findings(preview: Preview) -> tuple[FindingRow, ...]:
    """Those that the stack file accepts: they count nowhere."""
    names = names_of(preview.graph)
    return tuple(
        replace(_row(one.finding, names.of_finding(one.finding)), accepted=accepted.why(one))
        for one in preview.accepted
    )


def _row(first: Finding, resource: Named) -> FindingRow:
    return FindingRow(
        severity=first.severity.value,
        level=LEVELS[first.severity],
        check=first.check,
        name=resource.label,
        where=resource.owner,
        message=first.message,
        others=(),
        remedy=first.remedy,
        source=first.source,
    )
