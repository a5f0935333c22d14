"""Azure DevOps: every script of the pipelines is run, their templates made one, and what is asked of its API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from amlz.integrations.pipelines import azure_devops
from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner
from amlz.stackfile.stacks import stacks_of
from tests.conftest import ROOT
from tests.integrations.pipelines.azure import Pulumi
from tests.integrations.pipelines.azure_expressions import evaluate, filled
from tests.integrations.pipelines.azure_pipeline import FOLDER, Agents, commands, jobs, pipeline, steps
from tests.integrations.pipelines.common import MINIMAL, READER, begun, merged
from tests.integrations.pipelines.host import TOKEN, Host, host
from tests.integrations.pipelines.test_drift import CHANGED, CLEAN
from tests.integrations.pipelines.workflow import Runs
from tests.rehearsal.common import LONG

PIPELINES = (
    *("azure-devops/pull-request.yml", "../custom/pipelines/azure-devops.yml", "azure-devops/drift.yml"),
    "azure-devops/test.yml",
)
THREADS = "/git/repositories/repo-id/pullRequests/7/threads"


#: Checks of an environment, as https://learn.microsoft.com/azure/devops/pipelines/process/approvals names them.
LOCK: dict[str, Any] = {"type": {"name": "ExclusiveLock"}}
APPROVAL: dict[str, Any] = {
    "type": {"name": "Approval"}, "settings": {"approvers": [{"id": "1"}], "requesterCannotBeApprover": True},
}  # fmt: skip
BRANCHES: dict[str, Any] = {
    "type": {"name": "Task Check"},
    "settings": {
        "definitionRef": {"name": "evaluatebranchProtection"}, "inputs": {"allowedBranches": "refs/heads/main"},
    },
}  # fmt: skip


@dataclass
class Boards(Host):
    """Azure DevOps with threads, work items and environments."""

    within: str = "/contoso/project-id/_apis"
    threads: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: Any) -> Any:
        """The answer to a request. Raises KeyError for what there is not."""
        plain, _, query = path.partition("?")
        assert "api-version=7.1" in query
        if method != "GET":
            self.asked.append(f"{method} {plain}")
        if plain == THREADS:
            if method == "POST":
                self.threads.append({"id": 10 + len(self.threads), "comments": [{"id": 1, **body["comments"][0]}]})
            return {"value": self.threads}
        if match := re.fullmatch(rf"{THREADS}/(\d+)/comments/1", plain):
            next(t for t in self.threads if t["id"] == int(match[1]))["comments"][0].update(body)
            return {}
        if plain == "/wit/workitemtypes/Task/states":
            return {"value": [{"name": "New", "category": "Proposed"}, {"name": "Done", "category": "Completed"}]}
        if plain == "/wit/wiql":
            assert "CONTAINS 'amlz-drift'" in body["query"]
            assert "<> 'Done'" in body["query"]
            return {"workItems": [{"id": item["id"]} for item in self.items if item.get("System.State") != "Done"]}
        if match := re.fullmatch(r"/wit/workitems/(\$Task|\d+)", plain):
            if method == "POST":
                self.items.append({"id": len(self.items) + 1})
            item = self.items[-1 if method == "POST" else int(match[1]) - 1]
            item.update({change["path"].removeprefix("/fields/"): change["value"] for change in body})
            return item
        if plain == "/distributedtask/environments":
            named = "landing-zone-production" if "name=landing-zone-production" in query else "landing-zone"
            return {"value": [{"id": 3, "name": named}, {"id": 4, "name": f"{named}-of-others"}]}
        if plain == "/pipelines/checks/configurations":
            return {"value": self.checks if "resourceId=3" in query else [APPROVAL, BRANCHES]}
        raise KeyError(path)


@pytest.fixture
def boards() -> Iterator[Boards]:
    """Azure DevOps, on this machine."""
    result = Boards()
    with host(result):
        yield result


def variables(boards: Boards, **more: str) -> dict[str, str]:
    """Variables of Azure Pipelines, and the variable group."""
    return {
        "System.AccessToken": TOKEN,
        "System.CollectionUri": f"{boards.address}/contoso/",
        "System.TeamProjectId": "project-id",
        "Build.BuildId": "41",
        "Build.Repository.Id": "repo-id",
        "Build.Repository.Provider": "TfsGit",
        "PULUMI_BACKEND_URL": "azblob://state?storage_account=st",
        **more,
    }


def pull_request(boards: Boards, head: str, fork: str = "False") -> dict[str, str]:
    """In addition, a pull request."""
    settings = {"TargetBranch": "refs/heads/main", "PullRequestId": "7", "SourceCommitId": head, "IsFork": fork}
    return variables(boards, **{f"System.PullRequest.{key}": value for key, value in settings.items()})


@LONG
def test_a_pull_request_is_previewed_and_its_comment_edited_in_place(tmp_path: Path, boards: Boards) -> None:
    """Every script is run."""
    read = MINIMAL.replace("    projects:\n", f"    access: {{readers: [{READER}]}}\n    projects:\n")
    runs = begun(tmp_path, {}, {"small": MINIMAL})
    head, _ = merged(runs, {"small": read})
    agents = Agents(runs, PIPELINES[0], pull_request(boards, head))

    results = agents.all()

    assert results == dict.fromkeys(("stacks", "preview", "report", "comment"), "Succeeded")
    assert runs.ran == commands(PIPELINES[0])
    assert sorted(runs.artifacts) == ["CodeAnalysisLogs", "amlz-listed", "amlz-pages", "amlz-part-small"]
    assert sorted(path.name for path in runs.artifacts["CodeAnalysisLogs"].iterdir()) == [
        "about.json", "comment.md", "small.sarif",
    ]  # fmt: skip
    lines = boards.threads[0]["comments"][0]["content"].splitlines()
    assert lines[:2] == [
        "<!-- amlz preview -->",
        "## ✅ small against main: 1 created, 0 changed, 0 deleted, 125 unchanged",
    ]
    run = f"{boards.address}/contoso/project-id/_build/results?buildId=41"
    assert lines[-1] == f"<sub>Made by the code of the pull request, at {head[:7]} in [this run]({run}).</sub>"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """A repository with one stack."""
    return begun(tmp_path_factory.mktemp("bundle"), {}, {"small": MINIMAL})


def comment_step() -> dict[str, Any]:
    """The one step of a pull request that has a token."""
    result = jobs(pipeline(PIPELINES[0]))
    (collected,) = [step for job in result.values() for step in steps(job) if "SYSTEM_ACCESSTOKEN" in str(step)]
    return collected


def commented(runs: Runs, boards: Boards, *, quiet: bool = False) -> str:
    """Output of the step that comments on a bundle."""
    agents = Agents(runs, PIPELINES[0], pull_request(boards, "1234567"))
    at = runs.clone("HEAD")
    bundle = at / "report" / "CodeAnalysisLogs"
    bundle.mkdir(parents=True)
    (bundle / "about.json").write_text(json.dumps({"number": 7, "quiet": quiet}))
    (bundle / "comment.md").write_text("## ✅ small\n")
    agents.step("comment", comment_step(), at, agents.variables)
    return agents.printed["comment", "Post"]


FORKS = [("False", "TfsGit", True), ("True", "TfsGit", False), ("False", "GitHub", False)]


@pytest.mark.parametrize(("fork", "provider", "comments"), FORKS)
def test_only_the_comment_has_a_token_and_of_a_fork_there_is_none(fork: str, provider: str, comments: bool) -> None:
    """There the artifact is all; GitHub's repositories have separate workflows."""
    result = {"System.PullRequest.IsFork": fork, "Build.Repository.Provider": provider}

    condition = jobs(pipeline(PIPELINES[0]))["comment"]["condition"]
    needs = {"report": {"result": "Failed", "outputs": {}}}
    values = {"results": ["Failed"], "variables": result, "dependencies": needs}
    assert evaluate(condition, values) is comments


