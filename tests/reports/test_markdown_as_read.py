"""Markdown as GitHub's own parser reads it: tables are tables, what is folded folds, no value is markup."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
import pytest
import yaml
from cmarkgfm.cmark import Options

from amlz.checks.finding import Severity
from amlz.checks.guard.change import LossAllowance
from amlz.diff.difference import Difference, difference
from amlz.diff.engine_steps import difference_by_engine
from amlz.rehearsal.faults import FaultOutcome
from amlz.reports import difference_as, difference_markdown
from amlz.reports.all_stacks import StackResults, render
from amlz.reports.formats import as_json, as_markdown, as_text
from amlz.reports.formats.all_markdown import MARKER
from amlz.reports.formats.registry import Format
from amlz.reports.json_text import dump
from amlz.reports.markdown_text import code, escaped, fitted
from amlz.reports.rehearsal import Rehearsal
from amlz.reports.rehearsal import as_markdown as rehearsal_markdown
from amlz.stackfile.load import from_object
from amlz.stackfile.stacks import StackOfFolder
from tests.conftest import PREVIEWED, ROOT, in_format, previewed
from tests.diff.test_engine_steps import OURS, RG, step
from tests.rehearsal.test_told import OUTCOME
from tests.rich_change import HOSTILE, compared_again, rich_change

GOLDEN = ROOT / "tests" / "golden"
#: Elements of a report, without scripts and styles, which GitHub removes.
ELEMENTS = {
    *("h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "strong", "code", "pre"),
    *("details", "summary", "sub"),
}
#: Languages of blocks of code.
BLOCKS = [("lang", "yaml"), ("lang", "diff")]
#: In one line: everything that markup, links, mentions or the end of something begin with.
TRICKS = [
    HOSTILE, "a|b", "`", "``x`", "\\|", "<!-- amlz preview -->", "</details>", "</td>", "| --- |",
    "x\n\n# y\n- z\n> q", "[a](javascript:alert(1))", "![i](https://e.example/x.png)", "<https://e.example>",
    "https://e.example", "www.e.com", "me@example.com", "@contoso/platform", "contoso/app#7", "GH-12", "!7",
    "*a* _b_ ~~c~~ **d**", "&lt;b&gt;", "$a$ $$b$$", ":tada: a:b:c", "\\", "a \u202e b\x07", "1. a", "2) a", "- a",
    "+ a", "===", "    code",
]  # fmt: skip


class Read(HTMLParser):
    """HTML, as far as is asked here: elements, that each is closed, rows of tables, and text.

    `outside`: the text that is not in a block of code.
    """

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.open: list[str] = []
        self.comments: list[str] = []
        self.rows: list[list[str]] = []
        self.text = self.outside = ""
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert [(name, value) for name, value in attrs if name != "align" and (name, value) not in BLOCKS] == []
        self.elements.add(tag)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data.strip())

    def handle_data(self, data: str) -> None:
        self.text += data
        if "pre" not in self.open:
            self.outside += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def plain(text: str) -> str:
    """The visible part of a text."""
    return re.sub(r"\s+", " ", text.replace("\u2060", "")).strip()


def read(markdown: str) -> Read:
    """A report, as GitHub shows it: well formed, of known elements, every row of a table as wide as its head."""
    result = Read(markdown)

    assert (result.elements - ELEMENTS, result.open) == (set(), [])
    lines = [line.lstrip() for line in markdown.splitlines()]  # tables within a list are indented
    wide = [len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("|")]
    heads = [len(re.findall(r"(?<!\\)\|", line)) for line in lines if re.match(r"\|( :?-+:? \|)+$", line)]
    assert set(wide) <= set(heads)
    assert len(result.rows) == len(wide) - len(heads)
    assert re.search(r"(?<!\w)@\w|#\d|(?<![\w./])www\.", _outside_code(markdown)) is None
    return result


def _outside_code(markdown: str) -> str:
    """Text in which GitHub looks for links: all but code. A backslash keeps a link from being one."""
    outside = re.sub(r"^(```+)\w+\n.*?^\1$|^    .*?$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(`+).*?\1|www\\\.", "", outside)


@pytest.mark.parametrize("text", TRICKS)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    """In a list, in a table, as code, and in what is folded."""
    listed = f"- {escaped(text)}\n"
    cell = f"| a | b |\n| --- | --- |\n| {escaped(text)} | {code(text, in_table=True)} |\n"
    folded = f"<details><summary>More</summary>\n\n- {escaped(text)} {code(text)}\n\n</details>\n"
    seen = plain(re.sub("[\u202e\x07]", "\ufffd", text))

    row = read(cell).rows[1]

    assert plain(read(listed).text) == seen
    assert [plain(part) for part in row] == [seen, seen]
    assert plain(read(folded).text) == f"More {seen} {seen}"


def hostile(value: Any) -> Any:
    """A preview as JSON in which every text that nobody checks has all tricks in it."""
    trick = " ".join(TRICKS[:1] + TRICKS[3:9])
    for resource in value["resources"]:
        resource["body"]["tags"] = {"costCentre": trick, trick: "x"}
        resource["name"] = f"{resource['name']}{trick}"
    for role in value["landingZone"]["roles"]:
        role["who"] = trick
    return value


@functools.cache
def reports() -> dict[str, str]:
    """Every kind of Markdown, of the rich change and of values with tricks in them."""
    preview, changed = rich_change()
    clean = json.loads(as_json.render(previewed("minimal")))
    dirty: Difference = difference(HOSTILE, clean, hostile(json.loads(as_json.render(previewed("minimal")))))
    stack = StackOfFolder("recommended", "Pulumi.recommended.yaml", preview.file, True, ())
    every = StackResults("main", ((stack, changed), (replace(stack, name="x|`y`"), preview)), (HOSTILE, "gone"))
    tagged = {**RG, "inputs": {**RG["inputs"], "tags": {HOSTILE: HOSTILE}}}
    engine = difference_by_engine({"steps": [step("update", RG, tagged)]}, OURS, LossAllowance())
    outcome: FaultOutcome = replace(OUTCOME, struck=(HOSTILE,), differences=(HOSTILE,))
    return {
        "preview": as_markdown.render(replace(preview, quota=True)),
        "preview of a hostile stack": as_markdown.render(replace(preview, stack=HOSTILE)),
        "difference": difference_markdown.markdown(changed),
        "difference of hostile values": difference_markdown.markdown(dirty),
        "engine": difference_markdown.markdown(engine),
        "all": render(every, Format.markdown),
        "rehearsal": rehearsal_markdown(Rehearsal(HOSTILE, outcomes=(outcome,))),
    }


@pytest.mark.parametrize("kind", ["preview", "preview of a hostile stack", "difference", "difference of hostile values",
                                  "engine", "all", "rehearsal"])  # fmt: skip
def test_every_report_is_what_it_looks_like(kind: str) -> None:
    """The verdict first, then tables and lists; what is folded is rendered; no value is markup."""
    markdown = reports()[kind]

    result = read(markdown)

    first = markdown.removeprefix(f"{MARKER}\n").lstrip().splitlines()[0]
    assert re.match(r"## (✅|⚠️|❌) |# Rehearsal of ", first)
    assert result.comments == (["amlz preview"] if kind == "all" else [])
    assert plain(HOSTILE)[:60] in plain(result.text)
    assert "alert(1)</script>" in result.text.replace("\u2060", "")
    assert re.search(r"^(- |\*\*)", result.outside, re.MULTILINE) is None


@pytest.mark.parametrize("stack", PREVIEWED)
def test_the_shipped_stacks_are_read_so(stack: str) -> None:
    """With what their owners must see to, and quotas."""
    result = read(as_markdown.render(replace(previewed(stack), quota=True)))

    assert {"h2", "table", "details", "summary"} <= result.elements


def with_used_rules(text: str) -> str:
    """A SARIF log with those rules alone that its results name: the others are on separate pages."""
    log = json.loads(text)
    (run,) = log["runs"]
    used = {result["ruleId"] for result in run["results"]}
    run["tool"]["driver"]["rules"] = [rule for rule in run["tool"]["driver"]["rules"] if rule["id"] in used]
    return dump(log)


def test_a_rich_change_is_told_to_the_letter() -> None:
    """Everything at once, see tests/rich_change.py. Read the files as GitHub shows them when they change."""
    preview, changed = rich_change()

    result = {
        "change.md": difference_markdown.markdown(changed),
        "change.sarif.json": with_used_rules(in_format("sarif", preview, "error", changed)),
    }

    assert result == {name: (GOLDEN / name).read_text(encoding="utf-8") for name in result}


def test_the_block_to_add_allows_what_the_guard_stops() -> None:
    """Copied into the stack file as it is, it leaves only what Azure would refuse and what a policy denies."""
    preview, changed = rich_change()
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", difference_markdown.markdown(changed), re.MULTILINE | re.DOTALL)
    file = dict(preview.file.document.values["config"]["amlz:landingZone"])

    allowed = LossAllowance.of(from_object({**file, **yaml.safe_load(block)}, ROOT))

    stopped = [finding.check for finding in changed.guard if finding.severity is Severity.ERROR]
    assert sorted(set(stopped)) == ["guard/delete-not-allowed", "guard/refused-by-azure", "guard/replace-not-allowed"]
    left = compared_again(allowed)
    assert [finding.check for finding in left.guard if finding.severity is Severity.ERROR] == ["guard/refused-by-azure"]


def test_a_terminal_and_a_list_of_alerts_take_no_orders_from_a_text() -> None:
    """No colours, no moved cursor, no turned direction; in SARIF no link, which its viewers would make of brackets."""
    tricks = "\x1b]0;x\x07 \x1b[31mred\x9b1A \u202egnp [a](https://e.example)"
    tagged = {**RG, "inputs": {**RG["inputs"], "tags": {"a": tricks}}}
    engine = difference_by_engine({"steps": [step("update", RG, tagged)]}, OURS, LossAllowance())
    preview, changed = rich_change()
    first = replace(preview.findings[0], message=tricks)
    log = json.loads(in_format("sarif", replace(preview, findings=(first,)), "error", changed))

    text = difference_as.text(engine) + as_text.render(replace(preview, findings=(first,)))

    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert "red" in text
    assert [r["message"]["text"] for r in log["runs"][0]["results"] if "](" in r["message"]["text"]] == []


FOLDED = "<details><summary>{}</summary>\n\n{}\n</details>\n\n"
CHANGED, CREATED = FOLDED.format("Changed", "- a\n" * 100), FOLDED.format("Created", "- b\n" * 20)
LONG = "## ❌ dev\n\n**Lost**\n\n" + "- it\n" * 20 + "\n" + CHANGED + CREATED


@pytest.mark.parametrize(
    ("most", "kept"), [(10_000, ["Changed", "Created"]), (400, ["Created"]), (260, []), (120, None), (80, None)]
)
def test_what_needs_a_decision_is_told_in_full_as_long_as_it_fits(most: int, kept: list[str] | None) -> None:
    """Folded parts are removed first, the longest before the others and each with a note; then it is cut at a line."""
    text = fitted(LONG, most)

    read(text)
    assert len(text) <= most
    if kept is None:
        assert text.endswith("\n\nCut here: it is too long for a comment.\n")
        assert set(text.splitlines()[4:-2]) <= {"- it", ""}
    else:
        assert re.findall("<summary>(.*?)</summary>", text) == kept
        left = [title for title in ("Changed", "Created") if title not in kept]
        assert [line for line in text.splitlines() if "left out here" in line] == [
            f"{title}: left out here, it is too long for a comment." for title in left
        ]
        assert text.count("- it\n") == 20


def test_a_cut_within_what_is_folded_closes_it() -> None:
    """So that what a host adds below is not folded with it."""
    open_ = "## ✅ dev\n\n<details><summary>Changed</summary>\n\n" + "- a\n" * 100

    text = fitted(open_, 200)

    assert (read(text).text.count("a\n") > 10, text.count("</details>")) == (True, 1)


@pytest.mark.parametrize("size", [65_536, 150_000])
def test_what_is_longest_fits_into_a_comment_of_github_and_azure_devops(size: int) -> None:
    """A change of everything in the largest stack, several times."""
    one, other = (json.loads(as_json.render(previewed(name))) for name in ("minimal", "everything"))
    huge = difference("main", one, {**other, "stack": "everything"})
    stack = StackOfFolder("everything", "Pulumi.everything.yaml", previewed("everything").file, True, ())
    every = StackResults("main", tuple((replace(stack, name=f"s{number}"), huge) for number in range(20)))

    text = render(every, Format.markdown)

    read(text)
    assert (len(text) <= size, text.startswith(MARKER), "Left out here" in text) == (True, True, True)
