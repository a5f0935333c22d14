"""Previewing a stack: the unmodified program, run over a pretend Azure, and everything the checks find in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from arm.graph import ResourceGraph
from checks import policy_connections, policy_managed_group, stack_file
from checks.accepted_finding import accept
from checks.catalogue import ALL, in_order, run
from landingzone.hub_outputs import of_stacks
from landingzone.load import StackFile
from landingzone.plan import LandingZonePlan
from landingzone.problems import LandingZoneError
from policies.imported import imported
from policies.library import library
from policies.verdicts import Asked, verdicts
from reports.preview import Preview

try:
    from offline.graph import resource_graph
    from offline.monitor import Program, ProgramFailed, register
except ImportError as missing:
    raise LandingZoneError(
        f"Pulumi's SDK as installed here cannot run a preview: {missing}.\n"
        "Install the versions that this repository is tested with: `pip install --require-hashes -r requirements.lock`."
    ) from None

PROGRAM = Path(__file__).with_name("__main__.py")
PROJECT = "aml-landing-zone"


def program_of(file: StackFile) -> Program:
    """The program as the engine would run it for a stack file. The hub's stack gives what the stack file says of it."""
    stacks = of_stacks(file.config.hub.stack)
    return Program(main=PROGRAM, project=PROJECT, stack=file.stack, config=file.pulumi_config, stacks=stacks)


def graph_of(file: StackFile, plan: LandingZonePlan) -> ResourceGraph:
    """The requests that the program would make. Raises ProgramFailed where Pulumi refuses one."""
    registration = register(program_of(file))
    if registration.problems:  # Pulumi refuses each of these, or tells it as an error
        raise ProgramFailed(RuntimeError("\n".join(registration.problems)))
    owners = {environment.key: (environment.project, environment.environment) for environment in plan.environments}
    return replace(resource_graph(registration, plan.cloud, owners), dns=plan.organisation.dns_mode)


def preview_stack(file: StackFile, plan: LandingZonePlan, today: str = "") -> Preview:
    """What the program would build from a stack file, and what is said to that. `today`: ISO 8601, "" for not said."""
    graph = replace(graph_of(file, plan), today=today)
    asked = Asked(library(), imported(), file.config.policies.groups, today)
    said = verdicts(graph, asked)
    connections = verdicts(policy_connections.forecast(graph), asked).answers
    managed = verdicts(policy_managed_group.forecast(graph), asked).answers
    beside = (*policy_connections.of_connections(connections), *policy_managed_group.of_managed_groups(managed))
    found = (*run(graph, (*said.answers, *beside)), *stack_file.find(file.config, plan))
    judged = accept(found, file.config.accepted_findings, today, {check.id for check in ALL})
    return Preview(
        stack=file.stack,
        file=file,
        config=file.config,
        plan=plan,
        graph=graph,
        findings=in_order(judged.found),
        verdicts=said,
        accepted=judged.accepted,
    )
