"""Policies, case files and imports, in words and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from amlz.core.words import plural
from amlz.policy.case_files import Ran
from amlz.policy.engine.errors import BadInput
from amlz.policy.engine.initiative import Initiative
from amlz.policy.engine.values import MISSING
from amlz.policy.imported import ImportResult
from amlz.policy.library import Entry, Library, shown
from amlz.reports.json_text import dump
from amlz.reports.policy import value
from amlz.reports.styled import heading, joined_text


def list_text(library: Library) -> str:
    """Every policy on a line, by folder."""
    lines = []
    for folder, entries in _by_folder(library).items():
        lines.append(folder)
        for entry in entries:
            lines.append(_fitted(f"  {entry.name}"))
            lines += textwrap.wrap(entry.title, 80, initial_indent="      ", subsequent_indent="      ")
    return "\n".join(lines) + "\n"


def list_json(library: Library) -> str:
    """The same for programs."""
    return dump(
        [
            {
                "name": entry.name,
                "title": entry.title,
                "kind": "initiative" if entry.is_initiative else "definition",
                "builtIn": entry.builtin,
                "file": shown(entry.file),
            }
            for entry in library.entries
        ]
    )


def show_text(library: Library, name: str) -> str:
    """Returns the demand of one policy. Raises BadInput for a name that there is not."""
    entry = _entry(library, name)
    properties = entry.properties
    described = textwrap.wrap(str(properties.get("description", "")), 80)
    lines = [entry.title, "", *described, *([""] if described else [])]
    lines += [
        f"name      {entry.name}",
        f"mode      {properties.get('mode', 'Indexed')}" if not entry.is_initiative else "initiative",
    ]
    if entry.builtin:
        lines.append(f"built-in  version {properties.get('version', 'not said')}")
    source = entry.metadata.get("source")
    lines += [f"source    {source}"] if source else []
    lines += _parameters(entry)
    compiled = entry.compiled
    if isinstance(compiled, Initiative):
        lines += ["", "Policies"]
        for member in compiled.members:
            inner = library.entry(member.definition_id)
            title = inner.title if inner else member.definition_id
            lines.append(f"  {member.reference}")
            lines += textwrap.wrap(title, 80, initial_indent="      ", subsequent_indent="      ")
    differences = entry.metadata.get("differences") or []
    lines += ["", "How it differs from the published one"] if differences else []
    for difference in differences:
        lines += textwrap.wrap(str(difference), 80, initial_indent="  - ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def show_json(library: Library, name: str) -> str:
    """Its file. Raises BadInput for a name that there is not."""
    return dump(_entry(library, name).document)


def cases_text(ran: Iterable[Ran]) -> str:
    """Returns the cases with another verdict, then their number."""
    lines: list[str] = []
    failed, total = 0, 0
    for case in ran:
        total += 1
        if not case.passed:
            failed += 1
            lines.append(heading(f"{shown(case.file)}\n  expected {case.expected}, found {case.actual}"))
            lines += [f"  {r['path'] or r['condition']} is {value(r['actual'])}" for r in case.verdict.reasons]
            lines += [f"  {case.verdict.says}"] if case.verdict.says else []
    lines.append(heading(f"{plural(total, 'case')}, {failed} failed"))
    return joined_text("\n", [*lines, ""])


def cases_json(ran: Iterable[Ran]) -> str:
    """Every case."""
    return dump(
        [
            {
                "file": shown(case.file),
                "expected": case.expected,
                "found": case.actual,
                "passed": case.passed,
                "details": case.verdict.details,
                "reasons": case.verdict.reasons,
            }
            for case in ran
        ]
    )


def import_text(result: ImportResult) -> str:
    """Returns the result of an import."""
    lines = [f"{name:<12} {count}" for name, count in result.counts.items() if count]
    lines += ["", "Imported, and not evaluated:"] if result.not_judged else []
    lines += [f"  {text}" for text in result.not_judged]
    return "\n".join(lines) + "\n"


def _entry(library: Library, name: str) -> Entry:
    entry = library.entry(name)
    if entry is None:
        raise BadInput(f"There is no policy {name!r}. `amlz policy list` names those that there are.")
    return entry


def _by_folder(library: Library) -> dict[str, list[Entry]]:
    entries: dict[str, list[Entry]] = {}
    for entry in library.entries:
        entries.setdefault(shown(entry.file.parent), []).append(entry)
    return entries


def _parameters(entry: Entry) -> Iterator[str]:
    declared = entry.compiled.parameters
    if not declared:
        return
    yield ""
    yield "Parameters"
    for parameter in declared.values():
        default = "must be given" if parameter.default is MISSING else f"default {_short(parameter.default)}"
        allowed = f", one of {', '.join(map(str, parameter.allowed))}" if parameter.allowed else ""
        yield from textwrap.wrap(
            f"{parameter.name}: {parameter.type}, {default}{allowed}",
            80,
            initial_indent="  ",
            subsequent_indent="      ",
        )


def _short(value: object) -> str:
    text = str(value) if value != "" else "empty"
    return text if len(text) <= 60 else text[:57] + "..."


def _fitted(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
