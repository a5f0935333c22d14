"""`amlz stacks`, and the preview of all stacks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amlz.cli.formats import formats_named
from amlz.cli.options import Against, AnswerForm, FormOption, Output, Today, planned, shown, writable, write
from amlz.cli.progress import steps
from amlz.reports.formats.registry import Command, Format
from amlz.reports.links import NO_LINKS, NO_ORIGIN, Links, Origin

if TYPE_CHECKING:
    from amlz.core.plan import LandingZonePlan
    from amlz.reports.all_stacks import StackResult, StackResults
    from amlz.reports.preview import Preview
    from amlz.stackfile.load import StackFile
    from amlz.stackfile.stacks import StackOfFolder

    Part = Callable[[StackOfFolder, StackResult, Preview | None], StackResult]

Others = Annotated[
    Path | None,
    typer.Option(
        "--others", callback=writable, help="With --against: write the comment's part on all other stacks to this file."
    ),
]


def stacks(
    against: Against = None,
    form: FormOption = AnswerForm.text,
    output: Output = None,
    today: Today = None,
    others: Others = None,
) -> None:
    """Lists the stacks of this folder in the order in which they can be built."""
    from amlz.core.problems import LandingZoneError
    from amlz.reports import all_stacks, between
    from amlz.reports.all_stacks import listing, matrix
    from amlz.stackfile.stacks import usable_stacks_of

    every = results_of_stacks(against, today, lambda _stack, seen, _preview: seen) if against else None
    folders, unusable = (tuple(stack for stack, _ in every.differs), {}) if every else usable_stacks_of(Path.cwd())
    if others:
        write("".join(f"{line}\n" for line in all_stacks.others(every)) if every else "", others)
    compared = [name for name, _ in every.unusable] if every else []
    write(matrix(folders, compared) if form is AnswerForm.json else listing(folders), output)
    if every:
        _failed(every)
        for why in every.ended:
            typer.echo(shown(why), err=True)
        if every.between:
            typer.echo(shown(between.as_text(every.between)), err=True, nl=False)
        raise typer.Exit(int(bool(every.ended) or every.conflicts("error")))
    if unusable:
        raise LandingZoneError("\n".join(map(str, unusable.values())))


def results_of_stacks(against: str, today: str | None, part: Part, keep: bool = False) -> StackResults:
    """Every stack of this folder, previewed; with a revision, its difference. `part`: what is kept of each.

    A stack file with mistakes does not keep the others from it. `keep`: keeps the previews of compared stacks, for a
    form that shows them. Raises LandingZoneError.
    """
    from amlz.checks.stacks.compared import compared
    from amlz.checks.stacks.facts import facts_of
    from amlz.core.problems import LandingZoneError
    from amlz.reports.all_stacks import StackResults
    from amlz.stackfile.stacks import usable_stacks_of

    every, unusable = usable_stacks_of(Path.cwd())
    wrong = {name: shown(str(error)) for name, error in unusable.items()}
    planned_ones, parts, facts = [], [], []
    with steps(sys.stderr) as show:
        for number, stack in enumerate(every, 1):
            show(f"Previewing {stack.name} ({number} of {len(every)})")
            try:
                file, plan = planned(stack.path)
            except LandingZoneError as error:
                wrong[stack.name] = shown(str(error))
                continue
            facts.append(facts_of(file, plan))
            if against:
                planned_ones.append((stack, file, plan))
            else:
                parts.append((stack, _freed(part, stack, partial(_previewed, file, plan, today), {})))
    results = _compared(against, today, planned_ones, wrong, part, keep) if against else StackResults("", tuple(parts))
    differs = {stack.name for stack, _ in results.differs}
    between = tuple(one for one in compared(facts) if not against or differs & {key.stack for key in one.keys})
    return replace(results, unusable=tuple(sorted(wrong.items())), between=between)


def _previewed(file: StackFile, plan: LandingZonePlan, today: str | None) -> StackResult:
    """One stack, previewed; one that cannot be does not keep the others from it."""
    from amlz.app.preview import preview_stack
    from amlz.core.problems import LandingZoneError
    from amlz.reports.all_stacks import FailedComparison

    try:
        return preview_stack(file, plan, today)
    except LandingZoneError as error:
        return FailedComparison(shown(str(error)), "it could not be previewed")


def _compared(
    against: str,
    today: str | None,
    every: list[tuple[StackOfFolder, StackFile, LandingZonePlan]],
    wrong: Collection[str],
    part: Part,
    keep: bool,
) -> StackResults:
    """Each with its difference from a revision; one that cannot be compared does not keep the others from it.

    `wrong`: names of stacks whose files have mistakes; they are not gone. `keep`: whether the previews are kept too.
    """
    from amlz.app.compare import difference_from
    from amlz.app.git_revision import gone_since, unpacked
    from amlz.app.preview import preview_stack
    from amlz.core.problems import LandingZoneError
    from amlz.reports.all_stacks import FailedComparison, StackResults

    pairs: list[tuple[StackOfFolder, StackResult]] = []
    previews: dict[str, Preview] = {}

    def seen(stack: str, file: StackFile, plan: LandingZonePlan) -> Preview:
        previews[stack] = preview_stack(file, plan, today)
        return previews[stack]

    with unpacked(against) as revision, steps(sys.stderr) as show:
        here = {stack.path for stack, _, _ in every} | {f"Pulumi.{name}.yaml" for name in wrong}
        gone = gone_since(revision, Path.cwd(), here)
        for number, (stack, file, plan) in enumerate(every, 1):
            show(f"Comparing {stack.name} with {against} ({number} of {len(every)})")
            try:
                here_seen = partial(seen, stack.name, file, plan)
                difference = partial(difference_from, revision, file, here_seen, today)
                pairs.append((stack, _freed(part, stack, difference, previews, keep)))
            except LandingZoneError as error:
                pairs.append((stack, FailedComparison(shown(str(error)))))
        ended = tuple(_ended(revision.place(Path.cwd()), name, today) for name in gone)
    return StackResults(against, tuple(pairs), gone, tuple(why for why in ended if why is not None), previews=previews)


def _freed(
    part: Part,
    stack: StackOfFolder,
    look: Callable[[], StackResult],
    previews: dict[str, Preview],
    keep: bool = False,
) -> StackResult:
    """Returns what is kept of a stack, after everything else of its preview is freed.

    `previews`: those of compared stacks, by name, as far as `look` made them; `keep`: whether they stay.

    The SDK's objects refer to each other, and the command has switched the garbage collector off. The objects that
    remain after the first stack, mostly the SDK itself, are not examined again.
    """
    import gc

    result = look()
    kept = part(stack, result, previews.get(stack.name))
    del result
    if not keep:
        previews.clear()
    gc.collect()
    gc.freeze()
    return kept


def _ended(folder: Path, stack: str, today: str | None) -> str | None:
    """Returns why the stack file of a revision must not be removed, None where it may."""
    from amlz.checks.guard.production import removed
    from amlz.core.problems import LandingZoneError
    from amlz.stackfile.load import load
    from amlz.stackfile.stacks import production_of

    try:
        config = load(f"Pulumi.{stack}.yaml", folder).config
    except LandingZoneError:
        return (
            f"{stack}: its stack file is removed, and cannot be read at that revision: cannot decide if it is "
            "production. Restore the file, or fix it first."
        )
    return removed(stack, production_of(config), config.allow_production_end, today)


@dataclass(frozen=True, slots=True)
class Shown:
    """Options of the report of all stacks. `fail_on`: severity at which the exit code is 1; `quota`: shows vCPUs."""

    form: Format
    fail_on: str = "error"
    quota: bool = False
    links: Links = NO_LINKS
    origin: Origin = NO_ORIGIN


def preview_all(against: str, today: str | None, shown_as: Shown, output: Path | None) -> int:
    """Writes the report of all stacks of this folder. The exit code."""
    from amlz.reports.all_stacks import Linked, part_of, render, written
    from amlz.reports.preview import Preview

    form, fail_on = shown_as.form, shown_as.fail_on
    formats_named([form], Command.all_stacks)

    def part(stack: StackOfFolder, result: StackResult, preview: Preview | None) -> StackResult:
        result = replace(result, quota=shown_as.quota) if isinstance(result, Preview) else result
        return written(stack, result, form, fail_on, Linked(shown_as.links, preview))

    results = results_of_stacks(against, today, part, keep=part_of(form) is None)
    results = replace(results, links=shown_as.links, origin=shown_as.origin)
    write(render(results, form, today), output)
    _failed(results)
    return int(results.fails(fail_on))


def _failed(stack_results: StackResults) -> None:
    """Raises the errors of stacks that could not be compared, after the report of the others."""
    from amlz.core.problems import LandingZoneError

    if stack_results.failed:
        raise LandingZoneError("\n".join(why for _, why in stack_results.failed))
