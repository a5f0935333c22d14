"""Every stack of a folder: their order, their matrix, and one report of all."""

from __future__ import annotations

import gc
import json
import shutil
import sys
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pulumi
import pytest

from amlz.app import preview
from amlz.app.preview import preview_stack
from amlz.azure.graph import ResourceGraph
from amlz.cli.stacks import Shown, preview_all
from amlz.core.problems import LandingZoneError, StackFileError
from amlz.diff.difference import difference
from amlz.reports import all_stacks
from amlz.reports.all_stacks import FailedComparison, StackResults
from amlz.reports.formats import all_markdown
from amlz.reports.formats.registry import Format
from amlz.reports.preview import Preview
from amlz.stackfile.stacks import StackOfFolder, stacks_of
from tests.conftest import ROOT, as_told
from tests.diff.test_difference import MINIMAL, repository, run

__all__ = ["repository"]


def test_a_hub_comes_before_what_refers_to_it(tmp_path: Path) -> None:
    """Independent of the names. A file without a landing zone is no stack of this project."""
    shutil.copytree(ROOT / "examples" / "hub-stack", tmp_path, dirs_exist_ok=True)
    (tmp_path / "Pulumi.landing-zone.yaml").rename(tmp_path / "Pulumi.a.yaml")
    (tmp_path / "Pulumi.other.yaml").write_text("config: {other:key: 1}\n")

    folders = stacks_of(tmp_path)

    assert json.loads(all_stacks.matrix(folders)) == {
        "include": [
            {"stack": "hub", "path": "Pulumi.hub.yaml", "production": True, "dependsOn": [], "wave": 1},
            {"stack": "a", "path": "Pulumi.a.yaml", "production": True, "dependsOn": ["hub"], "wave": 2},
        ]
    }
    assert all_stacks.listing(folders) == "hub  Pulumi.hub.yaml  production\na  Pulumi.a.yaml  production, after hub\n"


