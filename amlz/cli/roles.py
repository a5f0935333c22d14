"""`amlz roles`: custom roles with the exact rights of the deployer or the reader of a stack."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, refuse, write
from amlz.cli.progress import step


class RolesForm(StrEnum):
    """Formats of the roles."""

    text = "text"
    json = "json"
    az = "az"
    bicep = "bicep"


def roles(
    stack: Stack,
    deployer: Annotated[bool, typer.Option("--deployer", help="The roles that deploy the stack.")] = False,
    reader: Annotated[bool, typer.Option("--reader", help="The roles that preview and refresh it.")] = False,
    form: Annotated[RolesForm, typer.Option("--format", "-f", help="Output format.")] = RolesForm.text,
    output: Output = None,
) -> None:
    """Shows the exact rights that the deployer of a stack needs, or the reader, as custom roles."""
    refuse(deployer == reader, "name one of the two", "--deployer, --reader")
    from dataclasses import replace

    from amlz.app.preview import graph_of
    from amlz.azure.deployer import deployer_roles
    from amlz.core.planning.deployer import custom_roles
    from amlz.reports.roles import FORMS

    file, plan = planned(stack)
    with step(f"Previewing {file.stack}"):
        result = deployer_roles(graph_of(file, plan), file.stack, "deployer" if deployer else "reader")
    if deployer:
        result = replace(result, definitions=custom_roles(plan.roles()))
    write(FORMS[form.value](file.stack, result), output)
