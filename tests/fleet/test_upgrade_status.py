"""`amlz upgrade status`: scripted repositories of upstream and of forks."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from amlz.app.upgrade import ForkStatus, fork_status
from amlz.core.deprecations import DEPRECATED
from amlz.core.problems import LandingZoneError
from amlz.fleet.ownership import FileOwner, owner_of
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS

_WHO = {f"GIT_{who}_{part}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **_WHO}


def git(folder: Path, *arguments: str) -> str:
    """Returns the output of git."""
    ran = subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return ran.stdout


def commit(folder: Path, files: Mapping[str, str | None], subject: str, tag: str = "") -> None:
    """Writes files (None deletes one), commits, and tags."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", subject)
    if tag:
        git(folder, "tag", tag)


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """A fork of version 0.1.0, in whose clone upstream's version 0.2.0 is there too."""
    folder = tmp_path / "fork"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "upstream")
    files = {f"amlz/part{number}.py": "old\n" for number in range(5)}
    commit(folder, {**files, "Pulumi.dev.yaml": "dev\n", "README.md": "read\n"}, "First", "v0.1.0")
    git(folder, "branch", "main")
    commit(folder, dict.fromkeys(files, "new\n"), "Second", "v0.2.0")
    git(folder, "checkout", "-q", "main")
    return folder


def edits(status: ForkStatus) -> list[tuple[str, FileOwner, str]]:
    """Returns path, owner and kind of each edit."""
    return [(edit.path, edit.owner, edit.kind) for edit in status.edits]


def test_edits_of_a_fork_are_shown_by_owner(fork: Path) -> None:
    """With the commit of each; a file that upstream changed in the same way is no edit."""
    own = {"Pulumi.dev.yaml": None, "custom/policies/a.json": "{}\n", "README.md": "ours\n"}
    commit(fork, {**own, "amlz/part0.py": "ours\n", "amlz/part1.py": "new\n"}, "Change the part")

    status = fork_status(fork, "0.1.0")

    assert (status.against, status.merged, status.tags, status.squashed) == ("v0.2.0", "v0.1.0", ("v0.2.0",), False)
    assert edits(status) == [
        ("Pulumi.dev.yaml", FileOwner.UNIT, "deleted"),
        ("README.md", FileOwner.SHARED, "changed"),
        ("amlz/part0.py", FileOwner.UPSTREAM, "changed"),
        ("custom/policies/a.json", FileOwner.UNIT, "added"),
    ]
    assert status.edits[2].commit.endswith(" Change the part")


def test_a_merged_upgrade_leaves_no_newer_tag(fork: Path) -> None:
    """Tags are ordered by number, not by text; other tags are no versions."""
    commit(fork, {"Pulumi.prod.yaml": "prod\n"}, "Add production")
    git(fork, "merge", "-q", "--no-edit", "v0.2.0")
    git(fork, "tag", "v0.10.0", "upstream")
    git(fork, "tag", "nightly", "upstream")

    status = fork_status(fork, "0.2.0")

    assert (status.against, status.merged, status.tags) == ("v0.10.0", "v0.10.0", ())
    assert edits(status) == [("Pulumi.prod.yaml", FileOwner.UNIT, "added")]


def test_a_squashed_upgrade_is_reported_until_it_is_recorded(fork: Path) -> None:
    """The remedy makes it right."""
    git(fork, "merge", "-q", "--squash", "v0.2.0")
    git(fork, "commit", "-qm", "Upgrade to 0.2.0")
    assert fork_status(fork, "0.2.0").squashed

    git(fork, "merge", "-q", "-s", "ours", "--no-edit", "v0.2.0")

    assert (fork_status(fork, "0.2.0").squashed, fork_status(fork, "0.2.0").tags) == (False, ())


def test_a_copy_without_history_is_refused_until_it_is_grafted(fork: Path) -> None:
    """As "Use this template" makes it; the remedy makes it right."""
    git(fork, "checkout", "-q", "--orphan", "copy")
    git(fork, "commit", "-qm", "Copy of 0.1.0")

    with pytest.raises(LandingZoneError) as raised:
        fork_status(fork, "0.1.0")
    assert str(raised.value).splitlines() == [
        "v0.2.0",
        "  It and HEAD share no history: the fork began as a copy, so no merge is possible.",
        "  Once, merge the version that was copied with",
        "  `git merge -s ours --allow-unrelated-histories TAG`; it changes no file.",
    ]

    git(fork, "merge", "-q", "-s", "ours", "--allow-unrelated-histories", "--no-edit", "v0.1.0")

    assert (fork_status(fork, "0.1.0").merged, edits(fork_status(fork, "0.1.0"))) == ("v0.1.0", [])


