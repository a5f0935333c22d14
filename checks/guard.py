"""guard/…: what a change would lose, and what Azure would refuse or ignore of it; loss has to be allowed.

It looks at a change, not at a landing zone: at what goes, what is replaced and what differs, and at what the stack file
allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from arm.change_rules import Kind
from arm.changes import Change, changes, worst
from arm.graph import Resource
from arm.ids import within
from checks.finding import ANY, Check, Finding, Severity
from checks.guard_remedies import DELETE_FIRST, HOLDS_DATA, RENAME, deletion, remedy_of
from checks.labels import label
from landingzone.config import LandingZoneConfig
from landingzone.config.allowed_loss import AllowedEndConfig, AllowedLossConfig
from landingzone.facts.data import Holds, holding, loss
from landingzone.problems import listed

_PROTECT = "https://learn.microsoft.com/azure/well-architected/reliability/data-management"
_TABLE = "docs/changes.md has every row of the table."

REPLACED = Check(
    id="guard/replace-not-allowed",
    severity=Severity.ERROR,
    says="{name} would be replaced: {why}. Lost: {lost}.",
    remedy="Revert the change. If the loss is acceptable, back up what must be kept, and add this entry to the list "
    '`allowReplace` of the stack file: `{{resource: {name}, reason: "Why the loss is acceptable (ticket)."}}`.',
    why="The resource holds data, or its name stays taken after deletion. Replacing deletes it first. That is not done "
    "by the way: the stack file names it under `allowReplace`, with a reason; afterwards the entry is taken out again.",
    source=_PROTECT,
)
DELETED = Check(
    id="guard/delete-not-allowed",
    severity=Severity.ERROR,
    says="{name} would be deleted{why}. Lost: {lost}.",
    remedy="Revert the change. If the loss is acceptable, back up what must be kept, and add this entry to the list "
    '`allowDelete` of the stack file: `{{resource: {allowed}, reason: "Why the loss is acceptable (ticket)."}}`.',
    why="The resource holds data, or its name stays taken after deletion. The stack file names it under `allowDelete`, "
    "or as PROJECT/ENVIRONMENT all of what goes, with a reason, and takes the entry out again afterwards.",
    source=_PROTECT,
)
REFUSED = Check(
    id="guard/refused-by-azure",
    severity=Severity.ERROR,
    says="{path} of {name} cannot be changed{why}. {then}",
    remedy=DELETE_FIRST,
    otherwise=(RENAME, HOLDS_DATA),
    why="azure-native plans an update that Azure refuses, or that cannot be: the deployment stops half-way, or says "
    "that something is so which is not. " + _TABLE,
    source="https://www.pulumi.com/registry/packages/azure-native/",
)
IGNORED = Check(
    id="guard/ignored-by-azure",
    severity=Severity.ERROR,
    says="{path} of {name} stays as it is{why}. azure-native sends an update, and Azure takes it without doing it.",
    remedy=DELETE_FIRST,
    otherwise=(RENAME, HOLDS_DATA),
    why="The deployment succeeds and the state records a change that Azure did not make. A refresh does not show it "
    "either: it compares Azure's answers of the last write and of today. " + _TABLE,
    source="https://github.com/Azure/bicep-types-az/issues/2543",
)
IN_USE = Check(
    id="guard/refused-while-in-use",
    severity=Severity.WARNING,
    says="{path} of {name} changes, which Azure refuses while something uses it{why}.",
    remedy="Take away first what uses it (`pulumi destroy --target URN` for each), then deploy the change.",
    why="Azure refuses to change or take away what is in use, and Pulumi deletes only after it has updated. Whether "
    "something uses it is not looked at. " + _TABLE,
    source="https://github.com/Azure/bicep/issues/13267",
)
UNUSED = Check(
    id="guard/allows-nothing",
    severity=Severity.WARNING,
    says="{key} names {name}, which is not {what} here.",
    remedy="Remove `{entry}` from the stack file: it would let a later loss pass.",
    why="An entry of `allowReplace` or `allowDelete` is for one change. One that stays lets through what nobody "
    "decided.",
    source=_PROTECT,
)
ALIAS = Check(
    id="guard/alias-missing",
    severity=Severity.ERROR,
    says="{name} is {old} in the program and would be {new}: to Pulumi another resource, made before the other is "
    "deleted. azure-native refuses to make what is there already.",
    remedy="In the component, set the name back to `{old}`, or add `pulumi.Alias(name={old!r})` to the resource "
    "options, with `parent` where that differs.",
    why="A URN is what Pulumi knows a resource by: its name in the program, its type and what it belongs to. One that "
    "changes without an alias is another resource; both have the same id in Azure, so the deployment stops half-way, "
    "and where the provider does not look, Pulumi deletes what it has just made.",
    source="https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/azure/client_azcore.go",
)
IMPORT = Check(
    id="guard/import-first",
    severity=Severity.ERROR,
    says="{name} listed its subnets, which become resources of their own: {subnets}. They exist in Azure, and "
    "azure-native refuses to create what exists.",
    remedy="Before `pulumi up`, import them into the state: pulumi stack export | amlz import-subnets STACK > "
    "subnets.json, then pulumi import --file subnets.json --protect=false --generate-code=false.",
    why="Subnets that are resources are deleted after everything in them, so that removing an environment works. A "
    "stack that was deployed before imports them once; nothing in Azure changes. docs/subnets-migration.md has the "
    "steps. A warning where two revisions are compared, which does not show whether the state has them by now.",
    source="https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/azure/client_azcore.go",
)
_CHECKS = {Kind.REFUSED: REFUSED, Kind.FIXED: REFUSED, Kind.IGNORED: IGNORED, Kind.IN_USE: IN_USE}
CHECKS = (REPLACED, DELETED, REFUSED, IGNORED, IN_USE, UNUSED, ALIAS, IMPORT)


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource as it stands. `logical` is its name in the program; owners are "" where it has none."""

    urn: str
    type: str
    id: str
    name: str
    project: str = ""
    environment: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    protect: bool = False

    @property
    def logical(self) -> str:
        """Its name in the program, which no change of appearance touches."""
        return self.urn.rpartition("::")[2]

    @property
    def owner(self) -> str:
        """PROJECT/ENVIRONMENT, "" where it has none."""
        return f"{self.project}/{self.environment}" if self.project else ""


