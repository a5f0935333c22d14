"""Colours and progress are for terminals: a pipe and a file get the plain text."""

from __future__ import annotations

import io

import pytest

from amlz.cli.colour import coloured, painted
from amlz.cli.progress import steps
from amlz.reports.formats import as_text
from amlz.reports.styled import (
    HEADING,
    StyledText,
    heading,
    joined_text,
    led_by,
    paragraphs,
    printable_text,
    restyled,
    styled,
)
from tests.cli.in_process import amlz_here
from tests.conftest import previewed


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Returns True."""
        return True


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_a_report_has_bold_headings_and_coloured_severities() -> None:
    """The first line, a heading, a finding with its message, and an effect of a policy that is not enforced."""
    finding = "error    a/b  vnet\n         The range."
    parts = [
        heading("dev · retail.\nmore"),
        led_by("error", finding),
        led_by("deny, not enforced", "deny, not enforced"),
    ]

    assert painted(paragraphs(parts)) == (
        "\x1b[1mdev · retail.\x1b[0m\nmore\n\n"
        "\x1b[31m\x1b[1merror\x1b[0m    a/b  vnet\n         The range.\n\ndeny, not enforced\n"
    )


def test_a_sentence_that_looks_like_a_heading_has_no_style() -> None:
    """The writer of a report decides, not the layout of its lines: a wrapped sentence at the margin stays plain."""
    text = as_text.render(previewed("dev"))
    bold = [part for part, style in text.pieces() if style == HEADING] if isinstance(text, StyledText) else []

    assert [line for line in bold if line.startswith(("Not covered", "deployment"))] == []
    assert [line.partition(" on ")[0] for line in bold[1:]] == [
        *("Would build", "Addresses", "Configured, and less secure than the default", "Azure Policy"),
        "Allowed actions, of those that are possible (amlz can names them)",
        *("Roles of the deployer", "Before the first deployment (commands: amlz roles dev --deployer)"),
    ]


def test_resources_of_a_tree_have_the_colour_of_their_sign() -> None:
    """And not their properties below them."""
    line = styled("  ~ vault\n    location", "~")

    assert painted(line) == "  \x1b[33m~ vault\x1b[0m\n    location"


def test_styles_change_no_text_and_stay_where_texts_are_joined() -> None:
    """Also where a line is wrapped again."""
    first, second = heading("One"), led_by("note", "  note  two")
    together = joined_text("", [joined_text("\n", ["zero", first, restyled("    note\n  two", second)]), "."])

    assert together == "zero\nOne\n    note\n  two."
    assert list(together.pieces()) == [
        ("zero\n", None),
        ("One", HEADING),
        ("\n    ", None),
        ("note", "note"),
        ("\n  two.", None),
    ]
    assert [restyled("plain", "plain"), heading("")] == ["plain", ""]


def test_a_coloured_text_acts_on_no_terminal() -> None:
    """Only its own colours do."""
    assert painted(heading("a\x1b[2Jb\n\x07")) == "\x1b[1ma\ufffd[2Jb\x1b[0m\n\ufffd"
    assert [printable_text(heading("a\x1bb")).spans, printable_text(heading("::x")).spans] == [((0, 3, HEADING),), ()]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("NO_COLOR", "1", False), ("NO_COLOR", "", True), ("TERM", "dumb", False), ("TERM", "screen", True)],
)
def test_a_terminal_gets_colours_unless_its_user_forbids_them(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: bool
) -> None:
    """NO_COLOR counts if it is not empty."""
    monkeypatch.setenv(name, value)

    assert coloured(Terminal()) is expected


def test_a_pipe_and_a_closed_stream_get_no_colours() -> None:
    """Nobody looks at them."""
    assert [coloured(io.StringIO()), coloured(None)] == [False, False]


def test_progress_is_one_line_of_a_terminal_that_is_empty_at_the_end() -> None:
    """A step that is longer than the line is cut, and acts on nothing."""
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe, None):
        with steps(stream) as show:
            show("Previewing dev")
            show("\x1b[2J" + "x" * 100)

    assert terminal.getvalue() == f"\r\x1b[KPreviewing dev\r\x1b[K\ufffd[2J{'x' * 75}\r\x1b[K"
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(
    ("words", "steps_shown"),
    [
        ("preview dev", ["Previewing dev", "Writing text"]),
        ("reach dev --from internet", ["Evaluating the networks of dev"]),
        ("roles dev --deployer", ["Previewing dev"]),
        ("policy remediate dev", ["Previewing dev"]),
        ("policy test policies/cases/Deny-MachineLearning-Aks", ["Running the cases of policies/cases/Deny-Mac"]),
        ("project add dev fraud --dry-run", ["Previewing dev before and after"]),
    ],
)
def test_a_verb_that_evaluates_a_stack_shows_its_steps_on_a_terminal(words: str, steps_shown: list[str]) -> None:
    """The line is empty again before the output begins."""
    ran = amlz_here(*words.split(), terminal=True)

    *lines, last = ran.stderr.split("\r\x1b[K")[1:]
    assert ([line[:44] for line in lines], last) == (steps_shown, "")
    assert ran.returncode in (0, 1)
    assert ran.stdout != ""


def test_answered_lines_are_counted_on_a_terminal_that_does_not_show_them() -> None:
    """One count for each hundred."""
    ran = amlz_here("simulate", "--jsonl", given='{"reset": true}\n' * 250, terminal=True)

    assert (ran.returncode, len(ran.stdout.splitlines())) == (0, 250)
    assert ran.stderr == "\r\x1b[K100 lines answered\r\x1b[K200 lines answered\r\x1b[K"


def test_verbose_steps_stay_with_their_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no terminal is; each is written when it ends."""
    clock = iter([10.0, 10.25, 10.25, 12.0])
    monkeypatch.setattr("amlz.cli.progress.time.monotonic", lambda: next(clock))
    pipe = io.StringIO()

    with steps(pipe, verbose=True) as show:
        show("Previewing dev")
        show("Writing text")

    assert pipe.getvalue() == "  0.25 s  Previewing dev\n  1.75 s  Writing text\n"
