"""The list of formats: it is complete, and each format writes the reports that it is listed for."""

from __future__ import annotations

import re

import pytest

from amlz.diff.difference import Difference
from amlz.integrations.pipelines.preview import FORMATS
from amlz.reports.formats.registry import Command, Format, formats_of
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, in_format, previewed
from tests.rich_change import rich_change

FOLDER = ROOT / "amlz" / "reports" / "formats"


def test_every_format_has_a_module_and_every_module_a_format() -> None:
    """A module that is not in the list would never be used."""
    modules = {path.stem.removeprefix("as_") for path in FOLDER.glob("as_*.py")}
    of_all_stacks = {path.stem.removeprefix("all_") for path in FOLDER.glob("all_*.py")}

    assert modules == {output_format.name for output_format in Format}
    assert of_all_stacks == {output_format.name for output_format in formats_of(Command.all_stacks)}


def test_each_command_has_these_formats() -> None:
    """In the order in which messages list them."""
    every = ["text", "tree", "json", "arm", "arm-template", "what-if", "markdown", "sarif", "junit", "mermaid", "html"]

    assert {command.name: [str(output_format) for output_format in formats_of(command)] for command in Command} == {
        "preview": every,
        "against": ["text", "tree", "json", "markdown", "sarif", "junit", "mermaid", "html"],
        "engine": ["text", "json", "markdown", "html"],
        "all_stacks": ["text", "json", "markdown", "html"],
    }


def test_files_of_two_formats_have_different_names() -> None:
    """A pipeline writes several into one folder."""
    assert len({output_format.ending for output_format in Format}) == len(Format)


@pytest.mark.parametrize("form", Format)
def test_a_format_writes_a_preview(form: Format) -> None:
    """Of a shipped stack, with a line of its file where it has positions."""
    text = in_format(form, previewed("minimal"))

    assert text.strip()
    assert bool(re.search(r'"startLine": \d|minimal\.yaml:\d', text)) is form.positions


@pytest.mark.parametrize("form", formats_of(Command.against))
def test_a_format_of_differences_writes_one(form: Format) -> None:
    """The text differs from that of the preview alone."""
    preview, changed = rich_change()

    assert isinstance(changed, Difference)
    assert in_format(form, preview, "error", changed) != in_format(form, preview)


@pytest.mark.parametrize(
    "form", [output_format for output_format in Format if output_format not in formats_of(Command.all_stacks)]
)
def test_a_format_that_a_command_does_not_have_is_refused(form: Format) -> None:
    """With those that it has."""
    ran = amlz_here("preview", "--all", "--format", form)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "a preview of all stacks has the forms text, json, markdown, html" in " ".join(ran.stderr.split())


def test_pipelines_publish_formats_of_a_difference() -> None:
    """By the names and endings of the list."""
    assert [output_format for output_format in FORMATS if output_format not in formats_of(Command.against)] == []
