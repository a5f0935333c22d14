"""Errors of pydantic, in words for the author of the stack file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from amlz.core.config.shared import APPROVER, GUID, camel
from amlz.core.facts.regions import REGIONS, cloud_of, nearest
from amlz.core.facts.sizes import RETIRED
from amlz.core.meanings import meanings
from amlz.core.problems import Path, Problem, listed
from amlz.core.secrets import looks_secret, repeatable
from amlz.dataclass import dataclass
from amlz.stackfile.allowed import PATTERNS, REGION, example, example_at, field_at, fits, keys_at, part_at, places, span
from amlz.stackfile.unsupported import unsupported


@dataclass(frozen=True, slots=True)
class ModelError:
    """An error of pydantic. `value` is the present value, in a form that may be shown.

    `span` and `example` describe a valid value, if the model has them; `required`: true if the key is required. `keys`:
    allowed keys of a mapping at this path. `fits`: whether the value would be right in the type that belongs there.
    """

    context: Mapping[str, Any]
    input: object
    value: str
    span: str | None = None
    example: str | None = None
    required: bool = True
    keys: tuple[str, ...] = ()
    fits: bool = True

    @property
    def subject(self) -> str:
        """The value at the beginning of a sentence."""
        return self.value[:1].upper() + self.value[1:] if self.value in _NAMELESS else self.value

    @property
    def plain(self) -> str:
        """The value as it would be written in YAML, where that is short and no secret; of a list, its only entry."""
        value = self.input[0] if isinstance(self.input, list) and len(self.input) == 1 else self.input
        if not isinstance(value, str) or looks_secret(value) or not _PLAIN.fullmatch(value):
            return ""
        return value if yaml.safe_load(value) == value else f'"{value}"'


_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,59}")
Words = Callable[[ModelError], tuple[str, str]]


def problem(
    error: Mapping[str, Any],
    model: type[BaseModel],
    written: Mapping[Path, str] | None = None,
    place: Path | None = None,
) -> Problem:
    """One problem of pydantic's, as a Problem without a line. `written`: the value in the file, where it differs;
    `place`: the same of its path.
    """
    loc = _without_key(error["loc"])
    at = loc if place is None else _without_key(place)
    path = repeatable(at)
    kind = error["type"]
    if kind == "extra_forbidden":
        return Problem(path, *_unknown_key(repeatable(loc), model))
    field = field_at(model, loc)
    if kind == "missing" and field is not None:
        meaning = _meaning(model, loc).split(". ")[0].rstrip(".")
        return Problem(path, f"It is missing: {_lowered(meaning)}.", f"Add `{example(str(loc[-1]), field)}`.")
    words = WORDS.get(kind)
    if words is None:
        return Problem(path, f"{error['msg']}.", "See docs/reference/configuration.md for allowed values.")
    value = (written or {}).get(at) or shown(error["input"])
    failure = ModelError(error.get("ctx", {}), error["input"], value, example=example_at(model, loc))
    failure = replace(failure, keys=tuple(keys_at(model, loc)))
    if field is not None:
        failure = replace(
            failure, span=span(field), required=field.is_required(), fits=_fits(field, kind, error["input"], value)
        )
    return Problem(path, *words(failure))


def _fits(field: FieldInfo, kind: str, given: object, value: str) -> bool:
    """Returns whether a value would be right in the type of its error."""
    if kind == "string_type":
        return fits(field, value)
    if kind == "tuple_type":
        return fits(field, [given])
    if not kind.startswith(("int_", "float_")) or not isinstance(given, str) or not given.strip().isdecimal():
        return True
    return len(given) <= MOST_DIGITS and fits(field, int(given))


def _without_key(path: Path) -> Path:
    return tuple(part for part in path if part != "[key]")


def _meaning(model: type[BaseModel], path: Path) -> str:
    """Returns the meaning of the field at a path, on one line."""
    part = part_at(model, path[:-1])
    result = (text for name, text in meanings(part).items() if camel(name) == path[-1]) if part else ()
    return " ".join(next(iter(result), "").split())


_NAMELESS = {"a mapping", "a list", "nothing", "what is there"}


def shown(value: object) -> str:
    """A value as it may be repeated: shortened, and never one that may be a secret."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if looks_secret(value):
        return "what is there"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…{text[0]}"


def _pattern(failure: ModelError) -> tuple[str, str]:
    pattern = failure.context["pattern"]
    says, such = PATTERNS.get(pattern, (f"text that fits {pattern}", ""))
    small = str(failure.input).strip().lower()
    meant = next((text for text in _meant(pattern, small, str(failure.input)) if re.search(pattern, text)), "")
    remedy = f"Write {meant}." if meant and failure.value != "what is there" else f"For example {such}." if such else ""
    if says == "a virtual machine size" and small.startswith("standard_"):
        says = "a size as Azure writes it"
    return f"{failure.subject} is not {says}.", remedy


