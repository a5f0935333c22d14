"""`amlz fleet shards`, `work` and `pipeline`: each stack in exactly one job, none before its hub."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from amlz.app import fleet_work
from amlz.app.fleet_work import WorkResult
from amlz.app.processes import Ended
from amlz.core.problems import LandingZoneError
from amlz.fleet.shards import MOST_JOBS, WorkStack, shard, shards
from amlz.reports.fleet.pipeline import pipeline
from amlz.reports.fleet.shards import step
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tests.fleet.fleets import shipped


def stack(name: str, wave: int = 1, production: bool = False, cost: int = 1) -> WorkStack:
    """Returns a stack as work."""
    return WorkStack(name, f"Pulumi.{name}.yaml", wave, production, cost)


WORK = st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.integers(1, 9)), min_size=1, max_size=40).map(
    lambda rows: [stack(f"s{number}", *row) for number, row in enumerate(rows)]
)


@given(WORK, st.integers(2, 12), st.randoms())
def test_each_stack_is_in_exactly_one_shard(work: list[WorkStack], of: int, random: Any) -> None:
    """As each job derives it by itself, in any order of the stacks; production is never with others."""
    names = []
    for wave in (1, 2, 3):
        for number in range(1, of + 1):
            random.shuffle(work)
            part = shard(work, wave, number, of)
            names += [one.name for one in part]
            assert {one.wave for one in part} <= {wave}
            assert len({one.production for one in part}) <= 1

    assert sorted(names) == sorted(one.name for one in work)


@given(WORK)
def test_the_shards_of_a_pipeline_are_those_of_its_jobs(work: list[WorkStack]) -> None:
    """The number that is chosen by the stacks is at most 64, and no listed shard is empty."""
    for wave in (1, 2, 3):
        for one in shards(work, wave):
            number, of = (int(text) for text in one.name.split("/"))
            assert of <= 64
            assert one.stacks == shard(work, wave, number, of) != ()


def test_work_is_dealt_out_by_cost() -> None:
    """The dearest stack is alone."""
    work = [stack("big", cost=6), *(stack(f"small{number}", cost=2) for number in range(3))]

    assert [[one.name for one in part.stacks] for part in shards(work, 1, 2)] == [
        ["big"],
        ["small0", "small1", "small2"],
    ]


def test_production_is_never_in_the_only_shard_with_others() -> None:
    """By default there are two; one is refused."""
    work = [stack("dev"), stack("prod", production=True)]

    assert [(one.name, one.production) for one in shards(work, 1)] == [("1/2", True), ("2/2", False)]
    with pytest.raises(LandingZoneError, match="Use at least 2 shards"):
        shards(work, 1, 1)


def test_outputs_of_a_step_fit_each_host() -> None:
    """A matrix and whether it has jobs, for each wave of the pipeline; names of jobs that Azure Pipelines takes."""
    waves = [shards([stack("hub")], 1)]

    assert step(waves, "github", 2).splitlines() == [
        'wave1={"include":[{"shard":"1/1","production":false}]}',
        "any1=true",
        'wave2={"include":[]}',
        "any2=false",
    ]
    assert step(waves, "azure-devops", 1).splitlines() == [
        '##vso[task.setvariable variable=wave1;isOutput=true]{"shard_1_of_1":{"shard":"1/1"}}',
        "##vso[task.setvariable variable=any1;isOutput=true]true",
    ]


def test_a_thousand_stacks_fit_into_a_matrix_and_257_jobs_are_refused() -> None:
    """GitHub takes 256 jobs of one matrix."""
    work = [stack(f"s{number:04}") for number in range(1000)]

    assert [len(shards(work, 1)), len(shards(work, 1, MOST_JOBS))] == [64, 256]
    with pytest.raises(LandingZoneError, match="It has 257 jobs"):
        step([shards(work, 1, MOST_JOBS + 1)], "github", 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a hub, a stack that uses it, and a stack file with mistakes."""
    for path in (ROOT / "examples/hub-stack").iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "Pulumi.wrong.yaml").write_text("config:\n  amlz:landingZone: {}\n", encoding="utf-8")
    (tmp_path / "reports").mkdir()
    return tmp_path


def test_a_hub_is_in_a_wave_before_the_stacks_that_use_it(folder: Path) -> None:
    """A stack file with mistakes is in the first wave, so that a job reports it."""
    read = json.loads(amlz_here("fleet", "shards", "--format", "json", folder=folder).stdout)

    assert [(one["wave"], one["stacks"]) for one in read["shards"]] == [(1, ["hub", "wrong"]), (2, ["landing-zone"])]


def test_work_writes_one_report_a_stack_and_goes_on_after_a_failure(folder: Path) -> None:
    """With the worst exit code; a report is that of `amlz preview`, and an earlier one of a failed stack is removed."""
    (folder / "reports" / "wrong.json").write_text("{}", encoding="utf-8")

    ran = amlz_here("fleet", "work", "--shard", "1/1", "--wave", "1", "--to", "reports", folder=folder)

    assert (ran.returncode, ran.stdout) == (2, "hub: no findings that stop it\nwrong: not previewed\n")
    assert ran.stderr.startswith("Pulumi.wrong.yaml:2  ")
    assert [path.name for path in (folder / "reports").iterdir()] == ["hub.json"]
    assert json.loads((folder / "reports" / "hub.json").read_text(encoding="utf-8")) == json.loads(shipped("hub"))


