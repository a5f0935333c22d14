"""Answers of `amlz reach`: as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from amlz.core.terminal import terminal
from amlz.core.words import plural
from amlz.reach.answers import ReachAnswer, port_text
from amlz.reach.facts import NOT_MODELLED
from amlz.reach.packet import Hop
from amlz.reach.summary import SummaryRow, rows
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped
from amlz.reports.markdown_text import escaped

SCHEMA_VERSION = 1
#: Maximum of answers that are shown with every hop; more are a table.
_DETAILED = 12


def as_json(stack: str, answers: Sequence[ReachAnswer]) -> str:
    """For programs: every answer with its hops."""
    return dump(
        {
            "schemaVersion": SCHEMA_VERSION,
            "stack": stack,
            "answers": [answer_record(answer) for answer in answers],
            "notModelled": list(NOT_MODELLED),
        }
    )


def answer_record(answer: ReachAnswer) -> dict[str, Any]:
    """Returns an answer as JSON has it."""
    decisive = answer.decisive
    return {
        "from": answer.source.name,
        "fromEnvironment": answer.source.owner or "",
        "to": answer.destination.name,
        "toKind": answer.destination.kind,
        "toEnvironment": answer.destination.owner or "",
        "protocol": answer.protocol,
        "ports": port_text(answer.ports),
        "verdict": answer.verdict.value,
        "decisive": _hop(decisive) if decisive else None,
        "hops": [_hop(hop) for hop in answer.hops],
        "assumes": list(answer.assumes),
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {"at": hop.at, "rule": hop.rule, "says": hop.says, "passes": hop.passes}


def as_text(stack: str, answers: Sequence[ReachAnswer]) -> str:
    """For people: a few answers with every hop, many as a table."""
    lines = [f"{stack}: who reaches what, by the requests that would be sent", ""]
    if not answers:
        lines += ["No named source and destination: it has neither subnets of machines nor endpoints.", ""]
    elif len(answers) <= _DETAILED:
        for answer in answers:
            lines += [*_detailed(answer), ""]
    else:
        lines += [*_table(rows(answers)), ""]
    lines += ["Not modelled", *(wrapped("  ", text) for text in NOT_MODELLED)]
    return terminal("\n".join(lines) + "\n")


def _detailed(answer: ReachAnswer) -> Iterator[str]:
    ports = "" if answer.protocol == "icmp" else f" {port_text(answer.ports)}"
    yield wrapped(
        "", f"{answer.source.name} to {answer.destination.name}, {answer.protocol}{ports}: {answer.verdict.value}"
    )
    for hop in answer.hops:
        mark = {True: "  ", False: "x ", None: "? "}[hop.passes]
        rule = f", {hop.rule}" if hop.rule else ""
        yield wrapped(f"  {mark}", f"{hop.at}{rule}: {hop.says}", whole=False)
    if answer.but is not None:
        rule = f", {answer.but.rule}" if answer.but.rule else ""
        yield wrapped("  but for others ", f"{answer.but.at}{rule}: {answer.but.says}", whole=False)
    for text in answer.assumes:
        yield wrapped("    assumes: ", text)


def _table(summary_rows: Sequence[SummaryRow]) -> Iterator[str]:
    source = ""
    for row in summary_rows:
        if row.source != source:
            source = row.source
            yield ("" if row is summary_rows[0] else "\n") + source + (f" ({row.owner})" if row.owner else "")
        yield wrapped(f"  {row.verdict:<12}", row.to, whole=False)
        if row.why:
            yield wrapped(f"  {'':<12}by ", row.why, whole=False)


def as_markdown(stack: str, answers: Sequence[ReachAnswer]) -> str:
    """For a comment: a table, a row for each source and verdict."""
    lines = [f"## {escaped(stack)}: who reaches what", "", *markdown_table(rows(answers)), ""]
    lines += [f"{plural(len(answers), 'answer')}. Not modelled: {escaped('; '.join(NOT_MODELLED))}."]
    return "\n".join(lines) + "\n"


def markdown_table(summary_rows: Sequence[SummaryRow]) -> list[str]:
    """Returns the rows of a summary as a table of Markdown."""
    body = (" | ".join(map(escaped, (_source(row), row.verdict, row.to, row.why))) for row in summary_rows)
    return ["| from | verdict | to | by |", "| --- | --- | --- | --- |", *(f"| {line} |" for line in body)]


def _source(row: SummaryRow) -> str:
    return f"{row.source} ({row.owner})" if row.owner else row.source


FORMS: Mapping[str, Callable[[str, Sequence[ReachAnswer]], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}
