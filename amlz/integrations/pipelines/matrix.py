"""The stacks of `amlz stacks --format json` as outputs of a step: a matrix of all, and one of each wave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner

#: Hubs and stacks without a hub elsewhere, then stacks that refer to a hub. A hub refers to none, so there is no third.
WAVES = 2


def hand_on(stacks: Path, runner: Runner) -> None:
    """Outputs `stacks` and `any`, and `wave1`, `any1`, `wave2`, `any2`. Raises PipelineError."""
    rows: list[dict[str, Any]] = json.loads(stacks.read_text(encoding="utf-8"))["include"]
    late = [row["stack"] for row in rows if row["wave"] > WAVES]
    if late:
        raise PipelineError(
            f"{', '.join(late)}\n  It waits for a stack that itself waits for another: pipelines build in two waves.\n"
            "  Let it take its hub from the stack that builds it."
        )
    _output(runner, "", rows)
    for wave in range(1, WAVES + 1):
        _output(runner, str(wave), [row for row in rows if row["wave"] == wave])


def compare(stacks: Path, named: str) -> None:
    """Raises PipelineError where a list of stacks, as JSON, differs from the output of `amlz stacks`."""
    rows = json.loads(stacks.read_text(encoding="utf-8"))["include"]
    keys = {"stack": "name", "production": "production", "wave": "wave"}
    there = [{to: row[key] for key, to in keys.items()} for row in rows]
    by_name = sorted(json.loads(named), key=lambda row: str(row["name"]))
    if by_name != sorted(there, key=lambda row: str(row["name"])):
        lines = "".join(
            f"      - {{name: {row['name']}, production: {str(row['production']).lower()}, wave: {row['wave']}}}\n"
            for row in there
        )
        raise PipelineError(
            f"custom/pipelines/azure-devops.yml\n  Its stacks are not those of this folder. Write there:\n{lines}"
        )


def _output(runner: Runner, wave: str, rows: list[dict[str, Any]]) -> None:
    if runner.azure:  # https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/jobs-job-strategy
        matrix: dict[str, Any] = {_name(row["stack"]): {"stack": row["stack"]} for row in rows}
    else:
        matrix = {"include": rows}
    runner.output(f"wave{wave}" if wave else "stacks", json.dumps(matrix, separators=(",", ":")))
    runner.output(f"any{wave}", "true" if rows else "false")


def _name(stack: str) -> str:
    """The name of a job in Azure Pipelines: letters, digits and underscores, no other stack's."""
    return "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in f"s{stack}")
