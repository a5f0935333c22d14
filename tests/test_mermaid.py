"""The topology as a Mermaid flowchart."""

from __future__ import annotations

import re

import pytest

from reports.as_mermaid import escaped, render
from tests.conftest import ROOT, previewed


def test_the_page_shows_what_is_generated() -> None:
    """Of the recommended example."""
    page = (ROOT / "docs" / "topology.md").read_text(encoding="utf-8")

    assert re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL) == [render(previewed("recommended"))]


@pytest.mark.parametrize("stack", ["everything", "existing-hub", "dev"])
def test_every_environment_is_in_a_spoke_and_every_edge_has_ends(stack: str) -> None:
    """Each id is defined once."""
    text, plan = render(previewed(stack)), previewed(stack).plan

    nodes = re.findall(r"^\s+(\w+)[\[({]+\"", text, re.MULTILINE)
    ends = re.findall(r"^\s+(\w+) (?:<?-->\|peering\||---|-\.->) (\w+)$", text, re.MULTILINE)

    assert len(set(nodes)) == len(nodes)
    assert {end for edge in ends for end in edge} <= set(nodes)
    environments = {f"env_{e.key.replace('-', '_')}" for e in plan.environments}
    assert {n for n in nodes if n.startswith("env_")} == environments


def test_what_mermaid_reads_as_markup_is_escaped() -> None:
    """As entity codes."""
    assert escaped('a "b" <c>; #1') == "a #34;b#34; #60;c#62;#59; #35;1"
