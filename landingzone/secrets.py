"""Telling what looks like a secret: a stack file must hold none in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from landingzone.problems import Path

_NAMES = re.compile(
    r"(password|passwd|passphrase|secret|connection_?string|account_?key|access_?key|api_?key|private_?key"
    r"|sas_?token|token|credential)s?$",
    re.IGNORECASE,
)
_SHAPES = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
    (re.compile(r"(AccountKey|SharedAccessKey|SharedSecret)\s*=", re.IGNORECASE), "a connection string"),
    (re.compile(r"[?&]?\bsig=[A-Za-z0-9%+/=]{20,}"), "a shared access signature"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\."), "a token"),
    (re.compile(r"^[A-Za-z0-9+/]{86}==$"), "an account key"),
    (re.compile(r"^[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}$"), "a client secret"),
)


def looks_secret(value: object) -> str:
    """What a value looks like, or nothing."""
    if not isinstance(value, str):
        return ""
    return next((what for pattern, what in _SHAPES if pattern.search(value)), "")


def plain_secrets(value: Any, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every place that holds what looks like a secret in plain text, and what it looks like.

    Values that Pulumi encrypted (`secure: v1:…`) are not in plain text.
    """
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return
        for key, item in value.items():
            name = str(key).rsplit(":", 1)[-1]
            if isinstance(item, str) and item and _NAMES.search(name):
                yield (*at, str(key)), "what its name calls a secret"
            else:
                yield from plain_secrets(item, (*at, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from plain_secrets(item, (*at, index))
    elif what := looks_secret(value):
        yield at, what


def encrypted(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place that holds a value encrypted by Pulumi."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            yield at
            return
        for key, item in value.items():
            yield from encrypted(item, (*at, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from encrypted(item, (*at, index))