@dataclass(frozen=True, slots=True)
class Edit:
    """What would be done to what stands: `deleted`, `replaced` and `updated`, with what differs.

    `standing`: everything there is now. `again`: of the deleted, what would be made with the same id, by which name.
    `owners`: PROJECT/ENVIRONMENT of everything there is afterwards. `made`: ids in lower case of what would be created.
    `after`: everything there is afterwards. `of_state`: whether it is a change to the engine's state, not to another
    revision.
    """

    deleted: tuple[Thing, ...] = ()
    replaced: tuple[tuple[Thing, tuple[Change, ...]], ...] = ()
    updated: tuple[tuple[Thing, tuple[Change, ...]], ...] = ()
    standing: tuple[Thing, ...] = ()
    again: tuple[tuple[Thing, str], ...] = ()
    owners: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    of_state: bool = False
    after: tuple[Thing, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the stack file allows. `today`: ISO 8601, "" for not passed; entries with a date then allow nothing."""

    replace: tuple[AllowedLossConfig, ...] = ()
    delete: tuple[AllowedLossConfig, ...] = ()
    production: tuple[AllowedEndConfig, ...] = ()
    today: str = ""

    @classmethod
    def of(cls, config: LandingZoneConfig, today: str = "") -> Allowed:
        """Returns the entries of a stack file."""
        return cls(config.allow_replace, config.allow_delete, config.allow_production_end, today)


@dataclass(frozen=True, slots=True)
class _Loss:
    """Something that is lost: by which check it is told, and why it goes."""

    thing: Thing
    check: Check
    holds: Holds
    why: str


def guard(edit: Edit, allowed: Allowed) -> tuple[Finding, ...]:
    """Everything to be said, errors first. A loss that is allowed is not said, an entry that allows nothing is."""
    losses = _losses(edit)
    told = [_lost(one, edit) for one in losses if not any(_names(e, one, edit) for e in _entries(one, allowed))]
    told += [finding for thing, found in edit.updated for finding in _impossible(thing, found, edit, allowed)]
    told += [finding for thing, found in edit.updated for finding in _to_import(thing, found, edit)]
    told += [_finding(ALIAS, thing, "", {"old": thing.logical, "new": new}) for thing, new in edit.again]
    told += _unused(losses, edit, allowed)
    return tuple(sorted(told, key=lambda f: (f.severity is not Severity.ERROR, f.check, f.urn, f.path, f.name)))


def edit_of(old: Iterable[Resource], new: Iterable[Resource]) -> Edit:
    """What would be done to make one landing zone of another."""
    was, now = ({resource.urn: resource for resource in side} for side in (old, new))
    for urn, resource in now.items():  # what has moved by an alias stands where it is now
        former = next((a for a in resource.aliases if urn not in was and a in was and a not in now), "")
        if former:
            was[urn] = was.pop(former)
    both = [(_thing(was[urn]), _changes(was[urn], now[urn])) for urn in was if urn in now]
    gone = tuple(_thing(resource) for urn, resource in was.items() if urn not in now)
    made = {new.id.lower(): new.urn for urn, new in now.items() if urn not in was and new.id}
    return Edit(
        deleted=gone,
        replaced=tuple(each for each in both if worst(each[1]) is Kind.REPLACES),
        updated=tuple(each for each in both if each[1] and worst(each[1]) is not Kind.REPLACES),
        standing=tuple(map(_thing, was.values())),
        again=again(gone, made),
        owners=frozenset(f"{each.project}/{each.environment}" for each in now.values() if each.project),
        made=frozenset(made),
        after=tuple(map(_thing, now.values())),
    )


def again(deleted: Iterable[Thing], made: Mapping[str, str]) -> tuple[tuple[Thing, str], ...]:
    """What would be made again, with its new name in the program. `made`: URNs of what is new, by ids in lower case."""
    pairs = ((thing, made.get(thing.id.lower(), "")) for thing in deleted)
    return tuple((thing, urn.rpartition("::")[2]) for thing, urn in pairs if urn)


def _thing(resource: Resource) -> Thing:
    owner = resource.project, resource.environment
    of = resource.urn, resource.arm_type, resource.id, resource.name, *owner
    return Thing(*of, resource.properties, resource.protect)


def _changes(was: Resource, now: Resource) -> tuple[Change, ...]:
    return changes(now.arm_type, {"id": was.id, **was.body}, {"id": now.id, **now.body})


def _losses(edit: Edit) -> tuple[_Loss, ...]:
    """What holds data and goes. What is in another one of these is lost with it, and not told by itself."""
    found = tuple(_all_losses(edit))
    return tuple(one for one in found if not any(_is_in(one.thing, other.thing) for other in found))


def _is_in(thing: Thing, above: Thing) -> bool:
    return bool(above.id) and thing.id.lower() != above.id.lower() and within(thing.id, above.id)


def _all_losses(edit: Edit) -> Iterator[_Loss]:
    """What holds data and goes: by itself, or with what it is in."""
    told = set()
    for thing in edit.deleted:
        holds = holding(thing.type)
        if holds:
            told.add(thing.urn)
            yield _Loss(thing, DELETED, holds, "")
    for thing, found in edit.replaced:
        holds = holding(thing.type)
        if holds and thing.urn not in told:
            told.add(thing.urn)
            yield _Loss(thing, REPLACED, holds, _replaced_by(found))
    for above, check in (*((t, DELETED) for t in edit.deleted), *((t, REPLACED) for t, _ in edit.replaced)):
        for thing in edit.standing:
            holds = holding(thing.type)
            if holds and thing.urn not in told and _is_in(thing, above):
                told.add(thing.urn)
                yield _Loss(thing, check, holds, (", " if check is DELETED else "") + f"it goes with {above.name}")


def _replaced_by(found: tuple[Change, ...]) -> str:
    paths = [change.row.path for change in found if change.kind is Kind.REPLACES]
    return f"{' and '.join(paths)} changes" if paths else "Pulumi's engine says so"


def _entries(one: _Loss, allowed: Allowed) -> tuple[AllowedLossConfig, ...]:
    return allowed.replace if one.check is REPLACED else allowed.delete


def _names(entry: AllowedLossConfig, one: _Loss, edit: Edit) -> bool:
    """Whether an entry names what is lost. An environment is named only where nothing of it stays."""
    named, thing = entry.resource.lower(), one.thing
    if _is_called(entry, thing):
        return True
    return one.check is DELETED and named == thing.owner and thing.owner not in edit.owners


def _is_called(entry: AllowedLossConfig, thing: Thing) -> bool:
    return entry.resource.lower() in (thing.name.lower(), thing.logical.lower(), thing.id.lower())


def _lost(one: _Loss, edit: Edit) -> Finding:
    thing, lost = one.thing, loss(one.holds, one.thing.properties)
    whole = bool(thing.owner) and thing.owner not in edit.owners
    words = {"why": one.why, "lost": lost, "allowed": thing.owner if whole else thing.name}
    return _finding(one.check, thing, "", words)


def _impossible(thing: Thing, found: tuple[Change, ...], edit: Edit, allowed: Allowed) -> Iterator[Finding]:
    """What of an update cannot be. Where the resource is to be deleted first, two revisions do not show that it is."""
    deleted_first = not edit.of_state and any(_is_called(entry, thing) for entry in allowed.replace)
    for change in found:
        check = _CHECKS.get(change.kind)
        if check:
            then = "Azure refuses the update that azure-native sends."
            if change.kind is Kind.FIXED:
                then = "Whether Azure refuses or ignores the update that azure-native sends is not documented."
            why = f": {change.rule.why}" if change.rule.why else ""
            words = {"path": change.row.path, "why": why, "then": then, "logical": thing.logical or thing.name}
            words["command"] = deletion(thing.type, thing.id)
            words["owner"] = f"projects.{thing.project or ANY}.environments.{thing.environment or ANY}"
            remedy = "" if check is IN_USE else remedy_of(thing.type, thing.name)
            finding = _finding(check, thing, change.row.path, words, remedy)
            yield replace(finding, severity=Severity.WARNING) if deleted_first else finding


def _to_import(network: Thing, found: tuple[Change, ...], edit: Edit) -> Iterator[Finding]:
    """Subnets that a network no longer lists and that would be created as resources."""
    for change in found:
        if change.row.path != "properties.subnets" or change.row.new or not isinstance(change.row.old, list):
            continue
        names = [str(subnet.get("name")) for subnet in change.row.old if isinstance(subnet, dict)]
        new = [name for name in names if f"{network.id}/subnets/{name}".lower() in edit.made]
        if new:
            finding = _finding(IMPORT, network, change.row.path, {"subnets": listed(new)})
            yield finding if edit.of_state else replace(finding, severity=Severity.WARNING)


def _deleted_first(edit: Edit) -> Iterator[Thing]:
    """What no update can change, so that it may be deleted before the deployment."""
    return (thing for thing, found in edit.updated if any(change.kind in _CHECKS for change in found))


def _unused(losses: tuple[_Loss, ...], edit: Edit, allowed: Allowed) -> Iterator[Finding]:
    for key, entries, check, what in (
        ("allowReplace", allowed.replace, REPLACED, "replaced"),
        ("allowDelete", allowed.delete, DELETED, "deleted"),
    ):
        for index, entry in enumerate(entries):
            named = any(one.check is check and _names(entry, one, edit) for one in losses)
            if key == "allowReplace" and not edit.of_state:
                named = named or any(_is_called(entry, thing) for thing in _deleted_first(edit))
            if not named:
                thing = Thing("", "", "", entry.resource)
                yield _finding(
                    UNUSED,
                    thing,
                    f"{key}[{index}]",
                    {"key": key, "what": f"{what}, or holds no data,", "entry": f"{key}[{index}]"},
                )


def _finding(check: Check, thing: Thing, path: str, words: dict[str, str], remedy: str = "") -> Finding:
    called = label(thing.type, thing.id, thing.name, thing.properties)
    return Finding(
        check=check.id,
        severity=check.severity,
        urn=thing.urn,
        name=thing.name,
        resource_id=thing.id,
        project=thing.project,
        environment=thing.environment,
        path=path,
        expected=None,
        actual=None,
        message=check.says.format(name=called, **words),
        remedy=(remedy or check.remedy).format(name=called, **words),
        source=check.source,
        label=called if called != thing.name else "",
    )
