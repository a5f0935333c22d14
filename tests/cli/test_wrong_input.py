"""Wrong values of every argument and option of every verb, three kinds of each: a sentence and exit code 2."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer

from amlz.core.problems import LandingZoneError
from tests.cli.in_process import amlz_here
from tests.cli.test_init_and_doctor import OPTIONS
from tests.cli.test_verbs import COMMANDS
from tests.conftest import ROOT, SAMPLES
from tests.fleet.fleets import COMMIT, report, write_fleet

Values = dict[str, str]
#: Values that no reader of a file takes: a missing one, a folder, and a text of another kind.
NO_JSON: Values = {"nowhere": "It cannot be read", ".": "It cannot be read", "notes.txt": "no JSON"}
NO_POLICY: Values = {"nowhere": "it cannot be read", ".": "it cannot be read", "notes.txt": "this is not JSON"}
EXAMPLES = {
    name: str(ROOT / "examples" / name / f"Pulumi.{name}.yaml") for name in ("kubernetes", "mesh", "operate", "serving")
}
HUB_ID, IDENTITY_ID = (
    f"/subscriptions/a1b2c3d4-1111-4222-8333-444455556666/resourceGroups/rg/providers/{kind}"
    for kind in (
        "Microsoft.EventHub/namespaces/ns/eventhubs/drift",
        "Microsoft.ManagedIdentity/userAssignedIdentities/id",
    )
)
RANGE = "Write its first address, a slash and the length of its prefix"

#: Values of options that are the same in every verb, and are refused before the verb begins.
PARSED: dict[str, Values] = {
    "--output": {".": "directory", "nowhere/x": "no such file or directory", "notes.txt/x": "not a directory"},
    "--others": {".": "directory", "nowhere/x": "no such file or directory", "notes.txt/x": "not a directory"},
    "--today": {"tomorrow": "is no day", "2027-02-30": "is no day", "31.03.2027": "is no day"},
    "--shard": {"0/2": "is no part", "3/2": "is no part", "first": "is no part"},
    "--source-url": {"here": "is no address", "ftp://x/y": "is no address", "https://x/?a": "is no address"},
    "--branch": {"a\nb": "no name of a branch", "x" * 251: "no name of a branch", "\x1b[2J": "no name of a branch"},
    "--commit": {"HEAD": "is no commit", "abc": "is no commit", "g" * 40: "is no commit"},
    "LENGTH": {"20": "no length of a prefix", "/33": "no length of a prefix", "/x": "no length of a prefix"},
}
#: The same, where the verb refuses it.
STACK: Values = {"develop": "Did you mean dev?", ".": "is a directory", "notes.txt": "notes.txt"}
REVISION: Values = {"": "it is empty", "nowhere": "nowhere", "HEAD:notes.txt": "HEAD:notes.txt"}
FLEET: Values = {"nowhere.yaml": "There is no such file.", ".": "is a directory", "notes.txt": "It is not a mapping"}

#: By verb: arguments that are right, and wrong values by argument or option. An argument is replaced, an option added.
WRONG: dict[str, tuple[str, dict[str, Values]]] = {
    "init": (
        shlex.join(("first", *OPTIONS)),
        {
            "STACK": {"a b": "Pulumi takes no stack", "notes.yaml": "not the name of", "dev": "It exists already"},
            "--organisation": {"F": "too short", "x" * 200: "too long", " ": "too short"},
            "--business-unit": {"a": "a", "Retail": "Write retail.", "much-too-long": "much-too-long"},
            "--tenant": {"12": "is not a GUID", "0F0E0D0C-1111-4222-8333-444455556666": "Write 0f0e", "x y": "GUID"},
            "--subscription": {
                "12": "is not a GUID",
                "A1B2C3D4-1111-4222-8333-444455556666": "Write a1b2",
                "x": "GUID",
            },
            "--location": {"West Europe": "Write westeurope.", "1": "--location", "west_europe": "Write westeurope."},
            "--network": {"10.0.0.1/16": "Write 10.0.0.0/16.", "10.0.0.0": RANGE, "fd00::/48": RANGE},
            "--hub": {
                "vnet-hub": "Write created, none or the ID",
                "/x/y": "belongs here",
                HUB_ID: "of type",
            },
            "--spoke": {"vnet": "Write created or the ID", "none": "Write created or the ID", HUB_ID: "of type"},
            "--hub-range": {"10.0.0.1/16": "Write 10.0.0.0/16.", "10.0.0.0": RANGE, "fd00::/48": RANGE},
            "--firewall-address": {"fw": "IPv4 address", "10.0.0": "IPv4 address", "10.0.0.4": "not of this hub"},
            "--log": {"log": "belongs here", HUB_ID: "of type", "/x/y": "belongs here"},
            "--dns-servers": {"dns": "IPv4 address", "10.0.0.4,x": "IPv4 address", "10.0.0.4": "not of this hub"},
            "--project": {"A": "A", "llm_platform": "Write llm-platform.", "1x": "1x"},
            "--environments": {",": "It is empty", "dev,Prod": "Write prod.", "dev,dev": "Name each environment once."},
            "--hub-subscription": {"12": "GUID", "A1B2C3D4-1111-4222-8333-444455556666": "Write a1b2", "x": "GUID"},
            "--platform-team": {"12": "GUID", "A1B2C3D4-1111-4222-8333-444455556666": "Write a1b2", "x": "GUID"},
            "--from": {"nowhere.csv": "It cannot be read", ".": "It cannot be read", "notes.txt": "notes.txt"},
        },
    ),
    "check": ("dev", {"STACK": STACK}),
    "addresses": ("dev", {"STACK": STACK}),
    "stacks": ("", {"--against": REVISION}),
    "preview": (
        "dev",
        {
            "STACK": STACK,
            "--against": REVISION,
            "--engine": {"nowhere": "cannot be read", ".": "cannot be read", "notes.txt": "not the JSON"},
            "--also": {"json": "it is FORM=FILE", "=x": "it is FORM=FILE", "xml=a.xml": "a preview has the forms"},
        },
    ),
    "diff": ("dev prod", {"OLD": STACK, "NEW": STACK}),
    "explain": ("dns/zone-not-linked", {"FINDING": {"nope": "There is no", "": "There is no", "dns": "There is no"}}),
    "can": (
        "dev ml-engineers create-compute",
        {
            "STACK": STACK,
            "PERSONA": {"ml-enginers": "Did you mean ml-engineers?", "x": "no such persona", "ML": "no such persona"},
            "ACTION": {"create": "no such action", "x": "no such action", "submit-jobs": "Did you mean submit-job?"},
            "--project": {"chrun": "Did you mean churn?", "x": "no such project", "CHURN": "no such project"},
            "--environment": {"prd": "no such environment", "x": "no such environment", "DEV": "no such environment"},
        },
    ),
    "reach": (
        "dev",
        {
            "STACK": STACK,
            "--from": {"": "it is empty", "churn/prd": "Did you mean", "8.8.8.8": "it is in no subnet"},
            "--to": {" ": "it is empty", "Storrage": "no destination", "10.250.0.0/24": "it is in no subnet"},
        },
    ),
    "egress": (
        "dev",
        {
            "STACK": STACK,
            "--template": {
                "nowhere": "It cannot be read",
                ".": "It cannot be read",
                "broken.jinja": "no Jinja template",
            },
        },
    ),
    "roles": ("dev --deployer", {"STACK": STACK}),
    "ready": (
        "dev churn/dev",
        {
            "STACK": STACK,
            "ENVIRONMENT": {"churn/prd": "Name one of", "dev": "no environment", "a/b/c": "no environment"},
        },
    ),
    "cost": (
        "dev",
        {
            "STACK": STACK,
            "--against": REVISION,
            "--prices": {"nowhere": "no such", ".": "no price file", "notes.txt": "not JSON"},
        },
    ),
    "quota": ("dev", {"STACK": STACK, "--current": NO_JSON}),
    "slo": (EXAMPLES["operate"], {"STACK": STACK, "--import": {"nowhere": "read", ".": "read", "notes.txt": "notes"}}),
    "runbook": (
        f"{EXAMPLES['operate']} failed-runs",
        {"STACK": STACK, "ALERT": {"failed-run": "failed-runs", "x": "x", "Failed-Runs": "failed-runs"}},
    ),
    "rehearse": (
        "dev",
        {
            "STACK": STACK,
            "--then": STACK,
            "--from": {"": "it is empty", "nowhere": "", "HEAD:notes.txt": ""},
            "--fault": {"nope": "nope", "throttled@0": "throttled@0", "@3": "@3"},
        },
    ),
    "simulate": (
        "dev --listen nowhere",
        {
            "STACK": {"": "has no port", "prod": "has no port", "develop": "has no port"},
            "--listen": {"8443": "has no port", "0.0.0.0:1": "not the loopback", "127.0.0.1:99999": "has no port"},
        },
    ),
    "recover": ("dev", {"STACK": STACK}),
    "import-subnets": ("dev", {"STACK": STACK}),
    "project add": (
        "dev fraud",
        {
            "STACK": STACK,
            "NAME": {"churn": "exists already", "Fraud": "Write fraud.", "fraud_cases": "Write fraud-cases."},
            "--environments": {"De-v": "Write dev.", "dev,dev": "requested twice", "1": "'1'"},
            "--like": {"nobody": "no project 'nobody'", "Churn": "no project", "x": "no project"},
            "--network": {"banana": RANGE, "10.20.16.1/25": "Write 10.20.16.0/25.", "10.20.16.0/24": "overlaps"},
            "--spoke": {"nowhere": "There is no spoke", "dev=": "write one value", "prod=main": "does not have"},
        },
    ),
    "project remove": (
        "dev churn",
        {
            "STACK": STACK,
            "NAME": {"nobody": "no project 'nobody'", "Churn": "no project", "": "no project"},
            "--environment": {"prod": "no environment", "DEV": "no environment", "dev": "is the only environment"},
        },
    ),
    "policy show": ("guardrails-compute", {"POLICY": {"nope": "nope", "guardrails": "guardrails", "": "There is no"}}),
    "policy explain": (
        "dev ada-murh4 guardrails-compute",
        {
            "STACK": STACK,
            "RESOURCE": {"nope": "nope", "": "", "urn:x": "urn:x"},
            "POLICY": {"nope": "nope", "": "", "Guardrails": "Guardrails"},
        },
    ),
    "policy test": ("", {"FOLDER": {"nowhere": "nowhere", "notes.txt": "notes.txt", "empty": "empty"}}),
    "policy import": ("", {"FILES": NO_POLICY}),
    "policy import-aliases": ("", {"FILE": NO_POLICY}),
    "policy remediate": ("dev", {"STACK": STACK}),
    "workload outputs": (
        "dev churn dev",
        {
            "STACK": STACK,
            "PROJECT": {"chrun": "chrun", "": "project", "CHURN": "CHURN"},
            "ENVIRONMENT": {"prd": "prd", "": "environment", "DEV": "DEV"},
        },
    ),
    "workload monitor": (
        f"{EXAMPLES['operate']} churn prod --deployment churn-online/blue --baseline churn-training:1 --target churned",
        {
            "STACK": STACK,
            "PROJECT": {"chrun": "chrun", "": "project", "CHURN": "CHURN"},
            "ENVIRONMENT": {"prd": "prd", "": "environment", "PROD": "PROD"},
            "--deployment": {"churn": "--deployment", "": "--deployment", "a/b/c": "--deployment"},
            "--baseline": {"churn": "--baseline", "": "--baseline", "a:b:c": "--baseline"},
            "--target": {" ": "--target", "": "--target", "\n": "--target"},
        },
    ),
    "workload init": (
        f"{EXAMPLES['serving']} fraud --to new",
        {
            "STACK": STACK,
            "PROJECT": {"fruad": "Projects here: fraud.", "": "Projects here", "CHURN": "Projects here"},
            "--to": {".": "It is not empty", "notes.txt": "not a folder", "a/b": "parent folder"},
            "--endpoint": {"Churn_1": "Pass a name such as", "x" * 40: "at most", "-a": "Pass a name such as"},
        },
    ),
    "workload update": (
        f"{EXAMPLES['serving']} --to empty",
        {"STACK": {"develop": "", ".": "", "notes.txt": ""}, "--to": {"nowhere": "", "notes.txt": "", "empty": ""}},
    ),
    "workload drift-events": (
        f"{EXAMPLES['operate']} churn prod --event-hub {HUB_ID} --identity {IDENTITY_ID}",
        {
            "STACK": STACK,
            "PROJECT": {"chrun": "chrun", "": "project", "CHURN": "CHURN"},
            "ENVIRONMENT": {"prd": "prd", "": "environment", "PROD": "PROD"},
            "--event-hub": {"drift": "no id of an event hub", "": "no id of an event hub", IDENTITY_ID: "no id of an"},
            "--identity": {"me": "no id of a user-", "": "no id of a user-", HUB_ID: "no id of a user-"},
        },
    ),
    "mesh render": (
        EXAMPLES["mesh"],
        {
            "STACK": STACK,
            "--to": {"notes.txt": "not a folder", "notes.txt/x": "cannot be", "/proc/mesh": "cannot be"},
            "--against": REVISION,
        },
    ),
    "dashboards": (
        EXAMPLES["kubernetes"],
        {"STACK": STACK, "--to": {"notes.txt": "not a folder", "notes.txt/x": "cannot be", "/proc/x": "cannot be"}},
    ),
    "mesh rotate": (
        f"{EXAMPLES['mesh']} --step 1",
        {"STACK": STACK, "--to": {"notes.txt": "not a folder", "notes.txt/x": "cannot be", "/proc/mesh": "cannot be"}},
    ),
    "mesh check": ("", {"TARGET": {"nowhere": "nowhere", "empty": "It has no document", "notes.txt": "notes.txt"}}),
    "fleet report": ("", {"--fleet": FLEET}),
    "fleet addresses": ("", {"--fleet": FLEET}),
    "fleet reserve": (
        "emea /20 --unit a",
        {
            "--fleet": FLEET,
            "SPACE": {"apac": "apac", "": "", "EMEA": "EMEA"},
            "--unit": {"b": "b", "": "", "A": "A"},
        },
    ),
    "fleet limits": ("", {"--fleet": FLEET}),
    "fleet order": ("", {"--fleet": FLEET}),
    "fleet rings": ("", {"--fleet": FLEET, "--ring": {"west": "no such ring", "": "ring", "ALL": "no such ring"}}),
    "fleet render": ("--engine pko", {"--fleet": FLEET}),
    "fleet record": (
        f"dev --commit {COMMIT} --today 2027-03-31 --to empty",
        {
            "STACK": {"../dev": "no name of a stack", "": "no name of a stack", "a b": "no name of a stack"},
            "--commit": {"HEAD": "git rev-parse HEAD", "": "git rev-parse HEAD", "abc": "git rev-parse HEAD"},
            "--today": {"now": "Write it as 2027-03-31.", "": "Write it as", "2027-02-30": "Write it as"},
            "--to": {"nowhere": "no such folder", "notes.txt": "notes.txt", "notes.txt/x": "notes.txt/x"},
            "--measured": {
                "availability": "Write it as churn/prod/",
                "a/b/c=3/2": "3 of 2 events cannot be good.",
                "a/b/c=1/-2": "Write it as churn/prod/",
            },
        },
    ),
    "fleet work": (
        "--shard 1/1 --wave 1 --to empty",
        {"--to": {"notes.txt": "notes.txt", "notes.txt/x": "notes.txt/x", "/proc/reports": "/proc/reports"}},
    ),
    "upgrade status": ("", {"--upstream": {"nowhere": "nowhere", "": "", "HEAD:README.md": "HEAD:README.md"}}),
    "upgrade preview": (
        "HEAD",
        {
            "TAG": {"nowhere": "nowhere", "": "", "HEAD:README.md": "HEAD:README.md"},
            "--onto": {"nowhere": "nowhere", "": "", "HEAD:README.md": "HEAD:README.md"},
        },
    ),
    "upgrade migrate": ("dev", {"STACK": STACK}),
}
#: Options whose wrong values need a process, or a whole preview: their tests are elsewhere.
ELSEWHERE = {
    ("simulate", "--state"): "tests/simulator/https/test_listening.py",
    ("simulate", "--certificate"): "tests/simulator/https/test_listening.py",
    ("upgrade merge", "TAG"): "tests/fleet/test_upgrade_merge.py",
    ("upgrade merge", "--branch"): "tests/fleet/test_upgrade_merge.py",
}
#: Options of every verb.
COMMON = {"help", "no_color"}


def named(item: Any) -> str:
    """The name of an argument in capitals, or the long name of an option."""
    return str(item.opts[0] if item.param_type_name == "option" else item.name.upper())


def parameters(verb: str) -> list[Any]:
    """Arguments and options of a verb that take a value."""
    return [item for item in COMMANDS[verb].params if item.name not in COMMON and not getattr(item, "is_flag", False)]


def refused_early(item: Any) -> Values:
    """Wrong values of a parameter that are refused before its verb begins."""
    kind = item.type_descriptor
    if kind.is_choice:
        return dict.fromkeys(("", "nope", f"{next(iter(kind.choices))}x"), "is not one of")
    if kind.annotation is int:
        return dict.fromkeys(("x", "1.5", ""), "valid integer")
    return PARSED.get(named(item), {}) if item.callback else {}


def words(verb: str, name: str, value: str) -> list[str]:
    """The command line of a verb with one wrong value."""
    result = shlex.split(WRONG.get(verb, ("", {}))[0])
    if name.startswith("-"):
        if name in result:
            del result[result.index(name) : result.index(name) + 2]
        return [*verb.split(), *result, name, value]
    arguments = [named(item) for item in parameters(verb) if item.param_type_name == "argument"]
    number = arguments.index(name)
    return [*verb.split(), *result[:number], value, *result[number + 1 :]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns a folder with the sample stacks, a text, an empty folder and a fleet."""
    for path in SAMPLES.glob("Pulumi.*.yaml"):
        shutil.copy(path, tmp_path)
    (tmp_path / "notes.txt").write_text("notes\n", encoding="utf-8")
    (tmp_path / "broken.jinja").write_text("{% if", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    write_fleet(tmp_path, {"a/dev.json": report("dev")}, "rings: [{name: all}]")
    return tmp_path


def files(folder: Path) -> dict[Path, bytes]:
    """The contents of a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_wrong_value_is_refused_before_the_verb_begins(
    verb: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a choice, a number, a day, a file to write."""
    monkeypatch.chdir(folder)

    for item in parameters(verb):
        for value, sentence in refused_early(item).items():
            given = [named(item), value] if item.param_type_name == "option" else [value] * 2
            with pytest.raises((typer.TyperException, LandingZoneError)) as refused:
                COMMANDS[verb].make_context(verb, given)
            assert sentence in str(getattr(refused.value, "message", refused.value)), (named(item), value)


@pytest.mark.parametrize(("verb", "name"), [(verb, name) for verb, (_, rows) in WRONG.items() for name in rows])
def test_a_wrong_value_is_a_sentence_and_writes_nothing(verb: str, name: str, folder: Path) -> None:
    """With exit code 2, nothing on standard output, and no traceback."""
    before = files(folder)

    for value, sentence in WRONG[verb][1][name].items():
        ran = amlz_here(*words(verb, name, value), folder=folder)
        assert (ran.returncode, ran.stdout, "Traceback" in ran.stderr) == (2, "", False), (value, ran.stderr)
        assert sentence in " ".join(ran.stderr.split()), value
    assert files(folder) == before


def test_every_argument_and_option_has_three_wrong_values() -> None:
    """Except flags, and those that are listed with the file of their tests."""
    few = []
    for verb in COMMANDS:
        for item in parameters(verb):
            values = {**refused_early(item), **WRONG.get(verb, ("", {}))[1].get(named(item), {})}
            if len(values) < 3:
                few.append((verb, named(item)))

    assert sorted(few) == sorted(ELSEWHERE)
    assert [file for file in ELSEWHERE.values() if not (ROOT / file).is_file()] == []
