"""`amlz project`: whole answers, and stack files that are written whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from amlz.app import projects
from amlz.core.plan import make_plan
from amlz.core.problems import LandingZoneError
from amlz.reports.files import write_back
from amlz.stackfile import selfservice
from amlz.stackfile.load import load
from amlz.stackfile.selfservice import Draft, ProjectRequest
from tests.cli.in_process import amlz_here
from tests.cli.test_command_line import amlz
from tests.conftest import ROOT, SAMPLES

CASES = ROOT / "tests" / "cases" / "project"

#: Reports, in files next to each other: the arguments and the exit code. None of them writes.
COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "add-one-environment": (("add", "dev", "fraud", "--dry-run"), 0),
    "add-like-another": (("add", "prod", "scoring", "--like", "churn", "--dry-run"), 0),
    "remove-development": (("remove", "dev", "churn"), 1),
    "remove-production": (("remove", "prod", "churn", "--environment", "prod"), 1),
}

#: Refused calls, with their whole output.
REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "the name is there": (
        ("add", "dev", "churn"),
        "Pulumi.dev.yaml:24  projects.churn\n"
        "  Project 'churn' exists already, with dev.\n"
        "  Choose another name, or add environments to it in the stack file.\n",
    ),
    "no such stack": (
        ("add", "develop", "fraud"),
        "Pulumi.develop.yaml\n  There is no such file.\n  Did you mean dev? Stacks there: dev, prod.\n",
    ),
    "a name that cannot be one": (
        ("add", "dev", "Fraud_Cases", "--environments", "De-v,dev,dev"),
        "Pulumi.dev.yaml:23  projects.Fraud_Cases\n"
        "  'Fraud_Cases' is not lower-case letters, digits and single hyphens, starting\n"
        "    with a letter.\n"
        "  Write fraud-cases.\n"
        "Pulumi.dev.yaml:23  projects.Fraud_Cases.environments.De-v\n"
        "  'De-v' is not lower-case letters and digits, starting with a letter.\n"
        "  Write dev.\n"
        "Pulumi.dev.yaml:23  projects.Fraud_Cases\n"
        "  Environment 'dev' is requested twice.\n"
        "  Name it once.\n"
        "3 mistakes in Pulumi.dev.yaml.\n",
    ),
    "nobody of that name": (
        ("add", "dev", "fraud", "--like", "nobody"),
        "Pulumi.dev.yaml:23  projects\n"
        "  There is no project 'nobody' to take settings from.\n"
        "  Projects here: churn and pricing.\n",
    ),
    "settings that are not there": (
        ("add", "dev", "fraud", "--like", "churn", "--environments", "dev,prod"),
        "Pulumi.dev.yaml:29  projects.churn.environments\n"
        "  churn has no environment 'prod' to take settings from.\n"
        "  Its environments: dev. Request one of these, or add the rest yourself.\n",
    ),
    "several spokes": (
        ("add", "prod", "scoring"),
        "Pulumi.prod.yaml:36  projects.scoring.environments.dev\n"
        "  The spoke is missing, and there are 2: research and operations.\n"
        "  Use `--spoke research`, or `--spoke dev=research` for this environment alone.\n",
    ),
    "no such spoke": (
        ("add", "prod", "scoring", "--spoke", "nowhere"),
        "Pulumi.prod.yaml:36  projects.scoring.environments.dev.spoke\n"
        "  There is no spoke 'nowhere'.\n"
        "  Spokes here: research and operations.\n",
    ),
    "a spoke for nothing": (
        ("add", "prod", "scoring", "--spoke", "research,prod=operations"),
        "Pulumi.prod.yaml:36  projects.scoring\n"
        "  --spoke names environment 'prod', which the project does not have.\n"
        "  It has dev.\n",
    ),
    "no room": (
        ("add", "dev", "fraud", "--size-of", "3000"),
        "Pulumi.dev.yaml:23  projects.fraud.environments.dev.network\n"
        "  Spoke main has no free range of 8,192 addresses (/19): 3,840 are free there,\n"
        "    the largest range holds 2,048.\n"
        "  Add a range to spokes.main.addressSpace, a /19 or larger; name another spoke\n"
        "    (--spoke), or request fewer nodes.\n",
    ),
    "a range that others have": (
        ("add", "dev", "fraud", "--network", "10.20.16.0/24"),
        "Pulumi.dev.yaml was not changed: the change would make it invalid.\n"
        "Line numbers are those after the change.\n"
        "Pulumi.dev.yaml:47  projects.fraud.environments.dev.network\n"
        "  10.20.16.0/24 overlaps 10.20.16.0/25 of\n"
        "    projects.churn.environments.dev.network: 128 addresses are in both.\n"
        "  It needs a /25 or larger (6 for training, 12 for endpoints, with 20 % growth).\n"
        "    Free in spoke main: 10.20.17.0/25.\n",
    ),
    "a range that is none": (
        ("add", "dev", "fraud", "--network", "dev=banana"),
        "Pulumi.dev.yaml was not changed: the change would make it invalid.\n"
        "Line numbers are those after the change.\n"
        "Pulumi.dev.yaml:47  projects.fraud.environments.dev.network\n"
        "  'banana' is not an IPv4 range in CIDR form.\n"
        "  Write its first address, a slash and the length of its prefix, for example\n"
        "    10.20.0.0/16.\n",
    ),
    "nothing to remove": (
        ("remove", "dev", "nobody", "--yes"),
        "Pulumi.dev.yaml:23  projects\n  There is no project 'nobody'.\n  Projects here: churn and pricing.\n",
    ),
    "no such environment": (
        ("remove", "dev", "churn", "--environment", "prod", "--yes"),
        "Pulumi.dev.yaml:29  projects.churn.environments\n"
        "  Project churn has no environment 'prod'.\n"
        "  Its environments: dev.\n",
    ),
    "the only environment": (
        ("remove", "dev", "churn", "--environment", "dev", "--yes"),
        "Pulumi.dev.yaml:29  projects.churn.environments\n"
        "  'dev' is the only environment of project churn, which must have one.\n"
        "  Remove the whole project: leave out --environment.\n",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A separate folder with the two stack files."""
    for name in ("Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        (tmp_path / name).write_bytes((SAMPLES / name).read_bytes())
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("case", COMMANDS)
def test_what_comes_or_goes_is_told_and_nothing_is_written(case: str, folder: Path) -> None:
    """The whole text, in a file of the case's name."""
    arguments, code = COMMANDS[case]
    before = contents(folder)

    ran = amlz_here("project", *arguments, folder=folder)

    assert (ran.returncode, ran.stderr, contents(folder)) == (code, "", before)
    assert ran.stdout == (CASES / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_in_words(case: str, folder: Path) -> None:
    """Where, what, why and what to do; exit code 2, and the files stay byte for byte."""
    arguments, text = REFUSED[case]
    before = contents(folder)

    ran = amlz_here("project", *arguments, folder=folder)

    assert (ran.returncode, ran.stdout, ran.stderr, contents(folder)) == (2, "", text, before)


def test_a_project_is_added_and_removed_again(folder: Path) -> None:
    """Written only when it is valid; the report equals the result; in the end every byte is as before."""
    before, file = contents(folder), folder / "Pulumi.dev.yaml"
    file.chmod(0o640)

    added = amlz("project", "add", "dev", "fraud", "--format", "json", folder=folder)
    between = file.read_text(encoding="utf-8")
    checked = amlz("check", "dev", folder=folder)
    removed = amlz("project", "remove", "dev", "fraud", "--yes", "--format", "json", folder=folder)

    result, lost = json.loads(added.stdout), json.loads(removed.stdout)
    entry = "      fraud:\n        environments:\n          dev:\n            network: 10.20.17.0/25\n"
    assert between == before["Pulumi.dev.yaml"].decode() + entry
    assert [ran.returncode for ran in (added, checked, removed)] == [0, 0, 0]
    assert [result[key] for key in ("written", "stays", "moved", "refused")] == [True, 196, [], []]
    assert result["addresses"] == [{"owner": "fraud/dev", "network": "main", "range": "10.20.17.0/25"}]
    assert sorted(r["urn"] for r in lost["resources"]) == sorted(r["urn"] for r in result["resources"])
    assert [(row["armType"], "90 days" in row["kept"]) for row in lost["holdsData"]] == [
        ("Microsoft.ContainerRegistry/registries", False),
        ("Microsoft.KeyVault/vaults", True),
        ("Microsoft.Storage/storageAccounts", False),
        ("Microsoft.MachineLearningServices/workspaces", False),
    ]
    assert (contents(folder), file.stat().st_mode & 0o777) == (before, 0o640)


def test_a_file_for_reading_only_stays_as_it_is(folder: Path) -> None:
    """Exit code 2; with --dry-run it does not matter."""
    file = folder / "Pulumi.dev.yaml"
    before = file.read_bytes()
    file.chmod(0o444)

    refused, tried = (
        amlz_here("project", "add", "dev", "fraud", *more, folder=folder) for more in ((), ("--dry-run",))
    )

    assert (refused.returncode, refused.stdout, refused.stderr) == (
        2,
        "",
        "Pulumi.dev.yaml\n  It was not changed: it is read-only.\n  Make it writable, or use --dry-run.\n",
    )
    assert (tried.returncode, file.read_bytes(), sorted(contents(folder))) == (
        0,
        before,
        ["Pulumi.dev.yaml", "Pulumi.prod.yaml"],
    )


def test_a_link_stays_a_link_and_what_others_wrote_is_not_lost(tmp_path: Path) -> None:
    """A file is written where it is, and only when it still is what was read."""
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"one")
    link.symlink_to(file)

    write_back(link, b"one", b"two\r\n", "link")
    with pytest.raises(LandingZoneError) as refused:
        write_back(link, b"one", b"three", "link")

    assert (link.is_symlink(), file.read_bytes(), len(list(tmp_path.iterdir()))) == (True, b"two\r\n", 2)
    assert str(refused.value) == "link\n  It was changed by someone else in the meantime.\n  Try again."


def test_what_would_move_others_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should an edit ever do that: the comparison of both previews finds it, and nothing is written."""
    monkeypatch.chdir(folder)
    before = contents(folder)
    file = load("dev")
    raw = file.path.read_bytes().replace(b"10.20.16.0/25", b"10.20.18.0/25")
    other = load("dev", raw=raw)
    draft = Draft(("projects", "fraud"), raw, other, make_plan(other.config))
    monkeypatch.setattr(selfservice, "add", lambda *_: draft)

    with pytest.raises(LandingZoneError) as refused:
        projects.add(projects.ProjectTarget(file, make_plan(file.config), write=True), ProjectRequest("fraud"))

    assert str(refused.value) == (
        "Pulumi.dev.yaml\n"
        "  It was not changed: with fraud, existing resources would be moved or lost: "
        "churn/dev.\n  Set other ranges with --network, or choose another name."
    )
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "dev", "fraud", "--network", "10.20.17.0/24", "--size-of", "3"), "leave one of the two out"),
        (("add", "dev", "fraud", "--spoke", "dev=main,dev=main"), "write one value, or one for each environment"),
        (("add", "dev", "fraud", "--size-of", "-1"), "greater than or equal to 0"),
        (("add", "dev"), "Missing argument"),
    ],
)
def test_options_that_contradict_each_other_are_refused(arguments: tuple[str, ...], says: str, folder: Path) -> None:
    """Before anything is read."""
    ran = amlz_here("project", *arguments, folder=folder)

    assert (ran.returncode, ran.stdout, says in " ".join(ran.stderr.split())) == (2, "", True)


@pytest.mark.parametrize("arguments", [("check", "dev"), ("preview", "dev")])
def test_only_these_verbs_load_the_editor_of_yaml(arguments: tuple[str, ...]) -> None:
    """The program itself needs none."""
    code = (
        f"import sys\nfrom amlz.cli import main as cli\nsys.argv = ['amlz', *{arguments!r}]\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m.startswith('ruamel')], file=sys.stderr)"
    )

    ran = subprocess.run([sys.executable, "-c", code], cwd=SAMPLES, capture_output=True, text=True, check=True)

    assert ran.stderr.strip() == "[]"