def test_one_thread_is_ours_and_another_with_its_marker_is_left_alone(runs: Runs, boards: Boards) -> None:
    """The host reports the author: each may edit only its own."""
    boards.threads.append({"id": 1, "comments": [{"id": 1, "content": "<!-- amlz preview -->\nnot ours"}]})
    boards.refuses[f"{THREADS}/1/comments/1"] = 403

    values = [commented(runs, boards), commented(runs, boards), commented(runs, boards, quiet=True)]

    assert values == ["The comment is posted.\n", "The comment is edited.\n", "The comment is edited.\n"]
    assert boards.asked == [f"POST {THREADS}", *[f"PATCH {THREADS}/11/comments/1"] * 2]
    assert boards.threads[0]["comments"][0]["content"] == "<!-- amlz preview -->\nnot ours"


def test_where_nothing_differs_there_is_no_comment(runs: Runs, boards: Boards) -> None:
    """Actions that the build service may not do are reported."""
    assert commented(runs, boards, quiet=True) == "No stack differs, so there is no comment.\n"
    boards.refuses[THREADS] = 403
    assert f"GET {boards.address}/contoso/project-id/_apis{THREADS}\n  The host answered 403" in commented(runs, boards)
    assert boards.asked == []


PRODUCTION = MINIMAL.replace("          dev: {", "          prod: {")
LIST = "      - {name: small, production: true, wave: 1}\n"


