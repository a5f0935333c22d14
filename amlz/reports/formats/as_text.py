"""A preview for a terminal of 80 columns: figures for decisions, findings, limitations."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from amlz.azure.graph import Resource
from amlz.azure.providers import providers_of
from amlz.checks.finding import Finding, Severity
from amlz.checks.naming import in_words
from amlz.core.addresses import AddressPlan, AddressSpace, ExistingAddressSpace
from amlz.core.discovery import asked_for_all
from amlz.core.planning.deployer import custom_roles
from amlz.core.problems import listed
from amlz.core.words import counted, place, plural
from amlz.policy.verdicts import Verdicts
from amlz.reports import (
    accepted,
    addresses,
    alerts,
    cost,
    custom_sections,
    difference_as,
    kubernetes,
    managed_networks,
    permission_counts,
    policy,
    quota,
)
from amlz.reports.existing_hub import FirewallRequirement, demands, must_allow, owners_must
from amlz.reports.folding import FoldedAt, FoldedFinding, folded_answers, folded_findings, owners
from amlz.reports.formats.registry import Report
from amlz.reports.lines import WIDTH, wrapped
from amlz.reports.preview import NOT_COVERED, Preview
from amlz.reports.relaxed import relaxed
from amlz.reports.styled import heading, joined_text, led_by, paragraphs, printable_text, whole_heading

_INDENT = " " * 9
#: Maximum of resources in a sentence; more are a list.
_FEW = 6


def write(report: Report) -> str:
    """Returns a preview, or a difference where there is one."""
    if report.against is not None:
        return difference_as.text(report.against, report.quiet)
    return _brief(report.preview()) if report.quiet else render(report.preview())


def _brief(preview: Preview) -> str:
    """The figures, and what needs a decision: errors, warnings, and denials of Azure Policy."""
    preview = preview.shown
    parts = [_headline(preview), _summary(preview), *decisions(preview), _limits()]
    return printable_text(paragraphs(parts))


def decisions(preview: Preview) -> Iterator[str]:
    """Returns the parts of a preview that need a decision: errors and warnings, denials of Azure Policy."""
    urgent = tuple(finding for finding in preview.findings if finding.severity.at_least(Severity.WARNING))
    parts = (
        _findings(replace(preview, findings=urgent, accepted=())),
        _policy(replace(preview, verdicts=Verdicts(preview.verdicts.denied))),
    )
    return (part for part in parts if part)


def render(preview: Preview) -> str:
    """The whole preview."""
    preview = preview.shown
    parts = [_headline(preview), _summary(preview), _built(preview), _addresses(preview.plan.addresses)]
    parts += [quota.text(preview.plan)] if preview.quota else []
    parts += [heading(cost.summary(preview.costs))] if preview.costs is not None else []
    parts += [
        _existing_hub(preview),
        _owners(preview),
        _kubernetes(preview),
        _ways_out(preview),
        _asked_for(preview),
        _findings(preview),
        _policy(preview),
    ]
    parts += [
        heading(alerts.text(preview.stack, preview.plan)),
        heading(permission_counts.text(preview.permissions)),
        _deployer(preview),
        *(heading(custom_sections.text(section)) for section in preview.sections),
        _limits(),
    ]
    return printable_text(paragraphs(parts))


def _headline(preview: Preview) -> str:
    plan = preview.plan
    projects = len({environment.project for environment in plan.environments})
    counts = (
        plural(len(plan.subscriptions), "subscription"),
        plural(projects, "project"),
        plural(len(plan.environments), "environment"),
    )
    return whole_heading(wrapped("", f"{preview.stack} · {plan.business_unit} · {place(plan)} · {', '.join(counts)}"))


def _summary(preview: Preview) -> str:
    total = plural(len(preview.graph.resources), "resource")
    counts = ", ".join(plural(preview.count(severity), severity.value) for severity in Severity)
    rows = {
        "would build": f"{total} in {preview.in_groups}",
        "addresses": "; ".join(_used(space) for space in preview.plan.addresses.spaces),
        "findings": counts + accepted.summary(preview.accepted),
        "policy": policy.summary(preview.verdicts),
        **dict(asked_for_all(lambda planner: planner.summary, preview.config)),
    }
    return "\n".join(wrapped(f"  {label:<14}", text) for label, text in rows.items())


def _used(space: AddressSpace | ExistingAddressSpace) -> str:
    ranges = ", ".join(space.ranges)
    if isinstance(space, ExistingAddressSpace):
        return f"{space.network} {ranges}, exists already"
    return f"{space.network} {ranges}, {_free_addresses(space):,} free"


def _free_addresses(space: AddressSpace) -> int:
    return sum(2 ** (32 - int(cidr.split("/")[1])) for cidr in space.free)


def _built(preview: Preview) -> str:
    """Returns counts by subscription, resource group and type. Dependants of a resource are counted with it."""
    lines: list[str] = [heading("Would build")]
    for subscription in preview.plan.subscriptions:
        lines.append(f"  subscription {subscription}{_roles_of(preview, subscription)}")
        mine = [r for r in preview.graph if r.subscription == subscription]
        lines += _groups(mine)
    return joined_text("\n", lines)


def _roles_of(preview: Preview, subscription: str) -> str:
    plan = preview.plan
    if len(plan.subscriptions) == 1:
        return ", the only one"
    if subscription == plan.organisation.hub_subscription:
        return ", the hub's"
    spokes = [spoke.name for spoke in plan.spokes if spoke.group.place.subscription == subscription]
    if subscription == plan.organisation.landing_zone_subscription:
        return ", the landing zone's"
    if spokes:
        return f", of spoke{'s' if len(spokes) > 1 else ''} {listed(spokes)}"
    types = {resource.arm_type for resource in preview.graph if resource.subscription == subscription}
    if types == {"Microsoft.Authorization/roleAssignments"}:
        return ", of existing resources"
    return ", the private DNS zones'"


_RESOURCE_GROUP = "Microsoft.Resources/resourceGroups"


def _groups(resources: Iterable[Resource]) -> Iterator[str]:
    """Returns the contents of resource groups: those with the same contents are listed above them."""
    by_group: dict[str, Counter[str]] = {}
    for resource in resources:
        by_group.setdefault(resource.resource_group, Counter())[resource.arm_type] += 1
    by_contents: dict[str, list[str]] = {}
    for group, counts in by_group.items():
        contained = sorted(item for item in counts.items() if not item[0].endswith("/resourceGroups"))
        text = ", ".join(counted(count, arm_type) for arm_type, count in contained)
        by_contents.setdefault(text, []).append(group)
    for text, groups in by_contents.items():
        for group in groups:
            exists = "" if _RESOURCE_GROUP in by_group[group] else ", exists already"
            yield f"    {group + exists if group else 'on the subscription itself':<60} {by_group[group].total():>9}"
        yield wrapped("      ", f"{'each: ' if len(groups) > 1 else ''}{text}")


def _addresses(plan: AddressPlan) -> str:
    return joined_text("\n", [heading("Addresses"), *addresses.lines(plan, "  ")])


def _existing_hub(preview: Preview) -> str:
    """Returns the egress that the firewall of an existing hub must allow: once for all rules with the same sources."""
    by_sources: dict[tuple[str, ...], list[FirewallRequirement]] = {}
    for rule in must_allow(preview.plan):
        by_sources.setdefault(rule.sources, []).append(rule)
    lines = []
    for sources, rules in by_sources.items():
        lines.append(wrapped("  from ", ", ".join(sources)))
        for rule in rules:
            lines += [wrapped("    ", f"{', '.join(rule.to)}, {rule.how}"), wrapped("      ", rule.why)]
    parts = [heading("The existing firewall must allow"), *lines] if lines else []
    wanted = demands(preview.plan)
    if wanted:
        parts += [heading("The existing hub must see to it that"), *(wrapped("  - ", text) for text in wanted)]
    return joined_text("\n", parts)


def _owners(preview: Preview) -> str:
    """Returns the tasks of owners of existing resources."""
    lines: list[str] = []
    for part, wanted in owners_must(preview.plan):
        lines.append(whole_heading(wrapped("", f"The owner of the existing {part} must see to it that")))
        lines += [wrapped("  - ", text) for text in wanted]
    return joined_text("\n", lines)


def _kubernetes(preview: Preview) -> str:
    """Returns the tasks of owners of attached clusters."""
    lines = []
    alike: dict[tuple[str, ...], list[str]] = {}
    for cluster, wanted in kubernetes.demands(preview.plan).items():
        alike.setdefault(wanted, []).append(cluster.rsplit("/", 1)[-1])
    for wanted, clusters in alike.items():
        lines.append(wrapped("  of ", ", ".join(clusters)))
        lines += [wrapped("  - ", text) for text in wanted]
    title = "Owners of attached Kubernetes clusters must see to it that"
    return heading("\n".join([title, *lines])) if lines else ""


def _ways_out(preview: Preview) -> str:
    """Returns the outbound rules of managed networks, and their reasons. By Azure: it makes these rules itself, none is
    sent.
    """
    lines = []
    for network in managed_networks.alike(preview.plan):
        lines.append(wrapped("  ", "; ".join(network.environments)))
        lines.append(wrapped("    ", network.headline))
        for by, rows in network.by_whom:
            lines.append(f"    {by}")
            lines += [wrapped("      ", f"{row.kind} {', '.join(row.to)}: {row.why}") for row in rows]
    return heading("\n".join(["Outbound rules of managed networks", *lines])) if lines else ""


def _asked_for(preview: Preview) -> str:
    lines = []
    for choice in relaxed(preview.config):
        lines.append(wrapped("  ", choice.key))
        lines += [wrapped("    ", f"of {', '.join(choice.environments)}")] if choice.environments else []
        lines += [wrapped("    ", text) for text in choice.gives_up]
    return heading("\n".join(["Configured, and less secure than the default", *lines])) if lines else ""


def _findings(preview: Preview) -> str:
    """The same finding at several resources is shown once, with every resource; the same remedy of several, too."""
    names = preview.names
    shown: list[str] = []
    for remedy, run in groupby(folded_findings(preview.findings, names), lambda folded: _remedy(folded.first)):
        several = list(run)
        lines = [line for folded in several for line in _finding(folded)]
        shown.append(joined_text("\n", [*lines, *_once(remedy[-1], len(several))]))
    return joined_text("\n\n", (part for part in (*shown, accepted.text(preview.accepted, names, WIDTH)) if part))


def _remedy(finding: Finding) -> tuple[str, str, str]:
    """Findings one after the other with the same show their remedy once."""
    return finding.severity.value, finding.check, finding.remedy


def _once(remedy: str, count: int) -> Iterator[str]:
    if remedy:
        yield from [f"{_INDENT}For these {count} findings:"] if count > 1 else []
        yield wrapped(_INDENT, remedy)


def finding_lines(folded: FoldedFinding) -> str:
    """A finding with all resources at which it is the same, in lines."""
    return joined_text("\n", [*_finding(folded), *_once(folded.first.remedy, 1)])


def _finding(folded: FoldedFinding) -> Iterator[str]:
    first = folded.first
    head = f"{first.severity.value:<8} {first.check}  {folded.resource.full}"
    yield led_by(first.severity.value, _hanging(head))
    yield wrapped(_INDENT, first.message)
    if folded.others:
        yield from _resources("The same at", folded.others, folded.columns)


def _resources(title: str, at: Sequence[FoldedAt], columns: Sequence[str]) -> Iterator[str]:
    """Returns resources by project and environment: in a sentence, or in lines where there are many, or different
    values.
    """
    if not columns and len(at) <= _FEW:
        yield wrapped(_INDENT, f"{title} {in_words(item.resource for item in at)}.".lstrip())
        return
    if title:
        yield f"{_INDENT}{title}"
    if not columns:
        for owner, names in owners(at):
            yield wrapped(f"{_INDENT}  ", f"{owner}: {', '.join(names)}" if owner else ", ".join(names))
        return
    yield from _table([("resource", *columns), *((folded_at.resource.full, *folded_at.values) for folded_at in at)])


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns where they fit; else each resource with its values below it."""
    wide = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    if len(_INDENT) + 2 * (len(wide) + 1) + sum(wide) <= WIDTH:
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, wide, strict=True))
            yield f"{_INDENT}  {'  '.join(cells)}".rstrip()
        return
    head, *body = rows
    for name, *values in body:
        yield wrapped(f"{_INDENT}  ", name, whole=False)
        for title, value in zip(head[1:], values, strict=True):
            yield wrapped(f"{_INDENT}    ", f"{title}: {value}", whole=False)


