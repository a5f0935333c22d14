"""guard/…: files that decide with what code, with which state and by which pipeline a stack is deployed.

A preview runs neither Pulumi's engine nor a pipeline, so a change of these files changes no resource of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.guard.change import ExistingResource, about
from amlz.core.problems import listed
from amlz.stackfile.stack_file import KEY

Kind = Literal["workflows", "packages", "policy pack", "custom", "project"]

_PROJECT = "https://www.pulumi.com/docs/iac/concepts/projects/project-file/"
_STACK = "https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/"
_OWNERS = "https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners"
_INTENDED = "Revert the change. If it is intended, have an owner of {file} approve it, and an administrator merge it."
_REVIEW = "Revert the change, or have an owner of these files approve it (docs/how-to/pipelines.md#code-owners)."
_WHY = " A preview cannot show the effect: it runs neither Pulumi's engine nor a pipeline."

STATE = Check(
    id="guard/state-moved",
    severity=Severity.ERROR,
    says="{file} changes {keys}: the deployment would read and write another state.",
    remedy=_INTENDED,
    why="`name`, `backend` and `stackConfigDir` of Pulumi.yaml decide which state is used. With another state, "
    "Pulumi creates everything again, and the owner of the other backend receives the state with its secrets." + _WHY,
    source=_PROJECT,
)
CODE = Check(
    id="guard/engine-code",
    severity=Severity.ERROR,
    says="{file} changes {keys}: the deployment would run other code with the deployer's token.",
    remedy=_INTENDED,
    why="`plugins`, `packages`, `runtime` and `main` of Pulumi.yaml decide which programs the engine starts. A key "
    "that this check does not know counts as one of them. Pulumi also reads Pulumi.yml and Pulumi.json." + _WHY,
    source=_PROJECT,
)
CONFIG = Check(
    id="guard/engine-config",
    severity=Severity.ERROR,
    says="{file} changes {keys}: settings of Pulumi or of a provider, not of the landing zone.",
    remedy=_INTENDED,
    why="Keys next to `amlz:landingZone` configure the engine and its providers: the cloud, other tenants, "
    "default providers, environments of Pulumi ESC. In a new stack it is a warning." + _WHY,
    source=_STACK,
)
SECRETS = Check(
    id="guard/secrets-provider",
    severity=Severity.ERROR,
    says="{file} changes {keys}: another key would encrypt the secrets of the state.",
    remedy=_INTENDED,
    why="`secretsprovider`, `encryptedkey` and `encryptionsalt` decide who can read the secrets of the state, and "
    "which service the deployer's token is sent to. A warning where a stack had none, as before "
    "`pulumi stack init`." + _WHY,
    source="https://www.pulumi.com/docs/iac/concepts/secrets/",
)
PROJECT = Check(
    id="guard/pulumi-project",
    severity=Severity.WARNING,
    says="Pulumi's project file changes, though none of the keys that the engine acts on: {files}.",
    remedy=_REVIEW,
    why="Comments and descriptions of Pulumi.yaml have no effect. The file is read by another YAML parser here than in "
    "Pulumi's engine." + _WHY,
    source=_PROJECT,
)
POLICY_PACK = Check(
    id="guard/policy-pack",
    severity=Severity.WARNING,
    says="Settings of a policy pack change: {files}.",
    remedy=_REVIEW,
    why="PulumiPolicy.yaml decides which program evaluates a deployment when the pack is passed to `pulumi up`." + _WHY,
    source="https://www.pulumi.com/docs/iac/crossguard/",
)
PACKAGES = Check(
    id="guard/packages",
    severity=Severity.WARNING,
    says="Packages or their installation change: {files}.",
    remedy=_REVIEW,
    why="Lock files and build settings decide which third-party code runs in the deployment. Compare new hashes "
    "with the package index." + _WHY,
    source="https://pip.pypa.io/en/stable/topics/secure-installs/",
)
WORKFLOWS = Check(
    id="guard/workflows",
    severity=Severity.WARNING,
    says="Pipelines or their rules change: {files}.",
    remedy=_REVIEW,
    why="Workflow files decide which commands run with the deployer's token, and which approvals they wait for. Code "
    "owners decide who reviews." + _WHY,
    source=_OWNERS,
)
CUSTOM = Check(
    id="guard/custom-files",
    severity=Severity.WARNING,
    says="Files in a folder `custom` change: {files}.",
    remedy=_REVIEW,
    why="Folders of this name hold the organisation's own policies and pipelines." + _WHY,
    source=_OWNERS,
)
CHECKS = (STATE, CODE, CONFIG, SECRETS, PROJECT, POLICY_PACK, PACKAGES, WORKFLOWS, CUSTOM)
IDS = frozenset(check.id for check in CHECKS)

_OF_FILES: Mapping[Kind, Check] = {
    "project": PROJECT,
    "policy pack": POLICY_PACK,
    "packages": PACKAGES,
    "workflows": WORKFLOWS,
    "custom": CUSTOM,
}
#: Keys of Pulumi.yaml. https://www.pulumi.com/docs/iac/concepts/projects/project-file/ (2026-11)
_OF_STATE = frozenset(("name", "backend", "stackConfigDir"))
_WITHOUT_EFFECT = frozenset(("description", "author", "website", "license", "template"))
_OF_SECRETS = frozenset(("secretsprovider", "encryptedkey", "encryptionsalt"))
#: Settings of a new stack file that need no report: they only close something.
_EXPECTED = {"config.pulumi:disable-default-providers": ["*"]}
_MOST = 8


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files of one side that decide how a stack is deployed.

    `project`: keys of the project file, `shadow`: digests of project and stack files of other formats. `stack`: the
    stack file, None where there is none. `files`: digests by kind and path. `project_file`, `stack_file`: their paths.
    """

    project_file: str
    stack_file: str
    project: Mapping[str, Any]
    stack: Mapping[str, Any] | None
    shadow: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[tuple[Kind, str], str] = field(default_factory=dict)


