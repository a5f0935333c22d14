"""Rows of types that no recording at hand has, from facts that were derived from other recordings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools.recorded.regional import is_regional

Fact = Mapping[str, Any]
#: Values of a kind only: made up, each of the right kind. Addresses and hosts are those for documentation.
_KINDS = {
    "<guid>": "{guid}",
    "<time>": "{date}",
    "<url>": "https://{name}.simulated.example/",
    "<address>": "192.0.2.4",
    "<object>": {},
    'W/"<guid>"': 'W/"{guid}"',
}
_VERBS = {"PUT": "create", "PATCH": "patch", "DELETE": "delete"}
#: Fewer sightings than these are too weak for a default.
_ENOUGH = 2


def added(facts: list[Fact]) -> list[dict[str, Any]]:
    """Rows of what Azure adds: defaults that were seen often enough, and computed values by their kind."""
    rows: dict[str, dict[str, Any]] = {}
    for fact in facts:
        path = fact["path"]
        if fact["kind"] not in ("default", "computed") or path.startswith("identity.") or "when" in fact:
            continue
        value = _value(fact, path)
        if value is not None and path not in rows and not is_regional(value):
            row = {"path": path, "value": value, "seen": str(fact.get("seen", "")), "source": fact["source"]}
            row |= {"settable": True} if fact["kind"] == "default" else {}
            rows[path] = {key: item for key, item in row.items() if item != ""}
    return sorted(rows.values(), key=lambda row: (row["path"].count("."), row["path"]))


def _value(fact: Fact, path: str) -> Any:
    value = fact["value"]
    if fact["kind"] == "default":
        seen, _, possible = str(fact.get("seen", "0")).partition("/")
        agreed = int(seen) >= 0.8 * int(possible or seen)
        return value if int(seen) >= _ENOUGH and agreed and not _placeholder(value) else None
    if path.endswith("provisioningState"):
        return "{state}"
    if path.lower().endswith("tenantid"):
        return "{tenant}"
    if isinstance(value, str) and value in _KINDS:
        return _KINDS[value]
    return None if _placeholder(value) else value


def _placeholder(value: Any) -> bool:
    return isinstance(value, str) and bool(re.search(r"<[a-z ]+>|csclitest|clitest", value))


def answers(facts: list[Fact]) -> dict[str, Any]:
    """Rows of answers: the most frequent status of each verb, with its headers."""
    rows: dict[str, Any] = {}
    for fact in facts:
        verb = _VERBS.get(fact["operation"])
        if fact["kind"] != "async" or verb is None or not isinstance(fact["value"], dict):
            continue
        counts = fact["value"]["answers"]
        by_status = sorted(counts, key=lambda text: -counts[text])
        if verb == "create" and len(by_status) > 1:
            create = next((text for text in by_status if text.startswith("201")), by_status[0])
            update = next((text for text in by_status if text.startswith("200")), create)
            rows["create"], rows["update"] = _row(fact, create), _row(fact, update)
        else:
            rows[verb] = _row(fact, by_status[0])
            if verb == "create":
                rows["update"] = rows[verb]
    return rows


def _row(fact: Fact, text: str) -> dict[str, Any]:
    status, *headers = text.split("+")
    row: dict[str, Any] = {"status": int(status)}
    delete = fact["operation"] == "DELETE"
    if headers:
        seconds = fact["value"].get("seconds") or {"min": 10.0 if delete else 3.0}
        state = fact["value"].get("firstState") or [None]
        row |= {"headers": headers, "seconds": max(1.0, float(seconds["min"]))}
        row["state"] = state[0] or ("Deleting" if delete else "Creating")
    if delete or status == "202":
        row["body"] = False
    return {**row, "seen": str(fact["value"]["answers"][text]), "source": fact["source"]}
