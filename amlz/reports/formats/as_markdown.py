"""A preview as Markdown: for a comment on a pull request. Parts that need a decision are open, the rest is folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from amlz.checks.finding import Severity
from amlz.checks.naming import Names, before, in_words, owner
from amlz.core.addresses import ExistingAddressSpace
from amlz.core.discovery import asked_for_all
from amlz.core.quota import demands
from amlz.core.words import counted, place, plural
from amlz.reports import accepted, alerts, cost, difference_markdown, existing_hub, permission_counts, policy, quota
from amlz.reports.folding import FoldedAt, folded_answers, folded_findings
from amlz.reports.formats.registry import Report
from amlz.reports.html.reachability import reachability
from amlz.reports.links import NO_LINKS, Links
from amlz.reports.markdown_text import LONGEST, Markdown, code, escaped, fitted, link, prose, shown
from amlz.reports.preview import NOT_COVERED, UNKNOWN, Preview, verdict
from amlz.reports.relaxed import relaxed
from amlz.reports.rows import Places


def write(report: Report) -> str:
    """Returns a preview, or a difference where there is one."""
    if report.against is not None:
        preview = report.preview() if report.links.base else None
        return difference_markdown.markdown(report.against, preview, report.links)
    return render(report.preview(), report.links)


def render(preview: Preview, links: Links = NO_LINKS) -> str:
    """The whole preview; without what is folded where that would be too long for a comment."""
    preview = preview.shown
    environment = Environment(
        loader=PackageLoader("amlz.reports"),
        autoescape=False,
        trim_blocks=False,
        keep_trailing_newline=True,
        finalize=shown,
    )
    environment.filters["markdown"] = Markdown  # the result of a macro, whose values are escaped already
    template = environment.get_template("preview.md.j2")
    names = preview.names
    findings = list(_findings(preview, names, links))
    answers = list(_policies(preview, names))
    variables = {
        "verdict": _verdict(preview),
        "summary": list(summary(preview)),
        "asked_for": [
            (code(r.key), ", ".join(r.environments), prose("; ".join(r.gives_up))) for r in relaxed(preview.config)
        ],
        "must_allow": [
            (
                Markdown(", ".join(code(to, in_table=True) for to in rule.to)),
                rule.how,
                ", ".join(rule.sources),
                rule.why,
            )
            for rule in existing_hub.must_allow(preview.plan)
        ],
        "demands": existing_hub.demands(preview.plan),
        "owners": list(existing_hub.owners_must(preview.plan)),
        "environments": list(_environments(preview, names)),
        "findings": [row for row in findings if row["severity"] != Severity.NOTE.value],
        "notes": [row for row in findings if row["severity"] == Severity.NOTE.value],
        "accepted": [
            (
                one.finding.severity.value,
                link(code(one.finding.check), links.check(one.finding.check)),
                before(names.of_finding(one.finding), one.finding),
                one.finding.message,
                accepted.why(one),
            )
            for one in preview.accepted
        ],
        "quota": list(_quota(preview)) if preview.quota else [],
        "cost": Markdown("\n".join(cost.sums(preview.costs))) if preview.costs is not None else "",
        "policies": [row for row in answers if not row["unknown"]],
        "unknown": [row for row in answers if row["unknown"]],
        "alerts": list(_alerts(preview, links)),
        "runbook": code(f"amlz runbook {preview.stack} ALERT"),
        **permission_counts.variables(preview.permissions),
        "can": code(f"amlz can {preview.stack}"),
        "sections": preview.sections,
        "built": list(_built(preview)),
        "addresses": list(_addresses(preview)),
        "reachability": reachability(preview).rows,
        "not_covered": "; ".join(NOT_COVERED),
    }
    return fitted(template.render(variables), LONGEST)


def _verdict(preview: Preview) -> str:
    worst, sentence = verdict(preview)
    mark = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", None: "✅"}[worst]
    return Markdown(f"## {mark} {escaped(preview.stack)}: {sentence}")


def summary(preview: Preview) -> Iterator[tuple[str, str]]:
    """The numbers to decide by, each with its label."""
    total = plural(len(preview.graph.resources), "resource")
    yield "would build", f"{total} in {preview.in_groups}, {place(preview.plan)}"
    counts = ", ".join(plural(preview.count(severity), severity.value) for severity in Severity)
    yield "findings", counts + accepted.summary(preview.accepted)
    yield "policy", policy.summary(preview.verdicts)
    yield from asked_for_all(lambda planner: planner.summary, preview.config)


def _alerts(preview: Preview, links: Links) -> Iterator[tuple[str, str, str, Markdown]]:
    for row in alerts.rows(preview.plan):
        names = (link(escaped(name), links.page(alerts.page_of(name))) for name in row.alerts)
        yield alerts.severity_text(row), row.notifies, ", ".join(row.where), Markdown(", ".join(names))


def _hosts(to: Iterable[str]) -> Markdown:
    return Markdown(", ".join(code(item, in_table=True) for item in to))


def _environments(preview: Preview, names: Names) -> Iterator[tuple[Markdown, list[int]]]:
    """Environments with a refused request, an error or a warning, the worst first, and their counts.

    The counts are in the order of the columns: refused by a policy, errors, warnings, notes.
    """
    production = {owner(e.project, e.environment) for e in preview.plan.environments if e.production}
    counts: dict[str | None, list[int]] = {}
    for finding in preview.findings:
        row = counts.setdefault(names.of_finding(finding).owner, [0] * 4)
        row[1 + list(Severity).index(finding.severity)] += 1
    for answer in preview.verdicts.denied:
        counts.setdefault(names.of_answer(answer).owner, [0] * 4)[0] += 1
    for environment, row in sorted(counts.items(), key=lambda item: ([-count for count in item[1]], item[0] or "")):
        if any(row[:3]):
            name = escaped(environment) if environment else Markdown("shared by all")
            yield Markdown(f"**{name}**, production") if environment in production else name, row


def _findings(preview: Preview, names: Names, links: Links) -> Iterator[dict[str, Any]]:
    lines = Places(preview)
    for folded in folded_findings(preview.findings, names):
        first = folded.first
        line, _ = lines.at(first.place or lines.of(first.resource_id, first.urn))
        yield {
            "severity": first.severity.value,
            "check": link(code(first.check), links.check(first.check)),
            "resource": before(folded.resource, first),
            "message": prose(first.message),
            "others": resources(folded.others, folded.columns),
            "remedy": prose(first.remedy),
            "line": link(Markdown(f"line {line}"), links.line(Path(preview.file.display_path), line))
            if links.base
            else "",
        }


def resources(at: Sequence[FoldedAt], columns: Sequence[str]) -> dict[str, Any]:
    """Returns resources by project and environment; those with different values as rows of a table."""
    if not columns:
        return {"sentence": in_words(folded_at.resource for folded_at in at), "table": Markdown("")}
    rows = (("resource", *columns), *((folded_at.resource.full, *folded_at.values) for folded_at in at))
    head, *body = (f"  | {' | '.join(map(escaped, row))} |" for row in rows)
    rule = f"  | {' | '.join('---' for _ in rows[0])} |"
    return {"sentence": "", "table": Markdown("\n\n" + "\n".join((head, rule, *body)) + "\n")}


def _policies(preview: Preview, names: Names) -> Iterator[dict[str, Any]]:
    for folded in folded_answers(preview.verdicts.answers, names):
        first = folded.first
        yield {
            "word": policy.word(first),
            "unknown": first.word in UNKNOWN,
            "title": first.policy.definition.title if first.policy else first.assignment.name,
            "assignment": code(first.assignment.name),
            "at": resources(folded.at, folded.columns),
            "because": [prose(text) for text in folded.because],
        }


def _quota(preview: Preview) -> Iterator[dict[str, Any]]:
    for demand in demands(preview.plan):
        yield {
            "place": Markdown(f"{escaped(demand.region)}, subscription {code(demand.subscription)}"),
            "rows": list(quota.rows(demand)),
            "unknown": "; ".join(quota.unknown(demand)),
        }


def _built(preview: Preview) -> Iterator[tuple[Markdown, list[dict[str, Any]]]]:
    for subscription in preview.plan.subscriptions:
        mine = [r for r in preview.graph if r.subscription == subscription]
        groups = []
        for name in dict.fromkeys(r.resource_group for r in mine):
            members = [r for r in mine if r.resource_group == name]
            counts = Counter(r.arm_type for r in members if not r.arm_type.endswith("/resourceGroups"))
            types = ", ".join(counted(count, arm_type) for arm_type, count in sorted(counts.items()))
            created = counts.total() < len(members)
            title = (name if created else f"{name}, exists already") if name else "on the subscription itself"
            groups.append({"name": title, "count": len(members), "types": types})
        yield code(subscription), groups


def _addresses(preview: Preview) -> Iterator[dict[str, str]]:
    for space in preview.plan.addresses.spaces:
        row = {"network": space.network, "range": ", ".join(space.ranges), "of": ""}
        if isinstance(space, ExistingAddressSpace):
            yield row | {"use": "exists already"}
            continue
        yield row | {"use": "the whole"}
        for block in space.blocks:
            for subnet in block.subnets:
                wanted = f"{subnet.needed} of {subnet.holds} wanted" if subnet.needed else f"{subnet.holds} addresses"
                yield {"network": "", "range": subnet.cidr, "of": str(block.owner), "use": f"{subnet.role}, {wanted}"}
        yield {"network": "", "range": ", ".join(space.free) or "nothing", "of": "", "use": "free"}
