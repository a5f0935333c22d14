"""`amlz init` and `amlz doctor`, each in a separate process."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from amlz.app.doctor import examine
from tests.cli.in_process import amlz_here
from tests.cli.test_command_line import amlz
from tests.conftest import ROOT, SAMPLES

ANSWERS = ("Fabrikam", "claims", "0f0e0d0c-1111-4222-8333-444455556666", "a1b2c3d4-1111-4222-8333-444455556666")
OPTIONS = (
    *("--organisation", ANSWERS[0], "--business-unit", ANSWERS[1], "--tenant", ANSWERS[2]),
    *("--subscription", ANSWERS[3], "--location", "westeurope", "--network", "10.30.0.0/16"),
    *("--project", "triage", "--environments", "dev,prod"),
)
LOG = (
    "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-net/providers/"
    "Microsoft.OperationalInsights/workspaces/log-central"
)
RANGES = ROOT / "tests" / "cases" / "ranges.csv"
WRITTEN = "Pulumi.first.yaml is written and valid.\nNext: amlz preview first\n"
DOUBT = "was not among the regions of Azure's public cloud on 2025-09-23; the nearest name is westeurope."
#: The same with a region that no list has.
DOUBTED = (
    "Pulumi.first.yaml is written and valid, with 1 warning.\n"
    "Pulumi.first.yaml  location\n"
    "  warning: westeuropa was not among the regions of Azure's public cloud on\n"
    "    2025-09-23; the nearest name is westeurope.\n"
    "  Set `location` to `westeurope`. No action needed, if westeuropa is a region\n"
    "    that opened after that day: `az account list-locations` lists all regions.\n"
    "Next: amlz preview first\n"
)


def test_init_writes_a_stack_file_that_check_finds_valid(tmp_path: Path) -> None:
    """From options, as a script would; a second run changes nothing."""
    ran = amlz("init", "first", *OPTIONS, folder=tmp_path)
    before = (tmp_path / "Pulumi.first.yaml").read_bytes()
    again = amlz("init", "first", *OPTIONS, folder=tmp_path)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, WRITTEN, "")
    assert amlz("check", "first", folder=tmp_path).stdout == "first: valid. 1 spoke, 2 project environments.\n"
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == (
        "Pulumi.first.yaml\n  It exists already and is not changed.\n"
        "  Choose another stack name, or add a project to it: `amlz project add`.\n"
    )
    assert (tmp_path / "Pulumi.first.yaml").read_bytes() == before


def test_init_reports_a_region_that_no_list_has(tmp_path: Path) -> None:
    """Regions open, so it is a warning, with the nearest name; `amlz check` has the same one."""
    ran = amlz_here("init", "first", *OPTIONS, "--location", "westeuropa", folder=tmp_path)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, DOUBTED, "")
    assert "first: valid, with 1 warning." in amlz_here("check", "first", folder=tmp_path).stdout


def typed_init(lines: list[str], folder: Path) -> tuple[int, str, str]:
    """`amlz init first` on a terminal with typed lines: its exit code, its result and what it asked."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C", "TERM": "dumb"}
    command = [sys.executable, "-m", "amlz", "init", "first"]
    with subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment
    ) as running:
        os.write(ours, "".join(f"{line}\n" for line in lines).encode())
        assert running.stdout is not None
        text, code = running.stdout.read(), running.wait(60)
        wanted = os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    return code, text, wanted


@pytest.mark.parametrize(("second", "written"), [("", WRITTEN), ("westeuropa", DOUBTED)])
def test_init_asks_on_a_terminal_and_repeats_a_question(second: str, written: str, tmp_path: Path) -> None:
    """A wrong or doubtful answer is explained; an empty one takes the default, the same again is kept."""
    typed = [*ANSWERS[:2], "12", *ANSWERS[2:], "westeuropa", second, "", "", "triage", ""]
    code, text, wanted = typed_init(typed, tmp_path)

    assert (code, text) == (0, written)
    assert "'12' is not a GUID in lower case." in wanted
    assert wanted.count(f"westeuropa {DOUBT} To keep it, enter it again.") == 1
    assert wanted.count("ID of the Microsoft Entra tenant: ") == 2
    assert wanted.count("Azure region [westeurope]: ") == 2


