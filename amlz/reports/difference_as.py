"""A difference as text in 80 columns and as JSON. Markdown: difference_markdown.py."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from amlz.azure.changes import PropertyChange
from amlz.azure.permissions import Status
from amlz.checks.finding import Severity
from amlz.checks.naming import Names
from amlz.core.problems import listed
from amlz.core.terminal import in_one_line
from amlz.core.words import counted, plural
from amlz.diff.difference import Changed, Difference, PropertyDifference
from amlz.diff.difference_permissions import PermissionChange
from amlz.reports.changed import changed_lines, where
from amlz.reports.changed import does as does
from amlz.reports.changed import value as value
from amlz.reports.cost import difference_records
from amlz.reports.folding_records import finding_lines, finding_of, scopes, verdict_lines, with_remedy, without_remedy
from amlz.reports.json_text import dump
from amlz.reports.records import finding_record
from amlz.reports.styled import heading, joined_text, led_by, paragraphs, printable_text, restyled

#: Limitations of a comparison of two previews. Shown with every comparison.
NOT_TOLD = (
    "state and drift: both sides are previews, not what is in Azure. The effect of a changed property follows a "
    "table (docs/reference/changes.md)"
)
#: Limitations of the engine's own preview.
NOT_TOLD_BY_ENGINE = (
    "drift, unless the engine refreshed; findings and verdicts: `amlz preview` shows them. Changes that Azure "
    "refuses or ignores follow a table (docs/reference/changes.md)"
)
#: Sections that need no decision: in a comment they are folded.
NO_DECISION = {
    *("No longer reported by Azure Policy", "Findings that are gone", "Roles taken away", "No longer allowed"),
    "Egress closed",
    *("Addresses", "Moved, which changes nothing in Azure", "Changed", "Created"),
}


def text(difference: Difference, quiet: bool = False) -> str:
    """For a terminal of 80 columns. `quiet`: only the sections that need a decision."""
    shown = decisions(difference) if quiet else (_section(title, lines) for title, lines in sections(difference))
    parts = [heading(headline(difference)), *shown, _wrapped("", f"Not covered: {not_covered(difference)}.")]
    return printable_text(paragraphs(parts))


def decisions(difference: Difference) -> Iterator[str]:
    """Returns the sections that need a decision, as text."""
    return (_section(title, lines) for title, lines in sections(difference) if title not in NO_DECISION)


def as_json(difference: Difference) -> str:
    """Everything, for programs."""
    came = ("new", "gone")
    return dump(
        {
            "schemaVersion": 1,
            "stack": difference.stack,
            "against": difference.revision,
            "isNew": difference.is_new,
            "created": [_resource(r) for r in difference.created],
            "deleted": [_resource(r) for r in difference.deleted],
            "changed": [
                {
                    **_resource(c.resource),
                    "replaced": c.replaced,
                    "properties": [_change(change) for change in c.changes],
                }
                for c in difference.changed
            ],
            "unchanged": difference.unchanged,
            "lost": [{**_resource(r), "why": why} for r, why in difference.lost],
            "addresses": [_row(row) for row in difference.addresses],
            "moved": [{**_resource(now), "from": before["urn"]} for before, now in difference.moved],
            "roles": {
                **dict(zip(came, map(list, difference.roles), strict=True)),
                "widened": [{**role, "before": list(scopes)} for role, scopes in difference.widened],
            },
            "permissions": {
                side: [_permission(item) for item in items]
                for side, items in zip(came, difference.permissions, strict=True)
            },
            "egress": dict(zip(came, map(list, difference.egress), strict=True)),
            "findings": dict(zip(came, map(list, difference.findings), strict=True)),
            "accepted": list(difference.accepted),
            "verdicts": dict(zip(came, map(list, difference.verdicts), strict=True)),
            "guard": [finding_record(finding) for finding in difference.guard],
            "cost": difference_records(difference.cost) if difference.cost is not None else None,
            "notTold": not_covered(difference),
        }
    )


def needs_decision(difference: Difference) -> Iterator[str]:
    """Returns the numbers of everything that needs a decision: losses, refusals, new warnings, wider access."""
    of_guard = [finding.severity.value for finding in difference.guard]
    new = [record["severity"] for record in difference.findings[0]]
    refused = sum(verdict["blocks"] for verdict in difference.verdicts[0])
    for severity in ("error", "warning"):
        if severity in of_guard:
            yield f"{plural(of_guard.count(severity), severity)} of the guard"
    if difference.lost:
        yield f"{plural(len(difference.lost), 'resource')} with data lost"
    if difference.widened:
        yield f"{plural(len(difference.widened), 'role')} wider than before"
    if difference.egress[0]:
        yield plural(len(difference.egress[0]), "outbound rule opened", "outbound rules opened")
    if refused:
        yield f"{plural(refused, 'request')} newly refused by Azure Policy"
    for severity in ("error", "warning"):
        if severity in new:
            yield plural(new.count(severity), f"new {severity}")


def headline(difference: Difference) -> str:
    """Returns the compared sides, and the number of changes of each kind."""
    difference = replace(difference, stack=in_one_line(difference.stack), revision=in_one_line(difference.revision))
    if difference.is_new:
        return f"{difference.stack}: new since {difference.revision}, {len(difference.created)} created"
    if difference.nothing:
        return f"{difference.stack}: no difference from {difference.revision}, {difference.unchanged} resources"
    counts = (
        f"{len(difference.created)} created",
        f"{len(difference.changed)} changed",
        f"{len(difference.deleted)} deleted",
        *([f"{len(difference.moved)} moved"] if difference.moved else []),
        f"{difference.unchanged} unchanged",
    )
    return f"{difference.stack} against {difference.revision}: {', '.join(counts)}"


def sections(difference: Difference) -> Iterator[tuple[str, list[str]]]:
    """Every section that has something in it."""
    return ((title, lines) for title, lines in _all_sections(difference) if lines)


def _all_sections(difference: Difference) -> Iterator[tuple[str, list[str]]]:
    new, gone = 0, 1
    names = difference.names
    guarded = partial(finding_lines, names=names, says=with_remedy)
    yield "Stopped by the guard", list(guarded(f for f in difference.guard if f.severity is Severity.ERROR))
    yield "Reported by the guard", list(guarded(f for f in difference.guard if f.severity is not Severity.ERROR))
    yield "Lost", [f"{where(r)}: {why}" for r, why in difference.lost]
    yield "Refused by Azure Policy", list(verdict_lines((v for v in difference.verdicts[new] if v["blocks"]), names))
    yield (
        "Reported by Azure Policy",
        list(verdict_lines((v for v in difference.verdicts[new] if not v["blocks"]), names)),
    )
    yield "No longer reported by Azure Policy", list(verdict_lines(difference.verdicts[gone], names))
    yield "New findings", list(new_findings(difference))
    yield "Findings that are gone", list(gone_findings(difference))
    yield "Newly accepted", list(newly_accepted(difference))
    yield "Roles given", list(roles_given(difference.roles[new], names))
    yield "Of these, wider than before", [wider(item, names) for item in difference.widened]
    yield "Roles taken away", list(roles_given(difference.roles[gone], names))
    yield "Newly allowed", list(permission_lines(difference.permissions[new], names))
    yield "No longer allowed", list(permission_lines(difference.permissions[gone], names, "before by"))
    yield "Egress opened", list(difference.egress[new])
    yield "Egress closed", list(difference.egress[gone])
    yield "Cost of a month", list(difference.cost.lines) if difference.cost is not None else []
    yield "Addresses", [f"{row.path}: {value(row.old)} becomes {value(row.new)}" for row in difference.addresses]
    yield "Moved, which changes nothing in Azure", [f"{where(now)}: {moved(was, now)}" for was, now in difference.moved]
    yield "Deleted", list(_grouped(difference.deleted))
    for title, changed in changed_parts(difference).items():
        yield title, list(changed_lines(changed))
    yield "Created", list(_grouped(difference.created))


def changed_parts(difference: Difference) -> dict[str, list[Changed]]:
    """Returns resources that are replaced, and those that are changed, by the title of their section."""
    parts: dict[str, list[Changed]] = {"Replaced": [], "Changed": []}
    for changed in difference.changed:
        parts["Replaced" if changed.replaced else "Changed"].append(changed)
    return parts


def _grouped(resources: Iterable[Any]) -> Iterator[str]:
    """Counts by resource group and type; few are named."""
    groups: dict[str, list[Any]] = {}
    for resource in resources:
        groups.setdefault(resource["resourceGroup"] or "on the subscription itself", []).append(resource)
    for group, members in groups.items():
        counts: dict[str, int] = {}
        for member in members:
            counts[member["armType"]] = counts.get(member["armType"], 0) + 1
        types = ", ".join(counted(count, arm_type) for arm_type, count in sorted(counts.items()))
        yield f"{group}: {types}"


def new_findings(difference: Difference) -> Iterator[str]:
    """Findings that were not there before, with what to do."""
    records = (finding_of(record, difference.names) for record in difference.findings[0])
    return finding_lines(records, difference.names, with_remedy)


def gone_findings(difference: Difference) -> Iterator[str]:
    """Findings that are no longer there."""
    records = (finding_of(record, difference.names) for record in difference.findings[1])
    return finding_lines(records, difference.names, without_remedy)


def newly_accepted(difference: Difference) -> Iterator[str]:
    """Findings that the stack file accepts, and did not before."""
    for f in difference.accepted:
        named = difference.names.of_finding(finding_of(f, difference.names))
        yield led_by(f["severity"], f"{f['severity']}  {f['id']}  {named.full}: {f['reason']}")


def roles_given(roles: Iterable[Any], names: Names) -> Iterator[str]:
    """Returns each role of each kind of principal once, with all its scopes."""
    given: dict[tuple[str, str], list[str]] = {}
    for role in roles:
        given.setdefault((role["role"], role["who"]), []).append(role["scope"])
    for (role, who), ids in given.items():
        yield f"{role} for {who} on {scopes(ids, names)}"


def permission_lines(changes: Iterable[PermissionChange], names: Names, by: str = "by") -> Iterator[str]:
    """Returns the actions of personas, once for all environments in which the same roles decide about them."""
    alike: dict[tuple[Any, ...], tuple[list[str], list[str]]] = {}
    for item in changes:
        place = f"{item.project} {item.environment}" if item.project else "the landing zone"
        roles = tuple(dict.fromkeys(role for role, _ in item.by))
        who = item.principals if item.partly else ()
        places, on = alike.setdefault((item.persona, who, item.actions, roles, item.answer), ([], []))
        places.append(place)
        on += [scope for _, scope in item.by]
    for (persona, who, actions, roles, answer), (places, on) in alike.items():
        some = f" ({listed(who)})" if who else ""
        decides = f", {by} {listed(roles)} on {scopes(tuple(dict.fromkeys(on)), names)}" if roles else ""
        doubt = {Status.CONDITIONAL: "; now under a condition", Status.UNKNOWN: "; now not certain"}.get(answer, "")
        yield f"{persona}{some} in {listed(places)}: {', '.join(actions)}{decides}{doubt}"


def _permission(item: PermissionChange) -> dict[str, Any]:
    return {
        "persona": item.persona,
        "project": item.project or "",
        "environment": item.environment or "",
        "principals": list(item.principals),
        "actions": list(item.actions),
        "by": [{"role": role, "scope": scope} for role, scope in item.by],
        "answer": item.answer.value,
    }


def wider(widened: tuple[Any, tuple[str, ...]], names: Names) -> str:
    """A role that was given before on less."""
    role, before = widened
    on = scopes((role["scope"],), names)
    return f"{role['role']} for {role['who']} on {on}, before on {scopes(before, names)}"


def moved(was: Any, now: Any) -> str:
    """By which alias: the names in the program, or what it belongs to where they are the same."""
    (*_, before, old), (*_, after, new) = (item["urn"].split("::") for item in (was, now))
    old, new = (old, new) if old != new else (before, after)
    return f"{old} becomes {new}, by an alias"


def _resource(resource: Any) -> dict[str, Any]:
    keys = ("urn", "armType", "id", "name", "resourceGroup", "project", "environment")
    return {key: resource[key] for key in keys}


def _change(change: PropertyChange) -> dict[str, Any]:
    return {**_row(change.row), "does": change.kind.value, "why": change.rule.why or "", "source": change.rule.source}


def not_covered(difference: Difference) -> str:
    """Returns the limitations of the comparison."""
    return "; ".join((NOT_TOLD_BY_ENGINE if difference.engine else NOT_TOLD, *difference.unsure))


def _row(row: PropertyDifference) -> dict[str, Any]:
    return {"path": row.path, "old": row.old, "new": row.new}


def _section(title: str, lines: list[str]) -> str:
    body = []
    for line in lines:
        indent = "    " if line.startswith(" ") else "  "
        body.append(restyled(_wrapped(indent, line.strip()), line))
    return joined_text("\n", [heading(title), *body])


def _wrapped(indent: str, line: str) -> str:
    return textwrap.fill(
        line, 80, initial_indent=indent, subsequent_indent=f"{indent}  " if indent else "", break_long_words=True,
        break_on_hyphens=False,
    )  # fmt: skip