def changed_inputs(before: Inputs, after: Inputs) -> tuple[Finding, ...]:
    """Findings of every file and key that differs, errors first."""
    findings = [*_of_project(before, after), *_of_stack(before, after), *_of_files(before, after)]
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR))


def _of_project(before: Inputs, after: Inputs) -> Iterator[Finding]:
    keys = [key for key in _differing(before.project, after.project) if key not in _WITHOUT_EFFECT]
    state = [key for key in keys if key in _OF_STATE]
    yield from _of_keys(STATE, after.project_file, state)
    yield from _of_keys(CODE, after.project_file, [key for key in keys if key not in state])
    for path in _differing(before.shadow, after.shadow):
        yield from _of_keys(CODE, path, ["the whole file"])


def _of_stack(before: Inputs, after: Inputs) -> Iterator[Finding]:
    was, now = _pulumi_keys(before.stack or {}), _pulumi_keys(after.stack or {})
    keys = list(_differing(was, now))
    secrets = [key for key in keys if key in _OF_SECRETS]
    others = [
        key for key in keys if key not in secrets and (before.stack is not None or now[key] != _EXPECTED.get(key))
    ]
    had = not _OF_SECRETS.isdisjoint(was)
    yield from _of_keys(SECRETS, after.stack_file, secrets, None if had else Severity.WARNING)
    yield from _of_keys(CONFIG, after.stack_file, others, Severity.WARNING if before.stack is None else None)


def _pulumi_keys(stack: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of a stack file but for the landing zone; those of `config` one by one."""
    config = stack.get("config")
    own = {f"config.{key}": value for key, value in config.items() if key != KEY} if isinstance(config, dict) else {}
    return {**{key: value for key, value in stack.items() if key != "config"}, **own}


def _of_files(before: Inputs, after: Inputs) -> Iterator[Finding]:
    differing = [key for key in {**before.files, **after.files} if before.files.get(key) != after.files.get(key)]
    silent = not any(key not in _WITHOUT_EFFECT for key in _differing(before.project, after.project))
    for kind, check in _OF_FILES.items():
        paths = sorted(path for kind_of_file, path in differing if kind_of_file == kind)
        if paths and (kind != "project" or silent):  # else the keys are reported
            yield _finding(check, "", {"files": _shortened(paths), "file": "them"}, None)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Keys whose values differ, as JSON: in Python, 1 equals true."""
    for key in sorted({*before, *after}):
        if key not in before or key not in after or _text(before[key]) != _text(after[key]):
            yield key


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _shortened(paths: list[str]) -> str:
    more = [f"{len(paths) - _MOST} more"] if len(paths) > _MOST else []
    return listed([*paths[:_MOST], *more])


def _of_keys(check: Check, file: str, keys: Iterable[str], severity: Severity | None = None) -> Iterator[Finding]:
    names = sorted(keys)
    if names:
        yield _finding(check, file, {"file": file, "keys": listed([f"`{name}`" for name in names])}, severity)


def _finding(check: Check, file: str, words: Mapping[str, str], severity: Severity | None) -> Finding:
    finding = about(check, ExistingResource("", "", "", file), "", words)
    return replace(finding, severity=severity) if severity else finding
