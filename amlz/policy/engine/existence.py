"""Existence of related resources, for auditIfNotExists and deployIfNotExists.

https://learn.microsoft.com/azure/governance/policy/concepts/effect-audit-if-not-exists
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from amlz.azure import ids
from amlz.policy.engine.definition import Existence
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.trace import Truth
from amlz.policy.engine.values import Unknown


class Related:
    """Resources that exist, found by where they lie: a search meets those near it, not all of their type."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._by_type: dict[str, _OfType] = {}
        for subject in subjects:
            self._by_type.setdefault(subject.type, _OfType()).all.append(subject)

    def near(self, origin: Subject, wanted: Existence, group: str) -> list[Subject]:
        """Resources of the type that lie where `_near` looks. `group`: the resource group that is named, or ""."""
        of_type = self._by_type.get(wanted.type)
        if of_type is None:
            return []
        place = _place(origin)
        if place is None:
            return of_type.all
        elsewhere = of_type.everywhere if wanted.everywhere or group else of_type.beside.get(place, {})
        candidates = of_type.below.get(origin.id.lower(), {}) | of_type.unplaced | elsewhere
        return [other for _, other in sorted(candidates.items()) if _near(origin, other, wanted, group)]


class _OfType:
    """Resources of one type, each with its number: the order in which they were given."""

    def __init__(self) -> None:
        self.all: list[Subject] = []

    @cached_property
    def everywhere(self) -> dict[int, Subject]:
        """All of them."""
        return dict(enumerate(self.all))

    @cached_property
    def below(self) -> dict[str, dict[int, Subject]]:
        """Those below an id (lower case), at any depth."""
        subjects: dict[str, dict[int, Subject]] = {}
        for number, subject in enumerate(self.all):
            low = subject.id.lower()
            for above in (low[:at] for at, letter in enumerate(low) if letter == "/"):
                subjects.setdefault(above, {})[number] = subject
        return subjects

    @cached_property
    def beside(self) -> dict[tuple[str, str], dict[int, Subject]]:
        """Those of a subscription and resource group, without extensions of other resources."""
        result: dict[tuple[str, str], dict[int, Subject]] = {}
        for number, subject in enumerate(self.all):
            place = _place(subject)
            if place is not None and subject.id.lower().count("/providers/") <= 1:
                result.setdefault(place, {})[number] = subject
        return result

    @cached_property
    def unplaced(self) -> dict[int, Subject]:
        """Returns those whose id shows no scope."""
        return {number: subject for number, subject in enumerate(self.all) if _place(subject) is None}


def _place(subject: Subject) -> tuple[str, str] | None:
    """Subscription and resource group in lower case; None where the id does not show them."""
    try:
        parsed = ids.parse(subject.id)
    except ValueError:
        return None
    return parsed.subscription.lower(), parsed.resource_group.lower()


def exists(rt: Runtime, wanted: Existence, related: Related | None) -> Truth:
    """Returns whether one of the related resources satisfies the condition. None where that is not known, as without
    `related`.
    """
    if related is None:
        return None
    name = wanted.name(rt) if wanted.name else None
    group = wanted.resource_group(rt) if wanted.resource_group else None
    undecided = isinstance(name, Unknown) or isinstance(group, Unknown)
    truths: list[Truth] = []
    for other in related.near(rt.origin, wanted, group if isinstance(group, str) else ""):
        if isinstance(name, str) and not _named(other, name):
            continue
        truth = True if wanted.condition is None else _holds(rt, wanted, other)
        truths.append(None if undecided and truth else truth)
    if True in truths:
        return True
    return None if None in truths else False


def _holds(rt: Runtime, wanted: Existence, other: Subject) -> Truth:
    """The existence condition: its fields are those of the related resource, field() reads the first one."""
    assert wanted.condition is not None
    return wanted.condition.truth(replace(rt, subject=other, bound={}, steps=[]))


def _named(other: Subject, name: str) -> bool:
    """Returns whether a resource has a name; `?` at its end matches any tail."""
    wanted = name.lower()
    own = {other.name.lower(), other.full_name.lower(), other.name.lower().rpartition("/")[2]}
    if wanted.endswith("?"):
        return any(item.startswith(wanted[:-1]) for item in own)
    return wanted in own


def _near(origin: Subject, other: Subject, wanted: Existence, group: str) -> bool:
    """Returns whether it is in the searched scope.

    Children and extensions: below the resource. Others: in its resource group, the one that is named, or the
    subscription.
    """
    if not origin.id or not other.id:
        return True
    if other.id.lower().startswith(f"{origin.id.lower()}/"):
        return True
    try:
        mine, theirs = ids.parse(origin.id), ids.parse(other.id)
    except ValueError:
        return True
    if other.type.startswith(f"{origin.type}/") or other.id.lower().count("/providers/") > 1:
        return False
    if mine.subscription.lower() != theirs.subscription.lower():
        return False
    return wanted.everywhere or (group or mine.resource_group).lower() == theirs.resource_group.lower()
