"""`amlz egress`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, refuse, write


class EgressForm(StrEnum):
    """Forms of the egress list. `fortios`: commands of a device."""

    text = "text"
    csv = "csv"
    json = "json"
    fortios = "fortios"


def egress(
    stack: Stack,
    form: Annotated[EgressForm, typer.Option("--format", "-f", help="Format of the output.")] = EgressForm.text,
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="FILE", help="Write with this Jinja template instead.", show_default=False),
    ] = None,
    output: Output = None,
) -> None:
    """Lists the egress that a firewall must allow, for the owner of one of any kind."""
    from amlz.reports import egress_list as lists

    refuse(
        template is not None and form is not EgressForm.text,
        "each is a format. Omit one of them",
        "--format, --template",
    )
    file, plan = planned(stack)
    wanted = lists.egress_list(file.stack, plan)
    if template is not None or form is EgressForm.fortios:
        text = lists.by_template(wanted, template or lists.FORTIOS)
    else:
        text = {EgressForm.text: lists.as_text, EgressForm.csv: lists.as_csv, EgressForm.json: lists.as_json}[form](
            wanted
        )
    write(text, output)
