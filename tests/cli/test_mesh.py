"""`amlz mesh` on the command line: files in a folder, and inputs that it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from amlz.app import git_revision
from amlz.mesh.files import files
from tests.app.test_revision import commit, git
from tests.cli.in_process import amlz_here
from tests.conftest import STACKS
from tests.mesh.samples import EXAMPLE, example


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with one commit, as that of the program."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "notes.txt").write_text("first\n")
    commit(tmp_path, "first")
    monkeypatch.setattr(git_revision, "ROOT", tmp_path)
    return tmp_path


def _stack(folder: Path, before: str, after: str) -> str:
    """The example with one change."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert before in text
    path = folder / "Pulumi.changed.yaml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return str(path)


def test_the_files_of_each_zone_are_written_and_listed(tmp_path: Path) -> None:
    """A second time, they are the same."""
    ran = amlz_here("mesh", "render", str(EXAMPLE), "--to", str(tmp_path / "mesh"))
    first = {path: path.read_bytes() for path in (tmp_path / "mesh").rglob("*.yaml")}
    again = amlz_here("mesh", "render", str(EXAMPLE), "--to", str(tmp_path / "mesh"))

    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0] == f"25 files in {tmp_path / 'mesh'}"
    assert sorted(lines[1:]) == sorted(f"  {path.relative_to(tmp_path / 'mesh')}" for path in first)
    assert again.stdout == ran.stdout
    assert {path: path.read_bytes() for path in first} == first


def test_without_a_folder_all_files_are_printed_below_their_paths() -> None:
    """One stream of documents, for a reader or a pipe."""
    ran = amlz_here("mesh", "render", str(EXAMPLE))

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("# global/fraud-prod.yaml\n")
    documents = sum(len(file.documents) for file in files([example()]))
    assert len(list(yaml.safe_load_all(ran.stdout))) == documents


def test_a_file_that_is_no_longer_rendered_is_reported(tmp_path: Path) -> None:
    """It is kept: another tool may own it."""
    old = tmp_path / "zones" / "aks-weu" / "fraud-dev" / "10-mesh.yaml"
    old.parent.mkdir(parents=True)
    old.write_text("kind: Mesh\n")

    ran = amlz_here("mesh", "render", str(EXAMPLE), "--to", str(tmp_path))

    assert ran.stdout.endswith("\n\nNo longer rendered. Delete them:\n  zones/aks-weu/fraud-dev/10-mesh.yaml\n")
    assert old.exists()


def test_an_identity_is_not_changed_in_place(tmp_path: Path) -> None:
    """It stops before anything is written: a new generation is a new identity."""
    amlz_here("mesh", "render", str(EXAMPLE), "--to", str(tmp_path))
    path = tmp_path / "zones" / "aks-weu" / "fraud-prod" / "20-identity.yaml"
    edited = path.read_text().replace("trustDomain: fraud-prod.aks-weu", "trustDomain: fraud.aks-weu")
    path.write_text(edited)

    ran = amlz_here("mesh", "render", str(EXAMPLE), "--to", str(tmp_path))
    raised = amlz_here("mesh", "render", _stack(tmp_path, "generation: 1", "generation: 2"), "--to", str(tmp_path))

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "fraud-prod-workloads-1 would get another SPIFFE ID" in ran.stderr
    assert "raise `mesh.identity.generation`." in " ".join(ran.stderr.split())
    assert raised.returncode == 0


def test_a_difference_to_a_folder_names_documents_and_writes_nothing(tmp_path: Path) -> None:
    """Twice the same text. A folder of the same mesh has none."""
    folder = tmp_path / "mesh"
    amlz_here("mesh", "render", str(EXAMPLE), "--to", str(folder))
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    stack = _stack(tmp_path, "{blue: 90, green: 10}", "{blue: 80, green: 20}")

    same = amlz_here("mesh", "render", str(EXAMPLE), "--against", "mesh", folder=tmp_path)
    ran = amlz_here("mesh", "render", stack, "--against", "mesh", folder=tmp_path)
    again = amlz_here("mesh", "render", stack, "--against", "mesh", folder=tmp_path)

    assert (same.returncode, same.stderr) == (0, "")
    assert same.stdout == "Documents against mesh: 0 added, 0 changed, 0 removed, 80 unchanged\n"
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", again.stdout)
    assert ran.stdout == (
        "Documents against mesh: 0 added, 1 changed, 0 removed, 79 unchanged\n"
        "\n"
        "zones/aks-weu/fraud-prod/50-routes.yaml\n"
        "  changed  MeshHTTPRoute fraud-prod-fraud-graph\n"
        "           spec.to.0.rules.0.default.backendRefs.0.weight: 90 becomes 80\n"
        "           spec.to.0.rules.0.default.backendRefs.1.weight: 10 becomes 20\n"
    )
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before


def test_a_difference_to_a_revision_is_that_of_the_stack_file(
    repository: Path,
) -> None:
    """Where the stack file is not there, everything is added. One that is not accepted is named with the reason."""
    stack = _stack(repository, "{blue: 90, green: 10}", "{blue: 80, green: 20}")
    absent = amlz_here("mesh", "render", stack, "--against", "HEAD")
    commit(repository, "second")
    same = amlz_here("mesh", "render", stack, "--against", "HEAD")
    Path(stack).write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    changed = amlz_here("mesh", "render", stack, "--against", "HEAD")
    Path(stack).write_text(EXAMPLE.read_text(encoding="utf-8").replace("zone: aks-weu", "zone: aks-sea"))
    commit(repository, "third")
    Path(stack).write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    wrong = amlz_here("mesh", "render", stack, "--against", "HEAD")

    assert absent.stdout.startswith("Documents against HEAD: 80 added, 0 changed, 0 removed, 0 unchanged\n")
    assert same.stdout == "Documents against HEAD: 0 added, 0 changed, 0 removed, 80 unchanged\n"
    assert changed.stdout.startswith("Documents against HEAD: 0 added, 1 changed, 0 removed, 79 unchanged\n")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "at HEAD\n  This version of the program does not accept it: " in wrong.stderr
    assert "`mesh.zones` of the landing zone has no 'aks-sea'." in " ".join(wrong.stderr.split())


