"""After a merge on GitHub: every step of the workflows is run, with a stand-in for Pulumi's CLI."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amlz.integrations.pipelines import github
from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner
from tests.integrations.pipelines.azure import Pulumi, step
from tests.integrations.pipelines.common import MINIMAL, begun
from tests.integrations.pipelines.expressions import evaluate
from tests.integrations.pipelines.host import TOKEN, Host, host
from tests.integrations.pipelines.workflow import Runs, commands, workflow

PROTECTED: dict[str, Any] = {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False}}
REVIEWERS = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": [{"type": "Team"}]}
REVIEWED: dict[str, Any] = {**PROTECTED, "protection_rules": [{"type": "wait_timer"}, REVIEWERS]}
READER, DEPLOYER = "reader-of-the-state", "deployer-of-the-landing-zone"
SET = {
    "AMLZ_TENANT_ID": "the-tenant",
    "AMLZ_READER_CLIENT_ID": READER,
    "AMLZ_DEPLOYER_CLIENT_ID": DEPLOYER,
    "PULUMI_BACKEND_URL": "azblob://state?storage_account=st",
}
MAIN = {"ref_name": "main", "ref_type": "branch", "token": TOKEN, "event": {"repository": {"default_branch": "main"}}}


def context(**more: Any) -> dict[str, Any]:
    """A run on the default branch, with everything set."""
    return {"github": MAIN, "vars": SET, **more}


@pytest.fixture(scope="module")
def pulumi(tmp_path_factory: pytest.TempPathFactory) -> Pulumi:
    """Output of the engine."""
    return Pulumi(tmp_path_factory.mktemp("engine"))


@pytest.fixture
def host_of_code() -> Iterator[Host]:
    """GitHub, with an environment for production on which people approve."""
    with host() as result:
        result.environments |= {"landing-zone-preview": PROTECTED, "landing-zone": PROTECTED}
        result.environments["landing-zone-production"] = REVIEWED
        yield result


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, pulumi: Pulumi) -> Runs:
    """A repository with one stack, and a stand-in for the engine."""
    return begun(tmp_path_factory.mktemp("deploy"), {"pulumi": pulumi.script}, {"small": MINIMAL})


def test_a_merge_is_previewed_by_one_identity_and_deployed_by_another(
    tmp_path: Path, pulumi: Pulumi, host_of_code: Host
) -> None:
    """Exactly the approved changes are made. Every command is run: the test knows all of them."""
    runs = begun(tmp_path, {"pulumi": pulumi.script}, {"small": MINIMAL})
    runs.environment |= host_of_code.environment()
    pulumi.would("small", "same", "create")
    before = len(pulumi.asked)

    stacks = runs.job("deploy.yml", "stacks", context())
    results = runs.call("deploy-stack.yml", context(), stack="small", production=True, runtime=runs.runtime())

    row = '{"stack":"small","path":"Pulumi.small.yaml","production":false,"dependsOn":[],"wave":1}'
    assert stacks.outputs == {
        "ready": "true", "any1": "true", "wave1": f'{{"include":[{row}]}}', "any2": "false", "wave2": '{"include":[]}',
    }  # fmt: skip
    assert {name: job.result for name, job in results.items()} == {"preview": "success", "up": "success"}
    preview = ["preview", "--stack", "small", "--json", "--non-interactive"]
    assert pulumi.asked[before:] == [
        [READER, *preview],
        [DEPLOYER, *preview],
        [DEPLOYER, "up", "--stack", "small", "--yes", "--skip-preview", "--non-interactive"],
    ]
    assert runs.signed_in == [READER, DEPLOYER]
    by_engine, by_preview = (line for line in results["preview"].summary.splitlines() if line.startswith("## "))
    assert by_engine == "## ✅ small against what Pulumi's state holds: 1 created, 0 changed, 0 deleted, 1 unchanged"
    # The pipeline passes the day of its run: API versions that end soon become warnings, and then errors.
    assert " small: " in by_preview
    assert runs.ran == commands("deploy.yml") | commands("deploy-stack.yml")


def test_loss_that_nobody_allowed_is_not_deployed(runs: Runs, pulumi: Pulumi) -> None:
    """The guard's answer is a red job, and its report the summary."""
    pulumi.would("small", "delete")
    before = len(pulumi.asked)

    results = runs.call("deploy-stack.yml", context(), stack="small", production=False, runtime=runs.runtime())

    assert {name: job.result for name, job in results.items()} == {"preview": "failure", "up": "skipped"}
    assert [row[:2] for row in pulumi.asked[before:]] == [[READER, "preview"]]
    assert results["preview"].summary.splitlines()[0].startswith("## ❌ small against what Pulumi's state holds")


