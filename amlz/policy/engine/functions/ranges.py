"""Functions of dates and of IP ranges. utcNow is a reference: the time comes from the caller."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from amlz.policy.engine.errors import Disputed, EvaluationError
from amlz.policy.engine.functions.table import Function, int_of, text_of

_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z\Z")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _add_days(date: Any, days: Any) -> str:
    source, count = text_of("addDays", date), int_of("addDays", days)
    match = _DATE.match(source)
    try:
        if match:
            moment = datetime.fromisoformat(match.group(1)) + timedelta(days=count)
            return f"{moment.isoformat()}.{(match.group(2) or '').ljust(7, '0')}Z"
    except (ValueError, OverflowError):
        raise EvaluationError(f"addDays() leaves the calendar: {source!r} and {count} days") from None
    says = f"addDays() takes a UTC date like 2024-05-01T00:00:00.0000000Z, not {source!r}"
    other = stamped(source)
    if other:
        raise Disputed("strict-functions", says, _add_days(other, count))
    raise EvaluationError(says)


def stamped(source: str) -> str:
    """Any ISO 8601 date as the seven-decimal UTC text that functions use; "" where it is none."""
    try:
        moment = datetime.fromisoformat(source)
    except ValueError:
        return ""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _range(source: str) -> tuple[_Address, _Address]:
    """First and last address of `a`, `a/n` or `a-b`. Raises ValueError."""
    if "-" in source:
        start, end = (ipaddress.ip_address(part) for part in source.split("-", 1))
        if start.version != end.version or int(start) > int(end):
            raise ValueError("the range holds no address")
        return start, end
    if "/" in source and not source.rpartition("/")[2].isdigit():
        raise ValueError("the prefix length is no number")
    network = ipaddress.ip_network(source, strict=False)
    return network[0], network[-1]


def _ip_range_contains(outer: Any, inner: Any) -> bool:
    values = []
    for value in (outer, inner):
        source = text_of("ipRangeContains", value)
        try:
            values.append(_range(source))
        except ValueError as problem:
            raise EvaluationError(f"ipRangeContains() cannot read {source!r}: {problem}") from None
    (low, high), (first, last) = values
    if low.version != first.version:
        raise Disputed("ip-families", f"ipRangeContains() compares IPv4 with IPv6: {outer}, {inner}", False)
    return int(low) <= int(first) and int(last) <= int(high)


FUNCTIONS = (
    Function("addDays", _add_days, 2, 2),
    Function("ipRangeContains", _ip_range_contains, 2, 2),
)
