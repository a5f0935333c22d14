"""Workbooks: their JSON, and their queries run on samples."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import jsonschema
import pytest

from amlz.capabilities.operations.workbooks import WORKBOOKS, Audience
from tests.capabilities.test_operations import bodies, operated, operation
from tests.capabilities.test_queries import columns_of, ran
from tests.core.stacks import messages_of, planned

AUDIENCES: tuple[Audience, ...] = ("central", "executive", "on-call", "debug")
_TEXT = {"type": "string"}


def _kind(number: int, version: str, content: dict[str, Any]) -> dict[str, Any]:
    properties = {"version": {"const": version}, **content}
    return {
        "required": ["type", "name", "content"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": number},
            "name": _TEXT,
            "content": {"type": "object", "required": list(properties), "properties": properties},
        },
    }


#: The shape of the items used here, transcribed by value from schema/workbook.json of Microsoft's gallery,
#: https://github.com/microsoft/Application-Insights-Workbooks at 0099aabfcc2a2685cf24fde84fffce1088a15d5b, and made
#: stricter: that one allows any key, and checks only the first item of `items`.
SHAPE = {
    "type": "object",
    "required": ["version", "items", "fallbackResourceIds", "$schema"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "Notebook/1.0"},
        "fallbackResourceIds": {"const": ["Azure Monitor"]},
        "$schema": _TEXT,
        "items": {
            "type": "array",
            "items": {
                "anyOf": [
                    {
                        "required": ["type", "name", "content"],
                        "properties": {
                            "type": {"const": 1},
                            "name": _TEXT,
                            "content": {"type": "object", "required": ["json"], "properties": {"json": _TEXT}},
                        },
                    },
                    _kind(9, "KqlParameterItem/1.0", {"parameters": {"type": "array"}, "queryType": {"const": 0}}),
                    _kind(
                        3,
                        "KqlItem/1.0",
                        {
                            "query": _TEXT,
                            "queryType": {"enum": [0, 1]},
                            "resourceType": _TEXT,
                            "crossComponentResources": {"type": "array", "items": _TEXT},
                            "visualization": {"enum": ["table", "linechart", "barchart"]},
                            "title": _TEXT,
                            "size": {"type": "integer"},
                        },
                    ),
                ]
            },
        },
    },
}


def contents() -> dict[str, dict[str, Any]]:
    """The JSON of each workbook of a stack, by audience."""
    plan = operation(planned(operated(workbooks=list(AUDIENCES))))
    return {workbook.key: json.loads(workbook.content) for workbook in plan.workbooks}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_workbook_has_the_shape_of_the_gallery(audience: str) -> None:
    """Items, parameters and queries; an item of another kind fails."""
    workbook = contents()[audience]
    jsonschema.validate(workbook, SHAPE)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(workbook | {"items": [{"type": 99, "name": "a", "content": {}}]}, SHAPE)


def test_each_query_of_the_log_runs_on_samples() -> None:
    """With values for its parameters; columns that no table has fail."""
    queries = [
        item["content"]["query"]
        for workbook in contents().values()
        for item in workbook["items"]
        if item["type"] == 3 and item["content"]["queryType"] == 0
    ]

    assert len(queries) == sum(panel.query is not None for _, panels, _ in WORKBOOKS.values() for panel in panels)
    for query in queries:
        assert set(re.findall(r"\{(\w+)\}", query)) <= {"TimeRange", "Workspace", "Text"}
        assert columns_of(filled(query))


def filled(query: str, workspace: str = "/") -> str:
    """A query as the workbook sends it."""
    return query.replace("{TimeRange}", "> ago(1d)").replace("{Workspace}", workspace).replace("{Text}", "abc")


def test_the_environment_chooses_the_rows() -> None:
    """Without a choice, all of them: ids begin with a slash."""
    item = next(item for item in contents()["executive"]["items"] if item["name"] == "availability and budget")
    rows = [
        {"TimeGenerated": 5, "_ResourceId": f"/{name}/onlineendpoints/x", "EndpointName": name, "ResponseCode": code}
        for name, code in (("a", 200), ("a", 500), ("b", 200))
    ]
    query = item["content"]["query"]

    both = ran(filled(query), AmlOnlineEndpointTrafficLog=rows)
    (one,) = ran(filled(query, "/a"), AmlOnlineEndpointTrafficLog=rows)

    assert {row["EndpointName"]: row["availability"] for row in both} == {"a": 50, "b": 100}
    assert (one["EndpointName"], one["requests"], one["budgetLeftPercent"]) == ("a", 2, -49900)


def test_parameters_name_each_environment() -> None:
    """By its workspace, in lower case as the log has it; the debug workbook also takes a text."""
    (parameters,) = [item["content"]["parameters"] for item in contents()["debug"]["items"] if item["type"] == 9]
    choices = json.loads(parameters[1]["jsonData"])

    assert [row["name"] for row in parameters] == ["TimeRange", "Workspace", "Text"]
    assert [choice["label"] for choice in choices] == ["all", "churn/prod"]
    assert choices[1]["value"] == choices[1]["value"].lower()


def test_the_name_of_a_workbook_is_a_guid_that_stays() -> None:
    """A fresh one each time would make another workbook (trap 11)."""
    first, second = (operation(planned(operated(workbooks=["debug"]))).workbooks[0] for _ in range(2))

    assert str(uuid.UUID(first.name)) == first.name == second.name


def test_bodies_are_shared_workbooks_of_azure_monitor() -> None:
    """As its page on automation describes them."""
    built = bodies("Microsoft.Insights/workbooks")

    assert {(body["category"], body["sourceId"]) for body in built.values()} == {("workbook", "Azure Monitor")}
    assert sorted(body["displayName"] for body in built.values()) == [
        "Debugging, retail", "On call, retail", "Overview, retail", "Platform, retail",
    ]  # fmt: skip


def test_an_audience_twice_is_refused() -> None:
    """Azure has one workbook of a name."""
    (problem,) = messages_of(operated(workbooks=["debug", "debug"]))

    assert problem.startswith("operations.workbooks[1]")
