"""`amlz workload`: the contract between the landing zone and a project's pipelines, and their repository."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, write

Project = Annotated[str, typer.Argument(help="A project of the stack file.", show_default=False)]
Environment = Annotated[str, typer.Argument(help="One of its environments.", show_default=False)]


class ModelTask(StrEnum):
    """Tasks of models that Azure monitors."""

    classification = "classification"
    regression = "regression"


app = typer.Typer(
    name="workload",
    help="Shows what the pipelines of a project need of the landing zone, and writes their repository.",
)


class CodeHostName(StrEnum):
    """Code hosting services for which pipelines are written."""

    github = "github"
    azure_devops = "azure-devops"


Folder = Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder of the repository.", show_default=False)]


@app.command()
def outputs(
    stack: Stack,
    project: Project,
    environment: Environment,
    output: Output = None,
) -> None:
    """Writes names and IDs of an environment as JSON, as `pulumi stack output workloads` has them after a deployment.

    `unknown` lists the values that only the deployment decides; they are null.
    """
    from amlz.core.workload import contract_of
    from amlz.reports.json_text import dump

    _, plan = planned(stack)
    write(dump(contract_of(plan, project, environment).model_dump(by_alias=True)), output)


@app.command()
def monitor(
    stack: Stack,
    project: Project,
    environment: Environment,
    deployment: Annotated[str, typer.Option(metavar="ENDPOINT/NAME", help="An online deployment.", show_default=False)],
    baseline: Annotated[
        str, typer.Option(metavar="NAME:VERSION", help="The data asset of training data.", show_default=False)
    ],
    target: Annotated[str, typer.Option(help="The column that the model predicts.", show_default=False)],
    task: Annotated[ModelTask, typer.Option(help="The task of the model.")] = ModelTask.classification,
    output: Output = None,
) -> None:
    """Writes the schedule of a model monitor as YAML, for `az ml schedule create`.

    It compares each day's inputs and predictions with training data: data drift, prediction drift and data quality.
    """
    from amlz.core.workload import environment_of
    from amlz.reports.model_monitor import monitor_of, monitored_of

    _, plan = planned(stack)
    wanted = monitored_of(deployment, baseline, target, task.value)
    write(monitor_of(plan, environment_of(plan, project, environment), wanted), output)


@app.command()
def init(
    stack: Stack,
    project: Project,
    folder: Folder,
    ci: Annotated[CodeHostName, typer.Option(help="Code hosting service that runs the pipelines.")] = (
        CodeHostName.github
    ),
    endpoint: Annotated[
        str, typer.Option(help="Part of the names of endpoints. Without it, the project's name.", show_default=False)
    ] = "",
    mirror: Annotated[int, typer.Option(help="Percentage of requests that a new model gets as copies first.")] = 10,
) -> None:
    """Writes an MLOps repository for a project: training, promotion, blue/green deployments with rollback."""
    from amlz.app.workload.repository import RepositoryOptions, notes, repository
    from amlz.app.workload.write import check_free, write_repository
    from amlz.cli.progress import steps

    check_free(folder)
    with steps(sys.stderr) as show:
        show(f"planning {stack}")
        file, plan = planned(stack)
        options = RepositoryOptions(
            "github" if ci is CodeHostName.github else "azure-devops", endpoint or project, mirror
        )
        result = repository(plan, file.stack, project, options)
        show(f"writing {folder}")
        paths = write_repository(result, folder)
    lines = [
        f"{folder}: {len(paths)} files.",
        *(f"note: {note}" for note in notes(result)),
        "Next: read README.md there.",
    ]
    write("\n".join(lines) + "\n", None)


@app.command()
def update(
    stack: Stack,
    folder: Folder,
    mark_conflicts: Annotated[
        bool, typer.Option("--mark-conflicts", help="Write files with conflicts too, marked as git marks them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show everything, write nothing.")] = False,
) -> None:
    """Moves the generated files of a repository to this version. Your files stay, your changes of generated files are
    merged. Exit code 1: conflicts, and nothing is written.
    """
    from amlz.app.workload.manifest import read_manifest
    from amlz.app.workload.repository import RepositoryOptions, repository
    from amlz.app.workload.update import plan_update, write_update

    before = read_manifest(folder)
    file, plan = planned(stack)
    options = RepositoryOptions(before.ci, before.endpoint, mirror=0)
    change = plan_update(repository(plan, file.stack, before.project, options), folder, before)
    written = False if dry_run else write_update(change, mark_conflicts)
    rows = [f"{entry.action:9} {entry.path}" for entry in change.files] or ["Nothing to update."]
    if change.conflicts and not written:
        rows.append("Nothing is written. Merge the conflicts by hand after: amlz workload update --mark-conflicts")
    write("\n".join(rows) + "\n", None)
    raise typer.Exit(int(bool(change.conflicts)))


@app.command()
def drift_events(
    stack: Stack,
    project: Project,
    environment: Environment,
    event_hub: Annotated[
        str, typer.Option(metavar="ID", help="The event hub that receives events.", show_default=False)
    ],
    identity: Annotated[
        str, typer.Option(metavar="ID", help="An identity that may send to the event hub.", show_default=False)
    ],
    output: Output = None,
) -> None:
    """Writes the ARM template of the event that drift raises, for `az deployment group create`.

    Event Grid sends the runs of model monitors that exceeded a threshold to an event hub.
    """
    from amlz.core.workload import environment_of
    from amlz.reports import drift_events as report

    _, plan = planned(stack)
    write(report.drift_events(environment_of(plan, project, environment), event_hub, identity), output)
