"""`amlz simulate`: requests to Azure Resource Manager, answered by the simulated Azure."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amlz.cli.jsonl import answer_lines
from amlz.cli.options import planned, refuse, shown
from amlz.cli.progress import step
from amlz.cli.signals import Stopped
from amlz.reports.streams import say

if TYPE_CHECKING:
    from amlz.app.listening import Stack
    from amlz.simulator.arm.endpoint import SimulatedArm


def simulate(
    stack: Annotated[
        str, typer.Argument(help="The stack to deploy into it first, with --listen. None: it starts empty.")
    ] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read one request a line, write one answer a line.")] = False,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Serve HTTPS on this loopback address.")
    ] = "",
    state: Annotated[
        Path | None, typer.Option("--state", metavar="FILE", help="Keep the simulated Azure in this file.")
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate",
            metavar="FILE",
            help="File for the certificate that clients trust; default: amlz-simulate.pem.",
        ),
    ] = None,
    new_subscriptions: Annotated[
        bool,
        typer.Option(
            "--new-subscriptions", help="Subscriptions have no resource provider registered, as new ones have none."
        ),
    ] = False,
) -> None:
    """Answers requests to Azure Resource Manager as Azure would: lines from standard input, or clients over HTTPS.

    One simulated Azure, empty at first.
    """
    refuse(jsonl == bool(listen), "pass one of --jsonl and --listen", "--jsonl, --listen")
    if jsonl:
        given = {"STACK": stack, "--state": state, "--certificate": certificate}
        refuse(any(given.values()), "only --listen takes it", ", ".join(key for key, value in given.items() if value))
        from amlz.simulator.arm.endpoint import SimulatedArm
        from amlz.simulator.arm.messages import answers

        lines = SimulatedArm(new_subscriptions=new_subscriptions)
        answer_lines(lambda read: answers(read, lines))
        return
    from amlz.app import listening

    try:
        address = listening.address_of(listen)
    except ValueError as problem:
        raise typer.BadParameter(str(problem), param_hint="--listen") from None
    deployed = planned(stack) if stack else None
    trusted = certificate or Path("amlz-simulate.pem")
    asked = listening.ListenOptions(address, trusted, state, deployed, new_subscriptions)
    server, arm = listening.start(asked, lambda line: say(f"{line}\n"))
    if deployed:
        _deploy(arm, deployed)
    with server, suppress(Stopped):
        port = server.server_port
        say(f"Listening on https://localhost:{port}. Clients have to trust {trusted}. Stop it with Ctrl-C.\n")
        server.serve_forever()
    say("Stopped.\n")


def _deploy(arm: SimulatedArm, stack: Stack) -> None:
    """Deploys a stack, and reports it. Ends with exit code 1 where requests were refused."""
    from amlz.app.listening import NotDeployed
    from amlz.app.listening import deployed as done

    try:
        with step(f"Deploying {stack[0].stack}"):
            deployed_stack = done(arm, stack)
    except NotDeployed as problem:
        say(shown(f"{problem}\n"))
        sys.exit(1)
    if deployed_stack is None:
        say(f"{stack[0].stack}: deployed before, kept as the state file has it.\n")
        return
    if deployed_stack.providers:
        listed = f"`amlz roles {stack[0].stack} --deployer`"
        say(f"{stack[0].stack}: {deployed_stack.providers} resource providers registered, those that {listed} lists.\n")
    say(f"{stack[0].stack}: {deployed_stack.requests} resources deployed.\n")
    if deployed_stack.outside:
        say(f"  {len(deployed_stack.outside)} resources outside of the stack are taken to exist, with no properties.\n")
    for resource_id, path in deployed_stack.left_out:
        say(f"  Left out, as only Azure knows it: {path} of {resource_id}\n")