def deploying(folder: Path, engine: Pulumi, boards: Boards, listed: str = LIST) -> Agents:
    """The pipeline of a repository with one stack, whose own file names these."""
    runs = begun(folder, {"pulumi": engine.script}, {"small": PRODUCTION})
    own = runs.origin / "custom" / "pipelines" / "azure-devops.yml"
    own.write_text(re.sub(r"(    stacks:\n).*", rf"\1{listed}", own.read_text(), flags=re.DOTALL))
    return Agents(runs, PIPELINES[1], variables(boards), runs.origin / "pipelines")


@LONG
def test_a_merge_is_deployed_by_another_identity_than_previewed(tmp_path: Path, boards: Boards) -> None:
    """Every script is run; what is approved is what is done."""
    engine = Pulumi(tmp_path / "engine")
    engine.would("small", "create")
    boards.checks = [LOCK, APPROVAL, BRANCHES]
    agents = deploying(tmp_path, engine, boards)

    results = agents.all()

    assert results == dict.fromkeys(("stacks", "runtime", "preview_small", "up_small"), "Succeeded")
    assert agents.runs.ran == commands(PIPELINES[1], agents.folder)
    assert [row[:2] for row in engine.asked] == [
        ["landing-zone-reader", "preview"], ["landing-zone-deployer", "preview"], ["landing-zone-deployer", "up"],
    ]  # fmt: skip
    assert agents.runs.signed_in == ["landing-zone-reader", "landing-zone-deployer"]


@pytest.mark.parametrize("checks", [[LOCK, BRANCHES], []])
def test_production_is_not_deployed_where_nobody_has_to_approve(
    tmp_path: Path, boards: Boards, checks: list[dict[str, Any]]
) -> None:
    """An environment without the check is as one that there is not."""
    engine = Pulumi(tmp_path / "engine")
    boards.checks = checks

    results = deploying(tmp_path, engine, boards).all()

    assert (results, engine.asked) == (
        {"stacks": "Succeeded", "runtime": "Succeeded", "preview_small": "Failed", "up_small": "Skipped"}, []
    )  # fmt: skip


def test_stacks_that_the_pipeline_does_not_name_are_told(tmp_path: Path, boards: Boards) -> None:
    """With the lines to write."""
    engine = Pulumi(tmp_path / "engine")
    agents = deploying(tmp_path, engine, boards, LIST.replace("true", "false"))

    results = agents.all()

    assert (results.pop("runtime"), set(results.values()), engine.asked) == ("Succeeded", {"Failed", "Skipped"}, [])
    assert agents.printed["stacks", "Named"] == (
        f"custom/pipelines/azure-devops.yml\n  Its stacks are not those of this folder. Write there:\n{LIST}\n"
    )


def test_the_pipeline_that_is_shipped_names_the_stacks_that_are_shipped() -> None:
    """A stack that uses another's hub waits for everything before it."""
    every = [{"name": stack.name, "production": stack.production, "wave": stack.wave} for stack in stacks_of(ROOT)]
    own = yaml.safe_load((FOLDER / PIPELINES[1]).read_text())["extends"]["parameters"]["stacks"]
    second = filled(
        yaml.safe_load((FOLDER / "azure-devops/deploy.yml").read_text()),
        {
            "parameters": {
                "stacks": [{"name": "hub", "wave": 1}, {"name": "a-b", "wave": 2}],
                "reader": "",
                "deployer": "",
            }
        },
    )

    assert own == every
    assert {name: job.get("dependsOn") for name, job in jobs(second).items()} == {
        "stacks": None,
        "runtime": None,
        "preview_hub": ["stacks", "runtime"],
        "up_hub": ["runtime", "preview_hub"],
        "preview_a_b": ["stacks", "runtime", "up_hub"],
        "up_a_b": ["runtime", "preview_a_b"],
    }


AFTER = [
    ("Succeeded", "Succeeded", True), ("Succeeded", "Skipped", True), ("Failed", "Skipped", False),
    ("Succeeded", "Failed", False),
]  # fmt: skip


@pytest.mark.parametrize(("preview", "up", "goes_on"), AFTER)
def test_what_refers_to_a_hub_waits_for_it(preview: str, up: str, goes_on: bool) -> None:
    """A hub that had nothing to do is as good as deployed."""
    condition = jobs(pipeline(PIPELINES[1]))["preview_dev"]["condition"]

    assert evaluate(condition, {"results": ["Succeeded", preview, up]}) is goes_on