#: The most digits of a text that is read as a number here: Python refuses very long ones.
MOST_DIGITS = 18
#: How a pattern begins that takes host names.
HOST = r"^(\*\.)?"


def _meant(pattern: str, small: str, text: str) -> list[str]:
    """Returns candidates for a text, in lower case `small`."""
    if pattern == GUID:
        return re.findall(GUID.strip("^$"), small)
    if HOST in pattern:
        return [re.sub(r"^https?://", "", small).split("/", maxsplit=1)[0]]
    if pattern == r"^[^/]*$":  # of a resource id its last part
        return [text.rpartition("/")[2] if text.startswith("/") else text.replace("/", "-")]
    if pattern == APPROVER:  # a mention; of another text no login is known
        return [text.strip().removeprefix("@")]
    if pattern.startswith("^Standard_"):
        return [] if small.startswith("standard") or f"standard_{small}" in RETIRED else [f"Standard_{text}"]
    if pattern == REGION:
        written = re.sub(r"[^a-z0-9]", "", small)
        return [written if cloud_of(written) else nearest(written, REGIONS["public"].names) or written]
    return [re.sub(r"[\s_.-]+", "-", small), "".join(small.split()), re.sub(r"[^a-z0-9]", "", small)]


def _number(limit: str) -> Words:
    def words(failure: ModelError) -> tuple[str, str]:
        (bound,) = failure.context.values()
        return (
            f"{failure.subject} is {limit.format(f'{bound:g}')}.",
            f"Write a number {failure.span}." if failure.span else "",
        )

    return words


def _wants(wants: str, remedy: str = "") -> Words:
    return lambda failure: (f"Expected {wants}, found {failure.value}.", remedy)


def _wants_text(failure: ModelError) -> tuple[str, str]:
    result = f"Expected text, found {failure.value}"
    if failure.input is None:
        return f"{result}.", f"For example `{failure.example}`." if failure.required and failure.example else _REMOVE
    if isinstance(failure.input, dict | list):
        plain = f"Write {failure.plain}, without brackets or dash." if failure.plain else ""
        return f"{result}.", plain or "Write the text behind the key, on the same line."
    kind = str(failure.input).lower() if isinstance(failure.input, bool) else "a number"
    reads = f": YAML reads it as {kind}" if failure.value != kind else ""
    if not failure.fits and failure.example:
        return f"{result}{reads}.", f"For example `{failure.example}`."
    return f"{result}{reads}.", f'Put it in quotes if it is meant as text: "{failure.value}".'


def _wants_number(value: str) -> Words:
    def words(failure: ModelError) -> tuple[str, str]:
        unquoted = failure.fits and isinstance(failure.input, str) and failure.input.strip().isdecimal()
        remedy = (
            "Write it without quotes." if unquoted else f"Write {value}{f' {failure.span}' if failure.span else ''}."
        )
        return f"Expected {value}, found {failure.value}.", remedy

    return words


def _choice(failure: ModelError) -> tuple[str, str]:
    choices = failure.context["expected"].replace("'", "")
    if isinstance(failure.input, str) and failure.input in choices.replace(",", "").split():
        return f"{failure.subject} is text, a number belongs here.", f"Write {failure.input}, without quotes."
    if failure.value in _NAMELESS:
        return f"Expected {choices}, found {failure.value}.", f"Write {choices}."
    several = " or " in choices
    return (
        f"{failure.subject} is not known here.",
        f"Write {choices}." if several else f"Only {choices} is allowed here.",
    )


def _network(failure: ModelError) -> tuple[str, str]:
    meant = failure.context["meant"]
    if meant:
        return f"{failure.subject} does not begin where a /{meant.split('/')[1]} range begins.", f"Write {meant}."
    remedy = "Write its first address, a slash and the length of its prefix, for example 10.20.0.0/16."
    return f"{failure.subject} is not an IPv4 range in CIDR form.", remedy


def _resource_id(failure: ModelError) -> tuple[str, str]:
    kind = failure.context["arm_type"]
    return (
        f"{failure.subject} {failure.context['why']}; the id of a {kind} belongs here.",
        f"For example `{failure.context['example']}`.",
    )


def _address(failure: ModelError) -> tuple[str, str]:
    return f"{failure.subject} is not an IPv4 address.", "Write four numbers, for example 10.0.0.4."


def _port(failure: ModelError) -> tuple[str, str]:
    text = f"{failure.subject} is neither a port nor a range of ports (1 to 65535)."
    return text, "Write a number, for example 1433, or a range, for example 11000-11999."


def _connection_secret(failure: ModelError) -> tuple[str, str]:
    return (
        f"With {failure.value} the connection holds a secret, and no secret passes through this program.",
        "Write entra or managedIdentity; or make this one connection yourself, with `az ml connection create`.",
    )


_MONTH = '"2027-01-01"'


