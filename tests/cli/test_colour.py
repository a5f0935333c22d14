"""Colours and progress are for terminals: a pipe and a file get the plain text."""

from __future__ import annotations

import io

import pytest

from amlz.cli.colour import coloured, painted
from amlz.cli.progress import steps


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Returns True."""
        return True


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_severities_are_coloured_and_headings_are_bold() -> None:
    """A text report: its first line, a heading, a finding with its message, and a policy effect."""
    report = (
        "dev · retail.\n\nAddresses\n  hub  10.0.0.0/24\n\nerror    a/b  vnet\n         The range.\n\ndeny     Title\n"
    )

    assert painted(report) == (
        "\x1b[1mdev · retail.\x1b[0m\n\n\x1b[1mAddresses\x1b[0m\n  hub  10.0.0.0/24\n\n"
        "\x1b[31m\x1b[1merror\x1b[0m    a/b  vnet\n         The range.\n\n\x1b[31m\x1b[1mdeny\x1b[0m     Title\n"
    )


def test_colours_change_no_text() -> None:
    """Without the escape sequences it is the same text."""
    report = "dev\n\n  warning  guard/x  note\nnote     exposure/public-access  log\n\nNot covered: drift.\n"
    plain = painted(report)
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[36m"):
        plain = plain.replace(code, "")

    assert plain == report
    assert painted("Not covered: drift.\n") != "Not covered: drift.\n"  # the first line is bold
    assert painted("a\nNot covered: drift.\n").endswith("\nNot covered: drift.\n")


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


def test_verbose_steps_stay_with_their_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no terminal is; each is written when it ends."""
    clock = iter([10.0, 10.25, 10.25, 12.0])
    monkeypatch.setattr("amlz.cli.progress.time.monotonic", lambda: next(clock))
    pipe = io.StringIO()

    with steps(pipe, verbose=True) as show:
        show("Previewing dev")
        show("Writing text")

    assert pipe.getvalue() == "  0.25 s  Previewing dev\n  1.75 s  Writing text\n"
