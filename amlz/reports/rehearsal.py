"""Reports of a rehearsal: as text, as JSON, as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amlz.checks.naming import Named, Names, distinct, in_words, owner
from amlz.rehearsal.faults import FaultOutcome
from amlz.rehearsal.life import Audited, Life
from amlz.rehearsal.steps import Step
from amlz.reports.folding_records import finding_lines, joined, without_remedy
from amlz.reports.hiding import hidden_record
from amlz.reports.json_text import dump
from amlz.reports.markdown_text import escaped
from amlz.reports.records import finding_record
from amlz.reports.styled import heading, paragraphs

SCHEMA_VERSION = 1
NOT_SIMULATED = "Limitations of the simulator: docs/how-to/rehearsal.md."
_HEAD = ("step", "created", "updated", "replaced", "deleted", "seconds")
_FAULT_HEAD = ("fault", "struck", "result", "seconds")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal: a life, or faults."""

    stack: str
    life: Life | None = None
    outcomes: tuple[FaultOutcome, ...] = ()

    @property
    def wrong(self) -> bool:
        """Returns whether it failed."""
        return bool(self.life and self.life.wrong) or any(outcome.wrong for outcome in self.outcomes)


def as_text(rehearsal: Rehearsal) -> str:
    """Tables first, then what a person has to know, in 80 columns."""
    rehearsal = hidden_record(rehearsal)
    parts: list[str] = [heading(rehearsal.stack)]
    if rehearsal.life:
        parts += [_columns(_HEAD, _rows(rehearsal.life.steps)), *_life_lines(rehearsal.life)]
    if rehearsal.outcomes:
        parts += [_columns(_FAULT_HEAD, _fault_rows(rehearsal.outcomes)), *_faults_told(rehearsal.outcomes)]
    return paragraphs([*parts, NOT_SIMULATED])


def as_markdown(rehearsal: Rehearsal) -> str:
    """The same for a pull request."""
    rehearsal = hidden_record(rehearsal)
    parts = [f"# Rehearsal of {escaped(rehearsal.stack)}"]
    if rehearsal.life:
        parts += [_pipes(_HEAD, _rows(rehearsal.life.steps)), *_life_lines(rehearsal.life, "- ")]
    if rehearsal.outcomes:
        parts += [_pipes(_FAULT_HEAD, _fault_rows(rehearsal.outcomes)), *_faults_told(rehearsal.outcomes, "- ")]
    return "\n\n".join([*parts, NOT_SIMULATED]) + "\n"


def as_json(rehearsal: Rehearsal) -> str:
    """The same for programs."""
    rehearsal = hidden_record(rehearsal)
    life = rehearsal.life
    return dump(
        {
            "schemaVersion": SCHEMA_VERSION,
            "stack": rehearsal.stack,
            "wrong": rehearsal.wrong,
            "steps": [_step(step) for step in life.steps] if life else [],
            "audited": [_audited_record(audited, life.owners) for audited in life.audited] if life else [],
            "stays": [{"id": stay.id, "why": stay.why} for stay in life.stays] if life else [],
            "namesKept": [
                {"type": kept.type, "name": kept.name, "days": kept.days, "purgeable": kept.purgeable}
                for kept in (life.kept if life else ())
            ],
            "faults": [_outcome(outcome) for outcome in rehearsal.outcomes],
        }
    )


def _rows(steps: Iterable[Step]) -> list[tuple[str, ...]]:
    rows = []
    for step in steps:
        counts = (step.created, step.updated, step.replaced, step.deleted)
        done = (*(str(count or "") for count in counts), f"{step.seconds:.1f}")
        rows.append((step.name, *(("", "", "", "", "left out") if step.left_out else done)))
    return rows


