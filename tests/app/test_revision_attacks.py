"""Crafted revisions: nothing of them is written outside, and their code gets no credential."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from amlz.app.compare import minimal_environment, preview_of
from amlz.app.git_revision import unpacked
from amlz.core.problems import LandingZoneError
from tests.app.test_revision import ENVIRONMENT, commit, git, repository  # noqa: F401 (a fixture)


def blob(folder: Path, content: bytes) -> str:
    """The id of a file's content in a repository."""
    return stored(folder, "blob", content)


def stored(folder: Path, kind: str, content: bytes) -> str:
    """The id of an object that git itself would refuse to make."""
    ran = subprocess.run(
        ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"],
        cwd=folder, env=ENVIRONMENT, input=content, capture_output=True, check=True,
    )  # fmt: skip
    return ran.stdout.decode().strip()


def crafted(folder: Path, *rows: tuple[bytes, str, str]) -> str:
    """The id of a tree of names, modes and objects, with any names."""
    return stored(folder, "tree", b"".join(f"{m} ".encode() + n + b"\0" + bytes.fromhex(i) for n, m, i in rows))


def committed(folder: Path, tree: str) -> str:
    """The id of a commit of a tree."""
    return git(folder, "commit-tree", "-m", "crafted", tree).strip()


def everything(folder: Path) -> set[str]:
    """Each path below a folder, but for what git stores."""
    result = (str(path.relative_to(folder)) for path in folder.rglob("*"))
    return {path for path in result if not path.startswith("repository/.git/")}


DANGEROUS = {
    "up": (b"..", "it has a part .."),
    "here": (b".", "it has a part ."),
    "git": (b".git", "it has a part .git, which git reads as its own folder"),
    "git in capitals": (b".GiT", "it has a part .GiT, which git reads as its own folder"),
    "git with a full stop": (b".git.", "it has a part .git., which git reads as its own folder"),
    "git of Windows": (b"GIT~1", "it has a part GIT~1, which git reads as its own folder"),
    "git of macOS": (".g\u200cit".encode(), "it has a part '.g\\u200cit', which git reads as its own folder"),
    "up within": (b"a/../../x", "it has a part .."),
    "absolute": (b"/tmp/amlz-written", "it has an empty name, or begins with a slash"),
    "doubled slash": (b"a//b", "it has an empty name, or begins with a slash"),
    "line": (b"a\nb", "its name holds a control character"),
    "escape": (b"a\x1b[2J", "its name holds a control character"),
    "backslash": (b"..\\x", "its name holds a backslash, which separates folders on Windows"),
    "long": (b"x" * 256, "its name has more than 255 bytes"),
}


@pytest.mark.parametrize("case", DANGEROUS)
@pytest.mark.parametrize("as_folder", [False, True], ids=["file", "folder"])
def test_a_name_that_leads_out_of_the_folder_is_refused(repository: Path, case: str, as_folder: bool) -> None:  # noqa: F811
    """As a file and as a folder; the sentence has the name, the reason and the remedy, and nothing is written."""
    name, why = DANGEROUS[case]
    file = blob(repository, b"written outside")
    inner = crafted(repository, (b"file", "100644", file))
    row = (name, "40000", inner) if as_folder else (name, "100644", file)
    crafted_commit = committed(repository, crafted(repository, row))
    before = everything(repository.parent)

    with pytest.raises(LandingZoneError) as raised, unpacked(crafted_commit):
        pass

    lines = str(raised.value).splitlines()
    assert lines[0].endswith(" of the revision")
    assert lines[1:] == [
        f"  It is not read: it cannot be written safely: {why}.",
        "  Choose another revision, and find out who wrote this one: git itself does not check it out.",
    ]
    assert str(raised.value).replace("\n", "").isprintable()
    assert (everything(repository.parent), Path("/tmp/amlz-written").exists()) == (before, False)


COLLIDING = {
    "case": ((b"A", "100644"), (b"a", "100644"), "a disk that ignores case takes a for A"),
    "composed": (
        ("\u00e9".encode(), "100644"), ("e\u0301".encode(), "100644"),
        "a disk that ignores case takes e\u0301 for \u00e9",
    ),
    "twice": ((b"a", "100644"), (b"a", "100644"), "it is there twice"),
    "file and folder": ((b"a", "100644"), (b"a", "40000"), "it is a file and a folder at once"),
    "link and folder": ((b"a", "120000"), (b"a", "40000"), "it is a file and a folder at once"),
    "link and another folder": ((b"a", "120000"), (b"A", "40000"), "a disk that ignores case takes A for a"),
}  # fmt: skip


