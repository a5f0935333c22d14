"""Attacks by files that no preview runs: another state, another plugin, another key, another workflow."""

from __future__ import annotations

import json
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest

from amlz.app.pulumi_inputs import kind_of, read_inputs
from amlz.checks.finding import Finding
from amlz.checks.guard.inputs import changed_inputs
from amlz.diff.difference import difference
from amlz.reports.formats.registry import Command, formats_of
from tests.app.test_against import amlz, origin, repository  # noqa: F401  # fixtures
from tests.app.test_revision import commit
from tests.conftest import ROOT, as_told, in_format, previewed

PROJECT = "name: amlz\nruntime: python\ndescription: A landing zone\n"
STACK = (
    "secretsprovider: azurekeyvault://kv.vault.azure.net/keys/k\nencryptedkey: AAAA\nconfig:\n  amlz:landingZone: {}\n"
)
FILES = {
    "Pulumi.yaml": PROJECT,
    "Pulumi.prod.yaml": STACK,
    "requirements.lock": "pulumi==3\n",
    ".github/workflows/deploy.yml": "on: push\n",
    "pipelines/azure-devops/deploy.yml": "pool: a\n",
    "custom/policies/ours.json": "{}\n",
    "amlz/integrations/policy_pack/PulumiPolicy.yaml": "runtime: python\n",
    "README.md": "Read me.\n",
}
INTENDED = "Revert the change. If it is intended, have an owner of {} approve it, and an administrator merge it."
EVIL_PLUGIN = f"{PROJECT}plugins: {{providers: [{{name: azure-native, path: ./evil}}]}}\n"
EVIL_BACKEND = f"{PROJECT}backend: {{url: 'azblob://state?storage_account=st&domain=evil.example'}}\n"

#: Name of an attack: files that it writes (None: deletes), and what is found: severity, rule, what it names.
ATTACKS: dict[str, tuple[dict[str, str | None], list[tuple[str, str, str]]]] = {
    "a plugin from the pull request": (
        {"Pulumi.yaml": EVIL_PLUGIN}, [("error", "guard/engine-code", "Pulumi.yaml changes `plugins`")]),
    "state in another account": (
        {"Pulumi.yaml": EVIL_BACKEND}, [("error", "guard/state-moved", "Pulumi.yaml changes `backend`")]),
    "another name of the project": (
        {"Pulumi.yaml": PROJECT.replace("amlz", "other")}, [("error", "guard/state-moved", "changes `name`")]),
    "another interpreter": (
        {"Pulumi.yaml": PROJECT.replace("runtime: python", "runtime: {name: python, options: {virtualenv: evil}}")},
        [("error", "guard/engine-code", "changes `runtime`")]),
    "true in place of 1": (
        {"Pulumi.yaml": f"{PROJECT}options: {{refresh: true}}\n"}, [("error", "guard/engine-code", "`options`")]),
    "a key that nobody knows yet": (
        {"Pulumi.yaml": f"{PROJECT}hooks: [./evil]\n"}, [("error", "guard/engine-code", "changes `hooks`")]),
    "a project file that only Go's parser reads": (
        {"Pulumi.yaml": f"{PROJECT}? [a]\n: b\n"}, [
            ("error", "guard/state-moved", "changes `name`"),
            ("error", "guard/engine-code", "changes `(unreadable)` and `runtime`")]),
    "a project file beside the project file": (
        {"Pulumi.json": "{}"}, [("error", "guard/engine-code", "Pulumi.json changes `the whole file`")]),
    "a stack file beside the stack file": (
        {"Pulumi.prod.json": "{}"}, [("error", "guard/engine-code", "Pulumi.prod.json changes")]),
    "both at once": (
        {"Pulumi.yaml": f"{EVIL_PLUGIN}{EVIL_BACKEND.removeprefix(PROJECT)}"},
        [("error", "guard/state-moved", "`backend`"), ("error", "guard/engine-code", "`plugins`")]),
    "another key of secrets": (
        {"Pulumi.prod.yaml": STACK.replace("kv.vault", "evil.vault").replace("AAAA", "BBBB")},
        [("error", "guard/secrets-provider", "changes `encryptedkey` and `secretsprovider`")]),
    "no key of secrets": (
        {"Pulumi.prod.yaml": "config:\n  amlz:landingZone: {}\n"},
        [("error", "guard/secrets-provider", "changes `encryptedkey` and `secretsprovider`")]),
    "a passphrase in place of the key": (
        {"Pulumi.prod.yaml": f"encryptionsalt: v1:AAAA\n{STACK}"},
        [("error", "guard/secrets-provider", "changes `encryptionsalt`")]),
    "another tenant of the provider": (
        {"Pulumi.prod.yaml": f"{STACK}  azure-native:auxiliaryTenantIds: [evil]\n"},
        [("error", "guard/engine-config", "changes `config.azure-native:auxiliaryTenantIds`")]),
    "an environment of Pulumi ESC": (
        {"Pulumi.prod.yaml": f"environment: [evil]\n{STACK}"}, [("error", "guard/engine-config", "`environment`")]),
    "a workflow": (
        {".github/workflows/deploy.yml": "on: pull_request_target\n", ".github/workflows/new.yml": "on: push\n"},
        [("warning", "guard/workflows", "change: .github/workflows/deploy.yml and .github/workflows/new.yml.")]),
    "a pipeline of Azure DevOps": (
        {"pipelines/azure-devops/deploy.yml": None}, [("warning", "guard/workflows", "pipelines/azure-devops/")]),
    "another hash of a package": (
        {"requirements.lock": "pulumi==3 --hash=sha256:0\n"}, [("warning", "guard/packages", "requirements.lock")]),
    "another policy pack": (
        {"amlz/integrations/policy_pack/PulumiPolicy.yaml": "runtime: nodejs\n"},
        [("warning", "guard/policy-pack", "integrations/policy_pack/Pul")]),
    "a policy of the organisation": (
        {"custom/policies/ours.json": "{ }\n"}, [("warning", "guard/custom-files", "custom/policies/ours.json")]),
    "who reviews": ({"CODEOWNERS": "* @evil\n"}, [("warning", "guard/workflows", "CODEOWNERS")]),
}  # fmt: skip
#: Edits that change none of the inputs.
HARMLESS: dict[str, dict[str, str | None]] = {
    "nothing": {},
    "the landing zone": {"Pulumi.prod.yaml": STACK.replace("{}", "{schemaVersion: 1}")},
    "the documentation": {"README.md": "Read this.\n"},
    "line ends": {"requirements.lock": "pulumi==3\r\n", ".github/workflows/deploy.yml": "on: push\r\n"},
    "installed and generated files": {".venv/custom/x.py": "x", "node_modules/custom/x.lock": "x"},
}


