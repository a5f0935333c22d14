"""A preview as Markdown: for a comment on a pull request. What needs a decision is open, the rest is folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, PackageLoader

from checks.finding import Severity
from landingzone.problems import dotted, listed
from landingzone.quota import demands
from landingzone.relaxations import relaxations
from reports import accepted, existing_hub, policy, quota
from reports.preview import NOT_COVERED, Preview, alike, verdict
from reports.words import counted, place, plural

#: What GitHub takes in a comment, less some room for whoever posts it:
#: https://docs.github.com/rest/issues/comments
LONGEST = 65_000


def render(preview: Preview) -> str:
    """The whole preview; without what would be built in detail where that would be too long for a comment."""
    template = Environment(
        loader=PackageLoader("reports"), autoescape=False, trim_blocks=False, keep_trailing_newline=True
    ).get_template("preview.md.j2")
    told = {
        "verdict": _verdict(preview),
        "summary": list(summary(preview)),
        "asked_for": [(dotted(r.path), escaped(r.gives_up)) for r in relaxations(preview.config)],
        "must_allow": [
            (", ".join(f"`{to}`" for to in rule.to), rule.how, ", ".join(rule.sources), rule.why)
            for rule in existing_hub.must_allow(preview.plan)
        ],
        "demands": existing_hub.demands(preview.plan),
        "owners": [(what, [escaped(t) for t in asked]) for what, asked in existing_hub.owners_must(preview.plan)],
        "findings": list(_findings(preview)),
        "accepted": [
            (one.finding.severity.value, one.finding.check, escaped(one.finding.message), escaped(accepted.why(one)))
            for one in preview.accepted
        ],
        "quota": list(_quota(preview)) if preview.quota else [],
        "policies": list(_policies(preview)),
        "built": list(_built(preview)),
        "addresses": list(_addresses(preview)),
        "not_covered": "; ".join(NOT_COVERED),
    }
    text = template.render(told)
    if len(text) > LONGEST:
        text = template.render({**told, "built": [], "addresses": []})
    return fitted(text)


def _verdict(preview: Preview) -> str:
    worst, said = verdict(preview)
    mark = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", None: "✅"}[worst]
    return f"## {mark} {preview.stack}: {said}"


def summary(preview: Preview) -> Iterator[tuple[str, str]]:
    """The numbers to decide by, each with its label."""
    groups = len(preview.graph.of_type("Microsoft.Resources/resourceGroups"))
    total = plural(len(preview.graph.resources), "resource")
    yield "would build", f"{total} in {plural(groups, 'resource group')}, {place(preview.plan)}"
    counts = ", ".join(plural(preview.count(severity), severity.value) for severity in Severity)
    yield "findings", counts + accepted.summary(preview.accepted)
    yield "policy", policy.summary(preview.verdicts)


def _findings(preview: Preview) -> Iterator[dict[str, str]]:
    for first, others in alike(preview.findings):
        yield {
            "severity": first.severity.value,
            "check": first.check,
            "message": escaped(first.message),
            "others": listed(other.name for other in others) if others else "",
            "remedy": escaped(first.remedy),
        }


def _policies(preview: Preview) -> Iterator[dict[str, Any]]:
    for first, answers in policy.groups(preview.verdicts):
        yield {
            "word": first.word,
            "title": first.policy.definition.title if first.policy else first.assignment.name,
            "assignment": first.assignment.name,
            "names": listed(dict.fromkeys(answer.subject.name for answer in answers)),
            "because": [escaped(text) for text in policy.because(first)],
        }


def _quota(preview: Preview) -> Iterator[dict[str, Any]]:
    for demand in demands(preview.plan):
        yield {
            "place": f"{demand.region}, subscription `{demand.subscription}`",
            "rows": list(quota.rows(demand)),
            "unknown": "; ".join(quota.unknown(demand)),
        }


def _built(preview: Preview) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for subscription in preview.plan.subscriptions:
        mine = [r for r in preview.graph if r.subscription == subscription]
        groups = []
        for name in dict.fromkeys(r.resource_group for r in mine):
            members = [r for r in mine if r.resource_group == name]
            counts = Counter(r.arm_type for r in members if not r.arm_type.endswith("/resourceGroups"))
            types = ", ".join(counted(count, arm_type) for arm_type, count in sorted(counts.items()))
            groups.append({"name": name or "on the subscription itself", "count": len(members), "types": types})
        yield subscription, groups


def _addresses(preview: Preview) -> Iterator[dict[str, str]]:
    for space in preview.plan.addresses.spaces:
        use = "the whole" if space.built else "exists already"
        yield {"network": space.network, "range": ", ".join(space.ranges), "of": "", "use": use}
        for block in space.blocks:
            for subnet in block.subnets:
                wanted = f"{subnet.needed} of {subnet.holds} wanted" if subnet.needed else f"{subnet.holds} addresses"
                yield {"network": "", "range": subnet.cidr, "of": block.owner, "use": f"{subnet.role}, {wanted}"}
        if space.built:
            yield {"network": "", "range": ", ".join(space.free) or "nothing", "of": "", "use": "free"}


def escaped(text: str) -> str:
    """A text that Markdown shows as it is: what could be read as markup is escaped."""
    return "".join(f"\\{character}" if character in "*_<>[]|`" else character for character in text)


def fitted(text: str) -> str:
    """A text that fits into a comment: cut at a line where it is too long, and saying so."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition("\n")[0] + "\n\nCut here: it is too long for a comment.\n"
