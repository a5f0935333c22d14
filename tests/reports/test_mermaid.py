"""The topology as a Mermaid flowchart, read by Mermaid's own parser."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from amlz.reports.data_flows import data_flows
from amlz.reports.formats import as_mermaid
from amlz.reports.formats.as_mermaid import LONGEST, MOST_EDGES, escaped, render, write
from amlz.reports.formats.registry import Report
from amlz.reports.preview import Preview
from tests.conftest import PREVIEWED, ROOT, node_package, previewed
from tests.rich_change import HOSTILE, rich_change


def parsed(*texts: str) -> list[dict[str, Any]]:
    """Mermaid's result for each: an error, or labels of boxes and edges. Skipped where it is not installed."""
    node_package("mermaid")
    node = shutil.which("node") or pytest.skip("node is not on PATH")
    ran = subprocess.run(
        [node, str(ROOT / "tests" / "browser" / "parse.mjs")],
        input=json.dumps(texts), capture_output=True, text=True, check=True,
    )  # fmt: skip
    data: list[dict[str, Any]] = json.loads(ran.stdout)
    return data


def seen(label: str) -> str:
    """A label as a person sees it: Mermaid keeps entity codes between its own marks."""
    return html.unescape(re.sub(r"ﬂ°°?(\w+)¶ß", lambda m: f"&#{m[1]};" if m[1].isdigit() else f"&{m[1]};", label))


def labels(text: str) -> list[str]:
    """Labels of the boxes of a flowchart, by its text."""
    values = re.findall(r'^\s*(?!subgraph)\w+(?:\["|\{\{"|\[\("|\(\[")(.*?)"[\])}]', text, re.MULTILINE)
    return [html.unescape(re.sub(r"#(\d+);", r"&#\1;", label)).replace("<br/>", "<br>") for label in values]


def large(environments: int, projects: int) -> Preview:
    """The recommended stack, as if it had so many environments, evenly in so many projects."""
    preview = previewed("recommended")
    one = preview.plan.environments[0]
    many = tuple(
        replace(one, key=f"p{n % projects}-e{n}", project=f"p{n % projects}", environment=f"e{n}")
        for n in range(environments)
    )
    return replace(preview, plan=replace(preview.plan, environments=many))


def hostile() -> Preview:
    """A stack with names that no stack file can have."""
    preview = previewed("recommended")
    many = tuple(replace(e, project=HOSTILE, environment="x\n]] end %% {{") for e in preview.plan.environments)
    return replace(preview, plan=replace(preview.plan, environments=many))


def test_the_page_shows_what_is_generated() -> None:
    """Of the recommended example."""
    page = (ROOT / "docs" / "explanation" / "topology.md").read_text(encoding="utf-8")

    assert re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL) == [render(previewed("recommended"))]


@pytest.mark.parametrize("stack", ["everything", "existing-hub", "dev"])
def test_every_environment_is_in_a_spoke_and_every_edge_has_ends(stack: str) -> None:
    """Each id is defined once."""
    text, plan = render(previewed(stack)), previewed(stack).plan

    nodes = re.findall(r"^\s+(\w+)[\[({]+\"", text, re.MULTILINE)
    ends = re.findall(r"^\s+(\w+) (?:<?-->|---|-\.->|~~~)(?:\|.*?\|)? (\w+)$", text, re.MULTILINE)

    assert len(set(nodes)) == len(nodes)
    assert {end for edge in ends for end in edge} <= set(nodes)
    environments = {f"env_{e.key.replace('-', '_')}" for e in plan.environments}
    assert {n for n in nodes if n.startswith("env_")} == environments


def test_paths_outside_and_production_have_classes_of_their_own() -> None:
    """Internet, on-premises, Entra ID and DNS; each class that a box has is defined."""
    text = render(previewed("recommended"))

    assert 'env_triage_prod["triage, prod<br/>7 private endpoints<br/>production"]:::production' in text
    for edge in (
        "firewall -->|egress| internet", "firewall -->|sign-in| entra", "firewall -.->|DNS| zones",
        "spoke_main -.->|DNS| firewall", "premises --> hub",
    ):  # fmt: skip
        assert f"\n  {edge}\n" in text or f"\n    {edge}\n" in text, edge
    assert set(re.findall(r":::(\w+)", text)) == set(re.findall(r"classDef (\w+) ", text))


