"""`amlz init`: writes a new stack file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amlz.cli.options import refuse, write

if TYPE_CHECKING:
    from amlz.stackfile.new.questions import Question

NewStackName = Annotated[
    str, typer.Argument(metavar="STACK", help="Name of the new stack (dev writes Pulumi.dev.yaml), or a path.")
]
Organisation = Annotated[str, typer.Option(help="Name of the organisation.", show_default=False)]
BusinessUnit = Annotated[
    str, typer.Option(help="Short name: 2 to 10 lower-case letters or digits.", show_default=False)
]
Tenant = Annotated[str, typer.Option(help="ID of the Microsoft Entra tenant.", show_default=False)]
Subscription = Annotated[str, typer.Option(help="ID of the Azure subscription.", show_default=False)]
Region = Annotated[str, typer.Option(help="Azure region, such as westeurope.", show_default=False)]
Range = Annotated[
    str, typer.Option(help="IPv4 range for the hub and all projects.", metavar="CIDR", show_default=False)
]
Project = Annotated[str, typer.Option(help="Name of the first project.", show_default=False)]
Environments = Annotated[str, typer.Option(help="Its environments, such as dev,prod.", show_default=False)]
HubSubscription = Annotated[
    str, typer.Option(help="ID of the hub's subscription, if it has its own.", show_default=False)
]
PlatformTeam = Annotated[str, typer.Option(help="Object ID of the platform team's Entra group.", show_default=False)]
Networks = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="CSV or YAML file of ranges from a network team.", show_default=False),
]


def init(
    stack: NewStackName = "dev",
    organisation: Organisation = "",
    business_unit: BusinessUnit = "",
    tenant: Tenant = "",
    subscription: Subscription = "",
    location: Region = "",
    network: Range = "",
    project: Project = "",
    environments: Environments = "",
    hub_subscription: HubSubscription = "",
    platform_team: PlatformTeam = "",
    networks: Networks = None,
) -> None:
    """Writes a new stack file. On a terminal, asks a question for each missing option."""
    from amlz.app.new_stack import target, write_new_stack
    from amlz.reports import check as report
    from amlz.reports.styled import joined_text
    from amlz.stackfile.new.networks_file import Networks as Handed
    from amlz.stackfile.new.networks_file import read_networks
    from amlz.stackfile.new.questions import QUESTIONS, listed_environments
    from amlz.stackfile.new.stack import NewStack

    path = target(stack)
    ranges = read_networks(networks) if networks else Handed()
    given = {
        "organisation": organisation,
        "business_unit": business_unit,
        "tenant": tenant,
        "subscription": subscription,
        "location": location,
        "network": network,
        "project": project,
        "environments": environments,
    }
    refuse(bool(network and ranges.hub), "the file of --from has a hub already: leave one of the two out", "--network")
    unneeded = {"network"} if ranges.hub else set()
    unneeded |= {"project", "environments"} if ranges.environments and not project else set()
    answers = _answered([question for question in QUESTIONS if question.name not in unneeded], given)
    new = NewStack(
        organisation=answers["organisation"],
        business_unit=answers["business_unit"],
        tenant=answers["tenant"],
        subscription=answers["subscription"],
        location=answers["location"],
        network=answers.get("network"),
        project=answers.get("project"),
        environments=listed_environments(answers.get("environments", "")),
        networks=ranges,
        hub_subscription=hub_subscription or None,
        platform_team=platform_team or None,
    )
    written = write_new_stack(path, new)
    name = written.stack if written.path.parent == Path.cwd() else stack
    write(joined_text("", [report.written(written.path.name, written.notices), f"Next: amlz preview {name}\n"]), None)


def _answered(questions: list[Question], given: dict[str, str]) -> dict[str, str]:
    """Answers by name: those of options, and of the terminal for the rest.

    Raises LandingZoneError with every wrong answer of an option.
    """
    from amlz.core.problems import LandingZoneError
    from amlz.stackfile.new.questions import doubt_of, problem_of

    wrong = [(item.option, problem_of(item, given[item.name])) for item in questions if given[item.name]]
    if any(problem for _, problem in wrong):
        raise LandingZoneError("\n".join(f"{option}\n  {problem}" for option, problem in wrong if problem))
    missing = [question for question in questions if not given[question.name]]
    if missing and not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        names = ", ".join(item.option for item in missing)
        raise typer.BadParameter("they are required where no terminal can be asked", param_hint=names)
    answers = {question.name: given[question.name] for question in questions if given[question.name]}
    for item in missing:
        doubted = None
        while True:
            answer = _prompt(item)
            problem = problem_of(item, answer)
            if not problem and answer != doubted and (doubt := doubt_of(item, answer)):
                doubted, problem = answer, f"{doubt} To keep it, enter it again."
            if not problem:
                break
            typer.echo(problem, err=True)
        answers[item.name] = answer
    return answers


def _prompt(question: Question) -> str:
    """The answer of the terminal, or the default. Questions go to standard error, results to standard output."""
    default = f" [{question.default}]" if question.default else ""
    typer.echo(f"{question.text}{default}: ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise typer.BadParameter("the input ended; nothing was written", param_hint=question.option)
    return line.strip() or question.default or ""
