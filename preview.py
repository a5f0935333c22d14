"""Previewing a stack: the unmodified program, run over a pretend Azure, and everything the checks find in it."""

from __future__ import annotations

from pathlib import Path

from checks.catalogue import run
from landingzone.load import StackFile
from landingzone.plan import LandingZonePlan
from offline.graph import resource_graph
from offline.monitor import Program, register
from reports.preview import Preview

PROGRAM = Path(__file__).with_name("__main__.py")
PROJECT = "aml-landing-zone"


def preview_stack(file: StackFile, plan: LandingZonePlan) -> Preview:
    """What the program would build from a stack file."""
    registration = register(Program(main=PROGRAM, project=PROJECT, stack=file.stack, config=file.pulumi_config))
    owners = {environment.key: (environment.project, environment.environment) for environment in plan.environments}
    graph = resource_graph(registration, cloud=plan.cloud, owners=owners)
    return Preview(stack=file.stack, config=file.config, plan=plan, graph=graph, findings=run(graph))
