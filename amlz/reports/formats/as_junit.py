"""Findings as JUnit XML, in the shape of Ant's and of Jenkins's.

https://github.com/windyroad/JUnit-Schema, https://github.com/jenkinsci/xunit-plugin
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from amlz.reports.formats.registry import Report
from amlz.reports.preview import Preview
from amlz.reports.rows import FindingEntry, rows, rules, where

#: A time is required, and the clock is not read: the day of `--today`, else this one.
_NO_DAY = "1970-01-01"
#: Characters that XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets
_NEVER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    """Returns a preview. With a difference, what was there before is listed too, and fails nothing."""
    preview = report.preview()
    return render(preview, rows(preview, report.against), report.fail_on)


def render(preview: Preview, finding_entries: tuple[FindingEntry, ...], fail_on: str = "error") -> str:
    """Returns a suite of the findings, in which a check without findings passes, and one of Azure Policy's answers."""
    ids = {rule.id for rule in rules()}
    ours = [row for row in finding_entries if row.rule.id in ids]
    theirs = [row for row in finding_entries if row.rule.id not in ids]
    # The guard checks changes: for a preview alone it reports nothing, and passes nothing.
    judged = {i for i in ids if not i.startswith("guard/") or any(row.state for row in finding_entries)}
    quiet = sorted(judged - {row.rule.id for row in ours})
    root = Xml.Element("testsuites")
    day = preview.graph.today or _NO_DAY
    for number, (name, passed, entries) in enumerate((("findings", quiet, ours), ("azure-policy", [], theirs))):
        failed = sum(row.fails(fail_on) for row in entries)
        attributes = {
            "package": "amlz",
            "id": str(number),
            "name": f"{preview.stack}.{name}",
            "timestamp": f"{day}T00:00:00",
            "hostname": "localhost",
            "tests": str(len(passed) + len(entries)),
            "failures": str(failed),
            "errors": "0",
            "time": "0",
        }
        suite = Xml.SubElement(root, "testsuite", attributes)
        # One at least, as Jenkins asks; and no count of what is skipped, which the schema of Ant's does not know.
        Xml.SubElement(Xml.SubElement(suite, "properties"), "property", name="stack", value=_clean(preview.stack))
        for check in passed:
            _case(suite, preview, check, check)
        for row in entries:
            _row(suite, preview, row, fail_on)
        Xml.SubElement(suite, "system-out").text = _clean(_passed(entries, preview, fail_on))
        Xml.SubElement(suite, "system-err").text = ""
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _case(suite: Xml.Element, preview: Preview, name: str, check: str) -> Xml.Element:
    classname = f"amlz.{preview.stack}.{check.replace('/', '.')}"
    return Xml.SubElement(suite, "testcase", name=_clean(name), classname=_clean(classname), time="0")


def _row(suite: Xml.Element, preview: Preview, row: FindingEntry, fail_on: str) -> None:
    case = _case(suite, preview, f"{row.rule.id} {_of(row)} {row.fingerprint[:8]}", row.rule.id)
    if row.accepted:
        Xml.SubElement(case, "skipped").text = _clean(row.accepted)  # neither schema knows a message of it
    elif row.fails(fail_on):
        failure = Xml.SubElement(case, "failure", message=_clean(row.message), type=row.level.value)
        failure.text = _clean(f"{_place(row, preview)}\n{row.message}\n{row.remedy}".rstrip())


def _passed(rows: Iterable[FindingEntry], preview: Preview, fail_on: str) -> str:
    """Returns the results that are reported and fail nothing."""
    entries = (row for row in rows if not row.fails(fail_on))
    return "\n".join(
        f"{row.level.value}{f', {row.state}' if row.state else ''}{', accepted' if row.accepted else ''}: "
        f"{_place(row, preview)}: {row.rule.id}: {_of(row)}: {row.message}"
        for row in entries
    )


def _of(row: FindingEntry) -> str:
    return ": ".join(part for part in (row.owner, row.name) if part)


def _place(row: FindingEntry, preview: Preview) -> str:
    return f"{preview.file.display_path}:{row.line}:{row.column} {where(row)}"


def _clean(text: str) -> str:
    return _NEVER.sub("\ufffd", text)
