"""Stand-ins for the invalid parts of a stack file, so that the valid parts can be checked in the same run.

An invalid part can be corrected in more than one way. Each `variant` replaces it by another valid value. A finding that
holds in every variant does not depend on the invalid part.
"""

from __future__ import annotations

import copy
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotated_types import MinLen
from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from amlz.core.config import LandingZoneConfig
from amlz.core.config.ranges import kind_of
from amlz.core.config.shared import Network, camel
from amlz.core.problems import Path
from amlz.stackfile.allowed import PATTERNS, field_at, fields_of, inner, is_part, keys_at, limits, unwrapped
from amlz.stackfile.messages import near_key

#: More rounds than parts are nested: a stand-in may itself need others.
_ROUNDS = 12
#: Names for entries whose own are invalid: they fit every pattern for names.
_NAMES = "keya", "keyb", "keyc", "keyd"
VARIANTS = len(_NAMES)
_RANGE = typing.get_args(Network)[1]


@dataclass(slots=True)
class Repaired:
    """A valid model. `replaced`: the paths of stand-ins. `renamed`: paths of entries, and their paths in the file."""

    config: LandingZoneConfig
    replaced: frozenset[Path]
    renamed: dict[Path, Path]

    def path(self, path: Path) -> Path:
        """The path in the file of a path of the model."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.renamed:
                return (*self.renamed[path[:length]], *path[length:])
        return path


@dataclass(slots=True)
class _Repair:
    value: Any
    variant: int
    renamed: dict[Path, Path] = field(default_factory=dict)
    tried: dict[Path, int] = field(default_factory=dict)
    count: int = 0


def repaired(value: Mapping[str, Any], invalid: Sequence[Path], variant: int) -> Repaired | None:
    """The stack file with stand-ins of one variant; None where none is found.

    `invalid`: paths of values that the model takes and that are wrong all the same, such as secrets.
    """
    work = _Repair(copy.deepcopy(dict(value)), variant)
    for path in invalid:
        if path and variant:
            _replace(work, path)
    for _ in range(_ROUNDS):
        try:
            model = LandingZoneConfig.model_validate(work.value)
            return Repaired(model, frozenset(work.tried), work.renamed)
        except ValidationError as error:
            items = error.errors(include_url=False, include_context=False, include_input=False)
            for item in sorted(items, key=lambda item: item["loc"][-1:] == ("[key]",)):  # names last: paths hold them
                loc = tuple(item["loc"])
                # A list of which each entry is invalid is called too short as well.
                if item["type"] != "too_short" or not value_at(work.value, loc):
                    _fix(work, loc, item["type"])
    return None


def _fix(work: _Repair, loc: Path, kind: str) -> None:
    if loc and loc[-1] == "[key]":
        _rename(work, loc[:-1], _name_in(work, type_at(loc[:-2])))
    elif loc[:2] == ("hub", "stack") and work.variant % 2:  # what another stack gives cannot be made up
        work.value["hub"] = {"addressSpace": _text(work, (_RANGE,))}
    elif kind == "extra_forbidden":
        near = near_key(str(loc[-1]), keys_at(LandingZoneConfig, loc[:-1]))
        parent = value_at(work.value, loc[:-1])
        if isinstance(parent, dict) and loc[-1] in parent:
            if near and near not in parent and work.variant == 0:
                _rename(work, loc, near)
            else:
                del parent[loc[-1]]
    else:
        _replace(work, loc, kind in ("missing", "too_short"))


def _rename(work: _Repair, path: Path, name: str) -> None:
    parent = value_at(work.value, path[:-1])
    if isinstance(parent, dict) and path[-1] in parent:
        parent[name] = parent.pop(path[-1])
        work.renamed[(*path[:-1], name)] = path


def _replace(work: _Repair, loc: Path, fill: bool = False) -> None:
    """Puts a stand-in at a path, or takes the value out where that is valid. If that does not help, a parent is tried.

    `fill`: whether a collection needs an entry.
    """
    while loc and not isinstance(value_at(work.value, loc[:-1]), dict | list):
        loc = loc[:-1]
    work.tried[loc] = work.tried.get(loc, 0) + 1
    if work.tried[loc] > 2 and len(loc) > 1:
        _replace(work, loc[:-1])
        return
    parent, field_info = value_at(work.value, loc[:-1]), field_at(LandingZoneConfig, loc)
    fill = fill or work.tried[loc] > 1
    if isinstance(parent, list):
        if isinstance(loc[-1], int) and loc[-1] < len(parent):
            parent[loc[-1]] = _stand_in(work, type_at(loc), ())
    elif field_info is None:
        parent[loc[-1]] = _stand_in(work, type_at(loc), ())
    elif not fill and not field_info.is_required() and work.variant == 0:
        parent.pop(loc[-1], None)
    else:
        parent[loc[-1]] = _of_field(work, field_info, fill)


def type_at(path: Path) -> Any:
    """Returns the type at a path, with the metadata of Annotated."""
    current: Any = LandingZoneConfig
    for key in path:
        current = inner(current)
        if is_part(current):
            value = fields_of(current).get(str(key))
            current = value.annotation if value else str
        else:
            current = (typing.get_args(current) or (str,))[-1 if typing.get_origin(current) is dict else 0]
    return current


def value_at(value: Any, path: Path) -> Any:
    """The raw value at a path; None where there is none."""
    for key in path:
        there = key in value if isinstance(value, dict) else isinstance(value, list) and key in range(len(value))
        if not there:
            return None
        value = value[key]
    return value


def _of_field(work: _Repair, field_info: FieldInfo, fill: bool = False) -> Any:
    marks = (
        *field_info.metadata,
        *([MinLen(1)] if fill else ()),
        *([FieldInfo(examples=field_info.examples)] if field_info.examples else ()),
    )
    return _stand_in(work, field_info.annotation, marks)


def _stand_in(work: _Repair, hint: Any, marks: Sequence[Any]) -> Any:
    """A valid value of a type: another one in each variant, where the type has more than one."""
    hint, metadata = unwrapped(hint)
    marks = (*marks, *metadata)
    examples = next((mark.examples for mark in marks if isinstance(mark, FieldInfo) and mark.examples), ())
    marks = tuple(limits(marks))
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if is_part(hint):
        return _part(work, hint)
    if origin is typing.Literal:
        return arguments[work.variant * len(arguments) // VARIANTS]
    least = max((getattr(mark, "min_length", None) or 0 for mark in marks), default=0)
    if origin is tuple:
        return [_stand_in(work, arguments[0], ()) for _ in range(max(least, work.variant % 2))]
    if origin is dict:
        names = [_name_in(work, hint) for _ in range(max(least, work.variant % 2))]
        return {name: _stand_in(work, arguments[1], ()) for name in names}
    if hint is bool:
        return work.variant % 2 == 1
    if hint in (int, float):
        return _number(work, marks)
    return _text(work, marks, examples)


def _part(work: _Repair, part: type[BaseModel]) -> dict[str, Any]:
    """A part of the model with what it requires."""
    required = {camel(name): field_info for name, field_info in part.model_fields.items() if field_info.is_required()}
    return {key: _of_field(work, field_info) for key, field_info in required.items()}


def _number(work: _Repair, marks: Sequence[Any]) -> int:
    bounds = {name: getattr(mark, name) for mark in marks for name in ("ge", "gt", "le", "lt") if hasattr(mark, name)}
    low = int(bounds.get("ge", bounds.get("gt", -1) + 1))
    return low if work.variant % 2 == 0 else int(bounds.get("le", low + 1000))


def _text(work: _Repair, marks: Sequence[Any], examples: Sequence[Any] = ()) -> str:
    """A text that fits its pattern, or the form of an example."""
    work.count += 1
    if kind := kind_of(marks):
        return f"10.{250 + work.variant}.{work.count % 256}.{'0/24' if kind == 'range' else '4'}"
    pattern = next((mark.pattern for mark in marks if getattr(mark, "pattern", None)), "")
    longest = min((mark.max_length for mark in marks if getattr(mark, "max_length", None)), default=4096)
    usual = [str(example) for example in examples] or ([PATTERNS[pattern][1]] if pattern in PATTERNS else [])
    least = max((getattr(mark, "min_length", None) or 0 for mark in marks), default=0)
    name = f"{_NAMES[work.variant]}{_letters(work)}".ljust(least, "x")
    varied = [re.sub(r"^[0-9a-f]{8}-", f"{work.variant:07x}{work.count % 16:x}-", item) for item in usual]
    varied += [re.sub(r"1{8}", f"{work.variant + 2}" * 8, item) for item in usual]
    varied = [item for item in varied if item not in usual]
    for item in (*varied, name, f"https://{name}.example.com", f"{name}.example.com", *usual):
        if len(item) <= longest and re.search(pattern, item) and _valid(item, marks):
            return item
    return name


def _valid(text: str, marks: Sequence[Any]) -> bool:
    """Returns whether the validators of a type take a text."""
    try:
        for mark in marks:
            if isinstance(mark, AfterValidator):
                text = typing.cast(Callable[[str], str], mark.func)(text)
    except ValueError:
        return False
    return True


def _name_in(work: _Repair, mapping: Any) -> str:
    """A name for an entry of a mapping."""
    return str(_stand_in(work, (typing.get_args(inner(mapping)) or (str,))[0], ()))


def _letters(work: _Repair) -> str:
    """Letters that no other stand-in of this variant has."""
    work.count += 1
    return chr(97 + work.count % 26) + chr(97 + work.count // 26 % 26)