def _fault_rows(outcomes: Iterable[FaultOutcome]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for outcome in outcomes:
        seconds = outcome.first.seconds + (outcome.then.seconds if outcome.then else 0)
        struck = "; ".join(_short(item) for item in outcome.struck)
        rows.append((", ".join(fault.fault.kind for fault in outcome.asked), struck, outcome.result, f"{seconds:.1f}"))
    return rows


def _short(struck: str) -> str:
    """A verb and the end of an id: `create vaults/kv`."""
    verb, _, resource_id = struck.partition(" ")
    return f"{verb} {'/'.join(resource_id.split('/')[-2:])}"


def _life_lines(life: Life, mark: str = "  ") -> list[str]:
    refused = [
        f"{step.name}: {refusal.name or 'the engine'}: {refusal.message}"
        for step in life.steps
        for refusal in step.refused
    ]
    moved = [f"{step.name} changed what it must leave as it is" for step in life.steps if step.still and step.changed]
    lost = [
        f"{step.name}: {loss.name}, {'; '.join(part for part in (loss.what, loss.back) if part)}"
        for step in life.steps
        for loss in step.lost
    ]
    guarded = [
        f"{step.name}: {line}"
        for step in life.steps
        for line in joined(finding_lines(step.guarded, Names(), without_remedy))
    ]
    kept = [
        f"{name.name} ({name.type}), for {name.days} days; "
        + ("a person can free it sooner" if name.purgeable else "purge protection: nobody can free it sooner")
        for name in life.kept
    ]
    own = [
        f"{step.name}: {step.own} resources differ only in what Azure changes by itself; this is no drift"
        for step in life.steps
        if step.own
    ]
    sections = (
        ("refused", [*refused, *moved]),
        ("changed by Azure", own),
        ("left out", [f"{step.name}: {step.left_out}" for step in life.steps if step.left_out]),
        ("reported by the guard", guarded),
        ("would be lost", lost),
        ("does not comply", [_audited(audited, life.owners) for audited in life.audited]),
        ("stays after destroy", list(_stays(life))),
        ("names that Azure keeps after destroy", kept),
    )
    return [_section(title, lines, mark) for title, lines in sections if lines]


def _audited(audited: Audited, owners: Mapping[str, tuple[str, str]]) -> str:
    """A policy with every resource that does not comply, by project and environment."""
    at = [Named(item, _short(f"- {item}")[2:], owner(*owners.get(item.lower(), ("", "")))) for item in audited.ids]
    return f"{audited.assignment}: {audited.policy}: {in_words(distinct(at))}"


def _audited_record(audited: Audited, owners: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "assignment": audited.assignment,
        "policy": audited.policy,
        "count": audited.count,
        "first": audited.first,
        "resources": [_owned(resource_id, owners) for resource_id in audited.ids],
    }


def _owned(resource_id: str, owners: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    project, environment = owners.get(resource_id.lower(), ("", ""))
    return {"id": resource_id, "project": project, "environment": environment}


def _stays(life: Life) -> Iterator[str]:
    """By name what stays for its own sake; what it needs, as a number."""
    yield from (f"{stay.id}: {stay.why}" for stay in life.stays if not stay.needed)
    needed = sum(stay.needed for stay in life.stays)
    if needed:
        yield f"{needed} others, which these need (--format json names them)"


def _faults_told(outcomes: Iterable[FaultOutcome], mark: str = "  ") -> list[str]:
    sections = []
    for outcome in outcomes:
        lines = [f"{fault.fault.kind}: {fault.fault.says}" for fault in outcome.asked if fault.fault.says]
        lines += [f"message of up: {refusal.message}" for refusal in outcome.first.refused[:1]]
        lines += [f"refresh showed: {outcome.refresh.updated} changed by hand"] if outcome.refresh else []
        lines += [f"a person: {outcome.person}"] if outcome.person and outcome.then else []
        lines += [f"differs: {difference}" for difference in outcome.differences[:5]] if outcome.wrong else []
        sections.append(_section(", ".join(map(str, outcome.asked)), lines, mark))
    return sections


def _section(title: str, lines: Iterable[str], mark: str) -> str:
    if mark != "  ":
        return "\n".join([f"## {escaped(title)}\n", *(f"{mark}{escaped(line)}" for line in lines)])
    written = [
        textwrap.fill(
            line,
            80,
            initial_indent=mark,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines
    ]
    return heading("\n".join([title, *written]))


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    wide = [max(len(row[index]) for row in (head, *rows)) for index in range(len(head))]
    words = [index for index, name in enumerate(head) if name in ("step", "fault", "struck", "result")]
    lines = []
    for row in (head, *rows):
        cells = [
            cell.ljust(wide[index]) if index in words else cell.rjust(wide[index]) for index, cell in enumerate(row)
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def _pipes(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "created": step.created,
        "updated": step.updated,
        "replaced": step.replaced,
        "deleted": step.deleted,
        "changedByAzure": step.own,
        "seconds": round(step.seconds, 1),
        "wrong": step.wrong,
        "leftOut": step.left_out or "",
        "refused": [{"name": refusal.name, "said": refusal.message} for refusal in step.refused],
        "guard": [finding_record(finding) for finding in step.guarded],
        "lost": [{"name": loss.name, "id": loss.id, "what": loss.what, "back": loss.back} for loss in step.lost],
    }


def _outcome(outcome: FaultOutcome) -> dict[str, Any]:
    return {
        "faults": [str(fault) for fault in outcome.asked],
        "struck": list(outcome.struck),
        "result": outcome.result,
        "wrong": outcome.wrong,
        "up": _step(outcome.first),
        "person": outcome.person if outcome.then else "",
        "refresh": _step(outcome.refresh) if outcome.refresh else None,
        "next": _step(outcome.then) if outcome.then else None,
        "differences": list(outcome.differences),
    }
