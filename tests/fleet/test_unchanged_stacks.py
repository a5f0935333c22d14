"""`amlz fleet work --skip-unchanged`: a stack is previewed again exactly if an input of its preview changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from amlz.app import fleet_work, input_digest
from amlz.app.input_digest import input_files, program_digest, stack_digest
from amlz.app.preview import preview_stack
from amlz.core.plan import LandingZonePlan
from amlz.reports.preview import Preview
from amlz.stackfile.load import StackFile
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS

#: Prints every file below a folder that a preview opens.
WATCH = """
import json, sys
opened = set()
sys.addaudithook(lambda name, given: name == "open" and isinstance(given[0], str) and opened.add(given[0]))
from amlz.app.preview import preview_stack
from amlz.reports.formats import as_json
from amlz.stackfile.checked import checked
as_json.render(preview_stack(*checked(sys.argv[1])))
print(json.dumps(sorted(opened)))
"""


def test_a_preview_opens_no_file_that_the_digest_leaves_out() -> None:
    """By the interpreter's own report of what it opens, with a stack file that names another file."""
    path = ROOT / STACKS["landing-zone"]
    ran = subprocess.run(
        [sys.executable, "-c", WATCH, str(path)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    opened = {Path(name).resolve() for name in json.loads(ran.stdout)}
    ours = {p for p in opened if p.is_relative_to(ROOT.resolve()) and p.is_file() and "__pycache__" not in p.parts}
    packages = {p for p in ours if "site-packages" in p.parts or ".venv" in p.relative_to(ROOT.resolve()).parts}
    covered = input_files(path)
    assert path.resolve() in ours
    seen = (
        "examples/hub-stack/hub.outputs.json",
        "amlz/azure/data/keyvault.json",
        "policies/initiatives/guardrails-network.json",
    )
    assert {ROOT.resolve() / name for name in seen} <= ours
    assert sorted(str(p) for p in ours - packages - covered) == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of a few files, and two stacks, one of which names a file."""
    for part in ("package", "product/components", "product/policies", "root/custom/policies", "stacks", "to"):
        (tmp_path / part).mkdir(parents=True)
    for file in (
        "package/a.py", "package/data.json", "product/__main__.py", "product/components/b.py",
        "product/policies/c.json", "product/requirements.lock", "root/custom/policies/d.json", "stacks/hub.json",
    ):  # fmt: skip
        (tmp_path / file).write_text(f"{file}\n", encoding="utf-8")
    minimal = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").write_text(minimal, encoding="utf-8")
    monkeypatch.setattr(input_digest, "PACKAGE", tmp_path / "package")
    monkeypatch.setattr(input_digest, "PRODUCT", tmp_path / "product")
    monkeypatch.setattr(input_digest, "ROOT", tmp_path / "root")
    return tmp_path


def digest(folder: Path, today: str = "") -> str | None:
    """Returns the digest of the stack `one`, which names a file."""
    path = folder / "stacks" / "Pulumi.one.yaml"
    if "hub.json" not in path.read_text(encoding="utf-8"):
        path.write_text(path.read_text(encoding="utf-8") + "    note: hub.json\n", encoding="utf-8")
    return stack_digest(program_digest(), path, [today])


MUTATIONS: dict[str, Callable[[Path], object]] = {
    "a byte": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
    "another length": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "deleted": lambda path: path.unlink(),
    "renamed": lambda path: path.rename(path.with_name(f"other{path.suffix}")),
    "a file next to it": lambda path: path.with_name(f"new{path.suffix}").write_bytes(b""),
}
INPUTS = (
    "package/a.py", "package/data.json", "product/__main__.py", "product/components/b.py", "product/policies/c.json",
    "product/requirements.lock", "root/custom/policies/d.json", "stacks/hub.json", "stacks/Pulumi.one.yaml",
)  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("file", INPUTS)
def test_a_change_of_any_input_changes_the_digest(file: str, mutation: str, folder: Path) -> None:
    """A digest never hides a change. A file that nothing reads is no input."""
    before = digest(folder)
    assert before is not None
    MUTATIONS[mutation](folder / file)

    program = not file.startswith("stacks/") and file != "product/__main__.py"
    after = stack_digest(program_digest(), folder / "stacks" / "Pulumi.one.yaml", [""])
    assert (after != before) == (mutation != "a file next to it" or program)


def test_the_day_and_the_packages_are_inputs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both can change findings."""
    before = digest(folder)

    assert digest(folder, "2027-03-31") != before
    monkeypatch.setattr(input_digest, "distributions", list)
    assert digest(folder) != before


def test_work_previews_again_only_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its report is kept with its exit code; without the option, or without the report, every stack is previewed."""
    minimal = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(minimal.replace("retail", f"retail{name}"), encoding="utf-8")
    (tmp_path / "to").mkdir()
    previews: list[str] = []

    def counted(file: StackFile, plan: LandingZonePlan, today: str | None) -> Preview:
        previews.append(file.stack)
        return preview_stack(file, plan, today)

    monkeypatch.setattr(fleet_work, "preview_stack", counted)

    def run(*options: str) -> tuple[int, list[str]]:
        previews.clear()
        ran = amlz_here("fleet", "work", "--shard", "1/1", "--wave", "1", "--to", "to", *options, folder=tmp_path)
        return ran.returncode, list(previews)

    assert run("--skip-unchanged") == (0, ["one", "two"])
    assert run("--skip-unchanged") == (0, [])
    report = (tmp_path / "to" / "two.json").read_bytes()
    (tmp_path / "Pulumi.two.yaml").write_text(minimal.replace("retail", "changed"), encoding="utf-8")
    assert run("--skip-unchanged") == (0, ["two"])
    assert (tmp_path / "to" / "two.json").read_bytes() != report
    (tmp_path / "to" / "one.json").write_text("damaged", encoding="utf-8")
    assert run("--skip-unchanged") == (0, ["one"])
    later = ("--skip-unchanged", "--today", "2027-03-31")
    assert run(*later) == (1, ["one", "two"])
    assert run(*later) == (1, [])
    assert run() == (0, ["one", "two"])
    assert run(*later) == (1, ["one", "two"])
