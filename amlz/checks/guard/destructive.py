"""guard/…: data that a change would lose, and changes that Azure would refuse or ignore.

The guard looks at a change, not at a landing zone: at resources that are deleted, replaced or updated. Loss needs
explicit approval in the stack file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from amlz.azure.change_rule import Kind
from amlz.azure.changes import PropertyChange
from amlz.azure.ids import within
from amlz.checks.finding import ANY, Check, Finding, Severity
from amlz.checks.guard.change import ExistingResource, LossAllowance, ResourceChanges, about
from amlz.checks.guard.endpoints import CHECKS as ENDPOINTS
from amlz.checks.guard.endpoints import endpoints
from amlz.checks.guard.locked import BELOW_LOCK, below_locks
from amlz.checks.guard.remedies import (
    ALLOW_DELETE,
    ALLOW_REPLACE,
    DELETE_FIRST,
    DELETE_USERS,
    HOLDS_DATA,
    KEY,
    NO_USERS,
    PROTECTED_DELETE,
    PROTECTED_REPLACE,
    RENAME,
    USED,
    Remedies,
    deleted_first,
    loss_allowed,
)
from amlz.core.capability_facts import Holds
from amlz.core.config.allowed_loss import AllowedLossConfig
from amlz.core.facts.data import holding, loss
from amlz.core.problems import listed

_PROTECT = "https://learn.microsoft.com/azure/well-architected/reliability/data-management"
_TABLE = "docs/reference/changes.md has every row of the table."

REPLACED = Check(
    id="guard/replace-not-allowed",
    severity=Severity.ERROR,
    says="{name} would be replaced: {why}. Lost: {lost}.",
    remedy=ALLOW_REPLACE,
    otherwise=(PROTECTED_REPLACE,),
    why="The resource holds data, or its name stays reserved after deletion. A replacement deletes it first. This "
    "never happens implicitly: the stack file names it under `allowReplace`, with a reason. Remove the entry "
    "afterwards.",
    source=_PROTECT,
)
DELETED = Check(
    id="guard/delete-not-allowed",
    severity=Severity.ERROR,
    says="{name} would be deleted{why}. Lost: {lost}.",
    remedy=ALLOW_DELETE,
    otherwise=(PROTECTED_DELETE,),
    why="The resource holds data, or its name stays reserved after deletion. The stack file names it under "
    "`allowDelete`, with a reason; PROJECT/ENVIRONMENT names a whole environment. Remove the entry afterwards.",
    source=_PROTECT,
)
REFUSED = Check(
    id="guard/refused-by-azure",
    severity=Severity.ERROR,
    says="{path} of {name} cannot be changed{why}. {then}",
    remedy=DELETE_FIRST,
    otherwise=(RENAME, HOLDS_DATA, USED),
    why="azure-native plans an update that Azure refuses, or that no update can make. The deployment stops half-way, "
    "or reports a change that Azure did not make. " + _TABLE,
    source="https://www.pulumi.com/registry/packages/azure-native/",
)
IGNORED = Check(
    id="guard/ignored-by-azure",
    severity=Severity.ERROR,
    says="{path} of {name} keeps its value{why}. azure-native sends an update, and Azure accepts it without effect.",
    remedy=DELETE_FIRST,
    otherwise=(RENAME, HOLDS_DATA, USED, KEY),
    why="The deployment succeeds and the state records a change that Azure did not make. A refresh does not show it "
    "either: it compares Azure's answers of the last write and of today. " + _TABLE,
    source="https://github.com/Azure/bicep-types-az/issues/2543",
)
IN_USE = Check(
    id="guard/refused-while-in-use",
    severity=Severity.WARNING,
    says="{path} of {name} changes. Azure refuses this while something uses {name}{why}.",
    remedy=DELETE_USERS,
    otherwise=(NO_USERS,),
    why="Azure refuses to change what is in use, and Pulumi updates a subnet before it deletes what is in it. A note "
    "where nothing of this stack uses it; resources outside of the stack are not known. " + _TABLE,
    source="https://github.com/Azure/bicep/issues/13267",
)
UNUSED = Check(
    id="guard/allows-nothing",
    severity=Severity.WARNING,
    says="{key} names {name}, which is not {what} here.",
    remedy="Remove `{entry}` from the stack file: it would allow a later data loss.",
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
    says="{name} listed its subnets, which become separate resources: {subnets}. They exist in Azure, and "
    "azure-native refuses to create what exists.",
    remedy="Before `pulumi up`, import the subnets into the state: "
    "`pulumi stack export | amlz import-subnets STACK > subnets.json`, then "
    "`pulumi import --file subnets.json --yes --protect=false --generate-code=false`.",
    why="A subnet that is a resource is deleted after everything in it, so that an environment can be removed. A stack "
    "that was deployed by an earlier revision imports its subnets once; nothing in Azure changes. "
    "docs/how-to/subnets-migration.md has the steps. A warning with `--against`: a comparison of revisions does "
    "not show "
    "whether the state has the subnets.",
    source="https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/azure/client_azcore.go",
)
_CHECKS = {Kind.REFUSED: REFUSED, Kind.FIXED: REFUSED, Kind.IGNORED: IGNORED, Kind.IN_USE: IN_USE}
CHECKS = (REPLACED, DELETED, REFUSED, IGNORED, IN_USE, UNUSED, ALIAS, IMPORT, BELOW_LOCK, *ENDPOINTS)


@dataclass(frozen=True, slots=True)
class _Loss:
    """A loss, with the check that reports it, and its reason."""

    resource: ExistingResource
    check: Check
    holds: Holds
    why: str


def guard(edit: ResourceChanges, allowed: LossAllowance) -> tuple[Finding, ...]:
    """Returns all findings, errors first. An allowed loss is not reported, an entry that allows nothing is."""
    losses = _losses(edit)
    findings = [_lost(one, edit) for one in losses if not any(_names(e, one, edit) for e in _entries(one, allowed))]
    findings += _impossible(edit, allowed)
    findings += [finding for resource, changes in edit.updated for finding in _to_import(resource, changes, edit)]
    findings += [about(ALIAS, resource, "", {"old": resource.logical, "new": new}) for resource, new in edit.again]
    findings += below_locks(edit)
    findings += endpoints(edit)
    findings += _unused(losses, edit, allowed)
    return tuple(sorted(findings, key=lambda f: (f.severity is not Severity.ERROR, f.check, f.urn, f.path, f.name)))


def _losses(edit: ResourceChanges) -> tuple[_Loss, ...]:
    """Returns the resources with data that are deleted. A resource that is in another one of these is lost with it, and
    not reported itself.
    """
    losses = tuple(_all_losses(edit))
    return tuple(one for one in losses if not any(_is_in(one.resource, other.resource) for other in losses))


def _is_in(resource: ExistingResource, above: ExistingResource) -> bool:
    return bool(above.id) and resource.id.lower() != above.id.lower() and within(resource.id, above.id)


def _all_losses(edit: ResourceChanges) -> Iterator[_Loss]:
    """Returns the resources with data that are deleted themselves, or with their parent."""
    urns = set()
    for resource in edit.deleted:
        holds = holding(resource.type)
        if holds:
            urns.add(resource.urn)
            yield _Loss(resource, DELETED, holds, "")
    for resource, changes in edit.replaced:
        holds = holding(resource.type)
        if holds and resource.urn not in urns:
            urns.add(resource.urn)
            yield _Loss(resource, REPLACED, holds, _replaced_by(changes))
    for above, check in (*((t, DELETED) for t in edit.deleted), *((t, REPLACED) for t, _ in edit.replaced)):
        for resource in edit.existing:
            holds = holding(resource.type)
            if holds and resource.urn not in urns and _is_in(resource, above):
                urns.add(resource.urn)
                yield _Loss(resource, check, holds, (", " if check is DELETED else "") + f"it goes with {above.name}")


def _replaced_by(changes: tuple[PropertyChange, ...]) -> str:
    paths = [change.row.path for change in changes if change.kind is Kind.REPLACES]
    return f"{' and '.join(paths)} changes" if paths else "Pulumi's engine reports it"


def _entries(one: _Loss, allowed: LossAllowance) -> tuple[AllowedLossConfig, ...]:
    return allowed.replace if one.check is REPLACED else allowed.delete


def _names(entry: AllowedLossConfig, one: _Loss, edit: ResourceChanges) -> bool:
    """Returns whether an entry names a loss. An environment is named only where nothing of it stays."""
    named, resource = entry.resource.lower(), one.resource
    if _is_called(entry, resource):
        return True
    return one.check is DELETED and named == resource.owner and resource.owner not in edit.owners


def _is_called(entry: AllowedLossConfig, resource: ExistingResource) -> bool:
    return entry.resource.lower() in (resource.name.lower(), resource.logical.lower(), resource.id.lower())


def _lost(one: _Loss, edit: ResourceChanges) -> Finding:
    resource, lost = one.resource, loss(one.holds, one.resource.properties)
    whole = resource.owner if resource.owner and resource.owner not in edit.owners else None
    allowed = whole or resource.name
    words = {"why": one.why, "lost": lost, "allowed": allowed, "backup": one.holds.backup, "urn": resource.urn}
    finding = about(one.check, resource, "", words, one.check.remedies[resource.protect])
    if one.check is DELETED:
        return replace(finding, allowed_by=loss_allowed("allowDelete", allowed))
    return replace(finding, allowed_by=loss_allowed("allowReplace", finding.called))


def _impossible(edit: ResourceChanges, allowed: LossAllowance) -> Iterator[Finding]:
    """Returns updates that cannot be made.

    Where the stack file lists the resource as deleted first, a comparison of revisions does not show whether it is: a
    warning.
    """
    changes = [(resource, change) for resource, item in edit.updated for change in item if change.kind in _CHECKS]
    remedies = Remedies(edit.existing if changes else ())
    for resource, change in changes:
        check = _CHECKS[change.kind]
        remedy, words = remedies.in_use(resource) if check is IN_USE else remedies.unchangeable(resource)
        then = "Azure refuses the update that azure-native sends."
        if change.kind is Kind.FIXED:
            then = "Not documented: whether Azure refuses or ignores the update that azure-native sends."
        why = f": {change.rule.why}" if change.rule.why else ""
        words |= {"path": change.row.path, "why": why, "then": then, "logical": resource.logical or resource.name}
        words["owner"] = f"projects.{resource.project or ANY}.environments.{resource.environment or ANY}"
        finding = about(check, resource, change.row.path, words, remedy)
        if remedy is DELETE_FIRST:
            finding = replace(finding, allowed_by=deleted_first(words["logical"]))
        if remedy is NO_USERS:
            yield replace(finding, severity=Severity.NOTE)
        elif not edit.of_state and any(_is_called(entry, resource) for entry in allowed.replace):
            yield replace(finding, severity=Severity.WARNING)
        else:
            yield finding


def _to_import(
    network: ExistingResource, changes: tuple[PropertyChange, ...], edit: ResourceChanges
) -> Iterator[Finding]:
    """Subnets that a network no longer lists and that would be created as resources."""
    for change in changes:
        if change.row.path != "properties.subnets" or change.row.new or not isinstance(change.row.old, list):
            continue
        names = [str(subnet.get("name")) for subnet in change.row.old if isinstance(subnet, dict)]
        new = [name for name in names if f"{network.id}/subnets/{name}".lower() in edit.created]
        if new:
            finding = about(IMPORT, network, change.row.path, {"subnets": listed(new)})
            yield finding if edit.of_state else replace(finding, severity=Severity.WARNING)


def _deleted_first(edit: ResourceChanges) -> Iterator[ExistingResource]:
    """Returns resources that no update can change, so that they may be deleted before the deployment."""
    return (resource for resource, changes in edit.updated if any(change.kind in _CHECKS for change in changes))


def _unused(losses: tuple[_Loss, ...], edit: ResourceChanges, allowed: LossAllowance) -> Iterator[Finding]:
    for key, entries, check, lost in (
        ("allowReplace", allowed.replace, REPLACED, "replaced"),
        ("allowDelete", allowed.delete, DELETED, "deleted"),
    ):
        for index, entry in enumerate(entries):
            named = any(one.check is check and _names(entry, one, edit) for one in losses)
            if key == "allowReplace" and not edit.of_state:
                named = named or any(_is_called(entry, resource) for resource in _deleted_first(edit))
            if not named:
                resource = ExistingResource("", "", "", entry.resource)
                yield about(
                    UNUSED,
                    resource,
                    f"{key}[{index}]",
                    {"key": key, "what": f"{lost}, or holds no data,", "entry": f"{key}[{index}]"},
                )
