"""Secrets are hidden where a report is written, and nowhere else: the environment changes no byte of it."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from amlz.app import compare as against
from amlz.app.git_revision import Revision
from amlz.app.preview import preview_stack
from amlz.azure.secrets import HIDDEN, Hider
from amlz.core.plan import make_plan
from amlz.policy.engine.definition import definition
from amlz.policy.engine.hiding import hidden_verdict
from amlz.policy.engine.judge import PolicyQuestion, World, judge
from amlz.policy.engine.subject import subject
from amlz.rehearsal.life import Life
from amlz.rehearsal.steps import Step, StepRefusal
from amlz.reports import policy_explain, policy_remediate, rehearsal
from amlz.reports.formats.registry import Format
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests import layers
from tests.conftest import ROOT, STACKS, in_format, previewed

FORMS: dict[str, Callable[[Preview], str]] = {
    **{form.value: functools.partial(in_format, form) for form in Format},
    "remediate": policy_remediate.render,
    "explain": lambda preview: policy_explain.as_text(
        preview, _workspace(preview), "Deny-MachineLearningCompute-SubnetId"
    ),
}


def _workspace(preview: Preview) -> str:
    return preview.graph.of_type("Microsoft.MachineLearningServices/workspaces")[0].id


def environments(preview: Preview) -> Iterator[dict[str, str]]:
    """Environments whose values are words of the reports, in variables of credentials and in others."""
    resource = preview.graph.of_type("Microsoft.Network/virtualNetworks")[0]
    yield {"PWD": "/workspace", "OLDPWD": "/workspaces/x", "MY_TOKEN": "westeurope"}
    yield {"OLDPWD": "/providers", "PWD": "/subscriptions", "TEAM_SECRET": "resourceGroups"}
    words = ("westeurope", "Microsoft.Network", "virtualNetworks", "privateEndpoints", "SystemAssigned")
    names = ("ARM_CLIENT_SECRET", "GITHUB_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "AZURE_STORAGE_KEY", "SYSTEM_ACCESSTOKEN")
    yield dict(zip(names, words, strict=True))
    owned = (resource.id, resource.name, resource.resource_group, resource.urn, resource.subscription)
    yield dict(zip(names, owned, strict=True))
    yield {"GH_TOKEN": preview.plan.tenant_id, "ARM_ACCESS_KEY": preview.config.organisation}


#: Names of these, so that no preview is made before the tests run.
ENVIRONMENTS = (
    "a clone at /workspace",
    "words of ids",
    "words of Azure",
    "names of the plan",
    "text of the stack file",
)


@functools.cache
def expected() -> dict[str, str]:
    """Every form without such variables. Once for all tests of a process."""
    return {form: render(previewed("minimal")) for form, render in FORMS.items()}


@pytest.mark.parametrize("number", layers.chosen(range(5), (0,)), ids=ENVIRONMENTS)
def test_the_environment_changes_no_byte_of_a_report(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Previewed and written with such variables, in every form: the same as without."""
    without = expected()
    variables = [*environments(previewed("minimal"))][number]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    file = load(STACKS["minimal"], ROOT)

    preview = preview_stack(file, make_plan(file.config))  # not cached: the program runs in this environment

    assert [form for form, render in FORMS.items() if render(preview) != without[form]] == []


def rule(field: str, value: str) -> dict[str, object]:
    """A policy that denies a value."""
    return {"if": {"field": field, "equals": value}, "then": {"effect": "deny"}}


def test_a_policy_is_evaluated_on_the_real_value_of_a_secret() -> None:
    """Of one by name and of one that Pulumi marks; written, neither is shown."""
    body = {"type": "Microsoft.Storage/storageAccounts", "name": "st", "tags": {"adminPassword": "hush", "note": "dev"}}
    marked = (("tags", "note"),)
    values = []

    for field, value in (("tags['adminPassword']", "hush"), ("tags['note']", "dev")):
        verdict = judge(PolicyQuestion(definition(rule(field, value)), {}, subject(body)), World(), explain=True)
        shown = hidden_verdict(verdict, Hider(), marked)
        text = "\n".join(shown.trace.lines()) if shown.trace else ""
        values.append((verdict.outcome, verdict.reasons[0]["actual"], shown.reasons[0]["actual"], HIDDEN in text))

    assert values == [("applies", "hush", HIDDEN, True), ("applies", "dev", HIDDEN, True)]


def test_a_rehearsal_is_written_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """By form and by value of a credential; names and ids stay."""
    monkeypatch.setenv("ARM_CLIENT_SECRET", "hush in the environment")
    monkeypatch.setenv("GITHUB_TOKEN", "retail-churn-dev")
    sentence = f"it said ghp_{'Hush' * 9} and hush in the environment for retail-churn-dev"
    step = Step("up", refused=(StepRefusal("retail-churn-dev", sentence),))
    result = rehearsal.Rehearsal("dev", life=Life("dev", (step,), (), ()))

    shown = [write(result) for write in (rehearsal.as_text, rehearsal.as_json, rehearsal.as_markdown)]

    assert [("hush" in text.lower(), text.count("retail-churn-dev")) for text in shown] == [(False, 2)] * 3


def test_a_preview_without_secrets_is_written_as_it_is() -> None:
    """No body is copied, and the second form hides nothing again."""
    preview = previewed("dev")

    assert preview.shown.graph is preview.graph
    assert preview.shown.shown is preview.shown
    assert replace(preview, quota=True).shown.quota


def test_the_program_of_a_revision_gets_no_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the variables that a program needs to start, and an empty home; no other of any name or value."""
    revision = Revision("main", "0" * 40, ROOT.resolve(), tmp_path / "files", tmp_path / "home")
    revision.folder.mkdir()
    revision.home.mkdir()
    (revision.program / "cli.py").write_text("import json, os\nprint(json.dumps(dict(os.environ)))")
    secrets = ("ARM_CLIENT_SECRET", "GITHUB_TOKEN", "AZURE_CREDENTIALS", "MY_TOKEN", "PWD", "OLDPWD", "DB_PASSWORD")
    leading_to_one = ("ARM_TENANT_ID", "AZURE_CONFIG_DIR", "SSH_AUTH_SOCK", "KUBECONFIG", "PYTHONSTARTUP", "OF_NO_NAME")
    for name in os.environ:
        monkeypatch.delenv(name)
    for name in (*secrets, *leading_to_one, "LC_SECRET"):
        monkeypatch.setenv(name, "hush in the environment")
    for name, value in {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": "/root", "PYTHONPATH": "/elsewhere"}.items():
        monkeypatch.setenv(name, value)

    with against._started(revision, "cli", tmp_path / "Pulumi.dev.yaml", "") as running:
        variables = json.loads(running.communicate()[0])

    assert variables == {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "HOME": str(revision.home),
        "USERPROFILE": str(revision.home),
        "PYTHONPATH": str(revision.program),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
