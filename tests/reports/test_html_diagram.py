"""The drawing of the networks: Graphviz arranges it, and it is legible for every landing zone."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest

from amlz.reports.formats import as_html
from amlz.reports.html import layout
from amlz.reports.html.diagram import NAMED, Box, Diagram, Frame, diagram
from amlz.reports.html.layout import DrawnBox, DrawnLink, NoLayout, Rectangle, placed
from amlz.reports.html.topology import EnvironmentRecord, Network, PartRecord, SubnetRecord, Topology, topology
from amlz.reports.marks import NO_MARKS, Mark, Marks
from amlz.reports.paths import NO_PATHS, NetworkPaths, network_paths
from tests.conftest import previewed

STACKS = ("dev", "prod", "existing-hub", "hub", "everything", "everything-existing", "recommended-managed")


def environment(spoke: int, number: int) -> EnvironmentRecord:
    """An environment with names as long as stack files take them."""
    network = f"10.{spoke}.{number // 2}"
    start = 128 * (number % 2)
    subnets = (
        SubnetRecord("training", f"{network}.{start}/26", 8, 59),
        SubnetRecord("endpoints", f"{network}.{start + 64}/27", 12, 27, ("vault of kv", "blob of st")),
        SubnetRecord("scoring", f"{network}.{start + 96}/27", 0, 27),
    )
    name = f"project-{number:03}-of-spoke-{spoke}"
    return EnvironmentRecord(
        f"{name}-dev", name, "staging", number % 3 == 2, f"{network}.{start}/25", "mlw", "computes in the spoke",
        "2 clusters", subnets, number == 0, False,
    )  # fmt: skip


def landing_zone(spokes: int, environments: int) -> Topology:
    """So many spokes of so many environments each."""
    parts = (
        PartRecord("firewall", "afw"),
        PartRecord("bastion", "bas"),
        PartRecord("VPN gateway", "vpng"),
        PartRecord("log", "log"),
    )
    hub = Network("hub", "hub", "vnet-hub", ("10.200.0.0/24",), True, parts, (), ())
    both = "peered in both directions"
    networks = tuple(
        Network(
            f"s{s}", f"spoke s{s}", f"vnet-s{s}", (f"10.{s}.0.0/16",), True, (), (),
            tuple(environment(s, n) for n in range(environments)), both,
        )
        for s in range(spokes)
    )  # fmt: skip
    return Topology(hub, networks, ("10.250.0.0/16",), PartRecord("data lake", "lake"), 8)


def drawn(value: Topology, paths: NetworkPaths = NO_PATHS, marks: Marks = NO_MARKS) -> Diagram:
    """A drawing. Skipped where its library is not installed: it is optional."""
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed; make installs it where it has a wheel")
    result, why = diagram(value, paths, marks)
    assert result is not None, why
    return result


def within(inner: Rectangle, outer: Rectangle) -> bool:
    """Returns whether a rectangle lies in another."""
    right, bottom = inner.x + inner.width, inner.y + inner.height
    return (
        outer.x <= inner.x and outer.y <= inner.y
        and right <= outer.x + outer.width and bottom <= outer.y + outer.height
    )  # fmt: skip


def apart(a: Rectangle, b: Rectangle) -> bool:
    """Returns whether two rectangles are disjoint."""
    return a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y


def touches(point: tuple[str, str], place: Rectangle) -> bool:
    """Returns whether a point is on the border of a rectangle, within two pixels."""
    x, y = map(float, point)
    in_x, in_y = place.x - 2 <= x <= place.x + place.width + 2, place.y - 2 <= y <= place.y + place.height + 2
    on_x = min(abs(x - place.x), abs(x - place.x - place.width)) <= 2
    on_y = min(abs(y - place.y), abs(y - place.y - place.height)) <= 2
    return (on_x and in_y) or (on_y and in_x)


def legible(value: Diagram) -> None:
    """Nothing overlaps, all is within the drawing, and every box is in one network or outside all."""
    whole = Rectangle(0, 0, value.width, value.height)
    places = [box.place for box in value.boxes]
    assert [box for box in value.boxes if not within(box.place, whole)] == []
    assert [pair for pair in combinations(places, 2) if not apart(*pair)] == []
    assert [pair for pair in combinations([f.place for f in value.frames], 2) if not apart(*pair)] == []
    for connection in value.connections:
        start, end = re.findall(r"(-?[\d.]+) (-?[\d.]+)", connection.path)[:: len(connection.path.split()) // 2 - 1]
        assert any(touches(start, box.place) for box in value.boxes), connection
        assert any(touches(end, place) for place in (*places, *(frame.place for frame in value.frames))), connection
    for box in value.boxes:
        homes = [frame for frame in value.frames if within(box.place, frame.place)]
        assert len(homes) == (0 if box.kind in ("outside", "lake") else 1), box
        assert homes or all(apart(box.place, frame.place) for frame in value.frames), box
        assert 18 + 16 * (len(box.lines) - 1) <= box.place.height, box
        room = box.place.width - 16
        assert all(len(line.text) * (8.0 if line.style == "name" else 6.2) <= room + 1 for line in box.lines), box


def inside(value: Diagram, frame: Frame) -> list[Box]:
    """Boxes of a network, in the order in which they are written."""
    return [box for box in value.boxes if within(box.place, frame.place)]


@pytest.mark.parametrize("stack", STACKS)
def test_the_drawing_of_every_stack_is_legible(stack: str) -> None:
    """And shows every environment in its spoke."""
    result = topology(previewed(stack))

    value = drawn(result, network_paths(previewed(stack).plan))

    legible(value)
    shown = {frame.title.partition(":")[0]: inside(value, frame) for frame in value.frames}
    for spoke in result.spokes:
        names = [box.lines[0].text for box in shown[spoke.title] if box.kind in ("environment", "production")]
        assert names == [f"{e.project}, {e.name}" for e in spoke.environments]


@pytest.mark.parametrize(("spokes", "environments"), [(3, 9), (1, 100), (4, 80), (2, 0), (1, 1)])
def test_it_is_legible_from_one_environment_to_hundreds(spokes: int, environments: int) -> None:
    """Environments are in the order of the stack file, line by line; the width fits a page."""
    result = drawn(landing_zone(spokes, environments))

    legible(result)
    assert result.width < 1600
    assert result.left_out == ""
    for frame in result.frames[1:]:
        boxes = [box for box in inside(result, frame) if box.kind in ("environment", "production")]
        assert len(boxes) == environments
        order = sorted(boxes, key=lambda box: (round(box.place.y), round(box.place.x)))
        assert [box.title for box in order] == [box.title for box in boxes]
        assert [box.title.partition("-of")[0] for box in boxes] == [f"project-{n:03}" for n in range(environments)]


def test_of_too_many_environments_their_number_is_drawn() -> None:
    """And stated."""
    result = drawn(landing_zone(5, NAMED // 5 + 1))

    legible(result)
    assert [box.lines[0].text for box in result.boxes if box.kind == "environment"] == ["81 project environments"] * 5
    assert result.left_out == "The 405 environments are too many to be drawn; below are all."


def test_lines_lead_from_the_hub_to_every_spoke() -> None:
    """Peerings, ingress and egress, the lake where it is used, sign-in, and DNS servers that are drawn."""
    result = drawn(landing_zone(3, 9), NetworkPaths({"s0": (), "s1": (), "s2": ("10.9.9.9",)}, sign_in=True))

    kinds = sorted(connection.kind for connection in result.connections)
    assert kinds == ["dns", "dns", "identity", "in", "in", "lake", "lake", "lake", "out", *["peering"] * 3]
    assert all(connection.path.startswith("M") and " C" in connection.path for connection in result.connections)


def test_names_are_resolved_by_the_resolver_where_spokes_ask_it() -> None:
    """Else through the firewall; both read the zones of the hub, and networks on premises ask the resolver."""
    zone = landing_zone(1, 2)
    parts = (*zone.hub.parts, PartRecord("DNS resolver", "dnspr", "10.0.0.4"), PartRecord("DNS zones", "8 zones"))
    zone = replace(zone, hub=replace(zone.hub, parts=parts))

    result = drawn(zone, NetworkPaths({"s0": ("10.0.0.4",)}))

    legible(result)
    assert sorted(c.kind for c in result.connections if c.kind in ("dns", "lookup")) == ["dns", *["lookup"] * 3]
    assert {kind: words for kind, words in result.legend.items() if words == "DNS queries"} == {"lookup": "DNS queries"}


@pytest.mark.parametrize("environments", [9, 40])
def test_a_difference_marks_what_it_creates_changes_and_deletes(environments: int) -> None:
    """By a colour and a sign; deleted environments are in a frame below."""
    zone = landing_zone(2, environments)
    first, second = zone.spokes[0].environments[:2]
    marks = Marks(
        {(first.project, first.name): Mark.created, (second.project, second.name): Mark.changed},
        {"s1": Mark.changed}, {"firewall": Mark.changed}, (("old", "dev"),),
    )  # fmt: skip

    result = drawn(zone, marks=marks)

    legible(result)
    marked = [(box.title.partition("-of")[0].partition(",")[0], str(box.mark)) for box in result.boxes if box.mark]
    assert sorted(marked) == [
        ("firewall; afw; changed", "changed"), ("old", "deleted"), ("project-000", "created"),
        ("project-001", "changed"),
    ]  # fmt: skip
    assert {frame.title: str(frame.mark) for frame in result.frames if frame.mark} == {
        "~ spoke s1: 10.1.0.0/16": "changed", "- deleted": "deleted",
    }  # fmt: skip
    assert result.marks == (Mark.created, Mark.changed, Mark.deleted)


def test_each_icon_is_drawn_and_defined_once() -> None:
    """On the page of a stack with every kind of part."""
    page = as_html.render(previewed("everything"))

    used = re.findall(r'<use class="icon \w+" href="#icon-(\w+)"', page)
    defined = re.findall(r'<symbol id="icon-(\w+)" viewBox="0 0 18 18"><', page)
    assert sorted(defined) == sorted(set(used))
    assert {"internet", "premises", "identity", "firewall", "dns", "environment", "lake", "network"} <= set(defined)


def test_the_same_networks_give_the_same_drawing() -> None:
    """To the pixel."""
    assert drawn(landing_zone(3, 9)) == drawn(landing_zone(3, 9))


def test_without_the_library_the_report_says_so_and_tells_the_networks_as_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For every error."""

    def absent(name: str) -> object:
        raise OSError(f"cannot open shared object file of {name}")

    monkeypatch.setattr(layout, "import_module", absent)

    text = as_html.render(previewed("dev"))

    why = (
        "The drawing is left out: it needs the package pygraphviz, which is not installed here (OSError). "
        "`pip install pygraphviz` brings all it needs."
    )
    assert diagram(topology(previewed("dev"))) == (None, why)
    assert f'<p class="note">{why}</p>' in text
    assert 'class="drawing"' not in text
    assert "<summary>The networks as text</summary>" not in text


def test_a_failure_of_graphviz_is_no_failure_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is shown."""

    class Broken:
        class AGraph:
            def __init__(self, **options: object) -> None:
                raise ValueError(options)

    monkeypatch.setattr(layout, "import_module", lambda _: Broken)

    with pytest.raises(NoLayout, match=r"^The drawing is left out: Graphviz could not make it \(ValueError\)\.$"):
        placed([DrawnBox("a", 10, 10), DrawnBox("b", 10, 10)], [DrawnLink("a", "b")])
