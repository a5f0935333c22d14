"""The command line as people and scripts use it: in a separate process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.cli.in_process import amlz_here
from tests.conftest import PREVIEWED, ROOT, SAMPLES, STACKS, in_format, previewed

FILES = {
    "dev": STACKS["dev"],
    "prod": STACKS["prod"],
    "minimal": STACKS["minimal"],
    "recommended": STACKS["recommended"],
    "existing-hub": STACKS["existing-hub"],
}


def amlz(
    *arguments: str, folder: Path | None = None, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs `amlz`, with no variable of the caller's environment but those listed here. `given`: its input.

    Without `folder`: where the samples are, for a stack that is given by name; else in the repository.
    """
    named = {"dev", "prod", "develop"}.intersection(arguments)
    return subprocess.run(
        [sys.executable, "-m", "amlz", *arguments],
        cwd=folder or (SAMPLES if named else ROOT),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C", **environment},
    )


def test_check_says_that_a_stack_file_is_right() -> None:
    """One line, and one for each choice that is less secure than the default."""
    ran = amlz_here("check", "dev")

    assert (ran.returncode, ran.stdout, ran.stderr) == (
        0,
        "dev: valid. 1 spoke, 2 project environments.\n"
        "  egress: pythonPackages: code from outside reaches every compute\n",
        "",
    )


def test_check_and_addresses_never_load_pulumi() -> None:
    """They answer in a fraction of a second because they do not."""
    code = (
        "import sys\nfrom amlz.cli import main as cli\nsys.argv = ['amlz', {verb!r}, 'dev']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m.startswith('pulumi')], file=sys.stderr)"
    )

    loaded = [
        subprocess.run(
            [sys.executable, "-c", code.format(verb=verb)], cwd=SAMPLES, capture_output=True, text=True, check=True
        ).stderr.strip()
        for verb in ("check", "addresses")
    ]

    assert loaded == ["[]", "[]"]


def test_a_missing_stack_is_named_with_those_that_are_there() -> None:
    """Exit code 2, nothing on standard output, no traceback."""
    ran = amlz_here("preview", "develop")

    assert (ran.returncode, ran.stdout, ran.stderr) == (
        2,
        "",
        "Pulumi.develop.yaml\n  There is no such file.\n  Did you mean dev? Stacks there: dev, prod.\n",
    )


@pytest.mark.parametrize("words", ["addresses dev", "preview develop", "preview dev --format xml", "check -h"])
def test_a_command_in_the_process_of_the_tests_answers_as_in_its_own(words: str) -> None:
    """So other tests need not start one for each answer."""
    own, here = amlz(*words.split(" ")), amlz_here(*words.split(" "))

    assert (here.stdout, here.stderr, here.returncode) == (own.stdout, own.stderr, own.returncode)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), ""),
        (("preview",), "Invalid value for STACK: no stack is named. Name one (`amlz stacks` lists them), or use --all"),
        (("preview", "--engine", "x"), "no stack is named"),
        (("preview", "--all", "dev"), "--all previews every stack of this folder. Omit dev, or omit --all"),
        (("preview", "--all", "--engine", "x"), "for --engine: it is for one stack. Name the stack, and omit --all"),
        (
            ("preview", "--all", "--quota", "--against", "x"),
            "a difference shows no quota. Omit --quota, or omit --against",
        ),
        (("preview", "dev", "--quota", "--engine", "x"), "a difference shows no quota. Omit --quota, or omit --engine"),
        (("preview", "dev", "--against", "x", "--engine", "x"), "another difference. Run the command once with each"),
        (("preview", "dev", "--format", "xml"), "'xml' is not one of"),
        (("privew", "dev"), "No such command"),
        (("preview", "dev", "--fail-on", "fatal"), "'fatal' is not one of"),
        (("preview", "dev", "--also", "json"), "it is FORM=FILE, such as sarif=dev.sarif"),
        (("preview", "dev", "--also", "xml=a.xml"), "a preview has the forms text, tree, json, arm"),
        (("preview", "dev", "--against", "HEAD", "--also", "arm=a.json"), "a difference has the forms text, tree"),
        (
            ("can", "dev", "data-scientst"),
            "PERSONA data-scientst\n  There is no such persona.\n  Did you mean data-scientists?",
        ),
        (
            ("can", "dev", "readers", "submit-jobs"),
            "There is no such action.\n  Did you mean submit-job? There are: see-",
        ),
        (("can", "dev", "--environment", "prd"), "There is no such environment in this stack.\n  There are: dev."),
        (("can", "dev", "--project", "chrun"), "There is no such project in this stack.\n  Did you mean churn? There"),
        (("can", "dev", "--format", "html"), "'html' is not one of 'text', 'json', 'markdown'"),
        (("preview", "--all", "--also", "json=a.json"), "--also: it is for one stack. Name the stack, and omit --all"),
    ],
)
def test_wrong_words_on_the_command_line_are_exit_code_2(arguments: tuple[str, ...], says: str) -> None:
    """Every wrong call is reported in a sentence."""
    ran = amlz_here(*arguments)

    assert (ran.returncode, says in ran.stderr, "Traceback" in ran.stderr) == (2, True, False)


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """To a file that can be written, and not to one that cannot; what stood there stays."""
    good, bad = tmp_path / "addresses.json", tmp_path / "nowhere" / "addresses.json"

    written = amlz_here("addresses", "dev", "--format", "json", "--output", str(good))
    refused = amlz_here("addresses", "dev", "--output", str(bad))

    assert (written.returncode, written.stdout, json.loads(good.read_text())[0]["network"]) == (0, "", "hub")
    assert (refused.returncode, refused.stderr, sorted(p.name for p in tmp_path.iterdir())) == (
        2,
        f"{bad}\n  It cannot be written: no such file or directory.\n  Choose another file.\n",
        ["addresses.json"],
    )