def test_a_difference_colours_what_it_creates_changes_and_deletes() -> None:
    """With the word in the box, since colours alone are no sign."""
    preview, difference = rich_change()

    text = write(Report(lambda: preview, difference))

    boxes = {box: (re.findall(r"<br/>(created|changed|deleted)", label), kind) for box, label, kind in
             re.findall(r'(\w+)[\[{(]+"(.*?)"[\])}]+:::(\w+)', text)}  # fmt: skip
    assert {box: value for box, value in boxes.items() if value[0]} == {
        "hub": (["changed"], "changed"),
        "firewall": (["changed"], "changed"),
        "zones": (["changed"], "changed"),
        "spoke_main": (["changed"], "changed"),
        "env_fraud_dev": (["created"], "created"),
        "env_triage_dev": (["changed"], "changed"),
        "env_triage_prod": (["changed"], "changed"),
        "gone_0": (["deleted"], "deleted"),
    }
    assert 'gone_0["triage, staging<br/>deleted"]:::deleted' in text


def test_each_data_flow_of_the_table_is_an_edge() -> None:
    """From a platform of an environment to containers of the lake, with the role and the network path."""
    preview = previewed("data-platform")
    text = render(preview)
    rows = [row for section in data_flows(preview.plan) for row in section.rows]

    boxes = dict(re.findall(r'^  ((?:flow|data)_\w+)\[\(?"(.*)"\)?\]:::', text, re.MULTILINE))
    edges = re.findall(r"^  (flow_\w+) -->\|(.*?)\| (data_\w+)$", text, re.MULTILINE)
    assert [(boxes[start], boxes[end], label) for start, label, end in edges] == [
        (f"{platform}<br/>{owner}", containers, f"{role}<br/>{path}")
        for platform, owner, containers, role, path in rows
    ]
    assert len(rows) == 16
    assert "lake --- data_workspace_churn_prod" in text


def test_mermaid_reads_every_shipped_stack_and_hostile_names() -> None:
    """Without an error, with the same labels and edges; texts that are too long are an error."""
    texts = [render(previewed(stack)) for stack in PREVIEWED] + [render(hostile()), render(large(3000, 400))]
    changed, difference = rich_change()
    texts.append(write(Report(lambda: changed, difference)))

    *values, wrong = parsed(*texts, 'flowchart LR\n  a["x"] --> ')

    assert [item["error"] for item in values] == [""] * len(texts)
    assert "Parse error" in wrong["error"]
    assert [[seen(label) for label in item["labels"]] for item in values] == [labels(text) for text in texts]
    assert [item["edges"] for item in values] == [sum(map(as_mermaid._edges, text.splitlines())) for text in texts]


SIZES = {
    (27, 9): ("27 boxes", None),
    (120, 60): ("120 boxes", None),
    (121, 60): ("60 boxes", "121 environments: a box for each project"),
    (3000, 400): ("1 boxes", "3,000 environments: a box for each network"),
}


@pytest.mark.parametrize("size", SIZES)
def test_too_many_to_draw_are_counted_with_a_note(size: tuple[int, int]) -> None:
    """By project, else by network; always within what Mermaid draws."""
    boxes, note = SIZES[size]

    text = render(large(*size))

    result = re.findall(r"^\s+(?:env_|project_|environments_)\w+\[", text, re.MULTILINE)
    assert (f"{len(result)} boxes", re.findall(r'note\["(.*)"\]', text)) == (boxes, [note] if note else [])
    assert len(text) <= LONGEST
    assert sum(map(as_mermaid._edges, text.splitlines())) <= MOST_EDGES


def test_environments_of_a_project_stand_in_a_row() -> None:
    """In rows of four at most, each next to its network: so many boxes are no single column."""
    edges = re.findall(r"(\w+) ~~~ (\w+)", render(previewed("recommended")))

    assert edges == [
        ("spoke_main", "env_triage_dev"), ("env_triage_dev", "env_triage_staging"),
        ("env_triage_staging", "env_triage_prod"),
    ]  # fmt: skip


def test_what_mermaid_reads_as_markup_is_escaped() -> None:
    """As entity codes."""
    assert escaped('a "b" <c>; #1\n') == "a #34;b#34; #60;c#62;#59; #35;1#10;"
