"""Before `pulumi up`: the engine's plan, checked by the guard, and compared again after an approval."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner

#: Steps of the engine that change nothing.
_SAME = frozenset(("same", "read", "refresh"))
#: Resource options in a state that a deployment changes without touching Azure.
#: https://www.pulumi.com/docs/iac/concepts/resources/options/
_OPTIONS = ("protect", "retainOnDelete", "provider", "parent")


def guard(stack: str, runner: Runner, approved: str = "", production: bool | None = None) -> int:
    """Previews a stack with the engine and evaluates that. Returns 1 where the guard or a policy stops it.

    Outputs: `changes`, whether anything would be done; `digest`, of what would be; `production`, whether the stack is
    production as deployed or as configured: its deployment then waits for the approval of production.
    `approved`: the digest that was approved. `production`: what this deployment was taken for, None where nothing has
    been decided. Raises PipelineError where either no longer holds, or where a preview fails.
    """
    engine = Path("engine.json")
    failed = _pulumi(stack, engine)
    today = datetime.now(UTC).date().isoformat()
    codes = [_amlz(runner, stack, "--engine", str(engine), "--today", today)]
    if not approved:  # the stack file is checked before the approval: it is the same commit afterwards
        codes.append(_amlz(runner, stack, "--today", today))
    if failed or max(codes) > 1:
        raise PipelineError(f"{stack}\n  Its preview failed; its output is above. Nothing was changed.")
    if max(codes):
        return 1
    steps = json.loads(engine.read_text(encoding="utf-8"))["steps"]
    digest = digest_of(steps)
    if approved and digest != approved:
        raise PipelineError(
            f"{stack}\n  The plan is no longer the one that was approved: something else was deployed meanwhile, or\n"
            "  the state was changed. Nothing was changed. Run the workflow again on the newest commit."
        )
    deployed = is_production(steps)
    if production is False and deployed:
        raise PipelineError(
            f"{stack}\n  It is production: some of its resources are protected, as deployed or as configured.\n"
            "  It would be deployed without the approval of production. Nothing was changed.\n"
            "  Set `production: true` for it in the list of stacks, until a deployment has ended its production."
        )
    runner.output("changes", "true" if any(map(_changes, steps)) else "false")
    runner.output("digest", digest)
    runner.output("production", "true" if deployed else "false")
    return 0


def is_production(steps: list[dict[str, Any]]) -> bool:
    """Returns whether a resource is protected, in the state or in the program: both hold the deployment to an
    approval.
    """
    return any((step.get(side) or {}).get("protect") for step in steps for side in ("oldState", "newState"))


def _changes(step: dict[str, Any]) -> bool:
    """Returns whether a step changes something in Azure, or Pulumi's protection of it."""
    old, new = step.get("oldState") or {}, step.get("newState") or {}
    options = step["op"] == "same" and bool(old) and bool(new) and any(old.get(o) != new.get(o) for o in _OPTIONS)
    return step["op"] not in _SAME or options


def digest_of(steps: list[dict[str, Any]]) -> str:
    """Returns the digest of every step that changes something: its resource, inputs and resource options."""
    keys = ("inputs", "aliases", *_OPTIONS)
    values = sorted(
        json.dumps([step["op"], step["urn"], *(_of(step).get(key) for key in keys)], sort_keys=True)
        for step in steps
        if _changes(step)
    )
    return hashlib.sha256("\n".join(values).encode()).hexdigest()


def _of(step: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = step.get("newState") or {}
    return state


def _pulumi(stack: str, engine: Path) -> bool:
    """Writes what the engine would do. Returns whether it failed: its errors are then in the file, so they are
    reported.
    """
    with engine.open("w", encoding="utf-8") as file:
        command = ["pulumi", "preview", "--stack", stack, "--json", "--non-interactive"]
        code = subprocess.run(command, stdout=file, check=False).returncode
    if code:
        sys.stderr.write(f"pulumi preview ended with {code}.\n")
        for error in _errors(engine.read_text(encoding="utf-8")):
            sys.stderr.write(f"{error}\n")
    return bool(code)


def _errors(text: str) -> list[str]:
    try:
        report = json.loads(text[text.index("{") :])
    except ValueError:
        return []
    return [item["message"].strip() for item in report.get("diagnostics", ()) if item["severity"].endswith("error")]


def _amlz(runner: Runner, stack: str, *arguments: str) -> int:
    report = Path("report.md")
    report.unlink(missing_ok=True)
    options = [*arguments, "--format", "markdown", "--output", str(report)]
    wanted = [sys.executable, "-m", "amlz", "preview", *options, "--", stack]
    code = subprocess.run(wanted, check=False, env=os.environ).returncode
    if report.exists():
        runner.summary(report.read_text(encoding="utf-8"))
    return code
