"""Questions as JSON, one a line, and their answers: the contract of `amlz policy evaluate --jsonl`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from amlz.azure.credentials import of_environment
from amlz.azure.secrets import Hider
from amlz.policy.engine import aliases
from amlz.policy.engine.definition import Definition, definition
from amlz.policy.engine.errors import BadInput, Invalid, PolicyError
from amlz.policy.engine.existence import Related
from amlz.policy.engine.hiding import hidden_verdict
from amlz.policy.engine.judge import INVALID, PolicyQuestion, Verdict, World, judge
from amlz.policy.engine.parameters import bound
from amlz.policy.engine.subject import subject
from amlz.policy.engine.values import MISSING, kind, lifted, whole_numbers
from amlz.policy.json_text import NotJson, parsed

KEYS = ("id", "definition", "rule", "parameters", "resource", "related", "aliases", "context")
CONTEXT = ("resourceGroup", "subscription", "requestContext", "policy", "now")

_TOO_DEEP = "it is nested too deep"


def answers(lines: Iterable[str | bytes]) -> Iterator[str]:
    """Yields one answer a line, in order. A line that is no question is answered with `invalid` and the reason."""
    hider = Hider(of_environment(os.environ))
    for line in lines:
        own_id, verdict = _answered(line)
        try:
            yield _written(own_id, hidden_verdict(verdict, hider))
        except RecursionError:
            yield _written(None, Verdict(INVALID, says=_TOO_DEEP))


def _answered(line: str | bytes) -> tuple[Any, Verdict]:
    """The id of a question, None where it has none, and the answer."""
    own_id = None
    try:
        result = _read(line)
        own_id = result.get("id") if isinstance(result, Mapping) else None
        _check(result)
        return own_id, answer(result)
    except PolicyError as problem:
        return own_id, Verdict(INVALID, says=str(problem))
    except RecursionError:
        return own_id, Verdict(INVALID, says=_TOO_DEEP)


def _written(own_id: Any, verdict: Verdict) -> str:
    result = {
        "id": own_id,
        "outcome": verdict.outcome,
        "effect": verdict.effect or "",
        "details": verdict.details,
        "reasons": verdict.reasons,
    }
    text = json.dumps(result, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which JSON can name but no file can hold
        return json.dumps(result)
    return text


def _read(line: str | bytes) -> Any:
    if not line.strip():
        raise BadInput("the line is empty. Write one object a line.")
    try:
        return parsed(line, levels=None)
    except NotJson as problem:
        raise BadInput(f"this is not JSON: {problem}. Write one object a line.") from None


def _check(value: Any) -> None:
    """Raises BadInput for a value that is no question."""
    if not isinstance(value, Mapping):
        raise BadInput(f"expected an object, found {kind(value)}.")
    unknown = [key for key in value if key not in KEYS]
    if unknown:
        raise BadInput(f"unknown key {unknown[0]!r}; known are {', '.join(KEYS)}.")
    if ("definition" in value) == ("rule" in value):
        raise BadInput("give either a definition or a rule.")


def answer(data: Mapping[str, Any]) -> Verdict:
    """The verdict on one question. Raises BadInput for what is no question at all."""
    resource = subject(whole_numbers(_object(data, "resource")))
    related = data.get("related")
    if related is not None and not isinstance(related, list):
        raise BadInput(f"related: expected an array of resources, found {kind(related)}.")
    others: Related | None = None
    if related is not None:
        others = Related(subject(whole_numbers(other), f"related[{at}]") for at, other in enumerate(related))
    world = World(context=_context(data.get("context")))
    if data.get("aliases") is not None:
        world = World(aliases.read(_object(data, "aliases")), context=world.context)
    given = data.get("parameters")
    if given is not None and not isinstance(given, Mapping):
        raise BadInput(f"parameters: expected an object of values by name, found {kind(given)}.")
    try:
        compiled = compiled_of(data)
        plain = lifted(whole_numbers(given or {}))
        values = bound(compiled.parameters, plain) if "definition" in data else _free(plain)
    except Invalid as problem:
        return Verdict(INVALID, says=str(problem))
    return judge(PolicyQuestion(compiled, values, resource, others), world, explain=True)


def compiled_of(data: Mapping[str, Any]) -> Definition:
    """The definition of a question, compiled once for all lines that carry the same. Raises Invalid."""
    return _compiled(json.dumps(data.get("definition", data.get("rule"))))


@lru_cache(maxsize=512)
def _compiled(source: str) -> Definition:
    return definition(json.loads(source))


def _free(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a bare rule, which declares no parameters."""
    return {name.lower(): value for name, value in given.items()}


def _object(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key, MISSING)
    if not isinstance(value, Mapping):
        raise BadInput(f"{key}: expected an object, found {'nothing' if value is MISSING else kind(value)}.")
    return value


def _context(actual: Any) -> Mapping[str, Any]:
    if actual is None:
        return {}
    if not isinstance(actual, Mapping):
        raise BadInput(f"context: expected an object, found {kind(actual)}.")
    for key, value in actual.items():
        if key not in CONTEXT:
            raise BadInput(f"context: unknown key {key!r}; known are {', '.join(CONTEXT)}.")
        wanted: type = str if key == "now" else Mapping
        if not isinstance(value, wanted):
            raise BadInput(f"context.{key}: expected {'text' if key == 'now' else 'an object'}, found {kind(value)}.")
    return {key: lifted(value) for key, value in actual.items()}