RULES: list[dict[str, Any]] = [
    {"landing-zone-production": {**PROTECTED, "protection_rules": [{"type": "wait_timer"}]}}, {},
]  # fmt: skip


@pytest.mark.parametrize("environments", RULES)
def test_production_is_not_deployed_where_nobody_has_to_approve(
    runs: Runs, pulumi: Pulumi, host_of_code: Host, environments: dict[str, Any]
) -> None:
    """GitHub makes an environment without rules as soon as a job names it."""
    pulumi.would("small", "create")
    before = len(pulumi.asked)
    host_of_code.environments = {"landing-zone-preview": PROTECTED, **environments}
    digest = runs.runtime()
    there = Runs(runs.folder, runs.origin, {**runs.environment, **host_of_code.environment()}, runs.artifacts)

    results = there.call("deploy-stack.yml", context(), stack="small", production=True, runtime=digest)

    assert {name: job.result for name, job in results.items()} == {"preview": "failure", "up": "skipped"}
    assert [row[:2] for row in pulumi.asked[before:]] == [[READER, "preview"]]
    text = "  Nobody has to approve what is deployed to it, and a stack is production: it has no required reviewers."
    assert text in results["preview"].printed["Approval"].splitlines()


CUSTOM = {"deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}}
NO_POLICY = "Any branch may deploy to it: it has no deployment branch policy."
MISSING: dict[str, tuple[str, dict[str, Any], list[str], list[str]]] = {
    "everything is there": ("landing-zone-production", REVIEWED, [], []),
    "reviewers without a branch policy": (
        "landing-zone-production", {**REVIEWED, "deployment_branch_policy": None}, [], [NO_POLICY],
    ),
    "self-review": (
        "landing-zone-production", {**PROTECTED, "protection_rules": [{**REVIEWERS, "prevent_self_review": False}]}, [],
        ["The person who starts a deployment can approve it: self-review is not prevented."],
    ),
    "a rule without reviewers": (
        "landing-zone-production", {**PROTECTED, "protection_rules": [{**REVIEWERS, "reviewers": []}]}, [],
        ["Nobody has to approve what is deployed to it, and a stack is production: it has no required reviewers."],
    ),
    "named branches": ("landing-zone", CUSTOM, ["main", "release/*"], []),
    "a pattern of every branch": (
        "landing-zone", CUSTOM, ["main", "**"],
        ["Any branch may deploy to it: its deployment branch policy has the pattern **."],
    ),
    "made by a job that named it": ("landing-zone-preview", {"protection_rules": []}, [], [NO_POLICY]),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSING)
def test_an_environment_needs_its_rules(host_of_code: Host, case: str) -> None:
    """The message has the command that sets them."""
    environment, rules, branches, missing = MISSING[case]
    host_of_code.environments[environment] = rules
    policies = {"branch_policies": [{"name": name} for name in branches]}
    host_of_code.environments[f"{environment}/deployment-branch-policies"] = policies
    runner = Runner({**host_of_code.environment(), "GITHUB_TOKEN": TOKEN})

    try:
        github.demands_approval(runner, environment)
        text = ""
    except PipelineError as error:
        text = str(error)

    lines = [line.strip() for line in text.splitlines()]
    assert lines[1 : 1 + len(missing)] == missing
    command = f"gh api --method PUT repos/contoso/landing-zone/environments/{environment} --input - <<< "
    assert [line.startswith(command) for line in lines[2 + len(missing) : -1]] == [True] * bool(missing)


def test_where_nothing_is_set_nothing_is_done_and_it_is_said(runs: Runs) -> None:
    """A fork without an account has green runs."""
    bare = {"github": MAIN, "vars": {"AMLZ_TENANT_ID": "the-tenant"}}

    for name in ("deploy.yml", "drift.yml"):
        stacks = runs.job(name, "stacks", {**bare, "github": {**MAIN, "event_name": "push"}})

        assert (list(stacks.printed), stacks.outputs["ready"], stacks.printed["Check the configuration"]) == (
            ["Check the configuration"], "false",
            "::notice::Nothing is done: AMLZ_READER_CLIENT_ID, PULUMI_BACKEND_URL not set. "
            "docs/how-to/pipelines.md describes the values.\n",
        )  # fmt: skip
        others = [job for job in workflow(name)["jobs"].values() if "if" in job and "needs" in job]
        needs = {"stacks": {"result": "success", "outputs": stacks.outputs}}
        assert [evaluate(job["if"], {"status": "success", "needs": needs}) for job in others] == [False] * len(others)
        assert len(others) >= 2


REFS = [("main", "branch", "success"), ("feature", "branch", "skipped"), ("main", "tag", "skipped")]


@pytest.mark.parametrize(("ref", "kind", "result"), REFS)
def test_only_the_default_branch_is_deployed(runs: Runs, ref: str, kind: str, result: str) -> None:
    """Not a tag of the same name."""
    github = {**MAIN, "ref_name": ref, "ref_type": kind}

    assert runs.job("deploy.yml", "stacks", context(github=github)).result == result


def test_what_refers_to_a_hub_waits_for_all_hubs() -> None:
    """And is not deployed where one failed: no condition of it allows that."""
    second = workflow("deploy.yml")["jobs"]["second"]

    assert (second["needs"], "always" in second["if"], "cancelled" in second["if"]) == (
        ["stacks", "runtime", "first"], False, False,
    )  # fmt: skip


def test_one_deployment_of_a_stack_at_a_time() -> None:
    """A later one waits, and stops none that runs."""
    assert workflow("deploy-stack.yml")["jobs"]["up"]["concurrency"] == {
        "group": "landing-zone-${{ inputs.stack }}",
        "cancel-in-progress": False,
    }


def test_what_is_protected_waits_for_the_approval_of_production(tmp_path: Path, pulumi: Pulumi) -> None:
    """Independent of the stack file, the environment of the job is that of production."""
    runs = begun(tmp_path, {"pulumi": pulumi.script}, {"small": MINIMAL})
    one, other = step("small", "create", "store"), step("small", "same", "kept")
    kept = {**other["oldState"], "type": "custom:index:Kept", "protect": True}  # nothing whose end the guard refuses
    steps = [one, {**other, "oldState": kept, "newState": kept}]
    pulumi.says("preview", json.dumps({"steps": steps, "diagnostics": None, "maybeCorrupt": False}))
    elsewhere = {"github": MAIN, "vars": {**SET, "AMLZ_APPROVAL": "elsewhere"}}

    results = runs.call("deploy-stack.yml", elsewhere, stack="small", production=False, runtime=runs.runtime())

    needs = {"preview": {"outputs": results["preview"].outputs}}
    environment = workflow("deploy-stack.yml")["jobs"]["up"]["environment"].removeprefix("${{").removesuffix("}}")
    settings = {"inputs": {"production": False}, "needs": needs}
    assert results["preview"].outputs["production"] == "true"
    assert evaluate(environment.strip(), settings) == "landing-zone-production"
