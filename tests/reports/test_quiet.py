"""A quiet preview: the figures, and what needs a decision."""

from __future__ import annotations

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from amlz.checks.finding import Severity
from amlz.cli.main import app
from amlz.reports import difference_as
from amlz.reports.formats.as_text import write
from amlz.reports.formats.registry import Report
from tests.conftest import previewed
from tests.rich_change import rich_change


def test_a_quiet_preview_leaves_out_notes_and_lists() -> None:
    """Of a stack without errors: its figures, and limitations of a preview."""
    preview = previewed("minimal")

    text = write(Report(lambda: preview, quiet=True))

    whole = write(Report(lambda: preview))
    begin = whole.partition("\n\nWould build")[0]
    end = whole[whole.index("Not covered:") :]
    assert text == f"{begin}\n\n{end}"


def test_a_quiet_preview_has_every_error_and_warning() -> None:
    """With its remedy, as the whole preview has them."""
    preview = previewed("minimal")
    first, *rest = preview.findings
    preview = replace(preview, findings=(replace(first, severity=Severity.WARNING), *rest))

    text = write(Report(lambda: preview, quiet=True))

    assert f"\nwarning  {first.check}  " in text
    assert " ".join(first.remedy.split()) in " ".join(text.split())
    assert "\nnote" not in text


def test_a_quiet_difference_has_the_sections_that_need_a_decision() -> None:
    """Those that a comment folds are left out."""
    preview, difference = rich_change()

    text = write(Report(lambda: preview, difference, quiet=True))

    titles = [title for title, _ in difference_as.sections(difference)]
    shown = [line for line in text.splitlines() if line in titles]
    assert shown == [title for title in titles if title not in difference_as.NO_DECISION]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--quiet", "--format", "json"], "other forms have everything. Add --format text, or omit --quiet"),
        (["-q", "-f", "html", "--also", "json=x.json"], "other forms have everything"),
        (["--all", "-q"], "it is for one stack. Name the stack, and omit --all"),
        (["--all", "-v"], "it is for one stack. Name the stack, and omit --all"),
        (["--all", "--detail"], "it is for one stack. Name the stack, and omit --all"),
    ],
)
def test_what_cannot_be_quiet_is_refused(arguments: list[str], says: str) -> None:
    """Before any work, with exit code 2."""
    stack = [] if "--all" in arguments else ["dev"]
    result = CliRunner().invoke(app, ["preview", *stack, *arguments])

    assert result.exit_code == 2
    assert says in " ".join(result.output.split())
