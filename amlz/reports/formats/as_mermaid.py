"""The topology of a preview as a Mermaid flowchart, for pages of docs: https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from amlz.azure.graph import Resource
from amlz.core.words import plural
from amlz.reports.formats.registry import Report
from amlz.reports.preview import Preview

#: Mermaid's default limits: characters, and edges, hidden ones among them.
#: https://mermaid.js.org/config/schema-docs/config.html
LONGEST, MOST_EDGES = 50_000, 500
#: How many environments, or projects, a person finds one among.
MOST = 120
#: Boxes side by side in a network.
_WIDE = 4


@dataclass(frozen=True, slots=True)
class NetworkBox:
    """A box in a network: one environment, or several counted. `row`: boxes of a row stay together."""

    id: str
    label: str
    row: str
    lake: bool = False


@dataclass(frozen=True, slots=True)
class MermaidEnvironment:
    """An environment: its project, the network of its endpoints ("" for none of these), and its number."""

    key: str
    project: str
    name: str
    network: str
    endpoints: int
    lake: bool


def write(report: Report) -> str:
    """Returns a preview: no difference has this format."""
    return render(report.preview())


def render(preview: Preview) -> str:
    """Networks, firewall, environments with their endpoints, lake and peerings. Ids follow names.

    If there are too many for a reader, or for Mermaid, they are counted by project, else by network, and a note reports
    it.
    """
    preview = preview.shown
    found = tuple(_environments(preview))
    for boxes, count, note in (
        (_each(found), len(found), ""),
        (_by_project(found), len({one.project for one in found}), "a box for each project"),
        (_by_network(found), 0, "a box for each network"),
    ):
        lines = [*_lines(preview, boxes), *([f'note["{len(found):,} environments: {note}"]'] if note else [])]
        text = "\n".join(["flowchart LR", *(f"  {line}" for line in lines)]) + "\n"
        if count <= MOST and len(text) <= LONGEST and sum(map(_edges, lines)) <= MOST_EDGES:
            break
    return text


def _edges(line: str) -> int:
    return sum(line.count(arrow) for arrow in (" --- ", " ~~~ ", "|peering", " -.-> "))


def _environments(preview: Preview) -> Iterator[MermaidEnvironment]:
    plan = preview.plan
    networks = [spoke.network.id.lower() for spoke in plan.spokes]
    networks += [plan.hub.network.id.lower()] if plan.hub else []
    owned: dict[tuple[str, str], list[Resource]] = {}
    for endpoint in preview.graph.of_type("Microsoft.Network/privateEndpoints"):
        owned.setdefault((endpoint.project, endpoint.environment), []).append(endpoint)
    for environment in plan.environments:
        mine = owned.get((environment.project, environment.environment), [])
        home = next((network for r in mine for network in networks if _subnet(r).startswith(f"{network}/")), "")
        yield MermaidEnvironment(
            environment.key, environment.project, environment.environment, home, len(mine), bool(environment.lake_roles)
        )


#: Boxes by their network.
Boxes = dict[str, list[NetworkBox]]


def _each(mermaid_environments: Sequence[MermaidEnvironment]) -> Boxes:
    boxes: Boxes = {}
    for one in mermaid_environments:
        label = f"{escaped(one.project)}, {escaped(one.name)}<br/>{plural(one.endpoints, 'private endpoint')}"
        boxes.setdefault(one.network, []).append(NetworkBox(_id("env", one.key), label, one.project, one.lake))
    return boxes


def _by_project(mermaid_environments: Sequence[MermaidEnvironment]) -> Boxes:
    groups: dict[tuple[str, str], list[MermaidEnvironment]] = {}
    for one in mermaid_environments:
        groups.setdefault((one.network, one.project), []).append(one)
    boxes: Boxes = {}
    for number, ((network, project), mine) in enumerate(groups.items()):
        label = f"{escaped(project)}<br/>{', '.join(escaped(one.name) for one in mine)}"
        box = NetworkBox(f"{_id('project', project)}_{number}", label, project, any(one.lake for one in mine))
        boxes.setdefault(network, []).append(box)
    return boxes


def _by_network(mermaid_environments: Sequence[MermaidEnvironment]) -> Boxes:
    groups: dict[str, list[MermaidEnvironment]] = {}
    for one in mermaid_environments:
        groups.setdefault(one.network, []).append(one)
    boxes: Boxes = {}
    for number, (network, mine) in enumerate(groups.items()):
        projects = plural(len({one.project for one in mine}), "project")
        label = f"{plural(len(mine), 'environment')}<br/>of {projects}"
        boxes[network] = [NetworkBox(f"environments_{number}", label, "", any(one.lake for one in mine))]
    return boxes


def _lines(preview: Preview, boxes: Boxes) -> Iterator[str]:
    plan = preview.plan
    other = plan.organisation.existing_hub
    hub = plan.hub.network.id if plan.hub else other.network if other else ""
    yield f'subgraph hubs["{"hub" if plan.hub else "hub, exists already"}"]'
    ranges = f"<br/>{', '.join(plan.hub.network.ranges)}" if plan.hub else ""
    yield f'  hub["{escaped(hub.rpartition("/")[2])}{ranges}"]'
    if plan.hub:
        yield f'  firewall{{{{"{escaped(plan.hub.firewall.name)}"}}}}'
        yield "  firewall --- hub"
        yield from (f"  {line}" for line in _drawn("hub", boxes.get(plan.hub.network.id.lower(), [])))
    yield "end"
    for spoke in plan.spokes:
        network = _id("spoke", spoke.name)
        yield f'subgraph {_id("spokes", spoke.name)}["spoke {escaped(spoke.name)}"]'
        yield f'  {network}["{escaped(spoke.network.name)}<br/>{", ".join(spoke.network.ranges)}"]'
        yield from (f"  {line}" for line in _drawn(network, boxes.get(spoke.network.id.lower(), [])))
        yield "end"
    yield from _drawn("", boxes.get("", []))
    for spoke in plan.spokes:
        arrow = "<-->|peering|" if spoke.from_hub else "---|peering, from the spoke|"
        yield f"hub {arrow} {_id('spoke', spoke.name)}"
    if plan.lake:
        yield f'lake[("{escaped(plan.lake.account_id.rpartition("/")[2])}")]'
        yield from (f"{box.id} -.-> lake" for some in boxes.values() for box in some if box.lake)


def _drawn(network: str, boxes: Sequence[NetworkBox]) -> Iterator[str]:
    """Returns boxes, and hidden edges: they put boxes into rows, those of a project into one, next to the network."""
    yield from (f'{box.id}["{box.label}"]' for box in boxes)
    for row in _rows(boxes):
        yield from [f"{network} ~~~ {row[0].id}"] if network else []
        yield from (f"{left.id} ~~~ {right.id}" for left, right in pairwise(row))


def _rows(boxes: Sequence[NetworkBox]) -> list[list[NetworkBox]]:
    groups: dict[str, list[NetworkBox]] = {}
    for box in boxes:
        groups.setdefault(box.row, []).append(box)
    rows: list[list[NetworkBox]] = []
    for group in groups.values():
        if rows and len(rows[-1]) + len(group) <= _WIDE:
            rows[-1] += group
            continue
        rows += [group[start : start + _WIDE] for start in range(0, len(group), _WIDE)]
    return rows


def _subnet(endpoint: Resource) -> str:
    found = endpoint.body.get("properties", {}).get("subnet", {}).get("id", "")
    return found.lower() if isinstance(found, str) else ""


def _id(kind: str, name: str) -> str:
    """Returns the same id for the same name, in any plan."""
    return f"{kind}_{name.replace('-', '_')}"


def escaped(text: str) -> str:
    """A text between quotes of Mermaid: what it would read as markup, as entity codes."""
    return "".join(f"#{ord(c)};" if c in '"#<>&;`\\|' or not c.isprintable() else c for c in text)
