"""Placing boxes: Graphviz decides where each goes and how lines run between them. The appearance is drawn here.

Graphviz comes inside of the wheel of pygraphviz, so that nothing else has to be installed. It is optional: where it is
not installed, or fails, NoLayout names the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

#: Pixels between a frame and the boxes in it, with room for its title.
MARGIN = 26


class NoLayout(Exception):
    """The reason why nothing can be placed, as a sentence for people."""


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A box of a size in pixels. `frame`: the one that it is in, None for none."""

    id: str
    width: int
    height: int
    frame: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnLink:
    """From the left to the right. `into`: the frame at whose border it ends, None for the box itself.

    `drawn`: False where it only sets the order from left to right. `apart`: how far, in steps of some pixels. `ranked`:
    False where it sets no order, as between boxes of one column. `sides`: from the right side of a box to the left one.
    """

    tail: str
    head: str
    into: str | None = None
    drawn: bool = True
    apart: int = 1
    ranked: bool = True
    sides: bool = False


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle in pixels, from the top left."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The positions of all boxes. `links`: paths as SVG writes them, in the order of those that are drawn."""

    width: int
    height: int
    nodes: dict[str, Rectangle]
    frames: dict[str, Rectangle]
    links: tuple[str, ...]


def placed(nodes: Iterable[DrawnBox], links: Iterable[DrawnLink]) -> Drawing:
    """Returns the positions of boxes from left to right, those of a frame together. Raises NoLayout."""
    try:
        graphviz = import_module("pygraphviz")
    except Exception as error:  # a library that is built for another system fails in its own ways
        raise NoLayout(
            "The drawing is left out: it needs the package pygraphviz, which is not installed here"
            f" ({type(error).__name__}). `pip install pygraphviz` brings all it needs."
        ) from None
    nodes, links = tuple(nodes), tuple(links)
    try:
        graph = _graph(graphviz, nodes, links)
        report = json.loads(graph.draw(format="json", prog="dot"))
        graph.close()
    except Exception as error:  # on any failure of Graphviz, the report is written without the drawing
        raise NoLayout(f"The drawing is left out: Graphviz could not make it ({type(error).__name__}).") from None
    return _placed(report, {node.id: node for node in nodes})


def _graph(graphviz: Any, nodes: tuple[DrawnBox, ...], links: tuple[DrawnLink, ...]) -> Any:
    graph = graphviz.AGraph(directed=True, strict=False, compound=True, rankdir="LR", nodesep="0.14", ranksep="0.2")
    frames: dict[str | None, list[str]] = {}
    for node in nodes:
        # Graphviz counts in inches of 72 points; a point is a pixel here.
        size = {"width": f"{node.width / 72:.4f}", "height": f"{node.height / 72:.4f}"}
        graph.add_node(node.id, shape="box", fixedsize="true", label="", **size)
        frames.setdefault(node.frame, []).append(node.id)
    for name, members in frames.items():
        if name:
            # No label: its text would be measured with any font of the machine. The margin has room for the title.
            graph.add_subgraph(members, name=f"cluster_{name}", margin=str(MARGIN))
    for index, link in enumerate(links):
        into = {"tailport": "e", "headport": "w"} if link.into or link.sides else {}
        into |= {"lhead": f"cluster_{link.into}"} if link.into else {}
        style = {} if link.drawn else {"style": "invis", "weight": "10"}
        style |= {} if link.ranked else {"constraint": "false", "tailport": "e", "headport": "e"}
        graph.add_edge(link.tail, link.head, key=str(index), id=f"link{index}", minlen=str(link.apart), **into, **style)
    return graph


def _placed(value: Any, nodes: dict[str, DrawnBox]) -> Drawing:
    left, bottom, right, top = (float(part) for part in value["bb"].split(","))
    boxes: dict[str, Rectangle] = {}
    frames: dict[str, Rectangle] = {}
    for item in value["objects"]:
        if item["name"].startswith("cluster_"):
            x1, y1, x2, y2 = (float(part) for part in item["bb"].split(","))
            frames[item["name"].removeprefix("cluster_")] = _rounded(x1 - left, top - y2, x2 - x1, y2 - y1)
        else:
            x, y = (float(part) for part in item["pos"].split(","))
            node = nodes[item["name"]]
            corner = x - node.width / 2 - left, top - y - node.height / 2
            boxes[node.id] = _rounded(*corner, node.width, node.height)
    drawn = sorted((e for e in value.get("edges", ()) if e.get("style") != "invis"), key=lambda e: int(e["id"][4:]))
    paths = tuple(_path(edge["pos"], left, top) for edge in drawn)
    return Drawing(round(right - left), round(top - bottom), boxes, frames, paths)


def _rounded(x: float, y: float, width: float, height: float) -> Rectangle:
    """To whole pixels: inches are not."""
    return Rectangle(round(x), round(y), round(width), round(height))


def _path(text: str, left: float, top: float) -> str:
    """A spline of Graphviz as a path: `e,x,y` and `s,x,y` are where its arrows end, the rest are points of curves."""
    ends: dict[str, str] = {}
    points = []
    for part in text.split():
        *kind, x, y = part.split(",")
        point = f"{float(x) - left:.1f} {top - float(y):.1f}"
        if kind:
            ends[kind[0]] = point
        else:
            points.append(point)
    first, *curves = points
    start = f"M{ends['s']} L{first}" if "s" in ends else f"M{first}"
    end = f" L{ends['e']}" if "e" in ends else ""
    return f"{start} C{' '.join(curves)}{end}"