def test_the_repository_is_not_touched(fork: Path) -> None:
    """No object, index or file is written, even where the index is out of date and the tree is dirty."""
    commit(fork, {"amlz/part0.py": "ours\n"}, "Change the part")
    (fork / "amlz/part2.py").write_text("not committed\n", encoding="utf-8")
    os.utime(fork / "amlz/part3.py", (1, 1))
    before = {path: path.read_bytes() for path in fork.rglob("*") if path.is_file()}

    status = fork_status(fork, "0.1.0")

    assert [edit.path for edit in status.edits] == ["amlz/part0.py"]
    assert {path: path.read_bytes() for path in fork.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("upstream", "says"),
    [
        ("v9.9.9", "There is no such revision here."),
        ("", "There is no such revision here."),
        ("--help", "There is no such revision here."),
        ("HEAD:amlz", "There is no such revision here."),
    ],
)
def test_a_revision_that_does_not_exist_is_refused(upstream: str, says: str, fork: Path) -> None:
    """With the command that fetches it."""
    with pytest.raises(LandingZoneError) as raised:
        fork_status(fork, "0.1.0", upstream)

    assert says in str(raised.value)
    assert "git fetch upstream --tags" in str(raised.value)


def test_a_repository_without_versions_or_without_git_is_refused(tmp_path: Path) -> None:
    """Each with what to do."""
    with pytest.raises(LandingZoneError, match="Run it in a clone of the repository"):
        fork_status(tmp_path, "0.1.0")
    git(tmp_path, "init", "-q")
    with pytest.raises(LandingZoneError, match="No version of upstream is here") as raised:
        fork_status(tmp_path, "0.1.0")
    for step in ("git remote add upstream URL", "git fetch upstream --tags", "--upstream upstream/main"):
        assert step in str(raised.value)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_the_command_shows_edits_and_is_exit_code_1(form: str, fork: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In each format; edits of the unit alone are exit code 0."""
    monkeypatch.setattr("amlz.paths.ROOT", fork)
    commit(fork, {"Pulumi.dev.yaml": "ours\n"}, "Change dev")
    assert amlz_here("upgrade", "status").returncode == 0
    commit(fork, {"amlz/part0.py": "ours\n"}, "Change | the part")

    ran = amlz_here("upgrade", "status", "--format", form)

    assert (ran.returncode, ran.stderr) == (1, "")
    assert "amlz/part0.py" in ran.stdout.replace("\\", "")
    if form == "json":
        assert [edit["owner"] for edit in json.loads(ran.stdout)["edits"]] == ["unit", "upstream"]


@pytest.mark.parametrize(
    "words", ["status --upstream nowhere", "status --format xml", "status --output none/x", "start"]
)
def test_wrong_arguments_of_upgrade_are_exit_code_2(words: str) -> None:
    """And no traceback."""
    ran = amlz_here("upgrade", *words.split())

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("Pulumi.dev.yaml", "unit"),
        ("Pulumi.yaml", "upstream"),
        ("examples/minimal/Pulumi.minimal.yaml", "upstream"),
        ("hub.outputs.json", "unit"),
        ("custom/policies/mine.json", "unit"),
        ("custom/pipelines/azure-devops.yml", "unit"),
        ("custom/policies/README.md", "upstream"),
        (".github/CODEOWNERS", "unit"),
        ("requirements-runtime.lock", "shared"),
        ("amlz/custom/a.py", "upstream"),
    ],
)
def test_each_path_has_one_owner(path: str, owner: str) -> None:
    """The first row that matches decides."""
    assert owner_of(path) == owner


def test_every_row_of_the_table_of_owners_is_on_the_page() -> None:
    """docs/reference/upgrade.md names the files of the unit and of both."""
    page = (ROOT / "docs/reference/upgrade.md").read_text(encoding="utf-8")

    for name in ("Pulumi.*.yaml", "*.outputs.json", "custom/", "CODEOWNERS", "*.lock", ".gitignore", "README.md"):
        assert f"`{name}`" in page


def test_deprecated_keys_of_committed_stack_files_are_listed_with_their_end(fork: Path) -> None:
    """A file that is no YAML is left to `amlz check`."""
    minimal = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    files = {"Pulumi.dev.yaml": minimal.replace("dev: {", "dev: {scoringNodes: 3, "), "Pulumi.bad.yaml": "config: ["}
    commit(fork, files, "Keep addresses for scoring")

    (use,) = fork_status(fork, "0.1.0").deprecated

    assert (use.file, use.path) == ("Pulumi.dev.yaml", "projects.churn.environments.dev.scoringNodes")
    assert use.sentence == str(DEPRECATED[0])
