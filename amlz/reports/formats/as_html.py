"""A preview as one HTML file: no network, no script, for people who approve and for those who keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from amlz.checks.naming import names_of
from amlz.core.problems import dotted, listed
from amlz.core.quota import demands
from amlz.core.relaxations import relaxations
from amlz.core.words import place, plural
from amlz.diff.difference import Difference
from amlz.reports import existing_hub, kubernetes, quota
from amlz.reports.formats.as_markdown import summary
from amlz.reports.formats.registry import Report
from amlz.reports.html.address_map import address_map
from amlz.reports.html.built import built
from amlz.reports.html.changes import changes
from amlz.reports.html.diagram import Diagram, diagram
from amlz.reports.html.dns import dns
from amlz.reports.html.egress import egress
from amlz.reports.html.findings import LEVELS, accepted_findings, findings
from amlz.reports.html.heat_map import heat_map
from amlz.reports.html.reachability import ReachSection, reachability
from amlz.reports.html.role_matrix import role_matrix
from amlz.reports.html.topology import Topology, topology
from amlz.reports.permissions import LEGEND, matrices
from amlz.reports.preview import NOT_COVERED, Preview, verdict

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
    "built": "Resources that would be built",
    "limits": "Limitations",
}


Draw = Callable[[Topology], tuple[Diagram | None, str]]


def write(report: Report) -> str:
    """Returns the whole preview; with a difference, that first."""
    return render(report.preview(), report.against)


def render(preview: Preview, against: Difference | None = None, draw: Draw = diagram) -> str:
    """The whole preview; with a difference, that first. `draw`: makes the drawing of the networks, or returns the
    reason why not.
    """
    title = f"{preview.stack}: landing zone {preview.plan.business_unit}"
    page = contents(preview, against, draw)
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
    environment.globals["plural"] = plural
    return environment


def contents(preview: Preview, against: Difference | None = None, draw: Draw = diagram) -> dict[str, Any]:
    """Returns the values that the templates show of one stack, without secrets."""
    preview = preview.shown
    told = sections(preview, against, draw)
    return {
        "stack": preview.stack,
        "today": preview.graph.today,
        "plan": preview.plan,
        "place": place(preview.plan),
        "organisation": preview.config.organisation,
        "verdict": _verdict(preview, against),
        "numbers": [*_numbers(preview), *summary(preview)],
        "titles": {name: title for name, title in SECTIONS.items() if told[name]},
        "told": told,
    }


def sections(preview: Preview, against: Difference | None = None, draw: Draw = diagram) -> dict[str, Any]:
    """Returns the values of each section, by its name; nothing where it is left out."""
    plan = preview.plan
    found, excused = findings(preview), accepted_findings(preview)
    networks = topology(preview)
    drawing, why = draw(networks)
    return {
        "changes": changes(against) if against else None,
        "findings": {"found": found, "accepted": excused},
        "relaxations": [(dotted(r.path), r.gives_up) for r in relaxations(preview.config)],
        "topology": {"found": networks, "drawing": drawing, "why": why},
        "addresses": address_map(plan),
        "egress": egress(preview),
        "dns": dns(preview),
        "reach": _reach(preview),
        "roles": role_matrix(plan),
        "permissions": _permissions(preview),
        "policies": heat_map(preview.verdicts, names_of(preview.graph)),
        "demands": _demands(preview),
        "quota": [(d, list(quota.rows(d)), list(quota.unknown(d))) for d in demands(plan)],
        "built": built(preview),
        "limits": NOT_COVERED,
    }


def _reach(preview: Preview) -> ReachSection | None:
    """Returns the reachability; nothing for a stack without sources."""
    found = reachability(preview)
    return found if found.rows else None


def _verdict(preview: Preview, against: Difference | None) -> tuple[str, str]:
    """The colour of the whole, and the sentence for it."""
    worst, said = verdict(preview)
    if against is not None:
        told = changes(against)
        return told.level, f"{told.headline}{': ' if told.decides else ''}{listed(told.decides)}"
    return LEVELS[worst] if worst else "good", said


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
    told = [("The existing hub", hub)] if hub else []
    told += [(f"The existing {what}", asked) for what, asked in existing_hub.owners_must(plan)]
    for cluster, asked in kubernetes.demands(plan).items():
        told.append((f"The attached Kubernetes cluster {cluster.rsplit('/', 1)[-1]}", asked))
    return told
