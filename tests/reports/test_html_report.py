"""The HTML report: one file that loads nothing, with the content of the preview and the difference."""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from amlz.checks.catalogue import ALL
from amlz.checks.naming import names_of
from amlz.cli.options import version
from amlz.policy.verdicts import Verdicts
from amlz.reports.folding import folded_findings
from amlz.reports.formats import as_html
from amlz.reports.html.built import built
from amlz.reports.links import Links, Origin
from amlz.stackfile.load import load
from tests.cli.in_process import amlz_here
from tests.cli.test_command_line import amlz
from tests.conftest import ROOT, STACKS, preview_of, previewed
from tests.rich_change import rich_change

FILES = "https://example.org/o/r/blob/1a2b"
GOLDEN = ROOT / "tests" / "golden" / "change.html"


class Elements(HTMLParser):
    """Every element with its attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> Iterator[str]:
        """Values of an attribute."""
        return (value for _, attributes in self.elements if (value := attributes.get(name)))


@functools.cache
def page_of(stack: str) -> str:
    """The page of a shipped stack. Once for all tests of a process: it takes a second or more."""
    return as_html.render(previewed(stack))


def page_of_change() -> str:
    """The page of tests/rich_change.py without request bodies, which tests/golden/minimal.arm.json has."""
    reason = "Not drawn: positions depend on the version of Graphviz."
    page = as_html.render(*rich_change(), draw=lambda *_: (None, reason))
    return re.sub("<pre>.*?</pre>", "<pre>(body)</pre>", page, flags=re.DOTALL)


def test_a_rich_change_is_told_to_the_letter() -> None:
    """See tests/rich_change.py. Read it in a browser when it changes: tests/golden/change.html."""
    text = page_of_change()

    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("stack", ["dev", "existing-hub", "everything"])
def test_it_loads_nothing_and_runs_no_script_but_its_own(stack: str) -> None:
    """Links lead to anchors in the page or to the sources of findings, ids are there once."""
    text = page_of(stack)
    page = Elements(text)
    ids = list(page.all("id"))
    links = set(page.all("href"))
    sources = {check.source for check in ALL}

    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    (script,) = re.findall("<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert [attributes for tag, attributes in page.elements if tag == "script"] == [{}]
    assert {tag for tag, _ in page.elements} & {"link", "img", "iframe", "object", "embed", "base"} == set()
    assert list(page.all("src")) == []
    assert [name for _, attributes in page.elements for name in attributes if name.startswith("on")] == []
    assert sorted(set(ids)) == sorted(ids)
    assert {link.removeprefix("#") for link in links - sources} <= set(ids)


@pytest.mark.parametrize("stack", ["dev", "existing-hub", "everything"])
def test_it_says_what_the_preview_says(stack: str) -> None:
    """Every finding, zone, role, rule, subnet and resource that has a name, as text."""
    preview = previewed(stack)
    sentence = Elements(as_html.render(preview)).text

    folded = list(folded_findings(preview.findings, names_of(preview.graph)))
    expected = [finding.first.message.replace("`", "") for finding in folded]
    expected += [other.resource.label for finding in folded for other in finding.others]
    expected += [role.why for role in preview.plan.roles()]
    expected += [s.cidr for b in preview.plan.addresses.blocks for s in b.subnets]
    expected += [r.name for r in preview.graph if not r.arm_type.endswith("/roleAssignments")]
    assert [text for text in expected if text not in sentence] == []


def test_values_are_text_and_never_markup(tmp_path: Path) -> None:
    """For every stack file."""
    nasty = '<img src=x> & "q" \'</style><script>'
    text = (ROOT / STACKS["dev"]).read_text(encoding="utf-8")
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(text.replace("organisation: Contoso", f"organisation: {json.dumps(nasty)}"))
    file = load(str(path))

    page = Elements(as_html.render(preview_of(file)))

    assert nasty in page.text
    assert [tag for tag, _ in page.elements if tag in ("script", "img")] == ["script"]


def test_the_command_writes_it(tmp_path: Path) -> None:
    """To a file; --all names the forms that it has."""
    out = tmp_path / "report.html"

    ran = amlz("preview", "dev", "--format", "html", "--output", str(out))
    every = amlz("preview", "--all", "--format", "arm")

    expected = as_html.render(previewed("dev"), origin=Origin(version=version()))
    assert (ran.returncode, out.read_text(encoding="utf-8")) == (0, expected)
    assert every.returncode == 2
    assert "a preview of all stacks has the forms text, json, markdown, html" in re.sub(r"[\s│]+", " ", every.stderr)


def luminance(colour: str) -> float:
    """Of a colour as #rrggbb: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_has_enough_contrast_in_the_drawing_and_the_maps_too(scheme: int) -> None:
    """4.5 to 1, WCAG 2.2 AA: what axe-core cannot see in SVG. Lines have 3 to 1."""
    css = (ROOT / "amlz" / "reports" / "templates" / "report.css").read_text(encoding="utf-8")
    root = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", root))
    grounds = ("page", "surface")
    texts = [(ink, ground) for ink in ("ink", "muted", "accent", "look-ink", "bad-ink") for ground in grounds]
    texts += [(f"{name}-ink", name) for name in ("bad", "look", "good", "change", "unknown", "subnet", "spare", "free")]
    texts += [("ink", ground) for ground in ("unknown", "change", "good")]  # boxes of the drawing
    lines = [(ink, ground) for ink in ("accent", "muted", "good-ink") for ground in grounds]

    def contrast(a: str, b: str) -> float:
        low, high = sorted((luminance(colours[a]), luminance(colours[b])))
        return (high + 0.05) / (low + 0.05)

    assert [(pair, contrast(*pair)) for pair in texts if contrast(*pair) < 4.5] == []
    assert [(pair, contrast(*pair)) for pair in lines if contrast(*pair) < 3] == []


