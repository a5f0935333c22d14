"""The HTML report of all stacks: one page with an index, which links to each stack."""

from __future__ import annotations

import re
from pathlib import Path

from amlz.diff.difference import difference
from amlz.reports.all_stacks import FailedComparison, StackResults
from amlz.reports.formats import all_html
from amlz.reports.formats.as_markdown import summary
from amlz.reports.html.diagram import diagram
from amlz.reports.preview import Preview
from amlz.stackfile.stacks import StackOfFolder
from tests.cli.test_command_line import amlz
from tests.conftest import ROOT, STACKS, as_told, previewed
from tests.reports.test_html_report import Elements
from tests.rich_change import HOSTILE, rich_change

WHY = "Pulumi.x.yaml:3  hub\n  <script>It</script> is *wrong*."


def stack(name: str, *after: str) -> StackOfFolder:
    """A stack of which only the name and what is before it matter."""
    return StackOfFolder(name, f"Pulumi.{name}.yaml", previewed("minimal").file, False, after)


def cells(page: str) -> list[list[str]]:
    """The rows of the index, as text."""
    table = page[page.index('<table class="index">') : page.index("</table>")]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table)
    return [[Elements(cell).text for cell in re.split("</t[hd]><td>", row.removesuffix("</td>"))] for row in rows]


def row(preview: Preview) -> list[str]:
    """The cells of a preview, from its summary: the columns of the index."""
    rows = dict(summary(preview))
    return [rows["would build"], rows["findings"], rows["policy"]]


def test_the_index_has_each_stack_with_its_result_and_leads_to_it() -> None:
    """Also one whose file has mistakes and one that cannot be previewed: their reasons are where they would be."""
    hub, minimal = previewed("hub"), previewed("minimal")
    failed = FailedComparison("Pulumi: it refuses", "it could not be previewed")
    results = StackResults(
        "", ((stack("hub"), hub), (stack("a b", "hub"), minimal), (stack("c"), failed)), unusable=(("x", WHY),)
    )

    page = all_html.render(results)

    unknown = ["not known"] * 3
    assert cells(page) == [
        ["x", "its stack file has mistakes", *unknown],
        ["hub", "no errors or warnings, 1 note", *row(hub)],
        ["a b, after hub", "no errors or warnings, 5 notes and 2 unknown policy results", *row(minimal)],
        ["c", "it could not be previewed", *unknown],
    ]
    elements = Elements(page)
    ids, links = list(elements.all("id")), [link for link in elements.all("href") if link[0] == "#"]
    assert (sorted(set(ids)), {link[1:] for link in links} - set(ids)) == (sorted(ids), set())
    assert {"x:report", "hub:report", "a%20b:findings", "c:report"} <= set(ids)
    assert ("2 of 4 stacks must not be deployed as they are" in elements.text, WHY in elements.text) == (True, True)
    assert [tag for tag, _ in elements.elements if tag in ("script", "img", "link")] == ["script"]


def test_each_stack_has_the_sections_of_its_own_page() -> None:
    """With all its own resources, and a drawing with its own arrows."""
    results = StackResults("", ((stack("dev"), previewed("dev")), (stack("minimal"), previewed("minimal"))))

    page = all_html.render(results, draw=diagram)

    first, second = page.index('id="dev:report"'), page.index('id="minimal:report"')
    for name, part in (("dev", page[first:second]), ("minimal", page[second:])):
        text = Elements(part).text
        named = [r.name for r in previewed(name).graph if not r.arm_type.endswith("/roleAssignments")]
        assert [item for item in named if item not in text] == []
        assert set(re.findall(r"url\(#([^)]*?):", part)) in (set(), {name})
        assert f'href="#{name}:built"' in part


def test_a_difference_is_first_and_stacks_without_one_are_a_line() -> None:
    """A removed stack whose production may not end stops the whole; text of people is never markup."""
    preview, changed = rich_change()
    same = difference("main", as_told("dev"), as_told("dev"))
    results = StackResults(
        "main",
        ((stack("rich"), changed), (stack("dev"), same)),
        ("old",),
        ("old: it is production.",),
        previews={"rich": preview},
    )

    page = all_html.render(results, "2026-10-01")

    text = Elements(page).text
    assert "1 of 1 stack must not be deployed as they are; 1 stack file must not be removed" in text
    lines = ("No difference from main: dev.", "Gone since main: old.", "old: it is production.")
    assert [line for line in lines if line not in text] == []
    assert (page.index('id="rich:changes"') < page.index('id="rich:findings"'), HOSTILE in text) == (True, True)
    assert "differences from main of 2026-10-01" in text
    assert 'id="dev:report"' not in page


def test_the_command_writes_one_page_and_reports_what_it_could_not_preview(tmp_path: Path) -> None:
    """Whole, to --output; exit code 2 for the stack file with mistakes, which the page shows."""
    text = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    (tmp_path / "Pulumi.minimal.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "Pulumi.wrong.yaml").write_text(text.replace("schemaVersion: 1", "schemaVersion: 0"), encoding="utf-8")
    out = tmp_path / "all.html"

    ran = amlz("preview", "--all", "--format", "html", "--output", str(out), folder=tmp_path, PYTHONPATH=str(ROOT))

    assert (ran.returncode, ran.stdout, "Pulumi.wrong.yaml" in ran.stderr) == (2, "", True)
    values = cells(out.read_text(encoding="utf-8"))
    assert [item[:2] for item in values] == [
        ["wrong", "its stack file has mistakes"],
        ["minimal", "no errors or warnings, 5 notes and 2 unknown policy results"],
    ]
