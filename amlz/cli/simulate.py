"""`amlz simulate`: requests to Azure Resource Manager, answered by the simulated Azure."""

from __future__ import annotations

from typing import Annotated

import typer

from amlz.cli.jsonl import answer_lines
from amlz.cli.options import refuse


def simulate(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read one request a line, write one answer a line.")] = False,
) -> None:
    """Answers requests to Azure Resource Manager from standard input as Azure would: one Azure, empty at first."""
    refuse(not jsonl, "pass --jsonl: requests are read as one JSON object a line", "--jsonl")
    from amlz.simulator.arm.endpoint import SimulatedArm
    from amlz.simulator.arm.messages import answers

    arm = SimulatedArm()
    answer_lines(lambda lines: answers(lines, arm))
