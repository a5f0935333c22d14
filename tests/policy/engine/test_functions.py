"""Every function of the policy language, on plain, edge and wrong arguments. Cases are tables by function."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from amlz.policy.engine.errors import EvaluationError
from amlz.policy.engine.functions import BY_NAME
from amlz.policy.engine.references import REFERENCES
from amlz.policy.engine.values import Unknown, same
from tests.policy.engine.common import definition_file, evaluated, runtime

FILES = ("functions-values.json", "functions-text.json", "functions-encoding.json")
TABLES = {name: definition_file(name) for name in FILES}
ROWS = [
    pytest.param(file, function, source, wanted, id=source)
    for file, table in TABLES.items()
    for function, rows in table["functions"].items()
    for source, wanted in rows
]

#: https://github.com/Azure/azure-policy-linter, ExpressionBuiltInFunctions.cs (2026-07): its 67 functions.
KNOWN = [
    "add",
    "addDays",
    "and",
    "array",
    "base64",
    "base64ToJson",
    "base64ToString",
    "bool",
    "coalesce",
    "concat",
    "contains",
    "createArray",
    "createObject",
    "dataUri",
    "dataUriToString",
    "div",
    "empty",
    "endsWith",
    "equals",
    "false",
    "first",
    "float",
    "format",
    "greater",
    "greaterOrEquals",
    "guid",
    "if",
    "indexOf",
    "int",
    "intersection",
    "ipRangeContains",
    "items",
    "join",
    "json",
    "last",
    "lastIndexOf",
    "length",
    "less",
    "lessOrEquals",
    "max",
    "min",
    "mod",
    "mul",
    "not",
    "null",
    "or",
    "padLeft",
    "range",
    "replace",
    "skip",
    "split",
    "startsWith",
    "string",
    "sub",
    "substring",
    "take",
    "toLower",
    "toUpper",
    "trim",
    "true",
    "tryGet",
    "union",
    "uniqueString",
    "uri",
    "uriComponent",
    "uriComponentToString",
    "utcNow",
]

#: The namespace of guid(): same source.
_GUIDS = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")

#: The functions that refer to something; those without rows here are in the cases of references.
REFERRING = {"parameters", "field", "current", "subscription", "resourcegroup", "requestcontext", "policy", "claims"}


@pytest.mark.parametrize(("file", "function", "source", "wanted"), ROWS)
def test_a_function_gives_what_its_row_says(file: str, function: str, source: str, wanted: Any) -> None:
    """A value of the same kind, an error with its sentence, unknown, or a contested row with both readings."""
    table = TABLES[file]
    told_of = (table["parameters"], table.get("context", {}))

    result = _outcome(source, runtime(*told_of))

    assert function.lower() in source.lower()
    assert result == _expected(wanted)
    if "gives" in result:
        assert same(result["gives"], _expected(wanted)["gives"])  # 1, 1.0 and true are different
    if _marked(wanted, "contested"):
        other = _outcome(source, runtime(*told_of, frozenset({wanted["contested"]})))
        assert other == {"gives": wanted["other"], "touched": [wanted["contested"]]}


def test_every_function_is_known_and_has_rows() -> None:
    """At least three each; nothing else is known."""
    counted = {function: len(rows) for table in TABLES.values() for function, rows in table["functions"].items()}

    assert [name for name in KNOWN if counted.get(name, 0) < 3] == []
    assert {*BY_NAME, *REFERENCES, "if"} == {name.lower() for name in KNOWN} | REFERRING


def _outcome(source: str, rt: Any) -> dict[str, Any]:
    try:
        value = evaluated(source, rt)
    except EvaluationError as problem:
        return {"error": str(problem), "touched": sorted(rt.touched)}
    if isinstance(value, Unknown):
        return {"unknown": True, "touched": sorted(rt.touched)}
    return {"gives": value, "touched": sorted(rt.touched)}


def _marked(wanted: Any, mark: str) -> bool:
    return isinstance(wanted, dict) and mark in wanted


def _expected(wanted: Any) -> Any:
    """The meaning of a row; of a contested one, the first reading."""
    if _marked(wanted, "contested"):
        row = wanted["contested"]
        return {"gives": wanted["first"], "touched": [row]} if "first" in wanted else _Fails(row)
    if _marked(wanted, "error") or _marked(wanted, "unknown"):
        return {**wanted, "touched": []}
    if isinstance(wanted, str) and wanted.startswith("GUID "):
        return {"gives": str(uuid.uuid5(_GUIDS, wanted.removeprefix("GUID "))), "touched": []}
    return {"gives": wanted, "touched": []}


class _Fails:
    """Equal to any error under a contested row."""

    def __init__(self, row: str) -> None:
        self.row = row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and "error" in other and other["touched"] == [self.row]
