"""Writing a report: whole, to the requested file, or not at all and with a sentence."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from amlz.core.problems import LandingZoneError
from amlz.reports import files
from amlz.reports.files import TEMPORARY, write_back, write_whole
from tests.app.test_revision import limited
from tests.conftest import ROOT
from tests.mutations import within


def empty(folder: Path) -> Path:
    """A path without a file."""
    return folder / "new.md"


def there(folder: Path) -> Path:
    """A file of a user, readable by its Unix-group alone."""
    (folder / "there.md").write_text("before")
    (folder / "there.md").chmod(0o640)
    return folder / "there.md"


def linked(folder: Path) -> Path:
    """A link to it from another folder."""
    there(folder)
    (folder / "links").mkdir()
    (folder / "links" / "link.md").symlink_to("../there.md")
    return folder / "links" / "link.md"


def dangling(folder: Path) -> Path:
    """A link to where nothing is yet."""
    (folder / "link.md").symlink_to("later.md")
    return folder / "link.md"


RIGHT: dict[str, tuple[Callable[[Path], Path], int]] = {
    "a new file": (empty, 0o644),
    "a file that is there": (there, 0o640),
    "a link to a file": (linked, 0o640),
    "a link to nothing": (dangling, 0o644),
}


@pytest.mark.parametrize("where", RIGHT)
def test_a_report_goes_where_it_was_asked_for(tmp_path: Path, where: str) -> None:
    """A link stays a link, a file keeps its permissions, and nothing else is left."""
    make, mode = RIGHT[where]
    path = make(tmp_path)
    links = {item: os.readlink(item) for item in tmp_path.rglob("*") if item.is_symlink()}
    before = set(tmp_path.rglob("*")) | {path.resolve()}
    umask = os.umask(0o022)
    try:
        write_whole(path, "ä report")
    finally:
        os.umask(umask)

    assert (path.read_text("utf-8"), stat.S_IMODE(path.stat().st_mode)) == ("ä report", mode)
    assert {item: os.readlink(item) for item in tmp_path.rglob("*") if item.is_symlink()} == links
    assert set(tmp_path.rglob("*")) == before


def read_only(folder: Path) -> Path:
    """A file that nobody may write."""
    there(folder).chmod(0o444)
    return folder / "there.md"


def round_and_round(folder: Path) -> Path:
    """A link to itself."""
    (folder / "link.md").symlink_to("link.md")
    return folder / "link.md"


def full_device(folder: Path) -> Path:
    """A device that is full. To root, who could replace that of the machine, it is a substitute."""
    if os.getuid():
        return Path("/dev/full")
    try:
        os.mknod(folder / "full", stat.S_IFCHR | 0o666, os.makedev(1, 7))
        (folder / "full").open("w").close()
    except OSError as error:
        pytest.skip(f"no device can be made here: {error.strerror}")
    return folder / "full"


WRONG: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a folder that there is not": (lambda folder: folder / "nowhere" / "x.md", "no such file or directory"),
    "a folder": (lambda folder: folder, "is a directory"),
    "a file for a folder": (lambda folder: there(folder) / "x.md", "not a directory"),
    "a file for reading only": (read_only, "it is for reading only"),
    "links that go round": (round_and_round, ""),
    "a name that is too long": (lambda folder: folder / ("x" * 300), "file name too long"),
    "a device that is full": (full_device, "no space left on device"),
}


@pytest.mark.parametrize("where", WRONG)
def test_what_cannot_be_written_is_told_and_stays_as_it_was(tmp_path: Path, where: str) -> None:
    """Where, why and what to do."""
    make, why = WRONG[where]
    path = make(tmp_path)
    before = {item: item.read_bytes() for item in tmp_path.rglob("*") if item.is_file()}

    with pytest.raises(LandingZoneError) as raised:
        write_whole(path, "report")

    message = str(raised.value).splitlines()
    assert (message[0], message[2], len(message)) == (str(path), "  Choose another file.", 3)
    assert message[1] == f"  It cannot be written: {why}." if why else message[1].startswith("  It cannot be written: ")
    assert {item: item.read_bytes() for item in tmp_path.rglob("*") if item.is_file()} == before


@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_for_reading_only_is_told(tmp_path: Path) -> None:
    """No file can be created next to it, so it could not be written whole."""
    path = there(tmp_path)
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(LandingZoneError, match="permission denied"):
            write_whole(path, "report")
    finally:
        tmp_path.chmod(0o755)

    assert path.read_text() == "before"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """And no part of the report under any name."""
    path = there(tmp_path)

    with pytest.raises(LandingZoneError, match="It cannot be written: file too large"), limited(4096):
        write_whole(path, "report " * 10_000)

    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("there.md", "before")]


def test_a_pipe_with_a_name_stays_one(tmp_path: Path) -> None:
    """As a shell makes one for `--output >(…)`: it is written to, and not replaced."""
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()

    write_whole(pipe, "report")
    reader.join()

    assert (read, stat.S_ISFIFO(pipe.stat().st_mode)) == (["report"], True)


def test_a_pipe_that_nothing_reads_from_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while: its reader may be late."""
    monkeypatch.setattr(files, "_READER", 0.2)
    os.mkfifo(tmp_path / "pipe")

    with within(5), pytest.raises(LandingZoneError, match="It cannot be written: nothing reads from this pipe"):
        write_whole(tmp_path / "pipe", "text")