def test_init_asks_about_a_hub_that_exists(tmp_path: Path) -> None:
    """Its firewall, its range and its log; an empty answer has the network of the projects created."""
    group = "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-net/providers/Microsoft"
    hub, log = f"{group}.Network/virtualNetworks/vnet-hub", f"{group}.OperationalInsights/workspaces/log-central"
    about_hub = ["vnet-hub", hub, "", "10.0.0.4", "10.0.0.0/22", log]

    code, text, wanted = typed_init([*ANSWERS, "", *about_hub, "10.30.0.0/20", "triage", ""], tmp_path)

    assert (code, text) == (0, WRITTEN)
    assert "'vnet-hub' is not known here. Write created, none or the ID of one that exists." in wanted
    assert "IPv4 range for all projects (CIDR) [10.20.0.0/16]: " in wanted
    assert "first: valid. 1 spoke, 2 project environments." in amlz_here("check", "first", folder=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("first",), "--organisation, --business-unit, --tenant"),
        (("first", *OPTIONS, "--tenant", "12"), "--tenant\n  '12' is not a GUID"),
        (("first", *OPTIONS, "--tenant", "12", "--project", "A"), "555555555555.\n--project\n  'A' is too short"),
        (("first", *OPTIONS, "--from", "nowhere.csv"), "nowhere.csv\n  It cannot be read"),
        (("first", *OPTIONS, "--log", LOG), "--log: it is not of this hub (created)"),
        (("first", *OPTIONS, "--hub", "none", "--from", str(RANGES)), "--hub: the file of --from has a hub"),
        (("first", *OPTIONS, "--from", str(RANGES)), "--network: the file of --from has a hub already"),
        (("a b", *OPTIONS), "Pulumi.a b.yaml\n  Pulumi takes no stack of this name.\n  Use letters, digits,"),
        (("-a", *OPTIONS), "-a"),
        (("notes.yaml", *OPTIONS), "notes.yaml\n  It is not the name of a stack file."),
        (("nowhere/Pulumi.a.yaml", *OPTIONS), "nowhere/Pulumi.a.yaml"),
    ],
)
def test_init_refuses_wrong_input_and_writes_nothing(tmp_path: Path, arguments: tuple[str, ...], wrong: str) -> None:
    """With a sentence and exit code 2."""
    ran = amlz_here("init", *arguments, folder=tmp_path)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert wrong in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


def programs(data: dict[str, str]) -> object:
    """A run of programs that prints what is given here, and nothing of the machine."""
    return lambda program, *arguments: data.get(f"{program} {arguments[0]}", data.get(program))


def test_doctor_reports_what_is_missing_with_a_fix(tmp_path: Path) -> None:
    """On a machine without anything, no credential is needed for a preview."""
    results = examine({"PULUMI_BACKEND_URL": f"file://{tmp_path}/state"}, tmp_path, tmp_path, programs({}))  # type: ignore[arg-type]

    states = {result.name: result.state for result in results}
    assert states == {
        "Python": "ok",
        "Python packages": states["Python packages"],  # of the machine that runs this
        "git": "missing",
        "Stack files": "advised",
        "Pulumi CLI": "advised",
        "pulumi.lock": states["pulumi.lock"],  # of the repository
        "Azure CLI": "advised",
        "Resource providers": "advised",
        "Credentials": "advised",
        "Pulumi backend": "advised",
    }
    assert all(result.fix for result in results if result.state != "ok")


