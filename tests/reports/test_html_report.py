"""The HTML report: one file that loads nothing, with the content of the preview and the difference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from amlz.app.preview import preview_stack
from amlz.checks.catalogue import ALL
from amlz.checks.naming import names_of
from amlz.core.plan import make_plan
from amlz.reports.folding import folded_findings
from amlz.reports.formats import as_html
from amlz.stackfile.load import load
from tests.cli.test_command_line import amlz
from tests.conftest import ROOT, STACKS, previewed
from tests.rich_change import rich_change

GOLDEN = ROOT / "tests" / "golden" / "change.html"


class Elements(HTMLParser):
    """Every element with its attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> Iterator[str]:
        """Values of an attribute."""
        return (value for _, attributes in self.found if (value := attributes.get(name)))


def test_a_rich_change_is_told_to_the_letter() -> None:
    """See tests/rich_change.py. Read it in a browser when it changes: tests/golden/change.html."""
    told = as_html.render(
        *rich_change(), draw=lambda _: (None, "Not drawn: positions depend on the version of Graphviz.")
    )

    assert told == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("stack", ["dev", "existing-hub", "everything"])
def test_it_asks_nobody_for_anything_and_runs_no_script(stack: str) -> None:
    """Nothing is loaded, links lead to anchors in the page or to the sources of findings, ids are there once."""
    page = Elements(as_html.render(previewed(stack)))
    ids = list(page.all("id"))
    links = set(page.all("href"))
    sources = {check.source for check in ALL}

    policy = next(a["content"] for _, a in page.found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    assert {tag for tag, _ in page.found} & {"script", "link", "img", "iframe", "object", "embed", "base"} == set()
    assert list(page.all("src")) == []
    assert [name for _, attributes in page.found for name in attributes if name.startswith("on")] == []
    assert sorted(set(ids)) == sorted(ids)
    assert {link.removeprefix("#") for link in links - sources} <= set(ids)


@pytest.mark.parametrize("stack", ["dev", "existing-hub", "everything"])
def test_it_says_what_the_preview_says(stack: str) -> None:
    """Every finding, zone, role, rule, subnet and resource that has a name, as text."""
    preview = previewed(stack)
    told = Elements(as_html.render(preview)).text

    folded = list(folded_findings(preview.findings, names_of(preview.graph)))
    expected = [each.first.message for each in folded]
    expected += [other.resource.label for each in folded for other in each.others]
    expected += [role.why for role in preview.plan.roles()]
    expected += [s.cidr for space in preview.plan.addresses.spaces for b in space.blocks for s in b.subnets]
    expected += [r.name for r in preview.graph if not r.arm_type.endswith("/roleAssignments")]
    assert [text for text in expected if text not in told] == []


def test_values_are_text_and_never_markup(tmp_path: Path) -> None:
    """For every stack file."""
    nasty = '<img src=x> & "q" \'</style><script>'
    text = (ROOT / STACKS["dev"]).read_text(encoding="utf-8")
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(text.replace("organisation: Contoso", f"organisation: {json.dumps(nasty)}"))
    file = load(str(path))

    page = Elements(as_html.render(preview_stack(file, make_plan(file.config))))

    assert nasty in page.text
    assert {tag for tag, _ in page.found} & {"script", "img"} == set()


def test_the_command_writes_it(tmp_path: Path) -> None:
    """To a file; --all names the forms that it has."""
    out = tmp_path / "report.html"

    ran = amlz("preview", "dev", "--format", "html", "--output", str(out))
    every = amlz("preview", "--all", "--format", "arm")

    assert (ran.returncode, out.read_text(encoding="utf-8")) == (0, as_html.render(previewed("dev")))
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
