"""Whether something related exists, as auditIfNotExists and deployIfNotExists ask.

https://learn.microsoft.com/azure/governance/policy/concepts/effect-audit-if-not-exists
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from arm import ids
from policies.engine.definition import Existence
from policies.engine.runtime import Runtime
from policies.engine.subject import Subject
from policies.engine.trace import Truth
from policies.engine.values import Unknown


def exists(rt: Runtime, wanted: Existence, related: Iterable[Subject] | None) -> Truth:
    """Whether one of the related resources satisfies. None where that is not known, as without `related`."""
    if related is None:
        return None
    name = wanted.name(rt) if wanted.name else None
    group = wanted.resource_group(rt) if wanted.resource_group else None
    undecided = isinstance(name, Unknown) or isinstance(group, Unknown)
    found: list[Truth] = []
    for other in related:
        if other.type != wanted.type:
            continue
        if isinstance(name, str) and not _named(other, name):
            continue
        if not _near(rt.origin, other, wanted, group if isinstance(group, str) else ""):
            continue
        truth = True if wanted.condition is None else _holds(rt, wanted, other)
        found.append(None if undecided and truth else truth)
    if True in found:
        return True
    return None if None in found else False


def _holds(rt: Runtime, wanted: Existence, other: Subject) -> Truth:
    """The existence condition: its fields are those of the related resource, field() reads the first one."""
    assert wanted.condition is not None
    return wanted.condition.truth(replace(rt, subject=other, bound={}, steps=[]))


def _named(other: Subject, name: str) -> bool:
    """Whether a resource has a name; `?` at its end stands for any tail."""
    wanted = name.lower()
    own = {other.name.lower(), other.full_name.lower(), other.name.lower().rpartition("/")[2]}
    if wanted.endswith("?"):
        return any(each.startswith(wanted[:-1]) for each in own)
    return wanted in own


def _near(origin: Subject, other: Subject, wanted: Existence, group: str) -> bool:
    """Whether it lies where it is looked for.

    Children and extensions: below the resource. Others: in its group, the one that is named, or the subscription.
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
