"""Links of a Markdown report to the files of the revision that it shows, and code in its sentences."""

from __future__ import annotations

import re
from pathlib import PurePath

import pytest

from amlz.reports.formats import as_markdown
from amlz.reports.links import NO_LINKS, Links
from amlz.reports.markdown_text import prose
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS, previewed

HOST = "https://example.org/o/r/blob/1a2b"


@pytest.mark.parametrize(
    ("file", "line", "address"),
    [
        ("Pulumi.dev.yaml", 12, f"{HOST}/Pulumi.dev.yaml#L12"),
        ("a b/Pulumi.#1.yaml", 1, f"{HOST}/a%20b/Pulumi.%231.yaml#L1"),
        ("../Pulumi.dev.yaml", 12, ""),
        ("/tmp/Pulumi.dev.yaml", 12, ""),
        ("Pulumi.dev.yaml", 0, ""),
    ],
)
def test_a_line_of_a_file_in_the_folder_has_an_address(file: str, line: int, address: str) -> None:
    """A file elsewhere, or a finding without a line, has none."""
    assert Links(f"{HOST}/").line(PurePath(file), line) == address
    assert NO_LINKS.line(PurePath(file), line) == ""


def test_each_finding_links_to_its_line_and_to_its_page() -> None:
    """Each line exists in the stack file, and each page has the heading."""
    preview = previewed("minimal")
    report = as_markdown.render(preview, Links(HOST))

    lines = re.findall(rf"\(\[line (\d+)\]\(<{HOST}/([^#>]+)#L(\d+)>\)\)", report)
    assert len(lines) == 6
    text = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8").splitlines()
    assert all(shown == number and text[int(number) - 1].strip() for shown, _, number in lines)
    headings = re.findall(r"^## (\S+)$", (ROOT / "docs/reference/checks.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = re.findall(rf"<{HOST}/docs/reference/checks.md#([\w-]+)>", report)
    assert len(anchors) == 6
    assert set(anchors) <= {heading.replace("/", "") for heading in headings}


def test_without_an_address_a_report_has_no_link() -> None:
    """The same report otherwise: only the links and the line numbers differ."""
    preview = previewed("minimal")
    linked = re.sub(rf" \(\[line \d+\]\(<{HOST}[^>]*>\)\)", "", as_markdown.render(preview, Links(HOST)))

    assert re.sub(rf"\[(`[^`]+`)\]\(<{HOST}[^>]*>\)", r"\1", linked) == as_markdown.render(preview)


@pytest.mark.parametrize(
    ("sentence", "markdown"),
    [
        ("Set `a.b` to `[1, 2]`.", "Set `a.b` to `[1, 2]`."),
        ("Set `a|b` *now*.", "Set `a|b` \\*now\\*."),
        ("One ` alone, and @all.", "One \\` alone, and @\u2060all."),
        ("`<b>` and <b>", "`<b>` and \\<b\\>"),
        ("", ""),
    ],
)
def test_what_a_sentence_has_between_backquotes_is_code(sentence: str, markdown: str) -> None:
    """All other text is shown as it is, and acts on nothing."""
    assert prose(sentence) == markdown


@pytest.mark.parametrize("address", ["ftp://x", "https://", "https://a b", "http://[::1", "javascript:alert(1)", "a/b"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """Before any work, with the form of a right one."""
    ran = amlz_here("preview", "dev", "--source-url", address)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"{address!r} is no address of files. Pass that of this folder at" in " ".join(ran.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "option"),
    [(("dev", "--against", "HEAD"), "--against"), (("dev", "--engine", "x.json"), "--engine"), (("--all",), "--all")],
)
def test_an_address_is_refused_where_no_report_has_links(arguments: tuple[str, ...], option: str) -> None:
    """Differences and the report of all stacks have none: the option would have no effect."""
    ran = amlz_here("preview", *arguments, "--source-url", HOST)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"Omit --source-url, or omit {option}" in " ".join(ran.stderr.split())
