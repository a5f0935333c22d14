"""Secrets and tokens never appear: not in any form of report, not in error messages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from amlz.app import compare as against
from amlz.app import git_revision as repository
from amlz.app import preview as previewing
from amlz.azure.secrets import HIDDEN, SHAPES, hidden, hidden_text, named_secret, of_environment
from amlz.cli import main as cli
from amlz.rehearsal.engine import EngineFailed, EngineStack
from amlz.reports.formats import as_json
from amlz.reports.formats.registry import Format
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests import layers
from tests.conftest import ROOT, SAMPLES, preview_of, previewed
from tests.planted import BY_FORM, BY_NAME, ENVIRONMENT, HUSH, engines_preview, leaks, plant

FORMS = [form.value for form in Format]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Preview:
    """The minimal stack, with a unit's own resources that carry every kind of secret, previewed in a pipeline."""
    folder = tmp_path_factory.mktemp("planted")
    stack = plant(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(previewing, "PROGRAM", folder / "__main__.py")
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        file = load(str(stack))
        preview = preview_of(file)
        assert preview.shown  # computed while the secrets are in the environment
        return preview


@pytest.fixture(scope="module")
def old(planted: Preview) -> str:
    """The record of an older program, which hid nothing and had other secrets, as it is read: JSON."""
    data: dict[str, Any] = json.loads(as_json.render(planted))
    unit = next(r for r in data["resources"] if r["urn"].endswith("::unit"))
    unit["body"]["tags"] = {**BY_FORM, **BY_NAME, "old": f"{HUSH}==", "was": ENVIRONMENT["ARM_CLIENT_SECRET"]}
    vault = next(r for r in data["resources"] if r["urn"].endswith("::unit-secret"))
    vault["body"]["properties"]["value"] = "hush in the vault of the revision"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        return json.dumps(against.without_secrets(data))


def output_of(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    """The exit code of a command, and its whole output."""
    monkeypatch.setattr(sys, "argv", ["amlz", *arguments])
    monkeypatch.setattr(sys.stdout, "reconfigure", lambda **_: None, raising=False)
    monkeypatch.setattr(sys.stderr, "reconfigure", lambda **_: None, raising=False)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out + err


def older(folder: Path) -> Path:
    """The files of the older program: other secrets in its project file and its stack file."""
    stack = plant(folder)
    stack.write_text(f"secretsprovider: https://{HUSH}@example.com\n" + stack.read_text(encoding="utf-8"))
    (folder / "Pulumi.yaml").write_text(f"name: aml-landing-zone\nbackend: {{url: '{BY_FORM['remote']}'}}\n")
    return folder


WAYS = {
    "alone": (),
    "with quota": ("--quota",),
    "against a revision": ("--against", "main"),
    "by the engine": ("--engine", "engine.json"),
    "all": ("--all",),
    "all against a revision": ("--all", "--against", "main"),
}
#: Every way, and every form, are in the sample.
EACH_WAY = layers.sampled([(way, form) for way in WAYS for form in FORMS], 5)


@pytest.mark.parametrize(("way", "form"), EACH_WAY)
def test_no_form_of_a_preview_tells_a_secret(
    way: str,
    form: str,
    planted: Preview,
    old: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A format that a command does not have is refused, and shows no secret either."""
    folder = planted.file.path.parent
    monkeypatch.chdir(folder)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(previewing, "preview_stack", lambda *_: planted)
    for module in (against, repository):
        monkeypatch.setattr(module, "ROOT", folder)
    files = nullcontext(repository.Revision("main", "", folder.resolve(), older(tmp_path), tmp_path))
    monkeypatch.setattr(repository, "gone_since", lambda *_: ())
    for module in (against, repository):
        monkeypatch.setattr(module, "unpacked", lambda _: files)
    monkeypatch.setattr(against, "preview_of", lambda *_: nullcontext(lambda: json.loads(old)))
    (folder / "engine.json").write_text(json.dumps(engines_preview("minimal")))
    stack = () if "--all" in WAYS[way] else ("minimal",)
    result, file = ("preview", *stack, *WAYS[way], "--format", form), folder / f"out.{form}"

    code, text = output_of(capsys, monkeypatch, *result, "--output", str(file))
    report = file.read_text(encoding="utf-8") if code != 2 else text

    assert (leaks(text), leaks(report), report != "") == ([], [], True)
    assert (code == 2) == (" has the forms " in " ".join(text.split()))


def test_what_is_hidden_is_found_all_the_same(planted: Preview) -> None:
    """At its path, without its value."""
    pairs = {(f.name, f.path, f.actual) for f in planted.findings if f.check == "secrets/in-plain-text"}

    assert ("unit", "properties.value", "[not shown]") in pairs
    assert {path for name, path, _ in pairs if name == "rg-unit"} >= {
        "tags.storage", "tags.sas", "tags.pem", "tags.adminPassword", "tags.sharedKey",
    }  # fmt: skip
    assert leaks(repr(planted.shown.graph.resources)) == []


def test_plans_hold_the_real_values(planted: Preview) -> None:
    """Also those that Pulumi marks as secrets: Azure receives them, so checks and policies look at them."""
    (group,) = (resource for resource in planted.graph if resource.name == "rg-unit")
    tags = group.body["tags"]

    assert [tags[key] for key in ("adminPassword", "marked", "short", "list")] == [
        "hush 1", "hush, marked", "hush", "hush, from an output",
    ]  # fmt: skip
    assert {path[-1] for path in group.marked} == {"asked", "marked", "short", "list"}


def test_a_preview_without_secrets_hides_nothing() -> None:
    """Every value of the shipped stacks is shown unchanged."""
    assert HIDDEN not in as_json.render(previewed("dev"))


@pytest.mark.parametrize("name", BY_FORM)
def test_a_secret_is_told_by_its_form(name: str) -> None:
    """Under a neutral name, and in a sentence, of which only the secret is removed."""
    sentence = hidden_text(f"It says: {BY_FORM[name]} and more")

    assert hidden({"note": BY_FORM[name]}) == {"note": HIDDEN}
    assert (leaks(sentence), sentence[:9], sentence[-9:]) == ([], "It says: ", " and more")


#: Names and values that look almost like secrets and are none.
HARMLESS = {
    "keyIdentifier": "https://kv.vault.azure.net/keys/k/0123456789abcdef",
    "secretName": "database", "tokenEndpoint": "https://login.example.com/", "publicKey": "ssh-rsa AAAAB3NzaC1yc2E",
    "url": "https://example.com/a@b?design=blue", "digest": f"sha256:{'0f' * 32}", "id": "/subscriptions/a/b",
    "allowSharedKeyAccess": False, "isSecret": True, "credentialsType": "None", "user": "https://me@example.com/",
    "guid": "deadbeef-dead-beef-dead-beefdeadbeef", "$unknown": "key, from vault",
}  # fmt: skip


def test_what_is_none_is_told() -> None:
    """As it is, and not copied."""
    assert hidden(HARMLESS) is HARMLESS


def test_variables_whose_names_say_nothing_are_not_taken_for_secrets() -> None:
    """Nor are short values, which occur anywhere."""
    values = {
        "PATH": "/usr/bin:/bin",
        "MY_TOKEN": "short",
        "KEY_VAULT": "kv-retail-churn",
        "A_TOKEN_FILE": "/run/token",
    }

    assert of_environment(values | ENVIRONMENT) == of_environment(ENVIRONMENT)
    assert sorted(of_environment(ENVIRONMENT)) == sorted(ENVIRONMENT.values())


def test_a_failing_program_tells_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its traceback is shown, without its secrets."""
    stack = plant(tmp_path, fails=True)
    monkeypatch.setattr(previewing, "PROGRAM", tmp_path / "__main__.py")
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    code, text = output_of(capsys, monkeypatch, "preview", str(stack))

    assert (code, leaks(text), "RuntimeError: cannot reach" in text) == (3, [], True)


def test_what_the_engine_says_in_a_rehearsal_tells_no_secret(tmp_path: Path) -> None:
    """Neither where a command fails nor where an update does."""
    pulumi = tmp_path / "pulumi"
    lines = "\n".join([*BY_FORM.values(), "error: it failed"])
    pulumi.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{lines}\nEND\nexit 1\n")
    pulumi.chmod(0o755)
    stack = EngineStack(pulumi, "dev", tmp_path, dict(os.environ))

    with pytest.raises(EngineFailed) as failed:
        stack.run("preview")
    said_of_up = stack.events("up", on_event=lambda _: None)

    assert (leaks(str(failed.value)), leaks(said_of_up)) == ([], [])
    assert [text.splitlines()[-1] for text in (str(failed.value), said_of_up)] == ["error: it failed"] * 2


REFUSED = [
    *({"tags": {"note": value}} for value in BY_FORM.values()),
    *({"tags": {name: value}} for name, value in BY_NAME.items() if name != "customData"),
    {"tags": {BY_FORM["github"]: "x"}},
    {"tags": {"note": {"secure": "v1:HushHush:HushHushHush=="}}},
    {"organisation": BY_FORM["jwt"]},
    {"businessUnit": BY_FORM["client"]},
    {"dns": {"mode": BY_FORM["storage"]}},
    {"projects": {"churn": {"environments": {"dev": {"network": BY_FORM["remote"]}}}}},
    {"acceptedFindings": [{"finding": BY_FORM["sas"], "reason": BY_FORM["pem"]}]},
]


@pytest.mark.parametrize("more", REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_a_stack_file_with_a_secret_is_refused_without_telling_it(
    more: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every position, so no report can have it from there."""
    report = json.loads(json.dumps(previewed("minimal").file.document.values))
    report["config"]["amlz:landingZone"] |= more
    stack = tmp_path / "Pulumi.minimal.yaml"
    stack.write_text(json.dumps(report))

    code, text = output_of(capsys, monkeypatch, "check", str(stack))

    assert (code, leaks(text), text != "") == (2, [], True)


def test_plain_configuration_of_other_programs_is_refused_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values that Pulumi did not encrypt, next to the landing zone."""
    stack = plant(tmp_path)
    stack.write_text(re.sub(r"\{secure: .*\}", "hush in plain text", stack.read_text()))

    code, text = output_of(capsys, monkeypatch, "preview", str(stack))

    assert (code, leaks(text), "databasePassword" in text) == (2, [], True)


def test_what_git_says_tells_no_address_with_a_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A remote of a repository has one, where a pipeline put it there."""
    monkeypatch.setattr(against, "ROOT", tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".git" / "config").write_text(f'[remote "origin"]\n  url = {BY_FORM["remote"]}\n[core\n')

    code, text = output_of(
        capsys, monkeypatch, "preview", str(SAMPLES / "Pulumi.dev.yaml"), "--against", BY_FORM["remote"]
    )

    assert (code, leaks(text)) == (2, [])


def test_a_verdict_on_a_secret_tells_that_it_is_one() -> None:
    """`amlz policy evaluate` is given a resource as it is."""
    rule = {"if": {"field": "Microsoft.Test/things/adminPassword", "equals": "hush"}, "then": {"effect": "deny"}}
    settings = {
        "id": 1, "rule": rule, "aliases": {"Microsoft.Test/things/adminPassword": "properties.adminPassword"},
        "resource": {"type": "Microsoft.Test/things", "name": "a", "apiVersion": "2024-01-01",
                     "properties": {"adminPassword": "hush"}},
    }  # fmt: skip

    ran = subprocess.run(
        [sys.executable, "-m", "amlz", "policy", "evaluate", "--jsonl"],
        cwd=ROOT, input=json.dumps(settings), capture_output=True, text=True, check=True,
    )  # fmt: skip

    (reason,) = json.loads(ran.stdout)["reasons"]
    assert (json.loads(ran.stdout)["outcome"], reason["actual"]) == ("applies", HIDDEN)


def test_every_form_has_its_place_in_the_page() -> None:
    """The recognised forms are documented."""
    page = (ROOT / "docs" / "explanation" / "secrets.md").read_text(encoding="utf-8")

    assert [item for *_, item in SHAPES if item.partition(" ")[2] not in page] == []
    assert all(named_secret(name) for name in BY_NAME)
