"""Recorded conversations with Azure (`../shared/azure-recorded`): read, split and taken apart.

Used by tools/derive_recorded.py and tools/benchmarks/recorded.py; the product never reads them.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import groupby
from pathlib import Path
from typing import Any

HOME = Path("../shared/azure-recorded")
#: Of every five recordings, one is held out: it is measured, and no table is derived from it.
_FIFTHS = 5
#: Codes of answers that depend on the moment: other writes under way, directories that are not in step.
TRANSIENT = frozenset(
    {
        "AnotherOperationInProgress",
        "Conflict",
        "InternalServerError",
        "PrincipalNotFound",
        "ReferencedResourceNotProvisioned",
        "RetryableError",
        "ServerSecurityAlertPolicyInProgress",
        "StorageProvisioningStateNotSucceeded",
        "GatewayTimeout",
    }
)
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `time` in seconds since 1970, None where the recording has none."""

    recording: str
    method: str
    path: str
    version: str
    request: Any
    status: int
    headers: Mapping[str, str]
    response: Any
    time: float | None

    @property
    def code(self) -> str:
        """The code of an error, "" for none."""
        error = self.response.get("error", self.response) if isinstance(self.response, dict) else {}
        code = error.get("code") if isinstance(error, dict) else ""
        return code if isinstance(code, str) and self.status >= 400 else ""


def recordings(path: Path) -> Iterator[tuple[str, list[Exchange]]]:
    """Yields every recording with its exchanges, in order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        for name, item in groupby(rows, key=lambda row: row["recording"]):
            yield name, [_exchange(row) for row in item]


def held_out(recording: str) -> bool:
    """Returns whether a recording is not a source of the tables of a split."""
    return zlib.crc32(recording.encode()) % _FIFTHS == 0


def is_no_json(exchange: Exchange) -> bool:
    """Returns whether a request is a text that the recordings could not read as JSON."""
    return isinstance(exchange.request, dict) and "__text" in exchange.request


def _exchange(row: Mapping[str, Any]) -> Exchange:
    headers = {key.lower(): value for key, value in row["headers"].items()}
    return Exchange(
        row["recording"],
        row["method"],
        row["path"].partition("?")[0].rstrip("/"),
        row["apiVersion"] or "2020-01-01",
        row["request"],
        row["status"],
        headers,
        row["response"],
        _time(headers.get("date")),
    )


def _time(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return parsedate_to_datetime(text).timestamp()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yields every value of a body that holds no others, with its keys; empty lists and objects are such values."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    elif value is not None:
        yield path, value


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """The value at keys, compared without case; None where there is none."""
    for key in path:
        if isinstance(value, dict):
            value = value[key] if key in value else next((v for k, v in value.items() if _same(k, key)), None)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def _same(left: Any, right: Any) -> bool:
    return str(left).lower() == str(right).lower()


def kind_of(value: Any) -> str:
    """The kind of a value, for values that differ from one recording to the next."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, dict | list):
        return "object" if isinstance(value, dict) else "list"
    text = str(value)
    if _GUID.fullmatch(text):
        return "guid"
    if re.match(r"\d{4}-\d\d-\d\dT", text):
        return "date"
    if text.startswith('W/"') or re.fullmatch(r'"?0x[0-9A-F]+"?', text) or _GUID.fullmatch(text.strip('"')):
        return "etag"
    if text.lower().startswith(("/subscriptions/", "/providers/")):
        return "id"
    if "://" in text:
        return "url"
    return "text"
