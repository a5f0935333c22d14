"""Differences between two previews of a stack: resources by URN, roles, egress, findings, verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amlz.azure.change_rule import ChangeRule, Kind
from amlz.azure.changes import PropertyChange, changes, worst
from amlz.azure.differences import PropertyDifference as PropertyDifference
from amlz.azure.differences import canonical
from amlz.azure.differences import rows_of as rows_of
from amlz.azure.graph import is_unknown, sources_of, unknown_from
from amlz.azure.ids import within
from amlz.checks.finding import Finding
from amlz.checks.guard.change import ExistingResource, LossAllowance, ResourceChanges, again, properties_of
from amlz.checks.guard.inputs import IDS as INPUTS
from amlz.checks.guard.production import WEAKENED, approvals_weakened, guarded
from amlz.checks.naming import Names, names_of_records
from amlz.core.facts.data import holding, loss
from amlz.diff.cost_difference import CostDifference
from amlz.diff.difference_egress import difference_of_egress
from amlz.diff.difference_permissions import PermissionChanges, difference_of_permissions

Record = Mapping[str, Any]


_LISTS = ("findings", "verdicts")
#: The engine's own state.
_PULUMI = ChangeRule(
    "protect", Kind.UPDATES, "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/", "in Pulumi's state"
)
_UPDATED_AGAIN = ChangeRule("", Kind.UPDATES, "")


@dataclass(frozen=True, slots=True)
class Changed:
    """A resource that differs, as it was and as it would be. `replaced`: another is created instead."""

    before: Record
    resource: Record
    changes: tuple[PropertyChange, ...]
    replaced: bool

    @property
    def rows(self) -> tuple[PropertyDifference, ...]:
        """Returns the differences."""
        return tuple(change.row for change in self.changes)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that is different. Records are those of the previews."""

    stack: str
    revision: str
    is_new: bool
    created: tuple[Record, ...]
    deleted: tuple[Record, ...]
    changed: tuple[Changed, ...]
    unchanged: int
    addresses: tuple[PropertyDifference, ...]
    roles: tuple[tuple[Record, ...], tuple[Record, ...]]
    egress: tuple[tuple[str, ...], tuple[str, ...]]
    findings: tuple[tuple[Record, ...], tuple[Record, ...]]
    verdicts: tuple[tuple[Record, ...], tuple[Record, ...]]
    guard: tuple[Finding, ...] = ()
    """Findings of the guard on this change."""
    engine: bool = False
    """True if it is the plan of Pulumi's engine, and not two previews."""
    unsure: tuple[str, ...] = ()
    """Limitations of this comparison, in addition to those of all."""
    moved: tuple[tuple[Record, Record], ...] = ()
    """Resources with a new URN and an alias to the old one: before, and after."""
    widened: tuple[tuple[Record, tuple[str, ...]], ...] = ()
    """Of the new roles, those that were given before on less: with the ids of that."""
    accepted: tuple[Record, ...] = ()
    """Findings that the stack file accepts, and did not before."""
    permissions: PermissionChanges = ((), ())
    """Actions of personas that are newly allowed, and those that are allowed no longer."""
    cost: CostDifference | None = None
    """The change of a month; None where the stack file names no prices."""
    names: Names = field(default_factory=Names, compare=False)
    """Names of resources of both sides."""

    @property
    def nothing(self) -> bool:
        """True if no resource differs, no file that decides how the stack is deployed, and production is not weaker."""
        lists = (self.created, self.deleted, self.changed, self.moved, self.addresses, self.accepted)
        inputs = any(finding.check in {*INPUTS, WEAKENED.id} for finding in self.guard)
        return not inputs and not any(lists) and not any(part for pair in self._pairs for part in pair)

    @property
    def _pairs(self) -> tuple[tuple[tuple[object, ...], tuple[object, ...]], ...]:
        return (self.roles, self.egress, self.findings, self.verdicts)

    @property
    def lost(self) -> tuple[tuple[Record, str], ...]:
        """Returns the resources that lose data, and how."""
        deleted = (*self.deleted, *(changed.before for changed in self.changed if changed.replaced))
        rows = ((resource, holding(resource["armType"])) for resource in deleted)
        return tuple((r, loss(row, r["body"].get("properties", {}))) for r, row in rows if row)

    def fails(self, fail_on: str) -> bool:
        """Returns whether a new finding, or one of the guard, is at or above a severity, or something is newly
        refused.
        """
        if fail_on == "none":
            return False
        severities = {"error": ("error",), "warning": ("error", "warning")}[fail_on]
        new = self.findings[0], self.verdicts[0]
        if any(finding.severity.value in severities for finding in self.guard):
            return True
        return any(f["severity"] in severities for f in new[0]) or any(v["blocks"] for v in new[1])


