"""Flows of data as a drawing: data platforms with their network paths, and containers of the lake."""

from __future__ import annotations

from dataclasses import replace

from amlz.core.words import plural
from amlz.reports.data_flows import DataFlow
from amlz.reports.html.diagram import Box, Connection, Diagram, Frame, TextLine, cut
from amlz.reports.html.layout import DrawnBox, DrawnLink, NoLayout, Rectangle, placed

#: How many flows a person follows in a drawing.
MOST = 60
#: Endpoints, zones or containers that a box names; its title has all.
_SHOWN = 4
_WIDTH, _LINE = 300, 16
_LAKE = "lake"
#: Lines by role; the others are of the kind `role`.
_KINDS = {"Storage Blob Data Reader": "reads", "Storage Blob Data Contributor": "writes"}


def flow_diagram(flows: tuple[DataFlow, ...]) -> tuple[Diagram | None, str]:
    """Returns the drawing, or None and why there is none. A line is a role of a platform on containers."""
    if len(flows) > MOST:
        return None, f"The {plural(len(flows), 'flow')} of data are too many to be drawn: the table has all of them."
    boxes: dict[str, Box] = {}
    homes: dict[str, str] = {}
    links: list[tuple[DrawnLink, str]] = []
    for flow in flows:
        platform, containers = _platform(flow), _containers(flow)
        boxes |= {platform.title: platform, containers.title: containers}
        homes |= {platform.title: f"in {flow.environment}", containers.title: _LAKE}
        link = DrawnLink(platform.title, containers.title, apart=9, sides=True)
        links.append((link, _KINDS.get(flow.role, "role")))
    nodes = (DrawnBox(name, box.place.width, box.place.height, homes[name]) for name, box in boxes.items())
    try:
        drawing = placed(nodes, (link for link, _ in links))
    except NoLayout as why:
        return None, str(why)
    return Diagram(
        drawing.width,
        drawing.height,
        tuple(_frame(name, place) for name, place in drawing.frames.items()),
        tuple(replace(box, place=drawing.nodes[name]) for name, box in boxes.items()),
        tuple(Connection(kind, path) for (_, kind), path in zip(links, drawing.links, strict=True)),
        left_out="",
    ), ""


def _frame(name: str, place: Rectangle) -> Frame:
    if name == _LAKE:
        return Frame("lake", place, "data lake")
    return Frame("spoke", place, cut(name.removeprefix("in ").replace("/", ", "), place.width, "title"))


def _platform(flow: DataFlow) -> Box:
    path = flow.path
    lines = (path.through, *_some(path.names), *_some(tuple(f"by {zone}" for zone in path.zones)))
    styled = (TextLine(flow.platform, "name"), *(TextLine(cut(line, _WIDTH, "text"), "text") for line in lines))
    return _box("platform", styled, f"{flow.environment}: {flow.platform}, {path}")


def _containers(flow: DataFlow) -> Box:
    styled = tuple(TextLine(cut(name, _WIDTH, "name"), "name") for name in _some(flow.containers))
    return _box("container", styled, f"containers {', '.join(flow.containers)}")


def _box(kind: str, lines: tuple[TextLine, ...], title: str) -> Box:
    """Returns a box of the size of its lines; its position is not known yet."""
    return Box(kind, Rectangle(0, 0, _WIDTH, 14 + _LINE * len(lines)), lines, title)


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    shown = _SHOWN if len(names) <= _SHOWN else _SHOWN - 1
    rest = len(names) - shown
    return (*names[:shown], *((f"and {rest} more",) if rest > 0 else ()))
