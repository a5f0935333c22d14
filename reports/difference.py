"""What is different between two previews of a stack: resources by URN, roles, egress, findings, verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from arm.change_rules import Kind, Rule
from arm.changes import Change, changes, worst
from arm.differences import Row as Row
from arm.differences import rows_of as rows_of
from checks.finding import Finding
from checks.guard import Allowed, Edit, Thing, guard
from landingzone.facts.data import holding, loss

Told = Mapping[str, Any]


#: What the engine keeps for itself.
_PULUMI = Rule(
    "protect", Kind.UPDATES, "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/", "in Pulumi's state"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A resource that differs, as it was and as it would be. `replaced`: another is made in its place."""

    before: Told
    resource: Told
    changes: tuple[Change, ...]
    replaced: bool

    @property
    def rows(self) -> tuple[Row, ...]:
        """What differs."""
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
    addresses: tuple[Row, ...]
    roles: tuple[tuple[Told, ...], tuple[Told, ...]]
    egress: tuple[tuple[str, ...], tuple[str, ...]]
    findings: tuple[tuple[Told, ...], tuple[Told, ...]]
    verdicts: tuple[tuple[Told, ...], tuple[Told, ...]]
    guard: tuple[Finding, ...] = ()
    """What the guard says of this change."""
    engine: bool = False
    """Whether it is what Pulumi's engine would do, and not two previews."""
    unsure: tuple[str, ...] = ()
    """What this comparison cannot tell, beside what none can."""

    @property
    def nothing(self) -> bool:
        """Whether nothing is different."""
        lists = (self.created, self.deleted, self.changed, self.addresses)
        return not any(lists) and not any(part for pair in self._pairs for part in pair)

    @property
    def _pairs(self) -> tuple[tuple[tuple[object, ...], tuple[object, ...]], ...]:
        return (self.roles, self.egress, self.findings, self.verdicts)

    @property
    def lost(self) -> tuple[tuple[Told, str], ...]:
        """What loses data, and how."""
        gone = (*self.deleted, *(changed.before for changed in self.changed if changed.replaced))
        rows = ((resource, holding(resource["armType"])) for resource in gone)
        return tuple((r, loss(row, r["body"].get("properties", {}))) for r, row in rows if row)

    def fails(self, fail_on: str) -> bool:
        """Whether something new, or what the guard says, is at or above a severity, or something is newly refused."""
        if fail_on == "none":
            return False
        severities = {"error": ("error",), "warning": ("error", "warning")}[fail_on]
        new = self.findings[0], self.verdicts[0]
        if any(finding.severity.value in severities for finding in self.guard):
            return True
        return any(f["severity"] in severities for f in new[0]) or any(v["blocks"] for v in new[1])


def difference(revision: str, old: Told | None, new: Told, allowed: Allowed | None = None) -> Difference:
    """The difference from one preview (None: the stack was not there) to another. `allowed`: by the stack file."""
    before: Told = old or {}
    was, now = _by_urn(before), _by_urn(new)
    both = [compared(was[urn], now[urn]) for urn in now if urn in was]
    changed = tuple(each for each in both if each.changes)
    deleted = tuple(r for urn, r in was.items() if urn not in now)
    return Difference(
        stack=new["stack"],
        revision=revision,
        is_new=old is None,
        created=tuple(r for urn, r in now.items() if urn not in was),
        deleted=deleted,
        changed=changed,
        unchanged=len(both) - len(changed),
        addresses=tuple(rows_of(_addresses(before), _addresses(new))),
        roles=_both(_roles(before), _roles(new), lambda r: (r["principal"], r["role"], r["scope"].lower())),
        egress=_both(_egress(before), _egress(new), lambda text: text),
        findings=_both(_still(before, "findings", now), _list(new, "findings"), finding_key),
        verdicts=_both(_still(before, "verdicts", now), _verdicts(new), verdict_key),
        guard=guard(edit(deleted, changed, was.values(), now.values()), allowed or Allowed()),
    )