def _budget_start(failure: ModelError) -> tuple[str, str]:
    meant = failure.context["meant"]
    return f"{failure.subject} {failure.context['why']}.", f'Write "{meant}".' if meant else f"For example {_MONTH}."


def _tag(failure: ModelError) -> tuple[str, str]:
    name = "tag name" if looks_secret(str(failure.context["name"])) else f"tag name {failure.context['name']}"
    return f"The {name} holds {failure.context['bad']}, which Azure refuses.", "Use other characters."


def _too_short(failure: ModelError) -> tuple[str, str]:
    return (
        f"{failure.subject} is too short: at least {_counted(failure, 'character', 'characters')}.",
        "Write a longer one.",
    )


def _too_few(failure: ModelError) -> tuple[str, str]:
    text = f"It is empty: at least {_counted(failure, 'entry', 'entries')} must be there."
    return text, f"For example `{failure.example}`." if failure.example else "Add what is missing."


def _counted(failure: ModelError, one: str, several: str) -> str:
    least = failure.context["min_length"]
    return f"{least} {one if least == 1 else several}"


def _shorter(units: str) -> Words:
    def words(failure: ModelError) -> tuple[str, str]:
        size = f" with {len(failure.input)} {units}" if isinstance(failure.input, str | list | dict) else ""
        result = f"{failure.subject} is too long" if units == "characters" else "It is too long"
        return f"{result}{size}: at most {failure.context['max_length']}.", "Shorten it."

    return words


def _mapping(failure: ModelError) -> tuple[str, str]:
    remedy = (
        f"For example `{failure.example}`."
        if failure.example
        else "Write one `key: value` a line below it, further in."
    )
    if failure.example and failure.example.endswith(": {}"):
        remedy = f"Write {{}} for all defaults, or its keys below it, further in: {listed(failure.keys)}."
    if failure.input is None and not failure.required:
        remedy += " Or remove the key."
    return f"Expected a mapping, found {failure.value}.", remedy


def _list(failure: ModelError) -> tuple[str, str]:
    plain = f"Put it in brackets: [{failure.plain}]." if failure.plain and failure.fits else ""
    return (
        f"Expected a list, found {failure.value}.",
        plain or "Write [one, two], or one `- entry` a line below it.",
    )


def _tag_twice(failure: ModelError) -> tuple[str, str]:
    names = [name for name in (failure.context["other"], failure.context["name"]) if not looks_secret(str(name))]
    which = f": {listed(map(repr, names))}" if len(names) == 2 else ""
    return f"Two tag names differ in case alone{which}. Azure takes them for one.", "Remove one."


_REMOVE = "Write the text, or remove the key."
_BOOLEAN = _wants("true or false", "Write true or false.")
_WHOLE, _DECIMAL = _wants_number("a whole number"), _wants_number("a number")
WORDS: Mapping[str, Words] = {
    "string_pattern_mismatch": _pattern,
    "string_too_short": _too_short,
    "string_too_long": _shorter("characters"),
    "too_short": _too_few,
    "too_long": _shorter("entries"),
    "string_type": _wants_text,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _DECIMAL,
    "float_parsing": _DECIMAL,
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "dict_type": _mapping,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "tuple_type": _list,
    "literal_error": _choice,
    "greater_than": _number("too small: more than {}"),
    "greater_than_equal": _number("too small: at least {}"),
    "less_than": _number("too large: less than {}"),
    "less_than_equal": _number("too large: at most {}"),
    "finite_number": _DECIMAL,
    "network": _network,
    "resource_id": _resource_id,
    "address": _address,
    "port": _port,
    "connection_secret": _connection_secret,
    "budget_start": _budget_start,
    "tag": _tag,
    "tag_twice": _tag_twice,
}


def _unknown_key(path: Path, model: type[BaseModel]) -> tuple[str, str]:
    known_setting = unsupported(path)
    if known_setting is not None:
        return known_setting
    known, key = keys_at(model, path[:-1]), str(path[-1])
    near = near_key(key, known)
    remedy = f"Known here: {listed(known)}." if known else ""
    if near and near == in_camel_case(key):
        return f"There is no {key!r} here: keys are written in camelCase.", f"Write {near}."
    if near:
        return f"There is no {key!r} here; did you mean {near}?", remedy
    elsewhere = places(model, in_camel_case(key))
    text = f"There is no {key!r} here" + (f"; it belongs below {listed(elsewhere, 'or')}." if elsewhere else ".")
    return text, remedy


def near_key(key: str, known: list[str]) -> str:
    """The known key that was probably meant, or nothing."""
    small = {name.lower(): name for name in known}
    near = difflib.get_close_matches(in_camel_case(key).lower(), small, 1, cutoff=0.7)
    return small[near[0]] if near else ""


def in_camel_case(text: str) -> str:
    """Returns a key with underscores or hyphens as keys are written."""
    return camel(text.replace("-", "_")) if "_" in text.strip("_") or "-" in text.strip("-") else text


def _lowered(sentence: str) -> str:
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
