"""Requests and answers as JSON lines: the contract of `amlz simulate --jsonl` (docs/reference/simulate.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from amlz.policy.json_text import NotJson, parsed

if TYPE_CHECKING:
    from amlz.simulator.arm.endpoint import SimulatedArm

#: Most seconds by which one request moves the clock: a hundred years.
MOST_SECONDS = 100 * 365 * 86_400
#: Deepest nesting of a request.
_LEVELS = 64
#: Code and message of the answer to a request without an API version.
NO_VERSION = (
    "MissingApiVersionParameter",
    "The api-version query parameter (?api-version=) is required for all requests.",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request to ARM. `seconds`: by how much the clock moves first; None lets everything under way end first."""

    method: str
    path: str
    version: str
    body: Any = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of ARM. `body` is None where ARM answers without one."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


def error(status: int, code: str, message: str, details: Iterable[Mapping[str, Any]] = ()) -> Answer:
    """Returns an error in ARM's form."""
    result: dict[str, Any] = {"code": code, "message": message}
    details = list(details)
    if details:
        result["details"] = details
    return Answer(status, {}, {"error": result})


class BadLine(ValueError):
    """A line that is no request: ARM's answer to it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.answer = error(status, code, message)


def answers(lines: Iterable[str | bytes], arm: SimulatedArm) -> Iterator[str]:
    """Yields one answer a line, in order. A line that is no request is answered with an error of ARM."""
    for line in lines:
        yield written(answered(line, arm))


def answered(line: str | bytes, arm: SimulatedArm) -> Answer:
    """Returns the answer to one line."""
    try:
        value = _value(line)
        if "reset" in value:
            return _reset(value, arm)
        return arm.answer(_request(value))
    except BadLine as problem:
        return problem.answer
    except RecursionError:
        return error(400, "InvalidRequestContent", _invalid(f"it is nested more than {_LEVELS} levels deep"))


def written(answer: Answer) -> str:
    """Returns the line of an answer."""
    value = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which JSON can name but no file can hold
        return json.dumps(value)
    return text


def body_of(content: bytes) -> Any:
    """Returns the body of a request over HTTP, None for an empty one. Raises BadLine."""
    if not content.strip():
        return None
    try:
        return parsed(content, levels=_LEVELS)
    except NotJson as problem:
        raise BadLine("InvalidRequestContent", _invalid(str(problem))) from None


def _value(line: str | bytes) -> dict[str, Any]:
    if not line.strip():
        raise BadLine("InvalidRequestContent", _invalid("the line is empty"))
    try:
        value = parsed(line, levels=_LEVELS)
    except NotJson as problem:
        raise BadLine("InvalidRequestContent", _invalid(str(problem))) from None
    if not isinstance(value, dict):
        raise BadLine("InvalidRequestContent", _invalid("a request is a JSON object"))
    return value


def _reset(value: dict[str, Any], arm: SimulatedArm) -> Answer:
    if value != {"reset": True}:
        raise BadLine("InvalidRequestContent", _invalid("`reset` takes the value true and no other key"))
    arm.reset()
    return Answer(200)


def _request(value: dict[str, Any]) -> Request:
    """Returns the request of an object. Raises BadLine."""
    for key in ("method", "path"):
        if not isinstance(value.get(key), str) or not value[key].strip():
            raise BadLine("InvalidRequestContent", _invalid(f"'{key}' is required, as text"))
    path, _, query = value["path"].strip().partition("?")
    version = value.get("apiVersion") or _version(query)
    if not isinstance(version, str) or not version.strip():
        raise BadLine(*NO_VERSION)
    seconds = value.get("seconds")
    if seconds is not None and (
        isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MOST_SECONDS
    ):
        raise BadLine("InvalidRequestContent", _invalid(f"'seconds' is a number from 0 to {MOST_SECONDS}"))
    return Request(value["method"].strip().upper(), path, version.strip(), value.get("body"), seconds)


def _version(query: str) -> str:
    """Returns the API version of a query string, "" where it has none."""
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if key.lower() == "api-version":
            return value
    return ""


def _invalid(why: str) -> str:
    return f"The request content was invalid and could not be deserialized: '{why}'."
