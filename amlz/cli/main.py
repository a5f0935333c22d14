"""The verbs of `amlz`. No logic: each reads its input, asks one function, and prints what a report makes of it.

Imports stand inside the verbs, so that each loads only what it needs: `check` never loads Pulumi.
"""

from __future__ import annotations

import atexit
import gc
import sys
from enum import StrEnum
from typing import Annotated

import typer

from amlz.cli import doctor, init, policy, project, rehearse, roles, signals, simulate, stacks
from amlz.cli.options import (
    Against,
    Also,
    FailOn,
    FailOnOption,
    Form,
    FormOption,
    Output,
    Stack,
    StackOrAll,
    Today,
    other_forms,
    planned,
    refuse,
    shown,
    write,
)

#: Objects that are made before garbage is looked for: more than a check makes, all of which live to its end.
START = 200_000
#: What typer puts before the text of an error that a converter raised.
_CONVERTER = "Value error, "

app = typer.Typer(
    name="amlz",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command()(init.init)
app.command()(doctor.doctor)
app.add_typer(policy.app)
app.command()(rehearse.rehearse)
app.command()(rehearse.recover)
app.command("import-subnets")(rehearse.import_subnets)
app.command()(roles.roles)
app.command()(simulate.simulate)
app.command()(stacks.stacks)
app.add_typer(project.app)


def _version(asked: bool) -> None:
    """Prints the version of `amlz` and ends."""
    if asked:
        from importlib.metadata import version

        write(f"amlz {version('aml-landing-zone')}\n", None)
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Landing zones for Azure Machine Learning: checked and previewed without a cloud."""


class PreviewForm(StrEnum):
    """Forms of a preview."""

    text = "text"
    json = "json"
    arm = "arm"
    arm_template = "arm-template"
    markdown = "markdown"
    sarif = "sarif"
    junit = "junit"
    mermaid = "mermaid"
    html = "html"


@app.command()
def check(stack: Stack, form: FormOption = Form.text, output: Output = None) -> None:
    """Reads and checks a stack file."""
    from amlz.reports.check import as_json, as_text

    file, plan = planned(stack)
    write((as_json if form is Form.json else as_text)(file, plan), output)


@app.command()
def preview(
    stack: StackOrAll = "",
    form: Annotated[PreviewForm, typer.Option("--format", "-f", help="Format of the output.")] = PreviewForm.text,
    output: Output = None,
    fail_on: FailOnOption = FailOn.error,
    today: Today = "",
    quota: Annotated[bool, typer.Option("--quota", help="Show the vCPUs that it takes at full scale.")] = False,
    against: Against = None,
    engine: Annotated[
        str,
        typer.Option("--engine", help="Show and guard what `pulumi preview --json` says in this file, or -."),
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Show every stack of this folder instead.")] = False,
    also: Also = None,
) -> None:
    """Shows what a stack would build, without a cloud."""
    from dataclasses import replace
    from functools import cache
    from importlib import import_module

    # The SDK makes millions of objects that live to the end. Looking for garbage among them takes more than half of the
    # time of registering, and finds next to nothing; this process ends with its answer.
    gc.disable()
    if every or not stack:
        refuse(bool(stack or engine) or not every, "it is one stack or --all, and --all takes no --engine", "STACK")
        refuse(bool(also), "it is for one stack", "--also")
        refuse(bool(quota and against), "a difference shows no quota", "--quota")
        raise typer.Exit(stacks.preview_all(against or "", today, form.value, fail_on.value, output, quota))
    from amlz.app.preview import preview_stack
    from amlz.reports.placed import PLACED, placed_form

    file, plan = planned(stack)
    if against or engine:
        from amlz.app.compare import difference_by, difference_to
        from amlz.reports.difference_as import FORMS

        refuse(quota, "a difference shows no quota", "--quota")
        refuse(bool(against and engine), "it is either a revision or what the engine says", "--against, --engine")
        forms = (*FORMS, *PLACED) if against else (*FORMS, "html")  # the engine's steps say nothing of findings
        asked = [(form.value, output), *other_forms(also)]
        wrong = [each for each, _ in asked if each not in forms]
        refuse(bool(wrong), f"a difference has the forms {', '.join(forms)}", "--format, --also")
        seen = cache(lambda: preview_stack(file, plan, today))
        found = difference_to(against, file, seen, today) if against else difference_by(engine, file, seen, today)
        for each, path in asked:
            text = FORMS[each](found) if each in FORMS else placed_form(each, seen(), fail_on.value, found)
            write(text, path)
        raise typer.Exit(int(found.fails(fail_on.value)))
    asked = [(form.value, output), *other_forms(also)]
    wrong = [each for each, _ in asked if each not in {*PreviewForm}]
    refuse(bool(wrong), f"a preview has the forms {', '.join(PreviewForm)}", "--also")
    result = replace(preview_stack(file, plan, today), quota=quota)
    for each, path in asked:
        report = None if each in PLACED else import_module(f"amlz.reports.formats.as_{each.replace('-', '_')}")
        write(report.render(result) if report else placed_form(each, result, fail_on.value), path)
    raise typer.Exit(int(result.fails(fail_on.value)))


@app.command()
def addresses(stack: Stack, form: FormOption = Form.text, output: Output = None) -> None:
    """Shows every network and subnet of a stack, and what is free."""
    from amlz.reports.addresses import as_json, as_text

    _, plan = planned(stack)
    write((as_json if form is Form.json else as_text)(plan.addresses), output)


@app.command()
def schema(output: Output = None) -> None:
    """Prints the JSON Schema of stack files."""
    from amlz.reports.json_text import dump
    from amlz.stackfile.schema import json_schema

    write(dump(json_schema()), output)


@app.command()
def explain(finding: Annotated[str, typer.Argument(help="A finding's id, such as dns/endpoint-without-zone.")]) -> None:
    """Explains a finding: what it says, why it matters, what to do."""
    from amlz.checks.catalogue import explain as explained

    write(explained(finding), None)


def _run() -> int:
    """Runs the verb that the command line names. Returns its exit code: 2 for wrong words, whatever the streams are."""
    from typer._click.exceptions import ClickException

    from amlz.reports import streams

    streams.check_folder()
    try:
        code = typer.main.get_command(app).main(prog_name="amlz", standalone_mode=False)
    except ClickException as error:
        error.message = error.message.replace(_CONVERTER, "")
        try:
            if sys.stderr is not None:
                error.show()
                sys.stderr.flush()
        except OSError:
            streams.forget(2)
        return error.exit_code
    except OSError as error:
        if error.filename is not None or isinstance(error, BrokenPipeError):
            raise
        raise streams.unwritable(error) from None
    return code if isinstance(code, int) else 0


def main() -> None:
    """Runs `amlz`. Exit codes: 0, 1 findings, 2 the input is wrong, 3 a defect of `amlz` itself; a signal ends it."""
    from amlz.core.problems import LandingZoneError
    from amlz.policy.engine.errors import PolicyError
    from amlz.reports import streams

    gc.set_threshold(START)
    atexit.register(gc.freeze)  # nothing is looked through once more at the end: an eighth of the time of a check
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    code = 0
    try:
        with signals.heeded():
            code = _run()
            streams.finish()
    except (LandingZoneError, PolicyError) as error:
        streams.say(shown(f"{error}\n"))
        code = 2
    except BrokenPipeError:
        streams.forget(1)
    except Exception as error:
        import traceback

        streams.say(shown(f"{''.join(traceback.format_exception(error))}\n"))
        streams.say("This is a defect of amlz, not of your input. Please report it with the lines above.\n")
        code = 3
    sys.exit(code)


if __name__ == "__main__":
    main()
