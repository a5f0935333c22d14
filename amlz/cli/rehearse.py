"""The verb `amlz rehearse`. No logic, as in cli.py."""

from __future__ import annotations

import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, revision, shown, write
from amlz.cli.progress import step, steps
from amlz.reports.streams import given, say

#: How the state of a stack comes to `amlz import-subnets`.
_EXPORT = "pulumi stack export --stack NAME | amlz import-subnets NAME > FILE"


class RehearsalForm(StrEnum):
    """Forms of a rehearsal."""

    text = "text"
    json = "json"
    markdown = "markdown"


class Faults(StrEnum):
    """Groups of faults."""

    all = "all"


def rehearse(
    stack: Stack,
    then: Annotated[str, typer.Option("--then", help="The stack file that it is edited to.")] = "",
    earlier: Annotated[
        str | None,
        typer.Option(
            "--from",
            callback=revision,
            help="A tag or revision: rehearse the upgrade from its program.",
            show_default=False,
        ),
    ] = None,
    fault: Annotated[list[str] | None, typer.Option("--fault", help="KIND, KIND@N or KIND@TYPE; repeatable.")] = None,
    faults: Annotated[Faults | None, typer.Option("--faults", help="Every kind of fault.")] = None,
    form: Annotated[RehearsalForm, typer.Option("--format", "-f", help="Format of the output.")] = RehearsalForm.text,
    output: Output = None,
) -> None:
    """Rehearses the life of a landing zone under Pulumi's engine, over a simulated Azure."""
    from amlz.app.git_revision import unpacked
    from amlz.app.preview import PROGRAM, PROJECT
    from amlz.rehearsal import engine
    from amlz.rehearsal.faults import all_faults, meet, read, undisturbed
    from amlz.rehearsal.life import Stage, live
    from amlz.rehearsal.upgrade import upgraded
    from amlz.reports import rehearsal as report

    collected = (*map(read, fault or ()), *(all_faults() if faults else ()))
    if collected and then:
        raise typer.BadParameter("--then is an edit of the whole life; faults strike while it is first built")
    if earlier and (collected or then):
        raise typer.BadParameter("--from is an upgrade alone; omit --then, --fault and --faults")
    file, _ = planned(stack)
    edited = planned(then)[0] if then else None
    value = engine.find()
    with tempfile.TemporaryDirectory(prefix="amlz-") as folder, steps(sys.stderr) as show:
        stage = Stage(value, PROGRAM, PROJECT, Path(folder), show)
        if earlier:
            with unpacked(earlier, "--from") as revision:
                life = upgraded(stage, file, revision.program / PROGRAM.name, earlier)
            result = report.Rehearsal(file.stack, life=life)
        elif collected:
            expected = undisturbed(stage, file)
            result = report.Rehearsal(
                file.stack,
                outcomes=tuple(meet(stage, file, (requested_fault,), expected) for requested_fault in collected),
            )
        else:
            result = report.Rehearsal(file.stack, life=live(stage, file, edited))
    render = {"text": report.as_text, "json": report.as_json, "markdown": report.as_markdown}[form.value]
    write(render(result), output)
    raise typer.Exit(int(result.wrong))


def recover(stack: Stack) -> None:
    """Repairs an exported state after the engine was killed, from standard input to standard output."""
    import json

    from amlz.app.preview import program_of
    from amlz.rehearsal import recovery
    from amlz.rehearsal.life import planned_ids
    from amlz.reports.files import write_out
    from amlz.reports.json_text import escaped

    file, _ = planned(stack)
    exported = recovery.read(given("pulumi stack export --stack NAME | amlz recover NAME"))
    with step(f"Previewing {file.stack}"):
        recovered = recovery.recover(exported, planned_ids(program_of(file)))
    write_out(escaped(json.dumps(recovered.exported, indent=4)) + "\n")
    say(shown(recovery.described(recovered)))


def import_subnets(stack: Stack) -> None:
    """Prints the file with which `pulumi import` adds the subnets of a deployed stack to its state.

    Reads what `pulumi stack export` writes from standard input. See docs/how-to/subnets-migration.md.
    """
    import json

    from amlz.app.preview import preview_stack
    from amlz.rehearsal import recovery, subnet_import
    from amlz.reports.files import write_out
    from amlz.reports.json_text import escaped

    file, plan = planned(stack)
    exported = recovery.read(given(_EXPORT), _EXPORT)
    with step(f"Previewing {file.stack}"):
        result = subnet_import.import_file(preview_stack(file, plan).graph, exported)
    write_out(escaped(json.dumps(result, indent=2)) + "\n")
    if result["resources"]:
        then = "pulumi import --file FILE --protect=false --generate-code=false, then pulumi up"
        say(f"{len(result['resources'])} subnets to import: {then}\n")
