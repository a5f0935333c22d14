"""Findings and verdicts of a difference in lines: alike ones once, with every resource named."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from amlz.checks.finding import Finding, Severity
from amlz.checks.naming import Names, before, in_words
from amlz.policy.engine.requests import REFUSED
from amlz.reports.changed import value
from amlz.reports.folding import FoldedAt, distinguished, folded_findings
from amlz.reports.policy import CHANGING, REVERTED
from amlz.reports.styled import led_by

Record = Mapping[str, Any]
#: Reasons of a verdict that are shown; JSON has all.
_REASONS = 3


def finding_of(record: Record, names: Names) -> Finding:
    """A finding as the JSON of a preview has it. The JSON does not record if the message names the resource."""
    label = names.of_urn(record["resource"], record["name"]).label
    return Finding(
        check=record["id"],
        severity=Severity(record["severity"]),
        urn=record["resource"],
        name=record["name"],
        resource_id="",
        project=record["project"],
        environment=record["environment"],
        path=record["path"],
        expected=record["expected"],
        actual=record["actual"],
        message=record["message"],
        remedy=record["remedy"],
        source=record["source"],
        label="" if label == record["name"] else label,
        named=label in record["message"],
    )


def finding_lines(findings: Iterable[Finding], names: Names, says: Callable[[Finding], str]) -> Iterator[str]:
    """Findings, and indented below each the other resources with the same. `says`: what is shown of one."""
    for folded in folded_findings(findings, names):
        first, resource = folded.first, folded.resource
        parts = (before(resource, first), says(first))
        line = f"{first.severity.value}  {first.check}  {' '.join(part for part in parts if part)}"
        yield led_by(first.severity.value, line)
        yield from _below("The same at ", folded.others, folded.columns)


def with_remedy(finding: Finding) -> str:
    """The message and what to do."""
    return f"{finding.message} {finding.remedy}"


def without_remedy(finding: Finding) -> str:
    """The message alone."""
    return finding.message


def verdict_lines(verdicts: Iterable[Record], names: Names) -> Iterator[str]:
    """Verdicts of one assignment for one reason, once, with up to three reasons."""
    groups: dict[Hashable, list[Record]] = {}
    for verdict in verdicts:
        groups.setdefault(_reason(verdict), []).append(verdict)
    for alike in groups.values():
        yield from _verdicts(alike, names)


def _reason(verdict: Record) -> Hashable:
    """By what two verdicts are the same, apart from the resource and its values."""
    assignment = verdict["assignment"].rpartition("/")[2]
    paths = tuple(reason["path"] or reason["condition"] for reason in verdict["reasons"])
    changes = tuple((change["path"], repr(change["after"])) for change in _changes(verdict))
    keys = ("verdict", "blocks", "policy", "reference", "why", "message", "exemption")
    return assignment, *(verdict[key] for key in keys), paths, changes


def _verdicts(alike: Sequence[Record], names: Names) -> Iterator[str]:
    first = alike[0]
    resources = distinguished([names.of_id(item["id"], item["id"].rpartition("/")[2]) for item in alike])
    columns, why = _columns(alike)
    rows = tuple(dict.fromkeys(FoldedAt(r, tuple(values[i] for _, values in columns)) for i, r in enumerate(resources)))
    of = first["reference"] or first["policy"].rpartition("/")[2]
    word = (
        first["verdict"] if first["blocks"] or first["verdict"] not in REFUSED else f"{first['verdict']}, not enforced"
    )
    at = "" if columns else f"  {in_words(row.resource for row in rows)}"
    line = f"{word}  {first['assignment'].rpartition('/')[2]}: {of}{at}" + (f": {'; '.join(why)}" if why else "")
    yield led_by(word, line)
    if columns:
        yield from _below("At ", rows, tuple(title for title, _ in columns))
    if first["verdict"] in CHANGING and first["enforced"] and _changes(first):
        yield f"  {REVERTED}"


def _columns(alike: Sequence[Record]) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """Returns the parts of the verdicts that differ by resource, with the values; and the common part, in words."""
    columns, why = [], []
    for index, reason in enumerate(alike[0]["reasons"][:_REASONS]):
        title, actual = reason["path"] or reason["condition"], [item["reasons"][index]["actual"] for item in alike]
        if len({repr(item) for item in actual}) == 1:
            why.append(f"{title} is {value(actual[0])}")
        elif all(item["id"].endswith(f"/{own}") for item, own in zip(alike, actual, strict=True)):
            why.append(f"decided by {title}, which is the name of each")
        else:
            columns.append((title, [value(item) for item in actual]))
    for index, change in enumerate(_changes(alike[0])):
        old = [value(_changes(item)[index]["before"]) for item in alike]
        if len(set(old)) == 1:
            why.append(f"{change['path']}: {old[0]} becomes {value(change['after'])}")
        else:
            columns.append((f"{change['path']} before", old))
            why.append(f"{change['path']} becomes {value(change['after'])}")
    return columns, why or ([alike[0]["why"]] if alike[0]["why"] else [])


def _changes(verdict: Record) -> list[Record]:
    """Returns the changes that a policy would make in a request."""
    changes = (verdict.get("details") or {}).get("changes") or []
    return [item for item in changes if isinstance(item, dict) and {"path", "before", "after"} <= item.keys()]


def _below(title: str, at: Sequence[FoldedAt], columns: Sequence[str]) -> Iterator[str]:
    if at and not columns:
        yield f"  {title}{in_words(item.resource for item in at)}."
    for folded_at in at if columns else ():
        columns_and_values = (f"{name} is {own}" for name, own in zip(columns, folded_at.values, strict=True))
        yield f"  {title}{folded_at.resource.full}: {', '.join(columns_and_values)}"


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Each line with what is indented below it, in one."""
    paragraphs: list[str] = []
    for line in lines:
        if line.startswith(" ") and paragraphs:
            paragraphs[-1] += f"{'' if paragraphs[-1].endswith(('.', ';')) else '.'} {line.strip()}"
        else:
            paragraphs.append(line)
    yield from paragraphs


def scopes(ids: Iterable[str], names: Names) -> str:
    """Scopes of roles in words."""
    return in_words(dict.fromkeys(names.of_id(item, item.rpartition("/")[2]) for item in ids))
