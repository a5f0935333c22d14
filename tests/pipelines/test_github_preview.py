"""A pull request from a fork on GitHub, from the push to the comment: every step of both workflows is run."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.common import MINIMAL, READER, begun, merged
from tests.pipelines.host import TOKEN, Host, host
from tests.pipelines.workflow import Result, Runs, workflow

NUMBER, RUN, FORK, OURS = 7, 41, 2002, 2001
OPENED = MINIMAL.replace("      churn:\n", "      fraud:\n")
READ = MINIMAL.replace("    projects:\n", f"    access: {{readers: [{READER}]}}\n    projects:\n")


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What became of each job of the workflow that has no token, and where its bundle is."""

    runs: Runs
    head: str
    jobs: dict[str, Result]


@pytest.fixture(scope="module")
def pull_request(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    """A change that takes a project's data away, and a stack; another stack has a comment more."""
    runs = begun(tmp_path_factory.mktemp("pull"), {}, {"small": MINIMAL, "gone": MINIMAL})
    head, merge = merged(runs, {"small": OPENED, "gone": None})
    github: dict[str, Any] = {"base_ref": "main", "event": {"pull_request": {"number": NUMBER}}}
    context: dict[str, Any] = {"github": github}
    jobs = {"stacks": runs.job("preview.yml", "stacks", context, merge)}
    needs = {"stacks": {"result": jobs["stacks"].result, "outputs": jobs["stacks"].outputs}}
    for row in json.loads(jobs["stacks"].outputs["stacks"])["include"]:
        made = context | {"needs": needs, "matrix": row}
        jobs["preview"] = runs.job("preview.yml", "preview", made, merge)
    needs["preview"] = {"result": jobs["preview"].result, "outputs": {}}
    jobs["report"] = runs.job("preview.yml", "report", context | {"needs": needs}, merge)
    needs["report"] = {"result": jobs["report"].result, "outputs": {}}
    jobs["verdict"] = runs.job("preview.yml", "verdict", context | {"needs": needs}, merge)
    return PullRequest(runs, head, jobs)


def zipped(folder: Path, **more: str) -> bytes:
    """A folder as an artifact, with other files in the place of some."""
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())} | more
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return memory.getvalue()


@pytest.fixture
def code_host(pull_request: PullRequest) -> Iterator[Host]:
    """GitHub with the pull request and the artifact of its run."""
    with host() as told:
        told.artifacts[RUN] = zipped(pull_request.runs.artifacts["amlz-report"])
        told.pulls[NUMBER] = {"state": "open", "head": {"sha": pull_request.head, "repo": {"id": FORK}}}
        yield told


def posted(pull_request: PullRequest, code_host: Host, findings: str = "true") -> Result:
    """The second workflow, on the event that the end of the first one is."""
    runs = pull_request.runs
    event = {
        "event": "pull_request",
        "conclusion": "failure",
        "id": RUN,
        "head_sha": pull_request.head,
        "html_url": "https://github.com/contoso/landing-zone/actions/runs/41",
        "head_branch": "change",
        "head_repository": {"id": FORK},
        "repository": {"id": OURS},
    }
    path = runs.folder / "event.json"
    path.write_text(json.dumps({"workflow_run": event}))
    environment = {**runs.environment, **code_host.environment(), "GITHUB_EVENT_PATH": str(path)}
    with_event = Runs(runs.folder, runs.origin, environment, {}, runs.ran)
    github = {"event": {"workflow_run": event}, "token": TOKEN}
    context = {"github": github, "vars": {"AMLZ_CODE_SCANNING": findings}}
    return with_event.job("preview-comment.yml", "comment", context, "origin/main")


def test_a_change_that_is_stopped_is_a_red_check_with_its_report(pull_request: PullRequest) -> None:
    """Only the stack that it touches is previewed; what the comment says is on the page of the run too."""
    jobs = pull_request.jobs

    assert {name: job.result for name, job in jobs.items()} == {
        "stacks": "success", "preview": "failure", "report": "success", "verdict": "failure"
    }  # fmt: skip
    row = '{"stack":"small","path":"Pulumi.small.yaml","production":false,"dependsOn":[],"wave":1}'
    assert jobs["stacks"].outputs == {"any": "true", "stacks": f'{{"include":[{row}]}}'}
    lines = jobs["report"].summary.splitlines()
    assert lines[:2] == [
        "<!-- amlz preview -->",
        "## ❌ small against main: 59 created, 1 changed, 59 deleted, 54 unchanged",
    ]
    assert lines[-1] == "Gone since main: gone. What they built stays in Azure until `pulumi destroy`."
    assert sorted(path.name for path in pull_request.runs.artifacts["amlz-report"].iterdir()) == [
        "about.json", "comment.md", "small.sarif",
    ]  # fmt: skip
    assert sorted(path.name for path in pull_request.runs.artifacts["amlz-pages"].iterdir()) == ["comment.md"]


