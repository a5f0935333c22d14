"""`amlz dashboards`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, refuse, write


def dashboards(
    stack: Stack,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Write dashboards and script into this folder.", show_default=False),
    ] = None,
    output: Output = None,
) -> None:
    """Shows the script that imports dashboards into the Managed Grafana of AKS clusters.

    Azure has no resource for a dashboard of Managed Grafana: docs/how-to/aks.md.
    """
    from amlz.app.dashboards import dashboards_of, files_of, script_of
    from amlz.app.folder import write_files

    refuse(to is not None and output is not None, "each names another destination. Omit one", "--to, --output")
    file, plan = planned(stack)
    specs = dashboards_of(file.stack, plan)
    write(script_of(specs) if to is None else write_files(files_of(specs), to), output)
