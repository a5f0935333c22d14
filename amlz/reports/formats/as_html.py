"""A preview as one HTML file for approvers and for the archive: it loads nothing, and is whole without its script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from amlz.core.problems import listed
from amlz.core.quota import demands
from amlz.core.words import place, plural
from amlz.diff.difference import Difference
from amlz.reports import alerts, cost, existing_hub, kubernetes, quota
from amlz.reports.data_flows import flows_of
from amlz.reports.formats.as_markdown import summary
from amlz.reports.formats.registry import Report
from amlz.reports.html.address_map import address_map
from amlz.reports.html.built import built
from amlz.reports.html.changes import changes
from amlz.reports.html.diagram import Diagram, diagram
from amlz.reports.html.dns import dns
from amlz.reports.html.egress import egress
from amlz.reports.html.findings import LEVELS, FindingPlaces, accepted_findings, findings, production_owners
from amlz.reports.html.flows import flow_diagram
from amlz.reports.html.policy_list import policy_list
from amlz.reports.html.prose import prose
from amlz.reports.html.reachability import ReachSection, reachability
from amlz.reports.html.role_matrix import role_matrix
from amlz.reports.html.script import script, source
from amlz.reports.html.topology import Topology, topology
from amlz.reports.links import NO_LINKS, NO_ORIGIN, Links, Origin
from amlz.reports.marks import NO_MARKS, Marks, marks
from amlz.reports.paths import NetworkPaths, network_paths
from amlz.reports.permissions import LEGEND, matrices
from amlz.reports.preview import NOT_COVERED, Preview, complete, verdict
from amlz.reports.relaxed import relaxed

#: Titles of the sections, in their order; by the name of the template.
SECTIONS = {
    "changes": "Changes",
    "findings": "Findings",
    "relaxations": "Less secure than the default",
    "topology": "Networks",
    "addresses": "Addresses",
    "egress": "Egress",
    "dns": "Private DNS",
    "reach": "Reachability",
    "roles": "Roles",
    "permissions": "Permissions",
    "policies": "Azure Policy",
    "demands": "Tasks of other owners",
    "quota": "Quota",
    "cost": "Cost of a month",
    "alerts": "Alerts",
    "custom": "Further tables",
    "built": "Resources that would be built",
    "limits": "Limitations",
}


Draw = Callable[[Topology, NetworkPaths, Marks], tuple[Diagram | None, str]]


def write(report: Report) -> str:
    """Returns the whole preview; with a difference, that first."""
    return render(report.preview(), report.against, links=report.links, origin=report.origin)


def render(
    preview: Preview,
    against: Difference | None = None,
    draw: Draw = diagram,
    links: Links = NO_LINKS,
    origin: Origin = NO_ORIGIN,
) -> str:
    """The whole preview; with a difference, that first. `draw`: makes the drawing of the networks, or returns the
    reason why not.
    """
    title = f"{preview.stack}: landing zone {preview.plan.business_unit}"
    page = contents(preview, against, draw, links) | {"origin": origin.rows}
    return templates().get_template("report.html.jinja").render(page, title=title, prefix="")


def templates() -> Environment:
    """The templates of HTML reports."""
    environment = Environment(
        loader=PackageLoader("amlz.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    text = script()
    environment.filters["prose"] = prose
    environment.globals |= {"plural": plural, "script": text, "script_source": source(text)}
    return environment


def contents(
    preview: Preview, against: Difference | None = None, draw: Draw = diagram, links: Links = NO_LINKS
) -> dict[str, Any]:
    """Returns the values that the templates show of one stack, without secrets."""
    preview = preview.shown
    shown_sections = sections(preview, against, draw, links)
    return {
        "stack": preview.stack,
        "today": preview.graph.today,
        "plan": preview.plan,
        "place": place(preview.plan),
        "organisation": preview.config.organisation,
        "verdict": _verdict(preview, against),
        "numbers": [*_numbers(preview), *summary(preview)],
        "titles": {name: title for name, title in SECTIONS.items() if shown_sections[name]},
        "contents": shown_sections,
        "production": sorted(production_owners(preview)),
        "coverage": links.page("docs/reference/coverage.md"),
    }


def sections(preview: Preview, against: Difference | None, draw: Draw, links: Links) -> dict[str, Any]:
    """Returns the values of each section, by its name; nothing where it is left out."""
    plan = preview.plan
    places = FindingPlaces(preview, links)
    rows, excused = findings(preview, places), accepted_findings(preview, places)
    networks = topology(preview)
    drawing, why = draw(networks, network_paths(plan), marks(against, plan) if against else NO_MARKS)
    flows = flows_of(plan)
    return {
        "changes": changes(against, places) if against else None,
        "findings": {"found": rows, "accepted": excused},
        "relaxations": tuple(relaxed(preview.config)),
        "topology": {
            "found": networks,
            "drawing": drawing,
            "why": why,
            "flows": (flow_diagram(flows) if drawing else (None, why)) if flows else None,
        },
        "addresses": address_map(plan),
        "egress": egress(preview),
        "dns": dns(preview),
        "reach": _reach(preview),
        "roles": role_matrix(plan),
        "permissions": _permissions(preview),
        "policies": policy_list(preview.verdicts, preview.names, production_owners(preview)),
        "demands": _demands(preview),
        "quota": [(d, list(quota.rows(d)), list(quota.unknown(d))) for d in demands(plan)],
        "cost": cost.table(preview.costs) if preview.costs is not None else None,
        "alerts": [
            (
                alerts.severity_text(row),
                row.notifies,
                row.where,
                [(name, links.page(alerts.page_of(name))) for name in row.alerts],
            )
            for row in alerts.rows(plan)
        ],
        "custom": preview.sections,
        "built": built(preview),
        "limits": NOT_COVERED,
    }


def _reach(preview: Preview) -> ReachSection | None:
    """Returns the reachability; nothing for a stack without sources."""
    section = reachability(preview)
    return section if section.rows else None


def _verdict(preview: Preview, against: Difference | None) -> tuple[str, str]:
    """The colour of the whole, and the sentence for it."""
    worst, text = verdict(preview)
    if against is not None:
        change = changes(against)
        return (
            change.level,
            f"{change.headline}{': ' if change.decides else ''}{listed(change.decides)}",
        )
    return LEVELS[worst] if worst else "good" if complete(preview) else "unknown", text


def _numbers(preview: Preview) -> list[tuple[str, str]]:
    plan = preview.plan
    projects = len({environment.project for environment in plan.environments})
    counts = (
        plural(len(plan.subscriptions), "subscription"),
        plural(len(plan.spokes), "spoke"),
        plural(projects, "project"),
        plural(len(plan.environments), "environment"),
    )
    return [("landing zone", ", ".join(counts))]


def _permissions(preview: Preview) -> dict[str, Any]:
    return {"legend": LEGEND, "matrices": matrices(preview.permissions)} if preview.permissions else {}


def _demands(preview: Preview) -> list[tuple[str, tuple[str, ...]]]:
    """Returns the tasks of owners of existing resources: the owner, and a sentence each."""
    plan = preview.plan
    hub = existing_hub.demands(plan)
    pairs = [("The existing hub", hub)] if hub else []
    pairs += [(f"The existing {part}", wanted) for part, wanted in existing_hub.owners_must(plan)]
    for cluster, wanted in kubernetes.demands(plan).items():
        pairs.append((f"The attached Kubernetes cluster {cluster.rsplit('/', 1)[-1]}", wanted))
    return pairs
