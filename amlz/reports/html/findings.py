"""Findings for people to read: alike ones once, with the names of all resources; those that are accepted apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from amlz.checks.finding import Finding, Severity
from amlz.checks.naming import Named, Names, owner
from amlz.core.problems import dotted
from amlz.reports import accepted
from amlz.reports.folding import FoldedAt, folded_findings, rows
from amlz.reports.html.anchors import Anchors
from amlz.reports.links import NO_LINKS, Links
from amlz.reports.preview import Preview
from amlz.reports.rows import Places

#: Colours, as in the list of policies.
LEVELS = {Severity.ERROR: "bad", Severity.WARNING: "look", Severity.NOTE: "unknown"}


@dataclass(frozen=True, slots=True)
class SameAt:
    """Resources of one project and environment, "" for none: name and values of each."""

    owner: str
    resources: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class LinePosition:
    """The setting that requests a resource: `Pulumi.dev.yaml:31` and its path, with links, "" where there is none."""

    line: str
    path: str
    href: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding. `anchor`: its id on the page; `owner`: project and environment, "" for none.

    `others`: resources with the same, by project and environment, each with its own values of `columns`. `page`: the
    address of its check in docs/. `production`: whether one of its environments is production.
    """

    anchor: str
    severity: str
    level: str
    check: str
    name: str
    owner: str
    message: str
    others: tuple[SameAt, ...]
    remedy: str
    source: str
    columns: tuple[str, ...] = ()
    accepted: str | None = None
    position: LinePosition | None = None
    page: str | None = None
    production: bool = False

    @property
    def count(self) -> int:
        """Returns the number of other resources with the same finding."""
        return sum(len(other.resources) for other in self.others)


class FindingPlaces:
    """Positions of findings in the stack file, links to them, and the environments that are production."""

    def __init__(self, preview: Preview, links: Links = NO_LINKS) -> None:
        self.links = links
        self.production = production_owners(preview)
        self._file = preview.file.display_path
        self._places = Places(preview)

    def of(self, finding: Finding) -> LinePosition:
        """The position of a finding."""
        path = finding.place or self._places.of(finding.resource_id, finding.urn)
        path = path or self._places.of_owner(finding.project, finding.environment)
        line, _ = self._places.at(path)
        return LinePosition(f"{Path(self._file).name}:{line}", dotted(path), self.links.line(Path(self._file), line))


def production_owners(preview: Preview) -> frozenset[str]:
    """The environments that are production, as names of resources have them."""
    environments = (owner(e.project, e.environment) for e in preview.plan.environments if e.production)
    return frozenset(environment for environment in environments if environment)


def findings(preview: Preview, places: FindingPlaces) -> tuple[FindingRow, ...]:
    """Returns all findings that count, the worst first."""
    return finding_rows(preview.findings, preview.names, places)


def finding_rows(
    findings: Iterable[Finding], names: Names, places: FindingPlaces | None, kind: str = "finding"
) -> tuple[FindingRow, ...]:
    """Findings as rows, alike ones once. `places`: None where the stack file is not known; `kind`: begins their ids."""
    anchors = Anchors()
    return tuple(
        replace(
            _row(folded_finding.first, folded_finding.resource, places),
            anchor=_anchor(anchors, kind, folded_finding.first),
            others=same_at(folded_finding.others),
            columns=folded_finding.columns,
            production=_in_production((folded_finding.resource, *(o.resource for o in folded_finding.others)), places),
        )
        for folded_finding in folded_findings(findings, names)
    )


def same_at(at: Iterable[FoldedAt]) -> tuple[SameAt, ...]:
    """Resources with the same, by project and environment."""
    return tuple(
        SameAt(owner or "", tuple((member.resource.label, *member.values) for member in members))
        for owner, members in rows(at)
    )


def accepted_findings(preview: Preview, places: FindingPlaces) -> tuple[FindingRow, ...]:
    """Those that the stack file accepts: they count nowhere."""
    names, anchors = preview.names, Anchors()
    return tuple(
        replace(
            _row(one.finding, names.of_finding(one.finding), places),
            anchor=_anchor(anchors, "accepted", one.finding),
            accepted=accepted.why(one),
            production=_in_production((names.of_finding(one.finding),), places),
        )
        for one in preview.accepted
    )


def _anchor(anchors: Anchors, kind: str, finding: Finding) -> str:
    return anchors.of(kind, finding.check, finding.urn, finding.path)


def _in_production(resources: Iterable[Named], places: FindingPlaces | None) -> bool:
    return places is not None and any(resource.owner in places.production for resource in resources)


def _row(first: Finding, resource: Named, places: FindingPlaces | None) -> FindingRow:
    return FindingRow(
        anchor="",
        severity=first.severity.value,
        level=LEVELS[first.severity],
        check=first.check,
        name=resource.label,
        owner=resource.owner or "",
        message=first.message,
        others=(),
        remedy=first.remedy,
        source=first.source,
        position=places.of(first) if places else None,
        page=places.links.check(first.check) if places else None,
    )
