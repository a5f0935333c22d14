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
from amlz.azure.graph import UNKNOWN_KEY, unknown
from amlz.azure.ids import within
from amlz.checks.finding import Finding
from amlz.checks.guard.change import ExistingResource, LossAllowance, ResourceChanges, again
from amlz.checks.guard.inputs import IDS as INPUTS
from amlz.checks.guard.production import guarded
from amlz.checks.naming import Names, names_of_records
from amlz.core.facts.data import holding, loss
from amlz.diff.difference_egress import difference_of_egress

Told = Mapping[str, Any]


_SAID = ("findings", "verdicts")
#: The engine's own state.
_PULUMI = ChangeRule(
    "protect", Kind.UPDATES, "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/", "in Pulumi's state"
)
_ANEW = ChangeRule("", Kind.UPDATES, "")


@dataclass(frozen=True, slots=True)
class Changed:
    """A resource that differs, as it was and as it would be. `replaced`: another is created instead."""

    before: Told
    resource: Told
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
    created: tuple[Told, ...]
    deleted: tuple[Told, ...]
    changed: tuple[Changed, ...]
    unchanged: int
    addresses: tuple[PropertyDifference, ...]
    roles: tuple[tuple[Told, ...], tuple[Told, ...]]
    egress: tuple[tuple[str, ...], tuple[str, ...]]
    findings: tuple[tuple[Told, ...], tuple[Told, ...]]
    verdicts: tuple[tuple[Told, ...], tuple[Told, ...]]
    guard: tuple[Finding, ...] = ()
    """Findings of the guard on this change."""
    engine: bool = False
    """True if it is the plan of Pulumi's engine, and not two previews."""
    unsure: tuple[str, ...] = ()
    """Limitations of this comparison, in addition to those of all."""
    moved: tuple[tuple[Told, Told], ...] = ()
    """Resources with a new URN and an alias to the old one: before, and after."""
    widened: tuple[tuple[Told, tuple[str, ...]], ...] = ()
    """Of the new roles, those that were given before on less: with the ids of that."""
    accepted: tuple[Told, ...] = ()
    """Findings that the stack file accepts, and did not before."""
    names: Names = field(default_factory=Names, compare=False)
    """Names of resources of both sides."""

    @property
    def nothing(self) -> bool:
        """True if no resource differs, and no file that decides how the stack is deployed."""
        lists = (self.created, self.deleted, self.changed, self.moved, self.addresses, self.accepted)
        inputs = any(finding.check in INPUTS for finding in self.guard)
        return not inputs and not any(lists) and not any(part for pair in self._pairs for part in pair)

    @property
    def _pairs(self) -> tuple[tuple[tuple[object, ...], tuple[object, ...]], ...]:
        return (self.roles, self.egress, self.findings, self.verdicts)

    @property
    def lost(self) -> tuple[tuple[Told, str], ...]:
        """Returns the resources that lose data, and how."""
        gone = (*self.deleted, *(changed.before for changed in self.changed if changed.replaced))
        rows = ((resource, holding(resource["armType"])) for resource in gone)
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


def difference(revision: str, old: Told | None, new: Told, allowed: LossAllowance | None = None) -> Difference:
    """The difference from one preview (None: the stack was not there) to another. `allowed`: by the stack file."""
    before: Told = old or {}
    was, now = _by_urn(before), _by_urn(new)
    former = _former(was, now)
    before = _renamed(before, former)
    pairs = ((was.get(former.get(urn, urn)), resource) for urn, resource in now.items())
    both = [compared(_as_named(theirs, former), ours) for theirs, ours in pairs if theirs is not None]
    changed = tuple(each for each in both if each.changes)
    moved = tuple((was[old_urn], now[urn]) for urn, old_urn in former.items())
    deleted = tuple(r for urn, r in was.items() if urn not in now and urn not in former.values())
    gone = {resource["urn"] for resource in deleted}
    roles = _both(_roles(before), _roles(new), _role_key)
    return Difference(
        stack=new["stack"],
        revision=revision,
        is_new=old is None,
        created=tuple(r for urn, r in now.items() if former.get(urn, urn) not in was),
        deleted=deleted,
        changed=changed,
        unchanged=len(both) - len({each.resource["urn"] for each in changed} | set(former)),
        addresses=tuple(rows_of(_addresses(before), _addresses(new))),
        roles=roles,
        egress=difference_of_egress(before, new),
        findings=_findings(_still(_list(before, "findings"), gone), new),
        verdicts=_both(_as_identified(_still(_verdicts(before), gone), both), _verdicts(new), verdict_key),
        guard=guarded(edit(deleted, changed, was.values(), now.values()), allowed or LossAllowance()),
        moved=moved,
        accepted=_both(_list(before, "acceptedFindings"), _list(new, "acceptedFindings"), finding_key)[0],
        widened=tuple(_widened(roles[0], _roles(before))),
        names=names_of_records((*was.values(), *now.values())),
    )


