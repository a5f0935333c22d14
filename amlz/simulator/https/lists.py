"""Lists: filters and pages, as Azure Resource Manager has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from amlz.simulator.arm.messages import Answer, error

#: Most items of a page. Azure's differ by service; clients have to follow `nextLink` at any.
PAGE = 100
_SKIP = "$skiptoken"
#: The filter for what is assigned at a scope. Inherited assignments are not in a list here, with it or without.
_AT = "atscope()"
#: A term: a comparison, or one that selects everything that a list has here.
_TERM = re.compile(r"([\w/]+)\s+eq\s+'((?:[^']|'')*)'|atScope(?:AndBelow)?\(\)", re.I)
_AND = re.compile(r"(?<!\s)\s+and\s+(?=\S)", re.I)
#: Names in filters for keys of a body.
_NAMES = {"resourcetype": "type", "rolename": "properties/roleName", "principalid": "properties/principalId"}


def listed(answer: Answer, query: Mapping[str, str], address: str) -> Answer:
    """Returns the part of a list that a query selects. Any other answer is returned as it is.

    `query`: parameters by name in lower case. `address`: that of the request, without its query.
    """
    values = answer.body.get("value") if isinstance(answer.body, dict) and answer.status == 200 else None
    if not isinstance(values, list):
        return answer
    wanted = query.get("$filter", "")
    terms = _terms(wanted)
    if terms is None:
        return error(501, "NotSimulated", f"The simulator does not know the filter '{wanted}'.")
    result = [item for item in values if all(_has(item, name, value) for name, value in terms)]
    default = query.get("isdefault", "").lower()  # of the list of datastores
    if default:
        result = [item for item in result if str((item.get("properties") or {}).get("isDefault")).lower() == default]
    if _AT in wanted.lower():
        scope = urlsplit(address).path.lower().rpartition("/providers/")[0]
        result = [item for item in result if _scope(item) == scope]
    start, size = _number(query.get(_SKIP, "0")), _number(query.get("$top", str(PAGE)))
    if start is None or size is None or size == 0:
        return error(400, "InvalidQueryParameterValue", "'$top' and '$skipToken' are whole numbers.")
    end = start + min(size, PAGE)
    body: dict[str, Any] = {**answer.body, "value": result[start:end]}
    if end < len(result):
        kept = [f"{key}={quote(value)}" for key, value in query.items() if key != _SKIP]
        body["nextLink"] = f"{address}?{'&'.join((*kept, f'$skipToken={end}'))}"
    return replace(answer, body=body)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _terms(text: str) -> Sequence[tuple[str, str]] | None:
    """Returns names and values of a filter; None for one that is not understood."""
    text, at, terms = text.strip(), 0, []
    while text:
        match = _TERM.match(text, at)
        if match is None:
            return None
        if match[1]:
            terms.append((match[1], match[2].replace("''", "'")))
        if match.end() == len(text):
            break
        joint = _AND.match(text, match.end())
        if joint is None:
            return None
        at = joint.end()
    return terms


def _has(item: Any, name: str, value: str) -> bool:
    for key in _NAMES.get(name.lower(), name).split("/"):
        item = next((own for entry, own in item.items() if entry.lower() == key.lower()), None) if _is(item) else None
    return isinstance(item, str) and item.lower() == value.lower()


def _scope(item: Any) -> str:
    return str(item.get("id", "")).lower().rpartition("/providers/")[0] if _is(item) else ""


def _is(item: Any) -> bool:
    return isinstance(item, dict)