def test_doctor_shows_no_credential(tmp_path: Path) -> None:
    """It names variables, and leaves out the user, the password and the query of a backend's address."""
    secret = "s3cr3t-Value-of-1234"
    environment = {
        "ARM_CLIENT_ID": secret,
        "ARM_TENANT_ID": secret,
        "ARM_CLIENT_SECRET": secret,
        "PULUMI_BACKEND_URL": f"s3://user:{secret}@host/bucket?token={secret}",
    }
    result = {"git": "git version 2.39.5", "pulumi": "v3.1.0", "az": "no json"}
    results = {
        doctor_result.name: doctor_result
        for doctor_result in examine(environment, tmp_path, tmp_path, programs(result))  # type: ignore[arg-type]
    }

    assert secret not in str(results)
    assert results["Credentials"].seen == "client secret, by ARM_CLIENT_ID, ARM_TENANT_ID, ARM_CLIENT_SECRET; not tried"
    assert results["Pulumi backend"].seen.startswith("s3://host/bucket: not checked")
    assert results["Pulumi CLI"].seen.startswith("v3.1.0, older than the SDK")


@pytest.mark.parametrize(
    ("registered", "state", "seen"),
    [
        (
            '["Microsoft.Network"]',
            "advised",
            "not registered in the selected subscription: Microsoft.ContainerRegistry, ",
        ),
        ("no json", "advised", "not known: the Azure CLI's answer is not a list"),
        (None, "advised", "not known: the Azure CLI was not asked or failed"),
    ],
)
def test_doctor_names_resource_providers_that_are_not_registered(
    tmp_path: Path, registered: str | None, state: str, seen: str
) -> None:
    """Of the subscription that the Azure CLI has selected, with the command that lists those of a stack."""
    profile = tmp_path / ".azure" / "azureProfile.json"
    profile.parent.mkdir()
    profile.write_text('{"subscriptions": [{}]}')
    collected = {} if registered is None else {"az provider": registered}

    results = {
        doctor_result.name: doctor_result
        for doctor_result in examine({}, tmp_path, tmp_path, programs(collected))  # type: ignore[arg-type]
    }

    result = results["Resource providers"]
    assert (result.state, result.seen[: len(seen)]) == (state, seen)
    assert result.fix is not None
    assert "amlz roles STACK --deployer" in result.fix


@pytest.mark.parametrize("url", ["https://host:port", "https://host:99999", "https://[host"])
def test_a_backend_address_that_is_not_valid_is_reported(tmp_path: Path, url: str) -> None:
    """With the variable to correct, and no traceback."""
    results = examine({"PULUMI_BACKEND_URL": url}, tmp_path, tmp_path, programs({}))  # type: ignore[arg-type]

    assert (results[-1].state, results[-1].seen, results[-1].fix) == (
        "advised", "its address is not valid", "Correct PULUMI_BACKEND_URL.",
    )  # fmt: skip


def test_the_exit_code_of_doctor_is_1_where_a_preview_fails(tmp_path: Path) -> None:
    """Without git; what only a deployment needs leaves it 0."""
    backend = f"file://{tmp_path}"
    with_git = amlz("doctor", folder=tmp_path, PULUMI_BACKEND_URL=backend, HOME=str(tmp_path))
    without = amlz(
        "doctor",
        "--format",
        "json",
        folder=tmp_path,
        PULUMI_BACKEND_URL=backend,
        HOME=str(tmp_path),
        PATH=str(tmp_path),
    )

    assert (with_git.returncode, with_git.stderr) == (0, "")
    assert (without.returncode, without.stderr) == (1, "")
    assert '"name": "git",\n      "state": "missing"' in without.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("amlz ad", ["addresses"]),
        ("amlz check ", ["dev", "prod"]),
        ("amlz preview p", ["prod"]),
        ("amlz policy li", ["list"]),
    ],
)
def test_a_shell_completes_verbs_and_stack_names(words: str, expected: list[str]) -> None:
    """As bash asks; other shells are typer's as well."""
    completed = {"_AMLZ_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    ran = amlz(folder=SAMPLES, **completed)

    assert (ran.returncode, ran.stdout.split(), ran.stderr) == (0, expected, "")
