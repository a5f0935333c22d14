"""`amlz doctor`: checks the machine."""

from __future__ import annotations

import typer

from amlz.cli.options import AnswerForm, FormOption, Output, write


def doctor(form: FormOption = AnswerForm.text, output: Output = None) -> None:
    """Checks Python, git, Pulumi, the Azure CLI, credentials and the backend. Shows no credential.

    The exit code is 1 if something that a preview needs is missing.

    Example: amlz doctor
    """
    import os
    from pathlib import Path

    from amlz.app.doctor import examine
    from amlz.reports.doctor import as_json, as_text

    results = examine(os.environ, Path.home(), Path.cwd())
    write((as_json if form is AnswerForm.json else as_text)(results), output)
    raise typer.Exit(int(any(result.state == "missing" for result in results)))