def _former(was: Mapping[str, Told], now: Mapping[str, Told]) -> dict[str, str]:
    """Old URNs by new ones: of what has no URN of before, but an alias for one that is no longer there."""
    found: dict[str, str] = {}
    for urn, resource in now.items():
        if urn not in was:
            taken = set(found.values())
            known = (alias for alias in resource.get("aliases") or () if alias in was and alias not in now)
            old = next((alias for alias in known if alias not in taken), "")
            found |= {urn: old} if old else {}
    return found


def _renamed(preview: Told, former: Mapping[str, str]) -> Told:
    """A preview of before whose findings and verdicts are about the URNs of now."""
    urns = {old: urn for urn, old in former.items()}
    if not urns:
        return preview
    told: dict[str, Any] = dict(preview)
    for key in _SAID:
        told[key] = [{**each, "resource": urns.get(each["resource"], each["resource"])} for each in _list(preview, key)]
    return told


def _as_named(resource: Told, former: Mapping[str, str]) -> Told:
    """A resource of before, in which what only the deployment knows is named after what has moved meanwhile."""
    names = {old.rpartition("::")[2]: urn.rpartition("::")[2] for urn, old in former.items()}

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            if list(value) == [UNKNOWN_KEY]:
                what, _, whose = str(value[UNKNOWN_KEY]).partition(", from ")
                return unknown(f"{what}, from {', '.join(names.get(name, name) for name in whose.split(', '))}")
            return {key: named(each) for key, each in value.items()}
        return [named(each) for each in value] if isinstance(value, list) else value

    return {**resource, "body": named(resource["body"])} if names else resource


def _role_key(role: Told) -> tuple[str, ...]:
    return (role["principal"].lower(), role["role"], role["scope"].lower())


def _widened(new: Iterable[Told], before: Iterable[Told]) -> Iterator[tuple[Told, tuple[str, ...]]]:
    """Roles that the same principal had before on something within what it has them on now."""
    scopes: dict[tuple[str, ...], list[str]] = {}
    for role in before:
        scopes.setdefault(_role_key(role)[:2], []).append(role["scope"])
    for role in new:
        narrower = tuple(scope for scope in scopes.get(_role_key(role)[:2], ()) if within(scope, role["scope"]))
        if narrower:
            yield role, narrower


def compared(was: Told, now: Told) -> Changed:
    """A resource of both sides, with what differs."""
    found = changes(now["armType"], _compared(was), _compared(now))
    found = tuple(PropertyChange(each.row, _PULUMI) if each.row.path == "protect" else each for each in found)
    if worst(found) is not Kind.REPLACES:
        return Changed(was, now, found, False)
    return Changed(was, now, made_anew(found), True)


def made_anew(property_changes: Iterable[PropertyChange]) -> tuple[PropertyChange, ...]:
    """Returns the differences of a resource that is replaced: neither refused nor ignored."""
    return tuple(each if each.kind is Kind.REPLACES else PropertyChange(each.row, _ANEW) for each in property_changes)


