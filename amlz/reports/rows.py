"""Findings as rows with a position in the stack file: for forms that a pipeline shows at the lines of a file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from amlz.checks.catalogue import ALL, every_check, remedies_of
from amlz.checks.finding import Finding, Severity
from amlz.checks.naming import Names, before
from amlz.core.problems import Path as ConfigPath
from amlz.core.problems import dotted
from amlz.diff.difference import Difference, finding_key, verdict_key
from amlz.policy.engine.requests import REFUSED, PolicyAnswer
from amlz.reports import policy
from amlz.reports.preview import Preview
from amlz.reports.records import finding_record
from amlz.stackfile.stack_file import KEY

#: Words of a verdict that want a look where they do not stop the request.
_LOOK = (*REFUSED, "undecided", "audit", "audit-if-not-exists")
#: The page of checks of a business unit.
_CUSTOM = "custom/checks/README.md"


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A check or a policy. `help`: what to do; `anchor`: where docs/ explains it, "" where nothing does."""

    id: str
    title: str
    text: str
    help: str
    source: str
    anchor: str
    level: Severity


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """One thing found. `path` is that of the stack file, `line` and `column` count from 1.

    `before`: project, environment and resource, as far as the message does not name them; `message` is without.
    `state`: None where nothing is compared, else `new` or `unchanged`. `accepted`: why it does not count, else None.
    """

    rule: RuleEntry
    level: Severity
    name: str
    owner: str | None
    before: str
    message: str
    remedy: str
    path: ConfigPath
    line: int
    column: int
    fingerprint: str
    state: str | None = None
    accepted: str | None = None

    def fails(self, fail_on: str) -> bool:
        """Returns whether it makes the exit code 1. A request that Azure Policy refuses is an error."""
        if fail_on == "none" or self.accepted or self.state == "unchanged":
            return False
        return self.level.at_least(Severity(fail_on)) and (self.rule.anchor != "" or self.level is Severity.ERROR)


def rules() -> tuple[RuleEntry, ...]:
    """Returns every check, as in `amlz explain`."""
    return tuple(
        RuleEntry(
            id=check.id,
            title=check.id,
            text=check.why,
            help="\n".join(remedies_of(check)),
            source=check.source,
            anchor=f"docs/reference/checks.md#{check.id.replace('/', '')}" if check in ALL else _CUSTOM,
            level=check.severity,
        )
        for check in every_check()
    )


def rows(preview: Preview, against: Difference | None = None) -> tuple[FindingEntry, ...]:
    """Returns all findings and answers. With a difference, each is new or unchanged, and those of the guard are new."""
    preview = preview.shown
    known = {rule.id: rule for rule in rules()}
    places = Places(preview)
    new = {finding_key(record) for record in against.findings[0]} if against else set()
    pairs = {verdict_key(record) for record in against.verdicts[0]} if against else set()
    names = preview.names
    entries = []
    for finding in against.guard if against else ():
        row = _of_finding(finding, known, places, against.names if against else names)
        entries.append(replace(row, state="new"))
    for finding in preview.findings:
        state = _state(against, finding_key(finding_record(finding)) in new)
        entries.append(replace(_of_finding(finding, known, places, names), state=state))
    for one in preview.accepted:
        row = _of_finding(one.finding, known, places, names)
        why = f"{one.by.reason} Until {one.by.expires_on}, {one.by.ticket}."
        entries.append(replace(row, accepted=why, state=_state(against, False)))
    for answer in preview.verdicts.answers:
        if answer.word not in policy.QUIET:
            state = _state(against, verdict_key(policy.record(answer, {})) in pairs)
            entries.append(replace(_of_answer(answer, places, names), state=state))
    return tuple(_distinguished(entries))


