"""A static page of the workbooks with samples: `python -m tests.capabilities.workbook_page FILE`.

It is no rendering by Azure Monitor. The queries of the workbooks run on tables of samples, and this module draws the
answers: it shows which rows and columns a panel has, not how Azure shows them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from tests.capabilities.test_queries import ran
from tests.capabilities.test_workbooks import contents, filled

STATEMENT = (
    "Drawn by a test of this project from samples, not by Azure Monitor. The queries are those of the workbooks; their "
    "looks in Azure differ, and no workbook was opened there."
)
_WORKSPACE = "/subscriptions/s/resourcegroups/rg/providers/microsoft.machinelearningservices/workspaces/mlw"
_ENDPOINT = f"{_WORKSPACE}/onlineendpoints/churn-online"
#: Rows of Azure Resource Graph, which no query of the log has.
OPEN_ALERTS = [
    {"name": "ma-churn-prod-quota-used", "severity": "Sev3", "target": "mlw", "started": "2027-01-31 11:40"},
    {
        "name": "lsa-churn-prod-slo-answers-fast",
        "severity": "Sev1",
        "target": "churn-online",
        "started": "2027-01-31 11:55",
    },
]


def samples() -> dict[str, list[dict[str, Any]]]:
    """Rows by table; `TimeGenerated` is minutes before now."""
    requests = [
        {
            "TimeGenerated": minute, "_ResourceId": _ENDPOINT, "EndpointName": "churn-online",
            "DeploymentName": deployment, "ResponseCode": 500 if deployment == "green" and minute < 20 else 200,
            "TotalDurationMs": 80 + minute % 7 * 20 + (200 if deployment == "green" else 0),
            "RequestDurationMs": 60, "ResponseDurationMs": 15, "RequestThrottlingDelayMs": 0,
        }
        for minute in range(1, 60)
        for deployment in ("blue", "green")
    ]  # fmt: skip
    runs = [
        {"TimeGenerated": 100 + number - step, "_ResourceId": _WORKSPACE, "RunId": f"run{number}",
         "RootRunId": f"run{number}", "Status": status, "WorkspaceName": "mlw"}
        for number in range(9)
        for step, status in ((0, "Queued"), (number, "Running"), (40, "Failed" if number == 4 else "Completed"))
    ]  # fmt: skip
    return {
        "AmlOnlineEndpointTrafficLog": requests,
        "AmlRunStatusChangedEvent": runs,
        "AmlComputeClusterEvent": [
            {"TimeGenerated": 3, "_ResourceId": _WORKSPACE, "ClusterName": name, "VmFamilyName": "standardDSv5Family",
             "VmPriority": "Dedicated", "CurrentNodeCount": nodes, "TargetNodeCount": nodes, "IdleNodeCount": 1,
             "UnusableNodeCount": 0, "MaximumNodeCount": 4, "QuotaUtilized": str(4 * nodes), "QuotaAllocated": "24"}
            for name, nodes in (("cpu", 3), ("image-build", 1))
        ],
        "AmlOnlineEndpointEventLog": [
            {"TimeGenerated": 9, "_ResourceId": _ENDPOINT, "DeploymentName": "green", "Name": name}
            for name in ("Pulled", "Started", "ReadinessProbeFailed")
        ],
        "AmlOnlineEndpointConsoleLog": [
            {"TimeGenerated": 9, "_ResourceId": _ENDPOINT, "DeploymentName": "green", "InstanceId": "i1",
             "Message": "abc: <model> not loaded"}
        ],
        "AmlComputeJobEvent": [
            {"TimeGenerated": 61, "_ResourceId": _WORKSPACE, "WorkspaceName": "mlw", "ClusterName": "cpu",
             "ExperimentName": "train", "JobName": "run4", "EventType": "JobFailed",
             "JobErrorMessage": "No such column: age"}
        ],
    }  # fmt: skip


def page() -> str:
    """The whole page."""
    tables = samples()
    parts = [f"<h1>Workbooks with samples</h1><p class=statement>{escape(STATEMENT)}</p>"]
    for audience, workbook in contents().items():
        parts.append(f"<section><h2>{escape(audience)}</h2>")
        for item in workbook["items"]:
            if item["type"] == 3:
                content = item["content"]
                rows = ran(filled(content["query"]), **tables) if content["queryType"] == 0 else OPEN_ALERTS
                parts.append(f"<h3>{escape(content['title'])}</h3>{_drawn(content['visualization'], rows)}")
        parts.append("</section>")
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Workbooks with samples</title>{_STYLE}"
    return head + "".join(parts)


_STYLE = (
    "<style>body{font:14px sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse}"
    "td,th{border:1px solid #999;padding:.2em .6em;text-align:left}.statement{border:2px solid #a50;padding:.6em}"
    "section{border-top:1px solid #999}svg{display:block;background:#f4f4f4}</style>"
)


def _drawn(shown_as: str, rows: list[dict[str, Any]]) -> str:
    return {"table": _table, "barchart": _bars, "linechart": _lines}[shown_as](rows)


def _table(rows: Iterable[Mapping[str, Any]]) -> str:
    lines = [list(row.values()) for row in rows]
    head = "".join(f"<th>{escape(name)}</th>" for name in next(iter(rows), {}))
    body = "".join(f"<tr>{''.join(f'<td>{escape(_shown(value))}</td>' for value in line)}</tr>" for line in lines)
    return f"<table><tr>{head}</tr>{body}</table>"


def _bars(rows: list[dict[str, Any]]) -> str:
    numbers = [
        (f"{_label(row)} {name}", value)
        for row in rows
        for name, value in row.items()
        if isinstance(value, int | float)
    ]
    most = max((value for _, value in numbers), default=1) or 1
    bars = "".join(
        f'<rect x=160 y={index * 24 + 4} width={300 * value / most:.0f} height=16 fill="#36c"></rect>'
        f"<text x=4 y={index * 24 + 17}>{escape(label)}</text><text x=470 y={index * 24 + 17}>{value}</text>"
        for index, (label, value) in enumerate(numbers)
    )
    return f'<svg width=560 height={len(numbers) * 24 + 8} role=img aria-label="bars">{bars}</svg>'


def _lines(rows: list[dict[str, Any]]) -> str:
    """A line for each deployment and number, over time."""
    series: dict[str, list[tuple[datetime, float]]] = {}
    for row in rows:
        (time,) = [value for value in row.values() if isinstance(value, datetime)]
        for name, value in row.items():
            if isinstance(value, int | float):
                series.setdefault(f"{_label(row)} {name}", []).append((time, float(value)))
    times = sorted({time for line in series.values() for time, _ in line})
    most = max((value for line in series.values() for _, value in line), default=1) or 1
    drawn, names = [], []
    for index, (name, line) in enumerate(sorted(series.items())):
        colour = f"hsl({index * 67 % 360} 70% 35%)"
        points = " ".join(
            f"{times.index(time) * 440 / max(len(times) - 1, 1) + 10:.0f},{190 - 180 * value / most:.0f}"
            for time, value in sorted(line)
        )
        drawn.append(f'<polyline points="{points}" fill=none stroke="{colour}" stroke-width=2></polyline>')
        names.append(f'<text x=470 y={index * 18 + 18} fill="{colour}">{escape(name)}</text>')
    return f'<svg width=760 height=200 role=img aria-label="lines">{"".join(drawn)}{"".join(names)}</svg>'


def _label(row: Mapping[str, Any]) -> str:
    return " ".join(str(value) for value in row.values() if isinstance(value, str))


def _shown(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
