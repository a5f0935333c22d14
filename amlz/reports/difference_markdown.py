"""A difference as Markdown, for a comment on a pull request: decisions are open, property by property is folded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from amlz.checks.finding import Finding, Severity
from amlz.checks.naming import before, in_words, owner
from amlz.diff.difference import Changed, Difference
from amlz.reports.changed import changed_groups, does, sides
from amlz.reports.difference_as import NO_DECISION, changed_parts, headline, needs_decision, not_covered, sections
from amlz.reports.folding import FoldedFinding, folded_findings
from amlz.reports.folding_records import finding_of, with_remedy, without_remedy
from amlz.reports.links import NO_LINKS, Links
from amlz.reports.markdown_text import LONGEST, Markdown, block, code, escaped, fitted, link, marked, named
from amlz.reports.preview import Preview
from amlz.reports.rows import Places

#: Titles of the sections of findings, by the part of the difference that they show.
_STOPPED, _REPORTED = "Stopped by the guard", "Reported by the guard"
_NEW, _GONE = "New findings", "Findings that are gone"
#: Columns of the table of environments.
_COLUMNS = ("resources lost", "refused by policy", "errors", "warnings", "notes")


def markdown(difference: Difference, preview: Preview | None = None, links: Links = NO_LINKS) -> str:
    """Returns the comment. `preview`: of the new side, whose stack file has the lines that `links` lead to."""
    mark = "❌" if difference.fails("error") else "⚠️" if any(needs_decision(difference)) else "✅"
    findings = _Findings(difference, Places(preview) if preview and links.base else None, preview, links)
    lines = [f"## {mark} {escaped(headline(difference))}", "", *_table(difference), *_entries(difference)]
    known = difference.names.labels
    for title, listed in sections(difference):
        body = findings.section(title) or _body(difference, title, listed, known)
        if title in NO_DECISION:
            lines += [f"<details><summary>{title}</summary>", "", body, "", "</details>", ""]
        else:
            lines += [f"**{title}**", "", body, ""]
    lines += [f"<sub>Not covered: {not_covered(difference)}.</sub>"]
    return fitted("\n".join(lines) + "\n", LONGEST)


def _body(difference: Difference, title: str, lines: Iterable[str], known: Collection[str]) -> str:
    changed = changed_parts(difference).get(title)
    if changed is not None:
        return block("diff", _changes(changed))
    return "\n".join(f"{'  ' if line.startswith(' ') else ''}- {marked(line.strip(), known)}" for line in lines)


def _changes(changed: Sequence[Changed]) -> Iterator[str]:
    """Lines of a diff: each resource as a comment, each property with its old and its new value."""
    for title, changes, further in changed_groups(changed):
        yield f"# {title}"
        for change in changes:
            effect = does(change)
            if effect:
                yield f"! {change.row.path}: {effect}"
            for sign, text in zip("-+", sides(change.row), strict=True):
                if text:
                    yield f"{sign} {change.row.path}: {text}"
        if further:
            yield f"# and {further}"


def _table(difference: Difference) -> Iterator[str]:
    """Rows that count decisions by environment, the worst first. No row where there is none to make."""
    counts: dict[str, list[int]] = {}

    def add(whose: str | None, column: int) -> None:
        counts.setdefault(whose or "", [0] * len(_COLUMNS))[column] += 1

    for resource, _ in difference.lost:
        add(owner(resource["project"], resource["environment"]), 0)
    for verdict in difference.verdicts[0]:
        if verdict["blocks"]:
            add(difference.names.of_id(verdict["id"], "").owner, 1)
    new = (finding_of(record, difference.names) for record in difference.findings[0])
    for finding in (*difference.guard, *new):
        add(difference.names.of_finding(finding).owner, 2 + list(Severity).index(finding.severity))
    if counts:
        yield f"| environment | {' | '.join(_COLUMNS)} |"
        yield f"| --- |{' ---: |' * len(_COLUMNS)}"
        for whose, row in sorted(counts.items(), key=lambda item: ([-count for count in item[1]], item[0])):
            yield f"| {escaped(whose) if whose else 'shared by all'} | {' | '.join(map(str, row))} |"
        yield ""


def _entries(difference: Difference) -> Iterator[str]:
    """Entries of the stack file that allow what the guard stops, as YAML to copy."""
    entries: dict[str, dict[str, None]] = {}
    for finding in difference.guard:
        if finding.severity is Severity.ERROR and finding.allowed_by is not None:
            entries.setdefault(finding.allowed_by.key, {})[finding.allowed_by.text] = None
    if entries:
        yield "**To accept the losses, add to the stack file, below `amlz:landingZone`**"
        yield ""
        lines = (line for key, texts in entries.items() for line in (f"{key}:", *(f"  - {text}" for text in texts)))
        yield block("yaml", lines)
        yield ""


class _Findings:
    """The findings of a difference as list items, with links to the check's page and to the stack file's line."""

    def __init__(self, difference: Difference, places: Places | None, preview: Preview | None, links: Links) -> None:
        self._difference, self._places, self._links = difference, places, links
        self._file = Path(preview.file.display_path) if preview else Path()

    def section(self, title: str) -> str:
        """Returns the body of a section of findings; "" for another section."""
        if title not in (_STOPPED, _REPORTED, _NEW, _GONE):
            return ""
        says = without_remedy if title == _GONE else with_remedy
        folded_of_section = folded_findings(self._of(title), self._difference.names)
        return "\n".join(line for folded in folded_of_section for line in self._lines(folded, says))

    def _of(self, title: str) -> list[Finding]:
        guard, (new, gone) = self._difference.guard, self._difference.findings
        if title in (_STOPPED, _REPORTED):
            return [finding for finding in guard if (finding.severity is Severity.ERROR) is (title == _STOPPED)]
        return [finding_of(record, self._difference.names) for record in (new if title == _NEW else gone)]

    def _lines(self, folded: FoldedFinding, says: Callable[[Finding], str]) -> Iterator[str]:
        first, others = folded.first, [item.resource for item in folded.others]
        called = [finding.label for finding in (folded.resource, *others)]
        label = before(folded.resource, first)
        head = f"- **{first.severity.value}** {link(code(first.check), self._links.check(first.check))}"
        text = named(f"{label} {says(first)}".strip(), called)
        yield f"{head}{self._line(first)} {text}"
        if folded.columns:
            for item in folded.others:
                own = ", ".join(f"{name} is {value}" for name, value in zip(folded.columns, item.values, strict=True))
                yield f"  - {named(f'The same at {item.resource.full}: {own}', [item.resource.label])}"
        elif others:
            yield f"  - {named(f'The same at {in_words(others)}.', called)}"

    def _line(self, finding: Finding) -> Markdown:
        """A link to the line that requests the resource, " (line 12)"; "" where no address is known."""
        if self._places is None:
            return Markdown("")
        line, _ = self._places.at(finding.place or self._places.of(finding.resource_id, finding.urn))
        address = self._links.line(self._file, line)
        return Markdown(f" ({link(Markdown(f'line {line}'), address)})") if address else Markdown("")
