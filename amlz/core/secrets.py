"""Detecting values that look like a secret: a stack file must hold none in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.secrets import NAMES, SHAPES
from amlz.azure.secrets import looks_secret as looks_secret
from amlz.core.problems import Path


def repeatable(path: Path) -> Path:
    """A path as it may be repeated: its keys short, in characters that print, and none that looks like a secret."""
    return tuple(part if isinstance(part, int) else _repeatable(part) for part in path)


def _repeatable(key: str) -> str:
    if looks_secret(key):
        return "…"
    text = key if key.isprintable() else repr(key)[1:-1]
    return text if len(text) <= 60 else f"{text[:59]}…"


def plain_secrets(value: Any, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Returns every path with a value that looks like a secret in plain text, and its form.

    Values that Pulumi encrypted (`secure: v1:…`) are not in plain text, unless they do not look encrypted.
    """
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            text = looks_secret(str(value["secure"]), SHAPES)
            yield from [(at, text)] if text else []
            return
        for key, item in value.items():
            name = str(key).rsplit(":", 1)[-1]
            if looks_secret(key):
                yield (*at, str(key)), f"{looks_secret(key)} as a key"
            if NAMES.search(name) and _has_text(item):
                yield (*at, str(key)), "what its name calls a secret"
            else:
                yield from plain_secrets(item, (*at, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from plain_secrets(item, (*at, index))
    elif text := looks_secret(value):
        yield at, text


def _has_text(value: Any) -> bool:
    """Returns whether a value is text or a number, or a list of these. Switches (true, false) and mappings do not
    count.
    """
    if isinstance(value, list):
        return any(_has_text(item) for item in value)
    return value not in ("", None) and not isinstance(value, bool | dict)


def encrypted(value: Any, at: Path = ()) -> Iterator[Path]:
    """Returns every path with a value encrypted by Pulumi."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            yield at
            return
        for key, item in value.items():
            yield from encrypted(item, (*at, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from encrypted(item, (*at, index))
