"""One list of hostile texts, in every field, through every medium: nothing in them acts on the viewer."""

from __future__ import annotations

import html
import io
import json
import re
from pathlib import Path

import pytest

from amlz.core.terminal import UNSEEN, in_one_line, terminal
from amlz.integrations.pipelines import drift, words
from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner
from amlz.reports.json_text import dump
from amlz.reports.markdown_text import code, escaped, prose

PAYLOADS = (
    "\x1b]0;pwn\a\x1b[2J\x1b[31mAll is well", "a\rb\bc", "\x9b31mred", "\x90dcs\x9c", "\u202egnp.exe", "\u2066x\u2069",
    "\u061c", "a\u2028b\u2029c", "\x7f", "::error file=x::spoofed", "  ::set-output name=a::b", "x\n::error::y",
    "##vso[task.setvariable variable=a]b", "a ##vso[task.complete]", "##[error]x", "##VSO[task.debug]x",
    "`@octocat #1 `", "a` @octocat `b", "``` @octocat", "&#64;octocat", "&commat;acme/security", "&#x40;octocat",
    "@&#111;ctocat", "@octocat", "fixes #12", "&#35;12", "GH-12", "</details><img src=x>", "<script>alert(1)</script>",
    "a|b", "[x](javascript:alert(1))", "![x](https://example.com/x.png)", "<!-- amlz preview -->", "'\"><b>x",
)  # fmt: skip
_COMMAND = re.compile(r"^\s*::\w|##(\[|vso\[)", re.IGNORECASE | re.MULTILINE)


def acts_on_a_terminal(text: str) -> list[str]:
    """Control characters and workflow commands of a text."""
    return [*(letter for letter in text if ord(letter) in UNSEEN), *(match[0] for match in _COMMAND.finditer(text))]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_acts_on_a_terminal_or_a_log(payload: str) -> None:
    """As lines, as a name in a line, and within JSON, which stays the same value."""
    shown = (
        terminal(payload),
        terminal(f"  {payload}\n{payload}"),
        terminal(in_one_line(payload)),
        dump({payload: payload}),
    )

    assert [acts_on_a_terminal(text) for text in shown] == [[]] * 4
    assert "\n" not in in_one_line(payload)
    assert json.loads(shown[-1]) == {payload: payload}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_holds_no_control_character(payload: str) -> None:
    """It is read in a terminal too, before it is a comment."""
    shown = escaped(payload) + code(payload) + prose(payload)

    assert [letter for letter in shown if ord(letter) in UNSEEN] == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_calls_anyone_from_a_comment(payload: str) -> None:
    """Every way to write `@` or `#`, before the host looks for people and issues."""
    shown = html.unescape(words.posted(payload, "note", above=False))

    assert re.findall(r"@\w|(?<!\w)#\d|GH-\d", shown) == []
    assert shown.count(words.COMMENT) == 1


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("field", ["stack", "failed", "found", "kind", "name", "property"])
def test_an_issue_of_drift_shows_names_as_they_are(field: str, payload: str) -> None:
    """In Markdown and in HTML, for any name of a resource or a file."""
    given = {name: payload if name == field else "x" for name in ("stack", "found", "kind", "name", "property")}
    row = drift.Drifted(given["found"], given["kind"], given["name"], (given["property"],))
    looked = [drift.Looked(payload if field == "failed" else given["stack"], field == "failed", (row,))]

    markdown, page = drift.markdown(looked, "run"), drift.as_html(looked, "run")

    line = next((text for text in markdown.split("\n") if text.startswith("- ")), "")
    expected = f"- {escaped(given['found'])}: {escaped(given['kind'])} {code(given['name'])}: {code(given['property'])}"
    assert line == ("" if field == "failed" else expected)
    assert set(re.findall(r"<[^>]*>", page)) <= {"<p>", "</p>", "<b>", "</b>", "<li>", "</li>", "<code>", "</code>"}
    assert acts_on_a_terminal(page) in ([], ["##["], ["##vso["], ["##VSO["])


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("host", ["GITHUB_ACTIONS", "TF_BUILD"])
def test_a_notice_is_one_command(host: str, payload: str, tmp_path: Path) -> None:
    """And an output of more than one line is refused."""
    out = io.StringIO()
    runner = Runner({host: "true" if host == "GITHUB_ACTIONS" else "True", "GITHUB_OUTPUT": str(tmp_path / "o")}, out)

    runner.notice(payload)

    text = out.getvalue().removeprefix("::notice::")
    assert (acts_on_a_terminal(text.removesuffix("\n")), text.count("\n")) == ([], 1)
    with pytest.raises(PipelineError):
        runner.output("name", "a\nb=c")


def test_the_policy_of_the_html_report_is_complete() -> None:
    """Neither another base of links nor a form, which default-src does not cover."""
    head = Path(__file__).parents[2] / "amlz" / "reports" / "templates" / "report" / "head.jinja"
    page = head.read_text(encoding="utf-8")

    for rule in ("default-src 'none'", "base-uri 'none'", "form-action 'none'"):
        assert rule in page
