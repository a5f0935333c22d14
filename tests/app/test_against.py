"""Comparing with a revision as people and pipelines do it: what is wrong, what is missing, what is interrupted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from amlz.app import compare as against
from amlz.app import git_revision as revision
from amlz.core.problems import LandingZoneError
from amlz.stackfile.load import load
from tests.app.test_revision import ENVIRONMENT, commit, git, tree
from tests.conftest import ROOT, as_told, previewed
from tests.diff.test_difference import MINIMAL
from tests.program_copy import copy_of_the_program

AMLZ = (sys.executable, "-m", "amlz")
#: Replaces a preview: reads one from a file, adds the stack file's tags and the day, and does not load Pulumi.
PREVIEW = """
import dataclasses, json, os, time
from pathlib import Path

@dataclasses.dataclass
class Stub:
    record: dict
    quota: bool = False
    costs: None = None

    def fails(self, fail_on):
        return False

def reached(moment):
    asked = Path(os.environ.get("TMPDIR", "/tmp")).with_name("moment")  # no other variable reaches a revision
    if asked.exists() and asked.read_text() == moment:
        asked.replace(asked.with_name("marker"))
        time.sleep(60)

def preview_stack(file, plan, today=""):
    reached("there" if "amlz-revision-" in __file__ else "here")
    record = json.loads((Path(__file__).parents[2] / "record.json").read_text())
    record["resources"][0]["body"]["tags"] = dict(file.config.tags)
    record["findings"][0]["actual"] = today
    return Stub(record | {"stack": file.stack})
"""
PARTS = ("amlz", "components", "custom", "policies")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, quick since it previews nothing itself, and a stack file in a git repository of one commit."""
    folder = tmp_path_factory.mktemp("origin") / "repository"
    for part in PARTS:
        shutil.copytree(
            ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "cases", "builtin", "definitions")
        )
    for file in ROOT.glob("*.py"):
        shutil.copy(file, folder / file.name)
    (folder / "amlz" / "app" / "preview.py").write_text(PREVIEW)
    render = "def render(preview: Preview) -> str:\n"
    changed(
        folder,
        "amlz/reports/formats/as_json.py",
        f'{render}    """The whole preview."""\n',
        f"{render}    return dump(preview.record)\n",
    )
    (folder / "record.json").write_text(json.dumps(as_told("minimal")))
    (folder / "Pulumi.small.yaml").write_text(MINIMAL)
    (folder / "requirements.lock").write_text("pulumi==3\n")
    (folder / ".gitignore").write_text("__pycache__\n")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    compiled = {**environment(folder), "PYTHONDONTWRITEBYTECODE": "", "TMPDIR": str(folder.parent)}
    subprocess.run([*AMLZ, "stacks", "--against", "HEAD"], cwd=folder, env=compiled, check=True)
    return folder