def difference(revision: str, old: Record | None, new: Record, allowed: LossAllowance | None = None) -> Difference:
    """The difference from one preview (None: the stack was not there) to another. `allowed`: by the stack file."""
    before: Record = old or {}
    was, now = _by_urn(before), _by_urn(new)
    former = _former(was, now)
    before = _renamed(before, former)
    pairs = ((was.get(former.get(urn, urn)), resource) for urn, resource in now.items())
    kept = [
        compared(_as_named(old_record, former), new_record)
        for old_record, new_record in pairs
        if old_record is not None
    ]
    changed = tuple(item for item in kept if item.changes)
    moved = tuple((was[old_urn], now[urn]) for urn, old_urn in former.items())
    deleted = tuple(r for urn, r in was.items() if urn not in now and urn not in former.values())
    deleted_urns = {resource["urn"] for resource in deleted}
    roles = _both(_roles(before), _roles(new), _role_key)
    return Difference(
        stack=new["stack"],
        revision=revision,
        is_new=old is None,
        created=tuple(r for urn, r in now.items() if former.get(urn, urn) not in was),
        deleted=deleted,
        changed=changed,
        unchanged=len(kept) - len({item.resource["urn"] for item in changed} | set(former)),
        addresses=tuple(rows_of(_addresses(before), _addresses(new))),
        roles=roles,
        egress=difference_of_egress(before, new),
        findings=_findings(_still(_list(before, "findings"), deleted_urns), new),
        verdicts=_both(_as_identified(_still(_verdicts(before), deleted_urns), kept), _verdicts(new), verdict_key),
        guard=(
            *guarded(edit(deleted, changed, was.values(), now.values()), allowed or LossAllowance()),
            *approvals_weakened(_approvers(before), _approvers(new)),
        ),
        moved=moved,
        accepted=_both(_list(before, "acceptedFindings"), _list(new, "acceptedFindings"), finding_key)[0],
        widened=tuple(_widened(roles[0], _roles(before))),
        permissions=difference_of_permissions(before, new),
        names=names_of_records((*was.values(), *now.values())),
    )


def _former(was: Mapping[str, Record], now: Mapping[str, Record]) -> dict[str, str]:
    """Old URNs by new ones: of resources with a new URN, and an alias for one that is no longer there."""
    result: dict[str, str] = {}
    for urn, resource in now.items():
        if urn not in was:
            taken = set(result.values())
            known = (alias for alias in resource.get("aliases") or () if alias in was and alias not in now)
            old = next((alias for alias in known if alias not in taken), "")
            result |= {urn: old} if old else {}
    return result


def _renamed(preview: Record, former: Mapping[str, str]) -> Record:
    """A preview of before whose findings and verdicts are about the URNs of now."""
    urns = {old: urn for urn, old in former.items()}
    if not urns:
        return preview
    result: dict[str, Any] = dict(preview)
    for key in _LISTS:
        result[key] = [
            {**item, "resource": urns.get(item["resource"], item["resource"])} for item in _list(preview, key)
        ]
    return result


def _as_named(resource: Record, former: Mapping[str, str]) -> Record:
    """A resource of before, in which what only the deployment knows is named after what has moved meanwhile."""
    names = {old.rpartition("::")[2]: urn.rpartition("::")[2] for urn, old in former.items()}

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            if is_unknown(value):
                key, sources = sources_of(value)
                return unknown_from(key, (names.get(name, name) for name in sources)) if sources else value
            return {key: named(item) for key, item in value.items()}
        return [named(item) for item in value] if isinstance(value, list) else value

    return {**resource, "body": named(resource["body"])} if names else resource


def _approvers(preview: Record) -> Mapping[str, list[str]]:
    """Returns the approvers of production; {} where an earlier version wrote the preview."""
    approvers: Mapping[str, list[str]] = preview.get("landingZone", {}).get("approvers", {})
    return approvers


def _role_key(role: Record) -> tuple[str, ...]:
    return (role["principal"].lower(), role["role"], role["scope"].lower())


def _widened(new: Iterable[Record], before: Iterable[Record]) -> Iterator[tuple[Record, tuple[str, ...]]]:
    """Roles that the same principal had before on something within what it has them on now."""
    scopes: dict[tuple[str, ...], list[str]] = {}
    for role in before:
        scopes.setdefault(_role_key(role)[:2], []).append(role["scope"])
    for role in new:
        narrower = tuple(scope for scope in scopes.get(_role_key(role)[:2], ()) if within(scope, role["scope"]))
        if narrower:
            yield role, narrower


def compared(was: Record, now: Record) -> Changed:
    """A resource of both sides, with what differs."""
    result = changes(now["armType"], _compared(was), _compared(now), now["apiVersion"])
    result = tuple(PropertyChange(change.row, _PULUMI) if change.row.path == "protect" else change for change in result)
    if worst(result) is not Kind.REPLACES:
        return Changed(was, now, result, False)
    return Changed(was, now, made_anew(result), True)


