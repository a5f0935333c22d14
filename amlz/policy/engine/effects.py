"""Changes that append and modify make in a request, before deny evaluates it.

https://learn.microsoft.com/azure/governance/policy/concepts/effect-modify and effect-append
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from amlz.dataclass import dataclass
from amlz.policy.engine.aliases import STAR, Path
from amlz.policy.engine.definition import ChangeEffect, ModifyOperation
from amlz.policy.engine.errors import EvaluationError
from amlz.policy.engine.fields import path_of, tag_of
from amlz.policy.engine.operators import Left, holds
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.values import MISSING, Unknown, get, kind, lowered, same

#: Types whose identity.type a policy may modify: effect-modify, "modify operations".
_WITH_IDENTITY = frozenset({"microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets"})
#: Values that an alias's token type accepts; other token types accept any.
_TOKENS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class Altered:
    """One property that is changed. `before` is MISSING where it was not there."""

    does: str
    field: str
    path: str
    before: Any
    after: Any

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "operation": self.does,
            "field": self.field,
            "path": self.path,
            "before": lowered(self.before),
            "after": lowered(self.after),
        }


@dataclass(frozen=True, slots=True)
class EffectOutcome:
    """`body` is the resource with all changes. `refuses`: why Azure would deny; `notes`: what was left as it is.

    `conflict` is the conflictEffect, in lower case: what happens where another policy sets the same property.
    """

    body: dict[str, Any]
    altered: tuple[Altered, ...] = ()
    refuses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    conflict: str = "deny"


@dataclass
class _EffectState:
    body: dict[str, Any]
    altered: list[Altered]
    refuses: list[str]
    notes: list[str]
    undecided: list[str]


def applied(rt: Runtime, change: ChangeEffect) -> EffectOutcome:
    """Returns the resource after the change. Raises EvaluationError."""
    work = _EffectState(copy.deepcopy(rt.subject.body), [], [], [], [])
    conflict = str(change.conflict(rt)).lower() if change.conflict else "deny"
    for operation in change.operations:
        _operate(rt, operation, conflict, work)
    lists = (tuple(work.altered), tuple(work.refuses), tuple(work.notes), tuple(work.undecided))
    return EffectOutcome(work.body, *lists, conflict)


def _operate(rt: Runtime, operation: ModifyOperation, conflict: str, work: _EffectState) -> None:
    if operation.condition is not None:
        wanted = operation.condition(rt)
        if isinstance(wanted, Unknown):
            work.undecided.append(f"the condition of an operation is {wanted.what}")
            return
        if wanted is not True:
            return
    field = operation.field(rt)
    value = operation.value(rt) if operation.value else None
    if isinstance(field, Unknown) or not isinstance(field, str):
        work.undecided.append("the field of an operation is known only at deployment")
        return
    path = path_of(rt, rt.subject, field)
    if isinstance(path, Unknown):
        work.undecided.append(path.what)
        return
    if path is None:
        _refuse(operation, conflict, f"{field} is not there in API version {rt.subject.api_version}", work)
        return
    if operation.does != "append":
        why = _forbidden(rt, field, value, work)
        if why is not None:
            _refuse(operation, conflict, why, work)
            return
    _alter(rt, operation, _Field(field, path), value, work)


def _forbidden(rt: Runtime, field: str, value: Any, work: _EffectState) -> str | None:
    """The reason why modify may not set a field; None where it may, or where that is not known, which is noted."""
    if field.lower() == "identity.type" and rt.subject.type not in _WITH_IDENTITY:
        return f"{field} can be modified on virtual machines and their scale sets only"
    alias = None if tag_of(field) is not None else rt.catalogue.find(rt.subject.type, field)
    if alias is None:
        return None
    if alias.modifiable is False:
        return f"{field} may not be modified by a policy"
    wanted = _TOKENS.get(alias.token.lower()) if alias.token else None
    if alias.token and wanted and value is not None and not isinstance(value, Unknown):
        fits = isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))
        if not fits:
            return f"{field} is a {alias.token} and the value {kind(value)}"
    if alias.modifiable is None:
        work.notes.append(f"whether a policy may modify {field} is not known; Azure refuses where it may not")
    return None


def _refuse(operation: ModifyOperation, conflict: str, why: str, work: _EffectState) -> None:
    if operation.does != "append" and conflict in ("audit", "disabled"):
        work.notes.append(f"{why}, so the operation is left out (conflictEffect {conflict})")
    else:
        work.refuses.append(why)


class _Field(NamedTuple):
    """The field that an operation changes: its name in the policy, and its path in the body."""

    name: str
    path: Path


def _alter(rt: Runtime, operation: ModifyOperation, at: _Field, value: Any, work: _EffectState) -> None:
    field = at.name
    steps = _spelled(at.path)
    adds = steps[-1] == STAR
    keys = steps[:-1] if adds else steps
    holders: list[Any] = [work.body]
    for place, step in enumerate(keys[:-1]):
        inner: list[Any] = []
        for holder in holders:
            inner += _inside(holder, step, _Way(operation, field, keys, place), work)
        holders = inner
        if any(isinstance(holder, Unknown) for holder in holders):
            part = f"members of {field} are" if STAR in keys else f"{field} lies in what is"
            work.undecided.append(f"{part} known only at deployment")
            return
    for holder in holders:
        if not isinstance(holder, dict):
            raise EvaluationError(f"members of {field} are not objects")
        _set(rt, operation, _Spot(field, at.path, holder, keys[-1], adds), value, work)


@dataclass(frozen=True, slots=True)
class _Way:
    """A step on the way to what is changed: `keys[place]`."""

    operation: ModifyOperation
    field: str
    keys: tuple[str, ...]
    place: int


def _inside(holder: Any, step: str, way: _Way, work: _EffectState) -> list[Any]:
    """Returns the children at a step: members of an array, an object, or nothing. Append makes the objects it needs."""
    if step == STAR:
        return list(holder)
    if not isinstance(holder, dict):
        raise EvaluationError(f"members of {way.field} are not objects")
    value = get(holder, step)
    if isinstance(value, Unknown):
        return [value]
    if way.keys[way.place + 1] == STAR:
        return [value] if isinstance(value, list) else []
    if isinstance(value, dict):
        return [value]
    makes = way.operation.does == "append" or (way.place == 0 and step.lower() == "tags")
    if makes and (value is MISSING or value is None):
        spelled = next((name for name in holder if name.lower() == step.lower()), step)
        made: dict[str, Any] = {}
        holder[spelled] = made
        return [made]
    if STAR not in way.keys:
        work.notes.append(f"{way.field}: {step} is not there, so nothing is changed in it")
    return []


@dataclass(frozen=True, slots=True)
class _Spot:
    """The position at which a value is set: `key` of `holder`, or with `adds` a member of the array that is there."""

    field: str
    path: Path
    holder: dict[str, Any]
    key: str
    adds: bool


def _set(rt: Runtime, operation: ModifyOperation, spot: _Spot, value: Any, work: _EffectState) -> None:
    field, holder = spot.field, spot.holder
    spelled = next((name for name in holder if name.lower() == spot.key.lower()), spot.key)
    before = holder.get(spelled, MISSING)
    if operation.does == "remove":
        if before is not MISSING:
            del holder[spelled]
            work.altered.append(Altered("remove", field, spot.path.text, before, MISSING))
        return
    after = value
    if spot.adds:
        if isinstance(before, Unknown) and operation.does != "addOrReplace":
            work.undecided.append(f"{field} is known only at deployment")
            return
        after = [*(before if isinstance(before, list) and operation.does != "addOrReplace" else []), value]
    elif (
        before is not MISSING and before is not None and _stays(rt, operation, _WantedValue(field, before, value), work)
    ):
        return
    if same(before, after):
        return
    holder[spelled] = after
    work.altered.append(Altered(operation.does, field, spot.path.text, before, after))


class _WantedValue(NamedTuple):
    """A field with its present value, and the one that an operation wants."""

    field: str
    before: Any
    value: Any


def _stays(rt: Runtime, operation: ModifyOperation, wanted: _WantedValue, work: _EffectState) -> bool:
    """Returns whether a present value stays: it is the wanted one, must not be replaced, or cannot be."""
    field, before, value = wanted
    if operation.does == "add":
        return True
    if operation.does == "append" and isinstance(before, list):
        work.refuses.append(f"{field} is an array that is there already; name it with [*] to add to it")
        return True
    alike = holds(rt, "equals", Left(before), value) if value is not None else False
    if alike is True or operation.does != "append":
        return alike is True
    if alike is None:
        work.undecided.append(f"{field} is known only at deployment")
    else:
        work.refuses.append(f"{field} is {lowered(before)!r} and append wants {lowered(value)!r}")
    return True


def _spelled(path: Path) -> tuple[str, ...]:
    """The steps of a path as the catalogue writes them, since a path's own steps are in lower case."""
    if path.text.lower().startswith("tags."):
        return ("tags", path.text[5:])
    steps: list[str] = []
    for part in path.text.split("."):
        name, *stars = part.split(STAR)
        steps += [name, *[STAR] * len(stars)]
    return tuple(steps)
