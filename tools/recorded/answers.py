"""Status, headers and duration of answers to writes, as most of the newest recordings have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.benchmarks.recordings import Exchange

_HEADERS = (("azure-asyncoperation", "Azure-AsyncOperation"), ("location", "Location"))
#: Seconds of an operation whose duration no fact has.
_SECONDS = {"create": 1.0, "update": 1.0, "patch": 1.0, "delete": 10.0}


@dataclass(frozen=True, slots=True)
class AcceptedWrite:
    """A write that Azure took, and whether the resource existed before."""

    exchange: Exchange
    existed: bool


def answer_rows(accepted_writes: list[AcceptedWrite], facts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The row of each verb (create, update, patch, delete)."""
    rows = {}
    for verb in _SECONDS:
        own = [one.exchange for one in accepted_writes if _verb(one) == verb]
        if own:
            rows[verb] = _row(verb, own, facts)
    return rows


def _verb(write: AcceptedWrite) -> str:
    method = write.exchange.method
    if method != "PUT":
        return method.lower()
    return "update" if write.existed else "create"


def _row(verb: str, own: list[Exchange], facts: list[Mapping[str, Any]]) -> dict[str, Any]:
    def shape(exchange: Exchange) -> tuple[int, tuple[str, ...], bool]:
        headers = tuple(name for key, name in _HEADERS if key in exchange.headers and _leads(exchange, key))
        return exchange.status, headers, bool(exchange.response)

    weights: Counter[tuple[int, tuple[str, ...], bool]] = Counter()
    for one in own:
        weights[shape(one)] += 3 if (one.time or 0) > 1704067200 else 2
    best = weights.most_common(1)[0][0]
    agreeing = [one for one in own if shape(one) == best]
    row: dict[str, Any] = {"status": best[0]}
    if best[1]:
        row["headers"] = list(best[1])
    retry = Counter(one.headers["retry-after"] for one in agreeing if "retry-after" in one.headers)
    if best[1] and retry:
        row["retry"] = int(retry.most_common(1)[0][0])
    states = Counter(_state(one) for one in agreeing)
    state = states.most_common(1)[0][0]
    if best[1] or state not in ("", "Succeeded"):
        row["seconds"] = _seconds(verb, facts)
        row["state"] = state or ("Deleting" if verb == "delete" else "Creating")
    if not best[2]:
        row["body"] = False
    return {**row, "seen": f"{len(agreeing)}/{len(own)}", "source": agreeing[-1].recording}


def _leads(exchange: Exchange, key: str) -> bool:
    """Returns whether a header leads to an operation: some services name the new resource in Location."""
    return "operation" in exchange.headers[key].lower() or exchange.status == 202


def _state(exchange: Exchange) -> str:
    properties = exchange.response.get("properties") if isinstance(exchange.response, dict) else None
    state = properties.get("provisioningState") if isinstance(properties, dict) else None
    return state if isinstance(state, str) else ""


def _seconds(verb: str, facts: list[Mapping[str, Any]]) -> float:
    """The shortest duration on record: an operation that lasts longer here would refuse what Azure took."""
    operation = {"create": "PUT", "update": "PUT"}.get(verb, verb.upper())
    for fact in facts:
        if fact["kind"] == "async" and fact["operation"] == operation and isinstance(fact["value"], dict):
            seconds = fact["value"].get("seconds")
            if seconds:
                return max(1.0, float(seconds["min"]))
    return _SECONDS[verb]