def test_one_work_item_is_opened_edited_and_done(tmp_path: Path, boards: Boards) -> None:
    """Every script is run. In HTML, which is what a work item takes."""
    engine = Pulumi(tmp_path / "engine")
    runs = begun(tmp_path, {"pulumi": engine.script}, {"small": MINIMAL})
    agents = Agents(runs, PIPELINES[2], variables(boards))
    engine.says("refresh", CHANGED, 7)

    results = agents.all()
    for _ in range(2):
        agents.again("runtime", "look", "report")
        engine.says("refresh", CLEAN)

    assert results == dict.fromkeys(("stacks", "runtime", "look", "report"), "Succeeded")
    assert boards.asked == [
        "POST /wit/wiql", "POST /wit/workitems/$Task", "POST /wit/wiql", "PATCH /wit/workitems/1",
        "POST /wit/wiql", "PATCH /wit/workitems/1",
    ]  # fmt: skip
    (item,) = boards.items
    assert (item["System.Tags"], item["System.State"]) == ("amlz-drift", "Done")
    assert "<b>small: 2 differ</b><li>gone: RouteTable <code>three</code></li>" in item["System.Description"]
    assert runs.ran == commands(PIPELINES[2])


@pytest.mark.parametrize("path", PIPELINES)
def test_a_pipeline_is_what_its_schema_takes(path: str) -> None:
    """Templates made one. Scalars are text in it, but for what tasks are given."""
    check_jsonschema = pytest.importorskip("check_jsonschema", reason="it holds the schema: `make setup` installs it")
    schema = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "azure-pipelines.json"

    jsonschema.validate(as_text(pipeline(path)), json.loads(schema.read_text(encoding="utf-8")))


def as_text(actual: Any) -> Any:
    """Truth values and numbers as the text that they were."""
    if isinstance(actual, dict):
        return {key: value if key == "inputs" else as_text(value) for key, value in actual.items()}
    if isinstance(actual, list):
        return [as_text(value) for value in actual]
    return str(actual).lower() if isinstance(actual, bool | int) else actual


@pytest.mark.parametrize(
    "path", [*sorted(p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*.yml")), PIPELINES[1]]
)
def test_a_script_of_several_lines_stops_at_its_first_failure(path: str) -> None:
    """Azure Pipelines does not see to it. Nothing of one owner is in a file, and no secret variable."""
    text = (FOLDER / path).read_text(encoding="utf-8")

    scripts = re.findall(r"(?:bash|inlineScript): \|\n +(.*)", text)
    assert set(scripts) <= {"set -euo pipefail"}
    assert re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-|\$\(\w*[sS]ecret|dev\.azure\.com|contoso", text) == []


def _with(check: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {**check, "settings": {**check["settings"], **settings}}


EVERY_BRANCH = _with(BRANCHES, inputs={"allowedBranches": "refs/heads/main, refs/heads/*"})
NOBODY = "Nobody has to approve what is deployed to it, and a stack is production: it has no check Approvals."
ANY = "Any branch may deploy to it: it has no check Branch control."
MISSING: dict[str, tuple[str, list[dict[str, Any]], list[str]]] = {
    "everything is there": ("landing-zone-production", [APPROVAL, BRANCHES], []),
    "an approval that is disabled": ("landing-zone-production", [{**APPROVAL, "isDisabled": True}, BRANCHES], [NOBODY]),
    "an approval without approvers": ("landing-zone-production", [_with(APPROVAL, approvers=[]), BRANCHES], [NOBODY]),
    "of their own runs": (
        "landing-zone-production", [_with(APPROVAL, requesterCannotBeApprover=False), BRANCHES],
        ["The person who starts a deployment can approve it: the check Approvals lets approvers approve "
         "their own runs."],
    ),
    "no branch control": ("landing-zone-production", [APPROVAL], [ANY]),
    "branch control of every branch": (
        "landing-zone-production", [APPROVAL, EVERY_BRANCH],
        ["Any branch may deploy to it: its check Branch control allows every branch."],
    ),
    "what is not production needs no approval": ("landing-zone", [BRANCHES], []),
    "and branch control all the same": ("landing-zone", [LOCK], [ANY]),
    "nothing": ("landing-zone-production", [], [ANY, NOBODY]),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSING)
def test_an_environment_needs_its_checks(boards: Boards, case: str) -> None:
    """Those of the environment of this very name, whose check is on."""
    environment, boards.checks, missing = MISSING[case]
    runner = Runner(
        {
            "SYSTEM_ACCESSTOKEN": TOKEN,
            "SYSTEM_COLLECTIONURI": f"{boards.address}/contoso/",
            "SYSTEM_TEAMPROJECTID": "project-id",
        }
    )

    try:
        azure_devops.demands_approval(runner, environment)
        lines: list[str] = []
    except PipelineError as error:
        lines = [line.strip() for line in str(error).splitlines()[1 : 1 + len(missing)]]

    assert lines == missing
