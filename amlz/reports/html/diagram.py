"""The networks as a drawing: what is shown in which box. Graphviz decides the positions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from amlz.core.words import plural
from amlz.reports.html.layout import Drawing, DrawnBox, DrawnLink, NoLayout, Rectangle, placed
from amlz.reports.html.topology import EnvironmentRecord, Network, SubnetRecord, Topology
from amlz.reports.marks import NO_MARKS, Mark, Marks
from amlz.reports.paths import NO_PATHS, NetworkPaths

#: So many environments are drawn in full; up to the second number by name and range alone; of more only their number.
FULL, NAMED = 30, 400
#: Sizes in pixels of the box of an environment, in full and by name, and of everything else.
_CARD, _SMALL, _PART = (204, 104), (150, 42), (224, 46)

#: Connections: where they have arrows, and what they are.
KINDS = {
    "out": ("start", "egress, through the firewall"),
    "in": ("end", "ingress"),
    "peering": ("both", "peering"),
    "half": ("start", "peering; the hub's side is its owner's"),
    "lake": ("start", "roles on the data lake"),
    "dns": ("start", "DNS queries"),
    "lookup": ("end", "DNS queries"),
    "identity": ("start", "sign-in with Microsoft Entra ID, through the firewall"),
    "reads": ("start", "reads: Storage Blob Data Reader"),
    "writes": ("both", "reads and writes: Storage Blob Data Contributor"),
    "role": ("both", "another role: the table names it"),
}
#: Icons of the parts of a hub, by kind.
ICONS = {
    "firewall": "firewall", "bastion": "bastion", "VPN gateway": "gateway", "NAT gateway": "nat",
    "DNS resolver": "dns", "DNS zones": "dns", "log": "log",
}  # fmt: skip
#: Ids of boxes to which lines lead, by kind of part.
_IDS = {
    "firewall": "firewall", "bastion": "bastion", "VPN gateway": "gateway", "DNS resolver": "resolver",
    "DNS zones": "zones",
}  # fmt: skip
#: Pixels that an icon, and the sign of a mark, take from the first line of a box.
ICON, _SIGN = 22, 16
#: Pixels of a letter in the widest of common fonts, on the average, where it is not small text.
_WIDE = {"name": 8.0, "title": 8.6, "range": 6.8}
#: Steps between columns: next to the hub, and between it and spokes.
_NEAR, _FAR = 4, 7


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text in a box. `style`: name, text or range."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its lines. `kind`: what it shows, for its colour; `title`: everything, uncut; `icon`: its name."""

    kind: str
    place: Rectangle
    lines: tuple[TextLine, ...]
    title: str
    icon: str | None = None
    mark: Mark | None = None

    @property
    def indent(self) -> int:
        """Pixels before its first line."""
        return 8 + (ICON if self.icon else 0)


@dataclass(frozen=True, slots=True)
class Frame:
    """A network around its boxes."""

    kind: str
    place: Rectangle
    title: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A line between boxes, as a path of SVG. `kind`: one of KINDS."""

    kind: str
    path: str

    @property
    def arrows(self) -> str:
        """Returns the ends that have arrows: start, end or both."""
        return KINDS[self.kind][0]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A drawing. `left_out`: what is not drawn, in a sentence, "" where everything is."""

    width: int
    height: int
    frames: tuple[Frame, ...]
    boxes: tuple[Box, ...]
    connections: tuple[Connection, ...]
    left_out: str
    marks: tuple[Mark, ...] = ()

    @property
    def kinds(self) -> dict[str, str]:
        """Kinds of connections in words."""
        return {connection.kind: KINDS[connection.kind][1] for connection in self.connections}

    @property
    def legend(self) -> dict[str, str]:
        """One kind for each of these words."""
        first = {words: kind for kind, words in reversed(self.kinds.items())}
        return {kind: words for kind, words in self.kinds.items() if first[words] == kind}

    @property
    def production(self) -> bool:
        """Returns whether an environment is production."""
        return any(box.kind == "production" for box in self.boxes)

    @property
    def icons(self) -> tuple[str, ...]:
        """Icons that are drawn."""
        return tuple(dict.fromkeys(box.icon for box in self.boxes if box.icon))


@dataclass(frozen=True, slots=True)
class _Content:
    """A box without a position."""

    node: DrawnBox
    kind: str
    lines: tuple[TextLine, ...]
    title: str
    icon: str | None = None
    mark: Mark | None = None


