"""The verbs of `amlz policy`. No logic, as in cli.py."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.jsonl import answer_lines
from amlz.cli.options import AnswerForm, FormOption, Output, Stack, Today, planned, write
from amlz.cli.progress import step

app = typer.Typer(
    name="policy",
    help="Azure policies, and the policy evaluator, which needs no cloud.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Policy = Annotated[str, typer.Argument(help="A definition's or initiative's name, or a built-in's GUID.")]


@app.command("list")
def list_(form: FormOption = AnswerForm.text, output: Output = None) -> None:
    """Lists the policies of this repository: definitions, evaluated built-ins, initiatives, custom policies."""
    from amlz.policy.library import library
    from amlz.reports import policy_pages

    render = policy_pages.list_json if form is AnswerForm.json else policy_pages.list_text
    write(render(library()), output)


@app.command()
def show(policy: Policy, form: FormOption = AnswerForm.text, output: Output = None) -> None:
    """Shows what a policy demands, its parameters and, of an initiative, its members."""
    from amlz.policy.library import library
    from amlz.reports import policy_pages

    render = policy_pages.show_json if form is AnswerForm.json else policy_pages.show_text
    write(render(library(), policy), output)


@app.command()
def explain(
    stack: Stack,
    resource: Annotated[str, typer.Argument(help="A resource's name, id or URN.")],
    policy: Policy,
    form: FormOption = AnswerForm.text,
    output: Output = None,
    today: Today = None,
) -> None:
    """Prints the tree of conditions of a policy for a resource, each with its value and truth."""
    from amlz.app.preview import preview_stack
    from amlz.reports import policy_explain

    file, plan = planned(stack)
    render = policy_explain.as_json if form is AnswerForm.json else policy_explain.as_text
    with step(f"Previewing {file.stack}"):
        preview = preview_stack(file, plan, today)
    write(render(preview, resource, policy), output)


@app.command()
def evaluate(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read one JSON object a line.")] = False,
) -> None:
    """Evaluates questions from standard input: a definition and a resource a line; one answer a line, in order."""
    from amlz.policy.engine.errors import BadInput
    from amlz.policy.engine.lines import answers

    if not jsonl:
        raise typer.BadParameter("add --jsonl: questions are read as one JSON object a line")
    answer_lines(answers, BadInput)


@app.command("test")
def run_cases(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder of case files. Default: policies/cases, in a package custom/policies."),
    ] = None,
    form: FormOption = AnswerForm.text,
    output: Output = None,
) -> None:
    """Runs case files, whose names are their verdicts. Exit code 1 where one comes out otherwise."""
    from amlz.paths import PACKAGED, ROOT
    from amlz.policy import case_files
    from amlz.policy.library import library
    from amlz.reports import policy_pages

    default = ROOT / ("custom/policies" if PACKAGED else "policies/cases")
    cases = folder or default
    with step(f"Running the cases of {cases}"):
        ran = list(case_files.run(cases, library()))
    write((policy_pages.cases_json if form is AnswerForm.json else policy_pages.cases_text)(ran), output)
    raise typer.Exit(int(not all(case.passed for case in ran)))


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Output of `az policy … list -o json`.")],
) -> None:
    """Imports policies of a tenant, so that every preview evaluates them too."""
    from amlz.policy.imported import merged, take
    from amlz.reports.files import write_whole
    from amlz.reports.policy_pages import import_text

    result, imported = take(files)
    for path, text in merged(result).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    write(import_text(imported), None)


@app.command("import-aliases")
def import_aliases(
    file: Annotated[Path, typer.Argument(help="Output of `az provider list --expand resourceTypes/aliases`.")],
) -> None:
    """Imports aliases of a cloud, which take precedence over those of this repository."""
    from amlz.policy.imported import PLACE, take_aliases
    from amlz.reports.files import write_whole
    from amlz.reports.json_text import dump

    result = take_aliases(file)
    PLACE.mkdir(parents=True, exist_ok=True)
    write_whole(PLACE / "aliases.json", dump(result))
    write(f"{len(result):,} {'alias' if len(result) == 1 else 'aliases'}\n", None)


@app.command()
def remediate(stack: Stack, output: Output = None) -> None:
    """Prints the commands that remediate existing resources under policies that modify or deploy, after `pulumi up`."""
    from amlz.app.preview import preview_stack
    from amlz.reports.policy_remediate import render

    file, plan = planned(stack)
    with step(f"Previewing {file.stack}"):
        preview = preview_stack(file, plan)
    write(render(preview), output)
