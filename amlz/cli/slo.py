"""`amlz slo`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, refuse, write


class SloForm(StrEnum):
    """Forms of objectives."""

    text = "text"
    json = "json"
    openslo = "openslo"


def slo(
    stack: Stack,
    form: Annotated[SloForm, typer.Option("--format", "-f", help="Format of the output.")] = SloForm.text,
    from_openslo: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="Show OpenSLO documents as `slos` of the stack file instead."),
    ] = None,
    output: Output = None,
) -> None:
    """Shows the service level objectives of a stack: budgets, burn-rate alerts, and what is not measured."""
    from amlz.reports.openslo import as_openslo
    from amlz.reports.slo import as_json, as_text, slos_of_plan

    file, plan = planned(stack)
    if from_openslo is not None:
        from amlz.app.openslo import imported

        refuse(form is not SloForm.text, "an import is YAML for the stack file. Omit --format", "--import, --format")
        known = frozenset(str(spec.owner) for spec in plan.environments)
        write(imported(from_openslo, known), output)
        return
    slos = slos_of_plan(file.stack, plan)
    if form is SloForm.openslo:
        write(as_openslo(slos), output)
    else:
        write((as_json if form is SloForm.json else as_text)(file.stack, slos), output)