def diagram(topology: Topology, paths: NetworkPaths = NO_PATHS, marks: Marks = NO_MARKS) -> tuple[Diagram | None, str]:
    """The drawing, or None and why there is none. `marks`: what a difference creates, changes and deletes."""
    contents, links = _Drawing(topology, paths, marks).everything()
    try:
        drawing = placed((content.node for content in contents), (link for link, _ in links))
    except NoLayout as why:
        return None, str(why)
    return _diagram(topology, marks, contents, [kind for link, kind in links if link.drawn], drawing), ""


class _Drawing:
    """Collects boxes and what connects them."""

    def __init__(self, topology: Topology, paths: NetworkPaths, marks: Marks) -> None:
        self.topology = topology
        self.paths = paths
        self.marks = marks
        self.beside = "network" if topology.hub.ranges else "internet"
        environments = [*topology.elsewhere, *(e for spoke in topology.spokes for e in spoke.environments)]
        self.count = len(environments)
        self.contents: list[_Content] = []
        self.links: list[tuple[DrawnLink, str]] = []

    def everything(self) -> tuple[list[_Content], list[tuple[DrawnLink, str]]]:
        """All boxes and links."""
        topology = self.topology
        self._outside()
        self._hub()
        if topology.lake:
            says = ", ".join(filter(None, (topology.lake.name, topology.lake.says)))
            self._box("lake", _PART, "lake", ("data lake", says), icon="lake")
            self.links.append((DrawnLink("internet", "lake", drawn=False, apart=_NEAR), ""))
        for spoke in topology.spokes:
            first = self._spoke(f"spoke {spoke.key}", spoke)
            kind = "peering" if spoke.peering.startswith("peered in both") else "half"
            link = DrawnLink(self.beside, first, f"spoke {spoke.key}", drawn=bool(spoke.peering), apart=_FAR)
            self.links.append((link, kind if spoke.peering else ""))
            self._dns(spoke, first)
            if topology.lake and any(e.uses_lake for e in spoke.environments):
                self.links.append((DrawnLink("lake", first, f"spoke {spoke.key}", apart=_FAR), "lake"))
        if topology.elsewhere:
            self._grid(self._cards(topology.elsewhere, "elsewhere"))
        if self.marks.gone:
            self._grid([self._gone(project, name) for project, name in self.marks.gone[:NAMED]])
        return self.contents, self.links

    def _outside(self) -> None:
        self._box("internet", (140, 30), "outside", ("internet",), icon="internet")
        if self.topology.on_premises:
            ranges = self.topology.on_premises
            shown = ranges if len(ranges) < 3 else (*ranges[:1], f"and {len(ranges) - 1} ranges")
            self._box("premises", (140, 30 + 15 * len(shown)), "outside", ("on premises", *shown), icon="premises")
        if self.paths.sign_in and any(part.kind == "firewall" for part in self.topology.hub.parts):
            self._box("identity", (140, 46), "outside", ("Entra ID", "tokens"), icon="identity")

    def _hub(self) -> None:
        hub = self.topology.hub
        name = hub.name or "its network"
        if hub.ranges:
            self._part("network", "network", (name, ", ".join(hub.ranges)), "network", "network")
        for index, part in enumerate(hub.parts):
            lines = (part.kind, ", ".join(filter(None, (part.name, part.says))))
            kind = "firewall" if part.kind == "firewall" else "part"
            self._part(_IDS.get(part.kind, f"part{index}"), kind, lines, part.kind, ICONS.get(part.kind))
        endpoints = sum(len(subnet.endpoints) for subnet in hub.subnets)
        if endpoints:
            lines = ("private endpoints", plural(endpoints, "endpoint"))
            self._part("endpoints", "part", lines, "private endpoints", "endpoints")
        parts = [content.node.id for content in self.contents if content.node.frame == "hub"]
        outside = [content.node.id for content in self.contents if content.node.frame is None]
        ways = {("internet", "firewall"): "out", ("internet", "bastion"): "in"}
        ways |= {("identity", "firewall"): "identity", ("premises", "resolver"): "lookup"}
        ways |= {("premises", "gateway" if "gateway" in parts else "network"): "in"}
        for inner in parts:
            if ("internet", inner) not in ways:
                self.links.append((DrawnLink("internet", inner, drawn=False, apart=_NEAR), ""))
            for outer in outside:
                if (outer, inner) in ways:
                    self.links.append((DrawnLink(outer, inner, apart=_NEAR), ways[outer, inner]))
        if "zones" in parts:
            for server in [part for part in ("firewall", "resolver") if part in parts]:
                self.links.append((DrawnLink(server, "zones", ranked=False), "lookup"))

    def _part(self, name: str, kind: str, lines: tuple[str, ...], of: str, icon: str | None) -> None:
        """A box of the hub. `of`: its kind for marks."""
        self._box(name, _PART, kind, lines, frame="hub", icon=icon, mark=self.marks.parts.get(of))

    def _dns(self, spoke: Network, first: str) -> None:
        """A line to the DNS servers of a spoke, if they are drawn: the firewall, or the resolver of the hub."""
        servers = self.paths.dns.get(spoke.key)
        if servers is None:
            return
        resolvers = [part.says for part in self.topology.hub.parts if part.kind == "DNS resolver"]
        server = "firewall" if not servers else "resolver" if set(servers) & set(resolvers) else ""
        if any(content.node.id == server for content in self.contents):
            self.links.append((DrawnLink(server, first, f"spoke {spoke.key}", apart=_FAR), "dns"))

    def _gone(self, project: str, name: str) -> _Content:
        title = f"{project}, {name}"
        small = self.count > FULL
        node = f"gone {project} {name}"
        size = _SMALL if small else _CARD
        content = self._content(node, size, "environment", (title, "deleted"), "gone", mark=Mark.deleted)
        return content if small else replace(content, icon="environment")

    def _spoke(self, frame: str, spoke: Network) -> str:
        """Its boxes; the id of the one to which lines lead."""
        cards = self._cards(spoke.environments, frame)
        if spoke.subnets:
            lines = ["other subnets", *(_subnet(subnet) for subnet in spoke.subnets)]
            shown = lines if len(lines) <= 5 else [*lines[:4], f"and {len(lines) - 4} more"]
            small = self.count > FULL
            box_lines = ("other subnets", plural(len(spoke.subnets), "subnet")) if small else tuple(shown)
            cards.append(
                self._content(f"{frame} others", _SMALL if small else _CARD, "part", box_lines, frame, "; ".join(lines))
            )
        if not cards:
            cards.append(self._content(f"{frame} nothing", _PART, "part", ("no environment",), frame))
        return self._grid(cards)

    def _cards(self, environments: Iterable[EnvironmentRecord], frame: str) -> list[_Content]:
        environments = tuple(environments)
        if self.count > NAMED:
            text = plural(len(environments), "project environment")
            return [self._content(f"{frame} all", _PART, "environment", (text, "see below"), frame)]
        return [self._environment(f"{frame} {e.key}", e, frame) for e in environments]

    def _environment(self, name: str, e: EnvironmentRecord, frame: str) -> _Content:
        title = f"{e.project}, {e.name}"
        kind = "production" if e.production else "environment"
        managed = "managed network" if "managed" in e.isolation else ""
        mark = self.marks.environments.get((e.project, e.name))
        whole = "; ".join((title, e.cidr, e.workspace, e.computes, e.isolation, *map(_subnet, e.subnets)))
        if self.count > FULL:
            return self._content(name, _SMALL, kind, (title, e.cidr), frame, whole, mark=mark)
        marks = ("production" if e.production else "", "on the internet" if e.on_internet else "", managed)
        also = ", ".join(mark for mark in marks if mark)
        computes = e.computes.replace(" attached Kubernetes cluster", " Kubernetes")
        lines = (title, e.cidr, computes, *_subnets(e.subnets))
        return self._content(name, _CARD, kind, lines, frame, whole, also, "environment", mark)

    def _grid(self, cards: list[_Content]) -> str:
        """Cards in columns, in the order of reading once they are placed."""
        columns = _columns(len(cards))
        rows = (len(cards) - 1) // columns + 1
        for index in range(rows * columns if rows > 1 else len(cards)):
            # Every line is full, so that all are placed alike: the last ones are of nothing.
            card = cards[index] if index < len(cards) else self._nothing(cards[0], index)
            before = self.contents[-1].node.id
            self.contents.append(card)
            if index % columns:
                self.links.append((DrawnLink(before, card.node.id, drawn=False), ""))
            else:
                self.links.append((DrawnLink(self.beside, card.node.id, drawn=False, apart=_FAR), ""))
        return cards[(rows - 1) // 2 * columns].node.id

    def _nothing(self, like: _Content, index: int) -> _Content:
        return _Content(replace(like.node, id=f"{like.node.id} {index}"), "", (), "")

    def _box(
        self, name: str, size: tuple[int, int], kind: str, lines: tuple[str, ...], frame: str | None = None,
        icon: str | None = None, mark: Mark | None = None,
    ) -> None:  # fmt: skip
        self.contents.append(self._content(name, size, kind, lines, frame, icon=icon, mark=mark))

    def _content(
        self, name: str, size: tuple[int, int], kind: str, lines: tuple[str, ...], frame: str | None, title: str = "",
        badge: str = "", icon: str | None = None, mark: Mark | None = None,
    ) -> _Content:  # fmt: skip
        styles = ("name", *("text" for _ in lines[1:]))
        styled = ((text, "range" if _is_range(text) else style) for text, style in zip(lines, styles, strict=True))
        first = size[0] - (ICON if icon else 0) - (_SIGN if mark else 0)
        widths = (first, *(size[0] for _ in lines[1:]))
        shown = tuple(TextLine(cut(text, w, style), style) for (text, style), w in zip(styled, widths, strict=True))
        shown += (TextLine(cut(badge, size[0], "text"), "badge"),) if badge else ()
        whole = title or "; ".join(lines)
        return _Content(
            DrawnBox(name, *size, frame), kind, shown, f"{whole}; {mark.value}" if mark else whole, icon, mark
        )


def _columns(count: int) -> int:
    """Three, and more where there are so many that they would be a tower."""
    return 3 if count <= 15 else 6


def _subnet(subnet: SubnetRecord) -> str:
    return f"{subnet.role} {subnet.cidr}"


def _subnets(subnets: tuple[SubnetRecord, ...]) -> Iterator[str]:
    """Sizes by role: addresses are those of the environment's range. Private endpoints are counted where they are."""
    plain = [f"{subnet.role} {_size(subnet)}" for subnet in subnets if not subnet.endpoints]
    if plain:
        yield " · ".join(plain)
    for subnet in subnets:
        if subnet.endpoints:
            yield f"{plural(len(subnet.endpoints), 'private endpoint')} in a {_size(subnet)}"


def _size(subnet: SubnetRecord) -> str:
    return f"/{subnet.cidr.rpartition('/')[2]}"


def _is_range(text: str) -> bool:
    return text[:1].isdigit() and text.count(".") > 2 and "/" in text


def cut(text: str, width: int, style: str) -> str:
    """A text that fits into a width: the title of its box has all of it."""
    room = int((width - 16) / _WIDE.get(style, 6.2))
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _diagram(topology: Topology, marks: Marks, contents: list[_Content], kinds: list[str], drawing: Drawing) -> Diagram:
    titles = {f"spoke {spoke.key}": f"{spoke.title}: {', '.join(spoke.ranges)}" for spoke in topology.spokes}
    titles |= {"hub": topology.hub.title, "elsewhere": "in no spoke of this stack", "gone": "deleted"}
    frames = []
    for name, place in drawing.frames.items():
        kind = "spoke" if name.startswith("spoke ") else "hub" if name == "hub" and topology.hub.built else "outside"
        mark = Mark.deleted if name == "gone" else marks.networks.get(name.removeprefix("spoke "))
        title = f"{mark.sign} {titles[name]}" if mark else titles[name]
        frames.append(Frame(kind, place, cut(title, place.width, "title"), mark))
    in_order = _in_reading_order(contents, drawing)
    boxes = [
        Box(content.kind, place, content.lines, content.title, content.icon, content.mark)
        for content, place in in_order
        if content.kind
    ]
    count = sum(len(spoke.environments) for spoke in topology.spokes)
    left_out = f"The {count:,} environments are too many to be drawn; below are all." if count > NAMED else ""
    connections = tuple(Connection(kind, path) for kind, path in zip(kinds, drawing.links, strict=True))
    return Diagram(drawing.width, drawing.height, tuple(frames), tuple(boxes), connections, left_out, marks.known)


def _in_reading_order(contents: list[_Content], drawing: Drawing) -> Iterator[tuple[_Content, Rectangle]]:
    """Boxes of a spoke are alike: they take its positions line by line, in their own order."""
    by_frame: dict[str | None, list[_Content]] = {}
    for content in contents:
        by_frame.setdefault(content.node.frame, []).append(content)
    for frame, members in by_frame.items():
        places = [drawing.nodes[member.node.id] for member in members]
        if frame not in (None, "hub"):
            places.sort(key=lambda place: (round(place.y), round(place.x)))
        yield from zip(members, places, strict=True)