@pytest.mark.parametrize("case", COLLIDING)
def test_names_that_meet_on_a_disk_are_refused(repository: Path, case: str) -> None:  # noqa: F811
    """One would be written over the other, or through a link that the other one is."""
    one, other, why = COLLIDING[case]
    content = blob(repository, str(repository.parent).encode())
    inner = crafted(repository, (b"file", "100644", content))
    rows = [(name, mode, inner if mode == "40000" else content) for name, mode in (one, other)]
    crafted_commit = committed(repository, crafted(repository, *rows))
    before = everything(repository.parent)

    with pytest.raises(LandingZoneError) as raised, unpacked(crafted_commit):
        pass

    assert str(raised.value).splitlines()[1] == f"  It is not read: {why}."
    assert everything(repository.parent) == before


LINKS: dict[str, dict[str, bytes | None]] = {
    "absolute": {"a": b"/etc/passwd"},
    "up": {"a": b"../x"},
    "to the folder above": {"a": b".."},
    "through another": {"a": b"p/q/b/../../..", "p/q/b": b"../../s", "s/file": None},
    "unusable": {"a": b""},
}


@pytest.mark.parametrize("case", LINKS)
def test_a_link_that_leaves_the_folder_is_refused(repository: Path, case: str) -> None:  # noqa: F811
    """Directly, and through another link; the folder itself stays readable to the program."""
    given = LINKS[case]
    rows = "".join(
        f"{'100644' if target is None else '120000'} {blob(repository, target or b'')}\t{path}\n"
        for path, target in given.items()
    )
    subprocess.run(
        ["git", "update-index", "--add", "--index-info"],
        cwd=repository, env=ENVIRONMENT, input=rows, text=True, check=True,
    )  # fmt: skip
    crafted_commit = committed(repository, git(repository, "write-tree").strip())

    with pytest.raises(LandingZoneError) as raised, unpacked(crafted_commit):
        pass

    assert re.match(
        r"a of the revision\n  It is not read: it is a link (that leaves the revision, to|without a usable)",
        str(raised.value),
    )
    assert list((repository.parent / "tmp").iterdir()) == []


def test_a_tree_that_git_cannot_list_is_refused_in_words(repository: Path) -> None:  # noqa: F811
    """An entry without a name, and one that is no tree."""
    for row in ((b"", "100644", blob(repository, b"x")), (b"a", "40000", blob(repository, b"x"))):
        crafted_commit = committed(repository, crafted(repository, row))
        with pytest.raises(LandingZoneError) as raised, unpacked(crafted_commit):
            pass
        where, why, remedy = str(raised.value).splitlines()
        assert (where, remedy) == (
            f"git ls-tree {crafted_commit}",
            "  Choose another revision; `git fsck` shows what is wrong with this one.",
        )
        assert why.startswith("  The files of the revision cannot be listed: ")


def test_a_revisions_program_gets_no_variable_that_it_does_not_need() -> None:
    """Credentials under any name stay here, and its home is empty."""
    needed = {"PATH": "/bin", "LANG": "C", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TMPDIR": "/tmp", "SystemRoot": "C:"}
    others = (
        "ARM_CLIENT_SECRET", "GITHUB_TOKEN", "AZURE_CONFIG_DIR", "HOME", "SSH_AUTH_SOCK", "KUBECONFIG", "X",
        "PYTHONPATH", "PYTHONSTARTUP", "LD_PRELOAD", "NETRC", "PULUMI_HOME", "HTTPS_PROXY", "LC_PASSWORD",
    )  # fmt: skip

    result = minimal_environment({**needed, **dict.fromkeys(others, "secret")}, Path("/empty"))

    assert result == {**needed, "HOME": "/empty", "USERPROFILE": "/empty"}


READS = """
import os, sys
home = os.environ["HOME"]
print(*sorted(os.environ), *os.listdir(home), os.path.basename(home), sep="\\n", file=sys.stderr)
sys.exit(2)
"""


def test_a_revision_that_reads_its_environment_finds_no_credential(
    repository: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own program runs, as documented: with an empty home and without the caller's variables."""
    (repository / "cli.py").write_text(READS)
    commit(repository, "reads")
    for name in ("ARM_CLIENT_SECRET", "GITHUB_TOKEN", "AZURE_CONFIG_DIR", "ANYTHING"):
        monkeypatch.setenv(name, "a secret value")
    file = repository / "Pulumi.dev.yaml"

    with (
        unpacked("HEAD") as revision,
        preview_of(revision, file, "") as previewed,
        pytest.raises(LandingZoneError) as raised,
    ):
        previewed()

    lines = [line.strip() for line in str(raised.value).splitlines()[2:-1]]
    assert lines[-1] == "home"
    assert {*lines[:-1]} - {"LC_CTYPE", "LANG", "LC_ALL", "TZ", "TMPDIR", "LANGUAGE"} == {
        "HOME", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "USERPROFILE",
    }  # fmt: skip
