"""`python -m pipelines COMMAND`: see docs/pipelines.md, which says what calls each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipelines import matrix, preview
from pipelines.problems import PipelineError
from pipelines.runner import Runner


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipelines", description="Between amlz and hosts of code.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("matrix", help="stacks of `amlz stacks --format json` as outputs of a step")
    verb.add_argument("stacks", type=Path)
    verb = verbs.add_parser("preview", help="reports of one stack; exit code 1 where something stops the change")
    verb.add_argument("stack")
    verb.add_argument("--against", required=True)
    verb.add_argument("--to", type=Path, required=True)
    verb = verbs.add_parser("bundle", help="one comment of the reports of all stacks")
    verb.add_argument("parts", type=Path)
    verb.add_argument("--others", type=Path, required=True)
    verb.add_argument("--number", type=int, required=True)
    verb.add_argument("--to", type=Path, required=True)
    verb = verbs.add_parser("post", help="posts the bundle of the run that started this one")
    verb.add_argument("--findings", choices=["true", ""], default="", help="also findings, beside their lines")
    return parser


def main() -> int:
    """Exit codes: 0, 1 something stops the change, 2 what is needed is missing or wrong."""
    asked, runner = _parser().parse_args(), Runner()
    try:
        return _run(asked, runner)
    except PipelineError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(asked: argparse.Namespace, runner: Runner) -> int:
    if asked.verb == "matrix":
        matrix.hand_on(asked.stacks, runner)
    elif asked.verb == "preview":
        code = preview.reports(asked.stack, asked.against, asked.to)
        runner.summary((asked.to / f"{asked.stack}.md").read_text(encoding="utf-8"))
        return code
    elif asked.verb == "bundle":
        from pipelines.bundle import make

        make(asked.parts, asked.others, asked.number, asked.to)
    elif asked.verb == "post":
        from pipelines import github

        github.post(runner, findings=asked.findings == "true")
    return 0


if __name__ == "__main__":
    sys.exit(main())
