"""Indicators of service level objectives: their queries, starting targets, and what cannot be measured."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from amlz.dataclass import dataclass

IndicatorName = Literal[
    "availability", "error-rate", "latency", "schema-validity", "job-success", "pipeline-duration", "queue-time",
    "rollout-success", "data-freshness", "drift", "recovery-time",
]  # fmt: skip
QUERIES = Path(__file__).with_name("queries")
_TABLES = "https://learn.microsoft.com/azure/azure-monitor/reference/tables/"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator. `events`: the file of its events, one row each with `bad` 0 or 1; None where no table has them.

    `of`: requests of online endpoints, or runs of a workspace. `target`: percent of good events to start with, a
    choice of this project. `limit`: to start with, in `unit`; None for required. `minimum`: fewest events in the long
    window. `why_not`: why it is not measured.
    """

    good: str
    target: float
    of: Literal["requests", "runs"] = "requests"
    unit: Literal["ms", "min"] | None = None
    limit: float | None = None
    minimum: int = 100
    table: str = "AmlOnlineEndpointTrafficLog"
    why_not: str | None = None

    @property
    def source(self) -> str:
        """The page of its table."""
        return _TABLES + self.table.lower()


INDICATORS: Mapping[IndicatorName, Indicator] = {
    "availability": Indicator("requests without a 5xx", 99.9),
    "error-rate": Indicator("requests without a 5xx, 408 or 429", 99.5),
    "latency": Indicator("successful requests within the limit", 95, unit="ms", limit=300),
    "schema-validity": Indicator("requests without a 400 or 422", 99),
    "job-success": Indicator("runs that completed", 95, "runs", minimum=5, table="AmlRunStatusChangedEvent"),
    "pipeline-duration": Indicator(
        "pipelines within the limit", 95, "runs", "min", minimum=5, table="AmlRunStatusChangedEvent"
    ),
    "queue-time": Indicator(
        "runs that started within the limit", 95, "runs", "min", 30, minimum=5, table="AmlRunStatusChangedEvent"
    ),
    "rollout-success": Indicator(
        "deployments of models that succeeded", 95, "runs", minimum=3, table="AzureMetrics"
    ),
    "data-freshness": Indicator(
        "data sets younger than wanted", 99,
        why_not="no table of Azure has the age of data: a job of the project has to write it",
    ),
    "drift": Indicator(
        "features within their threshold", 95,
        why_not="a model monitor keeps its results as files of its run; a breach fails the run: failed-runs counts it",
    ),
    "recovery-time": Indicator(
        "alerts resolved within an hour", 95,
        why_not="Azure Resource Graph has fired and resolved alerts (alertsmanagementresources), not the log",
    ),
}  # fmt: skip


@cache
def text_of(name: str) -> str:
    """Returns the text of a query file."""
    return (QUERIES / f"{name}.kql").read_text(encoding="utf-8").rstrip()