def test_the_comment_is_posted_once_and_then_edited_in_place(pull_request: PullRequest, code_host: Host) -> None:
    """A comment of others with the same marker is left alone; findings stand beside the lines of the commit."""
    code_host.comments.append({"id": 1, "issue": NUMBER, "user": {"login": "mallory"}, "body": "<!-- amlz preview -->"})

    first = posted(pull_request, code_host)
    body = code_host.comments[1]["body"]
    second = posted(pull_request, code_host, findings="")

    report = (pull_request.runs.artifacts["amlz-report"] / "comment.md").read_text(encoding="utf-8")
    note = (
        f"> From a fork: the fork's own code wrote this, at {pull_request.head[:7]} in "
        "[this run](https://github.com/contoso/landing-zone/actions/runs/41). Read the change before you believe it."
    )
    assert body == f"<!-- amlz preview -->\n{note}\n\n{report.removeprefix('<!-- amlz preview -->').strip()}\n"
    assert code_host.asked == [
        "POST /issues/7/comments", "POST /code-scanning/sarifs", "PATCH /issues/comments/2",
    ]  # fmt: skip
    assert [(c["user"]["login"], c["body"] == body) for c in code_host.comments] == [
        ("mallory", False), ("github-actions[bot]", True),
    ]  # fmt: skip
    assert [(f["commit_sha"], f["ref"]) for f in code_host.findings] == [(pull_request.head, "refs/pull/7/head")]
    assert [first.said["Post"], second.said["Post"]] == [
        f"::notice::The comment of #7 says what {pull_request.head[:7]} changes.\n::notice::small.sarif is uploaded.\n",
        f"::notice::The comment of #7 says what {pull_request.head[:7]} changes.\n"
        "::notice::Findings are not uploaded: the variable AMLZ_CODE_SCANNING is not `true`.\n",
    ]


STALE = [
    ("another commit", {"state": "open", "head": {"sha": "0" * 40, "repo": {"id": FORK}}}),
    ("another repository", {"state": "open", "head": {"repo": {"id": 1}}}),
    ("a repository that is gone", {"state": "open", "head": {"repo": None}}),
    ("a closed one", {"state": "closed", "head": {"repo": {"id": FORK}}}),
]


@pytest.mark.parametrize(("_what", "pull"), STALE, ids=[row[0] for row in STALE])
def test_a_run_posts_only_to_the_pull_request_of_its_commit(
    pull_request: PullRequest, code_host: Host, _what: str, pull: dict[str, Any]
) -> None:
    """Whatever number the run says."""
    code_host.pulls[NUMBER] = {**pull, "head": {"sha": pull_request.head, **pull["head"]}}

    told = posted(pull_request, code_host)

    assert (told.result, told.said["Post"], code_host.asked) == (
        "success", "::notice::#7 is closed, or has other commits by now. Nothing was posted.\n", []
    )  # fmt: skip


def test_a_run_without_a_report_posts_nothing(pull_request: PullRequest, code_host: Host) -> None:
    """A stack file that does not load: the run's own log says so."""
    code_host.artifacts.clear()

    told = posted(pull_request, code_host)

    assert (told.result, code_host.asked) == ("success", [])


def test_code_scanning_that_is_off_does_not_keep_the_comment_from_being_posted(
    pull_request: PullRequest, code_host: Host
) -> None:
    """It is told, since somebody asked for it."""
    code_host.refuses["/code-scanning/sarifs"] = 403

    told = posted(pull_request, code_host)

    assert (told.result, len(code_host.comments)) == ("success", 1)
    assert "small.sarif was not taken: is code scanning on in this repository?" in told.said["Post"]


def test_where_nothing_differs_a_comment_is_edited_but_none_is_made(pull_request: PullRequest, code_host: Host) -> None:
    """A pull request for a page of docs/ gets no comment."""
    quiet = zipped(
        pull_request.runs.artifacts["amlz-report"],
        **{"about.json": '{"number": 7, "quiet": true}', "comment.md": "## ✅ No stack differs\n"},
    )
    code_host.artifacts[RUN] = quiet

    posted(pull_request, code_host, findings="")
    none = list(code_host.comments)
    code_host.comments.append(
        {"id": 1, "issue": NUMBER, "user": {"login": "github-actions[bot]"}, "body": "<!-- amlz preview -->"}
    )
    posted(pull_request, code_host, findings="")

    assert none == []
    assert code_host.comments[0]["body"].splitlines()[-1] == "## ✅ No stack differs"


def test_a_pull_request_that_touches_no_stack_previews_none(tmp_path: Path) -> None:
    """A matrix must not be empty: the job is skipped, and the report made all the same."""
    runs = begun(tmp_path, {}, {"small": MINIMAL})
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "others.md").write_text("No difference from main: small.\n")
    runs.artifacts["amlz-others"] = tmp_path / "others"
    context: dict[str, Any] = {"github": {"base_ref": "main", "event": {"pull_request": {"number": NUMBER}}}}
    needs = {"stacks": {"result": "success", "outputs": {"any": "false", "stacks": '{"include":[]}'}}}

    preview = runs.job("preview.yml", "preview", context | {"needs": needs})
    needs["preview"] = {"result": preview.result, "outputs": {}}
    report = runs.job("preview.yml", "report", context | {"needs": needs}, "HEAD")
    needs["report"] = {"result": report.result, "outputs": {}}
    verdict = runs.job("preview.yml", "verdict", context | {"needs": needs})

    assert (preview.result, report.result, verdict.result) == ("skipped", "success", "success")
    assert report.summary == "<!-- amlz preview -->\n## ✅ No stack differs\n\nNo difference from main: small.\n"


def test_every_command_of_these_workflows_was_run(pull_request: PullRequest, code_host: Host) -> None:
    """None is there that no test knows."""
    posted(pull_request, code_host)

    names = ("preview.yml", "preview-comment.yml")
    steps = {
        (name, job, step["name"])
        for name in names
        for job, asked in workflow(name)["jobs"].items()
        for step in asked["steps"]
        if "run" in step
    }
    assert {row for row in pull_request.runs.ran if row[0] in names} == steps