def edit(
    deleted: Iterable[Told], changed: Iterable[Changed], was: Iterable[Told], now: Iterable[Told]
) -> ResourceChanges:
    """Returns the input of the guard."""
    changed, was, now = tuple(changed), tuple(was), tuple(now)
    gone, stood = tuple(map(_thing, deleted)), {resource["urn"] for resource in was}
    made = {r["id"].lower(): r["urn"] for r in now if r["urn"] not in stood and r["id"]}
    return ResourceChanges(
        deleted=gone,
        again=again(gone, made),
        made=frozenset(made),
        replaced=tuple((_thing(each.before), each.changes) for each in changed if each.replaced),
        updated=tuple((_thing(each.before), each.changes) for each in changed if not each.replaced),
        standing=tuple(map(_thing, was)),
        owners=frozenset(f"{resource['project']}/{resource['environment']}" for resource in now if resource["project"]),
        after=tuple(map(_thing, now)),
    )


def _thing(resource: Told) -> ExistingResource:
    properties = resource["body"].get("properties") or {}
    owners = resource["project"], resource["environment"]
    of = resource["urn"], resource["armType"], resource["id"], resource["name"], *owners
    return ExistingResource(*of, properties, bool(resource["protect"]))


def _by_urn(preview: Told) -> dict[str, Told]:
    return {resource["urn"]: resource for resource in _list(preview, "resources")}


def _compared(resource: Told) -> dict[str, Any]:
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


def _addresses(preview: Told) -> dict[str, Any]:
    """Ranges of networks, and in them by owner and role."""
    spaces = {space["network"]: ", ".join(sorted(space["ranges"])) for space in _list(preview, "addresses")}
    return spaces | {
        f"{space['network']}/{block['owner']}/{subnet['role']}": subnet["range"]
        for space in _list(preview, "addresses")
        for block in space["blocks"]
        for subnet in block["subnets"]
    }


def _roles(preview: Told) -> list[Told]:
    return list(preview.get("landingZone", {}).get("roles", []))


def _still(told: Iterable[Told], gone: Collection[str]) -> list[Told]:
    """Drops findings on deleted resources."""
    return [each for each in told if each["resource"] not in gone]


def _as_identified(verdicts: Iterable[Told], both: Iterable[Changed]) -> list[Told]:
    """Returns old verdicts with the new ids: a replaced resource is the same for the reader."""
    ids = {each.before["id"].lower(): each.resource["id"] for each in both}
    return [{**verdict, "id": ids.get(verdict["id"].lower(), verdict["id"])} for verdict in verdicts]


def _findings(before: list[Told], new: Told) -> tuple[tuple[Told, ...], tuple[Told, ...]]:
    """Returns new findings, and those that are gone. A finding with another value, or one that is accepted now, is not
    gone.
    """
    came, went = _both(before, _list(new, "findings"), finding_key)
    accepted = {finding_key(each) for each in _list(new, "acceptedFindings")}
    again = {finding_key(each)[:-1] for each in came}
    return came, tuple(f for f in went if finding_key(f) not in accepted and finding_key(f)[:-1] not in again)


def verdict_key(verdict: Told) -> tuple[object, ...]:
    """By what a verdict is the same in two previews."""
    return (verdict["id"].lower(), verdict["policy"], verdict["verdict"])


def _verdicts(preview: Told) -> list[Told]:
    return [verdict for verdict in _list(preview, "verdicts") if verdict["verdict"] != "compliant"]


def finding_key(finding: Told) -> tuple[object, ...]:
    """By what a finding is the same in two previews."""
    actual = repr(canonical(finding["actual"]))
    return (finding["id"], finding["resource"], finding["path"], finding["severity"], actual)


def _both(old: Iterable[Any], new: Iterable[Any], key: Callable[[Any], Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Returns added and removed entries. Duplicates count twice."""
    old, new = tuple(old), tuple(new)
    return tuple(_without(new, old, key)), tuple(_without(old, new, key))


def _without(side: Iterable[Any], other: Iterable[Any], key: Callable[[Any], Any]) -> Iterator[Any]:
    there = Counter(map(key, other))
    for each in side:
        if there[key(each)]:
            there[key(each)] -= 1
        else:
            yield each


def _list(preview: Told, key: str) -> list[Any]:
    return list(preview.get(key, []))
