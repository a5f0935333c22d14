"""accepted/finding: what the stack file accepts and is not found, is no longer accepted, or may not be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from amlz.checks.finding import Check, Finding, Severity
from amlz.core.config.accepted import AcceptedFindingConfig

ENDED = "Remove `{path}`, or get it accepted again and set `{path}.expiresOn` to a later day, with the new ticket."
NO_TODAY = "Pass `--today YYYY-MM-DD`."
NO_SUCH_CHECK = "Set `{path}.finding` to the id of a finding, as the preview prints it, or remove `{path}`."

CHECK = Check(
    id="accepted/finding",
    severity=Severity.WARNING,
    says="{finding} at {name} is accepted {when}.",
    remedy="Remove `{path}`.",
    why="An accepted finding is shown separately and fails nothing. An entry that matches no finding would hide "
    "a later one; an entry whose day has passed no longer holds, and its finding counts again. Without "
    "`--today` all entries hold, and a note reports it: the clock is not read.",
    source="https://learn.microsoft.com/azure/well-architected/security/security-posture",
    otherwise=(
        ENDED,
        NO_TODAY,
        NO_SUCH_CHECK,
    ),
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding, and the entry of the stack file that accepts it."""

    finding: Finding
    by: AcceptedFindingConfig


@dataclass(frozen=True, slots=True)
class Sorted:
    """Findings that count, with those about the entries; and findings that are accepted."""

    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]


@dataclass(frozen=True, slots=True)
class _EntryMistake:
    """A mistake in an entry. `when`: the end of the sentence; `remedy`: a template."""

    severity: Severity
    when: str
    remedy: str


def accept(
    findings: Sequence[Finding], entries: Sequence[AcceptedFindingConfig], today: str | None, known: Collection[str]
) -> Sorted:
    """Takes out what is accepted. `today`: ISO 8601, None for not set. `known`: ids of all checks."""
    in_force = [entry for entry in entries if not _ended(entry, today)]
    not_accepted, accepted = [], []
    for finding in findings:
        by = next((entry for entry in in_force if _is_of(entry, finding)), None)
        if by is None:
            not_accepted.append(finding)
        else:
            accepted.append(Accepted(finding, by))
    of_entries = (
        _finding(index, entry, mistake)
        for index, entry in enumerate(entries)
        for mistake in _mistakes(entry, findings, today, known)
    )
    return Sorted((*not_accepted, *of_entries), tuple(accepted))


def _ended(entry: AcceptedFindingConfig, today: str | None) -> bool:
    """Returns whether an entry has expired. Both days are ISO 8601, which sorts as time does."""
    return (today or "")[:10] >= entry.expires_on


def _is_of(entry: AcceptedFindingConfig, finding: Finding) -> bool:
    names = ("*", finding.name.lower(), finding.called.lower())
    return entry.finding == finding.check and entry.resource.lower() in names


def _mistakes(
    entry: AcceptedFindingConfig, findings: Sequence[Finding], today: str | None, known: Collection[str]
) -> Iterator[_EntryMistake]:
    """Mistakes in an entry, at most one."""
    if entry.finding not in known:
        yield _EntryMistake(Severity.WARNING, "and no check has that id", NO_SUCH_CHECK)
    elif not any(_is_of(entry, finding) for finding in findings):
        yield _EntryMistake(Severity.WARNING, "and not found", CHECK.remedy)
    elif _ended(entry, today):
        when = f"no longer: its day was {entry.expires_on}, and it counts again"
        yield _EntryMistake(Severity.WARNING, when, ENDED)
    elif not today:
        when = f"until {entry.expires_on}. Cannot tell whether that day has passed, so it holds"
        yield _EntryMistake(Severity.NOTE, when, NO_TODAY)


def _finding(index: int, entry: AcceptedFindingConfig, mistake: _EntryMistake) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=mistake.severity,
        urn="",
        name=entry.resource,
        resource_id="",
        project=None,
        environment=None,
        path=f"acceptedFindings[{index}]",
        expected=None,
        actual=entry.expires_on,
        message=CHECK.says.format(finding=entry.finding, name=entry.resource, when=mistake.when),
        remedy=mistake.remedy.format(path=f"acceptedFindings[{index}]"),
        source=CHECK.source,
        place=("acceptedFindings", index),
        named=True,
    )
