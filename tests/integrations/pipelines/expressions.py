"""Expressions of GitHub Actions, as far as the workflows use them; anything else raises.

https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][\w-]*|\d+|&&|\|\||==|!=|[!().,])")
Context = Mapping[str, Any]


def evaluate(expression: str, context: Context) -> Any:
    """The value of the expression between `${{` and `}}`."""
    reader = _ExpressionReader(TOKEN.findall(expression), context)
    assert "".join(reader.tokens) == re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", expression), expression
    value = reader.either()
    assert not reader.tokens, f"not read: {reader.tokens} of {expression}"
    return value


def filled(text: Any, context: Context) -> Any:
    """A value of a workflow with its expressions in place; one that is an expression alone keeps its type."""
    if isinstance(text, dict):
        return {key: filled(value, context) for key, value in text.items()}
    if not isinstance(text, str):
        return text
    whole = re.fullmatch(r"\$\{\{([^}]*)\}\}", text)
    if whole:
        return evaluate(whole[1], context)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda item: shown(evaluate(item[1], context)), text, flags=re.DOTALL)


def shown(value: Any) -> str:
    """A value within a text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


class _ExpressionReader:
    def __init__(self, tokens: list[str], context: Context) -> None:
        self.tokens, self.context = tokens, context

    def either(self) -> Any:
        value = self.both()
        while self._next("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self._next("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self) -> Any:
        value = self.one()
        for sign in ("==", "!="):
            if self._next(sign):
                return (shown(value) == shown(self.one())) == (sign == "==")
        return value

    def one(self) -> Any:
        if self._next("!"):
            return not self.one()
        if self._next("("):
            value = self.either()
            assert self._next(")")
            return value
        token = self.tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.isdigit():
            return int(token)
        if self._next("("):
            arguments = [] if self._next(")") else [self.either()]
            assert not arguments or self._next(")"), token
            return self._functions()[token](*arguments)
        value = self.context[token]
        while self._next("."):
            value = (value or {}).get(self.tokens.pop(0))
        return value

    def _next(self, token: str) -> bool:
        if self.tokens[:1] == [token]:
            self.tokens.pop(0)
            return True
        return False

    def _functions(self) -> dict[str, Callable[..., Any]]:
        status = self.context["status"]
        return {
            "fromJSON": json.loads,
            "toJSON": lambda value: json.dumps(value, indent=2),
            "always": lambda: True,
            "cancelled": lambda: False,
            "failure": lambda: status == "failure",
            "success": lambda: status == "success",
        }
