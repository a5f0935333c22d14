"""Template expressions, from text to tree.

A string is an expression where it starts with `[`, ends with `]` and does not start with `[[`. The content is a string
in single quotes, a number, or a call `fn(args)` followed by any number of `.property` and `[expression]`.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine import limits

_TOKEN = re.compile(
    r"\s*(?:('(?:[^']|'')*')|(-?\d+\.\d+(?:[eE][+-]?\d+)?|-?\d+)|([A-Za-z_][A-Za-z0-9_$]*)|([()\[\].,]))"
)


class SyntaxProblem(Exception):
    """An expression that does not parse. The text names the error and its position."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string or a number."""

    value: str | int | float


@dataclass(frozen=True, slots=True)
class Word:
    """A name that is not called: no expression by the grammar, though some accept `true`, `false` and `null`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments. `name` as written."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """A property or an element of a value: `of.key` or `of[key]`."""

    of: Node
    key: Node


Node = Literal | Word | Call | Select


def is_expression(value: Any) -> bool:
    """Returns whether a JSON value is a string that Azure evaluates."""
    return isinstance(value, str) and value[:1] == "[" and value[-1:] == "]" and value[:2] != "[["


def unescaped(value: str) -> str:
    """A string that is no expression, as Azure reads it: `[[x]` is the text `[x]`."""
    return value[1:] if value.startswith("[[") else value


@functools.lru_cache(maxsize=2048)  # the definitions of several assignments and stacks repeat their expressions
def parse(source: str) -> Node:
    """The tree of an expression, brackets included. Raises SyntaxProblem."""
    if len(source) > limits.EXPRESSION_LENGTH:
        raise SyntaxProblem(f"the expression has {len(source)} characters; the limit is {limits.EXPRESSION_LENGTH}")
    parser = _Parser(source)
    node = parser.expression(0)
    parser.end()
    return node


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[tuple[str, str, int]] = []
        position, end = 1, len(source) - 1
        while position < end:
            match = _TOKEN.match(source, position, end)
            if not match:
                rest = source[position:end].strip()
                if not rest:
                    break
                raise SyntaxProblem(f"cannot read {rest[:20]!r} at character {position + 1}")
            group = ("text", "number", "word", "mark")[(match.lastindex or 1) - 1]
            self.tokens.append((group, match.group(match.lastindex or 1), match.start(match.lastindex or 1) + 1))
            position = match.end()
        self.at = 0

    def end(self) -> None:
        if self.at < len(self.tokens):
            _, result, column = self.tokens[self.at]
            raise SyntaxProblem(f"{result!r} at character {column} follows a complete expression")

    def take(self, *wanted: str) -> str:
        """The next mark, which must be one of these."""
        group, text, column = self.peek()
        if group != "mark" or text not in wanted:
            raise SyntaxProblem(f"expected {' or '.join(map(repr, wanted))} at character {column}, found {text!r}")
        self.at += 1
        return text

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end", len(self.source))

    def sees(self, mark: str) -> bool:
        group, text, _ = self.peek()
        return group == "mark" and text == mark

    def expression(self, depth: int) -> Node:
        if depth > limits.FUNCTION_DEPTH:
            raise SyntaxProblem(f"functions are nested deeper than {limits.FUNCTION_DEPTH}")
        group, text, column = self.peek()
        self.at += 1
        if group == "text":
            return Literal(text[1:-1].replace("''", "'"))
        if group == "number":
            return Literal(float(text) if any(mark in text for mark in ".eE") else int(text))
        if group != "word":
            raise SyntaxProblem(f"expected a value or a function at character {column}, found {text!r}")
        if not self.sees("("):
            return Word(text)
        node: Node = Call(text, self.arguments(depth))
        while True:
            if self.sees("."):
                self.at += 1
                group, name, column = self.peek()
                if group != "word":
                    raise SyntaxProblem(f"expected the name of a property at character {column}, found {name!r}")
                self.at += 1
                node = Select(node, Literal(name))
            elif self.sees("["):
                self.at += 1
                node = Select(node, self.expression(depth + 1))
                self.take("]")
            else:
                return node

    def arguments(self, depth: int) -> tuple[Node, ...]:
        self.take("(")
        nodes: list[Node] = []
        if self.sees(")"):
            self.at += 1
            return ()
        while True:
            nodes.append(self.expression(depth + 1))
            if len(nodes) > limits.ARGUMENTS:
                raise SyntaxProblem(f"a function has more than {limits.ARGUMENTS} arguments")
            if self.take(",", ")") == ")":
                return tuple(nodes)
