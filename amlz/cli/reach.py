"""`amlz reach`: who reaches what in the networks of a stack."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, refuse, write
from amlz.cli.progress import step


class ReachForm(StrEnum):
    """Formats of the answers."""

    text = "text"
    json = "json"
    markdown = "markdown"


class ProtocolName(StrEnum):
    """Protocols that can be asked about."""

    tcp = "tcp"
    udp = "udp"
    icmp = "icmp"


def _named(text: str | None) -> str | None:
    if text is not None and not text.strip():
        raise typer.BadParameter("it is empty: name one, or omit the option")
    return text


def reach(
    stack: Stack,
    source: Annotated[
        str | None,
        typer.Option("--from", callback=_named, help="Subnet, network, environment, address, on-premises or internet."),
    ] = None,
    destination: Annotated[
        str | None,
        typer.Option("--to", callback=_named, help="The same, or an endpoint, its target, a host or a service tag."),
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65_535, help="Port of the destination.")] = None,
    protocol: Annotated[ProtocolName, typer.Option("--protocol", help="Protocol.")] = ProtocolName.tcp,
    form: Annotated[ReachForm, typer.Option("--format", "-f", help="Output format.")] = ReachForm.text,
    output: Output = None,
) -> None:
    """Shows who reaches what on which port, such as --from churn/dev --to churn/prod."""
    refuse(protocol is ProtocolName.icmp and port is not None, "ICMP has no ports. Omit --port", "--port")
    from amlz.app.reach import ReachQuestion, reach
    from amlz.reports.reach import FORMS

    file, plan = planned(stack)
    with step(f"Evaluating the networks of {file.stack}"):
        answers = reach(file, plan, ReachQuestion(source or None, destination or None, protocol.value, port))
    write(FORMS[form.value](file.stack, answers), output)
