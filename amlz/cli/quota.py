"""`amlz quota`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, refuse, write


class QuotaForm(StrEnum):
    """Forms of wanted quotas. `update`: the body of the request that raises limits."""

    text = "text"
    json = "json"
    update = "update"


def quota(
    stack: Stack,
    current: Annotated[
        Path | None, typer.Option("--current", metavar="FILE", help="Compare with this list of Azure's quotas.")
    ] = None,
    spare: Annotated[
        int, typer.Option(min=0, max=1000, help="Percent on top, for endpoints and jobs that teams create.")
    ] = 0,
    commands: Annotated[
        bool, typer.Option("--commands", help="Show the step of a pipeline that compares and raises limits.")
    ] = False,
    form: Annotated[QuotaForm, typer.Option("--format", "-f", help="Format of the output.")] = QuotaForm.text,
    output: Output = None,
) -> None:
    """Shows the quota of Azure ML that each workspace needs at full scale, by family of machine sizes.

    The exit code is 1 where a limit in `--current` is not enough.
    """
    from amlz.app.quota import current_quotas
    from amlz.core import workspace_quota
    from amlz.reports.json_text import dump
    from amlz.reports.workspace_quota import as_json, as_text

    refuse(commands and current is not None, "the commands fetch the list. Omit one of them", "--commands, --current")
    refuse(
        commands and form is not QuotaForm.text, "commands have no other format. Omit --format", "--commands, --format"
    )
    refuse(form is QuotaForm.update and current is None, "an update needs the list of --current", "--format")
    file, plan = planned(stack)
    quotas = workspace_quota.wanted_quotas(plan, spare, None if current is None else current_quotas(current))
    if commands:
        text = "".join(f"{line}\n" for line in workspace_quota.commands(file.display_path, quotas, spare))
    elif form is QuotaForm.update:
        text = dump(workspace_quota.update_of(quotas))
    else:
        text = (as_json if form is QuotaForm.json else as_text)(quotas)
    write(text, output)
    raise typer.Exit(int(any(row.enough is False for row in quotas)))
