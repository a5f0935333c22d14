"""accepted/finding: what the stack file accepts and is not found, is no longer accepted, or may not be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from checks.finding import Check, Finding, Severity
from landingzone.config.accepted import AcceptedFindingConfig

CHECK = Check(
    id="accepted/finding",
    severity=Severity.WARNING,
    says="{finding} at {name} is accepted {when}.",
    remedy="Remove it from acceptedFindings, or have it decided anew, with another day and ticket. `--today` says the "
    "day.",
    why="A finding that is accepted is shown apart and fails nothing. An entry that nothing is found for hides what "
    "comes later; one whose day has come no longer holds, and its finding counts again. Without `--today` each holds, "
    "and a note says so: nothing is read from the clock.",
    source="https://learn.microsoft.com/azure/well-architected/security/security-posture",
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding, and the entry of the stack file that accepts it."""

    finding: Finding
    by: AcceptedFindingConfig


@dataclass(frozen=True, slots=True)
class Sorted:
    """Findings that count, what is said of the entries among them; and those that are accepted."""

    found: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]


def accept(
    findings: Sequence[Finding], entries: Sequence[AcceptedFindingConfig], today: str, known: Collection[str]
) -> Sorted:
    """Takes out what is accepted. `today`: ISO 8601, "" for not said. `known`: ids of all checks."""
    in_force = [entry for entry in entries if not _ended(entry, today)]
    found, accepted = [], []
    for finding in findings:
        by = next((entry for entry in in_force if _is_of(entry, finding)), None)
        if by is None:
            found.append(finding)
        else:
            accepted.append(Accepted(finding, by))
    said = (
        _said(index, entry, severity, when)
        for index, entry in enumerate(entries)
        for severity, when in _judged(entry, findings, today, known)
    )
    return Sorted((*found, *said), tuple(accepted))


def _ended(entry: AcceptedFindingConfig, today: str) -> bool:
    """Whether an entry's day has come. Both days are ISO 8601, which sorts as time does."""
    return bool(today) and today[:10] >= entry.expires_on


def _is_of(entry: AcceptedFindingConfig, finding: Finding) -> bool:
    names = ("*", finding.name.lower(), finding.called.lower())
    return entry.finding == finding.check and entry.resource.lower() in names


def _judged(
    entry: AcceptedFindingConfig, findings: Sequence[Finding], today: str, known: Collection[str]
) -> Iterator[tuple[Severity, str]]:
    """What is to be said of an entry, at most one thing."""
    if entry.finding not in known:
        yield Severity.WARNING, "and no check has that id"
    elif not any(_is_of(entry, finding) for finding in findings):
        yield Severity.WARNING, "and not found"
    elif _ended(entry, today):
        yield Severity.WARNING, f"no longer: its day was {entry.expires_on}, and it counts again"
    elif not today:
        yield Severity.NOTE, f"until {entry.expires_on}; whether that day has come is undecided, so it holds"


def _said(index: int, entry: AcceptedFindingConfig, severity: Severity, when: str) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=severity,
        urn="",
        name=entry.resource,
        resource_id="",
        project="",
        environment="",
        path=f"acceptedFindings[{index}]",
        expected=None,
        actual=entry.expires_on,
        message=CHECK.says.format(finding=entry.finding, name=entry.resource, when=when),
        remedy=CHECK.remedy,
        source=CHECK.source,
        place=("acceptedFindings", index),
    )