def test_work_in_two_processes_writes_the_same(folder: Path) -> None:
    """Results in the same order, the same reports, the same sentence for a stack file with mistakes."""
    work = ("fleet", "work", "--shard", "1/1", "--wave", "1", "--to", "reports", "--skip-unchanged")
    one = amlz_here(*work, folder=folder)
    report = (folder / "reports" / "hub.json").read_bytes()
    for path in (folder / "reports").iterdir():
        path.unlink()

    two = amlz_here(*work, "--processes", "2", folder=folder)
    again = amlz_here(*work, "--processes", "2", folder=folder)

    assert (two.returncode, two.stdout, two.stderr) == (one.returncode, one.stdout, one.stderr)
    assert (folder / "reports" / "hub.json").read_bytes() == report
    assert again.stdout == "hub: no findings that stop it (unchanged)\nwrong: not previewed\n"


def test_a_stack_whose_process_was_killed_is_not_previewed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are, and the sentence has the remedy."""
    killed = Ended(stack("hub"), "signal SIGKILL")
    monkeypatch.setattr(fleet_work, "in_processes", lambda *_: iter([killed, WorkResult("wrong", 0)]))

    ran = amlz_here(
        "fleet", "work", "--shard", "1/1", "--wave", "1", "--to", "reports", "--processes", "2", folder=folder
    )

    assert (ran.returncode, ran.stdout) == (2, "hub: not previewed\nwrong: no findings that stop it\n")
    assert ran.stderr == (
        "Pulumi.hub.yaml\n  It was not previewed: its process was ended by signal SIGKILL, maybe for lack of memory.\n"
        "  Run it again with fewer --processes.\n"
    )


def test_a_shard_without_stacks_is_fine(folder: Path) -> None:
    """A pipeline may have more jobs than stacks."""
    ran = amlz_here("fleet", "work", "--shard", "9/9", "--wave", "2", "--to", "reports", folder=folder)

    assert (ran.returncode, ran.stdout) == (0, "No stack is in shard 9/9 of wave 2.\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("work --shard 0/2 --wave 1 --to reports", "'0/2' is no part of a whole; write the second of seven as 2/7"),
        ("work --shard 3/2 --wave 1 --to reports", "'3/2' is no part of a whole"),
        ("work --shard 1/2 --wave 0 --to reports", "--wave"),
        ("work --shard 1/2 --wave 1 --to none", "There is no such folder."),
        ("shards --of 0", "--of"),
        ("shards --step jenkins", "'jenkins' is not one of 'github', 'azure-devops'"),
        ("shards --step github --waves 1", "`amlz fleet pipeline github --waves 2`"),
        ("pipeline gitlab", "'gitlab' is not one of"),
        ("pipeline github --waves 0", "--waves"),
        ("pipeline github --output none/x.yml", "none"),
    ],
)
def test_wrong_arguments_of_shards_are_exit_code_2(words: str, says: str, folder: Path) -> None:
    """With what is wrong, and nothing is written."""
    before = sorted(folder.rglob("*"))

    ran = amlz_here("fleet", *words.split(), folder=folder)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in " ".join(ran.stderr.split())
    assert sorted(folder.rglob("*")) == before


def test_a_folder_without_stacks_is_refused(tmp_path: Path) -> None:
    """By work and by shards."""
    for words in ("shards", "work --shard 1/1 --wave 1 --to ."):
        ran = amlz_here("fleet", *words.split(), folder=tmp_path)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert "No Pulumi.<stack>.yaml with `amlz:landingZone` is there." in ran.stderr


def test_the_workflow_uses_the_pinned_actions_of_this_repository() -> None:
    """And runs each wave after the wave before it."""
    text = pipeline("github", 3)
    shipped_text = (ROOT / ".github/workflows/preview.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]

    pinned = set(re.findall(r"uses: (.*)", text))
    assert len(pinned) == 3
    assert pinned <= set(re.findall(r"uses: (.*)", shipped_text))
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "plan": None,
        "wave1": ["plan"],
        "wave2": ["plan", "wave1"],
        "wave3": ["plan", "wave2"],
    }
    assert jobs["wave3"]["steps"][-2]["run"].splitlines()[-1] == (
        '.venv/bin/amlz fleet work --shard "$SHARD" --wave 3 --to reports --processes 2'
    )
    assert "@n@" not in text + pipeline("azure-devops", 3)


def test_actionlint_accepts_the_workflow(tmp_path: Path) -> None:
    """Built by `make actionlint`, from its Go module."""
    tool = ROOT / ".tools/actionlint/actionlint"
    if not tool.exists():
        pytest.skip("there is no actionlint: `make actionlint` builds it, which needs Go")
    path = tmp_path / ".github" / "workflows" / "fleet.yml"
    path.parent.mkdir(parents=True)
    path.write_text(pipeline("github", 2), encoding="utf-8")

    ran = subprocess.run([tool, path], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_pipeline_of_azure_has_the_same_steps() -> None:
    """A job for the shards, then one for each wave with the matrix of the first job."""
    read = yaml.safe_load(pipeline("azure-devops", 2))

    assert [job["job"] for job in read["jobs"]] == ["plan", "wave1", "wave2"]
    assert read["jobs"][2]["strategy"] == {"matrix": "$[ dependencies.plan.outputs['shards.wave2'] ]"}
    assert read["jobs"][0]["steps"][-1]["name"] == "shards"
