"""Telling what looks like a secret: a stack file must hold none in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from landingzone.problems import Path

_NAMES = re.compile(
    r"(password|passwd|passphrase|pwd|secret|credential|connection[_-]?string|token"
    r"|(account|access|api|private|primary|secondary|storage|signing|encryption|secret|sas)[_-]?key"
    r"|sas[_-]?(token|url|uri)|client[_-]?secret[_-]?value)s?$",
    re.IGNORECASE,
)
_ACCOUNT_KEY = (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==(?!=)"), "an account key")
#: What no text encrypted by Pulumi looks like.
_SHAPES = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
    (re.compile(r"(AccountKey|SharedAccessKey|SharedAccessSignature|SharedSecret)\s*=", re.IGNORECASE),
     "a connection string"),
    (re.compile(r"(^|[;\s])(Password|Pwd)\s*=\s*[^\s;]", re.IGNORECASE), "a connection string"),
    (re.compile(r"\bSharedAccessSignature\s+sr=", re.IGNORECASE), "a shared access signature"),
    (re.compile(r"\bsig=[A-Za-z0-9%+/=_-]{20,}"), "a shared access signature"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\."), "a token"),
    (re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{30,})"), "a token of GitHub's"),
    (re.compile(r"[a-z]://[^\s/:@]+:[^\s/@]+@"), "an address with a password in it"),
    (re.compile(r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])"),
     "a client secret"),
)  # fmt: skip


def looks_secret(value: object) -> str:
    """What a value looks like, or nothing."""
    if not isinstance(value, str):
        return ""
    return next((what for pattern, what in (*_SHAPES, _ACCOUNT_KEY) if pattern.search(value)), "")


def repeatable(path: Path) -> Path:
    """A path as it may be repeated: its keys short, in characters that print, and none that looks like a secret."""
    return tuple(part if isinstance(part, int) else _repeatable(part) for part in path)


def _repeatable(key: str) -> str:
    if looks_secret(key):
        return "…"
    text = key if key.isprintable() else repr(key)[1:-1]
    return text if len(text) <= 60 else f"{text[:59]}…"


def plain_secrets(value: Any, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every place that holds what looks like a secret in plain text, and what it looks like.

    Values that Pulumi encrypted (`secure: v1:…`) are not in plain text, unless they do not look encrypted.
    """
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            what = next((what for pattern, what in _SHAPES if pattern.search(str(value["secure"]))), "")
            yield from [(at, what)] if what else []
            return
        for key, item in value.items():
            name = str(key).rsplit(":", 1)[-1]
            if looks_secret(key):
                yield (*at, str(key)), f"{looks_secret(key)} as a key"
            if _NAMES.search(name) and _has_text(item):
                yield (*at, str(key)), "what its name calls a secret"
            else:
                yield from plain_secrets(item, (*at, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from plain_secrets(item, (*at, index))
    elif what := looks_secret(value):
        yield at, what


def _has_text(value: Any) -> bool:
    """Whether something is text or a number, or a list of these. Switches (true, false) and mappings say nothing."""
    if isinstance(value, list):
        return any(_has_text(item) for item in value)
    return value not in ("", None) and not isinstance(value, bool | dict)


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