def _policy(preview: Preview) -> str:
    """Answers of Azure Policy, apart from what complies. The same answer to several resources is shown once."""
    parts: list[str] = []
    for folded in folded_answers(preview.verdicts.answers, preview.names):
        head = led_by(policy.word(folded.first), _hanging(policy.headline(folded.first)))
        lines = [head, *_resources("", folded.at, folded.columns)]
        lines += [wrapped(_INDENT, text, whole=False) for text in folded.because]
        parts.append(joined_text("\n", lines))
    parts += [
        led_by("not evaluated", wrapped("", f"not evaluated: {text}")) for text in policy.unjudged(preview.verdicts)
    ]
    return joined_text("\n\n", [heading("Azure Policy"), *parts]) if parts else ""


def _deployer(preview: Preview) -> str:
    lines: list[str] = []
    others = (row.subscription for row in preview.plan.deployer)
    for subscription in dict.fromkeys((*preview.plan.subscriptions, *others)):
        lines.append(heading(f"Roles of the deployer on {subscription}"))
        for row in preview.plan.deployer:
            if row.subscription == subscription:
                limited = " Only under the condition that --format json shows." if row.condition else ""
                lines.append(wrapped(f"  {row.role}\n    ", f"{row.why}.{limited}" if limited else row.why))
    return joined_text("\n", [*lines, *_owner(preview)])


def _owner(preview: Preview) -> list[str]:
    """Returns the steps of an owner before the first deployment."""
    title = f"Before the first deployment (commands: amlz roles {preview.stack} --deployer)"
    lines: list[str] = [whole_heading(wrapped("", title))]
    by_subscription: dict[str, list[str]] = {}
    for one in providers_of(preview.graph):
        by_subscription.setdefault(one.subscription, []).append(one.namespace)
    for subscription, namespaces in by_subscription.items():
        lines.append(wrapped(f"  resource providers of {subscription}\n    ", ", ".join(namespaces)))
    roles = [role.name for role in custom_roles(preview.plan.roles())]
    if roles:
        lines.append(f"  {plural(len(roles), 'custom role')}, created by an owner")
        lines += [wrapped("    ", name) for name in roles]
    return lines


def _limits() -> str:
    return wrapped("", "Not covered: " + "; ".join(NOT_COVERED) + ". See docs/reference/coverage.md.")


def _hanging(text: str) -> str:
    """Returns a text whose further lines are indented to the end of its first word."""
    return textwrap.fill(text, WIDTH, subsequent_indent=" " * 9, break_long_words=False, break_on_hyphens=False)
