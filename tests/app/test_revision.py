"""A git revision's files: whole, as they are, and without a trace in the repository."""

from __future__ import annotations

import os
import resource
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from amlz.app import git_revision as revision
from amlz.app.git_revision import gone_since, unpacked
from amlz.core.problems import LandingZoneError

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{item}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for item in ("NAME", "EMAIL")},
}
STACK = "config:\n  amlz:landingZone: {}\n"


def git(folder: Path, *arguments: str) -> str:
    """Output of git."""
    ran = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ran.stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which the program is a file."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "cli.py").write_text("first\n")
    (folder / "Pulumi.dev.yaml").write_text(STACK)
    commit(folder, "first")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(revision, "ROOT", folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    for key in [*filter(lambda key: key.startswith("GIT_"), os.environ)]:
        monkeypatch.delenv(key)
    return folder


def commit(folder: Path, message: str) -> None:
    """Everything that is there, as a commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)


def tree(folder: Path) -> dict[str, bytes | str]:
    """Every file below a folder: what it holds, or where it leads."""
    paths = (path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return {str(p.relative_to(folder)): os.readlink(p) if p.is_symlink() else p.read_bytes() for p in paths}


def test_the_files_of_a_revision_are_those_that_were_committed(repository: Path) -> None:
    """Links, modes and odd names too; what attributes keep from archives or change at a checkout is as it is."""
    (repository / "tool").write_text("#!/bin/sh\n")
    (repository / "tool").chmod(0o755)
    (repository / "a link").symlink_to("./nowhere/at/all")
    (repository / "ä -x").write_bytes(b"\x00\xff")
    (repository / "kept").write_text("$Format:%H$ $Id$\n")
    (repository / ".gitattributes").write_text("cli.py export-ignore\nkept export-subst ident filter=odd\n")
    commit(repository, "odd")
    expected = tree(repository)
    git(repository, "config", "filter.odd.smudge", "sed s/^/changed/")
    (repository / "cli.py").write_text("now\n")

    with unpacked("HEAD") as result:
        collected, mode = tree(result.folder), (result.folder / "tool").stat().st_mode

    assert collected == {name: held for name, held in expected.items() if not name.startswith(".git/")}
    assert (mode & 0o100, result.folder.exists()) == (0o100, False)


def test_nothing_of_the_repository_is_touched_and_nothing_of_it_is_run(repository: Path) -> None:
    """Its index, HEAD, stash and references stay to the byte; no hook, filter or monitor of files runs."""
    ran = repository.parent / "ran"
    script = repository.parent / "script"
    script.write_text(f"#!/bin/sh\necho $0 >> {shlex.quote(str(ran))}\ncat\n")
    script.chmod(0o755)
    (repository / "cli.py").write_text("stashed\n")
    git(repository, "stash")
    (repository / ".gitattributes").write_text("* filter=mine\n")
    (repository / "cli.py").write_text("staged\n")
    git(repository, "add", "-A")
    (repository / "cli.py").write_text("dirty\n")
    for key, value in {
        "core.fsmonitor": script, "filter.mine.smudge": script, "core.splitIndex": "true",
        "filter.mine.process": script, "filter.mine.required": "true",
    }.items():  # fmt: skip
        git(repository, "config", key, str(value))
    hooks = repository.parent / "hooks"
    hooks.mkdir()
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        (hooks / hook).symlink_to(script)
        (repository / ".git" / "hooks" / hook).symlink_to(script)
    git(repository, "config", "core.hooksPath", str(hooks))
    before = tree(repository)

    with unpacked("HEAD") as result:
        held = (result.program / "cli.py").read_text()

    ran_before = ran.read_text() if ran.exists() else ""
    assert (held, tree(repository) == before, ran_before) == ("first\n", True, "")
    assert git(repository, "worktree", "list").count("\n") == 1
    assert not (repository / ".git" / "worktrees").exists()
    assert list((repository.parent / "tmp").iterdir()) == []


@contextmanager
def limited(size: int) -> Iterator[None]:
    """No file may become larger than this, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


UNKNOWN = [
    "nowhere", "--upload-pack=touch x", "--output=x", "-", "HEAD..main", "HEAD:cli.py", "HEAD^{tree}", "HEAD~7", "a b",
    "main\n", "@{u}", ":/nothing", "0" * 40, "🦆", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN, ids=[name[:30] for name in UNKNOWN])
def test_what_is_no_revision_is_told_by_its_name(repository: Path, name: str) -> None:
    """A name that looks like an option, a range, a file or a tree."""
    with pytest.raises(LandingZoneError) as raised, unpacked(name):
        pass

    assert str(raised.value) == (
        f"--against {name}\n  There is no such revision here.\n"
        "  `git log --oneline` lists revisions; one of a remote may have to be fetched first."
    )
    assert sorted(path.name for path in repository.iterdir()) == [".git", "Pulumi.dev.yaml", "cli.py"]


def test_a_shallow_clone_is_told_to_fetch_the_rest(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pipelines check out; a revision that it has is found."""
    (repository / "cli.py").write_text("second\n")
    commit(repository, "second")
    shallow = repository.parent / "shallow"
    git(repository.parent, "clone", "-q", "--depth", "1", f"file://{repository}", str(shallow))
    monkeypatch.setattr(revision, "ROOT", shallow)

    with pytest.raises(LandingZoneError) as raised, unpacked("HEAD~1"):
        pass
    with unpacked("HEAD") as result:
        held = (result.program / "cli.py").read_text()

    assert str(raised.value) == (
        "--against HEAD~1\n  There is no such revision here.\n"
        "  This clone is shallow: it has only the newest revisions. Fetch the others with\n  "
        "`git fetch --unshallow`; in a pipeline set `fetch-depth: 0` (GitHub Actions) or\n  "
        "`fetchDepth: 0` (Azure Pipelines) where it checks out."
    )
    assert held == "second\n"


def test_where_there_is_no_repository_or_no_git_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program from an archive, a repository without a commit, a machine without git."""
    plain, empty = repository.parent / "plain", repository.parent / "empty"
    plain.mkdir()
    empty.mkdir()
    git(empty, "init", "-q")
    values = []
    for root, path in ((plain, os.environ["PATH"]), (empty, os.environ["PATH"]), (repository, str(plain))):
        monkeypatch.setattr(revision, "ROOT", root)
        monkeypatch.setenv("PATH", path)
        with pytest.raises(LandingZoneError) as raised, unpacked("HEAD"):
            pass
        values.append(str(raised.value).splitlines()[:2])

    assert values == [
        [str(plain), "  This folder is in no git repository, so no revision of it is known."],
        ["--against HEAD", "  There is no such revision here."],
        ["git", "  It is not on PATH, and --against needs it."],
    ]


def test_an_object_that_is_missing_is_told(repository: Path) -> None:
    """As in a clone that is damaged, or that fetches objects only when they are read."""
    sha = git(repository, "rev-parse", "HEAD:cli.py").strip()
    (repository / ".git" / "objects" / sha[:2] / sha[2:]).unlink()

    with pytest.raises(LandingZoneError) as raised, unpacked("HEAD"):
        pass

    assert str(raised.value).splitlines()[1] == f"  Object {sha} of the revision is not in this repository."
    assert list((repository.parent / "tmp").iterdir()) == []


def test_no_room_for_the_files_is_told_and_nothing_stays(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, and no folder for temporary files at all."""
    (repository / "large").write_bytes(b"x" * 100_000)
    commit(repository, "large")
    tmp = repository.parent / "tmp"
    with pytest.raises(LandingZoneError) as full, limited(50_000), unpacked("HEAD"):
        pass
    left = list(tmp.iterdir())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp / "nowhere"))
    with pytest.raises(LandingZoneError) as none, unpacked("HEAD"):
        pass

    where = "The files of the revision cannot be put down"
    assert (str(full.value), left) == (
        f"--against HEAD\n  {where} in {tmp}: file too large.\n  Make room there, or name another folder in TMPDIR.",
        [],
    )
    assert str(none.value).splitlines()[1] == f"  {where} for a while: no folder for temporary files can be written."


def test_worktrees_of_a_bare_repository_submodules_and_subfolders_are_found(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program is where it is within the repository that it is in; of a submodule in it, nothing is known."""
    parent = repository.parent
    git(parent, "clone", "-q", "--bare", str(repository), "bare.git")
    git(parent / "bare.git", "worktree", "add", "-q", str(parent / "worktree"), "main")
    outer = parent / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    (outer / "infra" / "amlz").mkdir(parents=True)
    (outer / "infra" / "amlz" / "cli.py").write_text("below\n")
    git(outer, "submodule", "-q", "add", str(repository), "sub")
    commit(outer, "outer")
    result = {}
    for name, root in (
        ("worktree", parent / "worktree"), ("submodule", outer / "sub"), ("subfolder", outer / "infra" / "amlz"),
    ):  # fmt: skip
        monkeypatch.setattr(revision, "ROOT", root)
        with unpacked("HEAD") as value:
            below = str(value.program.relative_to(value.folder))
            result[name] = (
                below,
                (value.program / "cli.py").read_text(),
                sorted(p.name for p in value.folder.iterdir()),
            )

    assert result == {
        "worktree": (".", "first\n", ["Pulumi.dev.yaml", "cli.py"]),
        "submodule": (".", "first\n", ["Pulumi.dev.yaml", "cli.py"]),
        "subfolder": ("infra/amlz", "below\n", [".gitmodules", "infra"]),
    }


def test_a_hook_of_another_repository_does_not_lead_astray(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git gives its hooks the repository in variables, which would apply to every git process that they start."""
    for key, value in {"GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/", "GIT_INDEX_FILE": "x", "GIT_PREFIX": "y/"}.items():
        monkeypatch.setenv(key, value)

    with unpacked("main") as result:
        assert (result.top, (result.program / "cli.py").read_text()) == (repository, "first\n")


def test_a_stack_outside_of_the_repository_has_no_revision(repository: Path) -> None:
    """It is reported, also where a link leads out of it; a stack file that is a link is the stack of that name."""
    (repository / "out").symlink_to(repository.parent)
    (repository / "Pulumi.linked.yaml").symlink_to("Pulumi.dev.yaml")
    with unpacked("HEAD") as result:
        linked = result.place(repository / "Pulumi.linked.yaml").name
        with pytest.raises(LandingZoneError) as raised:
            result.place(repository / "out" / "Pulumi.dev.yaml")

    assert linked == "Pulumi.linked.yaml"
    assert str(raised.value).splitlines()[1] == (
        f"  It is not in the repository of the program ({repository}), so no revision of it is known."
    )


def test_stacks_that_are_gone_are_told_apart_from_files_of_others(repository: Path) -> None:
    """Names with odd characters too; what never was a landing zone was no stack of ours."""
    for name in ("a b", "ä", "old"):
        (repository / f"Pulumi.{name}.yaml").write_text(STACK)
    (repository / "Pulumi.other.yaml").write_text("config: {other:key: 1}\n")
    (repository / "Pulumi.yaml").write_text("name: amlz:landingZone:\n")
    commit(repository, "more")

    with unpacked("HEAD") as result:
        collected = gone_since(result, repository, {"Pulumi.dev.yaml", "Pulumi.old.yaml"})

    assert collected == ("a b", "ä")


def test_what_killed_runs_left_behind_is_removed_after_a_day(repository: Path) -> None:
    """Younger folders may be in use, folders of another name belong to others; two runs at once do not collide."""
    tmp = repository.parent / "tmp"
    for name, age in ((f"{revision.PREFIX}old", 25), (f"{revision.PREFIX}young", 23), ("amlz-other", 25)):
        (tmp / name).mkdir()
        then = time.time() - age * 3600
        os.utime(tmp / name, (then, then))
    (tmp / f"{revision.PREFIX}link").symlink_to(repository)

    with unpacked("HEAD") as one, unpacked("HEAD") as two:
        assert one.folder != two.folder
        assert tree(one.folder) == tree(two.folder)

    stay = {"amlz-other", f"{revision.PREFIX}link", f"{revision.PREFIX}young"}
    assert {path.name for path in tmp.iterdir()} == stay
    assert (repository / "cli.py").exists()