def test_a_link_that_leaves_the_current_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pull request can bring one, as a file and as a folder; one that stays inside is followed."""
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside.md").write_text("mine")
    monkeypatch.chdir(tmp_path / "inside")
    Path("out.md").symlink_to("../outside.md")
    Path("folder").symlink_to("..")
    Path("there.md").write_text("before")
    Path("link.md").symlink_to("there.md")

    for name in ("out.md", "folder/outside.md", str(tmp_path / "inside" / "out.md")):
        with pytest.raises(LandingZoneError) as raised:
            write_whole(Path(name), "report")
        assert str(raised.value).splitlines()[1:] == [
            "  It cannot be written: it is a link that leaves the current folder.",
            "  Choose another file.",
        ]
        with pytest.raises(LandingZoneError) as raised:
            write_back(Path(name), b"mine", b"yours", name)
        assert str(raised.value).splitlines()[2] == "  Name the file itself."
    write_whole(Path("link.md"), "report")

    assert (tmp_path / "outside.md").read_text() == "mine"
    assert (Path("there.md").read_text(), Path("link.md").is_symlink()) == ("report", True)


def test_a_report_is_on_the_disk_before_it_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file, then its name, then the folder; on the same file system, so that the name changes at once."""
    steps: list[str] = []
    sync, move = os.fsync, os.replace

    def synced(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def moved(old: str, new: Path) -> None:
        steps.append(f"moved within {Path(old).parent == new.parent}")
        move(old, new)

    monkeypatch.setattr("amlz.reports.files.os.fsync", synced)
    monkeypatch.setattr("amlz.reports.files.os.replace", moved)
    path = there(tmp_path)

    write_whole(path, "report")
    write_back(path, b"report", b"again", "there.md")

    assert steps == ["file", "moved within True", "folder"] * 2
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("again", 0o640)


def test_what_a_killed_run_left_is_ignored_by_git_and_removed_by_the_next(tmp_path: Path) -> None:
    """After an hour; what is younger may be in use, and what is no file is not ours."""
    for name, age in (("old", 61), ("young", 59)):
        left = tmp_path / f"{TEMPORARY}{name}"
        left.write_text("half")
        os.utime(left, (time.time() - age * 60,) * 2)
    (tmp_path / f"{TEMPORARY}folder").mkdir()
    os.utime(tmp_path / f"{TEMPORARY}folder", (0, 0))

    write_whole(tmp_path / "report.md", "report")

    assert {path.name for path in tmp_path.iterdir()} == {"report.md", f"{TEMPORARY}young", f"{TEMPORARY}folder"}
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert f"{TEMPORARY}*" in ignored


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of bash in which `$AMLZ` is the command."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("$AMLZ", '"$PYTHON" -m amlz')],
        cwd=folder, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHON": sys.executable},
    )  # fmt: skip


def test_standard_output_by_its_name_and_what_becomes_of_it(tmp_path: Path) -> None:
    """A file that a shell opened is added to; a reader who leaves changes no exit code; a full device is reported."""
    added = shell("{ echo first; $AMLZ schema --output /dev/stdout; echo last; } > all", tmp_path)
    left = shell("$AMLZ schema | head -c 10; echo ${PIPESTATUS[0]}", tmp_path)
    full = shell("$AMLZ schema > /dev/full", tmp_path)
    closed = shell("$AMLZ schema >&-", tmp_path)

    lines = (tmp_path / "all").read_text().splitlines()
    assert (added.returncode, lines[:2], lines[-2:]) == (0, ["first", "{"], ["}", "last"])
    assert (left.stdout[10:], left.stderr) == ("0\n", "")
    assert (full.returncode, full.stderr.splitlines()[:2]) == (
        2, ["standard output", "  It cannot be written: no space left on device."],
    )  # fmt: skip
    assert (closed.returncode, closed.stderr.splitlines()[:2]) == (2, ["standard output", "  It is closed."])
    assert [path.name for path in tmp_path.iterdir()] == ["all"]
