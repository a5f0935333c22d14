"""The topology of a preview as a Mermaid flowchart, for pages of docs: https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import Resource
from reports.preview import Preview
from reports.words import plural


def render(preview: Preview) -> str:
    """Networks, firewall, environments with their endpoints, lake and peerings. Ids follow names."""
    return "\n".join(["flowchart LR", *(f"  {line}" for line in _lines(preview))]) + "\n"


def _lines(preview: Preview) -> Iterator[str]:
    plan = preview.plan
    other = plan.organisation.existing_hub
    hub = plan.hub.network.id if plan.hub else other.network if other else ""
    ids = {hub.lower(): "hub"} | {spoke.network.id.lower(): _id("spoke", spoke.name) for spoke in plan.spokes}
    yield f'subgraph hubs["{escaped("hub" if plan.hub else "hub, exists already")}"]'
    ranges = f"<br/>{', '.join(plan.hub.network.ranges)}" if plan.hub else ""
    yield f'  hub["{escaped(hub.rpartition("/")[2])}{ranges}"]'
    if plan.hub:
        yield f'  firewall{{{{"{escaped(plan.hub.firewall.name)}"}}}}'
        yield "  hub --- firewall"
    yield "end"
    homes: dict[str, list[str]] = {}
    for environment in plan.environments:
        owner = environment.project, environment.environment
        mine = [r for r in _endpoints(preview) if (r.project, r.environment) == owner]
        home = next((network for r in mine for network in ids if _subnet(r).startswith(f"{network}/")), "")
        label = f"{escaped(environment.project)}, {escaped(environment.environment)}"
        homes.setdefault(home, []).append(
            f'{_id("env", environment.key)}["{label}<br/>{plural(len(mine), "private endpoint")}"]'
        )
    for spoke in plan.spokes:
        yield f'subgraph {_id("spokes", spoke.name)}["spoke {escaped(spoke.name)}"]'
        yield f'  {_id("spoke", spoke.name)}["{escaped(spoke.network.name)}<br/>{", ".join(spoke.network.ranges)}"]'
        yield from (f"  {node}" for node in homes.get(spoke.network.id.lower(), ()))
        yield "end"
    yield from homes.get("", ())
    for spoke in plan.spokes:
        yield f"{_id('spoke', spoke.name)} {'<-->' if spoke.from_hub else '-->'}|peering| hub"
    if plan.lake:
        yield f'lake[("{escaped(plan.lake.account_id.rpartition("/")[2])}")]'
        yield from (f"{_id('env', e.key)} -.-> lake" for e in plan.environments if e.lake_roles)


def _endpoints(preview: Preview) -> tuple[Resource, ...]:
    return tuple(preview.graph.of_type("Microsoft.Network/privateEndpoints"))


def _subnet(endpoint: Resource) -> str:
    found = endpoint.body.get("properties", {}).get("subnet", {}).get("id", "")
    return found.lower() if isinstance(found, str) else ""


def _id(kind: str, name: str) -> str:
    """The same for the same name, whatever else is in the plan."""
    return f"{kind}_{name.replace('-', '_')}"


def escaped(text: str) -> str:
    """A text between quotes of Mermaid: what it would read as markup, as entity codes."""
    return "".join(f"#{ord(c)};" if c in '"#<>&;`\\' else c for c in text)