def _distinguished(rows: Iterable[FindingEntry]) -> Iterator[FindingEntry]:
    """Returns rows with distinct fingerprints: several findings of one check may be at one path."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.fingerprint] += 1
        many = counts[row.fingerprint]
        yield row if many == 1 else replace(row, fingerprint=_hash(row.fingerprint, many))


def _state(against: Difference | None, new: bool) -> str | None:
    return None if against is None else "new" if new else "unchanged"


class Places:
    """Positions of resources in a stack file, as exactly as the plan has them."""

    def __init__(self, preview: Preview) -> None:
        self._document = preview.file.document
        plan = preview.plan
        self._environments = {e.key: (e.project, e.environment) for e in plan.environments}
        self._groups: dict[str, ConfigPath] = {spoke.group.id.lower(): ("spokes", spoke.name) for spoke in plan.spokes}
        if plan.hub is not None:
            self._groups[plan.hub.group.id.lower()] = ("hub",)
        self._resources = {r.id.lower(): r for r in preview.graph}

    def of(self, resource_id: str, urn: str = "") -> ConfigPath:
        """Returns the path of the setting that requests a resource; () where nothing nearer than the landing zone is
        known.
        """
        resource = self._resources.get(resource_id.lower())
        logical = (urn or (resource.urn if resource else "")).rpartition("::")[2]
        group = self._groups.get("/".join(resource_id.lower().split("/")[:5]), ())
        own = logical.removeprefix(f"spoke-{group[1]}-") if group[:1] == ("spokes",) else logical
        keys = [key for key in self._environments if own.startswith(f"{key}-")]
        if keys:
            project, environment = self._environments[max(keys, key=len)]
            return self._within(("projects", project, "environments", environment), resource_id)
        return self._there(group)

    def of_owner(self, project: str | None, environment: str | None) -> ConfigPath:
        """The path of an environment, or of its project where it is gone; () for none."""
        return self._there(("projects", project, "environments", environment)) if project and environment else ()

    def at(self, path: ConfigPath) -> tuple[int, int]:
        """Line and column."""
        return self._document.place(("config", KEY, *path))

    def _within(self, path: ConfigPath, resource_id: str) -> ConfigPath:
        """A cluster has its own lines, the other parts of an environment have those of the environment."""
        name = resource_id.rpartition("/")[2]
        return self._there((*path, "clusters", name) if "/computes/" in resource_id else path)

    def _there(self, path: ConfigPath) -> ConfigPath:
        while path and ("config", KEY, *path) not in self._document.places:
            path = path[:-1]
        return path if path[-1:] not in (("projects",), ("clusters",), ("environments",)) else path[:-1]


def _of_finding(finding: Finding, known: dict[str, RuleEntry], places: Places, names: Names) -> FindingEntry:
    path = finding.place or places.of(finding.resource_id, finding.urn)
    path = path or places.of_owner(finding.project, finding.environment)
    line, column = places.at(path)
    named = names.of_finding(finding)
    return FindingEntry(
        rule=known[finding.check],
        level=finding.severity,
        name=named.label,
        owner=named.owner,
        before=before(named, finding),
        message=finding.message,
        remedy=finding.remedy,
        path=path,
        line=line,
        column=column,
        fingerprint=_hash(finding.check, finding.urn, finding.path),
    )


def _of_answer(answer: PolicyAnswer, places: Places, names: Names) -> FindingEntry:
    subject = answer.subject
    path = places.of(subject.id)
    line, column = places.at(path)
    definition = answer.policy.definition if answer.policy else None
    identity = answer.policy.definition_id if answer.policy else answer.assignment.id
    title = definition.title if definition else answer.assignment.name
    level = Severity.ERROR if answer.blocks else Severity.WARNING if answer.word in _LOOK else Severity.NOTE
    rule = RuleEntry(
        id=f"azure-policy/{identity.rpartition('/')[2]}",
        title=title,
        text=f"Azure Policy: {title}.",
        help="Change what decides it, or have it exempted.",
        source="https://learn.microsoft.com/azure/governance/policy/overview",
        anchor="",
        level=Severity.NOTE,
    )
    named = names.of_answer(answer)
    why = " ".join(policy.because(answer))
    return FindingEntry(
        rule=rule,
        level=level,
        name=named.label,
        owner=named.owner,
        before="",
        message=f"{policy.word(answer)}: {named.full}: {answer.assignment.name}: {title}.{f' {why}' if why else ''}",
        remedy="",
        path=path,
        line=line,
        column=column,
        fingerprint=_hash(identity, answer.assignment.id, subject.id.lower(), answer.word),
        accepted=f"Exempt by {answer.exemption}." if answer.exemption else None,
    )


def _hash(*parts: Any) -> str:
    """The same for the same finding, wherever its line moves."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def where(row: FindingEntry) -> str:
    """The path in the stack file, in words."""
    return dotted(row.path) if row.path else KEY
