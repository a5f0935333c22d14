"""Dashboards of Managed Grafana: files, and the script that imports them."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath

from amlz.azure.ids import parse
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.core.specs import records
from amlz.core.specs.grafana import DashboardsSpec
from amlz.paths import PACKAGE

SCRIPT = "import.sh"


def dashboards_of(stack: str, plan: LandingZonePlan) -> tuple[DashboardsSpec, ...]:
    """Returns the dashboards of a stack. Raises LandingZoneError where there is no Grafana."""
    specs = tuple(records(plan.environments, DashboardsSpec))
    if not specs:
        raise LandingZoneError(
            f"{stack} has no Managed Grafana.\n  Set `aks.monitoring: true` of an environment in its stack file: "
            "docs/how-to/aks.md."
        )
    return specs


def script_of(specs: tuple[DashboardsSpec, ...]) -> str:
    """Returns the script that imports dashboards from its own folder. Dashboards that exist are replaced."""
    lines = [
        "#!/bin/sh",
        "# Imports dashboards into Managed Grafana. Run it where the private endpoint of Grafana is reached, with the",
        "# role Grafana Admin or Grafana Editor. `az grafana` is in an extension of the Azure CLI.",
        "set -eu",
        'cd "$(dirname "$0")"',
        "az extension add --name amg --upgrade",
    ]
    for spec in specs:
        grafana = parse(spec.grafana)
        lines += [
            f"az grafana dashboard create --name {grafana.name} --resource-group {shlex.quote(grafana.resource_group)} "
            f"--subscription {grafana.subscription} --overwrite true --definition @{PurePosixPath(file).name}"
            for file in spec.files
        ]
    return "\n".join(lines) + "\n"


def files_of(specs: tuple[DashboardsSpec, ...]) -> dict[str, str]:
    """Returns dashboards and script, by the names of files."""
    paths: dict[str, Path] = {PurePosixPath(file).name: PACKAGE / file for spec in specs for file in spec.files}
    return {**{name: path.read_text("utf-8") for name, path in paths.items()}, SCRIPT: script_of(specs)}