def written(folder: Path, edit: dict[str, str | None]) -> Path:
    """A folder with files, and an edit of them."""
    for name, text in {**FILES, **edit}.items():
        if text is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode())
    return folder


def findings_after(tmp_path: Path, edit: dict[str, str | None], stack: str = "Pulumi.prod.yaml") -> tuple[Finding, ...]:
    """Findings of an edit."""
    sides = (written(tmp_path / "before", {}), written(tmp_path / "after", edit))
    return changed_inputs(*(read_inputs(side, side, side / stack) for side in sides))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_input_of_the_deployment_is_reported(tmp_path: Path, attack: str) -> None:
    """With its rule and severity: an error where state, code or keys would be another's."""
    edit, expected = ATTACKS[attack]

    findings = findings_after(tmp_path, edit)

    assert len(findings) == len(expected), findings
    for finding, (severity, rule, names) in zip(findings, expected, strict=True):
        assert (finding.severity.value, names in finding.message) == (severity, True), finding
        assert finding.check == rule
        assert finding.remedy.startswith("Revert the change")
        assert severity != "error" or finding.remedy == INTENDED.format(finding.name)


@pytest.mark.parametrize("edit", HARMLESS)
def test_other_edits_report_nothing(tmp_path: Path, edit: str) -> None:
    """The landing zone itself is compared by its preview."""
    assert findings_after(tmp_path, HARMLESS[edit]) == ()


def test_a_comment_of_the_project_file_is_a_warning(tmp_path: Path) -> None:
    """Its keys are the same as this program reads them; the engine has another parser."""
    (finding,) = findings_after(tmp_path, {"Pulumi.yaml": f"# ours\n{PROJECT}"})

    assert (finding.check, finding.severity.value) == ("guard/pulumi-project", "warning")


def test_a_stack_begins_with_its_key_and_without_an_error(tmp_path: Path) -> None:
    """`pulumi stack init` writes the key, into a new file or one that had none: a warning, since it is to be seen."""
    new = findings_after(tmp_path / "new", {"Pulumi.new.yaml": STACK}, "Pulumi.new.yaml")
    sides = (written(tmp_path / "a", {"Pulumi.prod.yaml": "config: {}\n"}), written(tmp_path / "b", {}))
    begun = changed_inputs(*(read_inputs(side, side, side / "Pulumi.prod.yaml") for side in sides))

    assert [(f.check, f.severity.value) for f in (*new, *begun)] == [("guard/secrets-provider", "warning")] * 2


def test_values_are_never_repeated(tmp_path: Path) -> None:
    """A backend's address or a key may hold a secret: the keys are named, the file shows the rest."""
    edit: dict[str, str | None] = {"Pulumi.yaml": EVIL_BACKEND, "Pulumi.prod.yaml": STACK.replace("AAAA", "BBBB")}

    texts = " ".join(finding.message + finding.remedy for finding in findings_after(tmp_path, edit))

    assert [word for word in ("evil.example", "AAAA", "BBBB", "vault.azure.net") if word in texts] == []


