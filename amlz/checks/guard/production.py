"""guard/production-…: production that would end, and protection that production would lose.

Production is what is deployed or configured, at either side of a change: a stack file cannot end production by its own
word. The evidence is `protect` of anything but networks, which the program sets on everything that holds production
data; it is in a preview and in the state of Pulumi's engine alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from amlz.azure.ids import parse
from amlz.checks.finding import Check, Finding, Severity, StackFileEntry
from amlz.checks.guard.change import ExistingResource, LossAllowance, ResourceChanges, about
from amlz.checks.guard.denials import denials, policies_of
from amlz.checks.guard.destructive import UNUSED, guard
from amlz.checks.guard.endpoints import ENDPOINT
from amlz.checks.guard.weakened import added, less_protected, scopes_of
from amlz.checks.guard.weakened import removed as removed_protection
from amlz.core.config.allowed_loss import AllowedEndConfig

#: Owner of resources that belong to no environment: the hub, and resources that all environments share.
HUB = "hub"
_LOCKS = "microsoft.authorization/locks"
_DIAGNOSTICS = "microsoft.insights/diagnosticsettings"
_ROLES = "microsoft.authorization/roleassignments"
_NETWORK = "microsoft.network/"
#: Of networks and zones: of what holds data, `guard/data-…` reports the loss.
_STOPPED = "deleted or replaced, which Pulumi refuses before `pulumi state unprotect 'URN' --yes`"
_SOURCE = "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources"

ENDED = Check(
    id="guard/production-ended",
    severity=Severity.ERROR,
    says="{owner} is production and would no longer be: {lost}.{unallowed}",
    remedy="Revert the change. To end production on purpose, allow it in the stack file until a date: "
    'allowProductionEnd: [{{environment: {owner}, reason: …, expiresOn: "YYYY-MM-DD"}}].',
    why="Production loses its deletion protection, its locks and the approval of its deployments when a stack file no "
    "longer calls it production, removes it, or renames it. The stack file names the environment under "
    "`allowProductionEnd`, with a reason and a date; an expired entry allows nothing, nor does any without `--today`.",
    source=_SOURCE,
)
WEAKENED = Check(
    id="guard/production-weakened",
    severity=Severity.WARNING,
    says="{owner} is production: {lost}.",
    remedy="Revert the change. There is no other remedy: if it is intended, give the reason in the pull request, and "
    "the approver of production decides.",
    why="Locks, deletion protection, denying policies, diagnostic settings and roles protect what production holds. So "
    "do properties of its resources: network access, encryption, retention, inspection of traffic, alerts. A change "
    "that takes one of them away, gives a role, or adds an exemption is for the approver of production to see.",
    source=_SOURCE,
)
CHECKS = (ENDED, WEAKENED)


def guarded(edit: ResourceChanges, allowed: LossAllowance) -> tuple[Finding, ...]:
    """Everything the guard reports of a change: losses, impossible updates, production. Errors first."""
    findings = (*guard(edit, allowed), *production(edit, allowed))
    return tuple(sorted(findings, key=lambda f: (f.severity is not Severity.ERROR, f.check, f.urn, f.path, f.name)))


def production(edit: ResourceChanges, allowed: LossAllowance) -> Iterator[Finding]:
    """Returns what would end production, and what would weaken it."""
    sides = _Sides.of(edit)
    was, then = _in_production(sides.before), _in_production(sides.after)
    for owner in sorted(was | _protected(sides.before)):
        entry = next((e for e in allowed.production if e.environment.lower() == owner.lower()), None)
        if owner in was - then and not (entry is not None and _holds(entry, allowed.today)):
            words = {"lost": sides.ended(owner), "unallowed": _why_not(entry, allowed.today)}
            yield replace(about(ENDED, _named(owner), "", {"owner": owner, **words}), allowed_by=_end_allowed(owner))
        for lost in sides.weakened(owner, ended=owner in was - then):
            yield about(WEAKENED, _named(owner), "", {"owner": owner, "lost": lost})
    ending = {owner.lower() for owner in was - then}
    for index, one in enumerate(allowed.production):
        if one.environment.lower() not in ending:
            path = f"allowProductionEnd[{index}]"
            words = {"key": "allowProductionEnd", "what": "production that ends", "entry": path}
            yield about(UNUSED, _named(one.environment), path, words)


def approvals_weakened(before: Mapping[str, Iterable[str]], after: Mapping[str, Iterable[str]]) -> Iterator[Finding]:
    """Returns where more people approve deployments to production than before: no resource holds `approvers`.

    Both are those of production by PROJECT/ENVIRONMENT, nobody where none are named.
    """
    for owner in sorted(set(before) & set(after)):
        were, are = ({name.lower() for name in side[owner]} for side in (before, after))
        removed_all = _listed("approvers of deployments removed", [*were]) if not are else ()
        more = _listed("more people approve deployments", [*(are - were)]) if were else ()
        for lost in (*removed_all, *more):
            yield about(WEAKENED, _named(owner), "", {"owner": owner, "lost": lost})


def _end_allowed(owner: str) -> StackFileEntry:
    entry = f'{{environment: {owner}, reason: "Why it ends (ticket).", expiresOn: "YYYY-MM-DD"}}'
    return StackFileEntry("allowProductionEnd", entry)


def _named(owner: str) -> ExistingResource:
    """Returns the subject of a finding on an owner: no resource, but its project and environment."""
    project, _, environment = owner.partition("/") if "/" in owner else (None, "", None)
    return ExistingResource("", "", "", owner, project, environment)


def removed(
    stack: str, production: Iterable[str], entries: Iterable[AllowedEndConfig], today: str | None
) -> str | None:
    """Returns why a stack file must not be removed: environments that are production, and not allowed to end.

    `entries`: of the stack file that is removed, since nothing is left that could allow it. None where it may be
    removed.
    """
    given = {entry.environment.lower(): entry for entry in entries}
    kept = [owner for owner in production if not ((e := given.get(owner.lower())) and _holds(e, today))]
    if not kept:
        return None
    return (
        f"{ENDED.id}: {stack} is removed, and it has production: {', '.join(kept)}. Restore its stack file. To end "
        "production on purpose, first merge `allowProductionEnd` for each of them in that file, then remove it."
    )


def _in_production(owned: Mapping[str, tuple[ExistingResource, ...]]) -> frozenset[str]:
    """Returns PROJECT/ENVIRONMENT of protected data, `hub` for data that belongs to none.

    A network is no evidence: `protectNetworks: false` does not end production.
    """
    return _protected({owner: tuple(r for r in resources if not _is_network(r)) for owner, resources in owned.items()})


def _protected(owned: Mapping[str, tuple[ExistingResource, ...]]) -> frozenset[str]:
    """Returns the owners of protected resources of any kind."""
    return frozenset(owner for owner, resources in owned.items() if any(map(_is_evidence, resources)))


def _is_evidence(resource: ExistingResource) -> bool:
    """Returns whether a resource is protected since it is production: an online endpoint is in every environment."""
    return resource.protect and resource.type.lower() != ENDPOINT


def _is_network(resource: ExistingResource) -> bool:
    return resource.type.lower().startswith(_NETWORK)


def _holds(entry: AllowedEndConfig, today: str | None) -> bool:
    """Returns whether an entry allows the end. Both days are ISO 8601, which sorts as time does."""
    return today is not None and "" < today[:10] < entry.expires_on


def _why_not(entry: AllowedEndConfig | None, today: str | None) -> str:
    if entry is None:
        return ""
    if not today:
        return f" Cannot tell whether the allowance has expired ({entry.expires_on}): pass `--today YYYY-MM-DD`."
    return f" The allowance expired on {entry.expires_on}."


@dataclass(frozen=True, slots=True)
class _Sides:
    """A change by owner: what is there `before` and `after`, and the resources afterwards by URN and by id.

    `policies`, `next_policies`: definitions and initiatives on each side, by id. `lost`: URNs of what is deleted or
    replaced.
    """

    before: Mapping[str, tuple[ExistingResource, ...]]
    after: Mapping[str, tuple[ExistingResource, ...]]
    now: Mapping[str, ExistingResource]
    was: frozenset[str]
    policies: Mapping[str, ExistingResource]
    next_policies: Mapping[str, ExistingResource]
    lost: frozenset[str]

    @classmethod
    def of(cls, edit: ResourceChanges) -> _Sides:
        """Reads both sides of a change."""
        owner_of = _owner_of((*edit.existing, *edit.after))
        now = {resource.id.lower(): resource for resource in edit.after if resource.id}
        return cls(
            _by_owner(edit.existing, owner_of),
            _by_owner(edit.after, owner_of),
            now | {resource.urn: resource for resource in edit.after},
            frozenset(key for resource in edit.existing for key in (resource.urn, resource.id.lower()) if key),
            policies_of(edit.existing),
            policies_of(edit.after),
            frozenset(resource.urn for resource in (*edit.deleted, *(replaced for replaced, _ in edit.replaced))),
        )

    def next_of(self, resource: ExistingResource) -> ExistingResource | None:
        """Returns a resource as it would be, None where it would be deleted."""
        return self.now.get(resource.urn) or self.now.get(resource.id.lower())

    def ended(self, owner: str) -> str:
        """Returns what of an owner would lose its protection."""
        protected = [resource for resource in self.before[owner] if resource.protect]
        gone = [t.name for t in protected if self.next_of(t) is None]
        bare = [t.name for t in protected if self.next_of(t) is not None]
        return "; ".join((*_listed("deleted", gone), *_listed("without deletion protection", bare)))

    def weakened(self, owner: str, *, ended: bool) -> Iterator[str]:
        """Returns what protection an owner would lose, a sentence for each kind."""
        before = self.before[owner]
        then = [(resource, self.next_of(resource)) for resource in before]
        if not ended:  # else the error names them
            dropped = [t.name for t, n in then if t.protect and n is not None and not n.protect]
            yield from _listed("no longer protected from deletion", dropped)
            stopped = [t.name for t in before if t.protect and t.urn in self.lost and _is_network(t)]
            yield from _listed(_STOPPED, stopped)
        gone = [t for t, n in then if n is None and self._target_stays(t)]
        yield from _listed("locks deleted", [t.name for t in gone if t.type.lower() == _LOCKS])
        yield from _listed("diagnostic settings deleted", [_target(t) for t in gone if t.type.lower() == _DIAGNOSTICS])
        lax = [t.name for t, n in then if self._relaxed(t, n)]
        yield from _listed("policies that deny no longer", lax)
        yield from less_protected(((t, n) for t, n in then if n is not None), self.was, shared=owner == HUB)
        yield from removed_protection((t for t, n in then if n is None), self.now)
        yield from added(t for t in self.after.get(owner, ()) if not {t.urn, t.id.lower()} & self.was)
        if owner != HUB:  # every new project adds roles on what is shared
            roles = [t for t in self.after.get(owner, ()) if t.type.lower() == _ROLES]
            yield from _listed("roles given", [t.logical for t in roles if not {t.urn, t.id.lower()} & self.was])

    def _relaxed(self, old: ExistingResource, new: ExistingResource | None) -> bool:
        """Returns whether a policy assignment denies less than before, at a scope that exists afterwards."""
        denied = denials(old, self.policies)
        if new is not None:
            return bool(denied - denials(new, self.next_policies))
        scope = old.id.lower().rpartition("/providers/")[0]
        return bool(denied) and (scope in self.now or "/resourcegroups/" not in scope)

    def _target_stays(self, resource: ExistingResource) -> bool:
        """Returns whether the target of a lock or a diagnostic setting exists afterwards."""
        target = resource.id.lower().rpartition("/providers/")[0]
        return target in self.now or target.count("/") == 2  # a subscription


def _by_owner(
    existing: Iterable[ExistingResource], owner_of: Callable[[ExistingResource], str]
) -> dict[str, tuple[ExistingResource, ...]]:
    resources: dict[str, list[ExistingResource]] = {}
    for resource in existing:
        resources.setdefault(owner_of(resource), []).append(resource)
    return {owner: tuple(these) for owner, these in resources.items()}


def _owner_of(resources: Iterable[ExistingResource]) -> Callable[[ExistingResource], str]:
    """Returns a function from a resource to its owner: its own, that of what it is in or is about, that of its
    resource group, or that of its name in the program.

    The engine's state names an environment in tags only, which locks, keys and role assignments do not have. Tags do
    not decide: the stack file may change them.
    """
    by_id = {resource.id.lower(): resource.owner for resource in resources if resource.id and resource.owner}
    keys = {f"-{owner.replace('/', '-')}-": owner for owner in sorted(set(by_id.values()), key=len)}
    groups: dict[str, set[str]] = {}
    for resource_id, named in by_id.items():
        groups.setdefault(_group(resource_id), set()).add(named)

    def owner(resource: ExistingResource) -> str:
        if resource.owner:
            return resource.owner
        path = resource.id.lower()
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in by_id:
                return by_id[path]
        group = _group(resource.id.lower())
        owners = {by_id.get(scope, HUB) for scope in scopes_of(resource)} or (groups.get(group) if group else None)
        if owners:
            return next(iter(owners)) if len(owners) == 1 else HUB
        return next((named for key, named in reversed(keys.items()) if key in f"-{resource.logical}-"), HUB)

    return owner


def _group(resource_id: str) -> str:
    try:
        parsed = parse(resource_id)
    except ValueError:
        return ""
    return f"{parsed.subscription}/{parsed.resource_group}".lower() if parsed.resource_group else ""


def _listed(value: str, names: list[str]) -> tuple[str, ...]:
    """Returns the sentence of a list, nothing for an empty one."""
    return (f"{value}: {', '.join(sorted(names))}",) if names else ()


def _target(resource: ExistingResource) -> str:
    """Returns the name of what a diagnostic setting is on: all settings have the same name."""
    return resource.id.rpartition("/providers/")[0].rpartition("/")[2]
