"""The resources that a deployIfNotExists policy would deploy, read from the template in its definition.

A part that only the deployment decides, or that uses a template function that is not evaluated here, is Unknown.
https://learn.microsoft.com/azure/governance/policy/concepts/effect-deploy-if-not-exists
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine import grammar
from amlz.policy.engine.definition import Existence
from amlz.policy.engine.errors import EvaluationError, Invalid, PolicyError
from amlz.policy.engine.expressions import Compiler
from amlz.policy.engine.functions import BY_NAME
from amlz.policy.engine.judge import PolicyQuestion, World, runtime
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import MISSING, Unknown, get, has_unknown, text

_NOT_EVALUATED = Unknown("an expression of the policy's template")
_WORDS = {"true": True, "false": False, "null": None}
#: Nested deployments and variables that name each other end here.
_DEPTH = 20


def deployed(question: PolicyQuestion, world: World | None = None) -> tuple[dict[str, Any], ...]:
    """Resources of the template, nested deployments included; their values may be Unknown."""
    details = question.definition.details
    deployment = details.deployment if isinstance(details, Existence) else None
    properties = _mapping(_mapping(deployment).get("properties"))
    given = {}
    rt = runtime(question, world or World(), frozenset())
    for name, entry in _mapping(get(properties, "parameters")).items():
        try:
            given[name] = Compiler().value(get(_mapping(entry), "value"), name)(rt)
        except (EvaluationError, Invalid):
            given[name] = _NOT_EVALUATED
    return tuple(_resources(_mapping(get(properties, "template")), given, question.subject, 0))


def _resources(
    template: Mapping[str, Any], given: Mapping[str, Any], origin: Subject, depth: int
) -> Iterator[dict[str, Any]]:
    defaults = {
        name: get(_mapping(item), "defaultValue") for name, item in _mapping(get(template, "parameters")).items()
    }
    scope = _Scope({}, {k.lower(): v for k, v in _mapping(get(template, "variables")).items()}, origin)
    scope = _Scope(
        {**{k.lower(): scope.value(v) for k, v in defaults.items()}, **{k.lower(): v for k, v in given.items()}},
        scope.variables,
        origin,
    )
    listed = get(template, "resources")
    for resource in listed.values() if isinstance(listed, dict) else listed if isinstance(listed, list) else ():
        result = _mapping(resource)
        if not result or scope.value(result.get("condition", True)) is False:
            continue
        if str(result.get("type")).lower() == "microsoft.resources/deployments" and depth < _DEPTH:
            inner = _mapping(result.get("properties"))
            passed = {k: scope.value(get(_mapping(v), "value")) for k, v in _mapping(inner.get("parameters")).items()}
            yield from _resources(_mapping(inner.get("template")), passed, origin, depth + 1)
        else:
            yield scope.value(dict(result))


@dataclass(frozen=True, slots=True)
class _Scope:
    """Parameters by lower-case name, variables as written, and the resource that the policy looks at."""

    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    origin: Subject

    def value(self, written: Any, depth: int = 0) -> Any:
        """A value of the template, expressions evaluated at every level."""
        if written is MISSING:
            return _NOT_EVALUATED
        if isinstance(written, dict):
            return {key: self.value(member, depth) for key, member in written.items()}
        if isinstance(written, list):
            return [self.value(member, depth) for member in written]
        if not grammar.is_expression(written):
            return grammar.unescaped(written) if isinstance(written, str) else written
        try:
            return self._node(grammar.parse(written), depth)
        except (grammar.SyntaxProblem, PolicyError, TypeError):
            return _NOT_EVALUATED

    def _node(self, node: grammar.Node, depth: int) -> Any:
        if isinstance(node, grammar.Literal):
            return node.value
        if isinstance(node, grammar.Word):
            return _WORDS.get(node.name.lower(), _NOT_EVALUATED)
        if isinstance(node, grammar.Select):
            return _picked(self._node(node.of, depth), self._node(node.key, depth))
        arguments = [self._node(argument, depth) for argument in node.arguments]
        return self._call(node.name.lower(), arguments, depth)

    def _call(self, name: str, arguments: list[Any], depth: int) -> Any:
        if name == "if" and len(arguments) == 3 and isinstance(arguments[0], bool):
            return arguments[1 if arguments[0] else 2]
        if any(has_unknown(argument) for argument in arguments):
            return _NOT_EVALUATED
        if name == "parameters":
            return self.parameters.get(str(arguments[0]).lower() if arguments else "", _NOT_EVALUATED)
        if name == "variables" and depth < _DEPTH:
            return self.value(self.variables.get(str(arguments[0]).lower() if arguments else "", MISSING), depth + 1)
        parts = self.origin.id.split("/")
        if name in ("subscription", "resourcegroup") and len(parts) > 4:
            subscription = {"subscriptionId": parts[2], "id": "/".join(parts[:3])}
            return subscription if name == "subscription" else {"name": parts[4], "id": "/".join(parts[:5])}
        if name == "resourceid" and len(parts) > 4:
            return _resource_id([text(argument) for argument in arguments], parts)
        function = BY_NAME.get(name)
        return function.does(*arguments) if function is not None else _NOT_EVALUATED


def _resource_id(arguments: list[str], parts: list[str]) -> Any:
    """The id that resourceId() gives: [subscription], [resource group], type, names."""
    at = next((at for at, item in enumerate(arguments) if "/" in item), None)
    if at is None or at > 2:
        return _NOT_EVALUATED
    subscription = arguments[0] if at == 2 else parts[2]
    group = arguments[at - 1] if at else parts[4]
    namespace, *types = arguments[at].split("/")
    names = arguments[at + 1 :]
    if len(names) != len(types):
        return _NOT_EVALUATED
    tail = "/".join(f"{kind}/{name}" for kind, name in zip(types, names, strict=True))
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{tail}"


def _picked(of: Any, key: Any) -> Any:
    if isinstance(of, dict) and isinstance(key, str):
        value = get(of, key)
        return _NOT_EVALUATED if value is MISSING else value
    if isinstance(of, list) and isinstance(key, int) and -1 < key < len(of):
        return of[key]
    return _NOT_EVALUATED


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
