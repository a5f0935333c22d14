"""The topology of a preview as a Mermaid flowchart, for pages of docs: https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from amlz.azure.graph import Resource
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import DataLakeSpec
from amlz.core.words import plural
from amlz.reports.data_flows import flows_of
from amlz.reports.formats.registry import Report
from amlz.reports.marks import NO_MARKS, Mark, Marks, marks
from amlz.reports.mesh_calls import calls_of
from amlz.reports.paths import network_paths
from amlz.reports.preview import Preview

#: Mermaid's default limits: characters, and edges, hidden ones among them.
#: https://mermaid.js.org/config/schema-docs/config.html
LONGEST, MOST_EDGES = 50_000, 500
#: Colours that are legible on light and on dark pages, as text and border have their own.
CLASSES = {
    "outside": "fill:#e8ebef,stroke:#454d57,color:#1b1f24",
    "network": "fill:#daecff,stroke:#0a458a,color:#0a458a",
    "firewall": "fill:#ffe3e0,stroke:#98101f,color:#98101f",
    "dns": "fill:#e3dcf3,stroke:#41316b,color:#41316b",
    "lake": "fill:#dcf3e3,stroke:#14552a,color:#14552a",
    "environment": "fill:#ffffff,stroke:#515962,color:#1b1f24",
    "production": "fill:#fff0c7,stroke:#6b4300,color:#6b4300,stroke-width:3px",
    "created": "fill:#dcf3e3,stroke:#14552a,color:#14552a",
    "changed": "fill:#fff0c7,stroke:#6b4300,color:#6b4300,stroke-dasharray:6 3",
    "deleted": "fill:#ffe3e0,stroke:#98101f,color:#98101f,stroke-dasharray:2 3",
}
#: How many environments, or projects, a person finds one among.
MOST = 120
#: An edge in a line, with its label.
_EDGE = re.compile(r" (?:<?-->|---|~~~|-\.->)(?:\|[^|]*\|)? ")
#: Boxes side by side in a network.
_WIDE = 4


@dataclass(frozen=True, slots=True)
class NetworkBox:
    """A box in a network: one environment, or several counted. `row`: boxes of a row stay together; `kind`: a class."""

    id: str
    label: str
    row: str
    lake: bool = False
    kind: str = "environment"


@dataclass(frozen=True, slots=True)
class MermaidEnvironment:
    """An environment: its project, the network of its endpoints ("" for none of these), and its number."""

    key: str
    project: str
    name: str
    network: str
    endpoints: int
    lake: bool
    production: bool = False


def write(report: Report) -> str:
    """Returns a preview; with a difference, its classes show what is created, changed and deleted."""
    preview = report.preview()
    return render(preview, marks(report.against, preview.plan) if report.against else NO_MARKS)


def render(preview: Preview, differs: Marks = NO_MARKS) -> str:
    """Networks, firewall, environments with their endpoints, lake, peerings, paths outside, flows of data, and calls
    through meshes. Ids follow names.

    If there are too many for a reader, or for Mermaid, they are counted by project, else by network, and a note reports
    it.
    """
    preview = preview.shown
    environments = tuple(_environments(preview))
    for boxes, count, note in (
        (_environment_boxes(environments, differs), len(environments), ""),
        (_by_project(environments), len({one.project for one in environments}), "a box for each project"),
        (_by_network(environments), 0, "a box for each network"),
    ):
        lines = [
            *_lines(preview, boxes, differs),
            *_gone(differs if not note else NO_MARKS),
            *(_flows(preview.plan) if not note else ()),
            *(_calls(preview.plan) if not note else ()),
            *([f'note["{len(environments):,} environments: {note}"]'] if note else []),
        ]
        lines += _classes(lines)
        text = "\n".join(["flowchart LR", *(f"  {line}" for line in lines)]) + "\n"
        if count <= MOST and len(text) <= LONGEST and sum(map(_edges, lines)) <= MOST_EDGES:
            break
    return text


def _edges(line: str) -> int:
    return 1 if '"' not in line and _EDGE.search(line) else 0


def _environments(preview: Preview) -> Iterator[MermaidEnvironment]:
    plan = preview.plan
    lake = plan.part(DataLakeSpec)
    networks = [spoke.network.id.lower() for spoke in plan.spokes]
    networks += [plan.hub.network.id.lower()] if plan.hub and plan.hub.network else []
    owned: dict[tuple[str | None, str | None], list[Resource]] = {}
    for endpoint in preview.graph.of_type("Microsoft.Network/privateEndpoints"):
        owned.setdefault((endpoint.project, endpoint.environment), []).append(endpoint)
    for environment in plan.environments:
        mine = owned.get((environment.project, environment.environment), [])
        home = next((network for r in mine for network in networks if _subnet(r).startswith(f"{network}/")), "")
        uses_lake = lake is not None and lake.used_by(environment.shared_roles)
        yield MermaidEnvironment(
            environment.key, environment.project, environment.environment, home, len(mine), uses_lake,
            environment.production,
        )  # fmt: skip


#: Boxes by their network.
Boxes = dict[str, list[NetworkBox]]


def _environment_boxes(mermaid_environments: Sequence[MermaidEnvironment], differs: Marks) -> Boxes:
    boxes: Boxes = {}
    for one in mermaid_environments:
        mark = differs.environments.get((one.project, one.name))
        label = f"{escaped(one.project)}, {escaped(one.name)}<br/>{plural(one.endpoints, 'private endpoint')}"
        label += "<br/>production" if one.production else ""
        kind = mark or ("production" if one.production else "environment")
        box = NetworkBox(_id("env", one.key), _marked(label, mark), one.project, one.lake, kind)
        boxes.setdefault(one.network, []).append(box)
    return boxes


def _by_project(mermaid_environments: Sequence[MermaidEnvironment]) -> Boxes:
    groups: dict[tuple[str, str], list[MermaidEnvironment]] = {}
    for one in mermaid_environments:
        groups.setdefault((one.network, one.project), []).append(one)
    boxes: Boxes = {}
    for number, ((network, project), mine) in enumerate(groups.items()):
        label = f"{escaped(project)}<br/>{', '.join(escaped(one.name) for one in mine)}"
        kind = "production" if all(one.production for one in mine) else "environment"
        box = NetworkBox(f"{_id('project', project)}_{number}", label, project, any(one.lake for one in mine), kind)
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


def _lines(preview: Preview, boxes: Boxes, differs: Marks) -> Iterator[str]:
    plan = preview.plan
    yield from _hub(plan, boxes, differs)
    for spoke in plan.spokes:
        network, mark = _id("spoke", spoke.name), differs.networks.get(spoke.name)
        label = _marked(f"{escaped(spoke.network.name)}<br/>{', '.join(spoke.network.ranges)}", mark)
        yield f'subgraph {_id("spokes", spoke.name)}["spoke {escaped(spoke.name)}"]'
        yield f'  {network}["{label}"]:::{mark or "network"}'
        yield from (f"  {line}" for line in _drawn(network, boxes.get(spoke.network.id.lower(), [])))
        yield "end"
    yield from _drawn("", boxes.get("", []))
    for spoke in plan.spokes:
        arrow = "<-->|peering|" if spoke.from_hub else "---|peering, from the spoke|"
        if spoke.to_hub is not None:
            yield f"hub {arrow} {_id('spoke', spoke.name)}"
    lake = plan.part(DataLakeSpec)
    if lake is not None:
        yield f'lake[("{escaped(lake.account_id.rpartition("/")[2])}")]:::lake'
        yield from (f"{box.id} -.-> lake" for some in boxes.values() for box in some if box.lake)
    yield from _outside(preview)


def _hub(plan: LandingZonePlan, boxes: Boxes, differs: Marks) -> Iterator[str]:
    other = plan.organisation.existing_hub
    network = plan.hub.network if plan.hub else None
    alone = plan.hub is not None and network is None
    yield f'subgraph hubs["{"shared by all spokes" if alone else "hub" if plan.hub else "hub, exists already"}"]'
    if not alone:
        hub = network.id if network else other.network if other else ""
        ranges = f"<br/>{', '.join(network.ranges)}" if network else ""
        mark = differs.parts.get("network")
        label = _marked(f"{escaped(hub.rpartition('/')[2])}{ranges}", mark)
        yield f'  hub["{label}"]:::{mark or ("network" if network else "outside")}'
    if plan.hub:
        firewall = plan.hub.firewall
        if firewall is not None:
            mark = differs.parts.get("firewall")
            yield f'  firewall{{{{"{_marked(escaped(firewall.name), mark)}"}}}}:::{mark or "firewall"}'
            yield "  firewall --- hub"
        if plan.hub.dns.zones:
            mark = differs.parts.get("DNS zones")
            label = _marked(plural(len(plan.hub.dns.zones), "private DNS zone"), mark)
            yield f'  zones(["{label}"]):::{mark or "dns"}'
            if firewall is not None:
                yield "  firewall -.->|DNS| zones"
        yield from (f"  {line}" for line in _drawn("hub", boxes.get(network.id.lower(), []) if network else []))
    yield "end"


def _outside(preview: Preview) -> Iterator[str]:
    """Internet, Entra ID and networks on premises, with the lines to the firewall and the hub."""
    plan, paths = preview.plan, network_paths(preview.plan)
    if plan.hub and plan.hub.firewall:
        yield 'internet(["internet"]):::outside'
        yield "firewall -->|egress| internet"
        if paths.sign_in:
            yield 'entra(["Microsoft Entra ID"]):::outside'
            yield "firewall -->|sign-in| entra"
        for name, servers in paths.dns.items():
            if not servers:
                yield f"{_id('spoke', name)} -.->|DNS| firewall"
    if preview.config.on_premises:
        ranges = ", ".join(preview.config.on_premises[:2])
        more = len(preview.config.on_premises) - 2
        yield f'premises(["on premises<br/>{ranges}{f" and {more} more" if more > 0 else ""}"]):::outside'
        if plan.hub is None or plan.hub.network is not None:
            yield "premises --> hub"


def _gone(differs: Marks) -> Iterator[str]:
    for number, (project, name) in enumerate(differs.gone[:MOST]):
        yield f'gone_{number}["{_marked(f"{escaped(project)}, {escaped(name)}", Mark.deleted)}"]:::deleted'


def _flows(plan: LandingZonePlan) -> Iterator[str]:
    """Yields data platforms, containers of the lake, and an edge for each row of the table of data flows."""
    rows = [flow.row for flow in flows_of(plan)]
    for platform, owner in dict.fromkeys((platform, owner) for platform, owner, *_ in rows):
        yield f'{_flow(platform, owner)}["{escaped(platform)}<br/>{escaped(owner)}"]:::environment'
    for containers in dict.fromkeys(containers for _, _, containers, *_ in rows):
        yield f'{_word("data", containers)}[("{escaped(containers)}")]:::lake'
        yield f"lake --- {_word('data', containers)}"
    for platform, owner, containers, role, path in rows:
        yield f"{_flow(platform, owner)} -->|{escaped(role)}<br/>{escaped(path)}| {_word('data', containers)}"


def _calls(plan: LandingZonePlan) -> Iterator[str]:
    """Yields callers and endpoints of meshes, an edge for each caller that is answered, and dashed ones for copies."""
    lines: dict[str, None] = {}
    for call in calls_of(plan):
        mesh, caller, endpoint, shadow = call.mesh.name, call.caller, call.endpoint, call.endpoint.shadow
        source, target = _word("caller", f"{mesh} {caller.name}"), _word("endpoint", f"{mesh} {endpoint.name}")
        lines[f'{source}["{escaped(caller.name)}<br/>{caller.namespace}, {caller.zone}"]:::outside'] = None
        lines[f'{target}["{escaped(endpoint.name)}<br/>{endpoint.stage}, {endpoint.way}"]:::environment'] = None
        if call.answer.verdict == "allowed":
            lines[f"{source} -->|mesh| {target}"] = None
            if shadow is not None:
                copied = _word("endpoint", f"{mesh} {shadow.endpoint}")
                lines[f"{target} -.->|{shadow.percentage} % copies| {copied}"] = None
    yield from lines


def _flow(platform: str, owner: str) -> str:
    return _word("flow", f"{owner} {platform}")


def _word(kind: str, name: str) -> str:
    return _id(kind, re.sub(r"\W+", "_", name))


def _marked(label: str, mark: Mark | None) -> str:
    return f"{label}<br/>{mark.value}" if mark else label


def _classes(lines: Sequence[str]) -> list[str]:
    """Definitions of the classes that boxes have."""
    used = {line.rpartition(":::")[2] for line in lines if ":::" in line}
    return [f"classDef {name} {style}" for name, style in CLASSES.items() if name in used]


def _drawn(network: str, boxes: Sequence[NetworkBox]) -> Iterator[str]:
    """Returns boxes, and hidden edges: they put boxes into rows, those of a project into one, next to the network."""
    yield from (f'{box.id}["{box.label}"]:::{box.kind}' for box in boxes)
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
    subnet_id = endpoint.body.get("properties", {}).get("subnet", {}).get("id", "")
    return subnet_id.lower() if isinstance(subnet_id, str) else ""


def _id(kind: str, name: str) -> str:
    """Returns the same id for the same name, in any plan."""
    return f"{kind}_{name.replace('-', '_')}"


def escaped(text: str) -> str:
    """A text between quotes of Mermaid: what it would read as markup, as entity codes."""
    return "".join(f"#{ord(c)};" if c in '"#<>&;`\\|' or not c.isprintable() else c for c in text)
