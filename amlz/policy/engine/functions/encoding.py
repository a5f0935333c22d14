"""Functions of encodings and identifiers: base64, URIs, guid, uniqueString."""

from __future__ import annotations

import base64
import binascii
import json
import urllib.parse
import uuid
from typing import Any

from amlz.policy.engine.errors import EvaluationError
from amlz.policy.engine.functions.members import parsed
from amlz.policy.engine.functions.table import Function, is_text, text_of, wants
from amlz.policy.engine.values import text

#: The namespace of guid(): Azure/azure-policy-linter, ExpressionBuiltInFunctions.cs (2026-07).
_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")


def _encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode("ascii")


def _decoded(name: str, value: str) -> str:
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise EvaluationError(f"{name}() cannot decode {value[:40]!r}") from None


def _base64_to_json(value: Any) -> Any:
    return parsed("base64ToJson", _decoded("base64ToJson", text_of("base64ToJson", value)))


def _data_uri(value: Any) -> str:
    if isinstance(value, list | dict):
        content = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    else:
        content = text(value)
    kind = "text/plain" if is_text(value) else "application/json"
    return f"data:{kind};charset=utf8;base64,{_encoded(content)}"


def _data_uri_to_string(value: Any) -> str:
    source = text_of("dataUriToString", value)
    head, comma, data = source.partition(",")
    if not comma or not head.lower().startswith("data:"):
        raise EvaluationError(f"dataUriToString() cannot read {source[:40]!r}: it is no data URI")
    marks = head[len("data:") :].split(";") if len(head) > len("data:") else []
    bad = marks and (any(not mark.strip() for mark in marks[1:]) or (not marks[0] and marks[1:] != ["base64"]))
    charset = marks[1][len("charset=") :] if len(marks) > 1 and marks[1].lower().startswith("charset=") else "utf-8"
    if bad or charset.lower() not in ("utf-8", "utf8"):
        raise EvaluationError(f"dataUriToString() cannot read {head!r}: only UTF-8 is understood")
    if marks and marks[-1].lower() == "base64":
        return _decoded("dataUriToString", data)
    return urllib.parse.unquote_plus(data)


def _uri(base: Any, relative: Any) -> str:
    start, further = text_of("uri", base), text_of("uri", relative)
    parts = urllib.parse.urlsplit(start)
    if not parts.scheme or not (parts.netloc or parts.path):
        raise EvaluationError(f"uri() takes an absolute URI first, not {start!r}")
    if not parts.path:
        start = urllib.parse.urlunsplit(parts._replace(path="/"))
    return urllib.parse.urljoin(start, further)


def _uri_component(value: Any) -> str:
    return urllib.parse.quote(text_of("uriComponent", value), safe="-_.~")


def _dashed(name: str, values: tuple[Any, ...]) -> str:
    for value in values:
        if not is_text(value):
            raise wants(name, "texts", value)
    return "-".join(text_of(name, value) for value in values)


def _guid(*values: Any) -> str:
    return str(uuid.uuid5(_NAMESPACE, _dashed("guid", values)))


def _unique_string(*values: Any) -> str:
    number = _murmur64(_dashed("uniqueString", values).encode())
    digits = []
    for _ in range(13):
        digits.append("abcdefghijklmnopqrstuvwxyz234567"[number >> 59])
        number = (number << 5) & (2**64 - 1)
    return "".join(digits)


_WORD = 0xFFFFFFFF
_C1, _C2 = 0x239B961B, 0xAB0E9789


def _turned(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _WORD


def _mixed(value: int, first: int, bits: int, then: int) -> int:
    return _turned(value * first & _WORD, bits) * then & _WORD


def _final(value: int) -> int:
    value ^= value >> 16
    value = value * 0x85EBCA6B & _WORD
    value ^= value >> 13
    value = value * 0xC2B2AE35 & _WORD
    return value ^ value >> 16


def _murmur64(data: bytes) -> int:
    """The 64-bit MurmurHash3 variant behind uniqueString(), two lanes of 32 bits."""
    low = high = 0
    full = len(data) - len(data) % 8
    for at in range(0, full, 8):
        low ^= _mixed(int.from_bytes(data[at : at + 4], "little"), _C1, 15, _C2)
        low = ((_turned(low, 19) + high) * 5 + 0x561CCD1B) & _WORD
        high ^= _mixed(int.from_bytes(data[at + 4 : at + 8], "little"), _C2, 17, _C1)
        high = ((_turned(high, 13) + low) * 5 + 0x0BCAA747) & _WORD
    low ^= _mixed(int.from_bytes(data[full : full + 4], "little"), _C1, 15, _C2)
    high ^= _mixed(int.from_bytes(data[full + 4 :], "little"), _C2, 17, _C1)
    low, high = low ^ len(data), high ^ len(data)
    low = (low + high) & _WORD
    high = (high + low) & _WORD
    low, high = _final(low), _final(high)
    low = (low + high) & _WORD
    high = (high + low) & _WORD
    return high << 32 | low


FUNCTIONS = (
    Function("base64", lambda value: _encoded(text_of("base64", value)), 1, 1),
    Function("base64ToString", lambda value: _decoded("base64ToString", text_of("base64ToString", value)), 1, 1),
    Function("base64ToJson", _base64_to_json, 1, 1),
    Function("dataUri", _data_uri, 1, 1),
    Function("dataUriToString", _data_uri_to_string, 1, 1),
    Function("uri", _uri, 2, 2),
    Function("uriComponent", _uri_component, 1, 1),
    Function("uriComponentToString", lambda v: urllib.parse.unquote_plus(text_of("uriComponentToString", v)), 1, 1),
    Function("guid", _guid, 1, None),
    Function("uniqueString", _unique_string, 1, None),
)
