"""Previewing a stack: the unmodified program, run over the simulator, and all findings of the checks."""

from __future__ import annotations

from dataclasses import replace

from amlz.app.estimate import costs, records_of
from amlz.azure.graph import ResourceGraph
from amlz.checks import stack_file
from amlz.checks.accepted.finding import accept
from amlz.checks.catalogue import every_check, in_order, run
from amlz.checks.policy import after_creation as policy_after_creation
from amlz.checks.policy import connections as policy_connections
from amlz.checks.policy import managed_group as policy_managed_group
from amlz.core.hub_outputs import of_stacks
from amlz.core.permissions.personas import personas
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.paths import PRODUCT
from amlz.policy.imported import imported
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, verdicts
from amlz.reports.preview import Preview
from amlz.stackfile.load import StackFile

try:
    from amlz.simulator.graph import resource_graph
    from amlz.simulator.monitor import Program, ProgramFailed, register
except ImportError as missing:
    raise LandingZoneError(
        f"Pulumi's SDK as installed here cannot run a preview: {missing}.\n"
        "Install the versions that this repository is tested with: `pip install --require-hashes -r requirements.lock`."
    ) from None

PROGRAM = PRODUCT / "__main__.py"
PROJECT = "aml-landing-zone"


def program_of(file: StackFile) -> Program:
    """The program as the engine would run it for a stack file. The stack file sets the outputs of the hub's stack."""
    stacks = of_stacks(file.config.hub.stack)
    return Program(main=PROGRAM, project=PROJECT, stack=file.stack, config=file.pulumi_config, stacks=stacks)


def graph_of(file: StackFile, plan: LandingZonePlan) -> ResourceGraph:
    """The requests that the program would make. Raises ProgramFailed where Pulumi refuses one."""
    registration = register(program_of(file))
    if registration.problems:  # Pulumi refuses each of these, or reports it as an error
        raise ProgramFailed(RuntimeError("\n".join(registration.problems)))
    owners = {environment.key: (environment.project, environment.environment) for environment in plan.environments}
    graph = resource_graph(registration, plan.cloud, owners)
    people = tuple(personas(file.config, plan))
    return replace(graph, dns=plan.organisation.dns_mode, log_key=file.config.hub.log_key, personas=people)


def preview_stack(file: StackFile, plan: LandingZonePlan, today: str | None = None) -> Preview:
    """Returns the resources of a stack file with their findings and verdicts. `today`: ISO 8601, if passed."""
    graph = replace(graph_of(file, plan), today=today)
    sources = PolicySources(library(), imported(), file.config.policies.groups, today)
    result = verdicts(graph, sources)
    connections = verdicts(policy_connections.forecast(graph), sources, result).answers
    managed = verdicts(policy_managed_group.forecast(graph), sources, result).answers
    beside = (*policy_connections.of_connections(connections), *policy_managed_group.of_managed_groups(managed))
    stored = verdicts(policy_after_creation.forecast(graph, result.answers), sources, result).answers
    later = policy_after_creation.find(graph, result.answers, stored)
    findings = (*run(graph, (*result.answers, *beside)), *later, *stack_file.find(file.config, plan))
    judged = accept(findings, file.config.accepted_findings, today, {check.id for check in every_check()})
    return Preview(
        stack=file.stack,
        file=file,
        config=file.config,
        plan=plan,
        graph=graph,
        findings=in_order(judged.findings),
        verdicts=result,
        accepted=judged.accepted,
        costs=costs(records_of(graph), file) if file.config.cost.prices is not None else None,
    )