def test_a_preview_that_finds_something_is_exit_code_1(tmp_path: Path) -> None:
    """A public workspace is a warning, since it is configured; --fail-on sets the severity that fails."""
    text = (ROOT / STACKS["minimal"]).read_text()
    stack = tmp_path / "Pulumi.open.yaml"
    stack.write_text(text.replace("10.20.16.0/25}", "10.20.16.0/25, security: {publicNetworkAccess: true}}"))

    codes = {fail_on: amlz("preview", str(stack), "--fail-on", fail_on) for fail_on in ("error", "warning", "none")}

    assert {fail_on: ran.returncode for fail_on, ran in codes.items()} == {"error": 0, "warning": 1, "none": 0}
    assert re.findall(r"^(?:error|warning|note) .*$", codes["warning"].stdout, re.MULTILINE) == [
        "warning  exposure/public-access  churn, dev: mlw-retail-churn-dev-nll3v",
        "warning  exposure/public-access  churn, dev: mlw-retail-churn-dev-nll3v",
        "note     egress/no-package-host  churn, dev: mlw-retail-churn-dev-nll3v",
        "note     exposure/public-access  log-retail-hub-vsyc6",
        "note     exposure/public-access  churn, dev: appi-retail-churn-dev",
        "note     identity/nobody-has-access  churn, dev: mlw-retail-churn-dev-nll3v",
        "note     retired/api-version  churn, dev: kv-retail-churn-de-p3v7y",
    ]
    assert (
        "Configured, and less secure than the default\n"
        "  projects.churn.environments.dev.security.publicNetworkAccess\n"
        "    the workspace answers on the internet: the studio opens from there, but\n"
        "    uploads and data previews fail, since the stores stay private\n"
    ) in codes["none"].stdout


@pytest.mark.parametrize("stack", PREVIEWED)
def test_a_preview_fits_into_80_columns(stack: str) -> None:
    """Except a longer path, which is not broken. The golden file holds the text: read it when it changes."""
    ran = amlz("preview", PREVIEWED[stack])

    assert [line for line in ran.stdout.splitlines() if len(line) > 80 and " " in line.strip()] == []
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == (ROOT / "tests" / "golden" / f"{stack}.txt").read_text(encoding="utf-8")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """From any folder, at any time, in any time zone, with any hash seed, alone or together with another format."""
    file, beside = SAMPLES / "Pulumi.dev.yaml", tmp_path / "beside.json"

    outputs = {
        amlz("preview", str(file), "--format", "json", folder=folder, PYTHONHASHSEED=seed, TZ=zone).stdout
        for folder, seed, zone in ((ROOT, "0", "UTC"), (tmp_path, "1", "Asia/Tokyo"))
    }
    amlz("preview", str(file), "--also", f"json={beside}", folder=tmp_path, PYTHONHASHSEED="4711")
    outputs.add(beside.read_text(encoding="utf-8"))

    assert len(outputs) == 1
    assert len(json.loads(outputs.pop())["resources"]) == 196


