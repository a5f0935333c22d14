"""The spec of dashboards of Managed Grafana: they need its API after the deployment, so a command writes them."""

from __future__ import annotations

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DashboardsSpec:
    """Dashboards of Managed Grafana (its id). `files`: their JSON, as paths from the folder `amlz`."""

    grafana: str
    files: tuple[str, ...]