def test_a_folder_without_stacks_or_with_wrong_ones_is_told_in_words(tmp_path: Path) -> None:
    """The problems of all files at once."""
    with pytest.raises(LandingZoneError, match="Go to the folder of the stack files"):
        stacks_of(tmp_path)
    for name in ("one", "two"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(MINIMAL.replace("schemaVersion: 1", "schemaVersion: 0"))

    with pytest.raises(StackFileError) as caught:
        stacks_of(tmp_path)

    assert [Path(str(problem.file)).name for problem in caught.value.problems] == ["Pulumi.one.yaml", "Pulumi.two.yaml"]


def stack(name: str) -> StackOfFolder:
    """A stack of which only the name matters."""
    return StackOfFolder(name, f"Pulumi.{name}.yaml", cast(Any, SimpleNamespace()), False, ())


def test_a_comment_has_its_marker_and_leaves_out_the_longest_where_it_does_not_fit(monkeypatch: Any) -> None:
    """Equal parts are one line, omitted parts are named."""
    new, same = difference("main", None, as_told("minimal")), difference("main", as_told("dev"), as_told("dev"))
    results = StackResults("main", ((stack("minimal"), new), (stack("dev"), same)), ("old",))

    whole = all_stacks.render(results, Format.markdown)
    monkeypatch.setattr(all_markdown, "LONGEST", len(whole) - 100)
    cut = all_stacks.render(results, Format.markdown)

    assert whole.startswith("<!-- amlz preview -->\n## ")
    assert whole.endswith(
        "No difference from main: dev.\n\nGone since main: old. Their resources stay in Azure until `pulumi destroy`.\n"
    )
    assert (len(cut) < len(whole) - 100, cut.splitlines()[0], "`amlz preview minimal` shows it." in cut) == (
        True, "<!-- amlz preview -->", True,
    )  # fmt: skip
    assert cut.endswith(whole[-80:])


def test_a_stack_that_could_not_be_compared_is_told_where_it_would_stand() -> None:
    """With its reason as it is; the others are reported as usual."""
    same, why = difference("main", as_told("dev"), as_told("dev")), "Pulumi.x.yaml at main\n  It *cannot*."
    results = StackResults("main", ((stack("dev"), same), (stack("x"), FailedComparison(why))))

    assert all_stacks.render(results, Format.text) == (
        f"x: it could not be compared\n\n{why}\n\nNo difference from main: dev.\n"
    )
    assert all_stacks.render(results, Format.markdown) == (
        "<!-- amlz preview -->\n## ❌ x: it could not be compared\n\n    Pulumi.x.yaml at main\n      It *cannot*.\n\n"
        "No difference from main: dev.\n"
    )
    assert (results.fails("none"), [folder.name for folder, _ in results.differs]) == (True, ["x"])


def test_all_stacks_are_compared_in_one_report_and_those_that_differ_listed(repository: Path) -> None:
    """A removed stack is reported, a comment is no difference, and an unknown revision is exit code 2."""
    (repository / "Pulumi.other.yaml").write_text(MINIMAL)
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    run(repository, *git, "add", ".")
    run(repository, *git, "commit", "-qm", "second")
    for path in repository.glob("Pulumi.*.yaml"):
        if path.name not in ("Pulumi.small.yaml", "Pulumi.other.yaml"):
            path.unlink()
    (repository / "Pulumi.small.yaml").write_text(f"# ours\n{MINIMAL}")
    (repository / "Pulumi.other.yaml").unlink()
    (repository / "Pulumi.new.yaml").write_text(
        MINIMAL.replace("businessUnit: retail", "businessUnit: other").replace("a1b2c3d4", "b2c3d4e5")
    )
    amlz = (sys.executable, "-m", "amlz")

    ran = run(repository, *amlz, "preview", "--all", "--against", "HEAD", "--format", "json")
    wrong = run(repository, *amlz, "stacks", "--against", "nowhere")

    answer = json.loads(ran.stdout)
    assert (ran.returncode, [s["stack"] for s in answer["stacks"]], answer["unchanged"]) == (0, ["new"], ["small"])
    assert "other" in answer["gone"]
    assert (wrong.returncode, wrong.stdout, "There is no such revision here." in wrong.stderr) == (2, "", True)


def test_a_removed_stack_with_production_is_refused_until_its_own_file_allowed_it(repository: Path) -> None:
    """Renaming the file is removing it. Exit code 1, in the list of a pull request and in the report of all stacks."""
    amlz = (sys.executable, "-m", "amlz")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    prod = MINIMAL.replace("dev: {", "prod: {")
    allowed = prod + "    allowProductionEnd:\n"
    allowed += '      - {environment: churn/prod, reason: The model is retired., expiresOn: "2027-02-01"}\n'
    for path in repository.glob("Pulumi.*.yaml"):
        if path.name != "Pulumi.small.yaml":
            path.unlink()
    for name, text in (("one", prod), ("two", allowed)):
        (repository / f"Pulumi.{name}.yaml").write_text(text)
    run(repository, *git, "add", "-A")
    run(repository, *git, "commit", "-qm", "second")
    (repository / "Pulumi.one.yaml").unlink()
    (repository / "Pulumi.two.yaml").unlink()

    listed = run(repository, *amlz, "stacks", "--against", "HEAD", "--today", "2027-01-15")

    assert (listed.returncode, listed.stdout, listed.stderr) == (
        1,
        "No stack differs.\n",
        "guard/production-ended: one is removed, and it has production: churn/prod. Restore its stack file. To end "
        "production on purpose, first merge `allowProductionEnd` for each of them in that file, then remove it.\n",
    )


def test_a_stack_file_with_mistakes_is_part_of_every_report_and_gets_a_job() -> None:
    """It hides no other, is in every form, fails with every option, and may be production."""
    why = "Pulumi.bad.yaml:1\n  The file is empty.\n  Fill it."
    results = StackResults("main", (), unusable=(("bad", why),))

    report = json.loads(all_stacks.render(results, Format.json))
    assert (report["failed"], results.fails("none")) == ([{"stack": "bad", "why": why}], True)
    assert all_stacks.render(results, Format.text) == f"bad: its stack file has mistakes\n\n{why}\n"
    markdown = all_stacks.render(results, Format.markdown)
    assert "## ❌ bad: its stack file has mistakes\n\n    Pulumi.bad.yaml:1\n      The file is empty.\n" in markdown
    assert json.loads(all_stacks.matrix((), ["bad"])) == {
        "include": [{"stack": "bad", "path": "Pulumi.bad.yaml", "production": True, "dependsOn": [], "wave": 1}]
    }


def test_a_preview_of_all_stacks_frees_each_before_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its graph nor the SDK's objects are kept, though the command has switched the garbage collector off."""
    for name in ("one", "two", "three"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(MINIMAL)
    graphs: list[weakref.ref[ResourceGraph]] = []
    living: list[tuple[int, int]] = []
    monkeypatch.chdir(tmp_path)

    def count() -> tuple[int, int]:
        gc.unfreeze()  # frozen objects are not listed
        made = sum(isinstance(get_object, pulumi.CustomResource) for get_object in gc.get_objects())
        return made, sum(graph() is not None for graph in graphs)

    def looked_at(*arguments: Any) -> Preview:
        living.append(count())
        seen = preview_stack(*arguments)
        graphs.append(weakref.ref(seen.graph))
        assert count()[0] > living[0][0] + 100
        return seen

    # The SDK holds objects of the last program, of an earlier test, until another one runs.
    preview_all("", "", Shown(Format.json, "none"), tmp_path / "first.json")
    monkeypatch.setattr(preview, "preview_stack", looked_at)
    gc.unfreeze()
    gc.collect()
    gc.disable()
    try:
        failed = preview_all("", "", Shown(Format.json, "none"), tmp_path / "all.json")
    finally:
        gc.enable()
        gc.unfreeze()

    before = living[0]
    assert (failed, living, count()) == (0, [before] * 3, before)
    stacks = json.loads((tmp_path / "all.json").read_text())["stacks"]
    assert [item["stack"] for item in stacks] == ["one", "three", "two"]
