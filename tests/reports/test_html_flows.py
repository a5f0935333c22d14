"""The drawing of data flows in an HTML report: the table's rows, as lines between boxes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from amlz.reports.data_flows import DataFlow, NetworkPath, flows_of
from amlz.reports.formats import as_html
from amlz.reports.html.diagram import Box, Diagram
from amlz.reports.html.flows import MOST, flow_diagram
from amlz.reports.html.layout import NoLayout
from tests.conftest import previewed
from tests.reports.test_html_diagram import legible, touches

LONG = NetworkPath("private endpoints", tuple(f"pep-retail-lake-{n}" for n in range(6)), ("zones of a policy",))


def drawn(flows: tuple[DataFlow, ...]) -> Diagram:
    """A drawing. Skipped where its library is not installed: it is optional."""
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed; make installs it where it has a wheel")
    result, why = flow_diagram(flows)
    assert result is not None, why
    return result


def ends(value: Diagram) -> set[tuple[str, str, str]]:
    """Titles of the boxes at both ends of each line, with its kind."""
    result = set()
    for line in value.connections:
        points = re.findall(r"(-?[\d.]+) (-?[\d.]+)", line.path)
        boxes = [next(box for box in value.boxes if touches(point, box.place)) for point in (points[0], points[-1])]
        result.add((boxes[0].title, line.kind, boxes[1].title))
    return result


def test_each_row_of_the_table_is_a_line() -> None:
    """From a platform in its environment to containers of the lake; the kind of the line is the role."""
    flows = flows_of(previewed("data-platform").plan)

    value = drawn(flows)

    legible(value)
    kinds = {"Storage Blob Data Reader": "reads", "Storage Blob Data Contributor": "writes"}
    assert ends(value) == {
        (
            f"{flow.environment}: {flow.platform}, {flow.path}",
            kinds[flow.role],
            f"containers {', '.join(flow.containers)}",
        )
        for flow in flows
    }
    assert len(value.connections) == len(flows)
    owners = {flow.environment.replace("/", ", ") for flow in flows}
    assert {frame.title for frame in value.frames} == {*owners, "data lake"}
    assert value.legend == {
        "reads": "reads: Storage Blob Data Reader",
        "writes": "reads and writes: Storage Blob Data Contributor",
    }


def test_a_box_shows_platform_and_path_and_its_title_has_all() -> None:
    """Of many endpoints the first are shown; a role that is neither of two has a separate kind."""
    names = tuple(f"container-{n}" for n in range(9))
    value = drawn((DataFlow("Databricks", "churn/dev", names, "Storage Queue Data Reader", LONG),))

    def texts(box: Box) -> list[str]:
        return [line.text for line in box.lines]

    legible(value)
    platform, containers = value.boxes
    assert texts(platform) == [
        "Databricks", "private endpoints", "pep-retail-lake-0", "pep-retail-lake-1", "pep-retail-lake-2", "and 3 more",
        "by zones of a policy",
    ]  # fmt: skip
    assert platform.title == f"churn/dev: Databricks, {LONG}"
    assert texts(containers) == [*names[:3], "and 6 more"]
    assert containers.title == f"containers {', '.join(names)}"
    assert value.legend == {"role": "another role: the table names it"}


def test_of_too_many_flows_the_table_is_named() -> None:
    """No drawing then, and none where it cannot be arranged."""
    flow = DataFlow("Databricks", "churn/dev", ("raw",), "Storage Blob Data Reader", LONG)
    many = tuple(replace(flow, environment=f"p{n}/dev") for n in range(MOST + 1))

    assert flow_diagram(many) == (
        None,
        "The 61 flows of data are too many to be drawn: the table has all of them.",
    )


def test_without_a_library_the_reason_is_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the table, to which it links."""

    def fails(*_: object) -> None:
        raise NoLayout("The drawing is left out: no library.")

    monkeypatch.setattr("amlz.reports.html.flows.placed", fails)
    text = as_html.render(previewed("data-platform"))

    section = text.partition("<h3>Flows of data</h3>")[2].partition("</section>")[0]
    assert 'href="#custom">Data platforms and the data lake</a>' in section
    assert "The drawing is left out: no library." in section
    assert "<svg" not in section


def test_without_a_data_platform_nothing_is_drawn() -> None:
    """Nor stated."""
    assert "Flows of data" not in as_html.render(previewed("minimal"))
