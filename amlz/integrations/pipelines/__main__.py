"""`python -m amlz.integrations.pipelines COMMAND`: docs/how-to/pipelines.md lists the callers of each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from amlz.integrations.pipelines import azure_devops, bundle, deploy, drift, github, links, matrix, preview, runtime
from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m amlz.integrations.pipelines", description="Between amlz and code hosting services."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("matrix", help="stacks of `amlz stacks --format json` as outputs of a step")
    verb.add_argument("stacks", type=Path)
    verb = verbs.add_parser("touched", help="stacks that differ from a revision, and the same outputs")
    verb.add_argument("--against", required=True)
    verb.add_argument("--to", type=Path, required=True)
    verb = verbs.add_parser("preview", help="reports of one stack; exit code 1 where something stops the change")
    verb.add_argument("stack")
    verb.add_argument("--against", required=True)
    verb.add_argument("--to", type=Path, required=True)
    verb = verbs.add_parser("bundle", help="one comment of the reports of all stacks")
    verb.add_argument("parts", type=Path)
    verb.add_argument("--number", type=int, required=True)
    verb.add_argument("--to", type=Path, required=True)
    verb = verbs.add_parser("post", help="posts the bundle of the run that started this one")
    verb.add_argument("--findings", choices=["true", ""], default="", help="also findings, at their lines")
    verb = verbs.add_parser("ready", help="whether variables are set, as the output `ready`")
    verb.add_argument("variables", nargs="+")
    verb = verbs.add_parser("named", help="fails where a list of stacks is not that of `amlz stacks --format json`")
    verb.add_argument("stacks", type=Path)
    verb.add_argument("--are", required=True)
    verb = verbs.add_parser("comment", help="edits or posts the comment of Azure DevOps")
    verb.add_argument("bundle", type=Path)
    verb = verbs.add_parser("approval", help="fails where rules of environments are missing")
    verb.add_argument("environments", nargs="+")
    verb = verbs.add_parser("guard", help="previews with the engine; exit code 1 if the guard or a policy refuses")
    verb.add_argument("stack")
    verb.add_argument("--approved", default="", help="the digest that was approved")
    verb.add_argument("--production", choices=["true", "false"], help="whether the deployment waits for production's")
    verb = verbs.add_parser("look", help="whether a stack is as it was deployed")
    verb.add_argument("stack")
    verb.add_argument("--to", type=Path, required=True)
    verb = verbs.add_parser("drift", help="opens, edits or closes the one ticket")
    verb.add_argument("looked", type=Path)
    _runtime(verbs)
    return parser


def _runtime(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser("runtime", help="builds the archive of what jobs with a token run, from verified downloads")
    verb.add_argument("--to", type=Path, required=True)
    verb = verbs.add_parser("digest", help="the digest of that archive, as the output `digest`")
    verb.add_argument("archive", type=Path)
    verb = verbs.add_parser("use", help="unpacks that archive for later steps; fails where its digest is another one")
    verb.add_argument("archive", type=Path)
    verb.add_argument("--digest", required=True)
    verbs.add_parser("pulumi-lock", help="writes the checksums of Pulumi's archives to pulumi.lock")


def main() -> int:
    """Exit codes: 0, 1 something stops the change, 2 what is needed is missing or wrong."""
    arguments, runner = _parser().parse_args(), Runner()
    try:
        return _run(arguments, runner)
    except PipelineError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(arguments: argparse.Namespace, runner: Runner) -> int:
    if arguments.verb == "ready":
        _ready(arguments.variables, runner)
    elif arguments.verb == "named":
        matrix.compare(arguments.stacks, arguments.are)
    elif arguments.verb == "comment":
        azure_devops.comment(runner, arguments.bundle)
    elif arguments.verb == "approval":
        for environment in arguments.environments:
            (azure_devops if runner.azure else github).demands_approval(runner, environment)
    elif arguments.verb == "guard":
        production = None if arguments.production is None else arguments.production == "true"
        return deploy.guard(arguments.stack, runner, arguments.approved, production)
    elif arguments.verb == "look":
        return drift.look(arguments.stack, arguments.to)
    elif arguments.verb == "drift":
        looked = drift.read(arguments.looked)
        (azure_devops if runner.azure else github).ticket(runner, looked)
        return int(any(stack.failed for stack in looked))
    elif arguments.verb == "matrix":
        matrix.hand_on(arguments.stacks, runner)
    elif arguments.verb == "touched":
        return preview.touched(arguments.against, arguments.to, runner)
    elif arguments.verb == "preview":
        code = preview.reports(arguments.stack, arguments.against, arguments.to, links.source(runner.environment))
        runner.summary((arguments.to / f"{arguments.stack}.md").read_text(encoding="utf-8"))
        return code
    elif arguments.verb == "bundle":
        code = bundle.make(arguments.parts, arguments.number, arguments.to, links.pages_line(runner.environment))
        runner.summary((arguments.to / "bundle" / "comment.md").read_text(encoding="utf-8"))
        return code
    elif arguments.verb == "post":
        github.post(runner, findings=arguments.findings == "true")
    else:
        _run_runtime(arguments, runner)
    return 0


def _run_runtime(arguments: argparse.Namespace, runner: Runner) -> None:
    if arguments.verb == "runtime":
        runtime.build(arguments.to)
    elif arguments.verb == "digest":
        runtime.report_digest(arguments.archive, runner)
    elif arguments.verb == "use":
        runtime.use(arguments.archive, arguments.digest, runner)
    elif arguments.verb == "pulumi-lock":
        runtime.lock()


def _ready(variables: list[str], runner: Runner) -> None:
    """Reports missing variables without failing, so that forks without Azure access stay green."""
    unset = [name for name in variables if not runner.environment.get(name)]
    if unset:
        runner.notice(f"Nothing is done: {', '.join(unset)} not set. docs/how-to/pipelines.md describes the values.")
    runner.output("ready", "false" if unset else "true")


if __name__ == "__main__":
    sys.exit(main())
