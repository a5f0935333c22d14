"""A policy as an assignment sees it: parameters, effect, roles and members. No rule is compiled.

Planning assignments evaluates nothing, and compiling every rule takes longer than the rest of a plan. Values that are
more than texts, parameters and a choice between them are left to the policy evaluator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine import grammar
from amlz.policy.engine.parameters import Parameters, declared
from amlz.policy.engine.values import MISSING, get


class NeedsEvaluator(Exception):
    """An expression that only the policy evaluator answers."""


@dataclass(frozen=True, slots=True)
class DeclaredMember:
    """One definition of an initiative. `values`: its parameters as written, expressions included."""

    reference: str
    definition_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """A definition or an initiative. `effect` as written, None of an initiative; `roles`: ids that its effect needs."""

    parameters: Parameters
    effect: str | None = None
    roles: tuple[str, ...] = ()
    members: tuple[DeclaredMember, ...] = ()


def read(properties: Mapping[str, Any]) -> Declared:
    """Reads the properties of a valid definition or initiative. Raises Invalid for wrong parameters."""
    parameters = declared(_mapping(properties, "parameters") or None)
    listed = get(properties, "policyDefinitions")
    if listed is not MISSING:
        return Declared(parameters, members=tuple(_member(entry) for entry in listed))
    then = _mapping(_mapping(properties, "policyRule") or properties, "then")
    roles = get(_mapping(then, "details"), "roleDefinitionIds")
    return Declared(parameters, str(get(then, "effect")), tuple(map(str, roles)) if isinstance(roles, list) else ())


def value(written: Any, parameters: Mapping[str, Any]) -> Any:
    """The value of a text, a parameter or a choice by a parameter. Raises NeedsEvaluator for everything else.

    `parameters`: values by lower-case name.
    """
    if not isinstance(written, str):
        raise NeedsEvaluator
    if not grammar.is_expression(written):
        return grammar.unescaped(written)
    try:
        return _of(grammar.parse(written), parameters)
    except grammar.SyntaxProblem:
        raise NeedsEvaluator from None


def _of(node: grammar.Node, parameters: Mapping[str, Any]) -> Any:
    if isinstance(node, grammar.Literal):
        return node.value
    if not isinstance(node, grammar.Call):
        raise NeedsEvaluator
    name, arguments = node.name.lower(), node.arguments
    if name == "parameters" and len(arguments) == 1:
        wanted = _of(arguments[0], parameters)
        if isinstance(wanted, str) and wanted.lower() in parameters:
            return parameters[wanted.lower()]
    if name == "equals" and len(arguments) == 2:
        left, right = (_of(argument, parameters) for argument in arguments)
        if isinstance(left, str) and isinstance(right, str):
            return left == right
    if name == "if" and len(arguments) == 3:
        condition = _of(arguments[0], parameters)
        if isinstance(condition, bool):
            return _of(arguments[1 if condition else 2], parameters)
    raise NeedsEvaluator


def _member(entry: Mapping[str, Any]) -> DeclaredMember:
    definition_id, reference = get(entry, "policyDefinitionId"), get(entry, "policyDefinitionReferenceId")
    own = definition_id.rpartition("/")[2] if reference is MISSING else str(reference)
    values = {name: get(given, "value") for name, given in _mapping(entry, "parameters").items()}
    return DeclaredMember(own, definition_id, values)


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    result = get(value, key)
    return result if isinstance(result, Mapping) else {}
