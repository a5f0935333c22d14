"""The HTML report in a browser: nothing is cut off or loaded, no rule of axe-core is broken, and it prints.

Needs a Chromium on PATH and the packages of tests/browser (`make browser`). Skipped with a reason without them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from amlz.reports.all_stacks import FailedComparison, StackResults
from amlz.reports.formats import all_html, as_html
from amlz.reports.html.diagram import diagram
from tests.conftest import ROOT, node_package, previewed
from tests.reports.test_html_diagram import landing_zone
from tests.rich_change import rich_change
from tests.test_html_all import stack

#: Views: a page with its width and colours, with or without axe-core and a printer.
LOOKS = (
    ("change", 1280, "light", True),
    ("change", 400, "dark", True),
    ("everything", 400, "light", False),
    ("data-platform", 1280, "dark", True),
    ("hundreds", 1280, "dark", False),
    ("all", 1280, "light", True),
    ("all", 400, "dark", False),
)


def all_stacks() -> StackResults:
    """Two stacks, one that cannot be previewed, and one whose file has mistakes, with long words."""
    return StackResults(
        "",
        (
            (stack("hub"), previewed("hub")),
            (stack("minimal", "hub"), previewed("minimal")),
            (stack("refused"), FailedComparison(f"Pulumi refuses it: {'long' * 60}", "it could not be previewed")),
        ),
        unusable=(("wrong", f"Pulumi.wrong.yaml:3\n  {'long' * 60}"),),
    )


def chromium() -> str:
    """The browser."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    text = next((path for name in names if (path := shutil.which(name))), None)
    if text is None:
        pytest.skip(f"none of {', '.join(names)} is on PATH")
    return text


def looked_at(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Results of tests/browser/look.mjs."""
    node_package("puppeteer-core")
    wanted = json.dumps({"chromium": chromium(), "pages": pages})
    script = ROOT / "tests" / "browser" / "look.mjs"
    ran = subprocess.run(["node", script], input=wanted, capture_output=True, text=True, check=False, timeout=180)
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int, str], dict[str, Any]]:
    """Every page, seen once: starting a browser takes longer than looking."""
    node_package("axe-core")
    chromium()
    folder = tmp_path_factory.mktemp("pages")
    drawn = diagram(landing_zone(4, 60))
    texts = {
        "change": as_html.render(*rich_change()),
        "everything": as_html.render(previewed("everything")),
        "data-platform": as_html.render(previewed("data-platform")),
        "hundreds": as_html.render(previewed("minimal"), draw=lambda *_: drawn),
        "all": all_html.render(all_stacks()),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    wanted = [
        {"file": str(folder / f"{name}.html"), "width": width, "scheme": scheme, "axe": axe}
        for name, width, scheme, axe in LOOKS
    ]
    return {look[:3]: item for look, item in zip(LOOKS, looked_at(wanted), strict=True)}


@pytest.mark.parametrize("look", [look[:3] for look in LOOKS], ids=lambda look: "-".join(map(str, look)))
def test_a_page_is_whole(look: tuple[str, int, str], seen: dict[tuple[str, int, str], dict[str, Any]]) -> None:
    """Nothing is cut off or loaded, links bring their targets into view, a keyboard begins at the skip link."""
    result = seen[look]

    assert {key: result[key] for key in ("requests", "said", "cut", "lost", "first", "background")} == {
        "requests": [],
        "said": [],
        "cut": [],
        "lost": [],
        "first": {"text": "Skip to the report", "seen": True},
        "background": {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[look[2]],
    }


@pytest.mark.parametrize("look", [look[:3] for look in LOOKS if look[3]], ids=lambda look: "-".join(map(str, look)))
def test_a_page_can_be_read_by_everybody_and_printed(
    look: tuple[str, int, str], seen: dict[tuple[str, int, str], dict[str, Any]]
) -> None:
    """With everything unfolded axe-core finds nothing, contrast included; on paper what is folded is open."""
    result = seen[look]

    assert (result["violations"], result["opened"], result["unprinted"]) == ([], [], [])
    assert result["pdf"]["is"] == "%PDF-"
    assert 5 <= result["pdf"]["pages"] <= 40


def test_what_is_wrong_with_a_page_is_seen(tmp_path: Path) -> None:
    """A page that has every fault: the looking itself is tried."""
    page = tmp_path / "wrong.html"
    page.write_text(
        "<!doctype html><html><head><style>@media print{details::details-content{display:none}}</style></head>"
        "<body style='margin:0;background:#fff'><a href='#gone'>to</a><p id='gone' style='display:none'>x</p>"
        "<p style='color:#ddd'>pale</p><div style='width:2000px'>wide</div>"
        "<div style='overflow:hidden;width:40px;white-space:nowrap'>this is cut off</div>"
        "<img src='https://example.invalid/x.png'><details class='print'><summary>s</summary><p>in</p></details></body>"
    )

    result = looked_at([{"file": str(page), "width": 400, "scheme": "light", "axe": True}])[0]

    assert result["requests"] == ["https://example.invalid/x.png"]
    assert result["lost"] == ["#gone"]
    assert {text.partition(":")[0] for text in result["cut"]} == {"page", "beside the page", "DIV."}
    assert {"color-contrast", "document-title", "html-has-lang"} <= {v.partition(":")[0] for v in result["violations"]}
    assert result["unprinted"] == ["sin"]


@pytest.mark.parametrize("packed", [False, True], ids=["text", "packed"])
def test_the_script_searches_filters_copies_links_and_opens_request_bodies(
    packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By keyboard, also where request bodies are packed. A link to a folded resource opens it."""
    node_package("puppeteer-core")
    if packed:
        monkeypatch.setattr("amlz.reports.html.built.LONGEST_BODIES", 0)
    preview = previewed("prod")
    page = tmp_path / "prod.html"
    page.write_text(as_html.render(preview, draw=lambda *_: (None, "not drawn")), encoding="utf-8")
    asked = json.dumps({"chromium": chromium(), "file": str(page), "word": "shared-registry"})
    script = ROOT / "tests" / "browser" / "use.mjs"

    ran = subprocess.run(["node", script], input=asked, capture_output=True, text=True, check=False, timeout=120)

    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    shown, status = result.pop("searched")
    body, link, copied = result.pop("body"), result.pop("link"), result.pop("copied")
    assert (shown, status.endswith(" rows shown"), copied) == (1, True, link)
    assert body in [resource.body for resource in preview.shown.graph]
    count = result.pop("findings")
    assert 3 < count < 40
    assert result == {
        "said": [],
        "warnings": 4,
        "production": True,
        "expanded": 0,
        "collapsed": 0,
        "followed": True,
    }
