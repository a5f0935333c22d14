"""Accepted findings in a preview: shown apart in every form, and failing nothing."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path

import pytest

from amlz.core.relaxations import relaxations
from amlz.reports.formats import as_json, as_markdown, as_text
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS, preview_of

NAME = "mlw-retail-churn-dev-nll3v"
ENTRY = (
    "    acceptedFindings:\n"
    f"      - {{finding: exposure/public-access, resource: {NAME}, reason: until the office has a VPN,\n"
    '         expiresOn: "2026-10-31", ticket: SEC-7}\n'
)


@functools.cache
def opened(today: str, entry: str = ENTRY) -> Preview:
    """A workspace on the internet, which is two warnings. Once for all tests of a process."""
    text = (ROOT / STACKS["minimal"]).read_text()
    with tempfile.TemporaryDirectory() as folder:
        stack = Path(folder) / "Pulumi.open.yaml"
        stack.write_text(
            text.replace("10.20.16.0/25}", "10.20.16.0/25, security: {publicNetworkAccess: true}}") + entry
        )
        file = load(str(stack))
    return preview_of(file, today)


@pytest.mark.parametrize(
    ("today", "entry", "fails"),
    [
        ("2026-10-30", "", True),
        ("2026-10-30", ENTRY, False),
        ("2026-10-31", ENTRY, True),
        ("", ENTRY, False),
    ],
)
def test_an_accepted_finding_fails_nothing_until_its_day(today: str, entry: str, fails: bool) -> None:
    """From warnings on; without a day it holds."""
    assert opened(today, entry).fails("warning") is fails


def test_a_terminal_shows_it_apart() -> None:
    """With its day, its ticket and its reason, and among what is less secure than the default."""
    text = as_text.render(opened("2026-10-01"))

    assert "  findings      0 errors, 0 warnings, 5 notes, 2 accepted\n" in text
    assert (
        "Accepted, and not counted\n"
        f"  warning  exposure/public-access  churn, dev: {NAME}\n"
        f"           {NAME} can be reached from the internet:\n"
        "           properties.allowPublicAccessWhenBehindVnet is true.\n"
        "           Accepted until 2026-10-31 (SEC-7): until the office has a VPN\n"
    ) in text
    assert (
        f"  acceptedFindings[0]\n    exposure/public-access at {NAME} is accepted until\n    2026-10-31 (SEC-7)\n"
    ) in text
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_programs_are_told_apart() -> None:
    """Counted and accepted findings are two lists."""
    report = json.loads(as_json.render(opened("2026-10-01")))

    assert [f["severity"] for f in report["findings"]] == ["note"] * 5
    assert [
        (f["id"], f["name"], f["severity"], f["acceptedUntil"], f["ticket"], f["reason"])
        for f in report["acceptedFindings"]
    ] == [("exposure/public-access", NAME, "warning", "2026-10-31", "SEC-7", "until the office has a VPN")] * 2


def test_a_comment_shows_it_apart() -> None:
    """Below the findings; the verdict does not count it."""
    text = as_markdown.render(opened("2026-10-01"))

    assert text.splitlines()[0] == "## ✅ open: no errors or warnings, 5 notes and 2 unknown policy results"
    assert "| findings | 0 errors, 0 warnings, 5 notes, 2 accepted |\n" in text
    assert (
        "**Accepted, and not counted**\n\n"
        f"- **warning** `exposure/public-access` churn, dev: {NAME} can be reached from the internet: "
        "properties.allowPublicAccessWhenBehindVnet is true. "
        "Accepted until 2026-10-31 (SEC-7): until the office has a VPN\n"
    ) in text


def test_it_is_a_relaxation() -> None:
    """Named with its day and ticket."""
    config = opened("2026-10-01").config

    assert [(r.path, r.gives_up) for r in relaxations(config) if r.path[0] == "acceptedFindings"] == [
        (("acceptedFindings", 0), f"exposure/public-access at {NAME} is accepted until 2026-10-31 (SEC-7)")
    ]
