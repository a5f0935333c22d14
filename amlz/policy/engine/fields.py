"""Selection of a resource's values by a field string: built-in fields, tags, aliases."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.aliases import STAR, Path, path
from amlz.policy.engine.errors import EvaluationError
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import MISSING, Unknown, get

_TAG = re.compile(r"tags(?:\.(?P<dotted>.+)|\[(?P<bracket>.*)\])\Z", re.IGNORECASE | re.DOTALL)
_PLAIN = frozenset({"kind", "tags", "identity.type", "identity.userassignedidentities", "identity"})
_NAMED = frozenset({"type", "name", "fullname", "location", "id"})


@dataclass(frozen=True, slots=True)
class Selection:
    """Values that a field selects. `path`: where they are, None where that is nowhere or not known.

    `many`: a collection, evaluated member by member. `gaps`: how many arrays on the way were missing, null or no array.
    `open`: there may be further members.
    """

    values: tuple[Any, ...]
    many: bool = False
    gaps: int = 0
    open: bool = False
    path: str | None = None

    @property
    def single(self) -> Any:
        """The value of a field that is no collection."""
        return self.values[0]


@cache
def tag_of(name: str) -> str | None:
    """The tag that a field string names; None where it names none."""
    match = _TAG.match(name)
    if not match:
        return None
    if match.group("dotted") is not None:
        return match.group("dotted")
    inside = match.group("bracket")
    quoted = len(inside) > 1 and inside[0] == inside[-1] == "'"
    return inside[1:-1].replace("''", "'") if quoted else inside


def is_field(name: str) -> bool:
    """Returns whether a string can be a field at all: built in, a tag, or shaped like an alias."""
    lower = name.lower()
    return lower in _PLAIN or lower in _NAMED or tag_of(name) is not None or "/" in name


def path_of(rt: Runtime, of: Subject, name: str) -> Path | Unknown | None:
    """The path of a field in the body of `of`; None where its API version lacks the property; Unknown for no alias."""
    tag = tag_of(name)
    if tag is not None:
        return Path(f"tags.{tag}", ("tags", tag), ())
    if name.lower() in _PLAIN or name.lower() in _NAMED:
        return path(name)
    alias = rt.catalogue.find(of.type, name)
    if alias is None:
        if not is_field(name):
            raise EvaluationError(f"there is no field {name!r}")
        rt.unknown_aliases.add(name)
        return Unknown(f"alias {name} is not in the catalogue")
    if not rt.catalogue.belongs(of.type, name):
        rt.foreign_aliases.add(name)
        return Unknown(f"alias {name} is not one of {of.type}")
    return alias.at(of.api_version)


def select(rt: Runtime, of: Subject, name: str) -> Selection:
    """Returns the values that a field selects in a resource. Raises EvaluationError for a string that cannot be a
    field.
    """
    lower = name.lower()
    if lower in _NAMED:
        return Selection((_named(of, lower),), path=lower)
    path = path_of(rt, of, name)
    if isinstance(path, Unknown):
        many = STAR in name
        return Selection((path,), many=many, open=many)
    if path is None:
        many = STAR in name
        return Selection(() if many else (MISSING,), many=many, gaps=int(many))
    return walk(rt, of, path)


def walk(rt: Runtime, of: Subject, path: Path) -> Selection:
    """Returns the values that a path selects, beginning at the current members of enclosing counts."""
    start, steps = of.body, path.steps
    if rt.bound and of is rt.subject:
        for array in path.arrays:
            if array in rt.bound:
                start, steps = rt.bound[array], steps[len(array) :]
                break
    if not path.arrays:
        return Selection((_descend(start, steps),), path=path.text)
    values: list[Any] = []
    gaps, opened = _collect(start, steps, values)
    return Selection(tuple(values), many=True, gaps=gaps, open=opened, path=path.text)


def _named(of: Subject, name: str) -> Any:
    match name:
        case "type":
            return get(of.body, "type")
        case "name":
            value = get(of.body, "name")
            return value.rpartition("/")[2] if isinstance(value, str) else value
        case "fullname":
            value = get(of.body, "name")
            return value if isinstance(value, Unknown) else of.full_name or MISSING
        case "location":
            value = get(of.body, "location")
            return "global" if value is MISSING or value is None else value
    return get(of.body, name)


def _descend(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if isinstance(value, Unknown):
            return Unknown(value.what)
        if not isinstance(value, dict):
            return MISSING
        value = get(value, step)
        if value is MISSING:
            return MISSING
    return value


def _collect(value: Any, steps: tuple[str, ...], values: list[Any]) -> tuple[int, bool]:
    if STAR not in steps:
        values.append(_descend(value, steps))
        return 0, False
    at = steps.index(STAR)
    array = _descend(value, steps[:at])
    if isinstance(array, Unknown):
        return 0, True
    if not isinstance(array, list):
        return 1, False
    gaps, opened = 0, False
    for member in array:
        more, also = _collect(member, steps[at + 1 :], values)
        gaps, opened = gaps + more, opened or also
    return gaps, opened


@dataclass(frozen=True, slots=True)
class ArrayMember:
    """A member that a field count visits, and what the arrays around it are bound to while it is visited."""

    value: Any
    bindings: dict[tuple[str, ...], Any]


def members(rt: Runtime, of: Subject, path: Path) -> tuple[list[ArrayMember], bool]:
    """Each member of an array path, and whether there may be more."""
    start, done = of.body, 0
    for array in path.arrays:
        if array in rt.bound:
            start, done = rt.bound[array], len(array)
            break
    if done == len(path.steps):
        return [ArrayMember(start, {})], False
    array_members: list[ArrayMember] = []
    opened = _visit(start, path.steps, done, {}, array_members)
    return array_members, opened


def _visit(
    value: Any,
    steps: tuple[str, ...],
    done: int,
    bindings: dict[tuple[str, ...], Any],
    array_members: list[ArrayMember],
) -> bool:
    at = steps.index(STAR, done)
    array = _descend(value, steps[done:at])
    if isinstance(array, Unknown):
        return True
    opened = False
    for member in array if isinstance(array, list) else ():
        inner = {**bindings, steps[: at + 1]: member}
        if STAR in steps[at + 1 :]:
            opened = _visit(member, steps, at + 1, inner, array_members) or opened
        else:
            tail = steps[at + 1 :]
            array_members.append(ArrayMember(_descend(member, tail) if tail else member, inner))
    return opened
