"""Standard streams that cannot be used: exit code 2 in words, for every verb, and never a defect of amlz."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from amlz.checks.catalogue import ALL, explain
from tests import layers
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def amlz(words: str, how: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs `amlz` through a shell that redirects its streams."""
    return subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m amlz {words} {how}'],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )


@needs_full
@pytest.mark.parametrize(
    "words", layers.sampled(["schema", "--help", "preview --help", "policy --help", "explain keys/enabled"], 3)
)
def test_a_full_standard_output_is_exit_code_2_in_words(words: str) -> None:
    """Help among it."""
    ran = amlz(words, ">/dev/full")

    assert (ran.returncode, ran.stderr.splitlines()[:2]) == (
        2,
        ["standard output", "  It cannot be written: no space left on device."],
    )


@needs_full
@pytest.mark.parametrize(
    "words", layers.sampled(["check", "explain nope", "nope", "preview nope", "preview --format yaml"], 5)
)
def test_an_error_that_cannot_be_written_is_exit_code_2_all_the_same(words: str) -> None:
    """With both streams full, or standard error closed."""
    assert [amlz(words, how).returncode for how in ("2>/dev/full", ">/dev/full 2>/dev/full", "2>&-")] == [2, 2, 2]


@pytest.mark.parametrize("words", layers.sampled(["policy evaluate --jsonl", "recover dev", "import-subnets dev"], 3))
def test_a_closed_standard_input_is_exit_code_2_in_words(words: str) -> None:
    """Of every verb that reads it."""
    ran = amlz(words, "<&-")

    assert (ran.returncode, "closed" in ran.stderr, "Traceback" in ran.stderr) == (2, True, False)


@pytest.mark.parametrize("words", ["check dev", "stacks", "--help"])
def test_a_deleted_working_directory_is_exit_code_2_in_words(words: str, tmp_path: Path) -> None:
    """Nothing can be found from there."""
    ran = subprocess.run(
        ["sh", "-c", f'mkdir gone && cd gone && rmdir ../gone && "{sys.executable}" -m amlz {words}'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )

    assert (ran.returncode, ran.stderr) == (
        2,
        "the working directory\n  It does not exist any more.\n  Change to a folder that exists, and try again.\n",
    )


@pytest.mark.parametrize(
    "words",
    ["preview dev --format yaml", "check dev --format xml", "preview dev --fail-on no", "rehearse dev --faults x"],
)
def test_a_wrong_choice_is_reported_without_words_of_the_libraries(words: str) -> None:
    """Only the value and the choices."""
    ran = amlz_here(*words.split(" "))

    assert (ran.returncode, "Value error" in ran.stderr, "is not" in ran.stderr) == (2, False, True)


def test_quota_with_a_difference_is_refused() -> None:
    """A difference has no such part; of one stack and of all."""
    ran = [
        amlz_here(*words.split(" "))
        for words in ("preview dev --against HEAD --quota", "preview --all --against HEAD --quota")
    ]

    assert [(process.returncode, "a difference shows no quota" in process.stderr) for process in ran] == [
        (2, True),
        (2, True),
    ]


@pytest.mark.parametrize("check", [check.id for check in ALL])
def test_every_snippet_of_yaml_in_the_catalogue_is_yaml(check: str) -> None:
    """Nobody types what YAML refuses."""
    text = explain(check)

    assert "{{" not in text
    for snippet in re.findall(r"\b[a-z]\w+: [\[{][^\n]*?[\]}]+(?=[.,;\s])", text):
        assert isinstance(yaml.safe_load(snippet), dict), snippet


@pytest.mark.parametrize(
    "words",
    ["preview dev --output {0}", "preview dev --also json={0}", "check dev --output {0}", "schema --output {0}"],
)
def test_an_unwritable_place_is_refused_before_the_work(words: str, tmp_path: Path) -> None:
    """Of --output and --also alike: nothing is shown, and no preview runs."""
    ran = amlz_here(*words.format(tmp_path / "nowhere" / "x").split(" "))

    assert (ran.returncode, ran.stdout, ran.stderr.splitlines()[1]) == (
        2,
        "",
        "  It cannot be written: no such file or directory.",
    )


@pytest.mark.parametrize("place", ["/proc/x", "/proc/self/x", "link.txt", "a-file/x", "n" * 300])
def test_a_place_that_refuses_new_files_is_found_by_trying(place: str, tmp_path: Path) -> None:
    """File systems without new files, links that leave the folder, files as folders, long names: nothing is shown."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a-file").write_text("")
    (tmp_path / "here" / "link.txt").symlink_to(tmp_path / "elsewhere.txt")
    stack = ROOT / "Pulumi.dev.yaml"

    ran = amlz_here("preview", str(stack), "--also", f"sarif={place}", folder=tmp_path / "here")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert (ran.stderr.startswith(f"{place}\n"), "It cannot be written: " in ran.stderr) == (True, True)
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["a-file", "link.txt"]


@pytest.mark.parametrize("words", ["--output {0} --also sarif={0}", "--also sarif={0} --also junit=./{0}"])
def test_two_formats_in_one_file_are_refused(words: str, tmp_path: Path) -> None:
    """The second would replace the first."""
    ran = amlz_here("preview", str(ROOT / "Pulumi.dev.yaml"), *words.format("a.txt").split(" "), folder=tmp_path)

    assert (ran.returncode, ran.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert "two formats would be written to" in " ".join(ran.stderr.split())


@pytest.mark.parametrize("words", ["check ./Pulumi.--help.yaml", "check Pulumi.-x.yaml", "stacks"])
def test_a_stack_whose_name_begins_as_an_option_is_refused(words: str, tmp_path: Path) -> None:
    """Commands of pipelines would take the name for an option."""
    text = (ROOT / "examples" / "minimal" / "Pulumi.minimal.yaml").read_text(encoding="utf-8")
    for name in ("--help", "-x"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text, encoding="utf-8")

    ran = amlz_here(*words.split(" "), folder=tmp_path)

    assert (ran.returncode, "begins with '-'" in ran.stderr) == (2, True)


def test_explain_takes_an_initiative() -> None:
    """Each of its policies that evaluates the resource; one that evaluates nothing there is reported in words."""
    stack = "examples/minimal/Pulumi.minimal.yaml"
    ran = amlz(f"policy explain {stack} image-build guardrails-compute", "")
    none = amlz(f"policy explain {stack} afw-retail-hub guardrails-workspace", "")

    assert (ran.returncode, ran.stdout.count("  resource  image-build\n") > 1) == (0, True)
    assert (none.returncode, none.stderr.splitlines()[0]) == (
        2,
        "No assigned policy of initiative 'guardrails-workspace' evaluates afw-retail-hub.",
    )
