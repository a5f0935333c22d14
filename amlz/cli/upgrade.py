"""The verbs of `amlz upgrade`. No logic, as in cli.py."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from amlz.cli.fleet import FleetForm, FleetFormOption
from amlz.cli.options import Output, Stack, Today, shown, write
from amlz.cli.progress import steps

if TYPE_CHECKING:
    from amlz.app.merge import MemoryMerge
    from amlz.reports.fleet.upgrade_preview import Effect

app = typer.Typer(
    name="upgrade",
    help="A fork and the versions of upstream.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def in_a_fork(context: typer.Context) -> None:
    """A fork and the versions of upstream."""
    from amlz.core.problems import LandingZoneError
    from amlz.paths import PACKAGED

    if PACKAGED and context.invoked_subcommand != migrate.__name__:
        raise LandingZoneError(
            "amlz upgrade\n  amlz is installed as a package, and only a fork is upgraded by a merge.\n"
            "  Install another version instead: docs/how-to/package.md of its repository shows how."
        )


@app.command()
def status(
    upstream: Annotated[
        str | None,
        typer.Option("--upstream", help="A revision of upstream. Default: the newest version tag.", show_default=False),
    ] = None,
    form: FleetFormOption = FleetForm.text,
    output: Output = None,
) -> None:
    """Shows the version of a fork, newer tags, and files of upstream that the fork has edited."""
    from importlib.metadata import version

    from amlz.app.upgrade import fork_status
    from amlz.paths import ROOT
    from amlz.reports.fleet.page import rendered
    from amlz.reports.fleet.upgrade import page
    from amlz.reports.records import record

    answer = page(record(fork_status(ROOT, version("aml-landing-zone"), upstream)))
    write(rendered(answer, form.value), output)
    raise typer.Exit(int(answer.fails))


@app.command()
def preview(
    tag: Annotated[str, typer.Argument(help="The version, as a tag or another revision of this clone.")],
    onto: Annotated[
        str, typer.Option("--onto", help="Revision of the fork. Default: HEAD.", show_default=False)
    ] = "HEAD",
    today: Today = None,
    form: FleetFormOption = FleetForm.text,
    output: Output = None,
) -> None:
    """Merges a version in memory, and shows its effect on each landing zone: the repository is not touched."""
    from amlz.app.merge import merged
    from amlz.paths import ROOT
    from amlz.reports.fleet.page import rendered
    from amlz.reports.fleet.upgrade_preview import exit_code, page
    from amlz.reports.records import record

    with merged(ROOT, tag, onto) as merge:
        effects, packages = _effects(merge, today)
    answer = page(record(merge), effects, packages)
    write(rendered(answer, form.value), output)
    raise typer.Exit(exit_code(effects, packages, answer.fails))


@app.command()
def merge(
    tag: Annotated[str, typer.Argument(help="The version, as a tag or another revision of this clone.")],
    branch: Annotated[
        str, typer.Option("--branch", help="Name of the new branch. Default: upgrade-TAG.", show_default=False)
    ] = "",
    other_packages: Annotated[
        bool,
        typer.Option("--allow-other-packages", help="Also where requirements.lock differs: no effect is certain then."),
    ] = False,
    today: Today = None,
    form: FleetFormOption = FleetForm.text,
    output: Output = None,
) -> None:
    """Merges a version on a new branch if nothing stops it: files and the current branch are not touched."""
    from amlz.app.merge import merged
    from amlz.app.upgrade_merge import check_mergeable, make_branch
    from amlz.paths import ROOT
    from amlz.reports.fleet.page import rendered
    from amlz.reports.fleet.upgrade_merge import with_branch
    from amlz.reports.fleet.upgrade_preview import exit_code, page
    from amlz.reports.records import record

    name = branch or f"upgrade-{tag}"
    check_mergeable(ROOT, name)
    with merged(ROOT, tag) as merge:
        effects, packages = _effects(merge, today)
        counted = packages and not other_packages
        stopped = page(record(merge), effects, counted).fails
        made = None if stopped else make_branch(ROOT, merge, name)
    answer = with_branch(page(record(merge), effects, packages), tag, record(made))
    write(rendered(answer, form.value), output)
    raise typer.Exit(exit_code(effects, counted, stopped))


@app.command()
def migrate(
    stack: Stack,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the changes, write nothing.")] = False,
    form: FleetFormOption = FleetForm.text,
    output: Output = None,
) -> None:
    """Changes deprecated keys of a stack file, and a file of an earlier schemaVersion. Comments are kept."""
    from amlz.app.upgrade_migrate import migrate_stack
    from amlz.reports.fleet.migration import page
    from amlz.reports.fleet.page import rendered
    from amlz.reports.records import record

    answer = page(record(migrate_stack(stack, write=not dry_run)))
    write(rendered(answer, form.value), output)
    raise typer.Exit(int(answer.fails))


def _effects(merge: MemoryMerge, today: str | None) -> tuple[list[Effect], bool]:
    """Returns the effect on each stack, none in a conflict, and whether the upgrade changes the packages."""
    from amlz.app.upgrade_preview import upgrade_preview
    from amlz.paths import ROOT

    if not merge.commit:
        return [], False
    with steps(sys.stderr) as show:
        effects = upgrade_preview(ROOT, merge, today, show)
    return [(one.stack, one.difference, shown(one.why or "")) for one in effects.stacks], effects.other_packages
