"""Template expressions made ready to run: parsed once, then evaluated for any resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from amlz.policy.engine import grammar, limits
from amlz.policy.engine.errors import Disputed, EvaluationError, Invalid
from amlz.policy.engine.functions import BY_NAME, FORBIDDEN
from amlz.policy.engine.functions.table import Function, Sees, wants
from amlz.policy.engine.references import REFERENCES, SPELLED, pick
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.values import MAX_TEXT, Unknown, check_size, has_unknown, same

#: A value that depends on the resource.
Run = Callable[[Runtime], Any]

_WORDS = {"true": True, "false": False, "null": None}


@dataclass
class Compiler:
    """State of the compilation of one rule. `parameters`: declared names in lower case; None: any."""

    parameters: frozenset[str] | None = None
    functions: int = 0
    field_counts: dict[str, int] = field(default_factory=dict)
    value_counts: int = 0
    conditions: int = 0
    depth_of_counts: int = 0
    used: set[str] = field(default_factory=set)

    def expression(self, source: str, position: str) -> Run:
        """An expression, brackets included. Raises Invalid."""
        try:
            tree = grammar.parse(source)
        except grammar.SyntaxProblem as problem:
            raise Invalid(position, shortened(source), f"this is no expression: {problem}") from None
        return self.node(tree, position, source)

    def value(self, value: Any, position: str) -> Run:
        """Any JSON value whose strings may be expressions, at every level and in keys too."""
        if grammar.is_expression(value):
            return self.expression(value, position)
        plain = self.literal(value)
        if plain is not None:
            result = plain[0]
            return lambda _: result
        if isinstance(value, list):
            parts = [self.value(member, f"{position}[{at}]") for at, member in enumerate(value)]
            return lambda rt: [part(rt) for part in parts]
        pairs = [(self.value(key, position), self.value(member, f"{position}.{key}")) for key, member in value.items()]
        return lambda rt: {str(key(rt)): member(rt) for key, member in pairs}

    def literal(self, value: Any) -> tuple[Any] | None:
        """The value, in a tuple, if nothing in it is an expression."""
        if isinstance(value, str):
            return None if grammar.is_expression(value) else (grammar.unescaped(value),)
        if isinstance(value, list):
            parts = [self.literal(member) for member in value]
            return None if None in parts else ([part[0] for part in parts if part],)
        if isinstance(value, dict):
            pairs = [(self.literal(key), self.literal(member)) for key, member in value.items()]
            if any(key is None or member is None for key, member in pairs):
                return None
            return ({key[0]: member[0] for key, member in pairs if key and member},)
        return (value,)

    def node(self, node: grammar.Node, position: str, source: str) -> Run:
        """One node of an expression's tree."""
        if isinstance(node, grammar.Literal):
            constant = node.value
            return lambda _: constant
        if isinstance(node, grammar.Select):
            of, key = self.node(node.of, position, source), self.node(node.key, position, source)
            return lambda rt: pick(of(rt), key(rt))
        if isinstance(node, grammar.Word):
            return self._word(node, position, source)
        return self._call(node, position, source)

    def _word(self, node: grammar.Word, position: str, source: str) -> Run:
        name = node.name.lower()
        if name not in _WORDS:
            raise Invalid(position, shortened(source), f"{node.name!r} is neither text in quotes nor a function")

        def word(rt: Runtime) -> Any:
            return rt.settle(Disputed("strict-functions", f"{node.name} is written without ()", _WORDS[name]))

        return word

    def _call(self, node: grammar.Call, position: str, source: str) -> Run:
        self.functions += 1
        if self.functions > limits.FUNCTIONS:
            raise Invalid(position, shortened(source), f"the rule uses more than {limits.FUNCTIONS} functions")
        name = node.name.lower()
        arguments = [self.node(argument, position, source) for argument in node.arguments]
        self.used.add(name)
        if name == "if":
            return _if(arguments)
        if name in REFERENCES:
            self._check_reference(node, position, source)
            return _reference(name, arguments)
        function = BY_NAME.get(name)
        if function is None:
            why = (
                f"Azure Policy does not let a rule use {node.name}()"
                if name in FORBIDDEN
                else "there is no such function"
            )
            raise Invalid(position, f"{node.name}() in {shortened(source)}", why)
        return _function(function, arguments)

    def _check_reference(self, node: grammar.Call, position: str, source: str) -> None:
        name = node.name.lower()
        if name == "current" and not self.depth_of_counts:
            raise Invalid(position, shortened(source), "current() is only known inside count.where")
        first = node.arguments[0] if node.arguments else None
        if name != "parameters" or self.parameters is None or not isinstance(first, grammar.Literal):
            return
        if str(first.value).lower() not in self.parameters:
            declared = ", ".join(sorted(self.parameters)) or "none"
            raise Invalid(
                position, shortened(source), f"parameter {first.value!r} is not declared; declared: {declared}"
            )


def shortened(source: str) -> str:
    """An expression as shown in messages."""
    return source if len(source) <= 120 else source[:117] + "..."


def _arity(name: str, given: int, least: int, most: int | None) -> None:
    if given < least or (most is not None and given > most):
        takes = f"{least}" if least == most else f"{least} or more" if most is None else f"{least} to {most}"
        raise EvaluationError(f"{name}() takes {takes} arguments, not {given}")


def _if(arguments: list[Run]) -> Run:
    def choose(rt: Runtime) -> Any:
        _arity("if", len(arguments), 3, 3)
        condition = arguments[0](rt)
        if isinstance(condition, Unknown):
            return _either(rt, arguments[1], arguments[2], condition)
        if not isinstance(condition, bool):
            raise wants("if", "a boolean first", condition)
        return arguments[1 if condition else 2](rt)

    return choose


def _either(rt: Runtime, first: Run, second: Run, condition: Unknown) -> Any:
    """Both branches of an undecided condition: their value where they agree, else unknown."""
    try:
        left, right = first(rt), second(rt)
    except EvaluationError:
        return Unknown(condition.what)
    return left if same(left, right) else Unknown(condition.what)


def _reference(name: str, arguments: list[Run]) -> Run:
    does, least, most = REFERENCES[name]
    spelled = SPELLED.get(name, name)

    def refer(rt: Runtime) -> Any:
        _arity(spelled, len(arguments), least, most)
        try:
            return does(rt, *(argument(rt) for argument in arguments))
        except Disputed as problem:
            return rt.settle(problem)

    return refer


def _function(function: Function, arguments: list[Run]) -> Run:
    does, sees, name = function.does, function.sees, function.name

    def call(rt: Runtime) -> Any:
        _arity(name, len(arguments), function.least, function.most)
        values = [argument(rt) for argument in arguments]
        if sees is not Sees.ALL:
            for value in values:
                if isinstance(value, Unknown):
                    return Unknown(value.what)
                if isinstance(value, list | dict):
                    check_size(value, f"{name}()")
                    if sees is Sees.WHOLE and has_unknown(value):
                        return Unknown(f"an argument of {name}()")
        try:
            result = does(*values)
        except Disputed as problem:
            result = rt.settle(problem)
        except RecursionError:
            raise EvaluationError(f"{name}() is given a value that is nested too deep") from None
        if isinstance(result, list | dict) or (isinstance(result, str) and len(result) > MAX_TEXT):
            check_size(result, f"{name}()")
        return result

    return call