def test_an_arm_template_names_every_resource_and_escapes_nothing_by_accident() -> None:
    """One flat template: full names, ids to wait for, parameters for what only the deployment knows."""
    template = json.loads(in_format("arm-template", previewed("minimal")))

    vault = next(r for r in template["resources"] if r["type"] == "Microsoft.KeyVault/vaults")
    link = next(r for r in template["resources"] if r["type"].endswith("/virtualNetworkLinks"))
    used = set(re.findall(r"(?<!\[)\[parameters\('(\w+)'\)\]", json.dumps(template["resources"])))
    assert (len(template["resources"]), used == set(template["parameters"])) == (125, True)
    assert (vault["name"].count("/"), link["name"].count("/")) == (0, 1)
    assert vault["dependsOn"] == [
        "/subscriptions/a1b2c3d4-1111-4222-8333-444455556666/resourceGroups/rg-retail-churn-dev-westeurope"
    ]
    endpoint = next(r for r in template["resources"] if r["name"] == "pep-retail-churn-dev-vault")
    subnet = "'vnet-retail-spoke-main', 'snet-churn-dev-endpoints'"
    assert f"[resourceId('Microsoft.Network/virtualNetworks/subnets', {subnet})]" in endpoint["dependsOn"]
    assert unread_dependencies(template) == []


def unread_dependencies(template: dict[str, Any]) -> list[str]:
    """Returns the dependencies that Checkov does not find: it reads the first name of `resourceId`, else the last part
    of the id.
    """
    names = {resource["name"] for resource in template["resources"]}
    waits = {one for resource in template["resources"] for one in resource["dependsOn"]}
    read = {one: one.split(",")[1].strip(" ')]") if "resourceId(" in one else one.rsplit("/", 1)[-1] for one in waits}
    return sorted(one for one, name in read.items() if name not in names)


@pytest.mark.parametrize("file", FILES.values())
def test_shipped_stack_files_fit_the_schema_and_name_it(file: str) -> None:
    """Editors find the schema by the first line, from where the file is."""
    text = (ROOT / file).read_text()
    schema = json.loads(amlz_here("schema").stdout)

    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)

    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))
    assert named is not None
    assert ((ROOT / file).parent / named.group(1)).resolve() == ROOT / "docs" / "landing-zone.schema.json"


def test_explain_tells_of_a_finding_and_names_those_near_a_wrong_one() -> None:
    """Exit code 2 for a finding that there is not; all of them where none is near."""
    right, near, wrong = (
        amlz_here("explain", "dns/zone-not-linked"),
        amlz_here("explain", "DNS/zone-linked"),
        amlz_here("explain", "x"),
    )

    assert (right.returncode, right.stdout.splitlines()[0]) == (0, "dns/zone-not-linked  error")
    text = "There is no finding 'DNS/zone-linked'. Near it are:\n  dns/zone-not-linked\n"
    assert (near.returncode, near.stderr[: len(text)]) == (2, text)
    assert (wrong.returncode, wrong.stderr.splitlines()[0]) == (2, "There is no finding 'x'. There are:")


@pytest.mark.parametrize("help_option", ["--help", "-h"])
def test_help_has_a_short_form_at_every_level(help_option: str) -> None:
    """On the program, a verb, and a subcommand."""
    for verb in ([], ["check"], ["policy", "list"], ["project", "add"]):
        ran = amlz_here(*verb, help_option)
        assert (ran.returncode, ran.stdout.startswith("Usage: amlz"), ran.stderr) == (0, True, "")


def test_the_version_is_that_of_the_package() -> None:
    """One line, on standard output."""
    ran = amlz_here("--version")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"amlz {version('aml-landing-zone')}\n", "")


def test_format_and_output_have_a_short_form(tmp_path: Path) -> None:
    """The same report as with the long ones."""
    short = amlz_here("addresses", "examples/minimal/Pulumi.minimal.yaml", "-f", "json", "-o", str(tmp_path / "short"))
    long = amlz_here("addresses", "examples/minimal/Pulumi.minimal.yaml", "--format", "json")

    assert (short.returncode, (tmp_path / "short").read_text(encoding="utf-8")) == (0, long.stdout)
