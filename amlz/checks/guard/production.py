"""guard/production-…: production that would end, and protection that production would lose.

Production is what is deployed or configured, at either side of a change: a stack file cannot end production by its own
word. The evidence is `protect`, which the program sets on everything that holds production data; it is in a preview and
in the state of Pulumi's engine alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from amlz.azure.ids import parse
from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.guard.change import ExistingResource, LossAllowance, ResourceChanges, about
from amlz.checks.guard.destructive import UNUSED, guard
from amlz.core.config.allowed_loss import AllowedEndConfig

#: Owner of resources that belong to no environment: the hub, and resources that all environments share.
HUB = "hub"
_LOCKS = "microsoft.authorization/locks"
_DIAGNOSTICS = "microsoft.insights/diagnosticsettings"
_ASSIGNMENTS = "microsoft.authorization/policyassignments"
_ROLES = "microsoft.authorization/roleassignments"
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
    why="Locks, deletion protection, denying policies, diagnostic settings and roles protect what production holds. A "
    "change that takes one of them away, or gives a role, is for the approver of production to see.",
    source=_SOURCE,
)
CHECKS = (ENDED, WEAKENED)


def guarded(edit: ResourceChanges, allowed: LossAllowance) -> tuple[Finding, ...]:
    """Everything the guard reports of a change: losses, impossible updates, production. Errors first."""
    found = (*guard(edit, allowed), *production(edit, allowed))
    return tuple(sorted(found, key=lambda f: (f.severity is not Severity.ERROR, f.check, f.urn, f.path, f.name)))


def production(edit: ResourceChanges, allowed: LossAllowance) -> Iterator[Finding]:
    """Returns what would end production, and what would weaken it."""
    sides = _Sides.of(edit)
    was, then = _in_production(sides.before), _in_production(sides.after)
    for owner in sorted(was):
        entry = next((e for e in allowed.production if e.environment.lower() == owner.lower()), None)
        if owner not in then and not (entry is not None and _holds(entry, allowed.today)):
            words = {"lost": sides.ended(owner), "unallowed": _why_not(entry, allowed.today)}
            yield about(ENDED, _named(owner), "", {"owner": owner, **words})
        for lost in sides.weakened(owner, ended=owner not in then):
            yield about(WEAKENED, _named(owner), "", {"owner": owner, "lost": lost})
    ending = {owner.lower() for owner in was - then}
    for index, one in enumerate(allowed.production):
        if one.environment.lower() not in ending:
            path = f"allowProductionEnd[{index}]"
            words = {"key": "allowProductionEnd", "what": "production that ends", "entry": path}
            yield about(UNUSED, _named(one.environment), path, words)


def _named(owner: str) -> ExistingResource:
    """Returns the subject of a finding on an owner: no resource, but its project and environment."""
    project, _, environment = owner.partition("/") if "/" in owner else ("", "", "")
    return ExistingResource("", "", "", owner, project, environment)


def removed(stack: str, production: Iterable[str], entries: Iterable[AllowedEndConfig], today: str) -> str:
    """Returns why a stack file must not be removed: environments that are production, and not allowed to end.

    `entries`: of the stack file that is removed, since nothing is left that could allow it. "" where it may be removed.
    """
    given = {entry.environment.lower(): entry for entry in entries}
    kept = [owner for owner in production if not ((e := given.get(owner.lower())) and _holds(e, today))]
    if not kept:
        return ""
    return (
        f"{ENDED.id}: {stack} is removed, and it has production: {', '.join(kept)}. Restore its stack file. To end "
        "production on purpose, first merge `allowProductionEnd` for each of them in that file, then remove it."
    )


def _in_production(owned: Mapping[str, tuple[ExistingResource, ...]]) -> frozenset[str]:
    """Returns PROJECT/ENVIRONMENT of all protected resources, `hub` for those that belong to none."""
    return frozenset(owner for owner, things in owned.items() if any(thing.protect for thing in things))


def _holds(entry: AllowedEndConfig, today: str) -> bool:
    """Returns whether an entry allows the end. Both days are ISO 8601, which sorts as time does."""
    return bool(today) and today[:10] < entry.expires_on


def _why_not(entry: AllowedEndConfig | None, today: str) -> str:
    if entry is None:
        return ""
    if not today:
        return f" Cannot tell whether the allowance has expired ({entry.expires_on}): pass `--today YYYY-MM-DD`."
    return f" The allowance expired on {entry.expires_on}."


@dataclass(frozen=True, slots=True)
class _Sides:
    """A change by owner: what is there `before` and `after`, and the resources afterwards by URN and by id."""

    before: Mapping[str, tuple[ExistingResource, ...]]
    after: Mapping[str, tuple[ExistingResource, ...]]
    now: Mapping[str, ExistingResource]
    was: frozenset[str]

    @classmethod
    def of(cls, edit: ResourceChanges) -> _Sides:
        """Reads both sides of a change."""
        owner_of = _owner_of((*edit.standing, *edit.after))
        now = {thing.id.lower(): thing for thing in edit.after if thing.id}
        return cls(
            _by_owner(edit.standing, owner_of),
            _by_owner(edit.after, owner_of),
            now | {thing.urn: thing for thing in edit.after},
            frozenset(key for thing in edit.standing for key in (thing.urn, thing.id.lower()) if key),
        )

    def next_of(self, thing: ExistingResource) -> ExistingResource | None:
        """Returns a resource as it would be, None where it would be deleted."""
        return self.now.get(thing.urn) or self.now.get(thing.id.lower())

    def ended(self, owner: str) -> str:
        """Returns what of an owner would lose its protection."""
        protected = [thing for thing in self.before[owner] if thing.protect]
        gone = [t.name for t in protected if self.next_of(t) is None]
        bare = [t.name for t in protected if self.next_of(t) is not None]
        return "; ".join((*_listed("deleted", gone), *_listed("without deletion protection", bare)))

    def weakened(self, owner: str, *, ended: bool) -> Iterator[str]:
        """Returns what protection an owner would lose, a sentence for each kind."""
        before = self.before[owner]
        then = [(thing, self.next_of(thing)) for thing in before]
        if not ended:  # else the error names them
            dropped = [t.name for t, n in then if t.protect and n is not None and not n.protect]
            yield from _listed("no longer protected from deletion", dropped)
        gone = [t for t, n in then if n is None and self._target_stays(t)]
        yield from _listed("locks deleted", [t.name for t in gone if t.type.lower() == _LOCKS])
        yield from _listed("diagnostic settings deleted", [_target(t) for t in gone if t.type.lower() == _DIAGNOSTICS])
        lax = [t.name for t, n in then if _denies(t) and (n is None or not _denies(n))]
        yield from _listed("policies that deny no longer", lax)
        if owner != HUB:  # every new project adds roles on what is shared
            roles = [t for t in self.after.get(owner, ()) if t.type.lower() == _ROLES]
            yield from _listed("roles given", [t.logical for t in roles if not {t.urn, t.id.lower()} & self.was])

    def _target_stays(self, thing: ExistingResource) -> bool:
        """Returns whether the target of a lock or a diagnostic setting exists afterwards."""
        return thing.id.lower().rpartition("/providers/")[0] in self.now


def _by_owner(
    things: Iterable[ExistingResource], owner_of: Callable[[ExistingResource], str]
) -> dict[str, tuple[ExistingResource, ...]]:
    found: dict[str, list[ExistingResource]] = {}
    for thing in things:
        found.setdefault(owner_of(thing), []).append(thing)
    return {owner: tuple(these) for owner, these in found.items()}


def _denies(assignment: ExistingResource) -> bool:
    """Returns whether a resource is a policy assignment that is enforced, with a parameter of the value Deny."""
    if assignment.type.lower() != _ASSIGNMENTS:
        return False
    if str(assignment.properties.get("enforcementMode", "Default")).lower() != "default":
        return False
    given = assignment.properties.get("parameters") or {}
    values = [p.get("value") for p in given.values() if isinstance(p, dict)]
    return any(str(value).lower() == "deny" for value in values)


def _owner_of(things: Iterable[ExistingResource]) -> Callable[[ExistingResource], str]:
    """Returns a function from a resource to its owner: its own, that of what it is in, or that of its resource group.

    The engine's state names an environment in tags only, which locks, keys and role assignments do not have.
    """
    by_id = {thing.id.lower(): thing.owner for thing in things if thing.id and thing.owner}
    groups: dict[str, set[str]] = {}
    for resource_id, named in by_id.items():
        groups.setdefault(_group(resource_id), set()).add(named)

    def owner(thing: ExistingResource) -> str:
        if thing.owner:
            return thing.owner
        path = thing.id.lower()
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in by_id:
                return by_id[path]
        alone = groups.get(_group(thing.id.lower()), set())
        return next(iter(alone)) if len(alone) == 1 else HUB

    return owner


def _group(resource_id: str) -> str:
    try:
        parsed = parse(resource_id)
    except ValueError:
        return ""
    return f"{parsed.subscription}/{parsed.resource_group}".lower() if parsed.resource_group else ""


def _listed(what: str, names: list[str]) -> tuple[str, ...]:
    """Returns the sentence of a list, nothing for an empty one."""
    return (f"{what}: {', '.join(sorted(names))}",) if names else ()


def _target(thing: ExistingResource) -> str:
    """Returns the name of what a diagnostic setting is on: all settings have the same name."""
    return thing.id.rpartition("/providers/")[0].rpartition("/")[2]
