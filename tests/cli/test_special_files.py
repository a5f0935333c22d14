"""Special files in place of a stack file, outputs or policies: a sentence, exit code 2, and the others go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from amlz.app.estimate import prices_of
from amlz.app.openslo import imported
from amlz.azure.regular_files import LARGEST, read_regular
from amlz.core.cost import Estimate
from amlz.core.hub_outputs import resolved
from amlz.core.problems import LandingZoneError, StackFileError
from amlz.diff.engine_steps import read as read_engine
from amlz.policy.case_files import run_file
from amlz.policy.engine.errors import BadInput
from amlz.policy.imported import take
from amlz.policy.library import library, read_json
from amlz.stackfile.load import load
from amlz.stackfile.stack_file import read
from amlz.stackfile.stacks import usable_stacks_of
from tests.conftest import ROOT, STACKS
from tests.diff.test_difference import MINIMAL


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)  # a sparse file


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "a device": (lambda path: path.symlink_to("/dev/zero"), "it is a device or a pipe, not a regular file"),
    "a pipe": (os.mkfifo, "it is a device or a pipe, not a regular file"),
    "a loop of links": (_loop, "too many levels of symbolic links"),
    "a folder": (lambda path: path.mkdir(), "is a directory"),
    "a huge file": (_large, "it has more than"),
}


@pytest.fixture(params=ODD)
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A path with a special file, and its message."""
    make, why = ODD[request.param]
    path = tmp_path / "Pulumi.odd--deny.yaml"
    make(path)
    return path, why


def test_each_reader_refuses_what_is_no_file_in_a_sentence(odd: tuple[Path, str], tmp_path: Path) -> None:
    """Stack files, outputs of a hub, policies, cases, imports, objectives, prices and previews of the engine."""
    path, why = odd
    case = tmp_path / "odd--deny.json"
    path.rename(case) if why != "too many levels of symbolic links" else _loop(case)
    custom = tmp_path / "custom" / "policies"
    custom.mkdir(parents=True)
    readers: list[Callable[[], object]] = [
        lambda: read(case, "shown"),
        lambda: read_json(case),
        lambda: run_file(case, library()),
        lambda: take([case]),
        lambda: read_regular(case),
        lambda: imported(case, frozenset()),
    ]
    if why != "is a directory":  # a folder may hold price files
        readers.append(lambda: prices_of(load(STACKS["minimal"], ROOT), case, Estimate((), ())))
    if "more than" not in why:  # the engine's may be large
        readers.append(lambda: read_engine(str(case)))

    for reader in readers:
        with pytest.raises((LandingZoneError, BadInput, OSError)) as raised:
            reader()
        assert why in " ".join(str(raised.value).lower().split())


def test_outputs_of_a_hub_that_are_no_file_are_refused(odd: tuple[Path, str]) -> None:
    """With what is there, and the command that writes the file."""
    path, why = odd

    _, problems = resolved({"hub": {"stack": {"name": "a/b/hub", "outputs": path.name}}}, path.parent)

    (problem,) = problems
    reasons = [f"The file cannot be read: {why}", "The file is outside of the folder of the stack file."]
    assert problem.what.startswith(tuple(reasons))


@pytest.mark.parametrize("outputs", ["../hub.json", "/etc/passwd", "linked.json", "a/../../hub.json", "nul\0"])
def test_outputs_of_a_hub_outside_of_the_folder_are_refused(tmp_path: Path, outputs: str) -> None:
    """Directly and through a link: what such a file holds could show in a message."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "hub.json").write_text('{"hub": {"schemaVersion": 1}}')
    (folder / "linked.json").symlink_to("../hub.json")

    _, problems = resolved({"hub": {"stack": {"name": "a/b/hub", "outputs": outputs}}}, folder)

    assert [(p.what, p.remedy) for p in problems] == [
        (
            "The file is outside of the folder of the stack file.",
            "Copy it into that folder, and give its path from there.",
        )
    ]


DEEP = {
    "lists": "x: " + "[" * 100_000 + "]" * 100_000,
    "open lists": "[" * 100_000,
    "mappings": "{a: " * 100_000,
    "entries": "- " * 100_000,
    "complex keys": "? " * 100_000,
    "aliases": "a: &a0 [1]\n" + "".join(f"b{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 3000)),
}


@pytest.mark.parametrize("case", DEEP)
def test_a_stack_file_that_is_nested_too_deeply_is_refused(case: str, tmp_path: Path) -> None:
    """Counted before anything recursive reads it: libyaml's composer would end the interpreter."""
    with pytest.raises(StackFileError) as raised:
        read(tmp_path / "x", "shown", DEEP[case].encode())

    lines = str(raised.value).splitlines()
    assert lines[1:] == [
        "  Lists and mappings are nested more than 100 levels deep.",
        "  Check its brackets and its indentation.",
    ]


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 200 + "]" * 200, '{"hub":' * 100_000])
def test_json_that_is_nested_too_deeply_is_refused(tmp_path: Path, text: str) -> None:
    """Of policies, of a hub and of the engine."""
    file = tmp_path / "deep.json"
    file.write_text(text)

    with pytest.raises(BadInput, match="levels deep"):
        read_json(file)
    with pytest.raises(LandingZoneError):
        read_engine(str(file))
    _, problems = resolved({"hub": {"stack": {"name": "a/b/hub", "outputs": file.name}}}, tmp_path)
    assert "levels deep" in problems[0].what


def test_a_number_without_end_is_text(tmp_path: Path) -> None:
    """As 1:59:59… and as digits: neither is worked out, so neither takes long or fails where it is shown."""
    for number in ("1" + ":59" * 100_000, "9" * 100_000, "0x" + "f" * 100_000):
        document = read(tmp_path / "x", "shown", f"config: {{amlz:landingZone: {{schemaVersion: {number}}}}}".encode())
        assert document.values["config"]["amlz:landingZone"]["schemaVersion"] == number


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    """And one with a byte more is not."""
    file = tmp_path / "file"
    file.write_bytes(b"x" * LARGEST)
    read_length = len(read_regular(file))
    file.write_bytes(b"x" * (LARGEST + 1))

    with pytest.raises(OSError, match="it has more than 10,000,000 bytes"):
        read_regular(file)
    assert read_length == LARGEST


def test_one_bad_stack_file_does_not_keep_the_others(tmp_path: Path) -> None:
    """`amlz stacks` lists the others, reports what is wrong with each bad one, and ends with exit code 2."""
    (tmp_path / "Pulumi.good.yaml").write_text(MINIMAL)
    (tmp_path / "Pulumi.folder.yaml").mkdir()
    os.mkfifo(tmp_path / "Pulumi.pipe.yaml")
    (tmp_path / "Pulumi.device.yaml").symlink_to("/dev/zero")
    _loop(tmp_path / "Pulumi.loop.yaml")
    (tmp_path / "Pulumi.deep.yaml").write_text("config: {amlz:landingZone: " + "[" * 100_000)

    ran = subprocess.run(
        [sys.executable, "-m", "amlz", "stacks", "--format", "json"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip

    assert (ran.returncode, [row["stack"] for row in json.loads(ran.stdout)["include"]]) == (2, ["good"])
    files = [line for line in ran.stderr.splitlines() if line.startswith("Pulumi.")]
    assert [line.split(":")[0].strip() for line in files] == [
        f"Pulumi.{name}.yaml" for name in ("deep", "device", "folder", "loop", "pipe")
    ]
    assert "Traceback" not in ran.stderr
    folders, unusable = usable_stacks_of(tmp_path)
    assert ([stack.name for stack in folders], len(unusable)) == (["good"], 5)
