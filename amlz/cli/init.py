"""`amlz init`: writes a new stack file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amlz.cli.options import refuse, write

if TYPE_CHECKING:
    from amlz.stackfile.new.networks_file import Networks as NetworkRanges
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
Hub = Annotated[
    str,
    typer.Option(
        help="created, none, or the ID of a virtual network or virtual hub that exists.",
        metavar="HUB",
        show_default="created",
    ),
]
Spoke = Annotated[
    str,
    typer.Option(
        help="Network of the projects: created, or the ID of one that exists.", metavar="SPOKE", show_default="created"
    ),
]
HubRange = Annotated[str, typer.Option(help="IPv4 range of a hub that exists.", metavar="CIDR", show_default=False)]
FirewallAddress = Annotated[
    str, typer.Option(help="Private address of the firewall in a hub that exists.", show_default=False)
]
Log = Annotated[str, typer.Option(help="ID of the central log, with a hub that exists.", show_default=False)]
DnsServers = Annotated[str, typer.Option(help="DNS servers of the spokes, with a hub that exists.", show_default=False)]
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
    hub: Hub = "",
    hub_range: HubRange = "",
    firewall_address: FirewallAddress = "",
    log: Log = "",
    dns_servers: DnsServers = "",
    spoke: Spoke = "",
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
    from amlz.stackfile.new.stack import stack_of

    path = target(stack)
    ranges = read_networks(networks) if networks else Handed()
    given = {
        "organisation": organisation,
        "business_unit": business_unit,
        "tenant": tenant,
        "subscription": subscription,
        "location": location,
        "hub": hub,
        "hub_range": hub_range,
        "firewall_address": firewall_address,
        "log": log,
        "dns_servers": dns_servers,
        "spoke": spoke,
        "network": network,
        "project": project,
        "environments": environments,
    }
    answers = _answered(_Options(given, ranges))
    new = stack_of(answers, ranges, hub_subscription or None, platform_team or None)
    written = write_new_stack(path, new)
    name = written.stack if written.path.parent == Path.cwd() else stack
    write(joined_text("", [report.written(written.path.name, written.notices), f"Next: amlz preview {name}\n"]), None)


@dataclass(frozen=True, slots=True)
class _Options:
    """Answers that options gave, by the names of questions, and the ranges of a file."""

    given: dict[str, str]
    ranges: NetworkRanges

    def questions(self, hub: str) -> list[Question]:
        """Returns the questions for a hub that neither the file answers nor another answer makes needless."""
        from amlz.stackfile.new.hub import CREATED, kind_of
        from amlz.stackfile.new.questions import questions

        builds, ranges = kind_of(hub) == CREATED, self.ranges
        unneeded = {"network"} if (ranges.hub if builds else ranges.spokes) else set()
        unneeded |= {"hub_range"} if ranges.hub else set()
        unneeded |= {"project", "environments"} if ranges.environments and not self.given["project"] else set()
        return [question for question in questions(hub) if question.name not in unneeded]

    def refuse_unused(self, hub: str) -> None:
        """Raises BadParameter for an option that the hub or the file of ranges makes needless."""
        from amlz.stackfile.new.hub import CREATED, NONE
        from amlz.stackfile.new.questions import questions

        in_file = self.ranges.hub is not None
        refuse(in_file and hub == NONE, "the file of --from has a hub: leave one of the two out", "--hub")
        needed, of_hub = ({question.name for question in some} for some in (self.questions(hub), questions(hub)))
        for name in ("network", "hub_range", "firewall_address", "log", "dns_servers", "spoke"):
            option, given = f"--{name.replace('_', '-')}", self.given[name] not in ("", CREATED)
            other = f"it is not of this hub ({hub}): leave it out, or name another hub by --hub"
            refuse(given and name not in of_hub, other, option)
            twice = "the file of --from has a hub already: leave one of the two out"
            refuse(given and name not in needed and in_file, twice, option)


def _answered(options: _Options) -> dict[str, str]:
    """Answers by name: those of options, and of the terminal for the rest.

    Raises LandingZoneError with every wrong answer of an option.
    """
    from amlz.core.problems import LandingZoneError
    from amlz.stackfile.new.hub import CREATED
    from amlz.stackfile.new.questions import EVERY, problem_of

    given, terminal = options.given, bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())
    hub = given["hub"] or CREATED
    wrong = [(item.option, problem_of(item, given[item.name])) for item in EVERY if given[item.name]]
    if any(problem for _, problem in wrong):
        raise LandingZoneError("\n".join(f"{option}\n  {problem}" for option, problem in wrong if problem))
    missing = [item.option for item in options.questions(hub) if not given[item.name] and not item.optional]
    if missing and not terminal:
        raise typer.BadParameter("they are required where no terminal can be asked", param_hint=", ".join(missing))
    answers = {"hub": given["hub"]} if given["hub"] else {}
    while question := next(
        (item for item in options.questions(answers.get("hub", hub)) if item.name not in answers), None
    ):
        if given[question.name] or not terminal or (question.optional and question.default is None):
            answers[question.name] = given[question.name] or question.default or ""
        else:
            answers[question.name] = _ask(question)
    options.refuse_unused(answers["hub"])
    return {name: answer for name, answer in answers.items() if answer}


def _ask(question: Question) -> str:
    """Returns the valid answer of the terminal: after a doubtful one, the question is repeated."""
    from amlz.stackfile.new.questions import doubt_of, problem_of

    doubted = None
    while True:
        answer = _prompt(question)
        problem = problem_of(question, answer)
        if not problem and answer != doubted and (doubt := doubt_of(question, answer)):
            doubted, problem = answer, f"{doubt} To keep it, enter it again."
        if not problem:
            return answer
        typer.echo(problem, err=True)


def _prompt(question: Question) -> str:
    """The answer of the terminal, or the default. Questions go to standard error, results to standard output."""
    default = f" [{question.default}]" if question.default else ""
    typer.echo(f"{question.text}{default}: ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise typer.BadParameter("the input ended; nothing was written", param_hint=question.option)
    return line.strip() or question.default or ""
