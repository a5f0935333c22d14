"""The verbs of `amlz fleet`. No logic, as in cli.py."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amlz.cli.options import FailOn, FailOnOption, Output, Today, shown, write
from amlz.cli.progress import steps

if TYPE_CHECKING:
    from amlz.fleet.folder import FleetReports
    from amlz.reports.fleet.page import FleetPage

app = typer.Typer(
    name="fleet",
    help="All landing zones of a platform team, from the reports that its units publish.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class FleetForm(StrEnum):
    """Formats of a report of a fleet."""

    text = "text"
    json = "json"
    html = "html"
    markdown = "markdown"


FleetFile = Annotated[Path, typer.Option("--fleet", help="The fleet file.")]
FleetFormOption = Annotated[FleetForm, typer.Option("--format", "-f", help="Format of the output.")]
_FILE = Path("fleet.yaml")


@app.command()
def report(
    fleet: FleetFile = _FILE, form: FleetFormOption = FleetForm.text, output: Output = None, today: Today = None
) -> None:
    """Shows a row a landing zone: version, findings, policies, accepted findings, deployment, drift."""
    from amlz.reports.fleet.report import page

    _answer(page, fleet, form, output, today)


@app.command()
def addresses(fleet: FleetFile = _FILE, form: FleetFormOption = FleetForm.text, output: Output = None) -> None:
    """Shows every range, and the ranges that overlap within an address space."""
    from amlz.reports.fleet.addresses import page

    _answer(page, fleet, form, output)


def _length(text: str) -> str:
    """Returns a length of a prefix such as /20, as `fleet reserve` takes it."""
    if text not in [f"/{number}" for number in range(1, 30)]:
        raise typer.BadParameter(f"{text!r} is no length of a prefix from /1 to /29")
    return text.removeprefix("/")


@app.command()
def reserve(
    space: Annotated[str, typer.Argument(help="The address space.")],
    length: Annotated[str, typer.Argument(callback=_length, help="The length of the prefix, as /20.")],
    unit: Annotated[str, typer.Option("--unit", help="The unit that receives the block.")],
    fleet: FleetFile = _FILE,
    output: Output = None,
) -> None:
    """Shows the line that reserves a free block for a unit, to be added below `blocks` of the fleet file."""
    from amlz.core.problems import LandingZoneError, listed
    from amlz.fleet.blocks import free_block
    from amlz.fleet.config import load_fleet
    from amlz.fleet.folder import read_reports

    loaded = load_fleet(fleet)
    units = sorted(name for name, one in loaded.config.units.items() if one.space == space)
    if unit not in units:
        names = listed(units or loaded.config.spaces, "or")
        raise LandingZoneError(
            f"--unit {unit}\n  The address space {space!r} has no such unit.\n  Name one of {names}."
        )
    with steps(sys.stderr) as show:
        block = free_block(read_reports(loaded, None, show), space, int(length))
    write(f"  - {{range: {block}, space: {space}, unit: {unit}}}\n", output)


@app.command()
def limits(fleet: FleetFile = _FILE, form: FleetFormOption = FleetForm.text, output: Output = None) -> None:
    """Compares all stacks together with limits of Azure, and sums the vCPUs that they need."""
    from amlz.reports.fleet.limits import page

    _answer(page, fleet, form, output)


@app.command()
def order(fleet: FleetFile = _FILE, form: FleetFormOption = FleetForm.text, output: Output = None) -> None:
    """Shows the waves in which stacks can be deployed; as JSON, the graph for another engine."""
    from amlz.reports.fleet.order import page

    _answer(page, fleet, form, output)


@app.command()
def rings(
    fleet: FleetFile = _FILE,
    ring: Annotated[
        str | None,
        typer.Option("--ring", help="Show this ring alone: exit code 1 where it may not open.", show_default=False),
    ] = None,
    form: FleetFormOption = FleetForm.text,
    output: Output = None,
    today: Today = None,
) -> None:
    """Shows which rings may take the wanted version, and why others may not."""
    from amlz.reports.fleet.rings import page

    _answer(lambda reports: page(reports, ring), fleet, form, output, today)


class FleetEngine(StrEnum):
    """Engines that deploy the stacks of a fleet."""

    pko = "pko"


@app.command()
def render(
    engine: Annotated[FleetEngine, typer.Option("--engine", help="pko: the Pulumi Kubernetes Operator 2.9.")],
    fleet: FleetFile = _FILE,
    output: Output = None,
) -> None:
    """Writes the resources by which an engine deploys every stack, each pinned to its recorded commit, as YAML."""
    from amlz.fleet.config import load_fleet
    from amlz.fleet.folder import read_reports
    from amlz.fleet.operator import operator_stacks
    from amlz.reports.fleet.manifests import manifests

    assert engine is FleetEngine.pko
    with steps(sys.stderr) as show:
        resources = operator_stacks(read_reports(load_fleet(fleet), None, show))
    write(manifests(resources), output)


class DeploymentResult(StrEnum):
    """Results of a deployment."""

    succeeded = "succeeded"
    failed = "failed"


@app.command()
def record(
    stack: Annotated[str, typer.Argument(help="The name of the stack.")],
    commit: Annotated[str, typer.Option("--commit", help="The commit of the program: 40 hexadecimal digits.")],
    today: Annotated[str, typer.Option("--today", help="The current day, as 2027-03-31.")],
    to: Annotated[Path, typer.Option("--to", help="The folder of the reports.")] = Path(),
    deployed: Annotated[
        DeploymentResult | None, typer.Option("--deployed", help="A deployment ended so.", show_default=False)
    ] = None,
    drift: Annotated[
        int | None,
        typer.Option("--drift", min=0, help="A search for drift found so many resources.", show_default=False),
    ] = None,
    measured: Annotated[
        list[str] | None,
        typer.Option(
            "--measured",
            metavar="OBJECTIVE=GOOD/TOTAL",
            help="Events of an objective in its period, as churn/prod/answers=99950/100000. Several times for several.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Writes the facts next to a report that it does not have: version, day, deployment, drift, measured objectives."""
    from amlz.app.fleet_record import RecordedRun, write_record

    run = RecordedRun(commit, today, deployed.value if deployed else None, drift, tuple(measured or ()))
    write_record(to, stack, run)


