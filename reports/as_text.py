"""A preview for a terminal of 80 columns: what to decide by, what needs doing, what it cannot know."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator

from arm.graph import Resource
from checks.finding import Finding, Severity
from landingzone.addresses import AddressPlan, Space
from landingzone.problems import dotted
from landingzone.relaxations import relaxations
from reports.preview import NOT_COVERED, Preview
from reports.words import counted, plural

WIDTH = 80


def render(preview: Preview) -> str:
    """The whole preview."""
    parts = [_headline(preview), _summary(preview), _built(preview), _addresses(preview.plan.addresses)]
    parts += [_asked_for(preview), _findings(preview), _deployer(preview), _limits()]
    return "\n\n".join(part for part in parts if part) + "\n"


def render_addresses(plan: AddressPlan) -> str:
    """The address plan alone."""
    return "\n".join(line for space in plan.spaces for line in _space(space)) + "\n"


def _headline(preview: Preview) -> str:
    plan = preview.plan
    projects = len({environment.project for environment in plan.environments})
    counts = (
        plural(len(plan.subscriptions), "subscription"),
        plural(projects, "project"),
        plural(len(plan.environments), "environment"),
    )
    return f"{preview.stack} · {plan.business_unit} · {plan.location} · {', '.join(counts)}"


def _summary(preview: Preview) -> str:
    groups = len(preview.graph.of_type("Microsoft.Resources/resourceGroups"))
    total = plural(len(preview.graph.resources), "resource")
    counts = ", ".join(plural(preview.count(severity), severity.value) for severity in Severity)
    rows = {
        "would build": f"{total} in {plural(groups, 'resource group')}",
        "addresses": "; ".join(_used(space) for space in preview.plan.addresses.spaces),
        "findings": counts,
    }
    return "\n".join(_wrapped(f"  {label:<14}", text) for label, text in rows.items())


def _used(space: Space) -> str:
    ranges = ", ".join(space.ranges)
    return f"{space.network} {ranges}, {_free_addresses(space):,} free"


def _free_addresses(space: Space) -> int:
    return sum(2 ** (32 - int(cidr.split("/")[1])) for cidr in space.free)


def _built(preview: Preview) -> str:
    """Counts by subscription, group and type. What hangs on a resource is counted in the group of that resource."""
    lines = ["Would build"]
    for subscription in preview.plan.subscriptions:
        lines.append(f"  subscription {subscription}{_roles_of(preview, subscription)}")
        mine = [r for r in preview.graph if r.subscription == subscription]
        for group in dict.fromkeys(r.resource_group for r in mine):
            lines += _group(group, [r for r in mine if r.resource_group == group])
    return "\n".join(lines)


def _roles_of(preview: Preview, subscription: str) -> str:
    hub = preview.plan.hub.group.place.subscription
    if len(preview.plan.subscriptions) == 1:
        return ", the only one"
    return ", the hub's" if subscription == hub else ", the landing zone's"


def _group(group: str, members: list[Resource]) -> Iterator[str]:
    title = group or "on the subscription itself"
    yield f"    {title:<60} {len(members):>9}"
    counts = Counter(r.arm_type for r in members if not r.arm_type.endswith("/resourceGroups"))
    text = ", ".join(counted(count, arm_type) for arm_type, count in sorted(counts.items()))
    yield _wrapped("      ", text)


def _addresses(plan: AddressPlan) -> str:
    return "\n".join(["Addresses", *(f"  {line}" for space in plan.spaces for line in _space(space))])


def _space(space: Space) -> Iterator[str]:
    yield f"{'hub' if space.network == 'hub' else 'spoke ' + space.network}  {', '.join(space.ranges)}"
    for block in space.blocks:
        if block.owner != "hub":
            yield f"  {block.owner:<30} {block.cidr}"
        for subnet in block.subnets:
            wants = f"{subnet.needed} of {subnet.holds} wanted" if subnet.needed else f"{subnet.holds} addresses"
            yield f"    {subnet.role:<28} {subnet.cidr:<18}  {wants}"
    yield _wrapped("  free                           ", ", ".join(space.free) or "nothing")


def _asked_for(preview: Preview) -> str:
    rows = [_wrapped(f"  {dotted(r.path)}\n    ", r.gives_up) for r in relaxations(preview.config)]
    return "\n".join(["Asked for, and less secure than the default", *rows]) if rows else ""


def _findings(preview: Preview) -> str:
    return "\n\n".join(_finding(finding) for finding in preview.findings)


def _finding(finding: Finding) -> str:
    where = f"{finding.project}, {finding.environment}: " if finding.project else ""
    lines = [f"{finding.severity.value:<8} {finding.check}  {where}{finding.name}"]
    lines += [_wrapped("         ", text) for text in (finding.message, finding.remedy) if text]
    return "\n".join(lines)


def _deployer(preview: Preview) -> str:
    lines = ["Whoever runs `pulumi up` needs"]
    for row in preview.plan.deployer:
        lines.append(f"  {row.role}  on {row.subscription}")
        lines.append(_wrapped("    ", row.why))
    return "\n".join(lines)


def _limits() -> str:
    return _wrapped("", "Not covered: " + "; ".join(NOT_COVERED) + ". See docs/coverage.md.")


def _wrapped(indent: str, text: str) -> str:
    later = " " * len(indent.rsplit("\n", 1)[-1])
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=later, break_long_words=False)