def test_an_identity_that_would_be_changed_is_refused_in_a_difference_too(tmp_path: Path) -> None:
    """The review shows what the render would refuse."""
    amlz_here("mesh", "render", str(EXAMPLE), "--to", str(tmp_path))
    path = tmp_path / "zones" / "aks-weu" / "fraud-prod" / "20-identity.yaml"
    path.write_text(path.read_text().replace("trustDomain: fraud-prod.aks-weu", "trustDomain: fraud.aks-weu"))

    ran = amlz_here("mesh", "render", str(EXAMPLE), "--against", str(tmp_path))

    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"zones/aks-weu/fraud-prod/20-identity.yaml of {tmp_path}\n" in ran.stderr
    assert "fraud-prod-workloads-1 would get another SPIFFE ID" in ran.stderr


def test_a_folder_is_checked_as_the_stack_is(tmp_path: Path) -> None:
    """An edit by hand is a fault: exit code 1, with the file, the reason, the remedy and the source."""
    amlz_here("mesh", "render", str(EXAMPLE), "--to", str(tmp_path))
    clean = amlz_here("mesh", "check", str(tmp_path))
    path = tmp_path / "zones" / "aks-weu" / "fraud-prod" / "20-identity.yaml"
    path.write_text(path.read_text().replace("mode: Strict", "mode: Permissive"))

    ran = amlz_here("mesh", "check", str(tmp_path))

    assert (clean.returncode, clean.stdout) == (0, "78 documents checked for Kuma 3.0: 0 faults\n")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == (
        "78 documents checked for Kuma 3.0: 1 fault\n"
        "\n"
        "permissive  zones/aks-weu/fraud-prod/20-identity.yaml\n"
        "  MeshTLS fraud-prod-tls: Plain text passes, and no permission is applied to it.\n"
        "  Set `mode: Strict`.\n"
        "  https://github.com/kumahq/kuma (meshtls, 2.14.3)\n"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kind: [\n", "It cannot be read: ParserError."),
        ("a: &a [1]\nkind: *a\n", "It has an alias (`*name`), which is not read."),
        ("[" * 3000 + "]" * 3000, "It cannot be read: RecursionError."),
    ],
)
def test_a_broken_file_of_a_folder_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """Neither skipped nor a traceback."""
    (tmp_path / "a.yaml").write_text(text)

    ran = amlz_here("mesh", "check", str(tmp_path))

    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"{tmp_path / 'a.yaml'}\n  {reason}\n" in ran.stderr


def test_programs_read_faults_and_steps(tmp_path: Path) -> None:
    """JSON of a check for 2.14, and the files of a step."""
    ran = amlz_here("mesh", "check", str(EXAMPLE), "--kuma", "2.14", "--format", "json")
    step = amlz_here("mesh", "rotate", str(EXAMPLE), "--step", "1", "--to", str(tmp_path))

    assert [row["rule"] for row in json.loads(ran.stdout)["faults"]] == ["lost-copies"] * 3
    assert step.stdout.splitlines()[0] == f"2 files in {tmp_path}"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("mesh", "render", STACKS["minimal"]), "minimal has no service mesh.\n  Set `mesh` of an environment"),
        (("mesh", "render", "nowhere"), "nowhere"),
        (("mesh", "render", str(EXAMPLE), "--to", "a", "--output", "b"), "each names another destination."),
        (("mesh", "render", str(EXAMPLE), "--to", str(EXAMPLE)), "It is not a folder.\n  Pass a folder by --to."),
        (("mesh", "render", str(EXAMPLE), "--to", "/proc/mesh"), "It cannot be created: "),
        (("mesh", "render", str(EXAMPLE), "--to", "a", "--against", "b"), "a difference is text, not files."),
        (("mesh", "render", str(EXAMPLE), "--against", "examples/minimal"), "It has no rendered documents:"),
        (("mesh", "rotate", str(EXAMPLE), "--step", "4"), "it must be less than or equal to 3"),
        (("mesh", "rotate", str(EXAMPLE)), "Missing option '--step'"),
        (("mesh", "rotate", STACKS["minimal"], "--step", "1"), "minimal has no service mesh."),
        (("mesh", "check", "examples/minimal"), "examples/minimal\n  It has no document of Kuma"),
        (("mesh", "check", "nowhere"), "nowhere"),
        (("mesh", "check", str(EXAMPLE), "--kuma", "2.13"), "'2.13' is not one of"),
    ],
)
def test_wrong_input_ends_with_exit_code_2(words: tuple[str, ...], error: str) -> None:
    """With the remedy."""
    ran = amlz_here(*words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert error in ran.stderr


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        ('version: "3.0"', 'version: "2.13"', "mesh.version"),
        ("way: managed, stage: canary, roles", "way: managed, roles", "fraud-scoring-next.stage"),
        ("percentage: 25", "percentage: 0", "shadow.percentage"),
        ("zone: aks-weu\n", "zone: AKS\n", "mesh.zone"),
    ],
)
def test_a_wrong_value_is_reported_at_its_line(tmp_path: Path, before: str, after: str, error: str) -> None:
    """As for every other key of the stack file."""
    ran = amlz_here("check", _stack(tmp_path, before, after))

    assert ran.returncode == 2
    assert error in ran.stderr.replace("\n    ", "")
