"""Findings between the stacks of a folder, in every form of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from amlz.checks.stacks.facts import BetweenStacks
from amlz.core.problems import dotted
from amlz.core.problems import wrapped as wrapped_lines
from amlz.core.terminal import in_one_line
from amlz.core.words import plural
from amlz.reports.lines import wrapped
from amlz.reports.markdown_text import code, prose
from amlz.reports.styled import heading, joined_text, led_by

TITLE = "Between stacks"


def counts(findings: Sequence[BetweenStacks]) -> str:
    """Returns `1 error, 2 warnings`, or `no findings`."""
    severities = Counter(finding.severity.value for finding in findings)
    return ", ".join(plural(count, severity) for severity, count in severities.items()) or "no findings"


def as_text(findings: Sequence[BetweenStacks]) -> str:
    """Returns a heading with the counts, and a paragraph for each finding."""
    parts = [heading(f"{TITLE}: {counts(findings)}.")]
    for finding in findings:
        places = [wrapped("  ", in_one_line(place)) for place in _places(finding)]
        lines = [f"{finding.severity.value}  {finding.check}", *places]
        lines += [wrapped_lines(f"  {text}") for text in (finding.message, finding.remedy)]
        parts.append(led_by(finding.severity.value, "\n".join(lines)))
    return joined_text("\n", [*parts, ""])


def as_markdown(findings: Sequence[BetweenStacks]) -> str:
    """Returns the part of a comment, which begins with the mark of the worst severity."""
    mark = "❌" if any(finding.severity.value == "error" for finding in findings) else "⚠️"
    lines = [f"## {mark} {TITLE}: {counts(findings)}", ""]
    for finding in findings:
        at = ", ".join(code(place) for place in _places(finding))
        sentences = f"{prose(finding.message)} {prose(finding.remedy)}"
        lines.append(f"- **{finding.severity.value}** {code(finding.check)} {sentences} ({at})")
    return "\n".join([*lines, ""])


def records(findings: Sequence[BetweenStacks]) -> list[dict[str, Any]]:
    """Returns the findings for programs."""
    return [
        {
            "id": finding.check,
            "severity": finding.severity.value,
            "message": finding.message,
            "remedy": finding.remedy,
            "source": finding.source,
            "keys": [
                {"stack": key.stack, "file": key.file, "line": key.line, "path": dotted(key.path)}
                for key in finding.keys
            ],
        }
        for finding in findings
    ]


def _places(finding: BetweenStacks) -> list[str]:
    return [f"{key.file}:{key.line}  {dotted(key.path)}" for key in finding.keys]