def test_a_link_counts_by_where_it_leads(tmp_path: Path) -> None:
    """To a device too: nothing is read through it."""
    before, after = written(tmp_path / "before", {}), written(tmp_path / "after", {})
    (after / ".github" / "workflows" / "deploy.yml").unlink()
    (after / ".github" / "workflows" / "deploy.yml").symlink_to("/dev/zero")

    findings = changed_inputs(*(read_inputs(side, side, side / "Pulumi.prod.yaml") for side in (before, after)))

    assert [finding.check for finding in findings] == ["guard/workflows"]


def test_every_input_of_this_repository_has_a_kind() -> None:
    """Files that its workflows and Pulumi read."""
    kinds = {
        "Pulumi.yaml": "project", "requirements.lock": "packages", "requirements-html.lock": "packages",
        "pyproject.toml": "packages", "Makefile": "packages", ".github/workflows/deploy.yml": "workflows",
        ".github/actions/sign-in/action.yml": "workflows", "custom/pipelines/azure-devops.yml": "workflows",
        "pipelines/azure-devops/deploy.yml": "workflows",
    }  # fmt: skip

    assert {name: kind_of(name) for name in kinds} == kinds
    assert [name for name in kinds if not (ROOT / name).exists()] == []
    assert kind_of("amlz/core/plan.py") is None


def test_every_stack_is_touched(repository: Path) -> None:  # noqa: F811
    """A change of Pulumi.yaml alone changes no resource: the list of stacks, the report and the exit code show it."""
    (repository / "Pulumi.other.yaml").write_text((repository / "Pulumi.small.yaml").read_text())
    commit(repository, "two stacks")
    before = amlz(repository, "stacks", "--against", "HEAD", "--format", "json")
    (repository / "Pulumi.yaml").write_text(EVIL_PLUGIN)

    listed = amlz(repository, "stacks", "--against", "HEAD", "--format", "json")
    shown = amlz(repository, "preview", "small", "--against", "HEAD", "--format", "json")

    names = [[row["stack"] for row in json.loads(ran.stdout)["include"]] for ran in (before, listed)]
    assert names == [[], ["other", "small"]]
    answer = json.loads(shown.stdout)
    assert (shown.returncode, answer["changed"], answer["unchanged"]) == (1, [], 125)
    assert [(row["id"], row["severity"]) for row in answer["guard"]] == [
        ("guard/state-moved", "error"), ("guard/engine-code", "error"),
    ]  # fmt: skip


def test_every_form_shows_it(tmp_path: Path) -> None:
    """With the file and the keys, and as something that stops the change."""
    preview, same = previewed("minimal"), difference("HEAD", as_told("minimal"), as_told("minimal"))
    attacked = replace(same, guard=findings_after(tmp_path, {"Pulumi.yaml": EVIL_PLUGIN}))
    texts = {form.value: in_format(form, preview, "error", attacked) for form in formats_of(Command.against)}

    assert (same.nothing, same.fails("error"), attacked.nothing, attacked.fails("error")) == (True, False, False, True)
    plain = {form: text.replace("`", "") for form, text in texts.items()}
    shown = [form for form, text in plain.items() if "guard/engine-code" in text and "Pulumi.yaml changes" in text]
    with_findings = sorted(set(texts) - {"mermaid"})  # a drawing has none
    assert (sorted(shown), texts["markdown"].splitlines()[0][:5]) == (with_findings, "## ❌ ")


def test_owners_are_named_for_every_input() -> None:
    """The sample of CODEOWNERS has a pattern for each file that is reported."""
    sample = (ROOT / "pipelines" / "CODEOWNERS.sample").read_text(encoding="utf-8")
    patterns = [line.split()[0] for line in sample.splitlines() if line and not line.startswith("#")]
    inputs = [
        "Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.json", "Pulumi.prod.yml",
        "amlz/integrations/policy_pack/PulumiPolicy.yaml",
        *(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*") if path.is_file()),
        *(path.relative_to(ROOT).as_posix() for path in ROOT.glob("*.lock")), "pyproject.toml", "Makefile",
        "pipelines/azure-devops/deploy.yml", "custom/pipelines/azure-devops.yml", "custom/policies/ours.json",
        "CODEOWNERS", "docs/CODEOWNERS", "azure-pipelines.yml", "__main__.py", "amlz/core/plan.py",
    ]  # fmt: skip

    assert [name for name in inputs if not any(owned(pattern, name) for pattern in patterns)] == []
    assert [
        name for name in ("README.md", "docs/reference/roles.md") if any(owned(pattern, name) for pattern in patterns)
    ] == []
    assert [
        line for line in sample.splitlines() if line and line[0] != "#" and "@ORG/PLATFORM-OWNERS" not in line
    ] == []


def owned(pattern: str, name: str) -> bool:
    """Returns whether a pattern of CODEOWNERS matches a file, by the rules of gitignore that the sample needs.

    https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    parts = name.split("/")
    if pattern.endswith("/"):
        folder = pattern.strip("/").removeprefix("**/")
        return parts[0] == folder if pattern.startswith("/") else folder in parts[:-1]
    if pattern.startswith("/"):
        return len(parts) == 1 and fnmatch(parts[0], pattern[1:])
    return fnmatch(parts[-1], pattern)