@pytest.fixture
def repository(origin: Path, tmp_path: Path) -> Path:
    """A copy that a test may change, next to a folder for temporary files."""
    objects = origin / ".git" / "objects"
    shutil.copytree(origin, tmp_path / "repository", ignore=lambda at, _: os.listdir(at) if Path(at) == objects else [])
    (tmp_path / "repository" / ".git" / "objects" / "info").mkdir(parents=True)
    (tmp_path / "repository" / ".git" / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    (tmp_path / "tmp").mkdir()
    return tmp_path / "repository"


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the caller's."""
    own = {"PYTHONPATH": str(folder), "TMPDIR": str(folder.parent / "tmp"), "HOME": str(folder)}
    return {**ENVIRONMENT, **own, "PYTHONDONTWRITEBYTECODE": "1"}


def amlz(folder: Path, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Runs `amlz` in a repository."""
    return subprocess.run(
        [*AMLZ, *arguments], cwd=folder, env=environment(folder), text=True, check=False,
        **{"capture_output": True, **more},
    )  # fmt: skip


def changed(folder: Path, name: str, old: str, new: str) -> None:
    """An edit of a file."""
    text = (folder / name).read_text()
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new))


def broken(folder: Path, name: str, old: str, new: str) -> None:
    """A revision with an edit that the working tree does not have."""
    right = (folder / name).read_text()
    changed(folder, name, old, new)
    commit(folder, "broken")
    (folder / name).write_text(right)


CLI = ("amlz/cli/main.py", "import typer\n")
THERE = "Pulumi.small.yaml at HEAD\n  It cannot be previewed there:"
RENDER = ("amlz/app/preview.py", 'def preview_stack(file, plan, today=""):\n')
BROKEN = {
    "a stack file with a key of another time": (
        ("Pulumi.small.yaml", "    location:", "    colour: red\n    location:"),
        "  Pulumi.small.yaml:8  colour\n    There is no 'colour' here",
    ),
    "a stack file of a newer schema": (
        ("Pulumi.small.yaml", "schemaVersion: 1", "schemaVersion: 7"),
        "  Pulumi.small.yaml:4  schemaVersion\n    Version 7 is newer than this program: update it.\n",
    ),
    "a program that does not compile": (
        (*CLI, f"def (:\n{CLI[1]}"),
        "  Its program fails: SyntaxError: ",
    ),
    "a program with requirements of its own": (
        (*CLI, f"import colours\n{CLI[1]}"),
        "  Its program fails: ModuleNotFoundError: No module named 'colours'\n",
    ),
    "a program with a defect": (
        (*RENDER, f"{RENDER[1]}    raise ValueError('odd')\n"),
        "  Its program fails: ValueError: odd\n",
    ),
    "a program with another shape": (
        (*RENDER, f"{RENDER[1]}    return Stub({{'schemaVersion': 0, 'resources': []}})\n"),
        "  The output of its program cannot be read by this version: previews had another shape then.\n",
    ),
    "a program that is killed": (
        (*RENDER, f"{RENDER[1]}    import os; os.kill(os.getpid(), 9)\n"),
        "  Its preview was ended by signal 9, as it is where memory runs out.\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_a_revision_that_cannot_be_previewed_is_told_in_a_sentence(
    repository: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback and nothing left behind: its own words, or what its program died of."""
    edit, says = BROKEN[text]
    broken(repository, *edit)
    for module in (revision, against):
        monkeypatch.setattr(module, "ROOT", repository)
    monkeypatch.setattr(tempfile, "tempdir", str(repository.parent / "tmp"))

    with pytest.raises(LandingZoneError) as raised:
        against.difference_to("HEAD", load(str(repository / "Pulumi.small.yaml")), lambda: previewed("minimal"))

    message = str(raised.value)
    head, tail = (
        "Pulumi.small.yaml at HEAD\n  It cannot be previewed there:\n",
        "\n  Choose a revision at which it can.",
    )
    assert (message.startswith(head), says in message, message.endswith(tail)) == (True, True, True), message
    assert "Traceback" not in message
    assert list((repository.parent / "tmp").iterdir()) == []


def test_a_revision_without_the_program_is_told(repository: Path) -> None:
    """Before it was in the repository, or where it was in another folder."""
    folder = repository.parent / "outer"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "infra").mkdir()
    (folder / "infra" / "Pulumi.small.yaml").write_text(MINIMAL)
    commit(folder, "without")
    copy_of_the_program(folder / "infra" / "amlz")
    ran = subprocess.run(
        [*AMLZ, "preview", "small", "--against", "HEAD"], cwd=folder / "infra", capture_output=True, text=True,
        env={**environment(repository), "PYTHONPATH": str(folder / "infra" / "amlz")}, check=False,
    )  # fmt: skip

    assert (ran.returncode, ran.stdout, ran.stderr) == (
        2,
        "",
        "infra/Pulumi.small.yaml at HEAD\n  It cannot be previewed there:\n  The program is not in infra/amlz there.\n"
        "  Choose a revision at which it can.\n",
    )


def test_other_packages_are_told_to_be_unknown(repository: Path) -> None:
    """One interpreter runs both programs: what a new version of a package changes is in no difference."""
    (repository / "requirements.lock").write_text("pulumi==4\n")

    ran = amlz(repository, "preview", "small", "--against", "HEAD", "--format", "json")
    listed = amlz(repository, "stacks", "--against", "HEAD")

    answer = json.loads(ran.stdout)
    assert (ran.returncode, answer["changed"], answer["unchanged"]) == (0, [], 125)
    assert answer["notTold"].endswith(
        "; what other packages change: requirements.lock differs, and both sides were previewed with those installed "
        "here"
    )
    assert (listed.returncode, listed.stdout) == (0, "small  Pulumi.small.yaml\n")


def test_both_sides_are_looked_at_on_the_same_day(repository: Path) -> None:
    """An accepted finding that has expired at both is no difference."""
    ran = amlz(repository, "preview", "small", "--against", "HEAD", "--today", "2027-06-01")

    assert (ran.returncode, ran.stdout.splitlines()[0], ran.stderr) == (
        0,
        "small: no difference from HEAD, 125 resources",
        "",
    )


def test_what_is_not_committed_is_compared_and_stays_as_it_is(repository: Path) -> None:
    """Counts the present files, staged or not, and an untracked stack file."""
    changed(repository, "Pulumi.small.yaml", "    projects:\n", "    tags: {a: staged}\n    projects:\n")
    git(repository, "add", "-A")
    changed(repository, "Pulumi.small.yaml", "a: staged", "a: dirty")
    (repository / ".git" / "info" / "exclude").write_text("Pulumi.own.yaml\n")
    (repository / "Pulumi.own.yaml").write_text(MINIMAL)
    before = tree(repository)

    dirty = amlz(repository, "preview", "small", "--against", "HEAD", "--format", "json")
    ignored = amlz(repository, "preview", "own", "--against", "HEAD")

    rows = {(row["path"], row["new"]) for item in json.loads(dirty.stdout)["changed"] for row in item["properties"]}
    assert (dirty.returncode, rows) == (0, {("tags.a", "dirty")})
    assert ignored.stdout.splitlines()[0] == "own: new since HEAD, 125 created"
    assert tree(repository) == before


def test_one_stack_that_fails_does_not_hide_the_others(repository: Path) -> None:
    """It is named in the report and on standard error: exit code 2."""
    (repository / "Pulumi.same.yaml").write_text(MINIMAL)
    commit(repository, "same")
    broken(repository, "Pulumi.small.yaml", "schemaVersion: 1", "schemaVersion: 7")

    ran = amlz(repository, "preview", "--all", "--against", "HEAD", "--format", "json", "--output", "all.json")

    answer = json.loads((repository / "all.json").read_text())
    assert (answer["unchanged"], [item["stack"] for item in answer["failed"]]) == (["same"], ["small"])
    assert answer["failed"][0]["why"].startswith(THERE)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"{answer['failed'][0]['why']}\n")