def made_anew(property_changes: Iterable[PropertyChange]) -> tuple[PropertyChange, ...]:
    """Returns the differences of a resource that is replaced: neither refused nor ignored."""
    return tuple(
        property_change
        if property_change.kind is Kind.REPLACES
        else PropertyChange(property_change.row, _UPDATED_AGAIN)
        for property_change in property_changes
    )


def edit(
    deleted: Iterable[Record], changed: Iterable[Changed], was: Iterable[Record], now: Iterable[Record]
) -> ResourceChanges:
    """Returns the input of the guard."""
    changed, was, now = tuple(changed), tuple(was), tuple(now)
    lost, stood = tuple(map(_existing, deleted)), {resource["urn"] for resource in was}
    created = {r["id"].lower(): r["urn"] for r in now if r["urn"] not in stood and r["id"]}
    return ResourceChanges(
        deleted=lost,
        again=again(lost, created),
        created=frozenset(created),
        replaced=tuple((_existing(item.before), item.changes) for item in changed if item.replaced),
        updated=tuple((_existing(item.before), item.changes) for item in changed if not item.replaced),
        existing=tuple(map(_existing, was)),
        owners=frozenset(f"{resource['project']}/{resource['environment']}" for resource in now if resource["project"]),
        after=tuple(map(_existing, now)),
    )


def _existing(resource: Record) -> ExistingResource:
    owners = resource["project"] or None, resource["environment"] or None
    of = resource["urn"], resource["armType"], resource["id"], resource["name"], *owners
    return ExistingResource(*of, properties_of(resource["body"]), bool(resource["protect"]))


def _by_urn(preview: Record) -> dict[str, Record]:
    return {resource["urn"]: resource for resource in _list(preview, "resources")}


def _compared(resource: Record) -> dict[str, Any]:
    """Returns the compared parts of a resource: not the position of its constructor, and not the order of its
    dependencies.
    """
    return {
        "id": resource["id"],
        "apiVersion": resource["apiVersion"],
        "provider": resource["provider"],
        "protect": resource["protect"],
        **resource["body"],
    }


def _addresses(preview: Record) -> dict[str, Any]:
    """Ranges of networks, and in them by owner and role."""
    spaces = {space["network"]: ", ".join(sorted(space["ranges"])) for space in _list(preview, "addresses")}
    return spaces | {
        f"{space['network']}/{block['owner']}/{subnet['role']}": subnet["range"]
        for space in _list(preview, "addresses")
        for block in space["blocks"]
        for subnet in block["subnets"]
    }


def _roles(preview: Record) -> list[Record]:
    return list(preview.get("landingZone", {}).get("roles", []))


def _still(values: Iterable[Record], deleted_urns: Collection[str]) -> list[Record]:
    """Drops findings on deleted resources."""
    return [item for item in values if item["resource"] not in deleted_urns]


def _as_identified(verdicts: Iterable[Record], kept: Iterable[Changed]) -> list[Record]:
    """Returns old verdicts with the new ids: a replaced resource is the same for the reader."""
    ids = {changed.before["id"].lower(): changed.resource["id"] for changed in kept}
    return [{**verdict, "id": ids.get(verdict["id"].lower(), verdict["id"])} for verdict in verdicts]


def _findings(before: list[Record], new: Record) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
    """Returns new findings, and those that are gone. A finding with another value, or one that is accepted now, is not
    gone.
    """
    added, removed = _both(before, _list(new, "findings"), finding_key)
    accepted = {finding_key(item) for item in _list(new, "acceptedFindings")}
    again = {finding_key(item)[:-1] for item in added}
    return added, tuple(f for f in removed if finding_key(f) not in accepted and finding_key(f)[:-1] not in again)


def verdict_key(verdict: Record) -> tuple[object, ...]:
    """By what a verdict is the same in two previews."""
    return (verdict["id"].lower(), verdict["policy"], verdict["verdict"])


def _verdicts(preview: Record) -> list[Record]:
    return [verdict for verdict in _list(preview, "verdicts") if verdict["verdict"] != "compliant"]


def finding_key(finding: Record) -> tuple[object, ...]:
    """By what a finding is the same in two previews."""
    actual = repr(canonical(finding["actual"]))
    return (finding["id"], finding["resource"], finding["path"], finding["severity"], actual)


def _both(old: Iterable[Any], new: Iterable[Any], key: Callable[[Any], Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Returns added and removed entries. Duplicates count twice."""
    old, new = tuple(old), tuple(new)
    return tuple(_without(new, old, key)), tuple(_without(old, new, key))


def _without(side: Iterable[Any], other: Iterable[Any], key: Callable[[Any], Any]) -> Iterator[Any]:
    there = Counter(map(key, other))
    for item in side:
        if there[key(item)]:
            there[key(item)] -= 1
        else:
            yield item


def _list(preview: Record, key: str) -> list[Any]:
    return list(preview.get(key, []))