def compared(was: Told, now: Told) -> Changed:
    """A resource of both sides, with what differs."""
    found = changes(now["armType"], _compared(was), _compared(now))
    found = tuple(Change(each.row, _PULUMI) if each.row.path == "protect" else each for each in found)
    return Changed(was, now, found, worst(found) is Kind.REPLACES)


def edit(deleted: Iterable[Told], changed: Iterable[Changed], was: Iterable[Told], now: Iterable[Told]) -> Edit:
    """What the guard looks at."""
    changed = tuple(changed)
    return Edit(
        deleted=tuple(map(_thing, deleted)),
        replaced=tuple((_thing(each.before), each.changes) for each in changed if each.replaced),
        updated=tuple((_thing(each.before), each.changes) for each in changed if not each.replaced),
        standing=tuple(map(_thing, was)),
        owners=frozenset(f"{resource['project']}/{resource['environment']}" for resource in now if resource["project"]),
    )


def _thing(resource: Told) -> Thing:
    properties = resource["body"].get("properties") or {}
    owners = resource["project"], resource["environment"]
    return Thing(resource["urn"], resource["armType"], resource["id"], resource["name"], *owners, properties)


def _by_urn(preview: Told) -> dict[str, Told]:
    return {resource["urn"]: resource for resource in _list(preview, "resources")}


def _compared(resource: Told) -> dict[str, Any]:
    """What of a resource is compared: not where its constructor stands, and not the order of what it waits for."""
    return {
        "id": resource["id"],
        "apiVersion": resource["apiVersion"],
        "provider": resource["provider"],
        "protect": resource["protect"],
        **resource["body"],
    }


def _addresses(preview: Told) -> dict[str, Any]:
    """Ranges by network, owner and role."""
    return {
        f"{space['network']}/{block['owner']}/{subnet['role']}": subnet["range"]
        for space in _list(preview, "addresses")
        for block in space["blocks"]
        for subnet in block["subnets"]
    }


def _roles(preview: Told) -> list[Told]:
    return list(preview.get("landingZone", {}).get("roles", []))


def _egress(preview: Told) -> list[str]:
    """Where the firewall lets computes go, by rule."""
    found = []
    for resource in _list(preview, "resources"):
        if not resource["armType"].lower().endswith("/rulecollectiongroups"):
            continue
        for collection in resource["body"].get("properties", {}).get("ruleCollections") or ():
            for rule in collection.get("rules") or ():
                to = rule.get("targetFqdns") or rule.get("destinationAddresses") or ()
                ports = "/".join(rule.get("destinationPorts") or ())
                found += [f"{rule['name']}: {each}{f' {ports}' if ports else ''}" for each in to]
    return sorted(set(found))


def _still(preview: Told, key: str, now: Mapping[str, Told]) -> list[Told]:
    """What was said of resources that are there still: of those that go, nothing needs to be told."""
    told = _verdicts(preview) if key == "verdicts" else _list(preview, key)
    return [each for each in told if each["resource"] in now]


def verdict_key(verdict: Told) -> tuple[object, ...]:
    """By what a verdict is the same in two previews."""
    return (verdict["id"].lower(), verdict["policy"], verdict["verdict"])


def _verdicts(preview: Told) -> list[Told]:
    return [verdict for verdict in _list(preview, "verdicts") if verdict["verdict"] != "compliant"]


def finding_key(finding: Told) -> tuple[object, ...]:
    """By what a finding is the same in two previews."""
    return (finding["id"], finding["resource"], finding["path"], finding["severity"], repr(finding["actual"]))


def _both(old: Iterable[Any], new: Iterable[Any], key: Callable[[Any], Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What came and what went."""
    was, now = {key(each): each for each in old}, {key(each): each for each in new}
    came = tuple(each for each_key, each in now.items() if each_key not in was)
    return came, tuple(each for each_key, each in was.items() if each_key not in now)


def _list(preview: Told, key: str) -> list[Any]:
    return list(preview.get(key, []))
