"""Workbooks of four audiences: their panels, and the JSON that Azure Monitor shows."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, Literal

from amlz.capabilities.operations.indicators import text_of
from amlz.capabilities.operations.work import Work
from amlz.core.addresses import environments
from amlz.core.planning.environment_context import environment_context
from amlz.core.planning.roles import NAMESPACE
from amlz.core.specs.operations import WorkbookSpec
from amlz.dataclass import dataclass

Audience = Literal["central", "executive", "on-call", "debug"]
SCHEMA = "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json"
#: Kinds of items: https://github.com/microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json
_MARKDOWN, _QUERY, _PARAMETERS = 1, 3, 9
#: Kinds of queries, as the workbooks of that gallery have them.
_LOGS, _RESOURCE_GRAPH = 0, 1
_OPEN_ALERTS = (
    "alertsmanagementresources\n| where type == 'microsoft.alertsmanagement/alerts'\n"
    "| where properties.essentials.monitorCondition == 'Fired'\n"
    "| project name, severity = properties.essentials.severity, target = properties.essentials.targetResourceName, "
    "started = properties.essentials.startDateTime"
)


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel. `query`: the file of its query of the log; None for one of Azure Resource Graph."""

    title: str
    query: str | None
    shown_as: Literal["table", "linechart", "barchart"] = "table"


_RUNS, _QUEUE = Panel("Runs that ended", "workbook-runs", "barchart"), Panel("Queue time", "workbook-queue")
_CLUSTERS, _STARTS = Panel("Clusters and quota", "workbook-clusters"), Panel("Starts and probes", "workbook-starts")
_AVAILABILITY, _ALERTS = Panel("Availability and budget", "workbook-availability"), Panel("Open alerts", None)
_LATENCY = Panel("Latency and errors", "workbook-latency", "linechart")
#: Time ranges to choose from.
_HOURS = (1, 24, 168, 720)
#: Panels by audience, and what no table has.
WORKBOOKS: Mapping[Audience, tuple[str, tuple[Panel, ...], str]] = {
    "central": (
        "Platform", (_RUNS, _QUEUE, _CLUSTERS, _AVAILABILITY, _ALERTS),
        "Quota that no cluster uses is not in the log: *Usage + quotas* in the portal has it.",
    ),
    "executive": (
        "Overview", (_AVAILABILITY, _RUNS),
        "Cost is in Cost Management, versions of models in the registry, and business numbers in no table of Azure.",
    ),
    "on-call": (
        "On call", (_ALERTS, _LATENCY, _STARTS, _CLUSTERS), "First steps after an alert: `amlz runbook STACK ALERT`.",
    ),
    "debug": (
        "Debugging",
        (Panel("Parts of the duration", "workbook-breakdown"), Panel("Console", "workbook-console"),
         Panel("Errors of jobs", "workbook-job-errors"), _STARTS),
        "Distributions of inputs and confusion matrices are in the studio of Azure Machine Learning alone.",
    ),
}  # fmt: skip


def plan_workbooks(work: Work) -> tuple[WorkbookSpec, ...]:
    """Returns the workbooks of the stack file. Their names are GUIDs that follow from resource group and audience."""
    choices = json.dumps(_choices(work)) if work.asked.workbooks else ""
    return tuple(
        WorkbookSpec(
            key=audience,
            name=str(uuid.uuid5(NAMESPACE, f"{work.place.group_id}|workbook|{audience}".lower())),
            title=f"{WORKBOOKS[audience][0]}, {work.context.config.business_unit}",
            place=work.place,
            content=json.dumps(content(audience, work.context.log_analytics, choices), sort_keys=True),
            tags=work.tags,
        )
        for audience in dict.fromkeys(work.asked.workbooks)
    )


def content(audience: Audience, log: str, choices: str) -> dict[str, Any]:
    """Returns the JSON of a workbook. `log`: the id of the central log; `choices`: its environments, as JSON."""
    title, panels, elsewhere = WORKBOOKS[audience]
    return {
        "$schema": SCHEMA,
        "version": "Notebook/1.0",
        "fallbackResourceIds": ["Azure Monitor"],
        "items": [
            {"type": _MARKDOWN, "name": "title", "content": {"json": f"# {title}\n\n{elsewhere}"}},
            {"type": _PARAMETERS, "name": "parameters", "content": _parameters(audience, choices)},
            *(_panel(panel, log) for panel in panels),
        ],
    }


def _choices(work: Work) -> list[dict[str, Any]]:
    """Returns the environments to choose from, by the ids of their workspaces."""
    choices: list[dict[str, Any]] = [{"value": "/", "label": "all", "selected": True}]
    for project, name, _ in environments(work.context.config):
        env = environment_context(work.context, project, name)
        choices.append({"value": env.workspace_id.lower(), "label": str(env.key)})
    return choices


def _parameters(audience: Audience, choices: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "id": _guid(audience, "TimeRange"), "version": "KqlParameterItem/1.0", "name": "TimeRange", "type": 4,
            "isRequired": True, "value": {"durationMs": 86400000},
            "typeSettings": {"selectableValues": [{"durationMs": hours * 3600000} for hours in _HOURS]},
        },
        {
            "id": _guid(audience, "Workspace"), "version": "KqlParameterItem/1.0", "name": "Workspace",
            "label": "Environment", "type": 2, "isRequired": True, "jsonData": choices, "value": "/",
        },
    ]  # fmt: skip
    if audience == "debug":
        text = {
            "id": _guid(audience, "Text"),
            "version": "KqlParameterItem/1.0",
            "name": "Text",
            "type": 1,
            "value": "",
        }
        rows.append(text)
    return {"version": "KqlParameterItem/1.0", "style": "pills", "queryType": _LOGS, "parameters": rows}


def _panel(panel: Panel, log: str) -> dict[str, Any]:
    if panel.query is None:
        query: dict[str, Any] = {
            "queryType": _RESOURCE_GRAPH, "resourceType": "microsoft.resourcegraph/resources", "query": _OPEN_ALERTS,
            "crossComponentResources": ["value::all"],
        }  # fmt: skip
    else:
        query = {
            "queryType": _LOGS, "resourceType": "microsoft.operationalinsights/workspaces",
            "query": text_of(panel.query), "crossComponentResources": [log], "timeContextFromParameter": "TimeRange",
        }  # fmt: skip
    shared = {"version": "KqlItem/1.0", "size": 0, "title": panel.title, "visualization": panel.shown_as}
    return {"type": _QUERY, "name": panel.title.lower(), "content": {**shared, **query}}


def _guid(audience: str, name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"workbook|{audience}|{name}"))
