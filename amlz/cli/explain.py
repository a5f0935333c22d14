"""`amlz explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from amlz.cli.options import write


def explain(finding: Annotated[str, typer.Argument(help="A finding's id, such as dns/endpoint-without-zone.")]) -> None:
    """Explains a finding: its reason, its remedies and its source."""
    from amlz.checks.catalogue import explain as explained

    write(explained(finding), None)
