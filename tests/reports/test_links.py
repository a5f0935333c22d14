"""Links of a Markdown report to the files of the revision that it shows, and code in its sentences."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Any, cast

import pytest

from amlz.reports import difference_markdown
from amlz.reports.all_stacks import Linked, written
from amlz.reports.formats import as_markdown
from amlz.reports.formats.registry import Format
from amlz.reports.links import NO_LINKS, Links
from amlz.reports.markdown_text import prose
from amlz.stackfile.stacks import StackOfFolder
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS, previewed
from tests.rich_change import rich_change

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
    assert len(lines) == 5
    text = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8").splitlines()
    assert all(shown == number and text[int(number) - 1].strip() for shown, _, number in lines)
    headings = re.findall(r"^## (\S+)$", (ROOT / "docs/reference/checks.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = re.findall(rf"<{HOST}/docs/reference/checks.md#([\w-]+)>", report)
    assert len(anchors) == 5
    assert set(anchors) <= {heading.replace("/", "") for heading in headings}


def test_findings_of_a_difference_link_to_their_lines_and_pages() -> None:
    """New findings and those of the guard. Those that are gone have a page and the line of what is left."""
    preview, changed = rich_change()
    report = difference_markdown.markdown(changed, preview, Links(HOST))

    findings = re.findall(r"^- \*\*(?:error|warning|note)\*\* (.*)$", report, re.MULTILINE)
    linked = [text for text in findings if re.match(rf"\[`[\w/-]+`\]\(<{HOST}[^>]+>\) \(\[line \d+\]\(<{HOST}", text)]
    assert len(findings) > 15
    assert linked == findings


def test_the_comment_on_all_stacks_has_the_links_of_each() -> None:
    """Of a preview and of a difference, whose preview has the lines; each part is that of the stack alone."""
    preview, changed = rich_change()
    stack = StackOfFolder("rich", "Pulumi.rich.yaml", cast(Any, None), False, ())

    alone = written(stack, preview, Format.markdown, "error", Linked(Links(HOST)))
    compared = written(stack, changed, Format.markdown, "error", Linked(Links(HOST), preview))

    assert alone.text == as_markdown.render(preview, Links(HOST))  # type: ignore[union-attr]
    assert compared.text == difference_markdown.markdown(changed, preview, Links(HOST))  # type: ignore[union-attr]


def test_the_command_for_all_stacks_links_to_their_files(tmp_path: Path) -> None:
    """With the line of the stack file, in Markdown."""
    text = (ROOT / STACKS["minimal"]).read_text("utf-8")
    text = text.replace("10.20.16.0/25}", "10.20.16.0/25, security: {publicNetworkAccess: true}}")
    (tmp_path / "Pulumi.minimal.yaml").write_text(text, encoding="utf-8")

    ran = amlz_here("preview", "--all", "--format", "markdown", "--source-url", HOST, folder=tmp_path)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(rf"\(\[line \d+\]\(<{HOST}/Pulumi\.minimal\.yaml#L\d+>\)\)", ran.stdout)


def test_an_installed_package_links_to_no_page() -> None:
    """Pages of amlz are not in the repository of the stack files; its lines are."""
    report = as_markdown.render(previewed("minimal"), Links(HOST, has_docs=False))

    assert (f"{HOST}/docs/" in report, f"{HOST}/examples/minimal/Pulumi.minimal.yaml#L" in report) == (False, True)


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
    """As text none has: the option would have no effect."""
    ran = amlz_here("preview", *arguments, "--source-url", HOST)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"Omit --source-url, or omit {option}" in " ".join(ran.stderr.split())