NAMES = [
    (("preview", "small", "--against", ""), "it is empty: name a revision"),
    (("stacks", "--against", ""), "it is empty: name a revision"),
    (("stacks", "--against", "--upload-pack=x"), "--against --upload-pack=x\n  There is no such revision"),
    (("preview", "small", "--against", "HEAD", "--engine", "x"), "each selects another difference"),
]


@pytest.mark.parametrize(("arguments", "says"), NAMES, ids=[" ".join(row[0]) for row in NAMES])
def test_a_revision_that_is_none_is_exit_code_2(repository: Path, arguments: tuple[str, ...], says: str) -> None:
    """A variable of a pipeline that is empty does not show the whole preview in place of the difference."""
    ran = amlz(repository, *arguments)

    assert (ran.returncode, ran.stdout, says in " ".join(ran.stderr.split("│")), "Traceback" in ran.stderr) == (
        2, "", True, False,
    ), ran.stderr  # fmt: skip


GIT = """#!/bin/sh
if [ "$MOMENT$1" = gitcat-file ]; then touch "$MARKER"; exec sleep 60; fi
exec %s "$@"
"""


def heeding() -> None:
    """Signals do what they do in a terminal, where tests run in the background too."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def started(repository: Path, moment: str, *arguments: str) -> subprocess.Popen[str]:
    """`amlz`, at a moment at which it waits, as the leader of a new process-group."""
    folder, marker = repository.parent / "bin", repository.parent / "marker"
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(GIT % shutil.which("git"))
    (folder / "git").chmod(0o755)
    marker.unlink(missing_ok=True)
    marker.with_name("moment").write_text(moment)
    own = environment(repository)
    running = subprocess.Popen(
        [*AMLZ, *arguments], cwd=repository, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**own, "PATH": f"{folder}:{own['PATH']}", "MOMENT": moment, "MARKER": str(marker)}, text=True,
        preexec_fn=heeding,
    )  # fmt: skip
    while not marker.exists():
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)
    return running


def still_running(folder: Path) -> list[int]:
    """Processes that have to do with a folder."""
    values = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + bytes((process / "cwd").readlink())
        except OSError:
            continue
        values += [int(process.name)] if os.fsencode(folder) in words else []
    return values


STOPS = [
    ("git", signal.SIGINT), ("there", signal.SIGINT), ("there", signal.SIGTERM), ("here", signal.SIGHUP),
    ("writing", signal.SIGTERM),
]  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="it looks for what runs in /proc")
@pytest.mark.parametrize(("moment", "number"), STOPS, ids=[f"{moment} {number.name}" for moment, number in STOPS])
def test_whoever_stops_it_finds_everything_as_it_was(repository: Path, moment: str, number: signal.Signals) -> None:
    """While git answers, either side is previewed or the report is written: a sentence, and nothing left anywhere.

    Ctrl-C reaches all processes of a terminal, a pipeline ends the one that it knows.
    """
    moving = "        os.replace(temporary, target)"
    waiting = "        from amlz.app.preview import reached; reached('writing')\n"
    changed(repository, "amlz/reports/files.py", moving, waiting + moving)
    (repository / "report.md").write_text("before\n")
    before = tree(repository)
    running = started(repository, moment, "preview", "small", "--against", "HEAD", "--output", "report.md")

    (os.killpg if number is signal.SIGINT else os.kill)(running.pid, number)
    out, err = running.communicate(timeout=20)

    assert (running.returncode, out, err) == (-number, "", f"Stopped by {number.name} before it was done.\n")
    assert tree(repository) == before
    assert (list((repository.parent / "tmp").iterdir()), still_running(repository.parent)) == ([], [])


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="it looks for what runs in /proc")
def test_a_run_that_was_killed_hinders_no_other(repository: Path) -> None:
    """Git knows of nothing; what is left is a folder for temporary files, which goes with a run of another day."""
    before, tmp = tree(repository), repository.parent / "tmp"
    killed = started(repository, "there", "preview", "small", "--against", "HEAD")
    killed.kill()
    killed.communicate()
    for process in still_running(tmp):  # what nobody waits for any longer
        os.kill(process, signal.SIGKILL)

    (left,) = tmp.iterdir()
    again = amlz(repository, "preview", "small", "--against", "HEAD")

    assert (again.returncode, list(tmp.iterdir()), tree(repository) == before) == (0, [left], True)


def test_two_runs_at_once_do_not_meet(repository: Path) -> None:
    """Each against a different revision."""
    changed(repository, "Pulumi.small.yaml", "    projects:\n", "    tags: {a: second}\n    projects:\n")
    commit(repository, "second")
    before = tree(repository)
    one, other = (
        subprocess.Popen(
            [*AMLZ, "preview", "small", "--against", name], cwd=repository, env=environment(repository), text=True,
            stdout=subprocess.PIPE,
        )
        for name in ("HEAD~1", "HEAD")
    )  # fmt: skip

    heads = [run.communicate()[0].splitlines()[0] for run in (one, other)]
    assert heads == [
        "small against HEAD~1: 0 created, 1 changed, 0 deleted, 124 unchanged",
        "small: no difference from HEAD, 125 resources",
    ]
    assert (tree(repository) == before, list((repository.parent / "tmp").iterdir())) == (True, [])