def test_each_finding_has_its_line_its_page_and_a_link() -> None:
    """Lines as in other forms; without an address of files, the line is text. Ids do not depend on it."""
    preview = previewed("prod")
    linked = as_html.render(preview, links=Links(FILES))
    plain = page_of("prod")

    lines = re.findall(rf'<a href="{FILES}/{STACKS["prod"]}#L(\d+)" rel="noreferrer"><code>Pulumi', linked)
    written = (ROOT / STACKS["prod"]).read_text(encoding="utf-8").splitlines()
    folded = list(folded_findings(preview.findings, names_of(preview.graph)))
    assert len(lines) == len(folded) == len(re.findall(r'id="finding-', plain))
    assert all(written[int(line) - 1].strip() for line in lines)
    pages = set(re.findall(r"/docs/reference/checks.md#([\w-]+)", linked))
    assert pages == {one.first.check.replace("/", "") for one in folded}
    assert re.findall(r'id="(finding-\w+)"', plain) == re.findall(r'id="(finding-\w+)"', linked)
    assert re.findall(r'<p class="position"><code>Pulumi.prod.yaml:(\d+)</code>', plain) == lines


def test_a_page_names_its_commit_branch_version_and_production() -> None:
    """As passed in: nothing is read from the clock or from git."""
    page = as_html.render(previewed("prod"), origin=Origin("1a2b3c4", "main", "9.9"))

    text = re.sub(r"\s+", " ", Elements(page).text)
    assert "commit1a2b3c4 branchmain amlz9.9" in text
    assert "production churn, prod; fraud, prod; pricing, prod" in text
    assert "No environment of this stack is production." in Elements(page_of("dev")).text


def test_a_page_is_good_only_where_nothing_is_open() -> None:
    """A note, or a policy without a result, is a question mark and not a green tick."""
    minimal = previewed("minimal")
    without = replace(minimal, findings=(), verdicts=Verdicts(()))

    assert [re.findall(r'class="verdict (\w+)"', as_html.render(one)) for one in (minimal, without)] == [
        ["unknown"],
        ["good"],
    ]


def test_request_bodies_are_text_or_packed_where_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Either way every resource has its own."""
    preview = previewed("minimal").shown
    bodies = [resource.body for resource in preview.graph]
    text = built(preview)
    monkeypatch.setattr("amlz.reports.html.built.LONGEST_BODIES", 0)
    packed = built(preview)

    rows = [row for s in text.subscriptions for group in s.groups for of in group.types for row in of.resources]
    unpacked = json.loads(gzip.decompress(base64.b64decode(packed.packed)))
    assert text.packed == ""
    assert sorted(map(json.dumps, bodies)) == sorted(json.dumps(json.loads(row.body)) for row in rows)
    assert unpacked == {row.anchor: json.loads(row.body) for row in rows}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("dev", "--format", "html", "--commit", "main"), "'main' is no commit"),
        (("dev", "--format", "html", "--commit", "1a2"), "'1a2' is no commit"),
        (("dev", "--commit", "1a2b3c4"), "only an HTML report names it. Add html to the formats, or omit --commit"),
        (("dev", "--format", "html", "--branch", "a\x1b"), "it is no name of a branch"),
        (("dev", "--format", "html", "--branch", "b" * 251), "it is no name of a branch"),
        (("--all", "--format", "json", "--branch", "main"), "only an HTML report names it"),
    ],
)
def test_a_wrong_commit_or_branch_is_refused(arguments: tuple[str, ...], says: str) -> None:
    """Before any work."""
    ran = amlz_here("preview", *arguments)

    assert (ran.returncode, ran.stdout, says in " ".join(ran.stderr.split())) == (2, "", True)