class FleetHost(StrEnum):
    """Services that run pipelines."""

    github = "github"
    azure_devops = "azure-devops"


def _part(text: str) -> str:
    """Returns a part such as 2/7, as `--shard` takes it."""
    import re

    match = re.fullmatch(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})", text)
    if match is None or int(match[1]) > int(match[2]):
        raise typer.BadParameter(f"{text!r} is no part of a whole; write the second of seven as 2/7")
    return text


Waves = Annotated[int, typer.Option("--waves", min=1, max=20, help="Waves that the pipeline has.")]


@app.command()
def work(
    part: Annotated[str, typer.Option("--shard", callback=_part, help="The shard, as 2/7.")],
    wave: Annotated[int, typer.Option("--wave", min=1, help="The wave, as `amlz stacks --format json` has it.")],
    to: Annotated[Path, typer.Option("--to", help="The folder of the reports.")],
    fail_on: FailOnOption = FailOn.error,
    skip_unchanged: Annotated[
        bool, typer.Option("--skip-unchanged", help="Keep reports in the folder whose inputs are all the same.")
    ] = False,
    processes: Annotated[
        int, typer.Option("--processes", min=1, max=64, help="Stacks that are previewed at the same time.")
    ] = 1,
    today: Today = None,
) -> None:
    """Previews the stacks of one shard of this folder, and writes a JSON report of each as soon as it is done."""
    from amlz.app.fleet_work import WorkOptions, previewed, work_of
    from amlz.core.problems import LandingZoneError
    from amlz.fleet.shards import shard

    if not to.is_dir():
        raise LandingZoneError(f"{to}\n  There is no such folder.\n  Create it, or pass another one by --to.")
    number, of = (int(text) for text in part.split("/"))
    stacks = shard(work_of(Path.cwd()), wave, number, of)
    gc.disable()  # as in `amlz preview`; the work itself collects after each stack
    worst = 0
    options = WorkOptions(to, today, fail_on.value, skip_unchanged, processes)
    with steps(sys.stderr) as show, closing(previewed(stacks, options, show)) as results:
        for result in results:
            worst = max(worst, result.code)
            same = " (unchanged)" if result.unchanged else ""
            write(f"{result.stack}: {_RESULTS[result.code]}{same}\n", None)
            if result.why:
                typer.echo(shown(result.why), err=True)
    if not stacks:
        write(f"No stack is in shard {part} of wave {wave}.\n", None)
    raise typer.Exit(worst)


#: Results of a stack by exit code.
_RESULTS = ("no findings that stop it", "findings", "not previewed")


@app.command()
def shards(
    of: Annotated[
        int | None,
        typer.Option(
            "--of", min=1, max=10_000, help="Shards of each wave. Default: by the stacks.", show_default=False
        ),
    ] = None,
    step: Annotated[
        FleetHost | None,
        typer.Option("--step", help="Write outputs of a step of this host instead.", show_default=False),
    ] = None,
    waves: Waves = 2,
    form: FleetFormOption = FleetForm.text,
    output: Output = None,
) -> None:
    """Deals out the stacks of this folder to jobs, wave by wave."""
    from amlz.app.fleet_work import work_of
    from amlz.fleet.shards import shards as dealt
    from amlz.reports.fleet.page import rendered
    from amlz.reports.fleet.shards import page
    from amlz.reports.fleet.shards import step as as_step

    stacks = work_of(Path.cwd())
    every = [dealt(stacks, wave, of) for wave in range(1, max(stack.wave for stack in stacks) + 1)]
    write(as_step(every, step.value, waves) if step else rendered(page(every), form.value), output)


@app.command()
def pipeline(
    host: Annotated[FleetHost, typer.Argument(help="The service that runs it.")],
    waves: Waves = 2,
    output: Output = None,
) -> None:
    """Writes a pipeline file that previews every stack of this folder in shards, wave by wave."""
    from amlz.reports.fleet.pipeline import pipeline as rendered

    write(rendered(host.value, waves), output)


def _answer(
    page: Callable[[FleetReports], FleetPage],
    fleet: Path,
    form: FleetForm,
    output: Path | None,
    today: str | None = None,
) -> None:
    """Writes a report of a fleet. Exit code 1 where it fails."""
    from amlz.fleet.config import load_fleet
    from amlz.fleet.folder import read_reports
    from amlz.reports.fleet.page import rendered

    with steps(sys.stderr) as show:
        fleet_page = page(read_reports(load_fleet(fleet), today, show))
    write(rendered(fleet_page, form.value), output)
    raise typer.Exit(int(fleet_page.fails))
