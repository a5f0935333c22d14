"""The stacks of a folder as outputs of a step, for both hosts."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from amlz.integrations.pipelines import matrix
from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner


def stacks(folder: Path, *rows: tuple[str, int]) -> Path:
    """A file as `amlz stacks --format json` writes it, of names and waves."""
    path = folder / "stacks.json"
    path.write_text(json.dumps({"include": [{"stack": stack, "wave": wave} for stack, wave in rows]}))
    return path


def test_github_gets_a_matrix_of_all_and_one_of_each_wave(tmp_path: Path) -> None:
    """A hub before what refers to it."""
    outputs = tmp_path / "outputs"
    runner = Runner({"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(outputs)})

    matrix.hand_on(stacks(tmp_path, ("hub", 1), ("a", 2)), runner)

    hub, a = '{"stack":"hub","wave":1}', '{"stack":"a","wave":2}'
    assert outputs.read_text().splitlines() == [
        f'stacks={{"include":[{hub},{a}]}}', "any=true",
        f'wave1={{"include":[{hub}]}}', "any1=true",
        f'wave2={{"include":[{a}]}}', "any2=true",
    ]  # fmt: skip


def test_azure_pipelines_gets_jobs_by_names_that_it_takes(tmp_path: Path) -> None:
    """Two stacks whose names differ in a sign alone are two jobs."""
    out = io.StringIO()

    matrix.hand_on(stacks(tmp_path, ("a-b", 1), ("a_b", 1)), Runner({"TF_BUILD": "True"}, out))

    jobs = '{"sa_2d_b":{"stack":"a-b"},"sa_5f_b":{"stack":"a_b"}}'
    values = [line.removeprefix("##vso[task.setvariable variable=") for line in out.getvalue().splitlines()]
    assert values == [
        f"stacks;isOutput=true]{jobs}", "any;isOutput=true]true",
        f"wave1;isOutput=true]{jobs}", "any1;isOutput=true]true",
        "wave2;isOutput=true]{}", "any2;isOutput=true]false",
    ]  # fmt: skip


def test_a_third_wave_is_refused(tmp_path: Path) -> None:
    """Rather than left out."""
    with pytest.raises(PipelineError, match="pipelines build in two waves"):
        matrix.hand_on(stacks(tmp_path, ("a", 3)), Runner({}, io.StringIO()))


MESSAGES: list[tuple[dict[str, Any], str]] = [
    ({"GITHUB_ACTIONS": "true"}, "::notice::100%25 of it is said\n"),
    ({"TF_BUILD": "True"}, "100% of it is said\n"),
]


@pytest.mark.parametrize(("environment", "text"), MESSAGES)
def test_a_notice_is_one_line(environment: dict[str, str], text: str) -> None:
    """Nothing in it is read as a command of the runner."""
    out = io.StringIO()

    Runner(environment, out).notice("100% of it\nis said")

    assert out.getvalue() == text


def test_what_a_host_does_not_set_is_told() -> None:
    """By its name."""
    with pytest.raises(PipelineError, match=r"GITHUB_TOKEN\n  This variable is not in the environment"):
        Runner({}).get("GITHUB_TOKEN")
