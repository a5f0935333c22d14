"""The preview as a comment on a pull request."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.reports.formats import as_markdown
from amlz.reports.markdown_text import LONGEST
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS, preview_of, previewed

GOLDEN = ROOT / "tests" / "golden" / "open.md"


def test_what_needs_a_decision_is_open_and_the_rest_is_folded(tmp_path: Path) -> None:
    """A workspace that answers on the internet, to the letter: read it as GitHub shows it when it changes."""
    text = (ROOT / STACKS["minimal"]).read_text()
    stack = tmp_path / "Pulumi.open.yaml"
    stack.write_text(text.replace("10.20.16.0/25}", "10.20.16.0/25, security: {publicNetworkAccess: true}}"))
    file = load(str(stack))

    sentence = as_markdown.render(preview_of(file))

    assert sentence == GOLDEN.read_text(encoding="utf-8")


#: Verdicts of shipped stacks, by their findings and their clusters, whose system images only Azure knows. In prod,
#: one pipeline principal has roles in production and elsewhere, and several may write to the shared registry. Stacks
#: with `onPremises` and no gateway have a warning.
FINDINGS = {
    "prod": "⚠️ prod: 4 warnings",
    "dev": "✅ dev: no errors or warnings, 6 notes and 5 unknown policy results",
    "minimal": "✅ minimal: no errors or warnings, 5 notes and 2 unknown policy results",
    "recommended": "⚠️ recommended: 1 warning",
    "existing-hub": "⚠️ existing-hub: 1 warning",
    "us-government": "⚠️ us-government: 1 warning",
    "hub": "✅ hub: no errors or warnings, 1 note",
    "landing-zone": "⚠️ landing-zone: 1 warning",
}


@pytest.mark.parametrize("stack", STACKS)
def test_it_fits_into_a_comment(stack: str) -> None:
    """With the verdict in its first line."""
    text = as_markdown.render(previewed(stack))

    assert text.splitlines()[0] == f"## {FINDINGS[stack]}"
    assert len(text) <= LONGEST


def test_what_is_too_long_is_told_without_the_folded_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """And cut at a line where that is too long still."""
    whole = as_markdown.render(previewed("prod"))
    monkeypatch.setattr(as_markdown, "LONGEST", len(whole) - 1)
    shorter = as_markdown.render(previewed("prod"))
    monkeypatch.setattr(as_markdown, "LONGEST", 500)
    cut = as_markdown.render(previewed("prod"))

    assert (shorter.splitlines()[:7], "its security group, deny-outbound" in shorter) == (whole.splitlines()[:7], False)
    assert cut == whole[:453].rpartition("\n")[0] + "\n\nCut here: it is too long for a comment.\n"
