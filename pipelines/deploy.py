"""Before `pulumi up`: what the engine would do, judged by the guard, and known again after an approval."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.problems import PipelineError
from pipelines.runner import Runner

#: Steps of the engine that change nothing.
_SAME = frozenset(("same", "read", "refresh"))


def guard(stack: str, runner: Runner, approved: str = "") -> int:
    """Previews a stack with the engine and judges that. The exit code: 1 where the guard or a policy says no.

    Outputs: `changes`, whether anything would be done, and `digest`, of what would be. `approved`: the digest that
    somebody approved; raises PipelineError where it would be something else by now, or where a preview fails.
    """
    engine = Path("engine.json")
    failed = _pulumi(stack, engine)
    today = datetime.now(UTC).date().isoformat()
    codes = [_amlz(runner, stack, "--engine", str(engine))]
    if not approved:  # what the stack file asks for is judged before it is approved: it is the same commit after
        codes.append(_amlz(runner, stack, "--today", today))
    if failed or max(codes) > 1:
        raise PipelineError(f"{stack}\n  Its preview failed; what it said stands above. Nothing was changed.")
    if max(codes):
        return 1
    steps = json.loads(engine.read_text(encoding="utf-8"))["steps"]
    digest = digest_of(steps)
    if approved and digest != approved:
        raise PipelineError(
            f"{stack}\n  What would be done is no longer what was approved: something else was deployed meanwhile, or\n"
            "  the state was changed. Nothing was changed. Run the workflow again on the newest commit."
        )
    runner.output("changes", "true" if any(step["op"] not in _SAME for step in steps) else "false")
    runner.output("digest", digest)
    return 0


def digest_of(steps: list[dict[str, Any]]) -> str:
    """Of every step that changes something: what is done to which resource, and what it would then be."""
    told = sorted(
        json.dumps([step["op"], step["urn"], step.get("newState", {}).get("inputs")], sort_keys=True)
        for step in steps
        if step["op"] not in _SAME
    )
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _pulumi(stack: str, engine: Path) -> bool:
    """Writes what the engine would do. Whether it failed: its errors are then in the file, so they are told."""
    with engine.open("w", encoding="utf-8") as file:
        command = ["pulumi", "preview", "--stack", stack, "--json", "--non-interactive"]
        code = subprocess.run(command, stdout=file, check=False).returncode
    if code:
        sys.stderr.write(f"pulumi preview ended with {code}.\n")
        for said in _errors(engine.read_text(encoding="utf-8")):
            sys.stderr.write(f"{said}\n")
    return bool(code)


def _errors(text: str) -> list[str]:
    try:
        told = json.loads(text[text.index("{") :])
    except ValueError:
        return []
    return [said["message"].strip() for said in told.get("diagnostics", ()) if said["severity"].endswith("error")]


def _amlz(runner: Runner, stack: str, *arguments: str) -> int:
    report = Path("report.md")
    report.unlink(missing_ok=True)
    asked = [sys.executable, "-m", "cli", "preview", stack, *arguments, "--format", "markdown", "--output", str(report)]
    code = subprocess.run(asked, check=False, env=os.environ).returncode
    if report.exists():
        runner.summary(report.read_text(encoding="utf-8"))
    return code
