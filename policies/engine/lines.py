"""Questions as JSON, one a line, and their answers: the contract of `amlz policy evaluate --jsonl`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from arm.secrets import hidden
from policies.engine import aliases
from policies.engine.definition import Definition, definition
from policies.engine.errors import BadInput, Invalid
from policies.engine.judge import INVALID, Question, Verdict, World, judge
from policies.engine.parameters import bound
from policies.engine.subject import Subject, subject
from policies.engine.values import MISSING, kind, lifted, whole_numbers

KEYS = ("id", "definition", "rule", "parameters", "resource", "related", "aliases", "context")
CONTEXT = ("resourceGroup", "subscription", "requestContext", "policy", "now")

_TOO_DEEP = "line {}: this is not JSON: it is nested too deep. Write one object a line."


def answers(lines: Iterable[str]) -> Iterator[str]:
    """An answer for each line that is not blank, in the same order. Raises BadInput, which names the line."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _written(_answer(_read(line, number), number))


def _written(told: Mapping[str, Any]) -> str:
    text = json.dumps(told, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which JSON can name but no file can hold
        return json.dumps(told)
    return text


def _read(line: str, number: int) -> Mapping[str, Any]:
    try:
        told = json.loads(line)
    except ValueError as problem:
        raise BadInput(f"line {number}: this is not JSON: {problem}. Write one object a line.") from None
    except RecursionError:
        raise BadInput(_TOO_DEEP.format(number)) from None
    if not isinstance(told, Mapping):
        raise BadInput(f"line {number}: expected an object, found {kind(told)}.")
    unknown = [key for key in told if key not in KEYS]
    if unknown:
        raise BadInput(f"line {number}: unknown key {unknown[0]!r}; known are {', '.join(KEYS)}.")
    if ("definition" in told) == ("rule" in told):
        raise BadInput(f"line {number}: give either a definition or a rule.")
    return told


def _answer(told: Mapping[str, Any], number: int) -> dict[str, Any]:
    try:
        verdict = answer(told)
    except BadInput as problem:
        raise BadInput(f"line {number}: {problem}") from None
    except RecursionError:
        raise BadInput(_TOO_DEEP.format(number)) from None
    told_id = told.get("id")
    return {
        "id": told_id,
        "outcome": verdict.outcome,
        "effect": verdict.effect,
        "details": hidden(verdict.details),
        "reasons": verdict.reasons,
    }


def answer(told: Mapping[str, Any]) -> Verdict:
    """The verdict on one question. Raises BadInput for what is no question at all."""
    resource = subject(whole_numbers(_object(told, "resource")))
    related = told.get("related")
    if related is not None and not isinstance(related, list):
        raise BadInput(f"related: expected an array of resources, found {kind(related)}.")
    others: tuple[Subject, ...] | None = None
    if related is not None:
        others = tuple(subject(whole_numbers(other), f"related[{at}]") for at, other in enumerate(related))
    world = World(context=_context(told.get("context")))
    if told.get("aliases") is not None:
        world = World(aliases.read(_object(told, "aliases")), context=world.context)
    given = told.get("parameters")
    if given is not None and not isinstance(given, Mapping):
        raise BadInput(f"parameters: expected an object of values by name, found {kind(given)}.")
    try:
        compiled = compiled_of(told)
        plain = lifted(whole_numbers(given or {}))
        values = bound(compiled.parameters, plain) if "definition" in told else _free(plain)
    except Invalid as problem:
        return Verdict(INVALID, says=str(problem))
    return judge(Question(compiled, values, resource, others), world, explain=True)


def compiled_of(told: Mapping[str, Any]) -> Definition:
    """The definition of a question, compiled once for all lines that carry the same. Raises Invalid."""
    return _compiled(json.dumps(told.get("definition", told.get("rule"))))


@lru_cache(maxsize=512)
def _compiled(source: str) -> Definition:
    return definition(json.loads(source))


def _free(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a bare rule, which declares no parameters."""
    return {name.lower(): value for name, value in given.items()}


def _object(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = told.get(key, MISSING)
    if not isinstance(found, Mapping):
        raise BadInput(f"{key}: expected an object, found {'nothing' if found is MISSING else kind(found)}.")
    return found


def _context(told: Any) -> Mapping[str, Any]:
    if told is None:
        return {}
    if not isinstance(told, Mapping):
        raise BadInput(f"context: expected an object, found {kind(told)}.")
    for key, value in told.items():
        if key not in CONTEXT:
            raise BadInput(f"context: unknown key {key!r}; known are {', '.join(CONTEXT)}.")
        wanted: type = str if key == "now" else Mapping
        if not isinstance(value, wanted):
            raise BadInput(f"context.{key}: expected {'text' if key == 'now' else 'an object'}, found {kind(value)}.")
    return {key: lifted(value) for key, value in told.items()}
