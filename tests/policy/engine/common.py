"""Small resources, aliases and questions that tests of the policy evaluator share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amlz.policy.engine import aliases
from amlz.policy.engine.expressions import Compiler
from amlz.policy.engine.judge import UNDECIDED, Verdict
from amlz.policy.engine.lines import answer
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.subject import subject
from amlz.policy.engine.values import lifted

CASES = Path(__file__).parent / "cases"
TYPE = "T.P/x"

#: Aliases of the type that most cases are about; `moved` and `late` depend on the API version.
ALIASES: dict[str, Any] = {
    **{f"{TYPE}/{name}": f"properties.{name}" for name in ("p", "q", "o", "a", "o.k", "deep.er", "b")},
    **{f"{TYPE}/{name}": f"properties.{name}" for name in ("a[*]", "a[*].p", "a[*].b", "a[*].b[*]", "a[*].b[*].p")},
    **{f"{TYPE}/{name}": f"properties.{name}" for name in ("b[*]", "b[*].p", "a[*].o.k")},
    f"{TYPE}/sku.name": "sku.name",
    f"{TYPE}/moved": {"path": "properties.moved", "versions": {"2020-01-01": "properties.old.moved"}},
    f"{TYPE}/late": {"path": "properties.late", "versions": {"2020-01-01": None}},
    f"{TYPE}/late[*]": {"path": "properties.late[*]", "versions": {"2020-01-01": None}},
    f"{TYPE}/free": {"path": "properties.free", "modifiable": True, "type": "String"},
    f"{TYPE}/flag": {"path": "properties.flag", "modifiable": True, "type": "Boolean"},
    f"{TYPE}/fixed": {"path": "properties.fixed", "modifiable": False},
    "T.P/y/p": "properties.p",
    "T.P/y/a[*]": "properties.a[*]",
}


def definition_file(name: str) -> Any:
    """A case file."""
    data: Any = json.loads((CASES / name).read_text(encoding="utf-8"))
    return data


def resource(properties: Mapping[str, Any] | None = None, **root: Any) -> dict[str, Any]:
    """A resource of the test type; `root` adds to it or replaces."""
    body = {"type": TYPE, "name": "thing", "apiVersion": "2024-01-01", **root}
    return body if properties is None else {**body, "properties": dict(properties)}


def verdict_of(condition: Any, of: Mapping[str, Any], **more: Any) -> Verdict:
    """The verdict on an audit rule with this condition."""
    rule = {"if": condition, "then": {"effect": "audit"}}
    return answer({"rule": rule, "resource": of, "aliases": ALIASES, **more})


def short(verdict: Verdict) -> str:
    """An outcome; undecided with the contested rows that made it so."""
    rows = ", ".join(verdict.rows)
    return f"{verdict.outcome}: {rows}" if verdict.outcome == UNDECIDED and rows else verdict.outcome


def runtime(parameters: Mapping[str, Any], context: Mapping[str, Any], other: frozenset[str] = frozenset()) -> Runtime:
    """The state in which an expression is evaluated for a resource without properties."""
    of = subject(resource({}))
    return Runtime(of, of, aliases.read(ALIASES), lifted(dict(parameters)), lifted(dict(context)), other)


def evaluated(expression: str, rt: Runtime) -> Any:
    """The value of an expression. Raises EvaluationError."""
    return Compiler().expression(expression, "here")(rt)
