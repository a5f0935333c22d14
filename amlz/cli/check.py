"""`amlz check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import AnswerForm, FormOption, Output, StackOrAll, planned, refuse, shown, write


def check(
    stack: StackOrAll = "",
    form: FormOption = AnswerForm.text,
    output: Output = None,
    every: Annotated[bool, typer.Option("--all", help="Check every stack of this folder, and compare them.")] = False,
) -> None:
    """Reads and checks a stack file."""
    from amlz.reports.check import as_json, as_text

    refuse(every and bool(stack), f"--all checks every stack of this folder. Omit {stack}, or omit --all", "--all")
    refuse(not stack and not every, "no stack is named. Name one (`amlz stacks` lists them), or use --all", "STACK")
    if every:
        raise typer.Exit(_check_all(form, output))
    file, plan = planned(stack)
    write((as_json if form is AnswerForm.json else as_text)(file, plan), output)


def _check_all(form: AnswerForm, output: Path | None) -> int:
    """Writes the answer for every stack, and what is wrong between them. Returns the exit code: 1 for an error."""
    from amlz.checks.finding import Severity
    from amlz.checks.stacks.compared import compared
    from amlz.checks.stacks.facts import facts_of
    from amlz.core.problems import LandingZoneError
    from amlz.reports import check_all
    from amlz.stackfile.stacks import usable_stacks_of

    every, unusable = usable_stacks_of(Path.cwd())
    wrong = {name: shown(str(error)) for name, error in unusable.items()}
    valid, facts = [], []
    for stack in every:
        try:
            file, plan = planned(stack.path)
        except LandingZoneError as error:
            wrong[stack.name] = shown(str(error))
            continue
        valid.append((file, plan))
        facts.append(facts_of(file, plan))
    between = compared(facts)
    as_form = check_all.as_json if form is AnswerForm.json else check_all.as_text
    write(as_form(valid, wrong, between), output)
    if wrong:
        raise LandingZoneError("\n".join(why for _, why in sorted(wrong.items())))
    return int(any(finding.severity is Severity.ERROR for finding in between))
