"""Pages of the documentation: links lead somewhere, the index has every page, quoted messages are those of the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        *ROOT.glob("*.md"),
        *DOCS.rglob("*.md"),
        ROOT / "examples" / "README.md",
        *ROOT.glob("custom/*/*.md"),
        ROOT / "examples/business-unit/README.md",
    )
)
INDEX = (DOCS / "README.md").read_text(encoding="utf-8")
TROUBLESHOOTING = (DOCS / "how-to" / "troubleshooting.md").read_text(encoding="utf-8")
MESSAGES = re.findall(r"^```text\n(.+)\n```$", TROUBLESHOOTING, re.MULTILINE)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Returns the headings of a page as GitHub spells them in links."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def links(text: str) -> list[str]:
    """Returns the targets of all links outside of code."""
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL))


@cache
def texts_of_the_code() -> str:
    """Returns every text of the product's modules, one a line."""
    files = [ROOT / "__main__.py", *(ROOT / "amlz").rglob("*.py"), *(ROOT / "components").rglob("*.py")]
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in files)
    nodes = (node for tree in trees for node in ast.walk(tree))
    return "\n".join(
        str(node.value) for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """To a file or folder of this repository, and to a heading of it."""
    path, dead = ROOT / page, []
    for link in links(path.read_text(encoding="utf-8")):
        if not re.match(r"https?://|mailto:", link):
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(link)

    assert dead == []


def test_the_index_links_to_every_page() -> None:
    """Pages of single policies and runbooks are listed by a page of all of them."""
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in links(INDEX)}
    listed = (DOCS / "reference" / "policies", DOCS / "runbooks")
    pages = {page for page in DOCS.rglob("*.md") if page.parent not in listed or page.name == "README.md"}

    assert sorted(page.relative_to(DOCS).as_posix() for page in pages - linked - {DOCS / "README.md"}) == []


def test_the_index_answers_thirty_questions() -> None:
    """Each is one row with a link."""
    rows = re.findall(r"^\| (?!How do I|---)([^|]+\?) \| \[", INDEX, re.MULTILINE)

    assert len(rows) >= 30
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_quoted_message_is_one_of_the_code(message: str) -> None:
    """Each part between the parts that vary is in a text of the product."""
    parts = [part.strip() for part in message.split("…") if part.strip(" ,.")]

    assert [part for part in parts if part not in texts_of_the_code()] == []


def test_troubleshooting_has_at_least_fifteen_failures() -> None:
    """Each with message, cause and fix."""
    sections = TROUBLESHOOTING.split("\n## ")[1:]

    assert len(MESSAGES) == len(sections) >= 15
    assert [section for section in sections if "**Cause**" not in section or "**Fix**" not in section] == []
