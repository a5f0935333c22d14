"""`amlz upgrade preview`: scripted repositories whose program prints a recorded preview, which takes no time."""

from __future__ import annotations

import copy
import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amlz.app import git_revision
from amlz.app.merge import merged
from amlz.core.problems import LandingZoneError
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS, as_told
from tests.fleet.test_upgrade_status import commit, git

PROGRAM = """
import json, sys
from pathlib import Path
stack = Path(sys.argv[2]).name.removeprefix("Pulumi.").removesuffix(".yaml")
if "fails" in Path(sys.argv[2]).read_text():
    sys.exit("It fails.")
print(json.dumps(json.loads(Path("record.json").read_text()) | {"stack": stack}))
"""
MINIMAL = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")


def recorded(edit: Callable[[dict[str, Any]], None] = lambda _record: None) -> str:
    """Returns the preview that a version of the program prints. `edit`: how it differs from that of 0.1.0."""
    record = copy.deepcopy(as_told("minimal"))
    edit(record)
    return json.dumps(record)


@pytest.fixture
def fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fork of 0.1.0 on the branch main; the branch upstream has no more than it."""
    folder = tmp_path / "fork"
    folder.mkdir()
    (tmp_path / "tmp").mkdir()
    git(folder, "init", "-q", "-b", "upstream")
    files = {
        "cli.py": PROGRAM,
        "record.json": recorded(),
        "amlz/a.txt": "old\n",
        "custom/policies/README.md": "Read.\n",
    }
    commit(folder, {**files, "Pulumi.dev.yaml": MINIMAL, "Pulumi.prod.yaml": MINIMAL}, "First", "v0.1.0")
    git(folder, "checkout", "-q", "-b", "main")
    monkeypatch.setattr("amlz.paths.ROOT", folder)
    monkeypatch.setattr(git_revision, "ROOT", folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return folder


def release(fork: Path, files: dict[str, str | None], tag: str = "v0.2.0") -> None:
    """Makes a version of upstream, and returns to the fork."""
    git(fork, "checkout", "-q", "upstream")
    commit(fork, files, tag, tag)
    git(fork, "checkout", "-q", "main")


def shown(*arguments: str) -> tuple[int, Any]:
    """Returns the exit code and the JSON of the command."""
    ran = amlz_here("upgrade", "preview", "v0.2.0", "--format", "json", *arguments)
    assert ran.stderr == ""
    return ran.returncode, json.loads(ran.stdout)


def files_of(fork: Path, path: str) -> str | None:
    """Returns a file of the merge in memory, None where it is not there."""
    with merged(fork, "v0.2.0") as merge, git_revision_of(merge.variables):
        ran = subprocess.run(["git", "show", f"{merge.commit}:{path}"], cwd=fork, capture_output=True, check=False)
    return ran.stdout.decode() if ran.returncode == 0 else None


def git_revision_of(variables: Any) -> Any:
    """Returns a context in which git reads the objects of a merge."""
    from amlz.app.upgrade_preview import _objects

    return _objects(variables)


def remove(arm_type: str) -> Callable[[dict[str, Any]], None]:
    """Returns an edit that removes the resources of a type."""

    def edit(record: dict[str, Any]) -> None:
        record["resources"] = [r for r in record["resources"] if r["armType"] != arm_type]

    return edit


def first_of(record: dict[str, Any], arm_type: str) -> dict[str, Any]:
    """Returns the first resource of a type."""
    resource: dict[str, Any] = next(r for r in record["resources"] if r["armType"] == arm_type)
    return resource


def rename(alias: bool) -> Callable[[dict[str, Any]], None]:
    """Returns an edit that renames the key vault in the program, with or without an alias."""

    def edit(record: dict[str, Any]) -> None:
        vault = first_of(record, "Microsoft.KeyVault/vaults")
        urn = vault["urn"]
        vault["urn"] = f"{urn}-renamed"
        if alias:
            vault["aliases"] = [urn]
        for resource in record["resources"]:
            resource["dependsOn"] = [f"{urn}-renamed" if one == urn else one for one in resource["dependsOn"]]
            resource["parent"] = f"{urn}-renamed" if resource["parent"] == urn else resource["parent"]

    return edit


def change_tag(record: dict[str, Any]) -> None:
    """An update in place."""
    first_of(record, "Microsoft.KeyVault/vaults")["body"]["tags"]["managedBy"] = "another"


def deny(record: dict[str, Any]) -> None:
    """A policy that newly refuses a request."""
    verdict = copy.deepcopy(record["verdicts"][0])
    record["verdicts"].append(verdict | {"verdict": "denied", "blocks": True, "effect": "deny", "policy": "/new"})


def grow(record: dict[str, Any]) -> None:
    """A new resource."""
    vault = copy.deepcopy(first_of(record, "Microsoft.Network/routeTables"))
    record["resources"].append(vault | {"urn": f"{vault['urn']}-2", "id": f"{vault['id']}-2", "name": "rt-2"})


@pytest.mark.parametrize(
    ("edit", "effect", "code"),
    [
        (lambda _record: None, "nothing", 0),
        (change_tag, "in place", 0),
        (grow, "grows", 0),
        (rename(alias=True), "moved", 0),
        (rename(alias=False), "loses data", 1),
        (remove("Microsoft.Storage/storageAccounts"), "loses data", 1),
        (remove("Microsoft.Network/routeTables"), "replaced or deleted", 0),
        (deny, "policy", 1),
    ],
)
def test_the_effect_of_a_version_has_its_class(
    edit: Callable[[dict[str, Any]], None], effect: str, code: int, fork: Path
) -> None:
    """Each stack by the program of HEAD and by that of the merge."""
    release(fork, {"record.json": recorded(edit), "amlz/a.txt": "new\n"})

    returned, report = shown()

    assert [(row["stack"], row["effect"]) for row in report["stacks"]] == [("dev", effect), ("prod", effect)]
    assert returned == code
    assert [bool(row["stops"]) for row in report["stacks"]] == [code == 1] * 2


def test_an_edited_stack_file_stays_and_a_deleted_one_stays_deleted(fork: Path) -> None:
    """Git alone would conflict, and leave a stack in the tree that the unit does not have."""
    ours = MINIMAL.replace("Contoso", "Fabrikam")
    commit(fork, {"Pulumi.dev.yaml": None, "Pulumi.prod.yaml": ours}, "Change stacks")
    new = MINIMAL.replace("Contoso", "Northwind")
    release(
        fork, {"Pulumi.dev.yaml": new, "Pulumi.prod.yaml": new, "Pulumi.extra.yaml": MINIMAL, "amlz/a.txt": "new\n"}
    )

    code, report = shown()

    assert (code, report["conflicts"]) == (0, [])
    assert report["kept"] == ["Pulumi.dev.yaml", "Pulumi.extra.yaml", "Pulumi.prod.yaml"]
    assert [(row["stack"], row["effect"]) for row in report["stacks"]] == [("prod", "nothing")]
    assert (files_of(fork, "Pulumi.dev.yaml"), files_of(fork, "Pulumi.prod.yaml")) == (None, ours)
    assert files_of(fork, "amlz/a.txt") == "new\n"


def test_a_renamed_folder_takes_no_file_of_the_unit_along(fork: Path) -> None:
    """By default git would move it to where nothing reads it."""
    commit(fork, {"custom/policies/mine.json": "{}\n"}, "Add a policy")
    git(fork, "checkout", "-q", "upstream")
    git(fork, "mv", "custom/policies", "custom/rules")
    commit(fork, {}, "Rename", "v0.2.0")
    git(fork, "checkout", "-q", "main")

    assert (files_of(fork, "custom/policies/mine.json"), files_of(fork, "custom/rules/mine.json")) == ("{}\n", None)


def test_a_conflict_in_a_file_of_upstream_stops_before_any_preview(fork: Path) -> None:
    """With what to do: as after a squashed upgrade, whose files conflict again."""
    release(fork, {"amlz/a.txt": "second\n"}, "v0.1.5")
    git(fork, "merge", "-q", "--squash", "v0.1.5")
    git(fork, "commit", "-qm", "Upgrade to 0.1.5")
    release(fork, {"amlz/a.txt": "third\n"})

    code, report = shown()

    assert (code, report["stacks"]) == (1, [])
    assert report["conflicts"] == [{"file": "amlz/a.txt", "owner": "upstream"}]
    text = amlz_here("upgrade", "preview", "v0.2.0").stdout
    assert "1 conflict to resolve before it can be previewed." in text
    assert "take upstream's version, and commit." in text


def test_a_stack_that_cannot_be_previewed_leaves_the_others(fork: Path) -> None:
    """Exit code 2; so do packages that the upgrade changes."""
    commit(fork, {"Pulumi.dev.yaml": f"{MINIMAL}# fails\n"}, "Break dev")
    release(fork, {"amlz/a.txt": "new\n"})

    code, report = shown()

    assert code == 2
    assert [(row["stack"], row["effect"]) for row in report["stacks"]] == [("dev", "cannot tell"), ("prod", "nothing")]


def test_other_packages_make_every_effect_uncertain(fork: Path) -> None:
    """Both sides run with those that are installed here."""
    release(fork, {"requirements.lock": "pulumi==4\n"})

    ran = amlz_here("upgrade", "preview", "v0.2.0")

    assert ran.returncode == 2
    assert "no effect above is certain" in " ".join(ran.stdout.split())


def test_the_repository_stays_as_it_is_and_nothing_is_left_behind(fork: Path, tmp_path: Path) -> None:
    """Every file of it, its objects too, with a dirty tree; and no hook runs."""
    commit(fork, {"Pulumi.dev.yaml": MINIMAL.replace("Contoso", "Fabrikam")}, "Change dev")
    release(fork, {"Pulumi.dev.yaml": MINIMAL.replace("Contoso", "Northwind"), "amlz/a.txt": "new\n"})
    hook = fork / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    (fork / "amlz" / "a.txt").write_text("not committed\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in fork.rglob("*") if path.is_file()}

    shown()

    assert {path: path.read_bytes() for path in fork.rglob("*") if path.is_file()} == before
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path / "ran").exists()


def test_nothing_to_merge_and_nothing_shared_are_refused(fork: Path) -> None:
    """Each with a sentence and exit code 2; a revision that does not exist too."""
    assert "It is merged already." in amlz_here("upgrade", "preview", "v0.1.0").stderr
    assert "There is no such revision here." in amlz_here("upgrade", "preview", "v9.9.9").stderr
    git(fork, "checkout", "-q", "--orphan", "copy")
    git(fork, "commit", "-qm", "Copy")
    ran = amlz_here("upgrade", "preview", "v0.1.0")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Run `amlz upgrade status`: it shows the command that joins both." in ran.stderr
    with pytest.raises(LandingZoneError, match="share no history"), merged(fork, "v0.1.0"):
        pass


def test_the_report_lists_everything_that_is_lost_or_closed(fork: Path) -> None:
    """Deleted resources by ID, outbound rules that are closed, and warnings of the guard with their remedies."""

    def edit(record: dict[str, Any]) -> None:
        remove("Microsoft.Network/routeTables")(record)
        rules = first_of(record, "Microsoft.Network/firewallPolicies/ruleCollectionGroups")
        del rules["body"]["properties"]["ruleCollections"][0]["rules"][0]

    release(fork, {"record.json": recorded(edit)})

    text = amlz_here("upgrade", "preview", "v0.2.0").stdout

    tables = dict(part.split("\n", 1) for part in text.split("\n\n"))
    tables_id = "/subscriptions/a1b2c3d4-1111-4222-8333-444455556666/resourceGroups/rg-retail-spoke-main-westeurope"
    assert f"  dev    deleted  {tables_id}/providers/Microsoft.Network/routeTables/rt-retail-spoke-main\n" in (
        tables["Replaced or deleted"] + "\n"
    )
    assert len(tables["Closed outbound traffic"].splitlines()) == 3
