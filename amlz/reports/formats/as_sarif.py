"""Findings as SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from amlz.reports.formats.registry import Report
from amlz.reports.json_text import dump
from amlz.reports.preview import Preview
from amlz.reports.rows import FindingEntry, RuleEntry, rows, rules, where

#: Address of the published schema.
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
#: Fingerprint by which GitHub's code scanning distinguishes alerts:
#: https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
_GITHUB = "primaryLocationLineHash"


def write(report: Report) -> str:
    """Returns a preview. With a difference, what was there before is listed too, and fails nothing."""
    preview = report.preview()
    return render(preview, rows(preview, report.against))


def render(preview: Preview, finding_entries: tuple[FindingEntry, ...]) -> str:
    """Returns one run: a rule for every check and every policy with a result, a result for each row."""
    known = {rule.id: rule for rule in (*rules(), *(row.rule for row in finding_entries))}
    index = {rule_id: number for number, rule_id in enumerate(known)}
    driver = {"name": "amlz", "rules": [_rule(rule) for rule in known.values()]}
    uri = _uri(preview.file.display_path)
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"amlz/{quote(preview.stack)}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(row, index[row.rule.id], uri) for row in finding_entries],
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: RuleEntry) -> dict[str, Any]:
    """A rule. `helpUri` must be absolute, so it is Microsoft's page; our own is in the help."""
    more = f" [{rule.id}]({rule.anchor})" if rule.anchor else ""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.text},
        "help": {"text": rule.help, "markdown": f"{rule.help}{more}"},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": rule.level.value},
    }


def _result(row: FindingEntry, index: int, uri: str) -> dict[str, Any]:
    region = {"startLine": row.line, "startColumn": row.column}
    artifact = {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    entry: dict[str, Any] = {
        "ruleId": row.rule.id,
        "ruleIndex": index,
        "level": row.level.value,
        "message": {"text": _without_links(f"{row.before} {row.message} {row.remedy}".strip())},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": artifact, "region": region},
                "logicalLocations": [{"name": row.name or row.rule.id, "fullyQualifiedName": where(row)}],
            }
        ],
        "partialFingerprints": {_GITHUB: f"{row.fingerprint}:1", "amlz/v1": row.fingerprint},
    }
    if row.state:
        entry["baselineState"] = row.state
    if row.accepted:
        entry["suppressions"] = [{"kind": "external", "status": "accepted", "justification": row.accepted}]
    return entry


def _without_links(text: str) -> str:
    """A message in which nothing is a link: what people write must not lead anywhere (3.11.6 of the standard)."""
    return text.replace("](", "]\u2060(")


def _uri(display_path: str) -> str:
    return Path(display_path).as_uri() if Path(display_path).is_absolute() else quote(Path(display_path).as_posix())
